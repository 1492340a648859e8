/* How the CPU's scan shares out its work: whatever the sizes, every step belongs to one span. */
#include <criterion/criterion.h>

#include "kernels/scan_cut.h"
#include "tests/kernels/op_list.h"

/* Spans follow each other without gaps, from the first chunk to the last; each has the two rows of
 * states that its end and its sum of delta need. */
static void check_cut(const struct hy_scan *a, int threads, enum hy_pass pass)
{
    const struct hy_scan_cut c = hy_scan_cut(a, threads, pass);
    const int chunks = (a->T + a->chunk - 1) / a->chunk;
    cr_assert(c.threads >= 1 && c.threads <= threads);
    cr_assert((c.blocks - 1) * c.width < a->E && c.blocks * c.width >= a->E);
    cr_assert_eq(hy_scan_cut_first(&c, c.spans), chunks, "T %d chunk %d E %d, %d threads", a->T, a->chunk, a->E,
                 threads);
    if (c.spans == 1)
        return;
    cr_assert(c.spans >= 3 && c.head >= 1 && c.each >= 2, "T %d chunk %d E %d, %d threads: %d spans of %d, first %d",
              a->T, a->chunk, a->E, threads, c.spans, c.each, c.head);
    cr_assert(c.each * a->chunk >= HY_SCAN_LEAST_STEPS || a->chunk >= HY_SCAN_LEAST_STEPS / 2);
    cr_assert_leq((long)a->B * c.blocks * (c.spans - 1), threads, "more pieces than threads");
}

Test(scan_cut, spans_cover_all_of_time)
{
    static const int widths[] = {1, 16, 17, 64, 100, 768}, chunks[] = {1, 2, 7, 32, 100};
    int cut = 0, whole = 0;
    for (int T = 1; T < 700; T++)
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 5; j++)
                for (int threads = 1; threads <= 64; threads = 2 * threads + 1) {
                    const struct hy_scan a = {.B = 1 + T % 2, .T = T, .E = widths[i], .N = 16, .chunk = chunks[j]};
                    for (enum hy_pass pass = HY_FORWARD; pass < HY_PASSES; pass++) {
                        check_cut(&a, threads, pass);
                        *(hy_scan_cut(&a, threads, pass).spans > 1 ? &cut : &whole) += 1;
                    }
                }
    cr_assert(cut > 1000 && whole > 1000, "%d cut, %d whole", cut, whole);
}

/* test_ops.c runs the cases on 3 and on 8 threads: both passes must have some whose time is cut. */
Test(scan_cut, the_cases_have_some)
{
    for (enum hy_pass pass = HY_FORWARD; pass < HY_PASSES; pass++)
        for (int threads = 3; threads <= 8; threads += 5) {
            int cut = 0;
            for (const struct op_case *c = op_cases; c->why; c++)
                cut += c->op == HY_OP_SCAN && hy_scan_cut(&c->sizes.scan, threads, pass).spans > 1;
            cr_expect_geq(cut, 1, "pass %d on %d threads: %d cases", (int)pass, threads, cut);
        }
}

/* What the models train with leaves no thread idle: their time stays whole. */
Test(scan_cut, wide_batches_stay_whole)
{
    const struct hy_scan a = {.B = 16, .T = 320, .E = 768, .N = 16, .chunk = 32};
    cr_expect_eq(hy_scan_cut(&a, 64, HY_FORWARD).spans, 1);
    cr_expect_eq(hy_scan_cut(&a, 64, HY_BACKWARD).spans, 1);
}
