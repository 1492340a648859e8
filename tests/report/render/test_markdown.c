/* The summary of a job: what it says, in which order, and that no name becomes markup. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/render/markdown_text.h"
#include "report/render/render.h"
#include "tests/report/folder.h"
#include "tests/report/render/awkward.h"

static char *summary_of(const struct hy_doc *d)
{
    char *dir = new_folder(), *path = hy_format("%s/report.md", dir);
    cr_assert_eq(hy_render_markdown(d, path), HY_OK, "%s", hy_error());
    char *text = file_text(path);
    free(path);
    remove_folder(dir);
    return text;
}

/* ---- reading it ---------------------------------------------------------------------------------- */
/* Of a folded section: HTML, not Markdown. Returns its end. */
static const char *put_summary(FILE *out, const char *s)
{
    while (*s != '<')
        s = html_letter(out, s);
    return strchr(s, '>');
}

/* What is read between two places: escapes resolved, emphasis left out; malloc'd. */
static char *words(const char *from, const char *to)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    for (const char *s = from; s < to; s++) {
        if (strncmp(s, "<summary>", 9) == 0)
            s = put_summary(out, s + 9);
        else if (*s == '\\' && s + 1 < to)
            fputc(*++s, out);
        else if (strncmp(s, "<br>", 4) == 0 && s + 4 <= to) {
            fputc('\n', out);
            s += 3;
        } else if (*s != '*')
            fputc(*s, out);
    }
    fclose(out);
    return text;
}

/* The next cell of a row: its text (malloc'd), and *at at the bar behind it; NULL at the end of the line. */
static char *next_cell(const char **at)
{
    const char *from = *at + 1, *to = from;
    cr_assert_eq(**at, '|');
    if (*from == '\n' || *from == '\0')
        return NULL;
    while (*to != '|') {
        cr_assert(*to && *to != '\n', "a cell ends with a bar: %.60s", from);
        to += *to == '\\' ? 2 : 1;
    }
    *at = to;
    cr_assert(*from == ' ' && to[-1] == ' ', "a cell has room about it");
    return words(from + 1, to - 1);
}

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    cr_assert(end);
    return end + 1;
}

static void check_row(const char **line, const struct hy_block *b, const struct hy_row *row)
{
    const char *at = *line;
    for (size_t i = 0; i < b->count; i++) {
        char *text = next_cell(&at);
        cr_assert(text);
        cr_assert_str_eq(text, row ? row->cells[i].text : b->column[i].title);
        free(text);
    }
    cr_assert_null(next_cell(&at), "and no other cell");
    *line = next_line(at);
}

Test(markdown, tables_hold_their_cells)
{
    struct hy_doc d;
    awkward_document(&d);
    char *summary = summary_of(&d);
    size_t tables = 0;
    for (size_t i = 0; i < d.count; i++) {
        const struct hy_block *b = &d.block[i];
        if (b->kind != HY_BLOCK_TABLE)
            continue;
        const char *line = strstr(summary, "\n| Variant |") + 1;
        check_row(&line, b, NULL);
        cr_assert_eq(strncmp(line, "|:---|---:|---:|:---:|\n", 23), 0, "the columns are aligned: %.40s", line);
        line = next_line(line);
        for (size_t row = 0; row < b->rows; row++)
            check_row(&line, b, &b->row[row]);
        cr_assert_eq(*line, '\n', "an empty line ends the table");
        tables++;
    }
    cr_assert_eq(tables, 1);
    free(summary);
    hy_doc_fini(&d);
}

static void comes_next(const char *text, void *user)
{
    const char **at = user;
    const char *hit = strstr(*at, text);
    cr_assert(hit, "\"%s\" does not follow here: %.200s", text, *at);
    *at = hit + strlen(text);
}

Test(markdown, says_all_in_order)
{
    struct hy_doc d;
    awkward_document(&d);
    char *summary = summary_of(&d), *text = words(summary, summary + strlen(summary));
    const char *at = text;
    awkward_texts(&d, comes_next, &at);
    free(text);
    free(summary);
    hy_doc_fini(&d);
}

/* ---- form ------------------------------------------------------------------------------------------ */
static void holds(const char *summary, const char *part)
{
    cr_assert(strstr(summary, part), "there is no \"%s\" in:\n%s", part, summary);
}

Test(markdown, folds_all_but_the_first)
{
    struct hy_doc d;
    awkward_document(&d);
    char *summary = summary_of(&d);
    cr_assert_eq(count_of(summary, "<details>\n<summary>"), 2);
    cr_assert_eq(count_of(summary, "</summary>\n\n"), 2, "Markdown goes on behind an empty line");
    cr_assert_eq(count_of(summary, "\n\n</details>\n\n"), 2);
    cr_assert_lt(strstr(summary, "## The first \\& last"), strstr(summary, "<details>"));
    cr_assert_lt(strstr(summary, "> [!WARNING]\n> A warning"), strstr(summary, "<details>"));
    holds(summary, "<summary>&lt;b&gt;A &amp; B&lt;/b&gt; | `c`");
    holds(summary, "\n\\- A paragraph that begins like a list.<br>Its second line.\n");
    holds(summary, "\n7\\. One that begins");
    holds(summary, "](charts/awkward-one.svg)\n\n*Caption ");
    holds(summary, "\n**Which is better, ");
    holds(summary, "\n````\nmake ablation-report SEEDS=5 <x>\n```\n  indented & more\n````\n");
    holds(summary, "\n| Fifth |\n|:---|\n| **5** |\n\n"); /* five cards are four and one */
    free(summary);
    hy_doc_fini(&d);
}

Test(markdown, same_bytes_again)
{
    struct hy_doc d;
    awkward_document(&d);
    char *one = summary_of(&d), *other = summary_of(&d);
    cr_assert_str_eq(one, other);
    free(one);
    free(other);
    hy_doc_fini(&d);
}

/* A summary that is too long would not be shown at all: what does not fit is named. */
Test(markdown, fits_into_a_summary)
{
    static const struct hy_column columns[] = {{"Name", 0, HY_LEFT}, {"Text", 0, HY_LEFT}};
    struct hy_doc d = {.title = "Large", .subtitle = "", .subject = "", .footer = ""};
    for (int section = 0; section < 4; section++) {
        hy_doc_section(&d, hy_doc_format(&d, "s%d", section), hy_doc_format(&d, "Section %d", section), false);
        hy_doc_table(&d, NULL, columns, 2);
        for (int row = 0; row < (section == 3 ? 10 : 5000); row++) {
            const struct hy_cell cells[] = {hy_cell_text("A variant with a name of forty characters"),
                                            hy_cell_text("and a text that is about as long as that")};
            hy_doc_row(&d, cells, NULL);
        }
    }
    char *summary = summary_of(&d);
    cr_assert_lt(strlen(summary), 1 << 20, "%zu bytes", strlen(summary));
    cr_assert_gt(strlen(summary), 500000);
    cr_assert_eq(count_of(summary, "A job summary has no room for this section."), 1);
    holds(summary, "<summary>Section 2</summary>\n\nA job summary");
    holds(summary, "<summary>Section 3</summary>\n\n| Name | Text |");
    free(summary);
    hy_doc_fini(&d);
}

Test(markdown, says_what_went_wrong)
{
    struct hy_doc d;
    awkward_document(&d);
    cr_assert_neq(hy_render_markdown(&d, "/proc/none/report.md"), HY_OK);
    cr_assert(strstr(hy_error(), "/proc/none"), "%s", hy_error());
    hy_doc_fini(&d);
}

/* ---- text ------------------------------------------------------------------------------------------- */
struct written {
    const char *text, *markdown;
};

static void check(const struct written *cases, size_t count, void (*put)(FILE *, const char *))
{
    for (size_t i = 0; i < count; i++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);
        put(out, cases[i].text);
        fclose(out);
        cr_assert_str_eq(text, cases[i].markdown);
        free(text);
    }
}

Test(markdown, text_stays_text)
{
    static const struct written inside[] = {
        {"a|b", "a\\|b"},
        {"hy_scan_f32", "hy\\_scan\\_f32"},
        {"<b>&amp;", "\\<b\\>\\&amp;"},
        {"`x` $y$ ~z~", "\\`x\\` \\$y\\$ \\~z\\~"},
        {"one\ntwo", "one<br>two"},
        {"\xEA\xB0\x80\xFF", "\xEA\xB0\x80\xEF\xBF\xBD"},
        {NULL, ""},
    };
    static const struct written begins[] = {
        {"- a", "\\- a"}, {"+ a", "\\+ a"}, {"# a", "\\# a"},   {"12. a", "12\\. a"}, {"12) a", "12\\) a"},
        {"12 a", "12 a"}, {"=", "\\="},     {"   a", "a"},      {"> a", "\\> a"},     {"*a*", "\\*a\\*"},
        {"", ""},         {"12", "12"},     {"a - b", "a - b"}, {"\n\na", "a"},       {"a\n- b", "a<br>- b"},
    };
    static const struct written code[] = {
        {"a", "```\na\n```\n"}, {"a\n", "```\na\n```\n"}, {"a ```` b", "`````\na ```` b\n`````\n"}, {"", "```\n```\n"}};
    check(inside, sizeof inside / sizeof *inside, hy_markdown_text);
    check(begins, sizeof begins / sizeof *begins, hy_markdown_line);
    check(code, sizeof code / sizeof *code, hy_markdown_code);
}
