/* What another program prints, where it does so in time. */
#ifndef HY_KERNELS_BASE_ASK_H
#define HY_KERNELS_BASE_ASK_H

/* Runs argv (ends with NULL; argv[0] is looked for on the PATH) with nothing to read and nobody to complain to, and
 * returns what it printed, malloc'd. NULL where it cannot be started, ends with another code than 0, or is not done
 * within limit_ms; it is then killed, with whatever it started. */
char *hy_ask(const char *const *argv, int limit_ms);

#endif
