/* The page: what it says, in which order, and that it is sound whatever the names are. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/render/html_colors.h"
#include "report/render/html_text.h"
#include "report/render/render.h"
#include "tests/report/folder.h"
#include "tests/report/render/awkward.h"

/* ---- reading a page --------------------------------------------------------------------------- */
/* The end of a drawing where one begins, else NULL. */
static const char *behind_drawing(const char *s)
{
    return strncmp(s, "<svg", 4) == 0 ? strstr(s, "</svg>") + 6 : NULL;
}

/* What is read between two places of a page: without tags and drawings; malloc'd. */
static char *words(const char *from, const char *to)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    for (const char *s = from; s < to;) {
        const char *end = behind_drawing(s);
        if (!end && *s == '<') {
            fputs(strncmp(s, "<br/>", 5) == 0 ? "\n" : "", out);
            end = strchr(s, '>') + 1;
        }
        s = end ? end : html_letter(out, s);
    }
    fclose(out);
    return text;
}

static char *page_of(const struct hy_doc *d)
{
    char *dir = new_folder(), *path = hy_format("%s/report.html", dir);
    cr_assert_eq(hy_render_html(d, path), HY_OK, "%s", hy_error());
    char *page = file_text(path);
    free(path);
    remove_folder(dir);
    return page;
}

static void comes_next(const char *text, void *user)
{
    const char **at = user;
    const char *hit = strstr(*at, text);
    cr_assert(hit, "\"%s\" does not follow here: %.200s", text, *at);
    *at = hit + strlen(text);
}

Test(html, says_all_in_order)
{
    struct hy_doc d;
    awkward_document(&d);
    char *page = page_of(&d), *text = words(strstr(page, "<main"), page + strlen(page));
    const char *at = text;
    awkward_texts(&d, comes_next, &at);
    free(text);
    free(page);
    hy_doc_fini(&d);
}

/* ---- tables ------------------------------------------------------------------------------------------ */
/* The next cell; false when there is none. `tag` is where it begins, `text` what it says (malloc'd). */
static bool next_cell(const char **at, const char **tag, char **text)
{
    const char *s = *at;
    while ((s = strchr(s, '<')) != NULL && !((s[1] == 't') && (s[2] == 'h' || s[2] == 'd') && strchr(" >", s[3])))
        s++;
    if (!s)
        return false;
    char end[] = {'<', '/', 't', s[2], '>', '\0'};
    *tag = s;
    *at = strstr(s, end);
    cr_assert(*at, "a cell ends: %.80s", s);
    *text = words(strchr(s, '>') + 1, *at);
    return true;
}

static void check_cell(const struct hy_cell *cell, const char *tag, const char *text)
{
    cr_assert_str_eq(text, cell->text);
    const char *value = strstr(tag, "data-v=\""), *end = strchr(tag, '>');
    cr_assert_eq(value != NULL && value < end, isfinite(cell->value) != 0, "%s", cell->text);
    if (isfinite(cell->value))
        cr_assert_float_eq(strtod(value + 8, NULL), cell->value, fabs(cell->value) * 1e-14, "%s", cell->text);
}

Test(html, tables_hold_their_cells)
{
    struct hy_doc d;
    awkward_document(&d);
    char *page = page_of(&d), *text;
    const char *at = page, *tag;
    size_t checked = 0;
    for (size_t i = 0; i < d.count; i++) {
        const struct hy_block *b = &d.block[i];
        for (size_t k = 0; b->kind == HY_BLOCK_TABLE && k < b->count * (b->rows + 1); k++) {
            cr_assert(next_cell(&at, &tag, &text));
            if (k < b->count)
                cr_assert_str_eq(text, b->column[k].title);
            else
                check_cell(&b->row[k / b->count - 1].cells[k % b->count], tag, text);
            free(text);
            checked++;
        }
    }
    cr_assert_eq(checked, 20);
    cr_assert(!next_cell(&at, &tag, &text), "and no other cell");
    cr_assert_eq(count_of(page, "<tbody>"), 2, "rows are sorted between rules");
    cr_assert_eq(count_of(page, " aria-sort=\"none\"><button"), 3, "a column with a name sorts");
    cr_assert_eq(count_of(page, "<span class=\"swatch\""), 3);
    cr_assert(strstr(page, "<td class=\"r g\" data-v=\"123456789012\">"), "a value is written in full");
    free(page);
    hy_doc_fini(&d);
}

/* ---- soundness ---------------------------------------------------------------------------------------- */
/* Leaves an element empty, with all that no XML reader is to see. */
static void empty_element(char *page, const char *begin, const char *end)
{
    char *from = strstr(page, begin), *to = from ? strstr(from, end) : NULL;
    cr_assert(from && to, "there is %s", begin);
    memset(from + strlen(begin), ' ', (size_t)(to - from) - strlen(begin));
}

Test(html, is_well_formed)
{
    struct hy_doc d;
    awkward_document(&d);
    char *page = page_of(&d), *dir = new_folder(), *path = hy_format("%s/page.xml", dir);
    empty_element(page, "<style>", "</style>");
    empty_element(page, "<script>", "</script>");
    cr_assert_eq(hy_write_file(path, page, strlen(page)), HY_OK);
    cr_assert(xml_is_well_formed(path));
    free(path);
    free(page);
    remove_folder(dir);
    hy_doc_fini(&d);
}

/* How often an attribute has the value that stands at `value` up to the next quote. */
static int count_attribute(const char *page, const char *name, const char *value)
{
    char *whole = hy_format(" %s=\"%.*s\"", name, (int)strcspn(value, "\""), value);
    const int count = count_of(page, whole);
    free(whole);
    return count;
}

Test(html, links_lead_somewhere)
{
    struct hy_doc d;
    awkward_document(&d);
    char *page = page_of(&d);
    int links = 0, places = 0;
    for (const char *at = page; (at = strstr(at, "href=\"#")) != NULL; at++, links++)
        cr_assert_eq(count_attribute(page, "id", at + 7), 1, "%.60s", at);
    for (const char *at = page; (at = strstr(at, " id=\"")) != NULL; at++, places++)
        cr_assert_eq(count_attribute(page, "id", at + 5), 1, "%.60s is there once", at);
    cr_assert_eq(links, 1 + 3 + 1 + 4, "to the text, three sections, a card's and four rows' links");
    cr_assert_geq(places, 1 + 3 + 1 + 3 + 1 + 2, "text, sections, heading, figures, table, rows");
    cr_assert(!strstr(page, "nowhere"));
    free(page);
    hy_doc_fini(&d);
}

/* Nothing is fetched, and nothing of a name becomes markup. */
Test(html, stands_alone)
{
    struct hy_doc d;
    awkward_document(&d);
    char *page = page_of(&d);
    static const char *const never[] = {" src=", "@import",     "url(http",
                                        "<b>A",  "href=\"http", "<link rel=\"stylesheet\""};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        cr_assert(!strstr(page, never[i]), "the page holds %s", never[i]);
    cr_assert_eq(count_of(page, "<svg"), 3 + 3, "a drawing each, and swatches");
    cr_assert_eq(count_of(page, "<script"), 1);
    cr_assert(strstr(page, "<html lang=\"en\">"));
    free(page);
    hy_doc_fini(&d);
}

Test(html, same_bytes_again)
{
    struct hy_doc d, e;
    awkward_document(&d);
    awkward_document(&e);
    char *one = page_of(&d), *other = page_of(&e);
    cr_assert_str_eq(one, other);
    free(one);
    free(other);
    hy_doc_fini(&d);
    hy_doc_fini(&e);
}

Test(html, says_what_went_wrong)
{
    struct hy_doc d;
    awkward_document(&d);
    cr_assert_neq(hy_render_html(&d, "/proc/none/report.html"), HY_OK);
    cr_assert(strstr(hy_error(), "/proc/none"), "%s", hy_error());
    hy_doc_fini(&d);
}

/* A document of nothing but a title is a page all the same. */
Test(html, empty_document)
{
    struct hy_doc d = {.title = "Nothing"};
    char *page = page_of(&d);
    cr_assert(strstr(page, "<h1>Nothing</h1>"));
    cr_assert_eq(count_of(page, "section>"), 0);
    free(page);
    hy_doc_fini(&d);
}

/* ---- size ------------------------------------------------------------------------------------------------ */
/* Twenty variants of ten seeds: a table of them all in each section. */
Test(html, stays_small)
{
    static const struct hy_column columns[10] = {
        [0] = {"Variant", 0, HY_LEFT}, [1] = {"Seed", 0, HY_RIGHT}, [2] = {"a", 0, HY_RIGHT}, [3] = {"b", 0, HY_RIGHT},
        [4] = {"c", 0, HY_RIGHT},      [5] = {"d", 0, HY_RIGHT},    [6] = {"e", 0, HY_RIGHT}, [7] = {"f", 0, HY_RIGHT},
        [8] = {"g", 0, HY_RIGHT},      [9] = {"h", 0, HY_RIGHT}};
    struct hy_doc d = {.title = "Large", .subtitle = "", .subject = "", .footer = ""};
    const struct hy_color blue = hy_rgb(0x0072b2);
    for (int section = 0; section < 15; section++) {
        hy_doc_section(&d, hy_doc_format(&d, "s%d", section), "Section", false);
        hy_doc_table(&d, NULL, columns, 10);
        for (int row = 0; row < 200; row++) {
            struct hy_cell cells[10] = {hy_cell_text("A variant with a name of forty characters")};
            for (int i = 1; i < 10; i++)
                cells[i] = hy_cell_short(&d, (row + 1) / (double)(i + 6));
            hy_doc_row(&d, cells, &(struct hy_row_look){.swatch = &blue, .look = (size_t)row % 4});
        }
    }
    char *page = page_of(&d);
    cr_assert_lt(strlen(page), 3 << 20, "%zu bytes", strlen(page));
    free(page);
    hy_doc_fini(&d);
}

/* ---- text ------------------------------------------------------------------------------------------------- */
static char *escaped(const char *text, void (*put)(FILE *, const char *))
{
    char *written = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&written, &bytes);
    put(out, text);
    fclose(out);
    return written;
}

struct written {
    const char *text, *html;
};

Test(html, text_stays_text)
{
    static const struct written cases[] = {
        {"plain", "plain"},
        {"a < b && c > \"d\" 'e'", "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &#39;e&#39;"},
        {"\xEA\xB0\x80", "\xEA\xB0\x80"},
        {"a\xFF\x80z", "a\xEF\xBF\xBD\xEF\xBF\xBDz"},     /* bytes of no character */
        {"a\xC0\xAFz", "a\xEF\xBF\xBD\xEF\xBF\xBDz"},     /* '/' in a longer form than it needs */
        {"cut \xEA\xB0", "cut \xEF\xBF\xBD\xEF\xBF\xBD"}, /* the end comes too early */
        {"\x01\x1B[0m", "\xEF\xBF\xBD\xEF\xBF\xBD[0m"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = escaped(cases[i].text, hy_html_text);
        cr_assert_str_eq(text, cases[i].html);
        free(text);
    }
    char *lines = escaped("one\ntwo", hy_html_lines);
    cr_assert_str_eq(lines, "one<br/>two");
    free(lines);
    char *none = escaped(NULL, hy_html_text);
    cr_assert_str_eq(none, "");
    free(none);
}

/* ---- colours ----------------------------------------------------------------------------------------------- */
Test(html, colors_stand_out)
{
    char *rules =
        escaped("<svg><text x=\"1\" fill=\"#e9c46a\">= fill=&quot;#123456&quot;</text><rect fill=\"#264653\"/>"
                "<rect fill=\"#264653\" stroke=\"#2d1e80\"/><text fill=\"#111111\" style=\"\">1</text>"
                "<circle fill=\"#ffffff\"/><rect fill=\"#e9c46a\"/><a href=\"#abcdef\">x</a></svg>",
                hy_html_colors);
    cr_assert_str_eq(rules, "svg text[fill=\"#e9c46a\"] { fill: light-dark(#87713d, #e9c46a); }\n"
                            "svg :not(text)[fill=\"#264653\"] { fill: light-dark(#264653, #4f6973); }\n"
                            "svg :not(text)[stroke=\"#2d1e80\"] { stroke: light-dark(#2d1e80, #655aa2); }\n");
    free(rules);
    struct hy_doc d = {.title = "Nothing"};
    char *page = page_of(&d);
    cr_assert(strstr(page, "--paper: light-dark(#fdfcfa, #14171b)"), "the colours were held against this paper");
    free(page);
    hy_doc_fini(&d);
}
