#include "kernels/machine.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The processor has tiles and multiplies bf16 in them, and Linux gives this process the room to keep them: it wants to
 * be asked (since 5.16), once for all threads. */
static bool tiles(void)
{
    enum { LEAF = 7, BF16_BIT = 22, TILE_BIT = 24, REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    unsigned a, b, c, d;
    if (!__get_cpuid_count(LEAF, 0, &a, &b, &c, &d) || !(d >> BF16_BIT & 1) || !(d >> TILE_BIT & 1))
        return false;
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}
#endif

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
    static int has_tiles = -1; /* asked once; threads that ask at the same time hear the same */
    if (has_tiles < 0)
        has_tiles = v4 && __builtin_cpu_supports("avx512bf16") && tiles();
    return has_tiles ? HY_ISA_AMX : v4 ? HY_ISA_AVX512 : v3 ? HY_ISA_AVX2 : HY_ISA_ANY;
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
