/* How much working memory the ops with scratch of their own need: what their kernels divide among threads. */
#include "kernels/ops.h"

#include "kernels/base/threads.h"
#include "kernels/scan_cut.h"
#include "kernels/scan_parts.h"

/* Pieces of scratch start on 16 elements. */
static size_t piece(size_t n)
{
    return (n + 15) / 16 * 16;
}

size_t hy_attention_sums(int T, int P)
{
    return 2 * (size_t)T * piece((size_t)P);
}

size_t hy_scan_work_elements(const struct hy_scan *a)
{
    const struct hy_scan_cut cut = hy_scan_cut(a, hy_threads(), HY_BACKWARD);
    const size_t e = (size_t)a->E, n = (size_t)a->N, steps = (size_t)a->chunk, rows = (size_t)a->B * (size_t)a->T;
    const size_t spans = (size_t)a->B * (size_t)cut.spans, groups = (size_t)cut.blocks;
    const size_t lanes = (n + HY_SCAN_LANES - 1) / HY_SCAN_LANES * HY_SCAN_LANES * HY_SCAN_LANES;
    const size_t handed_on = cut.spans > 1 ? piece(spans * e * n) + piece(spans * e) : 0;
    size_t parts = piece(spans * e * n) + 2 * piece(spans * e) + handed_on + 2 * piece(groups * rows * n);
    size_t thread = piece(steps * n * HY_SCAN_BUNCH * 2) + piece(n * HY_SCAN_BUNCH) + 5 * piece(steps * HY_SCAN_BUNCH) +
                    3 * piece(n * HY_SCAN_GROUP) + 2 * piece(steps * lanes) + 3 * piece(HY_SCAN_GROUP);
    const size_t here = parts + (size_t)cut.threads * thread;
    const size_t device = hy_scan_parts(a->B, a->T, a->E, a->N, a->chunk).elements;
    return here > device ? here : device;
}
