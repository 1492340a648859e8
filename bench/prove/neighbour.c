/* Somebody else at work on the machine: what bench/prove/quiet.sh measures beside.
 *
 *     neighbour busy            uses a processor and no memory
 *     neighbour copy SECONDS    copies through memory for so long, rests for as long, and so on
 *
 * until it is killed, or whoever started it has ended. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 256 << 20 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void busy(void)
{
    for (volatile unsigned long n = 0;; n++)
        ;
}

static void copy(double seconds)
{
    char *from = malloc(2 * (size_t)BYTES);
    if (!from)
        exit(4);
    char *to = from + BYTES;
    memset(from, 1, 2 * (size_t)BYTES);
    for (;;) {
        for (double start = now(); now() - start < seconds;)
            memcpy(to, from, BYTES);
        usleep((useconds_t)(seconds * 1e6));
    }
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (argc == 2 && strcmp(argv[1], "busy") == 0)
        busy();
    else if (argc == 3 && strcmp(argv[1], "copy") == 0 && atof(argv[2]) > 0)
        copy(atof(argv[2]));
    fprintf(stderr, "usage: neighbour busy | copy SECONDS\n");
    return 2;
}
