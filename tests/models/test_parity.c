/* Logits, loss and every gradient against PyTorch in float64 (tests/oracle/make_parity.py). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/models/parity.h"

static const double LIMIT = 1e-5; /* of the distance, relative to the tensor's length */

/* In bf16: of logits and loss, and of all gradients together. Every op rounds by up to 2^-9 of an element, and some
 * forty-five roundings lie between a loss and the gradients of the first layer. A single small tensor, whose gradient
 * is a difference of large terms, may be farther off. */
static const double LIMIT_BF16 = 45 * 0x1p-9;

/* parity_error of a tensor of the program. */
static double error_of(const struct parity_case *p, hy_t t, const struct hy_st_tensor *expected)
{
    float *values = calloc(expected->count, sizeof *values);
    cr_assert_eq(hy_program_get(p->lm.p, t, values), HY_OK, "%s", hy_error());
    double error = parity_error(values, expected);
    free(values);
    return error;
}

static void check_case(const char *path, enum hy_backend backend)
{
    const bool bf16 = hy_backend_precision(backend) == HY_BF16;
    const double limit = bf16 ? LIMIT_BF16 : LIMIT;
    double off = 0, all = 0; /* squares, of all gradients */
    struct parity_case p = {0};
    const struct hy_st_tensor *expected;
    char worst_name[96] = "logits";
    parity_open(&p, path, backend, HY_RECOMPUTE_NOTHING);
    hy_program_run(p.lm.p, NULL);

    cr_assert_eq(hy_safetensors_get(&p.file, path, "expect.logits", HY_ST_F64, 0, NULL, &expected), HY_OK, "%s",
                 hy_error());
    double worst = 0, error;
    if (!p.lm.p->tensors[p.lm.logits].gradient_in_place)
        worst = error_of(&p, p.lm.logits, expected);
    cr_expect_leq(worst, limit, "%s: logits differ by %g", path, worst);
    expected = hy_safetensors_find(&p.file, "expect.loss");
    error = error_of(&p, p.lm.loss, expected);
    cr_expect_leq(error, limit, "%s: the loss differs by %g", path, error);

    for (int i = 0; i < p.weights.params.n; i++) {
        char name[96];
        snprintf(name, sizeof name, "expect.grad.%s", p.weights.params.items[i].name);
        expected = hy_safetensors_find(&p.file, name);
        cr_assert_not_null(expected, "%s: no %s", path, name);
        error = parity_error(hy_weights_at(&p.weights, HY_GRADS, i), expected);
        off += pow(error * parity_length(expected), 2);
        all += pow(parity_length(expected), 2);
        cr_expect(bf16 || error <= limit, "%s: the gradient of %s differs by %g", path, p.weights.params.items[i].name,
                  error);
        if (error > worst) {
            worst = error;
            snprintf(worst_name, sizeof worst_name, "%s", name);
        }
    }
    cr_expect_leq(sqrt(off / all), limit, "%s: all gradients together differ by %g", path, sqrt(off / all));
    fprintf(stderr, "%-60s %s: together %.1e, worst %.1e (%s)\n", path, hy_backend_name(backend), sqrt(off / all),
            worst, worst_name);
    parity_close(&p);
}

static void check_all(enum hy_backend backend)
{
    int n;
    char **files = parity_files(&n);
    cr_assert_geq(n, 14, "the parity cases are there");
    for (int i = 0; i < n; i++) {
        check_case(files[i], backend);
        free(files[i]);
    }
    free(files);
}

Test(parity, reference_backend)
{
    check_all(HY_BACKEND_REF);
}

Test(parity, cpu_backend)
{
    for (int isa = HY_ISA_ANY; isa <= (int)hy_isa_of_machine(); isa++) {
        cr_assert_eq(hy_isa_set(hy_isa_name((enum hy_isa)isa)), HY_OK, "%s", hy_error());
        check_all(HY_BACKEND_CPU);
    }
}

/* Activations and their gradients stored in bf16. */
Test(parity, cpu_backend_in_bf16)
{
    if (hy_precision_check(HY_BF16) != HY_OK)
        cr_skip("this machine has no bf16 products");
    check_all(HY_BACKEND_CPU_BF16);
}

/* What is computed again gives the same bits, in less memory. */
Test(parity, recomputing_changes_nothing)
{
    int n;
    char **files = parity_files(&n);
    for (int i = 0; i < n; i++) {
        struct parity_case plain = {0};
        parity_open(&plain, files[i], HY_BACKEND_CPU, HY_RECOMPUTE_NOTHING);
        hy_program_run(plain.lm.p, NULL);
        size_t largest = plain.lm.p->arena_bytes;
        for (int mode = HY_RECOMPUTE_CHEAP; mode <= HY_RECOMPUTE_LAYERS; mode++) {
            struct parity_case again = {0};
            parity_open(&again, files[i], HY_BACKEND_CPU, (enum hy_recompute)mode);
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
