#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/micro_alias.h"
#include "bench/harness/cases.h"
#include "bench/harness/micro.h"
#include "bench/harness/micro_aggregate.h"
#include "bench/harness/micro_google.h"
#include "bench/harness/micro_out.h"
#include "bench/instrument/instrument.h"
#include "kernels/dispatch.h"
#include "kernels/trial/op_case.h"
#include "kernels/trial/op_operands.h"
#include "report/table/table_read.h"
#include "tests/bench/instrument/nvtx_record.h"

static const struct hy_peaks peaks = {.rate = {[HY_PEAK_SGEMM] = 100,
                                               [HY_PEAK_FMA] = 200,
                                               [HY_PEAK_BF16] = 300,
                                               [HY_PEAK_STREAMS + HY_MEMORY * HY_TRAFFICS] = 20,
                                               [HY_PEAK_STREAMS + HY_LLC * HY_TRAFFICS] = 40},
                                      .holds = {[HY_LLC] = 32 << 20}};

/* One sample a row: what is tested is not how fast it is. */
static struct hy_micro_options quick(void)
{
    struct hy_micro_options o = hy_micro_defaults;
    o.rule.timeout = 0;
    o.small = true;
    o.peaks = &peaks;
    return o;
}

struct seen {
    size_t rows, measured, skipped, wrong;
    double worst_share;
    char names[600][80];
    struct hy_table *table;
    struct hy_micro_rows *kept;
};

static hy_status see(void *ctx, const struct hy_micro_row *row)
{
    struct seen *s = ctx;
    char *name = hy_micro_name(row);
    cr_assert(s->rows < 600);
    snprintf(s->names[s->rows++], 80, "%s", name);
    free(name);
    if (row->skip_reason) {
        s->skipped++;
        s->wrong += row->failed;
    } else if (row->ns.n > 0) {
        s->measured++;
        cr_assert(row->ns.median > 0 && row->ns.n >= 1, "%s: no time", row->kernel);
        cr_assert(row->error_share >= 0 && row->error_share <= 1, "%s: error share %g", row->kernel, row->error_share);
        cr_assert(row->flops + row->bytes > 0 && row->roof_pct > 0);
        s->worst_share = fmax(s->worst_share, row->error_share);
    }
    if (s->table)
        hy_micro_put(s->table, row);
    if (s->kept)
        hy_micro_rows_add(s->kept, row);
    return HY_OK;
}

static bool listed(const struct seen *s, const char *start)
{
    for (size_t i = 0; i < s->rows; i++)
        if (strncmp(s->names[i], start, strlen(start)) == 0)
            return true;
    return false;
}

Test(micro, every_row_of_the_tables_is_listed_hot_and_cold)
{
    static struct seen s;
    struct hy_micro_options o = hy_micro_defaults;
    cr_assert_eq(hy_micro_list(&o, see, &s), HY_OK);
    size_t kernels = 0;
    for (const struct hy_kernel *k = hy_kernels; k->name; k++, kernels++)
        cr_assert(listed(&s, k->name), "%s is never measured", k->name);
    cr_assert(s.rows >= 2 * kernels);
    size_t cold = 0;
    for (size_t i = 0; i < s.rows; i++)
        cold += strstr(s.names[i], "/cold") != NULL;
    cr_assert_eq(2 * cold, s.rows);
}

Test(micro, every_op_has_one_main_case_and_legal_sizes)
{
    int mains[HY_OP_COUNT] = {0};
    for (const struct hy_bench_case *c = hy_bench_cases; c->name; c++) {
        mains[c->op] += c->main;
        cr_assert_eq(hy_sizes_check(c->op, &c->study), HY_OK, "%s: %s", c->name, hy_error());
        cr_assert_eq(hy_sizes_check(c->op, &c->small), HY_OK, "%s: %s", c->name, hy_error());
    }
    for (int op = 0; op < HY_OP_COUNT; op++)
        cr_assert_eq(mains[op], 1, "%s has %d main cases", hy_ops[op].name, mains[op]);
}

Test(micro, filters_choose_and_exclude)
{
    static struct seen all, chosen, others;
    struct hy_micro_options o = quick();
    cr_assert_eq(hy_micro_list(&o, see, &all), HY_OK);
    o.filter = "^hy_(scan|conv)_fwd.*/cold$";
    cr_assert_eq(hy_micro_list(&o, see, &chosen), HY_OK);
    o.filter = "-^hy_(scan|conv)_fwd.*/cold$";
    cr_assert_eq(hy_micro_list(&o, see, &others), HY_OK);
    cr_assert(chosen.rows >= 2 && listed(&chosen, "hy_scan_fwd") && listed(&chosen, "hy_conv_fwd"));
    cr_assert(!listed(&chosen, "hy_conv_bwd"));
    cr_assert_eq(chosen.rows + others.rows, all.rows);
    o.filter = "nothing is called so";
    cr_assert_eq(hy_micro_list(&o, see, &all), HY_BAD_INPUT);
    o.filter = "(";
    cr_assert_eq(hy_micro_list(&o, see, &all), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "--filter"));
}

Test(micro, axes_choose_rows_and_sizes)
{
    static struct seen s;
    struct hy_micro_options o = quick();
    cr_assert_eq(hy_axes_add(&o.axes, "op=[conv, scan]"), HY_OK);
    cr_assert_eq(hy_axes_add(&o.axes, "pass=fwd"), HY_OK);
    cr_assert_eq(hy_axes_add(&o.axes, "T=[7,9]"), HY_OK);
    cr_assert_eq(hy_axes_add(&o.axes, "cache=hot"), HY_OK);
    cr_assert_eq(hy_axes_add(&o.axes, "dtype=f32"), HY_OK);
    o.best_only = true;
    cr_assert_eq(hy_micro_list(&o, see, &s), HY_OK);
    cr_assert_eq(s.rows, 4, "two ops at two lengths, %zu rows", s.rows);
    hy_axes_fini(&o.axes);

    static const struct {
        const char *text, *word;
    } bad[] = {{"opp=[conv]", "'op'"}, {"Q=[1]", "Q"},   {"T=[x]", "x"},   {"T=[1", "bracket"}, {"T", "-a"},
               {"T=[1,,2]", "empty"},  {"T=[-4]", "-4"}, {"T=[]", "empty"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct hy_axes x = {.n = 0};
        cr_assert_eq(hy_axes_add(&x, bad[i].text), HY_BAD_INPUT, "%s was taken", bad[i].text);
        cr_assert_not_null(strstr(hy_error(), bad[i].word), "%s: %s", bad[i].text, hy_error());
        hy_axes_fini(&x);
    }
    cr_assert_eq(hy_axes_add(&o.axes, "H=[5]"), HY_OK); /* two kv heads do not divide five */
    cr_assert_eq(hy_micro_list(&o, see, &s), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "evenly"), "%s", hy_error());
    hy_axes_fini(&o.axes);
}

/* Every kernel of every op, checked inside a call of three sequences (or 200 rows) and timed. */
Test(micro, everything_runs_and_is_right, .timeout = 120)
{
    static struct seen s;
    static const char *const axes[][3] = {
        {"B=[3]", "T=[70]", "cache=hot"}, {"rows=[100]", "cache=hot", NULL}, {"n=[400000]", "cache=cold", NULL}};
    size_t kernels = 0;
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        struct hy_micro_options o = quick();
        for (int j = 0; j < 3 && axes[i][j]; j++)
            cr_assert_eq(hy_axes_add(&o.axes, axes[i][j]), HY_OK, "%s", hy_error());
        o.main_only = true;
        cr_assert_eq(hy_micro_run(&o, see, &s, NULL), HY_OK, "%s", hy_error());
        hy_axes_fini(&o.axes);
    }
    for (const struct hy_kernel *k = hy_kernels; k->name; k++)
        kernels++;
    cr_assert_eq(s.rows, kernels, "%zu rows for %zu kernels", s.rows, kernels);
    cr_assert_eq(s.measured + s.skipped, s.rows);
    cr_assert(s.measured >= (size_t)HY_OP_COUNT);
    cr_assert_eq(s.wrong, 0);
    cr_assert(s.worst_share > 0, "no kernel rounds at all?");
}

/* ---- kernels that are wrong only in a large call ----------------------------------- */
static void forgets_last_row(const union hy_args *a)
{
    union hy_args part = *a;
    part.rmsnorm.rows = a->rmsnorm.rows - 1;
    hy_kernel_of(HY_OP_RMSNORM, HY_FORWARD)->run(&part);
    memset(a->rmsnorm.y.v + (size_t)part.rmsnorm.rows * (size_t)a->rmsnorm.D, 0, (size_t)a->rmsnorm.D * sizeof(float));
}

static void adds_a_row_twice(const union hy_args *a)
{
    hy_kernel_of(HY_OP_RMSNORM, HY_BACKWARD)->run(a);
    a->rmsnorm.w.d[3] *= 1.001f;
}

Test(micro, a_wrong_part_of_a_larger_call_is_caught)
{
    static const struct {
        enum hy_pass pass;
        hy_kernel_fn *wrong;
    } tries[] = {{HY_FORWARD, forgets_last_row}, {HY_BACKWARD, adds_a_row_twice}};
    for (int i = 0; i < 2; i++) {
        union hy_args sizes = {.rmsnorm = {.rows = 150, .D = 40, .eps = 1e-6f}};
        struct op_case c = {.op = HY_OP_RMSNORM, .why = "test", .sizes = hy_sizes_cut(HY_OP_RMSNORM, &sizes)};
        struct op_mode m = {.name = "test", .seed = 5, .pass = tries[i].pass};
        cr_assert_lt(c.sizes.rmsnorm.rows, 150);
        struct op_trial *t = op_trial_open(&c, &m);
        for (int wrong = 0; wrong < 2; wrong++) {
            struct op_operands *w = op_operands_open(t, &sizes);
            hy_kernel_fn *kernel = wrong ? tries[i].wrong : hy_kernel_of(HY_OP_RMSNORM, tries[i].pass)->run;
            kernel(op_operands_args(w));
            struct op_report r = op_operands_report(t, w, "candidate");
            cr_assert_eq(r.good, !wrong, "pass %d, wrong %d: %s", i, wrong, r.text);
            cr_assert(wrong ? r.share > 1 : r.share <= 1);
            op_operands_close(w);
        }
        op_trial_close(t);
    }
}

/* ---- output ------------------------------------------------------------------------ */
/* Rows of two repetitions as google-benchmark writes them: both of a benchmark, then its aggregates. */
static void is_schema_1(const struct hy_micro_rows *kept, size_t n)
{
    const struct hy_google_style style = {0};
    json_t *root = hy_google_json("hymbench", kept, &style), *row;
    char *text = json_dumps(root, 0);
    json_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *rows = json_object_get(again, "benchmarks"), *context = json_object_get(again, "context");
    size_t i, iterations = 0, aggregates = 0, timed = 0;
    cr_assert_eq(json_integer_value(json_object_get(context, "json_schema_version")), 1);
    cr_assert_eq(json_array_size(json_object_get(context, "caches")), 3);
    cr_assert(json_is_integer(json_object_get(context, "num_cpus")));
    json_array_foreach(rows, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *run_name = json_string_value(json_object_get(row, "run_name"));
        const char *aggregate = json_string_value(json_object_get(row, "aggregate_name"));
        cr_assert(json_is_number(json_object_get(row, "cpu_time")) &&
                  json_is_number(json_object_get(row, "real_time")));
        cr_assert_str_eq(json_string_value(json_object_get(row, "time_unit")), "ns");
        if (aggregate) {
            aggregates++;
            cr_assert_str_eq(json_string_value(json_object_get(row, "run_type")), "aggregate");
            cr_assert_eq(strncmp(name, run_name, strlen(run_name)), 0);
            cr_assert_str_eq(name + strlen(run_name) + 1, aggregate);
            continue;
        }
        cr_assert_str_eq(json_string_value(json_object_get(row, "run_type")), "iteration");
        cr_assert_str_eq(name, run_name);
        cr_assert_eq(json_integer_value(json_object_get(row, "repetition_index")), iterations++ % 2);
        if (json_object_get(row, "error_occurred"))
            continue;
        timed++;
        cr_assert(json_number_value(json_object_get(row, "cpu_time")) > 0);
    }
    cr_assert_eq(iterations, n);
    cr_assert(timed > 0);
    cr_assert_eq(aggregates, 2 * timed, "four for every two repetitions");
    json_decref(again);
    json_decref(root);
    free(text);
}

Test(micro, csv_has_the_columns_and_json_the_schema)
{
    static struct seen s;
    char folder[] = "/tmp/hymbench-micro-XXXXXX", command[96];
    cr_assert_not_null(mkdtemp(folder));
    struct hy_table table;
    cr_assert_eq(hy_table_open(&table, HY_TABLE_KERNELS, folder, "run", "text"), HY_OK);
    s.table = &table;
    struct hy_micro_rows kept = {0};
    s.kept = &kept;
    struct hy_micro_options o = quick();
    o.filter = "swiglu_fwd";
    o.repetitions = 2;
    o.rule.timeout = 5;
    o.rule.min_seconds = 0;
    cr_assert_eq(hy_micro_run(&o, see, &s, NULL), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_table_commit(&table), HY_OK);

    struct hy_csv csv;
    cr_assert_eq(hy_table_read(&csv, HY_TABLE_KERNELS, folder), HY_OK, "%s", hy_error());
    cr_assert_eq(csv.rows, s.rows);
    cr_assert_eq(csv.columns, hy_table_spec(HY_TABLE_KERNELS)->count);
    for (size_t i = 0; i < csv.rows; i++) {
        cr_assert_str_eq(hy_csv_text_of(&csv, i, "op"), "swiglu");
        cr_assert_str_eq(hy_csv_text_of(&csv, i, "shape"), "rows=1280 F341");
        bool skipped = hy_csv_number_of(&csv, i, "skipped") != 0;
        double low = hy_csv_number_of(&csv, i, "ci95_low_ns"), high = hy_csv_number_of(&csv, i, "ci95_high_ns");
        double median = hy_csv_number_of(&csv, i, "median_ns"), flops = hy_csv_number_of(&csv, i, "flops");
        if (skipped)
            continue;
        /* on a machine that lets nobody measure time runs out before */
        const bool cut = strcmp(hy_csv_text_of(&csv, i, "stop_reason"), "timeout") == 0;
        cr_assert(hy_csv_number_of(&csv, i, "samples") >= (cut ? 1 : 10));
        cr_assert((low <= median && median <= high) || (cut && isnan(low)), "row %zu: %g in [%g, %g]", i, median, low,
                  high);
        cr_assert(fabs(hy_csv_number_of(&csv, i, "gflops") * median / flops - 1) < 1e-6);
    }
    hy_csv_fini(&csv);

    is_schema_1(&kept, s.rows);
    hy_micro_rows_fini(&kept);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

static struct hy_micro_row made_up(double ns, enum hy_quality quality, int repetition)
{
    return (struct hy_micro_row){.kernel = "k",
                                 .case_name = "c",
                                 .error_share = 0.5,
                                 .ns = {.n = 7, .median = ns, .ci_low = ns, .ci_high = ns},
                                 .gflops = 1 / ns,
                                 .gbps = 2 / ns,
                                 .conditions = {.quality = quality},
                                 .repetition = repetition,
                                 .repetitions = 4};
}

Test(micro, aggregates_are_of_the_repetitions_that_hold)
{
    static const double ns[] = {1000, 1100, 90000, 1500};
    struct hy_micro_rows r = {0};
    struct hy_micro_aggregates a;
    for (int i = 0; i < 4; i++) {
        struct hy_micro_row row = made_up(ns[i], i == 2 ? HY_QUALITY_DISTURBED : HY_QUALITY_OK, i);
        struct hy_micro_row skipped = row, once = row;
        skipped.skip_reason = "this machine does not run it";
        if (i > 0)
            once.skip_reason = "broken";
        hy_micro_rows_add(&r, &row);
        hy_micro_rows_add(&r, &skipped);
        hy_micro_rows_add(&r, &once);
    }
    cr_assert_eq(hy_micro_benchmarks(&r), 3);
    cr_assert(!hy_micro_aggregate(&a, &r, 1) && !hy_micro_aggregate(&a, &r, 2));
    cr_assert(hy_micro_aggregate(&a, &r, 0));
    cr_assert(a.n == 3 && a.quality == HY_QUALITY_OK);
    cr_assert_float_eq(a.of[HY_AGGREGATE_MEAN].ns, 1200, 1e-9);
    cr_assert_float_eq(a.of[HY_AGGREGATE_MEDIAN].ns, 1100, 1e-9);
    cr_assert_float_eq(a.of[HY_AGGREGATE_SD].ns, sqrt(70000), 1e-9);
    cr_assert_float_eq(a.of[HY_AGGREGATE_CV].ns, sqrt(70000) / 1200, 1e-12);
    cr_assert_float_eq(a.of[HY_AGGREGATE_MEDIAN].gbps, 2 / 1100.0, 1e-12);

    /* where fewer than two hold, all are taken, and it is said */
    r.rows[0].conditions.quality = r.rows[3].conditions.quality = HY_QUALITY_DRIFTED;
    cr_assert(hy_micro_aggregate(&a, &r, 0));
    cr_assert(a.n == 4 && a.quality == HY_QUALITY_DRIFTED);
    cr_assert_float_eq(a.of[HY_AGGREGATE_MEDIAN].ns, 1300, 1e-9);
    hy_micro_rows_fini(&r);
}

/* Slow spells that nobody saw, by benchmark: repetitions that agree; one that was slow; no two alike; a disturbed one
 * beside two that agree; two disturbed ones, which leave one that nobody confirms. */
Test(micro, repetitions_hold_where_most_of_them_come_near_the_fastest)
{
    enum { BENCHMARKS = 5, REPETITIONS = 3 };
    static const double ns[BENCHMARKS][REPETITIONS] = {
        {1000, 1020, 1029}, {1000, 1010, 1051}, {1000, 1100, 1200}, {1000, 1700, 1000}, {1000, 1000, 1000}};
    static const char *const before[BENCHMARKS] = {"ooo", "ooo", "ooo", "oxo", "xxo"}, *const after[BENCHMARKS] = {
                                                                                           "ooo", "ood", "ddd", "oxo",
                                                                                           "xxd"};
    static const char letters[] = {[HY_QUALITY_OK] = 'o', [HY_QUALITY_DISTURBED] = 'x', [HY_QUALITY_DRIFTED] = 'd'};
    struct hy_micro_rows r = {0};
    for (int i = 0; i < REPETITIONS; i++)
        for (int b = 0; b < BENCHMARKS; b++) {
            struct hy_micro_row row = made_up(ns[b][i], before[b][i] == 'x' ? HY_QUALITY_DISTURBED : HY_QUALITY_OK, i);
            hy_micro_rows_add(&r, &row);
        }
    hy_micro_rows_agree(&r);
    for (size_t i = 0; i < r.n; i++)
        cr_expect_eq(letters[r.rows[i].conditions.quality], after[i % BENCHMARKS][i / BENCHMARKS],
                     "repetition %zu of benchmark %zu", i / BENCHMARKS, i % BENCHMARKS);
    hy_micro_rows_fini(&r);
    hy_micro_rows_agree(&r); /* of none */
}

/* A single repetition has none to be held against. */
Test(micro, one_repetition_stays_as_it_is)
{
    struct hy_micro_rows r = {0};
    struct hy_micro_row row = made_up(1000, HY_QUALITY_OK, 0);
    hy_micro_rows_add(&r, &row);
    hy_micro_rows_agree(&r);
    cr_assert_eq(r.rows[0].conditions.quality, HY_QUALITY_OK);
    hy_micro_rows_fini(&r);
}

/* Times are in the unit asked for, shares of 1 in none. */
Test(micro, google_csv_has_its_columns)
{
    const struct hy_google_style style = {.unit = hy_time_unit("us"), .aggregates_only = true};
    struct hy_micro_rows r = {0};
    struct hy_csv csv;
    char *text = NULL;
    size_t bytes = 0;
    for (int i = 0; i < 2; i++) {
        struct hy_micro_row row = made_up(1000 + 100 * i, HY_QUALITY_OK, i), skipped = row;
        skipped.skip_reason = "no, \"not\" here";
        hy_micro_rows_add(&r, &row);
        hy_micro_rows_add(&r, &skipped);
    }
    FILE *stream = open_memstream(&text, &bytes);
    hy_google_csv(stream, &r, &style);
    fclose(stream);
    cr_assert_eq(
        strncmp(text, "name,iterations,real_time,cpu_time,time_unit,bytes_per_second,items_per_second,label,", 85), 0);
    cr_assert_eq(hy_csv_parse(&csv, "text", text, bytes, 0, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(csv.rows, 6);
    static const char *const names[] = {"k/c/hot_mean", "k/c/hot_median", "k/c/hot_stddev",
                                        "k/c/hot_cv",   "k/c/hot",        "k/c/hot"};
    for (size_t i = 0; i < 6; i++)
        cr_assert_str_eq(hy_csv_text_of(&csv, i, "name"), names[i]);
    cr_assert_float_eq(hy_csv_number_of(&csv, 0, "real_time"), 1.05, 1e-6);
    cr_assert_str_eq(hy_csv_text_of(&csv, 0, "time_unit"), "us");
    cr_assert_float_eq(hy_csv_number_of(&csv, 3, "cpu_time"), sqrt(5000) / 1050, 1e-8);
    cr_assert_str_eq(hy_csv_text_of(&csv, 3, "time_unit"), "");
    cr_assert_str_eq(hy_csv_text_of(&csv, 4, "error_occurred"), "true");
    cr_assert_str_eq(hy_csv_text_of(&csv, 4, "error_message"), "no, \"not\" here");
    hy_csv_fini(&csv);
    free(text);
    hy_micro_rows_fini(&r);
}

Test(micro, samples_are_ranges)
{
    static struct seen s;
    struct hy_micro_options o = quick();
    if (!hy_nvtx_built_in())
        cr_skip("this build found no nvtx3 headers");
    o.trace = hy_nvtx_trace(true);
    o.rule.max_samples = 1;
    o.best_only = true;
    o.filter = "rmsnorm_fwd.*/hot";
    cr_assert_eq(hy_micro_run(&o, see, &s, NULL), HY_OK);
    cr_assert_eq(nvtx_event_count, 2 * (int)s.rows, "one sample a row is a push and a pop");
    cr_assert_eq(strncmp(nvtx_events[0].text, "hy_rmsnorm_fwd_f32_", 19), 0);
    cr_assert_str_eq(nvtx_category_names[nvtx_events[0].category], "bench");
}

static int rows_left;
static hy_status count_down(void *ctx, const struct hy_micro_row *row)
{
    (void)ctx;
    (void)row;
    rows_left--;
    return HY_OK;
}
static bool enough(void)
{
    return rows_left <= 0;
}

Test(micro, an_interrupt_keeps_the_rows_so_far)
{
    struct hy_micro_options o = quick();
    o.filter = "rmsnorm_fwd";
    rows_left = 1;
    cr_assert_eq(hy_micro_run(&o, count_down, NULL, enough), HY_INTERRUPTED);
    cr_assert_eq(rows_left, 0);
}

/* ---- the command line ----------------------------------------------------------------- */
struct translation {
    char *arguments[6];
    const char *ours[8];
};

Test(micro, google_benchmark_options_mean_ours)
{
    static const struct translation good[] = {
        {{"--benchmark_filter=scan", "--best"}, {"--filter=scan", "--best"}},
        {{"--benchmark_filter=all"}, {"--filter=."}},
        {{"--benchmark_filter=-bwd"}, {"--filter=-bwd"}},
        {{"--benchmark_list_tests"}, {"--names"}},
        {{"--benchmark_list_tests=false"}, {NULL}},
        {{"--benchmark_report_aggregates_only=true", "--benchmark_repetitions=3"},
         {"--aggregates-only", "--repetitions=3"}},
        {{"--benchmark_min_time=0.25s"}, {"--min-time=0.25"}},
        {{"--benchmark_min_time=0.5"}, {"--min-time=0.5"}},
        {{"--benchmark_min_time=100x"}, {"--min-samples=100", "--max-samples=100", "--min-time=0", "--timeout=86400"}},
        {{"--benchmark_min_time=7x", "--timeout", "5"},
         {"--min-samples=7", "--max-samples=7", "--min-time=0", "--timeout", "5"}},
        {{"--benchmark_format=json", "--benchmark_time_unit=ms"}, {"--format=json", "--time-unit=ms"}},
        {{"--benchmark_out=o"}, {"--json=o"}},
        {{"--benchmark_out=o", "--benchmark_out_format=json"}, {"--json=o"}},
        {{"--benchmark_out=o", "--benchmark_out_format=csv"}, {"--google-csv=o"}},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char *argv[8] = {"micro"};
        int argc = 1, want = 0;
        for (; good[i].arguments[argc - 1]; argc++)
            argv[argc] = good[i].arguments[argc - 1];
        while (good[i].ours[want])
            want++;
        struct hy_alias a;
        cr_assert_eq(hy_alias_init(&a, argc, argv), HY_OK, "%s: %s", argv[1], hy_error());
        cr_assert_eq(a.argc, 1 + want, "%s is %d arguments", argv[1], a.argc - 1);
        for (int j = 0; j < want; j++)
            cr_assert_str_eq(a.argv[1 + j], good[i].ours[j]);
        cr_assert_null(a.argv[1 + want]);
        hy_alias_fini(&a);
    }

    static char *bad[] = {"--benchmark_min_time",
                          "--benchmark_min_time=",
                          "--benchmark_min_time=x",
                          "--benchmark_min_time=0x",
                          "--benchmark_min_time=1.5x",
                          "--benchmark_min_time=99999999x",
                          "--benchmark_min_time=s",
                          "--benchmark_min_time=1m",
                          "--benchmark_min_time=-1",
                          "--benchmark_min_time=nan",
                          "--benchmark_min_time=inf",
                          "--benchmark_min_time=0x1p3",
                          "--benchmark_filter",
                          "--benchmark_color=yes",
                          "--benchmark_out_format=xml",
                          "--benchmark_format=xml",
                          "--benchmark_format=",
                          "--benchmark_time_unit=m",
                          "--benchmark_repetitions=0",
                          "--benchmark_repetitions=2.5",
                          "--benchmark_repetitions=1001",
                          "--benchmark_list_tests=maybe",
                          "--benchmark_report_aggregates_only=2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *one[] = {"micro", bad[i], NULL};
        struct hy_alias a;
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(bad[i], "="), bad[i]);
        cr_assert_eq(hy_alias_init(&a, 2, one), HY_BAD_INPUT, "%s was taken", bad[i]);
        cr_assert_not_null(strstr(hy_error(), name), "%s: %s", bad[i], hy_error());
        hy_alias_fini(&a);
    }
    hy_alias_fini(NULL);
}
