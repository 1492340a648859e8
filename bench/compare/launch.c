#include "bench/compare/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/base/file.h"

extern char **environ;

static void redirect(posix_spawn_file_actions_t *actions, int fd, const char *path)
{
    posix_spawn_file_actions_addopen(actions, fd, path ? path : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666);
}

hy_status hy_spawn(const struct hy_launch *l, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (l->talk) {
        posix_spawn_file_actions_adddup2(&actions, l->talk, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, l->talk, STDOUT_FILENO);
    } else {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        redirect(&actions, STDOUT_FILENO, l->out);
    }
    redirect(&actions, STDERR_FILENO, l->err);
    if (l->folder)
        posix_spawn_file_actions_addchdir_np(&actions, l->folder);
    const int error =
        posix_spawnp(child, l->argv[0], &actions, &attributes, (char *const *)(uintptr_t)l->argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error ? hy_fail(HY_RUN_FAILED, "cannot start '%s': %s", l->argv[0], strerror(error)) : HY_OK;
}

hy_status hy_launch(const struct hy_launch *l, int *code)
{
    pid_t child;
    int how;
    const hy_status status = hy_spawn(l, &child);
    if (status)
        return status;
    while (waitpid(child, &how, 0) < 0)
        if (errno != EINTR)
            return hy_fail(HY_RUN_FAILED, "'%s' was lost: %s", l->argv[0], strerror(errno));
    *code = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    return HY_OK;
}

char *hy_last_lines(const char *path, int lines)
{
    char *data = NULL;
    size_t n = 0;
    if (hy_read_file(path, &data, &n) != HY_OK)
        return hy_format("%s", "");
    while (n > 0 && data[n - 1] == '\n')
        data[--n] = '\0';
    size_t from = n;
    while (from > 0 && !(data[from - 1] == '\n' && --lines <= 0))
        from--;
    char *text = hy_format("%s", data + from);
    free(data);
    return text;
}

hy_status hy_launch_self(char **path)
{
    char self[4096];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return hy_fail(HY_RUN_FAILED, "/proc/self/exe does not say where this program is");
    *path = hy_format("%.*s", (int)n, self);
    return HY_OK;
}
