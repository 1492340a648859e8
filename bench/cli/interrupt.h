/* Ctrl-C and SIGTERM: asked once, the run finishes its step and keeps
 * everything; asked again, the process ends at once. */
#ifndef HY_BENCH_CLI_INTERRUPT_H
#define HY_BENCH_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM are noted. To be called before anything starts threads: they
 * must inherit that these signals are blocked. */
void hy_interrupt_watch(void);
bool hy_interrupt_requested(void); /* someone asked to stop */

#endif
