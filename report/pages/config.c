/* The configurations: fields that differ as a table, the shared ones as a list. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

enum { MOST = 8 }; /* variants side by side */

/* What a variant is set against has a page of its own, the confounding audit. */
static bool is_listed(const char *column)
{
    static const char *const others[] = {"name", "compare_to", "isolates", "Run", "Corpus"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(column, others[i]) == 0)
            return false;
    return true;
}

static bool differs(const struct hy_csv *t, int column)
{
    for (size_t i = 1; i < t->rows; i++)
        if (strcmp(hy_csv_text(t, i, column), hy_csv_text(t, 0, column)) != 0)
            return true;
    return false;
}

/* "[[1,2],[3,4]]" as "1-2 3-4" and "[0,5,10]" as "0,5,10": lists must fit a narrow column. */
static const char *short_list(struct hy_sheet *s, const char *text)
{
    bool nested = strncmp(text, "[[", 2) == 0;
    char *out = hy_pdf_alloc(s->pdf, strlen(text) + 1), *to = out;
    for (int depth = 0; *text; text++) {
        depth += (*text == '[') - (*text == ']');
        if (*text == ',')
            *to++ = !nested ? ',' : depth == 1 ? ' ' : '-';
        else if (*text != '[' && *text != ']' && *text != ' ')
            *to++ = *text;
    }
    return *out ? out : "none";
}

/* Counts with thousands grouped, everything else as it stands in the file. */
static const char *value(struct hy_sheet *s, const struct hy_csv *t, size_t row, int column)
{
    const char *text = hy_csv_text(t, row, column);
    bool count = strncmp(t->header[column], "params", 6) == 0 || strcmp(t->header[column], "flops_per_token") == 0;
    if (text[0] == '[')
        return short_list(s, text);
    double number = hy_csv_to_number(text);
    if (!count && isfinite(number) && strchr(text, '.')) { /* 0.1 went through a float: 0.100000001 */
        char digits[32];
        hy_csv_format(digits, number, 6);
        return hy_pdf_format(s->pdf, "%s", digits);
    }
    return count && *text ? hy_cell_fixed(s, hy_csv_to_number(text), 0) : hy_cell_or_dash(text);
}

static void side_by_side(struct hy_sheet *s, const struct hy_csv *t, size_t from, size_t count)
{
    struct hy_grid_column columns[MOST + 1] = {{"Field", 76, HY_LEFT}};
    struct hy_grid g;
    for (size_t i = 0; i < count; i++)
        columns[i + 1] =
            (struct hy_grid_column){hy_cell_two_lines(s, hy_csv_text_of(t, from + i, "name")), 0, HY_RIGHT};
    hy_grid_begin(&g, s, columns, (int)count + 1, count > 5 ? 6.2f : 7.4f);
    for (size_t c = 0; c < t->columns; c++) {
        const char *cells[MOST + 1] = {t->header[c]};
        if (!is_listed(t->header[c]) || !differs(t, (int)c))
            continue;
        for (size_t i = 0; i < count; i++)
            cells[i + 1] = value(s, t, from + i, (int)c);
        hy_grid_row(&g, cells, NULL);
    }
    hy_grid_end(&g);
}

static void parameters(struct hy_sheet *s, const struct hy_csv *t)
{
    static const struct {
        const char *column, *name;
        unsigned color;
    } kinds[] = {{"params_embedding", "embedding and meta", 0x264653},
                 {"params_attention", "attention", 0x2a9d8f},
                 {"params_mamba", "Mamba", 0xe9c46a},
                 {"params_ffn", "feed-forward", 0xe76f51},
                 {"params_norm_other", "norms and others", 0x457b9d}};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    struct hy_stack_part parts[KINDS];
    const char **names = hy_pdf_alloc(s->pdf, sizeof *names * t->rows);
    double *values = hy_pdf_alloc(s->pdf, sizeof *values * t->rows * KINDS), sum = 0;
    for (int k = 0; k < KINDS; k++)
        parts[k] = (struct hy_stack_part){kinds[k].name, hy_rgb(kinds[k].color)};
    for (size_t i = 0; i < t->rows; i++) {
        names[i] = hy_csv_text_of(t, i, "name");
        for (int k = 0; k < KINDS; k++) {
            values[i * KINDS + (size_t)k] = hy_csv_number_of(t, i, kinds[k].column) / 1e6;
            sum += isfinite(values[i * KINDS + (size_t)k]) ? values[i * KINDS + (size_t)k] : 0;
        }
    }
    if (!(sum > 0))
        return;
    float height = hy_chart_stacks_height((int)t->rows, KINDS);
    hy_sheet_heading(s, "Parameters by kind", height + 24);
    float top = hy_sheet_take(s, height);
    hy_chart_stacks(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, height}, names, (int)t->rows, NULL, parts,
                    KINDS, values, "million parameters");
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Where each variant keeps its parameters; bold: all. Neither longer nor shorter is better here, "
                       "but unequal bars are not compared on equal terms.");
}

void hy_page_config(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    hy_sheet_section(s, "Configurations", 320);
    if (!hy_page_has(s, r, HY_TABLE_VARIANTS))
        return;
    for (size_t from = 0; from < t->rows && t->rows > 1; from += MOST)
        side_by_side(s, t, from, t->rows - from < MOST ? t->rows - from : MOST);
    const char *shared = "";
    for (size_t c = 0; c < t->columns; c++)
        if (is_listed(t->header[c]) && !differs(t, (int)c) && *hy_csv_text(t, 0, (int)c))
            shared = hy_pdf_format(s->pdf, "%s%s%s\xC2\xA0%s", shared, *shared ? ", " : "", t->header[c],
                                   value(s, t, 0, (int)c));
    if (*shared)
        hy_sheet_paragraph(
            s, HY_CAPTION,
            hy_pdf_format(s->pdf, "%s: %s.", t->rows > 1 ? "The same in all variants" : "Configuration", shared));
    parameters(s, t);
}
