/* Libraries that come with CUDA or with a GPU's driver, found when the program runs: cuBLASLt, CUPTI, NVML. Linked,
 * they would keep it from starting where one is missing.
 *
 * The first that loads of
 *   1. the file that the library's own variable names, and then no other place
 *   2. the folders of HYMBENCH_CUDA_LIBS, colons between them
 *   3. the loader's path (LD_LIBRARY_PATH, ld.so.conf)
 *   4. lib64 and extras/CUPTI/lib64 of CUDA_HOME; where that is not set, of the toolkit of the build and
 * /usr/local/cuda
 *   5. nvidia/<any>/lib among the packages of the python3 on the PATH: how PyTorch brings them. It is asked once, and
 *      only when it comes to this. */
#ifndef HY_KERNELS_BASE_GPU_LIBRARY_H
#define HY_KERNELS_BASE_GPU_LIBRARY_H

/* What became of the last look for a library. */
struct hy_gpu_library {
    const char *file; /* "libcupti.so.13" */
    char *path;       /* where it is; "": it was not found */
    const char *from; /* by which of the ways: "HYMBENCH_CUDA_LIBS", "the loader's path", "CUDA_HOME" ...; "" */
    char *lack;       /* why it cannot be used, one sentence with the places looked in; "" where it can */
};

/* The library as dlopen() gives it, each time anew; NULL, with the sentence in hy_gpu_library_look(), where there is
 * none. `file` is kept and lives as long as the program; `variable` may be NULL. To be called by one thread. */
void *hy_gpu_library_open(const char *file, const char *variable);

/* A library that was opened, but turned out not to be of use: `why`, one sentence. */
void hy_gpu_library_refuse(const char *file, const char *why);

/* Of the last look for that file, and of the i-th file that was looked for; NULL: there was none. */
const struct hy_gpu_library *hy_gpu_library_look(const char *file);
const struct hy_gpu_library *hy_gpu_library_at(int i);

#endif
