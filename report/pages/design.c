/* Architecture and configuration: the blocks as diagrams, what differs between the variants, what they share. */
#include "report/pages/design.h"

#include <math.h>
#include <string.h>

#define NAME_WIDTH 112.0f /* of the column of variants, points */
#define ROW_WIDTH  487.0f
#define CHARACTER  4.1f /* about, of a cell's text */

/* ---- values -------------------------------------------------------------------------------------------- */
/* "[[1,2],[3,4]]" as "1-2, 3-4" and "[0,5,10]" as "0, 5, 10". */
static const char *short_list(struct hy_doc *d, const char *text)
{
    const bool nested = strncmp(text, "[[", 2) == 0;
    char *out = hy_doc_alloc(d, 2 * strlen(text) + 1), *to = out;
    for (int depth = 0; *text; text++) {
        depth += (*text == '[') - (*text == ']');
        if (*text == ',' && (!nested || depth == 1)) {
            *to++ = ',';
            *to++ = ' ';
        } else if (*text == ',') {
            *to++ = '-';
        } else if (*text != '[' && *text != ']' && *text != ' ') {
            *to++ = *text;
        }
    }
    return *out ? out : _("none");
}

bool hy_design_all_global(const struct hy_csv *t, size_t row)
{
    const double layers = hy_csv_number_of(t, row, "layers");
    size_t listed = 0;
    for (const char *at = hy_csv_text_of(t, row, "global_layers"); *at; at++)
        listed += *at == ',';
    return layers > 1 && (double)(listed + 1) == layers;
}

static bool is_count(const char *column)
{
    return strncmp(column, "params", 6) == 0 || strcmp(column, "flops_per_token") == 0;
}

const char *hy_design_value(struct hy_doc *d, const struct hy_csv *t, size_t row, int column)
{
    const char *text = hy_csv_text(t, row, column);
    const double number = hy_csv_to_number(text);
    char digits[32];
    if (text[0] == '[')
        return column == hy_csv_column(t, "global_layers") && hy_design_all_global(t, row) ? _("all")
                                                                                           : short_list(d, text);
    if (column >= 0 && is_count(t->header[column]))
        return hy_cell_fixed(d, number, 0).text;
    if (!isfinite(number) || !strchr(text, '.'))
        return *text ? text : HY_DASH;
    hy_csv_format(digits, number, 6); /* 0.1 went through a float: 0.100000001 */
    return hy_doc_format(d, "%s", digits);
}

/* ---- which fields ------------------------------------------------------------------------------------------ */
/* What a variant is set against stands with the effects; parameters have a chart. */
static bool is_listed(const char *column)
{
    static const char *const others[] = {"name", "compare_to", "isolates", "Run", "Corpus"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(column, others[i]) == 0)
            return false;
    return strncmp(column, "params_", 7) != 0;
}

/* Of the variants that have such a field: the value of the first that has. "" where none has. */
static const char *first_value(const struct hy_csv *t, size_t column, size_t *row)
{
    for (*row = 0; *row < t->rows; ++*row)
        if (*hy_csv_text(t, *row, (int)column))
            return hy_csv_text(t, *row, (int)column);
    return "";
}

static bool differs(const struct hy_csv *t, size_t column)
{
    size_t row;
    const char *value = first_value(t, column, &row);
    for (size_t i = row; i < t->rows; i++) {
        const char *here = hy_csv_text(t, i, (int)column);
        if (*here && strcmp(here, value) != 0)
            return true;
    }
    return false;
}

static bool is_text(const struct hy_csv *t, size_t column)
{
    for (size_t i = 0; i < t->rows; i++)
        if (*hy_csv_text(t, i, (int)column) && isnan(hy_csv_number(t, i, (int)column)))
            return true;
    return false;
}

/* The longest part of a name that is broken at its underlines. */
static size_t longest_part(const char *name)
{
    size_t most = 0;
    for (size_t length; *name; name += length + (name[length] == '_')) {
        length = strcspn(name, "_");
        most = length + 1 > most ? length + 1 : most;
    }
    return most;
}

/* About what the widest of its texts takes. */
static float width_of(struct hy_doc *d, const struct hy_csv *t, size_t column)
{
    size_t most = longest_part(t->header[column]);
    for (size_t i = 0; i < t->rows; i++) {
        const size_t here = strlen(hy_design_value(d, t, i, (int)column));
        most = here > most ? here : most;
    }
    return fminf(CHARACTER * (float)most + 8, 92);
}

/* ---- what differs ------------------------------------------------------------------------------------------- */
/* The number of a field, with its place; the text of one that is none. */
static struct hy_cell cell_of(struct hy_doc *d, const struct hy_csv *t, size_t row, size_t column)
{
    const char *text = hy_design_value(d, t, row, (int)column);
    return hy_cell_from(hy_cell_shown(text, hy_csv_number(t, row, (int)column)), t, row, t->header[column]);
}

/* A table of the fields (count): variants as rows. The first of the page has the anchors that every page links to. */
static void table_of(struct hy_doc *d, const struct hy_report *r, const size_t *field, size_t count, size_t number)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    struct hy_column *columns = hy_doc_alloc(d, (count + 1) * sizeof *columns);
    struct hy_cell *cells = hy_doc_alloc(d, (count + 1) * sizeof *cells);
    columns[0] = (struct hy_column){_("Variant"), NAME_WIDTH, HY_LEFT};
    for (size_t k = 0; k < count; k++)
        columns[k + 1] = (struct hy_column){t->header[field[k]], 0, is_text(t, field[k]) ? HY_LEFT : HY_RIGHT};
    hy_doc_table(d, hy_doc_format(d, "design-table-%zu", number + 1), columns, count + 1);
    for (size_t i = 0; i < t->rows; i++) {
        const struct hy_variant *v = hy_run_data_find(&r->data, hy_csv_text_of(t, i, "name"));
        struct hy_row_look look = v ? hy_variant_row(v) : (struct hy_row_look){.muted = true};
        if (v && number == 0)
            look.anchor = hy_variant_anchor(d, r, "design", v);
        cells[0] = hy_cell_text(hy_csv_text_of(t, i, "name"));
        for (size_t k = 0; k < count; k++)
            cells[k + 1] = cell_of(d, t, i, field[k]);
        hy_doc_row(d, cells, &look);
    }
}

/* The fields that differ, and the width that they take. */
static size_t fields_of(struct hy_doc *d, const struct hy_csv *t, size_t *field, float *width)
{
    size_t count = 0;
    *width = 0;
    for (size_t c = 0; c < t->columns; c++) {
        if (!is_listed(t->header[c]) || !differs(t, c))
            continue;
        field[count++] = c;
        *width += width_of(d, t, c);
    }
    return count;
}

/* As many tables as the fields that differ need at the width of a page, of about one width. */
static void differences(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    size_t *field = hy_doc_alloc(d, (t->columns + 1) * sizeof *field), number = 0;
    float all, width = 0;
    const size_t count = fields_of(d, t, field, &all);
    const float tables = ceilf(all / (ROW_WIDTH - NAME_WIDTH));
    for (size_t first = 0, i = 0; i < count; i++) {
        const bool last = i + 1 == count;
        width += width_of(d, t, field[i]);
        if (!last && width + width_of(d, t, field[i + 1]) / 2 < all / tables)
            continue;
        table_of(d, r, field + first, i + 1 - first, number++);
        first = i + 1;
        width = 0;
    }
    if (number == 0)
        hy_page_missing(d, _("No field of variants.csv differs."));
    else
        hy_doc_paragraph(
            d, HY_CAPTION,
            _("Fields of variants.csv that differ. query_heads: those really used; window: tokens that a "
              "local layer sees, its own included; global_layers: layers that see everything; kv_groups: "
              "layers that share keys and values; flops_per_token: of training. A dash: the field does not "
              "exist there."));
}

/* ---- what is the same ------------------------------------------------------------------------------------------ */
static void shared(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    struct hy_fact *facts = hy_doc_alloc(d, (t->columns + 1) * sizeof *facts);
    size_t n = 0;
    for (size_t c = 0, row; c < t->columns; c++)
        if (is_listed(t->header[c]) && !differs(t, c) && *first_value(t, c, &row))
            facts[n++] = (struct hy_fact){t->header[c], hy_design_value(d, t, row, (int)c)};
    if (n == 0)
        return;
    hy_doc_heading(d, "design-shared", t->rows > 1 ? _("The same in all variants") : _("Configuration"));
    hy_doc_facts(d, facts, n);
}

/* ---- parameters --------------------------------------------------------------------------------------- */
static void parameters(struct hy_doc *d, const struct hy_report *r)
{
    static const struct {
        const char *column, *name;
        unsigned color;
    } kinds[] = {{"params_embedding", N_("embedding and meta tokens"), 0x264653},
                 {"params_attention", N_("attention"), HY_DESIGN_ATTENTION},
                 {"params_mamba", N_("Mamba"), HY_DESIGN_MAMBA},
                 {"params_ffn", N_("feed-forward"), 0xe76f51},
                 {"params_norm_other", N_("norms and others"), 0x457b9d}};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    struct hy_part *parts = hy_doc_alloc(d, KINDS * sizeof *parts);
    const char **names = hy_doc_alloc(d, sizeof *names * t->rows);
    double *values = hy_doc_alloc(d, sizeof *values * t->rows * KINDS), sum = 0;
    struct hy_bars *bars = hy_doc_alloc(d, sizeof *bars);
    for (size_t k = 0; k < KINDS; k++)
        parts[k] = (struct hy_part){_(kinds[k].name), hy_rgb(kinds[k].color)};
    for (size_t i = 0; i < t->rows; i++) {
        names[i] = hy_csv_text_of(t, i, "name");
        for (size_t k = 0; k < KINDS; k++) {
            const double millions = hy_csv_number_of(t, i, kinds[k].column) / 1e6;
            values[i * KINDS + k] = millions;
            sum += isfinite(millions) ? millions : 0;
        }
    }
    if (!(sum > 0))
        return;
    *bars = (struct hy_bars){.name = names,
                             .count = t->rows,
                             .part = parts,
                             .parts = KINDS,
                             .value = values,
                             .label = _("million parameters")};
    const struct hy_figure figure = {
        "design-parameters",
        _("Where each variant keeps its parameters"),
        _("Neither longer nor shorter is better here, but unequal bars are not compared on equal terms."),
        hy_bars_height(bars),
        hy_bars_draw,
        bars};
    hy_doc_figures(d, &figure, 1);
}

void hy_page_design(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_section(d, "design", _("Architecture and configuration"), true);
    if (!hy_page_has(d, r, HY_TABLE_VARIANTS))
        return;
    hy_design_diagrams(d, r);
    if (r->data.table[HY_TABLE_VARIANTS].rows > 1) {
        hy_doc_heading(d, "design-differences", _("What differs"));
        differences(d, r);
    }
    parameters(d, r);
    shared(d, r);
}
