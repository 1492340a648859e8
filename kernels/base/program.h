/* Where the running program is: what belongs to it lies beside it. */
#ifndef HY_KERNELS_BASE_PROGRAM_H
#define HY_KERNELS_BASE_PROGRAM_H

/* Its folder, without a slash at the end, malloc'd; "." where the kernel does not say. */
char *hy_program_folder(void);

#endif
