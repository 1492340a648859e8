#include "bench/history/again.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench/compare/checkout.h"
#include "bench/compare/launch.h"
#include "bench/harness/build.h"
#include "kernels/base/file.h"

/* As `compare --against` has it. */
#define ROW_SECONDS 0.03

/* ---- what measures it -------------------------------------------------------------------------------- */

/* runs.csv's prefill and decode rates are those of the shortest context. */
enum { SHORTEST_CONTEXT = 256 };

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

struct hy_work hy_work_of(const struct hy_series *s)
{
    struct hy_work w = {.context = SHORTEST_CONTEXT, .batch = 1};
    const bool prefill = strcasecmp(s->metric, "prefill tok/s") == 0,
               decode = strcasecmp(s->metric, "decode tok/s") == 0,
               step = strcmp(s->metric, "step time") == 0 || strcmp(s->metric, "Train tok/s") == 0;
    if (strcmp(s->metric, "time") == 0 && (ends_with(s->subject, "/hot") || ends_with(s->subject, "/cold"))) {
        w.any = true;
        w.what = HY_TURNS_KERNELS;
    } else if (step || prefill || decode) {
        w.any = true;
        w.what = step ? HY_TURNS_STEP : HY_TURNS_DECODING;
        w.metric = step ? "step time" : prefill ? "prefill tok/s" : "decode tok/s";
        snprintf(w.variant, sizeof w.variant, "%.*s", (int)strcspn(s->subject, "/"), s->subject);
        const char *context = strstr(s->subject, "/context:"), *batch = strstr(s->subject, "/batch:");
        if (context && batch) {
            w.context = atoi(context + strlen("/context:"));
            w.batch = atoi(batch + strlen("/batch:"));
        }
    }
    return w;
}

bool hy_work_together(const struct hy_series *a, const struct hy_series *b)
{
    const struct hy_work x = hy_work_of(a), y = hy_work_of(b);
    return x.any && y.any && x.what == y.what && strcmp(x.variant, y.variant) == 0 && x.context == y.context &&
           x.batch == y.batch && strcmp(a->profile, b->profile) == 0 && strcmp(a->threads, b->threads) == 0 &&
           (x.what == HY_TURNS_KERNELS || strcmp(a->precision, b->precision) == 0);
}

const struct hy_compared *hy_work_row(const struct hy_comparison *c, const struct hy_series *s)
{
    const struct hy_work w = hy_work_of(s);
    for (size_t i = 0; i < c->n; i++) {
        const struct hy_side_row *row = c->rows[i].fresh;
        if (w.metric ? strcmp(row->metric, w.metric) == 0 : strcmp(row->subject, s->subject) == 0)
            return &c->rows[i];
    }
    return NULL;
}

/* ---- both programs ------------------------------------------------------------------------------------ */

static char *filter_of(const struct hy_again *a)
{
    const char **names = calloc(a->n, sizeof *names);
    HY_ASSERT(names, "out of memory for the series");
    for (size_t i = 0; i < a->n; i++)
        names[i] = a->series[i]->subject;
    char *filter = hy_turns_filter(names, a->n);
    free(names);
    return filter;
}

/* The program of a commit: this one where it was built of it, unchanged. malloc'd. */
static hy_status program_of(const char *commit, bool progress, char **program)
{
    if (strncmp(commit, hy_build_git_sha(), strlen(commit)) == 0 && !hy_build_dirty())
        return hy_launch_self(program);
    struct hy_checkout there;
    hy_status status = hy_checkout_build(&there, commit, progress);
    if (status == HY_OK) {
        *program = hy_format("%s", there.program);
        hy_checkout_fini(&there);
    }
    return status;
}

static hy_status in_turns(const struct hy_again *a, char *const programs[2], struct hy_side sides[2],
                          struct hy_comparison *c)
{
    const struct hy_series *s = a->series[0];
    const struct hy_work w = hy_work_of(s);
    char *filter = filter_of(a), *good = hy_format("%.12s", a->good), *bad = hy_format("%.12s", a->bad);
    hy_turns_hand_on(atoi(s->threads), NULL);
    hy_status status =
        hy_turns_run(&(struct hy_turns){.programs = {programs[0], programs[1]},
                                        .names = {good, bad},
                                        .work = w.what,
                                        .variant = w.variant,
                                        .precision = s->precision[0] ? s->precision : NULL,
                                        .context = w.context,
                                        .batch = w.batch,
                                        .filter = w.what == HY_TURNS_KERNELS ? filter : NULL,
                                        .profile = s->profile[0] ? s->profile : NULL,
                                        .budget = a->budget,
                                        .min_time = ROW_SECONDS,
                                        .seed = 1,
                                        .rule = {.alpha = HY_CONFIRM_ALPHA, .threshold = HY_THRESHOLD_IN_TURNS},
                                        .progress = a->progress,
                                        .interrupted = a->interrupted},
                     sides, c);
    free(filter);
    free(good);
    free(bad);
    return status;
}

hy_status hy_measure_again(const struct hy_again *a, struct hy_side sides[2], struct hy_comparison *c)
{
    char *programs[2] = {NULL, NULL};
    *c = (struct hy_comparison){0};
    hy_status status = program_of(a->good, a->progress, &programs[0]);
    if (status == HY_OK)
        status = program_of(a->bad, a->progress, &programs[1]);
    if (status == HY_OK)
        status = in_turns(a, programs, sides, c);
    free(programs[0]);
    free(programs[1]);
    return status;
}
