/* A program that measures what it is told, line by line, and says how each ended: micro --serve. */
#ifndef HY_BENCH_COMPARE_SERVED_H
#define HY_BENCH_COMPARE_SERVED_H

#include <sys/types.h>

#include "kernels/base/status.h"

struct hy_served {
    pid_t child;
    int socket; /* its stdin and stdout */
};

/* Starts argv (NULL behind the last), its errors to the file `err`. HY_RUN_FAILED where it cannot be started. */
hy_status hy_served_open(struct hy_served *s, const char *const *argv, const char *err);

/* One line there, and the number that comes back: *code; 130 where somebody asked it to stop. HY_RUN_FAILED where it
 * ended instead. */
hy_status hy_served_ask(const struct hy_served *s, const char *line, int *code);

/* Lets it end, and waits for that; zeroed is fine. */
void hy_served_close(struct hy_served *s);

#endif
