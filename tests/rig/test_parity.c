/* Loss and every gradient on the rig against PyTorch in float64, as tests/models does for the CPU. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/models/parity.h"
#include "tests/rig/rig.h"

static const double LIMIT = 1e-5; /* of the distance, relative to the tensor's length */

static void check_case(const char *path)
{
    struct parity_case p = {0};
    parity_open(&p, path, HY_BACKEND_CUDA, HY_RECOMPUTE_NOTHING);
    hy_program_run(p.lm.p, NULL);
    float loss;
    cr_assert_eq(hy_program_get(p.lm.p, p.lm.loss, &loss), HY_OK, "%s", hy_error());
    double worst = parity_error(&loss, hy_safetensors_find(&p.file, "expect.loss"));
    cr_expect_leq(worst, LIMIT, "%s: the loss differs by %g", path, worst);
    cr_assert_eq(hy_weights_pull(&p.weights), HY_OK, "%s", hy_error());
    for (int i = 0; i < p.weights.params.n; i++) {
        char name[96];
        snprintf(name, sizeof name, "expect.grad.%s", p.weights.params.items[i].name);
        const struct hy_st_tensor *expected = hy_safetensors_find(&p.file, name);
        cr_assert_not_null(expected, "%s: no %s", path, name);
        double error = parity_error(hy_weights_at(&p.weights, HY_GRADS, i), expected);
        cr_expect_leq(error, LIMIT, "%s: %s differs by %g", path, name, error);
    }
    parity_close(&p);
}

Test(rig_parity, every_case)
{
    int n;
    rig_open();
    char **files = parity_files(&n);
    cr_assert_geq(n, 14, "the parity cases are there");
    for (int i = 0; i < n; i++) {
        check_case(files[i]);
        free(files[i]);
    }
    free(files);
}
