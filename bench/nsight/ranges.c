#include "bench/nsight/ranges.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

static const char DOMAIN[] = "hymbench", NVTX[] = "NVTX_EVENTS";
static const char *const step_names[] = {"train", "eval", "prefill", "decode", "whole"};
static const char *const pass_names[HY_RANGE_PASSES] = {"", "forward", "backward", "update"};
enum { STEP_NAMES = sizeof step_names / sizeof *step_names, MOST_DEEP = 64 };

const char *hy_range_pass_name(enum hy_range_pass p)
{
    return pass_names[p];
}

/* ---- event types ------------------------------------------------------------------------------------ */
struct event_types {
    int push_pop, start_end, domain;
};

/* nsys numbers them; newer files also say how. */
static struct event_types event_types_of(struct hy_export *e)
{
    static const char TABLE[] = "ENUM_NSYS_EVENT_TYPE";
    static const char *const columns[] = {"name", "id", NULL};
    struct event_types t = {.push_pop = 59, .start_end = 60, .domain = 75};
    hy_status status = HY_OK;
    sqlite3_stmt *s = hy_export_has(e, TABLE) ? hy_export_select(e, TABLE, columns, NULL) : NULL;
    while (s && hy_export_row(e, s, &status)) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        const int id = sqlite3_column_int(s, 1);
        if (name == NULL)
            continue;
        if (strcmp(name, "NvtxPushPopRange") == 0)
            t.push_pop = id;
        else if (strcmp(name, "NvtxStartEndRange") == 0)
            t.start_end = id;
        else if (strcmp(name, "NvtxDomainCreate") == 0)
            t.domain = id;
    }
    sqlite3_finalize(s);
    return t;
}

/* ---- domains: each process numbers its own ------------------------------------------------------------ */
enum { MOST_DOMAINS = 256, LISTED = 160 };
struct domains {
    struct {
        uint16_t process;
        int64_t id;
    } ours[MOST_DOMAINS];
    int n;
    char others[LISTED]; /* what other domains there are, for a sentence */
};

static void add_other(struct domains *d, const char *name)
{
    const size_t used = strlen(d->others);
    if (*name && strstr(d->others, name) == NULL && used + strlen(name) + 4 < sizeof d->others)
        snprintf(d->others + used, sizeof d->others - used, "%s'%s'", used ? ", " : "", name);
}

static hy_status read_domains(struct domains *d, struct hy_export *e, struct hy_names *names,
                              struct hy_threads *threads, int type)
{
    static const char *const columns[] = {"globalTid", "domainId", "text", "textId", NULL};
    char where[64];
    hy_status status = HY_OK;
    snprintf(where, sizeof where, "eventType = %d", type);
    sqlite3_stmt *s = hy_export_select(e, NVTX, columns, where);
    if (s == NULL)
        return HY_BAD_INPUT;
    *d = (struct domains){.n = 0};
    while (hy_export_row(e, s, &status)) {
        const char *text = (const char *)sqlite3_column_text(s, 2);
        if (text == NULL) {
            const uint32_t name = hy_names_of_id(names, e, sqlite3_column_int64(s, 3));
            text = names->text[name]; /* which may have moved */
        }
        if (strcmp(text, DOMAIN) != 0) {
            add_other(d, text);
        } else if (d->n < MOST_DOMAINS) {
            d->ours[d->n].process = hy_threads_process(threads, sqlite3_column_int64(s, 0));
            d->ours[d->n++].id = sqlite3_column_int64(s, 1);
        }
    }
    sqlite3_finalize(s);
    return status;
}

static bool is_ours(const struct domains *d, uint16_t process, int64_t id)
{
    for (int i = 0; i < d->n; i++)
        if (d->ours[i].process == process && d->ours[i].id == id)
            return true;
    return false;
}

/* ---- reading ------------------------------------------------------------------------------------------ */
static struct hy_range *new_range(struct hy_ranges *r)
{
    if (r->n == r->room) {
        r->room = r->room ? r->room + r->room / 2 : 1024;
        r->ranges = realloc(r->ranges, r->room * sizeof *r->ranges);
        HY_ASSERT(r->ranges, "out of memory for the ranges of a capture");
    }
    return &r->ranges[r->n++];
}

static uint32_t name_of(struct hy_export *e, struct hy_names *names, sqlite3_stmt *s, int text, int text_id)
{
    const char *own = (const char *)sqlite3_column_text(s, text);
    return own ? hy_names_add(names, own) : hy_names_of_id(names, e, sqlite3_column_int64(s, text_id));
}

/* Older files have no NULL: what never ended ends at 0 or -1 there. */
static int64_t end_of(sqlite3_stmt *s, int64_t start)
{
    const int64_t end = sqlite3_column_int64(s, 1);
    return sqlite3_column_type(s, 1) == SQLITE_NULL || end < start ? INT64_MAX : end;
}

static hy_status read_ranges(struct hy_ranges *r, struct hy_export *e, struct hy_names *names,
                             struct hy_threads *threads, const struct domains *d, const struct event_types *types)
{
    static const char *const columns[] = {"start", "end",    "globalTid",   "domainId",
                                          "text",  "textId", "uint64Value", NULL};
    char where[64];
    hy_status status = HY_OK;
    snprintf(where, sizeof where, "eventType IN (%d, %d)", types->push_pop, types->start_end);
    sqlite3_stmt *s = hy_export_select(e, NVTX, columns, where);
    if (s == NULL)
        return HY_BAD_INPUT;
    while (status == HY_OK && hy_export_row(e, s, &status)) {
        const int64_t start = sqlite3_column_int64(s, 0);
        uint16_t thread;
        status = hy_threads_add(threads, sqlite3_column_int64(s, 2), &thread);
        if (status || !is_ours(d, threads->process[thread], sqlite3_column_int64(s, 3)))
            continue;
        const bool payload = sqlite3_column_type(s, 6) != SQLITE_NULL;
        *new_range(r) = (struct hy_range){.start = start,
                                          .end = end_of(s, start),
                                          .bytes = payload ? sqlite3_column_int64(s, 6) : -1,
                                          .name = name_of(e, names, s, 4, 5),
                                          .parent = HY_NONE_U32,
                                          .step = HY_NONE_U32,
                                          .row = HY_NONE_U32,
                                          .layer = -1,
                                          .thread = thread};
    }
    sqlite3_finalize(s);
    return status;
}

/* ---- what a range is, by its name ---------------------------------------------------------------------- */
static bool is_step_name(const char *name)
{
    for (int i = 0; i < STEP_NAMES; i++)
        if (strcmp(name, step_names[i]) == 0)
            return true;
    return false;
}

static void classify(struct hy_range *r, const char *name)
{
    int layer, used = 0;
    r->kind = HY_RANGE_OP;
    if (is_step_name(name))
        r->kind = HY_RANGE_STEP;
    for (int p = HY_PASS_FORWARD; p < HY_RANGE_PASSES; p++)
        if (strcmp(name, pass_names[p]) == 0) {
            r->kind = HY_RANGE_PASS;
            r->pass = (uint8_t)p;
        }
    if (sscanf(name, "layer %d%n", &layer, &used) == 1 && name[used] == '\0') {
        r->kind = HY_RANGE_LAYER;
        r->layer = layer;
    }
}

/* Names repeat: looked at once each. */
static void classify_all(struct hy_ranges *r, const struct hy_names *names)
{
    struct hy_range *of = calloc(names->n + 1, sizeof *of);
    HY_ASSERT(of, "out of memory for the names of a capture");
    for (uint32_t i = 0; i < names->n; i++) {
        of[i].layer = -1;
        classify(&of[i], names->text[i]);
    }
    for (uint32_t i = 0; i < r->n; i++) {
        r->ranges[i].kind = of[r->ranges[i].name].kind;
        r->ranges[i].pass = of[r->ranges[i].name].pass;
        r->ranges[i].layer = of[r->ranges[i].name].layer;
    }
    free(of);
}

/* ---- nesting -------------------------------------------------------------------------------------------- */

/* The outer before the inner, also where both begin and end within one tick of the clock. */
static int by_place(const void *a, const void *b)
{
    const struct hy_range *x = a, *y = b;
    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static hy_status overlapping(const struct hy_ranges *r, const struct hy_names *names, const struct hy_threads *threads,
                             const char *path, uint32_t outer, uint32_t inner)
{
    const struct hy_range *a = &r->ranges[outer], *b = &r->ranges[inner];
    const long thread = (long)(threads->id[a->thread] & 0xffffff);
    const struct hy_range *open = a->end == INT64_MAX ? a : b;
    if (open->end == INT64_MAX)
        return hy_fail(HY_BAD_INPUT,
                       "%s: range '%s' of thread %ld, begun at %" PRId64 " ns, never ends although '%s', %s, does not "
                       "fit inside it: events were lost; profile again, with less traced",
                       path, names->text[open->name], thread, open->start, names->text[(open == a ? b : a)->name],
                       open == a ? "begun later" : "which is around it");
    return hy_fail(HY_BAD_INPUT,
                   "%s: ranges '%s' (%" PRId64 " to %" PRId64 " ns) and '%s' (%" PRId64 " to %" PRId64
                   " ns) of thread %ld overlap without nesting: events were lost; profile again, with less traced",
                   path, names->text[a->name], a->start, a->end, names->text[b->name], b->start, b->end, thread);
}

/* A range of a step that never ended holds only what may stand inside one of its kind: else it had ended, and nobody
 * saw it. Around steps there may be anything. */
static bool fits(const struct hy_range *outer, const struct hy_range *inner)
{
    if (outer->end == INT64_MAX)
        return outer->step == HY_NONE_U32 || inner->kind > outer->kind;
    return inner->end <= outer->end;
}

static uint32_t new_step(struct hy_ranges *r, uint32_t range)
{
    if (r->n_steps == r->step_room) {
        r->step_room = r->step_room ? 2 * r->step_room : 64;
        r->steps = realloc(r->steps, r->step_room * sizeof *r->steps);
        HY_ASSERT(r->steps, "out of memory for the steps of a capture");
    }
    r->steps[r->n_steps] = (struct hy_step){.range = range};
    return r->n_steps++;
}

static hy_status nest(struct hy_ranges *r, const struct hy_names *names, const struct hy_threads *threads,
                      const char *path)
{
    uint32_t top = HY_NONE_U32;
    for (uint32_t i = 0; i < r->n; i++) {
        struct hy_range *x = &r->ranges[i];
        while (top != HY_NONE_U32 && (r->ranges[top].thread != x->thread || r->ranges[top].end <= x->start))
            top = r->ranges[top].parent;
        if (top != HY_NONE_U32) {
            const struct hy_range *outer = &r->ranges[top];
            if (!fits(outer, x))
                return overlapping(r, names, threads, path, top, i);
            x->parent = top;
            x->step = outer->step;
            x->pass = x->kind == HY_RANGE_PASS ? x->pass : outer->pass;
            x->layer = x->kind == HY_RANGE_LAYER ? x->layer : outer->layer;
        }
        if (x->kind == HY_RANGE_STEP && x->step == HY_NONE_U32)
            x->step = new_step(r, i);
        top = i;
    }
    return HY_OK;
}

/* ---- which steps ----------------------------------------------------------------------------------------- */
static void count_steps(struct hy_ranges *r, const struct hy_names *names, const char *kind)
{
    r->counted = r->whole = r->cut = 0;
    r->kind = kind;
    for (uint32_t i = 0; i < r->n_steps; i++) {
        const struct hy_range *x = &r->ranges[r->steps[i].range];
        const char *name = names->text[x->name];
        const bool right = strcmp(name, kind) == 0, ended = x->end != INT64_MAX;
        r->steps[i].use = !ended                       ? HY_STEP_LEFT_OUT
                          : right                      ? HY_STEP_COUNTED
                          : strcmp(name, "whole") == 0 ? HY_STEP_WHOLE
                                                       : HY_STEP_LEFT_OUT;
        r->counted += r->steps[i].use == HY_STEP_COUNTED;
        r->whole += r->steps[i].use == HY_STEP_WHOLE;
        r->cut += right && !ended;
    }
}

static hy_status choose_steps(struct hy_ranges *r, const struct hy_names *names, const char *path, const char *kind)
{
    if (kind)
        count_steps(r, names, kind);
    for (int i = 0; !kind && i < STEP_NAMES && r->counted + r->cut == 0; i++)
        count_steps(r, names, step_names[i]);
    if (r->counted > 0)
        return HY_OK;
    if (r->cut > 0)
        return hy_fail(HY_NO_DATA, "%s: its only %s step was still open when the capture ended; profile a few steps",
                       path, r->kind);
    return hy_fail(HY_NO_DATA,
                   "%s has %" PRIu32
                   " ranges of domain '%s' and no %s step among them; profile a few steps of training",
                   path, r->n, DOMAIN, kind ? kind : "whole");
}

hy_status hy_ranges_read(struct hy_ranges *r, struct hy_export *e, struct hy_names *names, struct hy_threads *threads,
                         const char *kind)
{
    struct domains domains;
    const struct event_types types = event_types_of(e);
    *r = (struct hy_ranges){.n = 0};
    hy_status status = read_domains(&domains, e, names, threads, types.domain);
    if (status == HY_OK)
        status = read_ranges(r, e, names, threads, &domains, &types);
    if (status == HY_OK && r->n == 0)
        status = hy_fail(HY_NO_DATA, "%s has no range of NVTX domain '%s'%s%s: it is another program's capture",
                         e->path, DOMAIN, domains.others[0] ? ", only of " : "", domains.others);
    if (status == HY_OK) {
        classify_all(r, names);
        qsort(r->ranges, r->n, sizeof *r->ranges, by_place);
        status = nest(r, names, threads, e->path);
    }
    if (status == HY_OK)
        status = choose_steps(r, names, e->path, kind);
    if (status)
        hy_ranges_fini(r);
    return status;
}

void hy_ranges_fini(struct hy_ranges *r)
{
    free(r->ranges);
    free(r->steps);
    memset(r, 0, sizeof *r);
}

/* ---- asking ----------------------------------------------------------------------------------------------- */

/* Whether range i begins at or before that place in the order. */
static bool begins_before(const struct hy_ranges *r, uint32_t i, uint16_t thread, int64_t time)
{
    const struct hy_range *x = &r->ranges[i];
    return x->thread != thread ? x->thread < thread : x->start <= time;
}

uint32_t hy_ranges_at(struct hy_ranges *r, uint16_t thread, int64_t time)
{
    uint32_t low = 0, high = r->n; /* the first that begins later lies in [low, high] */
    if (r->hint < r->n && begins_before(r, r->hint, thread, time)) {
        low = r->hint; /* calls come one after the other: it is mostly this one or the next */
        if (low + 2 < r->n && !begins_before(r, low + 2, thread, time))
            high = low + 2;
    }
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (begins_before(r, middle, thread, time))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return HY_NONE_U32;
    r->hint = low - 1;
    uint32_t at = low - 1;
    while (at != HY_NONE_U32 && (r->ranges[at].thread != thread || r->ranges[at].end <= time))
        at = r->ranges[at].thread == thread ? r->ranges[at].parent : HY_NONE_U32;
    return at;
}

uint32_t hy_ranges_step(const struct hy_ranges *r, uint32_t i)
{
    return i == HY_NONE_U32 ? HY_NONE_U32 : r->ranges[i].step;
}

bool hy_ranges_counted(const struct hy_ranges *r, uint32_t i)
{
    const uint32_t step = hy_ranges_step(r, i);
    return step != HY_NONE_U32 && r->steps[step].use == HY_STEP_COUNTED;
}
