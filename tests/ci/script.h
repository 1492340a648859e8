/* A script run by a test, and what it said. */
#ifndef HY_TESTS_CI_SCRIPT_H
#define HY_TESTS_CI_SCRIPT_H

/* Of the last script_run(), as far as there is room. */
extern char script_said[1 << 16];

/* A line for the shell, with 2>&1 where that is wanted. Its exit code; -1 where a signal ended it. */
int script_run(const char *line);

/* Fails the test unless the last one said these words. */
void script_says(const char *words);

#endif
