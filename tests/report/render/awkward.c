#include "tests/report/render/awkward.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "kernels/base/file.h"

static void draw(struct hy_canvas *c, struct hy_box box, const void *chart)
{
    const struct hy_text_style style = hy_style(HY_SANS, 7, hy_ink(), HY_LEFT);
    const struct hy_pen pen = {hy_rgb(0x0072b2), 1, 2, 1};
    const struct hy_color paper = hy_paper();
    const struct hy_point line[] = {{box.x, box.y}, {box.x + 20, box.y + 30}, {NAN, NAN}, {box.x + 40, box.y + 20}};
    hy_canvas_clip(c, box);
    hy_canvas_polyline(c, line, 4, &pen);
    hy_canvas_unclip(c);
    hy_canvas_circle(c, box.x + 20, box.y + 30, 3, &paper, &pen);
    hy_canvas_text(c, box.x, box.y + box.height - 4, &style, chart);
}

static const struct hy_figure figures[] = {
    {"awkward-one", "First " AWKWARD, "Caption " AWKWARD, 80, draw, AWKWARD},
    {"awkward-two", AWKWARD_KOREAN, "The second caption.", 80, draw, AWKWARD_KOREAN},
    {"awkward-three", "A third", "The third caption.", 80, draw, "three"},
};

static void first_section(struct hy_doc *d)
{
    static const struct hy_card cards[] = {
        {"Best model", AWKWARD, "1.20 to 1.40", "Rests on one seed.", "row-two"},
        {"Second",
         "\xE2\x88\x92"
         "3.2 %",
         "", "A note | of the second.", NULL},
        {AWKWARD_KOREAN, "12", "10 to 14", "", "nowhere"},
        {"Fourth", "4", "", "", NULL},
        {"Fifth", "5", "", "", NULL},
    };
    hy_doc_section(d, "first", "The first & last", false);
    hy_doc_paragraph(d, HY_LEAD, "Which is better, " AWKWARD "?");
    hy_doc_paragraph(d, HY_BODY, "- A paragraph that begins like a list.\nIts second line.");
    hy_doc_paragraph(d, HY_BODY, "7. One that begins like a numbered one.");
    hy_doc_cards(d, cards, 5);
    hy_doc_figures(d, figures, 2);
    hy_doc_paragraph(d, HY_WARNING, "A warning about " AWKWARD_KOREAN ".");
}

static void row(struct hy_doc *d, const char *name, double ppl, double rate, const struct hy_row_look *look)
{
    const struct hy_cell cells[] = {hy_cell_linked(hy_cell_text(name), "row-two"), hy_cell_ppl(d, ppl),
                                    hy_cell_greyed(hy_cell_fixed(d, rate, 0)),
                                    hy_cell_text("A long text in a cell, which says more than a number could.")};
    hy_doc_row(d, cells, look);
}

static void second_section(struct hy_doc *d)
{
    static const struct hy_column columns[] = {
        {"Variant", 0, HY_LEFT}, {"Best\nPPL", 60, HY_RIGHT}, {"tok/s", 60, HY_RIGHT}, {"", 0, HY_CENTER}};
    const struct hy_color blue = hy_rgb(0x0072b2), red = hy_rgb(0xd55e00);
    hy_doc_section(d, "second", AWKWARD, true);
    hy_doc_heading(d, "second-table", "A heading | " AWKWARD_KOREAN);
    hy_doc_table(d, "results", columns, 4);
    row(d, AWKWARD, 12.345678901234, 9000, &(struct hy_row_look){.swatch = &blue, .bold = true, .anchor = "row-one"});
    row(d, AWKWARD_KOREAN, 1e6, NAN, &(struct hy_row_look){.swatch = &red, .look = 2, .anchor = "row-two"});
    row(d, "Third", NAN, 123456789012.0, &(struct hy_row_look){.muted = true, .swatch = &blue});
    row(d, "Average of 3", 11.5, 8000, &(struct hy_row_look){.rule_above = true});
    hy_doc_paragraph(d, HY_CAPTION, "Lower is better. *" AWKWARD);
    hy_doc_paragraph(d, HY_MISSING, "\xE2\x80\x93 recall.csv is not there.");
}

static void third_section(struct hy_doc *d)
{
    static const struct hy_fact facts[] = {{"Machine", "AMD EPYC & 2 cores"}, {AWKWARD_KOREAN, AWKWARD}};
    hy_doc_section(d, "third", "Environment", false);
    hy_doc_facts(d, facts, 2);
    hy_doc_paragraph(d, HY_CODE, "make ablation-report SEEDS=5 <x>\n```\n  indented & more\n");
    hy_doc_figures(d, figures + 2, 1);
}

void awkward_document(struct hy_doc *d)
{
    *d = (struct hy_doc){.title = "A study of " AWKWARD,
                         .subtitle = "Hybrid-head language models",
                         .subject = "A test",
                         .footer = "run 1 \xC2\xB7 corpus " AWKWARD};
    first_section(d);
    second_section(d);
    third_section(d);
}

static void block_texts(const struct hy_block *b, void (*found)(const char *text, void *user), void *user)
{
    if (b->text)
        found(b->text, user);
    for (size_t i = 0; b->kind == HY_BLOCK_FIGURES && i < b->count; i++) {
        found(b->figure[i].title, user);
        found(b->figure[i].caption, user);
    }
    for (size_t i = 0; b->kind == HY_BLOCK_FACTS && i < b->count; i++) {
        found(b->fact[i].label, user);
        found(b->fact[i].value, user);
    }
    for (size_t i = 0; b->kind == HY_BLOCK_TABLE && i < b->count; i++)
        found(b->column[i].title, user);
    for (size_t i = 0; b->kind == HY_BLOCK_TABLE && i < b->rows; i++)
        for (size_t k = 0; k < b->count; k++)
            found(b->row[i].cells[k].text, user);
}

void awkward_texts(const struct hy_doc *d, void (*found)(const char *text, void *user), void *user)
{
    found(d->title, user);
    found(d->subtitle, user);
    for (size_t i = 0; i < d->count; i++)
        block_texts(&d->block[i], found, user);
    found(d->footer, user);
}

bool xml_is_well_formed(const char *path)
{
    if (system("command -v xmllint >/dev/null") != 0)
        cr_skip_test("xmllint (libxml2-utils) is not installed");
    char *command = hy_format("xmllint --noout --nonet '%s' 2>&1", path);
    const int code = system(command);
    free(command);
    return WIFEXITED(code) && WEXITSTATUS(code) == 0;
}

char *file_text(const char *path)
{
    char *text;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK, "%s", hy_error());
    cr_assert_eq(strlen(text), bytes, "%s holds a NUL", path);
    return text;
}

int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

const char *html_letter(FILE *out, const char *s)
{
    static const char *const entity[] = {"&amp;&", "&lt;<", "&gt;>", "&quot;\"", "&#39;'"}; /* and what it is */
    for (size_t i = 0; *s == '&' && i < sizeof entity / sizeof *entity; i++) {
        const size_t bytes = strlen(entity[i]) - 1;
        if (strncmp(s, entity[i], bytes) == 0) {
            fputc(entity[i][bytes], out);
            return s + bytes;
        }
    }
    cr_assert_neq(*s, '&', "an ampersand that begins no entity: %.40s", s);
    fputc(*s, out);
    return s + 1;
}
