/* The subcommands: one function each, in bench/commands/<name>.c.
 *
 * argv[0] is the subcommand's name, argv[argc] is NULL. The result is the exit
 * code; a command that fails leaves its sentence with hy_fail(), and main()
 * prints it. A verdict that needs no sentence (the output says it) returns its
 * status with an empty sentence. */
#ifndef HY_BENCH_COMMANDS_COMMANDS_H
#define HY_BENCH_COMMANDS_COMMANDS_H

#include "kernels/base/status.h"

#define HY_COMMAND(word, name, help) hy_status hy_cmd_##word(int argc, char **argv);
#include "bench/commands/commands.inc"
#undef HY_COMMAND

#endif
