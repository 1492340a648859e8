#include "bench/cli/address_space.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernels/base/status.h"

/* What the libraries map when they are loaded, the pool of threads and a small model: tried with 1 to 4 threads. */
enum { LEAST_MIB = 512 };

/* It runs before a sanitizer has its books. */
__attribute__((no_sanitize("address", "undefined"))) void hy_address_space_check(int argc, char **argv,
                                                                                 char **environment)
{
    (void)argc, (void)argv, (void)environment;
    struct rlimit r;
    if (getrlimit(RLIMIT_AS, &r) != 0 || r.rlim_cur == RLIM_INFINITY || r.rlim_cur >= (rlim_t)LEAST_MIB << 20)
        return;
    char text[200];
    int n =
        snprintf(text, sizeof text,
                 "hymbench: the limit on address space is %llu MiB, and at least %d are needed; raise it (ulimit -v)\n",
                 (unsigned long long)r.rlim_cur >> 20, LEAST_MIB);
    ssize_t written = write(STDERR_FILENO, text, (size_t)n);
    (void)written;
    _exit(HY_RUN_FAILED);
}
