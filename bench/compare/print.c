#include "bench/compare/print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/value_text.h"
#include "kernels/base/file.h"
#include "report/table/columns.h"

/* Of rows that only one side has so many are named; the rest is in the table. */
enum { NAMED = 8 };

/* ---- pieces ------------------------------------------------------------------------------- */

/* "+5.1 %" of a ratio; "" where there is none. */
static void percent(char text[24], double ratio)
{
    text[0] = '\0';
    if (isfinite(ratio))
        snprintf(text, 24, "%+.*f %%", fabs(ratio - 1) < 0.1 ? 2 : 1, 100 * (ratio - 1));
}

static void interval(char text[48], const struct hy_ratio *r)
{
    char low[24], high[24];
    percent(low, r->low);
    percent(high, r->high);
    text[0] = '\0';
    if (low[0] && high[0])
        snprintf(text, 48, "[%.*s, %s]", (int)strlen(low) - 2, low, high);
}

static char *name_of(const struct hy_side_row *row)
{
    return strcmp(row->metric, "time") == 0 ? hy_format("%s", row->subject)
                                            : hy_format("%s: %s", row->subject, row->metric);
}

/* Behind a row: what is missing for a verdict, or why there is none. */
static void remark_of(char text[64], const struct hy_compared *row)
{
    text[0] = '\0';
    if (row->note)
        snprintf(text, 64, "%s", row->note);
    else if (row->change == HY_INCONCLUSIVE && row->needed > 0)
        snprintf(text, 64, "%zu on each side would tell", row->needed);
    else if (row->change == HY_INCONCLUSIVE)
        snprintf(text, 64, "one observation tells nothing");
}

/* What either form shows of a row; "" where there is nothing. */
struct cells {
    char *name;
    char ratio[24], range[48], base[40], fresh[40], p[24], remark[64];
};

static struct cells cells_of(const struct hy_compared *row)
{
    struct cells c = {.name = name_of(row->fresh)};
    percent(c.ratio, row->note ? (double)NAN : row->ratio.ratio);
    if (row->note == NULL)
        interval(c.range, &row->ratio);
    hy_value_text(c.base, row->base_value, row->base->unit, 4);
    hy_value_text(c.fresh, row->fresh_value, row->fresh->unit, 4);
    remark_of(c.remark, row);
    if (!row->note && !isnan(row->p))
        snprintf(c.p, sizeof c.p, "%.2g", row->p);
    return c;
}

static bool changed(const struct hy_compared *row)
{
    return !row->note && (row->change == HY_REGRESSED || row->change == HY_IMPROVED || row->change == HY_CHANGED);
}

static size_t shown_rows(const struct hy_comparison *c, bool all)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += all || changed(&c->rows[i]);
    return n;
}

/* ---- sentences ------------------------------------------------------------------------------ */
char *hy_comparison_sentence(const struct hy_comparison *c)
{
    static const enum hy_change order[] = {HY_REGRESSED, HY_IMPROVED, HY_CHANGED, HY_SAME, HY_INCONCLUSIVE};
    char *text = hy_format("%zu row%s:", c->n, c->n == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        char *longer = hy_format("%s%s %zu %s", text, i ? "," : "", c->counts[order[i]], hy_change_name(order[i]));
        free(text);
        text = longer;
    }
    size_t silent = 0;
    for (size_t i = 0; i < c->n; i++)
        silent += c->rows[i].note != NULL;
    if (silent > 0 || c->doubtful > 0) {
        char *longer =
            hy_format("%s; %zu without a verdict (%zu of them disturbed or drifted); of %zu in all disturbed "
                      "or drifted observations were left out",
                      text, silent, c->doubtful_wholly, c->doubtful);
        free(text);
        text = longer;
    }
    return text;
}

static void put_only(FILE *out, const char *side, const struct hy_side_row **rows, size_t n)
{
    if (n == 0)
        return;
    fprintf(out, "only in %s (%zu): ", side, n);
    for (size_t i = 0; i < n && i < NAMED; i++) {
        char *name = name_of(rows[i]);
        fprintf(out, "%s%s", i ? ", " : "", name);
        free(name);
    }
    fprintf(out, "%s\n", n > NAMED ? ", ..." : "");
}

static void put_side(FILE *out, const char *word, const struct hy_side *s)
{
    fprintf(out, "%s  %s%s%s%s", word, s->name, s->version[0] ? " (git " : "", s->version, s->version[0] ? ")" : "");
    for (size_t i = 0; i < s->n_facts; i++) /* a hash says nothing to a reader */
        if (strcmp(s->facts[i].what, "corpus") != 0)
            fprintf(out, ", %s %s", s->facts[i].what, s->facts[i].text);
    fputc('\n', out);
}

/* ---- text ---------------------------------------------------------------------------------------- */
void hy_comparison_text(FILE *out, const struct hy_comparison *c, bool all)
{
    put_side(out, "BASE", c->base);
    put_side(out, "NEW ", c->fresh);
    char *sentence = hy_comparison_sentence(c);
    fprintf(out, "%s\n", sentence);
    free(sentence);
    if (shown_rows(c, all) > 0)
        fprintf(out, "\n%-12s %10s  %-22s %10s  %12s  %12s  %s\n", "verdict", "change", "95 % interval", "p", "BASE",
                "NEW", "row");
    for (size_t i = 0; i < c->n; i++) {
        const struct hy_compared *row = &c->rows[i];
        if (!all && !changed(row))
            continue;
        struct cells r = cells_of(row);
        fprintf(out, "%-12s %10s  %-22s %10s  %12s  %12s  %s%s%s\n", row->note ? "-" : hy_change_name(row->change),
                r.ratio, r.range, r.p, r.base, r.fresh, r.name, r.remark[0] ? ": " : "", r.remark);
        free(r.name);
    }
    put_only(out, "BASE", c->only_base, c->n_only_base);
    put_only(out, "NEW", c->only_fresh, c->n_only_fresh);
}

/* ---- Markdown -------------------------------------------------------------------------------------- */
void hy_comparison_markdown(FILE *out, const struct hy_comparison *c, bool all)
{
    char *sentence = hy_comparison_sentence(c);
    fprintf(out, "**%s** against **%s**: %s\n", c->fresh->version[0] ? c->fresh->version : c->fresh->name,
            c->base->version[0] ? c->base->version : c->base->name, sentence);
    free(sentence);
    if (shown_rows(c, all) > 0)
        fprintf(out, "\n| row | verdict | change | 95 %% interval | p | BASE | NEW |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < c->n; i++) {
        const struct hy_compared *row = &c->rows[i];
        if (!all && !changed(row))
            continue;
        struct cells r = cells_of(row);
        fprintf(out, "| `%s` | %s%s%s | %s | %s | %s | %s | %s |\n", r.name,
                row->note ? "" : hy_change_name(row->change), r.remark[0] && !row->note ? ": " : "", r.remark, r.ratio,
                r.range, r.p, r.base, r.fresh);
        free(r.name);
    }
    if (c->n_only_base + c->n_only_fresh > 0)
        fputc('\n', out);
    put_only(out, "BASE", c->only_base, c->n_only_base);
    put_only(out, "NEW", c->only_fresh, c->n_only_fresh);
}

/* ---- compare.csv -------------------------------------------------------------------------------------- */
static void put_row(struct hy_table *t, const struct hy_comparison *c, const struct hy_compared *row)
{
    const struct hy_side_row *any = row->fresh ? row->fresh : row->base;
    hy_table_text(t, "subject", any->subject);
    hy_table_text(t, "metric", any->metric);
    hy_table_text(t, "unit", any->unit);
    hy_table_text(t, "base_name", c->base->name);
    hy_table_text(t, "fresh_name", c->fresh->name);
    hy_table_float(t, "base", row->base_value);
    hy_table_float(t, "fresh", row->fresh_value);
    hy_table_text(t, "note", row->note);
    if (row->base)
        hy_table_integer(t, "doubtful_base", (int64_t)row->base->doubtful);
    if (row->fresh)
        hy_table_integer(t, "doubtful_fresh", (int64_t)row->fresh->doubtful);
    if (row->note == NULL) {
        hy_table_float(t, "ratio", row->ratio.ratio);
        hy_table_float(t, "ci_low", row->ratio.low);
        hy_table_float(t, "ci_high", row->ratio.high);
        hy_table_float(t, "p", row->ratio.p);
        hy_table_float(t, "p_adjusted", row->p);
        hy_table_float(t, "threshold_pct", any->exact ? 0 : 100 * c->rule.threshold);
        hy_table_text(t, "verdict", hy_change_name(row->change));
        hy_table_integer(t, "n_base", (int64_t)row->ratio.n_base);
        hy_table_integer(t, "n_fresh", (int64_t)row->ratio.n_fresh);
        hy_table_float(t, "cv_pct", 100 * row->ratio.cv);
        if (row->needed > 0)
            hy_table_integer(t, "needed", (int64_t)row->needed);
    }
    hy_table_rest_missing(t);
    hy_table_end_row(t);
}

hy_status hy_comparison_csv(const char *path, const struct hy_comparison *c)
{
    struct hy_table t;
    hy_status status = hy_table_open_file(&t, HY_TABLE_COMPARE, path, c->fresh->version, "");
    if (status)
        return status;
    for (size_t i = 0; i < c->n; i++)
        put_row(&t, c, &c->rows[i]);
    for (size_t i = 0; i < c->n_only_base; i++)
        put_row(&t, c,
                &(struct hy_compared){
                    .base = c->only_base[i], .base_value = NAN, .fresh_value = NAN, .note = "only in BASE"});
    for (size_t i = 0; i < c->n_only_fresh; i++)
        put_row(&t, c,
                &(struct hy_compared){
                    .fresh = c->only_fresh[i], .base_value = NAN, .fresh_value = NAN, .note = "only in NEW"});
    return hy_table_commit(&t);
}
