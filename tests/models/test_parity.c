/* Logits, loss and every gradient against PyTorch in float64 (tests/oracle/make_parity.py). */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/models/parity.h"

Test(parity, reference_backend)
{
    parity_check_all(hy_backend(HY_WHERE_REF, HY_F32));
}

Test(parity, cpu_backend)
{
    for (int isa = HY_ISA_ANY; isa <= (int)hy_isa_of_machine(); isa++) {
        cr_assert_eq(hy_isa_set(hy_isa_name((enum hy_isa)isa)), HY_OK, "%s", hy_error());
        parity_check_all(hy_backend(HY_WHERE_CPU, HY_F32));
    }
}

/* Activations and their gradients stored in bf16. */
Test(parity, cpu_backend_in_bf16)
{
    if (hy_precision_check(HY_BF16) != HY_OK)
        cr_skip("this machine has no bf16 products");
    parity_check_all(hy_backend(HY_WHERE_CPU, HY_BF16));
}

/* What is computed again gives the same bits, in less memory. */
Test(parity, recomputing_changes_nothing)
{
    int n;
    char **files = parity_files(&n);
    for (int i = 0; i < n; i++) {
        struct parity_case plain = {0};
        parity_open(&plain, files[i], hy_backend(HY_WHERE_CPU, HY_F32), HY_RECOMPUTE_NOTHING, i % 2);
        hy_program_run(plain.lm.p, NULL);
        size_t largest = plain.lm.p->arena_bytes;
        for (int mode = HY_RECOMPUTE_CHEAP; mode <= HY_RECOMPUTE_LAYERS; mode++) {
            struct parity_case again = {0};
            parity_open(&again, files[i], hy_backend(HY_WHERE_CPU, HY_F32), (enum hy_recompute)mode, i % 2);
            cr_assert_gt(again.lm.p->n_steps, plain.lm.p->n_steps, "%s: something is computed again", files[i]);
            hy_program_run(again.lm.p, NULL);
            cr_expect_eq(memcmp(plain.weights.data[HY_GRADS], again.weights.data[HY_GRADS],
                                plain.weights.length * sizeof(float)),
                         0, "%s: gradients under recompute mode %d differ", files[i], mode);
            cr_expect_leq(again.lm.p->arena_bytes, largest, "%s: mode %d needs more", files[i], mode);
            largest = again.lm.p->arena_bytes;
            parity_close(&again);
        }
        parity_close(&plain);
        free(files[i]);
    }
    free(files);
}
