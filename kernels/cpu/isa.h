/* One source, one object per rung: the Makefile compiles every file of this
 * folder once per instruction set, with HY_ISA_base, HY_ISA_avx2 or HY_ISA_avx512
 * defined. HY_CPU(hy_rmsnorm_fwd_f32) is the name that the rung's table row
 * expects, HY_VEC how many floats its vectors hold. */
#ifndef HY_CPU_ISA_H
#define HY_CPU_ISA_H

#if defined(HY_ISA_avx512)
#define HY_CPU(name) name##_avx512
enum { HY_VEC = 16 };
#elif defined(HY_ISA_avx2)
#define HY_CPU(name) name##_avx2
enum { HY_VEC = 8 };
#else
#define HY_CPU(name) name##_base
enum { HY_VEC = 4 };
#endif

#endif
