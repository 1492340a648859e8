/* What this machine can run: the level of its vector instructions, and whether it multiplies bfloat16. */
#ifndef HY_KERNELS_MACHINE_H
#define HY_KERNELS_MACHINE_H

#include <stdbool.h>

/* Levels of vector instructions, above them tiles (AMX with bf16); a higher one includes those below. */
enum hy_isa { HY_ISA_ANY, HY_ISA_AVX2, HY_ISA_AVX512, HY_ISA_AMX, HY_ISA_COUNT };

enum hy_isa hy_isa_of_machine(void); /* of tiles: where the system grants them too */

/* AVX512_BF16; every machine with AMX has it too. */
bool hy_bf16_of_machine(void);

#endif
