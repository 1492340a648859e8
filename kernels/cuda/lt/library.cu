#include "kernels/cuda/lt/library.cuh"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define HY_LT_TEXT_(x) #x
#define HY_LT_TEXT(x)  HY_LT_TEXT_(x)
static const char soname[] = "libcublasLt.so." HY_LT_TEXT(CUBLAS_VER_MAJOR);

hy_status hy_lt_open(struct hy_lt *lt)
{
    static const char *const folders[] = {"", HY_CUDA_LIBRARIES "/"};
    static void *library; /* stays: a driver that is still working may call into it at exit */
    for (const char *folder : folders) {
        char path[512];
        int n = snprintf(path, sizeof path, "%s%s", folder, soname);
        if (!library && n < (int)sizeof path)
            library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    if (!library)
        return hy_fail(HY_RUN_FAILED,
                       "%s is neither on the library path nor in " HY_CUDA_LIBRARIES
                       "; install the CUDA toolkit's cuBLAS, or use --device cpu",
                       soname);
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
