/* A whole training step op by op: where each variant's time goes, and how far from the roofs one of them is. */
#include <math.h>
#include <string.h>

#include "report/pages/rooflines.h"
#include "report/pages/shades.h"

enum { SHOWN = 11, MOST_OPS = 64 };

/* ---- what the times are ------------------------------------------------------------------------------------ */

/* Least and most of a column's numbers; false where it has none. */
static bool range_of(const struct hy_csv *t, const char *column, double range[2])
{
    const int at = hy_csv_column(t, column);
    bool any = false;
    for (size_t row = 0; row < t->rows; row++) {
        const double x = hy_csv_number(t, row, at);
        if (!isfinite(x))
            continue;
        range[0] = any && range[0] < x ? range[0] : x;
        range[1] = any && range[1] > x ? range[1] : x;
        any = true;
    }
    return any;
}

/* How many of the table's rows were imported. */
static size_t imported_rows(const struct hy_csv *t)
{
    size_t n = 0;
    for (size_t row = 0; row < t->rows; row++)
        n += *hy_row_source(t, row) != '\0';
    return n;
}

/* Of the host, of the device by CUPTI, of another program's capture of it. */
static void explain(struct hy_doc *d, const struct hy_csv *t)
{
    double ratio[2], busy[2];
    const size_t imported = imported_rows(t);
    if (range_of(t, "trace_ratio", ratio) && range_of(t, "busy_pct", busy))
        hy_doc_paragraph(
            d, HY_CAPTION,
            hy_doc_format(d,
                          _("One training step as the device ran it: the time during which it worked for an op, by "
                            "CUPTI. Steps are traced in a repeat of their own, in which they took %.2f to %.2f times "
                            "as long as untraced, as all times elsewhere are; of an untraced step the device works "
                            "%.0f to %.0f\xC2\xA0%%."),
                          ratio[0], ratio[1], busy[0], busy[1]));
    else if (imported < t->rows)
        hy_doc_paragraph(d, HY_CAPTION,
                         _("One profiled training step: forward, backward, update. It carries the cost of its timers, "
                           "so it can be a little slower than the training rate implies."));
    if (imported > 0)
        hy_doc_paragraph(d, HY_CAPTION,
                         _("(nsys): imported from a capture by Nsight Systems; the time during which a device worked "
                           "for an op, in steps that ran op by op."));
}

/* The variant with what stands behind its name: the mark of a profile that does not hold, where it was imported from.
 */
static const char *shown_name(struct hy_doc *d, const struct hy_report *r, const char *variant)
{
    const char *source = hy_profile_source(&r->data, variant),
               *mark = hy_row_mark(hy_profile_quality(&r->data, variant));
    return hy_doc_format(d, "%s%s%s%s%s", variant, mark, *source ? " (" : "", source, *source ? ")" : "");
}

/* ---- where the time goes ----------------------------------------------------------------------------------- */

/* Ops of all variants' steps, the costliest first. */
static size_t ops_of(const struct hy_step_ops *s, size_t variants, struct hy_op_sum all[MOST_OPS])
{
    size_t n = 0;
    for (size_t i = 0; i < variants; i++)
        for (size_t k = 0; k < s[i].count; k++) {
            size_t at = 0;
            while (at < n && strcmp(all[at].op, s[i].item[k].op) != 0)
                at++;
            if (at == MOST_OPS)
                continue;
            if (at == n)
                all[n++] = (struct hy_op_sum){.op = s[i].item[k].op};
            all[at].all_ms += s[i].item[k].all_ms;
        }
    for (size_t i = 1; i < n; i++) {
        const struct hy_op_sum moved = all[i];
        size_t k = i;
        for (; k > 0 && all[k - 1].all_ms < moved.all_ms; k--)
            all[k] = all[k - 1];
        all[k] = moved;
    }
    return n;
}

/* A variant's milliseconds by part: those shown, and all others in the last. */
static void fill(double *value, size_t parts, const struct hy_part *part, const struct hy_step_ops *s)
{
    for (size_t k = 0; k < s->count; k++) {
        size_t at = 0;
        while (at + 1 < parts && strcmp(part[at].name, s->item[k].op) != 0)
            at++;
        value[at] += s->item[k].all_ms;
    }
}

/* Profiles that do not hold, of all. */
static void explain_marks(struct hy_doc *d, const bool *hollow, size_t count)
{
    size_t doubtful = 0;
    for (size_t i = 0; i < count; i++)
        doubtful += hollow[i];
    if (doubtful > 0)
        hy_doc_paragraph(d, HY_CAPTION,
                         hy_doc_format(d,
                                       _("Profiles that do not hold: %zu of %zu, hollow and marked (%s disturbed, %s "
                                         "drifted). No sentence rests on them."),
                                       doubtful, count, hy_row_mark(HY_ROW_DISTURBED), hy_row_mark(HY_ROW_DRIFTED)));
}

static void bars(struct hy_doc *d, const struct hy_report *r, const struct hy_step_ops *s)
{
    const size_t n = r->data.variants;
    struct hy_op_sum all[MOST_OPS];
    const size_t ops = ops_of(s, n, all), parts = ops > SHOWN ? SHOWN + 1 : ops;
    struct hy_bars *b = hy_doc_alloc(d, sizeof *b);
    struct hy_part *part = hy_doc_alloc(d, parts * sizeof *part);
    const char **name = hy_doc_alloc(d, n * sizeof *name), **text = hy_doc_alloc(d, n * sizeof *text);
    double *value = hy_doc_alloc(d, n * parts * sizeof *value);
    bool *hollow = hy_doc_alloc(d, n * sizeof *hollow);
    for (size_t k = 0; k < parts; k++)
        part[k] = k < SHOWN ? (struct hy_part){all[k].op, hy_op_shade(all[k].op)}
                            : (struct hy_part){_("all others"), hy_shade_of(HY_SHADE_NONE)};
    for (size_t i = 0; i < n; i++) {
        name[i] = shown_name(d, r, r->data.variant[i].name);
        hollow[i] = hy_profile_quality(&r->data, r->data.variant[i].name) != HY_ROW_OK;
        text[i] = hy_cell_fixed(d, s[i].count > 0 ? s[i].ms : (double)NAN, 1).text;
        fill(value + i * parts, parts, part, &s[i]);
    }
    *b = (struct hy_bars){.name = name,
                          .count = n,
                          .hollow = hollow,
                          .part = part,
                          .parts = parts,
                          .value = value,
                          .text = text,
                          .label = _("ms per training step")};
    const struct hy_figure f = {"step-ops",
                                _("Where the time of a training step goes"),
                                _("By op, summed over layers and passes; the number is the whole step. Shorter is "
                                  "better."),
                                hy_bars_height(b),
                                hy_bars_draw,
                                b};
    hy_doc_figures(d, &f, 1);
    explain(d, &r->data.table[HY_TABLE_OPS]);
    explain_marks(d, hollow, n);
}

/* ---- one variant against the roofs ------------------------------------------------------------------------- */
static void roofline(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *v,
                     const struct hy_step_ops *s)
{
    struct hy_roofline *line = hy_doc_alloc(d, sizeof *line);
    struct hy_roofed *item = hy_doc_alloc(d, s->count * sizeof *item);
    const bool holds = hy_profile_quality(&r->data, v->name) == HY_ROW_OK;
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct hy_op_sum *op = &s->item[i];
        if (!(op->flops > 0) || !(op->bytes > 0) || !(op->all_ms > 0))
            continue;
        item[n++] = (struct hy_roofed){.name = op->op,
                                       .color = hy_op_shade(op->op),
                                       .intensity = op->flops / op->bytes,
                                       .gflops = op->flops / op->all_ms / 1e6,
                                       .weight = op->all_ms / s->ms,
                                       .hollow = !holds};
    }
    if (n == 0)
        return;
    line->item = item;
    line->count = n;
    line->ceilings = hy_roofline_ceilings(d, &r->data, *v->precision ? v->precision : "f32", &line->ceiling);
    const struct hy_figure f = {"roofline-step",
                                _("Its ops against the machine"),
                                _("Each op with all its layers and passes; the area of its marker is its share of the "
                                  "step. Large markers far below the lines are where time can be saved."),
                                225,
                                hy_roofline_draw,
                                line};
    hy_doc_figures(d, &f, 1);
}

static void table(struct hy_doc *d, const struct hy_step_ops *s)
{
    const struct hy_column columns[] = {{_("Op"), 90, HY_LEFT},
                                        {_("Calls"), 0, HY_RIGHT},
                                        {_("Forward\n(ms)"), 0, HY_RIGHT},
                                        {_("Backward\n(ms)"), 0, HY_RIGHT},
                                        {_("Update\n(ms)"), 0, HY_RIGHT},
                                        {_("Share\n(%)"), 0, HY_RIGHT},
                                        {_("GFLOP/s"), 0, HY_RIGHT},
                                        {_("GB/s"), 0, HY_RIGHT},
                                        {_("% of\nroof"), 0, HY_RIGHT}};
    hy_doc_table(d, "step-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < s->count; i++) {
        const struct hy_op_sum *op = &s->item[i];
        const struct hy_color color = hy_op_shade(op->op);
        const struct hy_row_look look = {.swatch = &color};
        struct hy_cell cells[9] = {hy_cell_text(op->op), hy_cell_fixed(d, op->calls, 0)};
        for (int part = 0; part < HY_STEP_PARTS; part++)
            cells[2 + part] = hy_cell_short(d, op->ms[part] > 0 ? op->ms[part] : (double)NAN);
        cells[5] = hy_cell_fixed(d, 100 * op->all_ms / s->ms, 1);
        cells[6] = hy_cell_fixed(d, op->flops > 0 ? op->flops / op->all_ms / 1e6 : (double)NAN, 1);
        cells[7] = hy_cell_fixed(d, op->bytes > 0 ? op->bytes / op->all_ms / 1e6 : (double)NAN, 1);
        cells[8] = hy_cell_fixed(d, op->roof_pct, 1);
        hy_doc_row(d, cells, &look);
    }
    hy_doc_paragraph(d, HY_CAPTION,
                     _("The best-ranked variant whose profile holds, if there is one; the slowest op first, all its "
                       "layers together. Rates are the op's declared operations and bytes over the measured time. % of "
                       "roof: the least time that the machine's peaks allow over that time, as if the op's operands "
                       "lay in the nearest caches that have room: in a step most come from further away, so it is a "
                       "lower bound. Higher is better."));
}

void hy_rooflines_step(struct hy_doc *d, const struct hy_report *r)
{
    const size_t n = r->data.variants;
    const struct hy_variant *v = hy_step_ops_of(&r->data);
    hy_doc_heading(d, "step", _("A whole training step"));
    if (!hy_page_has(d, r, HY_TABLE_OPS))
        return;
    if (!v) {
        hy_page_missing(d, _("ops.csv has no training step of a variant of this run."));
        return;
    }
    struct hy_step_ops *s = hy_doc_alloc(d, n * sizeof *s);
    for (size_t i = 0; i < n; i++)
        hy_step_ops_make(&s[i], &r->data, r->data.variant[i].name);
    bars(d, r, s);
    hy_doc_heading(d, "step-by-op", hy_doc_format(d, _("A step of %s op by op"), shown_name(d, r, v->name)));
    roofline(d, r, v, &s[v - r->data.variant]);
    table(d, &s[v - r->data.variant]);
    for (size_t i = 0; i < n; i++)
        hy_step_ops_fini(&s[i]);
}
