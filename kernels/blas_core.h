/* Whether the BLAS library knows this processor. OpenBLAS picks its kernels by the processor's model, and one that is
 * newer than the library gets those of the oldest: "Prescott" (SSE3) on a Xeon with AVX-512. */
#ifndef HY_KERNELS_BLAS_CORE_H
#define HY_KERNELS_BLAS_CORE_H

#include <stdbool.h>

#include "kernels/machine.h"

/* What kernels of that core use. HY_ISA_ANY where the name is unknown: it is not known to use more. */
enum hy_isa hy_blas_core_isa(const char *core);

struct hy_blas_core {
    const char *name; /* as OpenBLAS calls it; static */
    const char *why;  /* a sentence on what follows; NULL: it is the processor's own. Static */
    bool asked;       /* by the variable OPENBLAS_CORETYPE, which is obeyed */
    bool used;        /* products may be made by it; else all of them are oneDNN's */
};

/* The same through all of a program's life, whatever happens to the variable. */
const struct hy_blas_core *hy_blas_core(void);

#endif
