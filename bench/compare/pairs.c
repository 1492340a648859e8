#include "bench/compare/pairs.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/pairs_turns.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/sizes.h"
#include "kernels/trial/op_case.h"
#include "kernels/trial/op_operands.h"

/* ---- what is selected ------------------------------------------------------------------------ */
struct selection {
    const struct hy_pairs_options *o;
    hy_pairs_sink *sink;
    void *ctx;
    bool (*interrupted)(void);
    regex_t filter;
    bool measure;
    size_t rows, done; /* selected in all; handed on so far */
    uint64_t start_ns;
    struct hy_observer observer;
    bool failed;
};

static const struct hy_pair_call *calls_of(const struct selection *w, const struct hy_pair *pair, int side)
{
    return w->o->small ? pair->small[side] : pair->study[side];
}

static struct hy_pair_row row_of(const struct selection *w, const struct hy_pair *pair, enum hy_pass pass,
                                 enum hy_precision precision)
{
    struct hy_pair_row row = {.pair = pair,
                              .pass = pass,
                              .precision = precision,
                              .ns = {NAN, NAN},
                              .ratio = {.ratio = NAN, .low = NAN, .high = NAN, .p = NAN, .cv = NAN},
                              .error_share = NAN,
                              .conditions = hy_conditions_unknown};
    for (int side = 0; side < HY_PAIR_SIDES; side++) {
        const struct hy_pair_call *c = calls_of(w, pair, side);
        size_t at = 0;
        for (int i = 0; i < HY_PAIR_CALLS && c[i].there; i++) {
            char sizes[HY_SHAPE_TEXT];
            hy_sizes_text(sizes, c[i].op, &c[i].sizes);
            at += (size_t)snprintf(row.shapes[side] + at, sizeof row.shapes[side] - at, "%s%s %s", i ? " + " : "",
                                   hy_ops[c[i].op].name, sizes);
        }
    }
    return row;
}

char *hy_pair_name(const struct hy_pair_row *row)
{
    return hy_format("%s/%s/%s", row->pair->name, row->pass == HY_FORWARD ? "fwd" : "bwd",
                     hy_precision_name(row->precision));
}

static bool selected(const struct selection *w, const struct hy_pair_row *row)
{
    char *name = hy_pair_name(row);
    const bool matches = !w->o->filter || regexec(&w->filter, name, 0, NULL, 0) == 0;
    free(name);
    return matches;
}

/* ---- one side ----------------------------------------------------------------------------------- */

/* Opens the calls of a side and runs each once, held against its reference; false where one is wrong. */
static bool open_side(const struct selection *w, const struct hy_pair_row *row, int which, struct hy_pair_side *side,
                      double *share)
{
    const struct hy_pair_call *c = calls_of(w, row->pair, which);
    bool good = true;
    for (int i = 0; i < HY_PAIR_CALLS && c[i].there; i++) {
        const struct hy_kernel *k = hy_kernel_in(row->precision, c[i].op, row->pass);
        const struct op_case cut = {.op = c[i].op, .why = row->pair->name, .sizes = hy_sizes_cut(c[i].op, &c[i].sizes)};
        const struct op_mode mode = {.name = "pairs",
                                     .seed = w->o->seed,
                                     .pass = row->pass,
                                     .p = c[i].p,
                                     .precision = k->precision,
                                     .either = ~0u};
        struct op_trial *trial = op_trial_open(&cut, &mode);
        struct op_operands *operands = op_operands_open(trial, &c[i].sizes);
        k->run(op_operands_args(operands));
        const struct op_report report = op_operands_report(trial, operands, k->name);
        op_operands_unmask(trial, operands);
        if (!report.good && good)
            hy_fail(HY_CHECK_FAILED, "a kernel is wrong: %s", report.text);
        good = good && report.good;
        *share = fmax(*share, report.share); /* of a number and NaN the number */
        side->run[side->calls] = k->run;
        side->trials[side->calls] = trial;
        hy_places_open(&side->places[side->calls++], c[i].op, operands);
    }
    return good;
}

static void close_side(struct hy_pair_side *side)
{
    for (int i = 0; i < side->calls; i++) {
        hy_places_close(&side->places[i]);
        op_trial_close(side->trials[i]);
    }
    *side = (struct hy_pair_side){0};
}

static void measure(struct selection *w, struct hy_pair_row *row)
{
    struct hy_pair_side sides[HY_PAIR_SIDES] = {{.calls = 0}};
    bool good = true;
    for (int i = 0; i < HY_PAIR_SIDES; i++)
        good = open_side(w, row, i, &sides[i], &row->error_share) && good;
    if (good) {
        const double left = w->o->budget - hy_seconds_since(w->start_ns);
        hy_pair_turns(row, sides, &w->observer, fmax(left, 0) / (double)(w->rows - w->done), w->o->seed);
    } else {
        row->skip_reason = "a kernel of it is wrong";
        w->failed = true;
    }
    for (int i = 0; i < HY_PAIR_SIDES; i++)
        close_side(&sides[i]);
}

/* ---- all of them ---------------------------------------------------------------------------------- */
static hy_status each(struct selection *w, bool count)
{
    hy_status status = HY_OK;
    for (const struct hy_pair *p = hy_pairs; p->name; p++)
        for (int pass = 0; pass < HY_PASSES; pass++)
            for (int precision = 0; precision < HY_PRECISIONS && status == HY_OK; precision++) {
                const enum hy_precision as = (enum hy_precision)precision;
                struct hy_pair_row row = row_of(w, p, (enum hy_pass)pass, as);
                const bool has = as == HY_F32 || (as == HY_BF16 && !w->o->f32_only && hy_precision_check(as) == HY_OK);
                if (!has || !selected(w, &row))
                    continue;
                if (count) {
                    w->rows++;
                    continue;
                }
                if (w->measure)
                    measure(w, &row);
                w->done++;
                status = w->sink(w->ctx, &row);
                if (status == HY_OK && w->interrupted && w->interrupted())
                    status = hy_fail(HY_INTERRUPTED, "interrupted; the rows so far are complete");
            }
    return status;
}

static hy_status run(struct selection *w)
{
    if (w->o->filter) {
        const int error = regcomp(&w->filter, w->o->filter, REG_EXTENDED | REG_NOSUB);
        char why[128];
        regerror(error, &w->filter, why, sizeof why);
        if (error)
            return hy_fail(HY_BAD_INPUT, "--filter '%s' is no regular expression: %s", w->o->filter, why);
    }
    hy_status status = each(w, true);
    if (status == HY_OK && w->rows == 0)
        status = hy_fail(HY_BAD_INPUT, "no pair matches the filter '%s'; hymbench micro --pairs --list shows all",
                         w->o->filter ? w->o->filter : "");
    if (status == HY_OK && w->measure)
        hy_observer_open(&w->observer);
    w->start_ns = hy_now_ns();
    if (status == HY_OK)
        status = each(w, false);
    if (w->measure)
        hy_observer_close(&w->observer);
    if (w->o->filter)
        regfree(&w->filter);
    return status == HY_OK && w->failed ? HY_CHECK_FAILED : status;
}

hy_status hy_pairs_run(const struct hy_pairs_options *o, hy_pairs_sink *sink, void *ctx, bool (*interrupted)(void))
{
    struct selection w = {.o = o, .sink = sink, .ctx = ctx, .interrupted = interrupted, .measure = true};
    return run(&w);
}

hy_status hy_pairs_list(const struct hy_pairs_options *o, hy_pairs_sink *sink, void *ctx)
{
    struct selection w = {.o = o, .sink = sink, .ctx = ctx};
    return run(&w);
}
