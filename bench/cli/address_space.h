/* A limit on address space (ulimit -v) that is too small is said before the program begins.
 *
 * It has to be before: OpenBLAS takes its buffers in a constructor, when it is loaded, and asks for memory again
 * and again, for ever, where it gets none; libgomp ends the process when it cannot start a thread. */
#ifndef HY_BENCH_CLI_ADDRESS_SPACE_H
#define HY_BENCH_CLI_ADDRESS_SPACE_H

/* To be called from .preinit_array, which runs before the constructors of all libraries. Ends the process with
 * HY_RUN_FAILED and one sentence where the limit is too low for them. */
void hy_address_space_check(int argc, char **argv, char **environment);

#endif
