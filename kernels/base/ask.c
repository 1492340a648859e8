#include "kernels/base/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernels/base/clock.h"
#include "kernels/base/status.h"

/* In a group of its own, so that all of it can be ended. `from` is where its output is read; false: not started. */
static bool start(const char *const *argv, pid_t *child, int *from)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&how, 0);
    const int failed = posix_spawnp(child, argv[0], &files, &how, (char *const *)argv, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    *from = ends[0];
    if (failed)
        close(ends[0]);
    return !failed;
}

/* All of it until its end; false where that does not come before `end` (ns). */
static bool read_all(int from, uint64_t end, FILE *to)
{
    for (;;) {
        struct pollfd wait = {.fd = from, .events = POLLIN};
        const uint64_t now = hy_now_ns();
        char part[4096];
        if (now >= end)
            return false;
        const int ready = poll(&wait, 1, (int)((end - now) / 1000000) + 1);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready <= 0)
            continue;
        const ssize_t n = read(from, part, sizeof part);
        if (n == 0)
            return true;
        if (n > 0)
            (void)fwrite(part, 1, (size_t)n, to);
        else if (errno != EINTR)
            return false;
    }
}

/* Whether it ended well before `end`; gone it is in any case. */
static bool ended_well(pid_t child, uint64_t end)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    int code = 0;
    pid_t done;
    while ((done = waitpid(child, &code, WNOHANG)) == 0 && hy_now_ns() < end)
        (void)nanosleep(&moment, NULL);
    if (done == child)
        return WIFEXITED(code) && WEXITSTATUS(code) == 0;
    (void)kill(-child, SIGKILL);
    while (waitpid(child, &code, 0) < 0 && errno == EINTR)
        ;
    return false;
}

char *hy_ask(const char *const *argv, int limit_ms)
{
    const uint64_t end = hy_now_ns() + (uint64_t)limit_ms * 1000000;
    char *text = NULL;
    size_t size = 0;
    pid_t child;
    int from;
    if (!start(argv, &child, &from))
        return NULL;
    FILE *to = open_memstream(&text, &size);
    HY_ASSERT(to, "out of memory for what a program prints");
    const bool all = read_all(from, end, to);
    (void)fclose(to);
    close(from);
    if (ended_well(child, all ? end : 0) && all)
        return text;
    free(text);
    return NULL;
}
