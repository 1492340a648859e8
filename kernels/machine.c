#include "kernels/machine.h"

/* Kernels are compiled for x86-64-v3 and x86-64-v4, so the whole level must be
 * there; the built-in also asks whether the system saves the wide registers. */
enum hy_isa hy_isa_of_machine(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
              __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("f16c") && __builtin_cpu_supports("lzcnt") &&
              __builtin_cpu_supports("movbe");
    bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl");
    return v4 ? HY_ISA_AVX512 : v3 ? HY_ISA_AVX2 : HY_ISA_ANY;
#else
    return HY_ISA_ANY;
#endif
}

bool hy_bf16_of_machine(void)
{
#if defined(__x86_64__)
    return hy_isa_of_machine() >= HY_ISA_AVX512 && __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}
