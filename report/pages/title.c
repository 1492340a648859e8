/* The first page: what was run, where, what came out, and where to find the rest. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/pages/pages.h"
#include "report/table/kernel_rows.h"

static const char *env(struct hy_sheet *s, const struct hy_report *r, const char *paths)
{
    char *owned;
    const char *text = hy_pdf_format(s->pdf, "%s", hy_env_text(&r->data, paths, &owned));
    free(owned);
    return text;
}

/* "label    value" lines in one of two columns; returns the height. */
static float fact(struct hy_sheet *s, float x, float y, const char *label, const char *value)
{
    struct hy_text_style grey = hy_style(HY_SANS, 7.8f, hy_grey(), HY_LEFT);
    struct hy_text_style ink = hy_style(HY_SANS, 7.8f, hy_ink(), HY_LEFT);
    hy_pdf_text(s->pdf, x, y + 7.8f, &grey, label);
    float height = hy_sheet_wrapped(s, x + 62, y, HY_TEXT_WIDTH / 2 - 62 - 12, &ink, 10.6f,
                                    hy_pdf_format(s->pdf, "%s", hy_cell_or_dash(value)), true);
    return height + 2.4f;
}

static const char *training_length(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_csv *history = &r->data.table[HY_TABLE_HISTORY], *v = &r->data.table[HY_TABLE_VARIANTS];
    double steps = (double)NAN;
    for (size_t i = 0; r->data.have[HY_TABLE_HISTORY] && i < history->rows; i++)
        steps = fmax(steps, hy_csv_number_of(history, i, "step"));
    if (!r->data.have[HY_TABLE_VARIANTS])
        return hy_pdf_format(s->pdf, "%s steps", hy_cell_fixed(s, steps, 0));
    return hy_pdf_format(s->pdf, "%s steps, batches of %s samples of %s tokens", hy_cell_fixed(s, steps, 0),
                         hy_cell_or_dash(hy_csv_text_of(v, 0, "batch")),
                         hy_cell_or_dash(hy_csv_text_of(v, 0, "seq_len")));
}

/* Against variants.csv, which knows the variants that have not begun yet. */
static const char *status_counts(struct hy_sheet *s, const struct hy_report *r)
{
    size_t ok = 0, all = r->data.variants;
    for (size_t i = 0; i < r->data.variants; i++)
        ok += r->data.variant[i].sound;
    if (r->data.have[HY_TABLE_VARIANTS] && r->data.table[HY_TABLE_VARIANTS].rows > all)
        all = r->data.table[HY_TABLE_VARIANTS].rows;
    return ok == all ? hy_pdf_format(s->pdf, "all %zu variants finished", ok)
                     : hy_pdf_format(s->pdf, "%zu of %zu variants finished", ok, all);
}

static const char *git_text(struct hy_sheet *s, const struct hy_report *r)
{
    const char *sha = env(s, r, "build.git_sha|git.sha|git_sha");
    const char *dirty = env(s, r, "build.dirty|git.dirty|dirty");
    if (!*sha || strcmp(sha, "unknown") == 0)
        return sha;
    bool changed = strcmp(dirty, "yes") == 0 || strcmp(dirty, "1") == 0;
    return hy_pdf_format(s->pdf, "%.12s%s", sha, changed ? " with uncommitted changes" : "");
}

/* A column of the first row of runs.csv; "" without that file. */
static const char *of_runs(const struct hy_report *r, const char *column)
{
    return r->data.have[HY_TABLE_RUNS] ? hy_csv_text_of(&r->data.table[HY_TABLE_RUNS], 0, column) : "";
}

/* "OpenBLAS 0.3.21 NO_LAPACKE ..." is 0.3.21: the first word that begins with a digit, else all. */
static const char *version_in(struct hy_sheet *s, const char *text)
{
    for (const char *word = text; *word;) {
        size_t length = strcspn(word, " ");
        if (*word >= '0' && *word <= '9')
            return hy_pdf_format(s->pdf, "%.*s", (int)length, word);
        word += length + (word[length] == ' ');
    }
    return text;
}

static const char *libraries(struct hy_sheet *s, const struct hy_report *r)
{
    const char *text = "", *name;
    json_t *list = json_object_get(r->data.env, "libraries"), *value;
    json_object_foreach(list, name, value)
    {
        if (json_is_string(value))
            text = hy_pdf_format(s->pdf, "%s%s%s %s", text, *text ? ", " : "", name,
                                 version_in(s, json_string_value(value)));
    }
    return text;
}

/* Over all seeds where runs.csv tells them apart. */
static float minutes_of(const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_RUNS];
    double sum = 0;
    for (size_t i = 0; r->data.have[HY_TABLE_RUNS] && i < t->rows; i++)
        sum += hy_csv_number_of(t, i, "Time (min)");
    if (r->data.have[HY_TABLE_RUNS])
        return (float)sum;
    for (size_t i = 0; i < r->data.variants; i++)
        sum += r->data.variant[i].minutes; /* one missing time makes the sum unknown */
    return (float)sum;
}

/* How many kernel timings do not hold; "" where the run has none or did not look. */
static const char *kernel_counts(struct hy_sheet *s, const struct hy_report *r)
{
    char *text =
        r->data.have[HY_TABLE_KERNELS] ? hy_kernel_qualities(&r->data.table[HY_TABLE_KERNELS]) : hy_format("%s", "");
    const char *kept = hy_pdf_format(s->pdf, "%s", text);
    free(text);
    return kept;
}

/* What else does not hold; "" where everything does. */
static const char *doubts(struct hy_sheet *s, const struct hy_report *r)
{
    char *text = hy_long_rows_in_doubt(&r->data);
    const char *kept = *text ? hy_pdf_format(s->pdf, "%s disturbed or drifted", text) : "";
    free(text);
    return kept;
}

static void facts(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_variant *first = &r->data.variant[0];
    struct hy_number n;
    double seeds = 0;
    for (size_t i = 0; i < r->data.variants; i++)
        seeds = fmax(seeds, first[i].seeds);
    float top = s->y, left = top, right = top, middle = HY_LEFT_EDGE + HY_TEXT_WIDTH / 2;
    const char *where =
        hy_pdf_format(s->pdf, "%s, %s", hy_cell_or_dash(first->device), hy_cell_or_dash(first->precision));
    const char *memory = env(s, r, "machine.memory_bytes|memory_bytes");
    left += fact(s, HY_LEFT_EDGE, left, "Run", r->data.run);
    left += fact(s, HY_LEFT_EDGE, left, "Started", env(s, r, "run.started|time_utc"));
    left += fact(s, HY_LEFT_EDGE, left, "Profile", of_runs(r, "Profile"));
    left += fact(s, HY_LEFT_EDGE, left, "Corpus", r->data.corpus);
    left += fact(s, HY_LEFT_EDGE, left, "Status", status_counts(s, r));
    left += fact(s, HY_LEFT_EDGE, left, "Training", training_length(s, r));
    left += fact(s, HY_LEFT_EDGE, left, "Seeds", seeds > 0 ? hy_show_fixed(&n, seeds, 0) : "");
    if (*kernel_counts(s, r))
        left += fact(s, HY_LEFT_EDGE, left, "Kernels", kernel_counts(s, r));
    if (*doubts(s, r))
        left += fact(s, HY_LEFT_EDGE, left, "Rates", doubts(s, r));
    left += fact(s, HY_LEFT_EDGE, left, "Total time",
                 hy_pdf_format(s->pdf, "%s min", hy_cell_fixed(s, (double)minutes_of(r), 1)));
    right += fact(s, middle, right, "Machine", env(s, r, "machine.cpu|cpu"));
    right += fact(s, middle, right, "Memory", *memory ? hy_show_bytes(&n, hy_csv_to_number(memory)) : "");
    right += fact(s, middle, right, "Device", where);
    right += fact(s, middle, right, "Threads", env(s, r, "settings.threads|machine.threads|threads"));
    right += fact(s, middle, right, "System", env(s, r, "machine.os|os"));
    right += fact(s, middle, right, "ISA", env(s, r, "settings.isa|machine.isa|isa"));
    right += fact(s, middle, right, "Compiler", env(s, r, "build.compiler|compiler"));
    right += fact(s, middle, right, "Libraries", libraries(s, r));
    right += fact(s, middle, right, "Git commit", git_text(s, r));
    s->y = fmaxf(left, right) + 8;
}

/* Each with its caveat right below: nobody reads a first page's footnotes. */
static void key_results(struct hy_sheet *s, const struct hy_report *r)
{
    struct hy_text_style body = hy_style(HY_SANS, 9, hy_ink(), HY_LEFT);
    struct hy_text_style caveat = hy_style(HY_SANS, 7.6f, hy_grey(), HY_LEFT);
    struct hy_color mark = hy_grey();
    const float left = HY_LEFT_EDGE + 12, width = HY_TEXT_WIDTH - 12;
    for (size_t i = 0; i < r->findings.count; i++) {
        const struct hy_finding *f = &r->findings.item[i];
        if (!f->key)
            continue;
        float text = hy_sheet_wrapped(s, 0, 0, width, &body, 12.8f, f->text, false);
        float note = hy_sheet_wrapped(s, 0, 0, width, &caveat, 10.4f, f->caveat, false);
        float top = hy_sheet_take(s, text + note + 5);
        hy_pdf_circle(s->pdf, HY_LEFT_EDGE + 3, top + 5.8f, 1.5f, &mark, NULL);
        hy_sheet_wrapped(s, left, top, width, &body, 12.8f, f->text, true);
        hy_sheet_wrapped(s, left, top + text, width, &caveat, 10.4f, f->caveat, true);
    }
    hy_sheet_space(s, 5);
}

float hy_page_title(struct hy_sheet *s, const struct hy_report *r)
{
    struct hy_text_style title = hy_style(HY_BOLD, 22, hy_ink(), HY_LEFT);
    struct hy_text_style below = hy_style(HY_SANS, 10.5f, hy_grey(), HY_LEFT);
    struct hy_pen rule = {hy_ink(), 1, 0, 0};
    hy_pdf_add_page(s->pdf);
    s->y = 66;
    hy_pdf_bookmark(s->pdf, 0, "Overview", 0);
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, s->y + 18, &title, "Ablation study");
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, s->y + 38, &below,
                "Hymba-style hybrid-head language models: attention and Mamba heads side by side");
    hy_pdf_line(s->pdf, HY_LEFT_EDGE, s->y + 50, HY_RIGHT_EDGE, s->y + 50, &rule);
    s->y += 64;
    if (r->data.synthetic)
        hy_sheet_paragraph(s, HY_WARNING,
                           "SYNTHETIC CORPUS. The real text could not be reached, so the variants were trained on the "
                           "built-in generated text. The numbers compare the variants with each other on that text "
                           "only; they say nothing about real language and cannot be set beside other runs.");
    hy_sheet_heading(s, "Key results", 40);
    key_results(s, r);
    hy_sheet_heading(s, "What was run, and where", 40);
    facts(s, r);
    if (r->data.env_why)
        hy_sheet_paragraph(s, HY_MISSING, hy_pdf_format(s->pdf, HY_DASH " %s.", r->data.env_why));
    for (int id = 0; id < HY_TABLE_COUNT; id++)
        if (r->data.table[id].torn_line > 0)
            hy_sheet_paragraph(s, HY_MISSING,
                               hy_pdf_format(s->pdf,
                                             HY_DASH " %s: line %zu, the last one, was cut off while being written and "
                                                     "is left out.",
                                             hy_table_spec((enum hy_table_id)id)->file, r->data.table[id].torn_line));
    return s->y;
}

/* In two columns, on the first page if there is room (there is, unless many variants failed). */
void hy_page_contents(struct hy_sheet *s, float top)
{
    const float row = 14.5f, column = (HY_TEXT_WIDTH - 24) / 2;
    struct hy_text_style heading = hy_style(HY_BOLD, 10.5f, hy_ink(), HY_LEFT);
    struct hy_text_style entry = hy_style(HY_SANS, 8.6f, hy_ink(), HY_LEFT);
    struct hy_text_style number = hy_style(HY_SANS, 8.6f, hy_grey(), HY_RIGHT);
    struct hy_pen dots = {hy_faint(), 0.6f, 1, 2};
    int rows = (s->section_count + 1) / 2;
    hy_pdf_select_page(s->pdf, 0);
    if (top + 20 + row * (float)rows > HY_LOW_EDGE + 14)
        top = HY_LOW_EDGE + 14 - 20 - row * (float)rows;
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, top + 10, &heading, "Contents");
    for (int i = 0; i < s->section_count; i++) {
        float x = HY_LEFT_EDGE + (i >= rows ? column + 24 : 0), y = top + 19 + row * (float)(i % rows);
        const char *title = s->sections[i].title;
        float end = x + hy_pdf_text_width(s->pdf, &entry, title);
        hy_pdf_text(s->pdf, x, y + 9, &entry, title);
        hy_pdf_line(s->pdf, end + 5, y + 9, x + column - 18, y + 9, &dots);
        hy_pdf_text(s->pdf, x + column, y + 9, &number, hy_pdf_format(s->pdf, "%d", s->sections[i].page + 1));
        hy_pdf_link(s->pdf, x, y - 1, column, row - 1, s->sections[i].page);
    }
}
