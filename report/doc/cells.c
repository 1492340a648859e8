/* Cells: a text, the value behind it, and the place of the run folder that the value came from. */
#include <math.h>
#include <string.h>

#include "report/doc/doc.h"
#include "report/table/csv.h"
#include "report/table/number.h"

struct hy_cell hy_cell_shown(const char *text, double value)
{
    return (struct hy_cell){.text = text && *text ? text : HY_DASH, .value = value};
}

struct hy_cell hy_cell_text(const char *text)
{
    return hy_cell_shown(text, (double)NAN);
}

static struct hy_cell number(struct hy_doc *d, const char *text, double value)
{
    return hy_cell_shown(hy_arena_copy(&d->arena, text), value);
}

struct hy_cell hy_cell_fixed(struct hy_doc *d, double value, int decimals)
{
    struct hy_number n;
    return number(d, hy_show_fixed(&n, value, decimals), value);
}

struct hy_cell hy_cell_ppl(struct hy_doc *d, double value)
{
    struct hy_number n;
    return number(d, hy_show_ppl(&n, value), value);
}

struct hy_cell hy_cell_short(struct hy_doc *d, double value)
{
    struct hy_number n;
    return number(d, hy_show_short(&n, value), value);
}

struct hy_cell hy_cell_percent(struct hy_doc *d, double value)
{
    struct hy_number n;
    return number(d, hy_show_percent(&n, value), value);
}

struct hy_cell hy_cell_bytes(struct hy_doc *d, double value)
{
    struct hy_number n;
    return number(d, hy_show_bytes(&n, value), value);
}

struct hy_cell hy_cell_from(struct hy_cell cell, const struct hy_csv *t, size_t row, const char *column)
{
    const char *slash = strrchr(t->name, '/');
    cell.table = slash ? slash + 1 : t->name; /* its name in the run folder */
    cell.column = column;
    cell.row = row;
    return cell;
}

struct hy_cell hy_cell_of(struct hy_doc *d, const struct hy_csv *t, size_t row, const char *column, int decimals)
{
    return hy_cell_from(hy_cell_fixed(d, hy_csv_number_of(t, row, column), decimals), t, row, column);
}

struct hy_cell hy_cell_linked(struct hy_cell cell, const char *anchor)
{
    cell.link = anchor;
    return cell;
}

struct hy_cell hy_cell_greyed(struct hy_cell cell)
{
    cell.grey = true;
    return cell;
}
