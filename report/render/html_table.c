/* A table that sorts where it stands (html/page.js).
 *
 * A row with a rule above begins a <tbody>: rows are sorted between rules, never across one, so that averages and
 * totals stay below what they sum up, and groups stay together. A cell with a value sorts by it (data-v), another one
 * by its text; what has no value comes last, whichever way a column of values is sorted. */
#include <math.h>
#include <string.h>

#include "report/doc/say.h"
#include "report/render/html_page.h"
#include "report/render/html_text.h"
#include "report/table/csv.h"

enum {
    TALL = 30,      /* rows from which on a table scrolls beneath its own head */
    LONG_TEXT = 44, /* bytes from which on a cell is prose that wants a width to wrap in */
};

static bool begins_group(const struct hy_block *b, size_t row)
{
    return row > 0 && b->row[row].look.rule_above;
}

/* Whether two rows could change places. */
static bool sorts(const struct hy_block *b)
{
    for (size_t i = 1; i < b->rows; i++)
        if (!begins_group(b, i))
            return true;
    return false;
}

/* ` class="..."` of up to three words, none of them where they are NULL. */
static void put_classes(FILE *out, const char *a, const char *b, const char *c)
{
    const char *const word[] = {a, b, c};
    bool open = false;
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        if (!word[i])
            continue;
        fprintf(out, "%s%s", open ? " " : " class=\"", word[i]);
        open = true;
    }
    if (open)
        fputc('"', out);
}

static const char *align_class(enum hy_align align)
{
    return align == HY_RIGHT ? "r" : align == HY_CENTER ? "c" : NULL;
}

static void put_head(struct hy_html *h, const struct hy_block *b)
{
    const bool sortable = sorts(b);
    fputs("<thead><tr>", h->out);
    for (size_t i = 0; i < b->count; i++) {
        const struct hy_column *column = &b->column[i];
        const bool named = column->title && *column->title;
        fputs(named ? "<th scope=\"col\"" : "<td", h->out);
        put_classes(h->out, align_class(column->align), NULL, NULL);
        fputs(named && sortable ? " aria-sort=\"none\"><button type=\"button\">" : ">", h->out);
        hy_html_lines(h->out, column->title);
        fputs(!named ? "</td>" : sortable ? "</button></th>" : "</th>", h->out);
    }
    fputs("</tr></thead>\n", h->out);
}

static hy_status put_swatch(struct hy_html *h, const struct hy_row_look *look)
{
    const char *svg;
    if (!look->swatch)
        return HY_OK;
    const hy_status status = hy_swatch_svg(&h->swatches, *look->swatch, look->look, &svg);
    if (status == HY_OK)
        fprintf(h->out, "<span class=\"swatch\" aria-hidden=\"true\">%s</span>", svg);
    return status;
}

static void put_value(FILE *out, double value)
{
    char text[32];
    if (!isfinite(value))
        return;
    hy_csv_format(text, value, 15);
    fprintf(out, " data-v=\"%s\"", text);
}

/* The first cell of a row names it. */
static hy_status put_cell(struct hy_html *h, const struct hy_row *row, size_t i, enum hy_align align)
{
    const struct hy_cell *cell = &row->cells[i];
    const char *tag = i == 0 ? "th" : "td";
    fprintf(h->out, "<%s%s", tag, i == 0 ? " scope=\"row\"" : "");
    put_classes(h->out, align_class(align), cell->grey ? "g" : NULL,
                cell->text && strlen(cell->text) > LONG_TEXT ? "t" : NULL);
    put_value(h->out, cell->value);
    fputc('>', h->out);
    const hy_status status = i == 0 ? put_swatch(h, &row->look) : HY_OK;
    const bool linked = hy_html_link(h, cell->link);
    hy_html_lines(h->out, cell->text);
    fprintf(h->out, "%s</%s>", linked ? "</a>" : "", tag);
    return status;
}

static hy_status put_row(struct hy_html *h, const struct hy_block *b, size_t row)
{
    const struct hy_row *r = &b->row[row];
    hy_status status = HY_OK;
    fputs("<tr", h->out);
    hy_html_id(h, r->look.anchor);
    put_classes(h->out, r->look.bold ? "b" : NULL, r->look.muted ? "m" : NULL, NULL);
    fputc('>', h->out);
    for (size_t i = 0; status == HY_OK && i < b->count; i++)
        status = put_cell(h, r, i, b->column[i].align);
    fputs("</tr>\n", h->out);
    return status;
}

hy_status hy_html_table(struct hy_html *h, const struct hy_block *b)
{
    hy_status status = HY_OK;
    fprintf(h->out, "<div class=\"scroll%s\" role=\"group\" aria-label=\"", b->rows > TALL ? " tall" : "");
    hy_html_text(h->out, h->heading ? h->heading : _("Table"));
    fputs("\"><table", h->out);
    hy_html_id(h, b->name);
    fputs(">\n", h->out);
    put_head(h, b);
    fputs("<tbody>\n", h->out);
    for (size_t i = 0; status == HY_OK && i < b->rows; i++) {
        if (begins_group(b, i))
            fputs("</tbody>\n<tbody>\n", h->out);
        status = put_row(h, b, i);
    }
    fputs("</tbody></table></div>\n", h->out);
    return status;
}
