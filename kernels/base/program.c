#include "kernels/base/program.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"

char *hy_program_folder(void)
{
    char path[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return hy_format("%s", slash ? path : ".");
}
