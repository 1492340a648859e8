#include "bench/harness/micro.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/cases.h"
#include "bench/harness/env.h"
#include "bench/harness/micro_checked.h"
#include "bench/harness/sample.h"
#include "bench/harness/sample_device.h"
#include "bench/instrument/device_counters.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/device.h"
#include "kernels/trial/op_case.h"

const struct hy_micro_options hy_micro_defaults = {
    .rule = {.min_samples = 10, .max_samples = 100000, .min_seconds = 0.5, .max_noise_pct = 1, .timeout = 15},
    .seed = 1,
    .repetitions = 1,
};

enum { LOOKS_AGAIN = 3 };

/* One pass over what is selected. */
struct selection {
    const struct hy_micro_options *o;
    hy_micro_sink *sink;
    void *ctx;
    bool (*interrupted)(void);
    regex_t filter;
    bool has_filter, excludes;
    bool measure;
    size_t rows, done; /* selected in all; handed on so far */
    int repetition;
    void **aside;   /* (repetition) memory that is not to be had again: see step_aside() */
    size_t largest; /* bytes of the largest operands so far */
    uint64_t start_ns;
    struct hy_peaks of_device;    /* what they are on a device */
    int looked_again;             /* so often, as some row was past them */
    const struct hy_peaks *peaks; /* those in force; better ones appear in it as the run goes on */
    struct hy_flusher flusher;    /* of the operands in hand */
    struct hy_stopwatch stopwatch;
    struct hy_device_stopwatch on_device; /* instead, on a device */
    struct hy_observer own, *observer;    /* of the host's times; NULL on a device */
    struct hy_device_counters *counters;  /* NULL: times are taken */
    struct hy_micro_count *counts;        /* (n_metrics) of the row in hand */
    double
        *clock_round_ns; /* (rows of a repetition) the best behind each row so far, of the clock's yardstick; 0: none */
    char *wrong;         /* why the first wrong kernel is wrong */
};

/* The rows there are to choose from. */
static const struct hy_kernel *table(const struct selection *w)
{
    return w->o->device ? hy_cuda_kernels : hy_kernels;
}

static const char *isa_of(const struct selection *w, const struct hy_kernel *k)
{
    return w->o->device ? "cuda" : hy_isa_name(k->isa);
}

static const struct hy_kernel *best_of(const struct selection *w, const struct hy_kernel *k)
{
    return w->o->device ? hy_cuda_kernel_in(k->precision, k->op, k->pass) : hy_kernel_in(k->precision, k->op, k->pass);
}

void hy_micro_hold(struct hy_micro_row *row, const struct hy_peaks *peaks)
{
    const struct hy_work work = {
        .flops = row->flops, .bytes = row->footprint, .compute = row->compute, .cold = row->cold};
    const double roof_ns = hy_roof_ns(peaks, &work, &row->bound);
    row->roof_pct = isfinite(roof_ns) ? 100 * roof_ns / row->ns.median : (double)NAN; /* of peaks that nobody took */
    if (!isfinite(roof_ns))
        row->bound = HY_BOUND_NONE;
}

/* ---- selection ------------------------------------------------------------------- */
static hy_status open_filter(struct selection *w)
{
    const char *text = w->o->filter;
    if (text == NULL || text[0] == '\0')
        return HY_OK;
    w->excludes = text[0] == '-';
    int error = regcomp(&w->filter, text + w->excludes, REG_EXTENDED | REG_NOSUB);
    if (error) {
        char why[128];
        regerror(error, &w->filter, why, sizeof why);
        return hy_fail(HY_BAD_INPUT, "--filter '%s' is no regular expression: %s", text, why);
    }
    w->has_filter = true;
    return HY_OK;
}

static bool selected(const struct selection *w, const struct hy_bench_case *c, const struct hy_kernel *k, bool cold)
{
    const struct hy_axes *x = &w->o->axes;
    const char *cache = cold ? "cold" : "hot";
    if (k->op != c->op || (w->o->main_only && !c->main))
        return false;
    if (w->o->best_only && k != best_of(w, k))
        return false;
    if (!hy_axes_allow(x, "op", hy_ops[k->op].name) || !hy_axes_allow(x, "isa", isa_of(w, k)) ||
        !hy_axes_allow(x, "dtype", hy_precision_name(k->precision)) ||
        !hy_axes_allow(x, "pass", k->pass == HY_FORWARD ? "fwd" : "bwd") || !hy_axes_allow(x, "case", c->name) ||
        !hy_axes_allow(x, "cache", cache))
        return false;
    if (!w->has_filter)
        return true;
    char *name = hy_format("%s/%s/%s", k->name, c->name, cache);
    bool matches = regexec(&w->filter, name, 0, NULL, 0) == 0;
    free(name);
    return matches != w->excludes;
}

/* ---- one row --------------------------------------------------------------------- */
static hy_status hand_on(struct selection *w, const struct hy_micro_row *row)
{
    w->done++;
    return w->sink(w->ctx, row);
}

static struct hy_micro_row row_of(const struct selection *w, const struct hy_bench_case *c, const union hy_args *sizes,
                                  const struct hy_kernel *k, bool cold)
{
    union hy_args stored = *sizes;
    hy_op_store(k->op, &stored, k->precision == HY_BF16);
    struct hy_micro_row row = {
        .kernel = k->name,
        .op = hy_ops[k->op].name,
        .pass = k->pass == HY_FORWARD ? "fwd" : "bwd",
        .backend = hy_backend_name(w->o->device ? hy_backend(HY_WHERE_CUDA, HY_F32) : hy_backend(HY_WHERE_CPU, HY_F32)),
        .isa = isa_of(w, k),
        .dtype = hy_precision_name(k->precision),
        .case_name = c->name,
        .cold = cold,
        .error_share = NAN,
        .gpu = hy_nvml_unknown,
        .host_bound_pct = NAN,
        .conditions = hy_conditions_unknown,
        .stop_reason = "",
        .seed = w->o->seed,
        .repetition = w->repetition,
        .repetitions = w->o->repetitions,
        .flops = hy_ops[k->op].flops(sizes, k->pass),
        .bytes = hy_op_bytes(k->op, &stored, k->pass),
        .footprint = hy_op_footprint(k->op, &stored, k->pass),
    };
    hy_sizes_text(row.shape, k->op, sizes);
    if (w->counters) {
        row.counts = w->counts;
        row.n_counts = w->o->n_metrics;
        row.passes = hy_device_counters_passes(w->counters);
        row.chip = hy_device_counters_chip(w->counters);
        for (int i = 0; i < row.n_counts; i++)
            w->counts[i].value = NAN;
    }
    return row;
}

/* A row's rule: the one asked for, within its share of the budget. */
static struct hy_stop_rule rule_of(const struct selection *w)
{
    struct hy_stop_rule rule = w->o->rule;
    if (w->o->budget > 0) {
        double left = w->o->budget - hy_seconds_since(w->start_ns);
        double share = 0.6 * fmax(left, 0) / (double)(w->rows - w->done); /* checks need time too */
        rule.timeout = fmin(rule.timeout, share);
        rule.min_seconds = fmin(rule.min_seconds, share / 2);
    }
    return rule;
}

/* A device's peaks once more; the better ones stay. */
static void look_again(struct hy_peaks *p)
{
    struct hy_peaks now;
    if (hy_peaks_of_device(hy_backend(HY_WHERE_CUDA, HY_F32), &now) != HY_OK)
        return;
    for (int i = 0; i < HY_PEAKS; i++)
        p->rate[i] = fmax(p->rate[i], now.rate[i]);
}

/* A row past its roof says that the roof is higher: then it is measured again. */
static void hold_against_roof(struct selection *w, struct hy_micro_row *row)
{
    hy_micro_hold(row, w->peaks);
    for (int i = 0; i < LOOKS_AGAIN && row->roof_pct > 100 && w->o->roofs; i++) {
        hy_roofs_again(w->o->roofs, row->bound, row->compute);
        hy_micro_hold(row, w->peaks);
    }
    for (; w->looked_again < LOOKS_AGAIN && row->roof_pct > 100 && w->peaks == &w->of_device; w->looked_again++) {
        look_again(&w->of_device);
        hy_micro_hold(row, w->peaks);
    }
    if (w->o->device && row->roof_pct > HY_MOST_ROOF_PCT && row->conditions.quality == HY_QUALITY_OK)
        row->conditions.quality = HY_QUALITY_DRIFTED; /* peaks of one moment prove no op wrong */
}

/* What the row in hand does to the clock itself shows when it comes round again. */
static double *clock_behind(const struct selection *w)
{
    return &w->clock_round_ns[w->done % (w->rows / (size_t)w->o->repetitions)];
}

static void sample_on_device(struct selection *w, struct hy_micro_row *row, const struct hy_sampling *s,
                             const struct hy_call *call, struct hy_sampled *out)
{
    struct hy_device_sampled sampled;
    hy_sample_device(&sampled, &w->on_device, s, hy_call_run, (void *)(uintptr_t)call);
    *out = sampled.s;
    row->gpu = sampled.gpu;
    row->host_bound_pct = sampled.host_bound_pct;
}

static void measure(struct selection *w, struct hy_micro_row *row, struct hy_checked *x)
{
    const struct hy_call *call = &x->call;
    hy_checked_tell(x, &w->flusher);
    double *clock = clock_behind(w);
    const double *holds = w->peaks->holds;
    const enum hy_reach reach = row->cold || row->footprint > holds[HY_LLC] ? HY_REACH_MEMORY
                                : row->footprint > holds[HY_L2]             ? HY_REACH_LLC
                                                                            : HY_REACH_CORE;
    struct hy_sampling s = {.rule = rule_of(w),
                            .cold = row->cold,
                            .reach = reach,
                            .stopwatch = &w->stopwatch,
                            .trace = w->o->trace,
                            .name = row->kernel,
                            .next = x->places.most > 1 && !w->o->device ? hy_checked_next : NULL,
                            .places = x,
                            .observer = w->observer,
                            .clock_round_ns = w->o->in_turns ? INFINITY : *clock};
    struct hy_sampled out;
    if (w->o->device)
        sample_on_device(w, row, &s, call, &out);
    else
        hy_sample(&out, &s, hy_call_run, (void *)(uintptr_t)call);
    row->clock_mhz = w->o->device ? row->gpu.sm_mhz : hy_clock_mhz();
    if (out.clock_round_ns > 0)
        *clock = *clock > 0 ? fmin(*clock, out.clock_round_ns) : out.clock_round_ns;
    row->ns = out.ns;
    row->stop_reason = hy_stop_name(out.stop);
    row->gflops = row->flops / out.ns.median;
    row->gbps = row->bytes / out.ns.median;
    row->compute = hy_peak_of(w->peaks, call->kernel->op, call->kernel->precision);
    row->conditions = out.conditions;
    hold_against_roof(w, row);
}

/* ---- counting instead of timing ------------------------------------------------------ */

struct counted {
    const struct selection *w;
    const struct hy_call *call;
    bool cold;
};

/* Both wait: the counters are of what lies between, and a device that fails tells whoever asks next. */
static void prepare_counted(void *ctx)
{
    const struct counted *c = ctx;
    hy_device_prepare(&c->w->on_device, c->cold, hy_call_run, (void *)(uintptr_t)c->call);
    (void)hy_backend_wait(hy_backend(HY_WHERE_CUDA, HY_F32));
}

static void run_counted(void *ctx)
{
    const struct counted *c = ctx;
    hy_call_run((void *)(uintptr_t)c->call);
    (void)hy_backend_wait(hy_backend(HY_WHERE_CUDA, HY_F32));
}

static hy_status count_call(struct selection *w, const struct hy_micro_row *row, const struct hy_call *call)
{
    struct counted counted = {w, call, row->cold};
    const struct hy_counted work = {prepare_counted, run_counted, &counted};
    double *values = calloc((size_t)row->n_counts, sizeof *values);
    HY_ASSERT(values, "out of memory for a row of counters");
    hy_status status = hy_device_counters_count(w->counters, row->kernel, &work, values);
    for (int i = 0; i < row->n_counts && status == HY_OK; i++)
        w->counts[i].value = values[i];
    free(values);
    return status;
}

/* ---- one kernel: check, then time that call ----------------------------------------- */
static hy_status skip(struct selection *w, struct hy_micro_row *row, const char *why)
{
    row->skip_reason = why;
    return hand_on(w, row);
}

static bool runs_here(const struct selection *w, const struct hy_kernel *k)
{
    return w->o->device ? hy_cuda_multiplies(k->precision) : hy_kernel_runs(k);
}

static const char *why_not(const struct hy_kernel *k)
{
    return k->isa > hy_isa_of_machine() ? hy_isa_name(k->isa) : hy_precision_name(k->precision);
}

/* A row of a kernel that was checked. */
static hy_status one_row(struct selection *w, struct hy_micro_row *row, struct hy_checked *x)
{
    hy_status status = HY_OK;
    if (w->counters)
        status = count_call(w, row, &x->call);
    else
        measure(w, row, x);
    if (status == HY_OK && w->o->device)
        status = hy_backend_wait(hy_backend(HY_WHERE_CUDA, HY_F32));
    if (status == HY_OK)
        status = hand_on(w, row);
    if (w->o->roofs)
        hy_roofs_look(w->o->roofs);
    return status;
}

static hy_status one_kernel(struct selection *w, const struct hy_bench_case *c, const union hy_args *sizes,
                            struct op_trial *trial, const struct hy_kernel *k)
{
    struct hy_checked_kept *kept = w->o->kept;
    struct hy_checked own = {.report = {.good = true}}, *x = kept ? &kept->call : &own;
    const bool runs = runs_here(w, k);
    hy_status status = HY_OK;
    if (kept && !hy_checked_is_kept(kept, c, k)) {
        hy_checked_forget(kept);
        *kept = (struct hy_checked_kept){.kernel = k, .of = c, .trial = trial, .call = own};
    }
    if (runs && x->places.n == 0)
        status = hy_checked_open(x, trial, sizes, k, w->o->device);
    if (status == HY_OK && !x->report.good && w->wrong == NULL)
        w->wrong = hy_format("%s", x->report.text);
    w->largest = x->bytes > w->largest ? x->bytes : w->largest;
    for (int cold = 0; cold < 2 && status == HY_OK; cold++) {
        if (!selected(w, c, k, cold))
            continue;
        struct hy_micro_row row = row_of(w, c, sizes, k, cold);
        char *why = runs ? NULL : hy_format("this machine does not run %s", why_not(k));
        row.error_share = runs ? x->report.share : NAN;
        row.failed = !x->report.good;
        if (!runs)
            status = skip(w, &row, why);
        else
            status = x->report.good ? one_row(w, &row, x) : skip(w, &row, x->report.text);
        free(why);
        if (status == HY_OK && w->interrupted && w->interrupted())
            status = hy_fail(HY_INTERRUPTED, "interrupted; the rows so far are complete");
    }
    if (x == &own)
        hy_checked_close(x);
    return status;
}

static bool any_selected(const struct selection *w, const struct hy_bench_case *c, const struct hy_kernel *k)
{
    return selected(w, c, k, false) || selected(w, c, k, true);
}

static hy_status name_rows(struct selection *w, const struct hy_bench_case *c, const union hy_args *sizes,
                           const struct hy_kernel *k)
{
    hy_status status = HY_OK;
    for (int cold = 0; cold < 2 && status == HY_OK; cold++) {
        struct hy_micro_row row = row_of(w, c, sizes, k, cold);
        if (selected(w, c, k, cold))
            status = hand_on(w, &row);
    }
    return status;
}

/* The kernels of one case, pass and precision, at these sizes; one trial serves all ISA levels, but where a call is
 * kept: then it goes with that. */
static hy_status one_pass(struct selection *w, const struct hy_bench_case *c, const union hy_args *sizes,
                          enum hy_pass pass, enum hy_precision precision)
{
    struct op_trial *trial = NULL;
    const struct op_case cut = {.op = c->op, .why = c->name, .sizes = hy_sizes_cut(c->op, sizes)};
    const struct op_mode mode = {
        .name = "micro", .seed = w->o->seed, .pass = pass, .p = c->p, .precision = precision, .either = ~0u};
    hy_status status = HY_OK;
    for (const struct hy_kernel *k = table(w); k->name && status == HY_OK; k++) {
        if (k->pass != pass || k->precision != precision || !any_selected(w, c, k))
            continue;
        if (w->o->kept)
            trial = NULL;
        if (w->measure && trial == NULL && runs_here(w, k) && !hy_checked_is_kept(w->o->kept, c, k))
            trial = op_trial_open(&cut, &mode);
        status = w->measure ? one_kernel(w, c, sizes, trial, k) : name_rows(w, c, sizes, k);
    }
    if (!w->o->kept)
        op_trial_close(trial);
    return status;
}

static hy_status one_case(struct selection *w, const struct hy_bench_case *c, const union hy_args *sizes)
{
    hy_status status = hy_sizes_check(c->op, sizes);
    for (int pass = 0; pass < HY_PASSES; pass++)
        for (int precision = 0; precision < HY_PRECISIONS && status == HY_OK; precision++)
            status = one_pass(w, c, sizes, (enum hy_pass)pass, (enum hy_precision)precision);
    return status;
}

/* The case at every combination of the sizes asked for, from axis `from` on. */
static hy_status expand(struct selection *w, const struct hy_bench_case *c, const union hy_args *sizes, int from)
{
    const struct hy_axes *x = &w->o->axes;
    for (int i = from; i < x->n; i++) {
        union hy_args changed = *sizes;
        if (!x->axes[i].size || !hy_sizes_set(c->op, &changed, x->axes[i].name, 1))
            continue;
        hy_status status = HY_OK;
        for (int j = 0; j < x->axes[i].n && status == HY_OK; j++) {
            hy_sizes_set(c->op, &changed, x->axes[i].name, strtol(x->axes[i].values[j], NULL, 10));
            status = expand(w, c, &changed, i + 1);
        }
        return status;
    }
    return one_case(w, c, sizes);
}

/* True if the op has every size that an axis names: -a T=[64] is not about ops without T. */
static bool has_sizes(const struct selection *w, enum hy_op_id op)
{
    union hy_args ignored = {0};
    for (int i = 0; i < w->o->axes.n; i++)
        if (w->o->axes.axes[i].size && !hy_sizes_set(op, &ignored, w->o->axes.axes[i].name, 1))
            return false;
    return true;
}

static bool case_selected(const struct selection *w, const struct hy_bench_case *c)
{
    if (!has_sizes(w, c->op))
        return false;
    for (const struct hy_kernel *k = table(w); k->name; k++)
        if (any_selected(w, c, k))
            return true;
    return false;
}

static hy_status go(struct selection *w)
{
    hy_status status = HY_OK;
    for (const struct hy_bench_case *c = hy_bench_cases; c->name && status == HY_OK; c++)
        if (case_selected(w, c))
            status = expand(w, c, w->o->small ? &c->small : &c->study, 0);
    return status;
}

static hy_status count_row(void *ctx, const struct hy_micro_row *row)
{
    (void)row;
    ++*(size_t *)ctx;
    return HY_OK;
}

/* Counts the selection; nothing selected is the user's mistake. */
static hy_status count(struct selection *w)
{
    struct selection counting = *w;
    counting.measure = false;
    counting.sink = count_row;
    counting.ctx = &w->rows;
    w->rows = 0;
    hy_status status = go(&counting);
    if (status == HY_OK && w->rows == 0)
        status = hy_fail(HY_BAD_INPUT, "no kernel matches the filter and the axes; hymbench micro --list shows all");
    return status;
}

hy_status hy_micro_check(const struct hy_micro_options *o)
{
    struct selection w = {.o = o};
    hy_status status = open_filter(&w);
    if (status == HY_OK)
        status = count(&w);
    if (w.has_filter)
        regfree(&w.filter);
    return status;
}

hy_status hy_micro_list(const struct hy_micro_options *o, hy_micro_sink *sink, void *ctx)
{
    struct selection w = {.o = o, .sink = sink, .ctx = ctx};
    hy_status status = open_filter(&w);
    if (status == HY_OK)
        status = count(&w);
    if (status == HY_OK)
        status = go(&w);
    if (w.has_filter)
        regfree(&w.filter);
    return status;
}

/* What was given back last is had again first: without this every repetition would lie in the same pages, and their
 * luck among the sets of the caches, up to a tenth of a time, would look like the kernel's own. */
static void step_aside(struct selection *w)
{
    if (w->repetition > 0 && !w->o->device)
        w->aside[w->repetition] = hy_buffer(w->largest + 1);
}

static hy_status open_counters(struct selection *w)
{
    const struct hy_micro_options *o = w->o;
    hy_status status =
        hy_device_counters_open(hy_cuda_about().index, hy_cuda_context(), o->metrics, o->n_metrics, &w->counters);
    if (status != HY_OK)
        return status;
    w->counts = calloc((size_t)o->n_metrics, sizeof *w->counts);
    HY_ASSERT(w->counts, "out of memory for a row of counters");
    for (int i = 0; i < o->n_metrics; i++)
        w->counts[i] = (struct hy_micro_count){o->metrics[i], hy_device_counters_unit(w->counters, i), NAN};
    return HY_OK;
}

static hy_status open_machine(struct selection *w)
{
    const struct hy_micro_options *o = w->o;
    hy_status status = HY_OK;
    w->stopwatch = hy_host_stopwatch;
    w->stopwatch.flusher = &w->flusher;
    w->observer = o->device || o->n_metrics > 0 ? NULL : o->observer ? o->observer : &w->own;
    w->stopwatch.witness = w->observer ? &w->observer->witness : NULL;
    if (o->device)
        status = hy_device_stopwatch_open(&w->on_device);
    else if (w->observer == &w->own && o->peaks) /* a launch is over before a slice comes round again */
        hy_observer_open_long(&w->own);
    else if (w->observer == &w->own)
        hy_observer_open(&w->own);
    w->peaks = o->peaks ? o->peaks : o->roofs ? &o->roofs->peaks : &w->of_device;
    if (status == HY_OK && o->n_metrics > 0)
        status = open_counters(w); /* which leaves no time to compare with peaks */
    else if (status == HY_OK && w->peaks == &w->of_device)
        status = hy_peaks_of_device(hy_backend(HY_WHERE_CUDA, HY_F32), &w->of_device);
    return status;
}

hy_status hy_micro_run(const struct hy_micro_options *o, hy_micro_sink *sink, void *ctx, bool (*interrupted)(void))
{
    struct selection w = {.o = o, .sink = sink, .ctx = ctx, .interrupted = interrupted, .measure = true};
    hy_status status = open_filter(&w);
    if (status == HY_OK)
        status = count(&w);
    if (status == HY_OK)
        status = open_machine(&w);
    if (status == HY_OK) {
        w.start_ns = hy_now_ns();
        w.clock_round_ns = calloc(w.rows, sizeof *w.clock_round_ns);
        HY_ASSERT(w.clock_round_ns, "out of memory for a list of rows");
        w.rows *= (size_t)o->repetitions;
        w.aside = calloc((size_t)o->repetitions, sizeof *w.aside);
        HY_ASSERT(w.aside, "out of memory for a list of repetitions");
        for (; w.repetition < o->repetitions && status == HY_OK; w.repetition++) {
            step_aside(&w);
            status = go(&w);
        }
    }
    if (status == HY_OK && w.wrong)
        status = hy_fail(HY_CHECK_FAILED, "a kernel is wrong: %s", w.wrong);
    hy_flusher_fini(&w.flusher);
    hy_device_stopwatch_close(&w.on_device);
    hy_observer_close(&w.own);
    hy_device_counters_close(w.counters);
    if (w.has_filter)
        regfree(&w.filter);
    for (int i = 0; w.aside && i < o->repetitions; i++)
        free(w.aside[i]);
    free(w.aside);
    free(w.clock_round_ns);
    free(w.counts);
    free(w.wrong);
    return status;
}
