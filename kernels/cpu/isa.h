/* One source, one object per ISA level: the Makefile compiles every file of this
 * folder once per instruction set, with HY_ISA_base, HY_ISA_avx2 or HY_ISA_avx512
 * defined, and those whose ops have activations in bf16 (CPU_BF16 there) once more for
 * AVX-512 with HY_STORE_bf16, and of these what multiplies in tiles (CPU_AMX) with
 * HY_TILES too. HY_CPU(hy_rmsnorm_fwd) is the name that the level's table
 * row expects, HY_VEC how many floats its vectors hold. */
#ifndef HY_KERNELS_CPU_ISA_H
#define HY_KERNELS_CPU_ISA_H

#if defined(HY_TILES)
#define HY_CPU(name) name##_bf16_amx
enum { HY_VEC = 16 };
#elif defined(HY_STORE_bf16)
#define HY_CPU(name) name##_bf16_avx512
enum { HY_VEC = 16 };
#elif defined(HY_ISA_avx512)
#define HY_CPU(name) name##_f32_avx512
enum { HY_VEC = 16 };
#elif defined(HY_ISA_avx2)
#define HY_CPU(name) name##_f32_avx2
enum { HY_VEC = 8 };
#else
#define HY_CPU(name) name##_f32_base
enum { HY_VEC = 4 };
#endif

#endif
