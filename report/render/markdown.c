/* A document as the summary of a job on GitHub: the first section in full, each other one folded. */
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/render/html_text.h"
#include "report/render/markdown_text.h"
#include "report/render/render.h"

enum {
    CARDS = 4,                /* side by side */
    MOST_BYTES = 1000 * 1024, /* GitHub drops a summary of more than 1 MiB as a whole */
};

/* ---- blocks ------------------------------------------------------------------------------ */
static void put_emphasis(FILE *out, const char *mark, const char *text)
{
    if (!text || !*text)
        return;
    fputs(mark, out);
    hy_markdown_text(out, text);
    fputs(mark, out);
}

static void put_paragraph(FILE *out, const struct hy_block *b)
{
    switch (b->paragraph) {
    case HY_LEAD:
        put_emphasis(out, "**", b->text);
        break;
    case HY_CAPTION:
        put_emphasis(out, "*", b->text);
        break;
    case HY_BODY:
    case HY_MISSING:
        hy_markdown_line(out, b->text);
        break;
    case HY_WARNING:
        fputs("> [!WARNING]\n> ", out);
        hy_markdown_line(out, b->text);
        break;
    case HY_CODE:
        hy_markdown_code(out, b->text);
        return;
    }
    fputc('\n', out);
}

/* One text of each card, as a row; nothing where all are empty. */
static void put_card_row(FILE *out, const char *const *text, size_t count, const char *mark)
{
    size_t said = 0;
    for (size_t i = 0; i < count; i++)
        said += text[i] && *text[i];
    if (said == 0)
        return;
    fputc('|', out);
    for (size_t i = 0; i < count; i++) {
        fputc(' ', out);
        put_emphasis(out, mark, text[i]);
        fputs(" |", out);
    }
    fputc('\n', out);
}

static void put_cards(FILE *out, const struct hy_card *card, size_t count)
{
    const char *label[CARDS], *value[CARDS], *range[CARDS], *note[CARDS];
    for (size_t i = 0; i < count; i++) {
        label[i] = card[i].label;
        value[i] = card[i].value;
        range[i] = card[i].range;
        note[i] = card[i].note;
    }
    put_card_row(out, label, count, "");
    fputc('|', out);
    for (size_t i = 0; i < count; i++)
        fputs(":---|", out);
    fputc('\n', out);
    put_card_row(out, value, count, "**");
    put_card_row(out, range, count, "");
    put_card_row(out, note, count, "");
}

static void put_figure(FILE *out, const struct hy_figure *f)
{
    put_emphasis(out, "**", f->title);
    fputs("\n\n![", out);
    hy_markdown_text(out, f->title);
    fprintf(out, "](charts/%s.svg)\n\n", f->name);
    put_emphasis(out, "*", f->caption);
    fputs("\n\n", out);
}

static void put_table(FILE *out, const struct hy_block *b)
{
    static const char *const rule[] = {[HY_LEFT] = ":---|", [HY_CENTER] = ":---:|", [HY_RIGHT] = "---:|"};
    fputc('|', out);
    for (size_t i = 0; i < b->count; i++) {
        fputc(' ', out);
        hy_markdown_text(out, b->column[i].title);
        fputs(" |", out);
    }
    fputs("\n|", out);
    for (size_t i = 0; i < b->count; i++)
        fputs(rule[b->column[i].align], out);
    for (size_t row = 0; row < b->rows; row++) {
        const struct hy_row *r = &b->row[row];
        fputs("\n|", out);
        for (size_t i = 0; i < b->count; i++) {
            fputc(' ', out);
            put_emphasis(out, r->look.bold ? "**" : "", r->cells[i].text);
            fputs(" |", out);
        }
    }
    fputc('\n', out);
}

static void put_facts(FILE *out, const struct hy_block *b)
{
    fputs("| | |\n|:---|:---|\n", out);
    for (size_t i = 0; i < b->count; i++) {
        fputs("| ", out);
        hy_markdown_text(out, b->fact[i].label);
        fputs(" | ", out);
        hy_markdown_text(out, b->fact[i].value);
        fputs(" |\n", out);
    }
}

static void put_block(FILE *out, const struct hy_block *b)
{
    switch (b->kind) {
    case HY_BLOCK_SECTION:
        return; /* put_section */
    case HY_BLOCK_HEADING:
        fputs("### ", out);
        hy_markdown_text(out, b->text);
        fputc('\n', out);
        break;
    case HY_BLOCK_PARAGRAPH:
        put_paragraph(out, b);
        break;
    case HY_BLOCK_CARDS:
        for (size_t i = 0; i < b->count; i += CARDS) {
            put_cards(out, b->card + i, b->count - i < CARDS ? b->count - i : CARDS);
            fputc('\n', out);
        }
        return;
    case HY_BLOCK_FACTS:
        put_facts(out, b);
        break;
    case HY_BLOCK_FIGURES:
        for (size_t i = 0; i < b->count; i++)
            put_figure(out, &b->figure[i]);
        return;
    case HY_BLOCK_TABLE:
        put_table(out, b);
        break;
    }
    fputc('\n', out);
}

/* ---- sections ---------------------------------------------------------------------------------- */
static size_t section_end(const struct hy_doc *d, size_t from)
{
    size_t end = from + 1;
    while (end < d->count && d->block[end].kind != HY_BLOCK_SECTION)
        end++;
    return end;
}

/* Its blocks as text, malloc'd. */
static char *section_text(const struct hy_doc *d, size_t from, size_t end)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    HY_ASSERT(out, "out of memory for a section of a summary");
    for (size_t i = from; i < end; i++)
        put_block(out, &d->block[i]);
    const bool whole = fclose(out) == 0;
    HY_ASSERT(whole && text, "out of memory for a section of a summary");
    return text;
}

static void put_folded(FILE *out, const char *title, const char *text)
{
    fputs("<details>\n<summary>", out);
    hy_html_text(out, title);
    fprintf(out, "</summary>\n\n%s</details>\n\n", text);
}

/* A section that would not fit any more is named, and found elsewhere. */
static void put_sections(FILE *out, const struct hy_doc *d)
{
    size_t bytes = 0;
    for (size_t i = 0; i < d->count;) {
        const size_t end = section_end(d, i);
        char *text = section_text(d, i, end);
        bytes += strlen(text);
        if (bytes > MOST_BYTES) {
            bytes -= strlen(text);
            free(text);
            text = hy_format("%s\n\n", _("A job summary has no room for this section. It is in report.html."));
        }
        if (i == 0) {
            fputs("## ", out);
            hy_markdown_text(out, d->block[i].text);
            fprintf(out, "\n\n%s", text);
        } else {
            put_folded(out, d->block[i].text, text);
        }
        free(text);
        i = end;
    }
}

hy_status hy_render_markdown(const struct hy_doc *d, const char *path)
{
    struct hy_new_file file;
    const hy_status status = hy_new_file_open(&file, path);
    if (status != HY_OK)
        return status;
    fputs("# ", file.stream);
    hy_markdown_text(file.stream, d->title);
    fputs("\n\n", file.stream);
    if (d->subtitle && *d->subtitle) {
        hy_markdown_line(file.stream, d->subtitle);
        fputs("\n\n", file.stream);
    }
    put_sections(file.stream, d);
    if (d->footer && *d->footer) {
        put_emphasis(file.stream, "*", d->footer);
        fputc('\n', file.stream);
    }
    return hy_new_file_commit(&file);
}
