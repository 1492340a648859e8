/* Something that should end the program, run in a process of its own. */
#ifndef HY_TESTS_SIMT_CHILD_H
#define HY_TESTS_SIMT_CHILD_H

#include <stdbool.h>

enum { CHILD_CAUGHT = 3 }; /* the exit code with which a body says itself that something is wrong */

struct child_end {
    bool well;       /* it came to its end with exit code 0 */
    char text[8192]; /* what it said, a sanitizer's report included */
};

/* Forks, runs body(arg) with standard error kept, and _exit(0) behind it. */
struct child_end child_run(void (*body)(const void *arg), const void *arg);

#endif
