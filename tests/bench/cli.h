/* Running the program as a user does: $HYMBENCH_BIN, or build/hymbench. */
#ifndef HY_TESTS_BENCH_CLI_H
#define HY_TESTS_BENCH_CLI_H

struct cli {
    int code;          /* exit code; 128 + signal when killed */
    char out[1 << 16]; /* what it printed, cut to the room there is */
    char err[1 << 12];
};

/* `arguments` go through the shell. Static memory: the next call replaces it. */
const struct cli *cli_run(const char *arguments);

/* Fails the test unless the run ended with `code` and one to four lines on stderr that hold `word`. */
void cli_expect_refused(const char *arguments, int code, const char *word);

#endif
