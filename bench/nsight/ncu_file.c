#include "bench/nsight/ncu_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/nsight/ncu_units.h"
#include "kernels/base/file.h"

static const char DOMAIN[] = "hymbench";

/* ---- rows among other lines ----------------------------------------------------------------------------- */

/* A row begins with a quote, as ncu quotes every cell; everything else is said by ncu ("==PROF== ...") or the program.
 */
static bool begins_header(const char *line)
{
    return strncmp(line, "\"ID\",", 5) == 0;
}

/* Closes up the rows in place; of other lines only their ends stay, so that rows keep their numbers. Sets *bytes; false
 * where there is no header. */
static bool keep_rows(char *data, size_t *bytes, size_t *passed_over)
{
    bool header = false, quoted = false;
    size_t to = 0;
    for (size_t at = 0; at < *bytes;) {
        const char *newline = memchr(data + at, '\n', *bytes - at);
        const size_t end = newline ? (size_t)(newline - data) + 1 : *bytes;
        header = header || begins_header(data + at);
        if (header && (quoted || data[at] == '"')) {
            for (size_t i = at; i < end; i++)
                quoted ^= data[i] == '"';
            memmove(data + to, data + at, end - at);
            to += end - at;
        } else {
            *passed_over += end - at > 1;
            data[to++] = '\n';
        }
        at = end;
    }
    *bytes = to;
    return header;
}

static hy_status no_header(const char *path, const char *data)
{
    if (strstr(data, "ERR_NVGPUCTRPERM"))
        return hy_fail(HY_NO_DATA,
                       "%s: the user was not allowed to read counters (ERR_NVGPUCTRPERM); profile as root, or load the "
                       "driver with NVreg_RestrictProfilingToAdminUsers=0",
                       path);
    if (strstr(data, "No kernels were profiled"))
        return hy_fail(HY_NO_DATA, "%s: no kernel was profiled; see ncu's options --nvtx-include and --launch-skip",
                       path);
    return hy_fail(
        HY_BAD_INPUT,
        "%s has no line that begins with \"ID\": it is nothing that `ncu --csv --page raw` or `--page details` "
        "printed",
        path);
}

static hy_status read_table(struct hy_csv *t, const char *path, size_t *passed_over)
{
    char *data = NULL;
    size_t bytes = 0;
    hy_status status = hy_read_file(path, &data, &bytes);
    if (status == HY_OK && !strstr(data, "\"ID\","))
        status = no_header(path, data);
    if (status == HY_OK && !keep_rows(data, &bytes, passed_over))
        status = no_header(path, "");
    if (status == HY_OK)
        status = hy_csv_parse(t, path, data, bytes, 0, HY_CSV_COMPLETE);
    free(data);
    return status;
}

/* ---- what a launch is ---------------------------------------------------------------------------------------- */
struct launch {
    const char *kernel, *process; /* cells */
    char place[64], pass[16], shape[96], chip[16];
    bool ours, continues;
};

/* The n characters are one of the words, NULL behind them. */
static bool is_word(const char *text, size_t n, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == n && strncmp(*words, text, n) == 0)
            return true;
    return false;
}

/* A range of our domain, the outer ones first: its name is `n` characters at `name`. */
static void take_range(struct launch *l, const char *name, size_t n)
{
    static const char *const passes[] = {"forward", "backward", "update", NULL},
                             *const steps[] = {"train", "eval", "whole", NULL},
                             *const continued[] = {"prefill", "decode", NULL};
    l->ours = true;
    if (is_word(name, n, steps) || is_word(name, n, continued)) {
        l->continues = is_word(name, n, continued);
        snprintf(l->place, sizeof l->place, "step"); /* until an op's range begins inside */
    } else if (is_word(name, n, passes)) {
        snprintf(l->pass, sizeof l->pass, "%.*s", (int)n, name);
    } else if (strncmp(name, "layer ", 6) != 0) {
        snprintf(l->place, sizeof l->place, "%.*s", (int)n, name);
    }
}

/* '123  "hymbench:train:..."  "hymbench:forward:..."': thread, then the ranges that are open. */
static void take_ranges(struct launch *l, const char *cell)
{
    char *key = hy_format("\"%s:", DOMAIN);
    for (const char *at = strstr(cell, key); at; at = strstr(at, key)) {
        at += strlen(key);
        take_range(l, at, strcspn(at, ":\""));
    }
    free(key);
}

/* "(128, 2, 1)" as 128x2x1. */
static void put_size(char *to, size_t size, const char *cell)
{
    size_t n = 0;
    for (; *cell && n + 1 < size; cell++)
        if ((*cell >= '0' && *cell <= '9') || *cell == ',')
            to[n++] = *cell == ',' ? 'x' : *cell;
    to[n] = '\0';
}

static struct launch launch_of(const struct hy_csv *t, size_t row)
{
    struct launch l = {.kernel = hy_csv_text_of(t, row, "Kernel Name"),
                       .process = hy_csv_text_of(t, row, "Process Name")};
    const char *cc = hy_csv_text_of(t, row, "CC");
    char grid[32], block[32];
    for (size_t c = 0; c < t->columns; c++)
        if (strstr(t->header[c], "Domain:Push/Pop_Range"))
            take_ranges(&l, hy_csv_text(t, row, (int)c));
    put_size(grid, sizeof grid, hy_csv_text_of(t, row, "Grid Size"));
    put_size(block, sizeof block, hy_csv_text_of(t, row, "Block Size"));
    if (*grid || *block)
        snprintf(l.shape, sizeof l.shape, "grid=%s block=%s", grid, block);
    if (*cc)
        snprintf(l.chip, sizeof l.chip, "sm_%.*s%s", (int)strcspn(cc, "."), cc,
                 strchr(cc, '.') ? strchr(cc, '.') + 1 : "");
    return l;
}

/* ---- sums ------------------------------------------------------------------------------------------------------ */
static bool is_count(const struct hy_ncu_count *c, const struct launch *l, const char *metric, const char *unit)
{
    return strcmp(c->metric, metric) == 0 && strcmp(c->unit, unit) == 0 && strcmp(c->kernel, l->kernel) == 0 &&
           strcmp(c->place, l->place) == 0 && strcmp(c->pass, l->pass) == 0 && strcmp(c->shape, l->shape) == 0 &&
           c->continues == l->continues;
}

/* Metrics come in one order: the count wanted is mostly the one after the one before. */
static struct hy_ncu_count *count_of(struct hy_ncu *n, size_t *last, const struct launch *l, const char *metric,
                                     const char *unit)
{
    for (size_t k = 0; k < n->n; k++) {
        const size_t i = (*last + 1 + k) % n->n;
        if (is_count(&n->counts[i], l, metric, unit))
            return &n->counts[*last = i];
    }
    if (n->n == n->room) {
        n->room = n->room ? 2 * n->room : 256;
        n->counts = realloc(n->counts, n->room * sizeof *n->counts);
        HY_ASSERT(n->counts, "out of memory for counters");
    }
    n->counts[n->n] = (struct hy_ncu_count){.kernel = hy_format("%s", l->kernel),
                                            .place = hy_format("%s", l->place),
                                            .pass = hy_format("%s", l->pass),
                                            .shape = hy_format("%s", l->shape),
                                            .chip = hy_format("%s", l->chip),
                                            .metric = hy_format("%s", metric),
                                            .unit = hy_format("%s", unit),
                                            .continues = l->continues};
    *last = n->n;
    return &n->counts[n->n++];
}

/* Whether a cell that is no number looks like one of a locale with decimal commas. */
static bool other_locale(const char *text)
{
    return *text && strspn(text, "0123456789.,-") == strlen(text) && strchr(text, ',');
}

static hy_status add(struct hy_ncu *n, size_t *last, const struct launch *l, const char *metric, const char *unit,
                     const char *cell, const struct hy_csv *t, size_t row)
{
    char base[64];
    double value;
    if (!hy_ncu_number(cell, &value)) {
        if (other_locale(cell))
            return hy_fail(HY_BAD_INPUT,
                           "%s:%zu: '%s' holds \"%.40s\", which is no number with a decimal point; run ncu "
                           "with LC_ALL=C",
                           t->name, t->lines[row], metric, cell);
        n->no_numbers += *cell != '\0';
        return HY_OK;
    }
    const double factor = hy_ncu_unit(unit, base, sizeof base);
    struct hy_ncu_count *c = count_of(n, last, l, metric, base);
    c->sum += factor * value;
    c->n++;
    return HY_OK;
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

/* Metrics have two underscores in their names; what a device is by itself is none of a kernel's. */
static bool is_metric(const char *column)
{
    return strstr(column, "__") && strncmp(column, "device__attribute", 17) != 0;
}

static hy_status read_raw(struct hy_ncu *n, const struct hy_csv *t, bool *ours)
{
    hy_status status = HY_OK;
    size_t last = 0;
    for (size_t row = 1; row < t->rows && status == HY_OK; row++) { /* the first has the units */
        const struct launch l = launch_of(t, row);
        *ours |= l.ours || strncmp(l.process, DOMAIN, strlen(DOMAIN)) == 0 || !*l.process;
        n->launches++;
        for (size_t c = 0; c < t->columns && status == HY_OK; c++)
            if (is_metric(t->header[c]))
                status =
                    add(n, &last, &l, t->header[c], hy_csv_text(t, 0, (int)c), hy_csv_text(t, row, (int)c), t, row);
    }
    return status;
}

/* The details page says a metric of a launch once per section: rows of a launch follow each other. */
static hy_status read_details(struct hy_ncu *n, const struct hy_csv *t, bool *ours)
{
    hy_status status = HY_OK;
    size_t last = 0;
    for (size_t row = 0; row < t->rows && status == HY_OK; row++) {
        const char *metric = hy_csv_text_of(t, row, "Metric Name");
        const struct launch l = launch_of(t, row);
        *ours |= l.ours || strncmp(l.process, DOMAIN, strlen(DOMAIN)) == 0 || !*l.process;
        n->launches += row == 0 || strcmp(hy_csv_text_of(t, row, "ID"), hy_csv_text_of(t, row - 1, "ID")) != 0;
        if (*metric) /* else a rule's advice */
            status = add(n, &last, &l, metric, hy_csv_text_of(t, row, "Metric Unit"),
                         hy_csv_text_of(t, row, "Metric Value"), t, row);
    }
    return status;
}

static hy_status read_page(struct hy_ncu *n, const struct hy_csv *t, const char *path)
{
    const bool details = hy_csv_column(t, "Metric Name") >= 0;
    bool raw = false, ours = false;
    for (size_t c = 0; c < t->columns; c++)
        raw |= is_metric(t->header[c]);
    if (hy_csv_column(t, "Kernel Name") < 0 || (!raw && (!details || hy_csv_column(t, "Metric Value") < 0)))
        return hy_fail(HY_BAD_INPUT, "%s has no kernels with metrics: print --page raw or --page details of the report",
                       path);
    if (!details && t->rows > 0 && hy_csv_text_of(t, 0, "ID")[0])
        return hy_fail(HY_BAD_INPUT, "%s has no line of units behind its header; print --page raw of the report", path);
    hy_status status = details ? read_details(n, t, &ours) : read_raw(n, t, &ours);
    if (status == HY_OK && n->launches == 0)
        return hy_fail(HY_NO_DATA, "%s has no kernel", path);
    if (status == HY_OK && !ours)
        return hy_fail(HY_NO_DATA,
                       "%s is of another program: its process is '%s', and no range of NVTX domain '%s' is in it", path,
                       hy_csv_text_of(t, t->rows - 1, "Process Name"), DOMAIN);
    if (status == HY_OK && n->n == 0)
        return hy_fail(HY_NO_DATA, "%s: no metric of its %zu launches is a number", path, n->launches);
    return status;
}

hy_status hy_ncu_read(struct hy_ncu *n, const char *path)
{
    struct hy_csv t = {0};
    memset(n, 0, sizeof *n);
    hy_status status = read_table(&t, path, &n->passed_over);
    if (status == HY_OK)
        status = read_page(n, &t, path);
    hy_csv_fini(&t);
    if (status)
        hy_ncu_fini(n);
    return status;
}

void hy_ncu_fini(struct hy_ncu *n)
{
    for (size_t i = 0; i < n->n; i++) {
        struct hy_ncu_count *c = &n->counts[i];
        char *const texts[] = {c->kernel, c->place, c->pass, c->shape, c->chip, c->metric, c->unit};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            free(texts[k]);
    }
    free(n->counts);
    memset(n, 0, sizeof *n);
}
