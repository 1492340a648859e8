#include <criterion/criterion.h>

#include "kernels/blas_core.h"

Test(blas_core, what_its_kernels_use)
{
    cr_assert_eq(hy_blas_core_isa("Prescott"), HY_ISA_ANY);
    cr_assert_eq(hy_blas_core_isa("Nehalem"), HY_ISA_ANY);
    cr_assert_eq(hy_blas_core_isa("Sandybridge"), HY_ISA_ANY, "AVX without FMA is below x86-64-v3");
    cr_assert_eq(hy_blas_core_isa("Haswell"), HY_ISA_AVX2);
    cr_assert_eq(hy_blas_core_isa("zen"), HY_ISA_AVX2);
    cr_assert_eq(hy_blas_core_isa("SKYLAKEX"), HY_ISA_AVX512);
    cr_assert_eq(hy_blas_core_isa("SapphireRapids"), HY_ISA_AVX512);
    cr_assert_eq(hy_blas_core_isa("of the year 2040"), HY_ISA_ANY);
}

Test(blas_core, is_used_where_it_knows_the_processor)
{
    const struct hy_blas_core *c = hy_blas_core();
    const bool knows =
        hy_blas_core_isa(c->name) >= (hy_isa_of_machine() < HY_ISA_AVX512 ? hy_isa_of_machine() : HY_ISA_AVX512);
    cr_assert_eq(c->used, knows || c->asked);
    cr_assert_eq(c->why == NULL, knows);
}
