/* How far from what the machine can do: the kernels one by one, then a whole training step. */
#include "report/pages/rooflines.h"

#include <math.h>
#include <string.h>

#include "report/findings/peaks.h"
#include "report/pages/shades.h"
#include "report/table/kernel_rows.h"

/* ---- ceilings ------------------------------------------------------------------------------------------ */

/* The best that was seen of the level, as the roof of a row counts it. */
static double bandwidth(const struct hy_run_data *data, int level)
{
    double best = (double)NAN;
    for (int traffic = 0; traffic < HY_ENV_TRAFFICS; traffic++)
        best = fmax(best, hy_env_bandwidth(data, level, traffic));
    return best;
}

size_t hy_roofline_ceilings(struct hy_doc *d, const struct hy_run_data *data, const char *dtype,
                            const struct hy_ceiling **ceilings)
{
    static const struct {
        const char *dtype, *peak, *name;
    } flat[] = {{"f32", "sgemm_gflops", N_("f32 products")},
                {"f32", "f32_gflops", N_("f32 products")},
                {"tf32", "tf32_gflops", N_("tf32 products")},
                {"bf16", "bf16_gflops", N_("bf16 products")},
                {"", "fma_gflops", N_("multiply-adds")}};
    static const char *const sloped[HY_ENV_LEVELS] = {N_("L1"), N_("L2"), N_("last-level cache"), N_("memory")};
    enum { FLAT = sizeof flat / sizeof *flat };
    struct hy_ceiling *c = hy_doc_alloc(d, (FLAT + HY_ENV_LEVELS) * sizeof *c);
    size_t n = 0;
    for (size_t i = 0; i < FLAT; i++) {
        const double rate = hy_env_peak(data, flat[i].peak);
        if (isfinite(rate) && (!*flat[i].dtype || strcmp(flat[i].dtype, dtype) == 0))
            c[n++] = (struct hy_ceiling){_(flat[i].name), rate, (double)NAN};
    }
    for (int i = 0; i < HY_ENV_LEVELS; i++) {
        const double rate = bandwidth(data, i);
        if (isfinite(rate))
            c[n++] = (struct hy_ceiling){_(sloped[i]), (double)NAN, rate};
    }
    *ceilings = c;
    return n;
}

/* ---- kernels --------------------------------------------------------------------------------------------- */
static bool is_backward(const struct hy_csv *t, size_t row)
{
    const char *pass = hy_csv_text_of(t, row, "pass");
    return strcmp(pass, "bwd") == 0 || strcmp(pass, "backward") == 0;
}

/* A hot row that was timed, of the precision. */
static bool is_drawn(const struct hy_csv *t, size_t row, const char *dtype)
{
    return !hy_kernel_skipped(t, row) && strcmp(hy_csv_text_of(t, row, "cold"), "1") != 0 &&
           strcmp(hy_csv_text_of(t, row, "dtype"), dtype) == 0;
}

/* "scan bwd", and its case where the op has several. */
static const char *name_of(struct hy_doc *d, const struct hy_csv *t, size_t row, const char *dtype)
{
    const char *op = hy_csv_text_of(t, row, "op"), *pass = hy_csv_text_of(t, row, "pass");
    size_t alike = 0;
    for (size_t i = 0; i < t->rows; i++)
        alike += is_drawn(t, i, dtype) && strcmp(hy_csv_text_of(t, i, "op"), op) == 0 &&
                 strcmp(hy_csv_text_of(t, i, "pass"), pass) == 0;
    return alike > 1 ? hy_doc_format(d, "%s %s, %s", op, pass, hy_csv_text_of(t, row, "case"))
                     : hy_doc_format(d, "%s %s", op, pass);
}

/* Items of one precision that have arithmetic; *without counts those that have none and so no place in the chart. */
static size_t items_of(struct hy_doc *d, const struct hy_csv *t, const char *dtype, struct hy_roofed *item,
                       size_t *without)
{
    size_t n = 0;
    *without = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const double flops = hy_csv_number_of(t, i, "flops"), bytes = hy_csv_number_of(t, i, "bytes"),
                     rate = hy_csv_number_of(t, i, "gflops");
        if (!is_drawn(t, i, dtype))
            continue;
        if (!(flops > 0) || !(bytes > 0) || !(rate > 0)) {
            ++*without;
            continue;
        }
        item[n++] = (struct hy_roofed){.name = name_of(d, t, i, dtype),
                                       .color = hy_op_shade(hy_csv_text_of(t, i, "op")),
                                       .look = is_backward(t, i),
                                       .intensity = flops / bytes,
                                       .gflops = rate,
                                       .weight = (double)NAN,
                                       .hollow = hy_kernel_quality(t, i) != HY_ROW_OK};
    }
    return n;
}

static void kernel_chart(struct hy_doc *d, const struct hy_report *r, const char *dtype)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_KERNELS];
    struct hy_roofline *line = hy_doc_alloc(d, sizeof *line);
    struct hy_roofed *item = hy_doc_alloc(d, t->rows * sizeof *item);
    size_t without;
    line->ceilings = hy_roofline_ceilings(d, &r->data, dtype, &line->ceiling);
    line->count = items_of(d, t, dtype, item, &without);
    line->item = item;
    if (line->count == 0)
        return;
    const char *said[] = {
        _("Round: forward; square: backward; data may lie in the caches. The lines are what this machine was seen to "
          "do at best: flat its arithmetic, sloped its memories. A kernel is good when it lies close under the line "
          "that bounds it; above a memory's line its data came from nearer."),
        without ? hy_doc_format(d, _("Without arithmetic and so only in the table: %zu."), without) : ""};
    const struct hy_figure f = {hy_doc_format(d, "roofline-%s", dtype),
                                hy_doc_format(d, _("Kernels in %s against the machine"), dtype),
                                hy_page_sentences(d, said, 2),
                                225,
                                hy_roofline_draw,
                                line};
    hy_doc_figures(d, &f, 1);
}

static void kernels(struct hy_doc *d, const struct hy_report *r)
{
    static const char *const dtypes[] = {"f32", "tf32", "bf16"};
    hy_doc_heading(d, "kernels", _("Kernels"));
    if (!hy_page_has(d, r, HY_TABLE_KERNELS))
        return;
    if (!json_object_get(r->data.env, "peaks"))
        hy_page_missing(d, _("env.json has no measured peaks, so the charts have no lines."));
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        kernel_chart(d, r, dtypes[i]);
    hy_rooflines_kernel_table(d, r);
}

void hy_page_rooflines(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "rooflines", _("Rooflines"), false);
    hy_rooflines_step(d, r);
    kernels(d, r);
}
