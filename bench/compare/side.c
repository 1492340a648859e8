#include "bench/compare/side.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

void hy_side_init(struct hy_side *s, const char *name)
{
    memset(s, 0, sizeof *s);
    s->name = hy_format("%s", name);
    s->version = hy_format("%s", "");
}

void hy_side_fini(struct hy_side *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n; i++) {
        free(s->rows[i].subject);
        free(s->rows[i].metric);
        free(s->rows[i].unit);
        free(s->rows[i].shape);
        free(s->rows[i].seen);
    }
    for (size_t i = 0; i < s->n_facts; i++)
        free(s->facts[i].text);
    free(s->rows);
    free(s->name);
    free(s->version);
    memset(s, 0, sizeof *s);
}

/* ---- rows ---------------------------------------------------------------------------------- */
const struct hy_side_row *hy_side_find(const struct hy_side *s, const char *subject, const char *metric)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->rows[i].subject, subject) == 0 && strcmp(s->rows[i].metric, metric) == 0)
            return &s->rows[i];
    return NULL;
}

struct hy_side_row *hy_side_row(struct hy_side *s, const struct hy_row_spec *spec)
{
    const struct hy_side_row *there = hy_side_find(s, spec->subject, spec->metric);
    if (there)
        return &s->rows[there - s->rows];
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->rows = realloc(s->rows, s->room * sizeof *s->rows);
        HY_ASSERT(s->rows, "out of memory for the rows of a comparison");
    }
    s->rows[s->n] = (struct hy_side_row){
        .subject = hy_format("%s", spec->subject),
        .metric = hy_format("%s", spec->metric),
        .unit = hy_format("%s", spec->unit ? spec->unit : ""),
        .shape = hy_format("%s", spec->shape ? spec->shape : ""),
        .more_is_better = spec->more_is_better,
        .exact = spec->exact,
        .pairing = spec->pairing,
    };
    return &s->rows[s->n++];
}

void hy_side_see(struct hy_side_row *row, struct hy_observation seen, bool holds)
{
    if (!isfinite(seen.value) || seen.value < 0 || (seen.value == 0 && !row->exact))
        return;
    if (!holds) {
        row->doubtful++;
        row->doubted = seen.value;
        return;
    }
    if (row->n == row->room) {
        row->room = row->room ? 2 * row->room : 8;
        row->seen = realloc(row->seen, row->room * sizeof *row->seen);
        HY_ASSERT(row->seen, "out of memory for the observations of a comparison");
    }
    row->seen[row->n++] = seen;
}

/* ---- circumstances --------------------------------------------------------------------------- */

/* Whether `text` is one of those that stand in `list`, separated by ", ". */
static bool listed(const char *list, const char *text)
{
    const size_t n = strlen(text);
    for (const char *at = list; at; at = strstr(at, ", ")) {
        at += at == list ? 0 : 2;
        if (strncmp(at, text, n) == 0 && (at[n] == '\0' || strncmp(at + n, ", ", 2) == 0))
            return true;
    }
    return false;
}

void hy_side_fact(struct hy_side *s, const char *what, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    for (size_t i = 0; i < s->n_facts; i++) {
        struct hy_fact *f = &s->facts[i];
        if (strcmp(f->what, what) != 0)
            continue;
        if (!listed(f->text, text)) {
            char *longer = hy_format("%s, %s", f->text, text);
            free(f->text);
            f->text = longer;
        }
        return;
    }
    HY_ASSERT(s->n_facts < HY_MOST_FACTS, "a side has more circumstances than there is room for");
    s->facts[s->n_facts++] = (struct hy_fact){what, hy_format("%s", text)};
}

void hy_side_fact_number(struct hy_side *s, const char *what, long long number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", number);
    hy_side_fact(s, what, text);
}

const char *hy_side_fact_of(const struct hy_side *s, const char *what)
{
    for (size_t i = 0; i < s->n_facts; i++)
        if (strcmp(s->facts[i].what, what) == 0)
            return s->facts[i].text;
    return "";
}

void hy_side_version(struct hy_side *s, const char *sha, bool dirty)
{
    if (sha[0] == '\0' || strcmp(sha, "unknown") == 0)
        return;
    free(s->version);
    s->version = hy_format("%.12s%s", sha, dirty ? "+" : "");
}
