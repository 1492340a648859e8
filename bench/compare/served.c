#include "bench/compare/served.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/compare/launch.h"
#include "kernels/base/file.h"

enum { ANSWER = 32 };

hy_status hy_served_open(struct hy_served *s, const char *const *argv, const char *err)
{
    int ends[2];
    *s = (struct hy_served){0};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return hy_fail(HY_RUN_FAILED, "cannot talk to '%s': %s", argv[0], strerror(errno));
    const hy_status status = hy_spawn(&(struct hy_launch){.argv = argv, .err = err, .talk = ends[1]}, &s->child);
    close(ends[1]);
    if (status == HY_OK)
        s->socket = ends[0];
    else
        close(ends[0]);
    return status;
}

static bool send_all(int socket, const char *text)
{
    for (size_t n = strlen(text), sent = 0; sent < n;) {
        const ssize_t one = send(socket, text + sent, n - sent, MSG_NOSIGNAL);
        if (one < 0 && errno != EINTR)
            return false;
        sent += one > 0 ? (size_t)one : 0;
    }
    return true;
}

/* Up to the end of the line. */
static bool receive_line(int socket, char text[ANSWER])
{
    for (size_t n = 0; n + 1 < ANSWER;) {
        const ssize_t one = recv(socket, text + n, 1, 0);
        if (one < 0 && errno == EINTR)
            continue;
        if (one <= 0)
            return false;
        if (text[n] == '\n') {
            text[n] = '\0';
            return true;
        }
        n++;
    }
    return false;
}

hy_status hy_served_ask(const struct hy_served *s, const char *line, int *code)
{
    char text[ANSWER], *end;
    char *question = hy_format("%s\n", line);
    const bool answered = send_all(s->socket, question) && receive_line(s->socket, text);
    free(question);
    if (!answered)
        return hy_fail(HY_RUN_FAILED, "it ended before it answered");
    *code = (int)strtol(text, &end, 10);
    return *end == '\0' && end != text ? HY_OK : hy_fail(HY_RUN_FAILED, "it answered '%s'", text);
}

void hy_served_close(struct hy_served *s)
{
    int how;
    if (s->child == 0)
        return;
    close(s->socket);
    while (waitpid(s->child, &how, 0) < 0 && errno == EINTR)
        ;
    *s = (struct hy_served){0};
}
