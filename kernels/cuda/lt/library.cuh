/* cuBLASLt, loaded when a device is opened: linking it would cost every start of the
 * program a third of a second, and the program would not start where it is missing. */
#ifndef HY_KERNELS_CUDA_LT_LIBRARY_CUH
#define HY_KERNELS_CUDA_LT_LIBRARY_CUH

#include <cublasLt.h>

extern "C" {
#include "kernels/base/status.h"
}

#define HY_LT_FUNCTIONS(EACH)          \
    EACH(Create)                       \
    EACH(Destroy)                      \
    EACH(GetStatusString)              \
    EACH(GetVersion)                   \
    EACH(Matmul)                       \
    EACH(MatmulAlgoGetHeuristic)       \
    EACH(MatmulDescCreate)             \
    EACH(MatmulDescDestroy)            \
    EACH(MatmulDescSetAttribute)       \
    EACH(MatmulPreferenceCreate)       \
    EACH(MatmulPreferenceDestroy)      \
    EACH(MatmulPreferenceSetAttribute) \
    EACH(MatrixLayoutCreate)           \
    EACH(MatrixLayoutDestroy)

#define HY_LT_MEMBER(name) decltype(&cublasLt##name) name;
struct hy_lt {
    HY_LT_FUNCTIONS(HY_LT_MEMBER)
};
#undef HY_LT_MEMBER

/* The functions; loaded once and kept. HY_RUN_FAILED, saying where it looked, without the library. */
hy_status hy_lt_open(struct hy_lt *lt);

#endif
