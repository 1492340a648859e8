#include "kernels/cuda/lt/library.cuh"

#include <dlfcn.h>
#include <string.h>

extern "C" {
#include "kernels/base/gpu_library.h"
#include "kernels/device.h"
}

#define HY_LT_TEXT_(x) #x
#define HY_LT_TEXT(x)  HY_LT_TEXT_(x)
static const char soname[] = "libcublasLt.so." HY_LT_TEXT(CUBLAS_VER_MAJOR);

extern "C" const char *hy_cuda_products(void)
{
    return soname;
}

hy_status hy_lt_open(struct hy_lt *lt)
{
    static void *library; /* stays: a driver that is still working may call into it at exit */
    if (!library)
        library = hy_gpu_library_open(soname, NULL);
    if (!library)
        return hy_fail(HY_RUN_FAILED, "no cuBLASLt for --device cuda (cpu needs none): %s",
                       hy_gpu_library_look(soname)->lack);
#define HY_LT_LOAD(name)                                                                              \
    {                                                                                                 \
        void *symbol = dlsym(library, "cublasLt" #name);                                              \
        if (!symbol)                                                                                  \
            return hy_fail(HY_RUN_FAILED, "%s has no function cublasLt" #name "; update it", soname); \
        memcpy(&lt->name, &symbol, sizeof symbol);                                                    \
    }
    HY_LT_FUNCTIONS(HY_LT_LOAD)
#undef HY_LT_LOAD
    return HY_OK;
}
