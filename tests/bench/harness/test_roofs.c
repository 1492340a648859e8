#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness/micro_rows.h"
#include "bench/harness/peaks_host.h"
#include "bench/harness/peaks_store.h"
#include "bench/harness/roofs.h"
#include "bench/harness/streams.h"
#include "kernels/base/file.h"
#include "kernels/base/threads.h"

/* Round numbers: bytes per ns from the inside out 400, 200, 100 and 10; 10, 100 and 1000 bytes of room. */
static struct hy_peaks round_peaks(void)
{
    struct hy_peaks p = {.holds = {10, 100, 1000}};
    p.rate[HY_PEAK_SGEMM] = 500;
    p.rate[HY_PEAK_FMA] = 100;
    p.rate[hy_peak_stream(HY_L1, HY_COPYING)] = 400;
    p.rate[hy_peak_stream(HY_L2, HY_READING)] = 200;
    p.rate[hy_peak_stream(HY_LLC, HY_WRITING)] = 100;
    p.rate[hy_peak_stream(HY_LLC, HY_READING)] = 50; /* not the best of its level */
    p.rate[hy_peak_stream(HY_MEMORY, HY_READING)] = 10;
    return p;
}

static double roof(const struct hy_peaks *p, double flops, double bytes, bool cold, const char **bound)
{
    const struct hy_work w = {.flops = flops, .bytes = bytes, .compute = HY_PEAK_FMA, .cold = cold};
    enum hy_bound b;
    const double ns = hy_roof_ns(p, &w, &b);
    *bound = hy_bound_name(b);
    return ns;
}

Test(roofs, bytes_fill_the_levels_from_the_inside)
{
    const struct hy_peaks p = round_peaks();
    const char *bound;
    cr_assert_float_eq(roof(&p, 0, 8, false, &bound), 8. / 400, 1e-12);
    cr_assert_str_eq(bound, "l1");
    cr_assert_float_eq(roof(&p, 0, 110, false, &bound), 10. / 400 + 100. / 200, 1e-12);
    cr_assert_str_eq(bound, "l2");
    cr_assert_float_eq(roof(&p, 0, 1110, false, &bound), 10. / 400 + 100. / 200 + 1000. / 100, 1e-12);
    cr_assert_str_eq(bound, "llc");
    cr_assert_float_eq(roof(&p, 0, 2110, false, &bound), 10. / 400 + 100. / 200 + 1000. / 100 + 1000. / 10, 1e-12);
    cr_assert_str_eq(bound, "memory");
    cr_assert_float_eq(roof(&p, 0, 8, true, &bound), 8. / 10, 1e-12, "cold bytes come from memory");
    cr_assert_str_eq(bound, "memory");
}

Test(roofs, the_larger_of_both_binds)
{
    const struct hy_peaks p = round_peaks();
    const char *bound;
    cr_assert_float_eq(roof(&p, 100, 8, false, &bound), 1, 1e-12);
    cr_assert_str_eq(bound, "compute");
    cr_assert_float_eq(roof(&p, 1, 80, true, &bound), 8, 1e-12);
    cr_assert_str_eq(bound, "memory");
    cr_assert_eq(roof(&p, 0, 0, false, &bound), 0);
    cr_assert_str_eq(bound, "");
}

Test(roofs, a_level_that_was_not_measured_is_no_better_than_the_next)
{
    struct hy_peaks p = round_peaks();
    const char *bound;
    p.rate[hy_peak_stream(HY_L2, HY_READING)] = 0;
    cr_assert_float_eq(roof(&p, 0, 110, false, &bound), 10. / 400 + 100. / 100, 1e-12);
}

/* What is written in place is read and written, and lies in memory once. */
Test(roofs, the_optimizers_state_counts_once_in_its_footprint)
{
    const union hy_args a = {.adamw = {.n = 1000}};
    const double bytes = hy_op_bytes(HY_OP_ADAMW, &a, HY_FORWARD), once = hy_op_footprint(HY_OP_ADAMW, &a, HY_FORWARD);
    cr_assert_float_eq(bytes - once, 3 * 4 * 1000, 1e-9, "%g of %g", once, bytes);
}

/* ---- the store -------------------------------------------------------------------- */
static char *store(const char *name)
{
    return hy_format("/tmp/hymbench-roofs-%d/%s.json", (int)getpid(), name);
}

Test(roofs, what_is_kept_comes_back_for_its_own_key_alone)
{
    struct hy_peaks p = round_peaks(), back = {.rate = {0}}, other = {.rate = {0}};
    struct hy_peak_evidence e[HY_PEAKS] = {{.taken = "2026-03-01T12:00:00Z", .bursts = 12, .disturbed = 3}},
                            got[HY_PEAKS];
    char *path = store("kept");
    memset(got, 0, sizeof got);
    snprintf(e[0].witness, sizeof e[0].witness, "delay+steal");
    hy_peaks_store_keep(path, "this machine", &p, e, (struct hy_cores_seen){3.7, 53, {0.02, 0.03}});
    struct hy_cores_seen seen = hy_peaks_store_cores(path);
    cr_assert(seen.width == 3.7 && seen.handover_ns == 53 && seen.pace.clock_round_ns == 0, "one run is not usual yet");
    hy_peaks_store_load(path, "another machine", &other, got);
    cr_assert_eq(other.rate[HY_PEAK_SGEMM], 0);
    hy_peaks_store_load(path, "this machine", &back, got);
    for (int i = 0; i < HY_PEAKS; i++)
        cr_assert_float_eq(back.rate[i], p.rate[i], 1e-9, "%s", hy_peak_name((enum hy_peak)i));
    cr_assert_eq(got[0].bursts, 12);
    cr_assert_eq(got[0].disturbed, 3);
    cr_assert_str_eq(got[0].taken, "2026-03-01T12:00:00Z");
    cr_assert_not(hy_peak_quiet(&got[0]), "nine undisturbed bursts are not enough");
    got[0].bursts++;
    cr_assert(hy_peak_quiet(&got[0]));
    snprintf(got[0].witness, sizeof got[0].witness, "none");
    cr_assert_not(hy_peak_quiet(&got[0]), "nobody looked on");
    unlink(path);
    free(path);
}

/* The median of the last nine runs; who brings no pace leaves it as it is. */
Test(roofs, the_pace_of_the_last_runs_is_kept)
{
    static const struct hy_peaks p = {.rate = {0}};
    static const struct hy_peak_evidence e[HY_PEAKS] = {{.bursts = 0}};
    char *path = store("pace");
    for (int run = 1; run <= 12; run++)
        hy_peaks_store_keep(path, "k", &p, e, (struct hy_cores_seen){.pace = {run, run == 7 ? 100 : 2 * run}});
    hy_peaks_store_keep(path, "k", &p, e, (struct hy_cores_seen){.width = 3});
    const struct hy_pace usual = hy_peaks_store_cores(path).pace; /* of runs 4 to 12 */
    cr_assert_float_eq(usual.clock_round_ns, 8, 1e-12);
    cr_assert_float_eq(usual.copy_byte_ns, 18, 1e-12);
    unlink(path);
    free(path);
}

Test(roofs, a_file_of_another_form_is_left_alone)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[1]",
                                        "{\"key\": 7}",
                                        "{\"key\": \"k\", \"peaks\": 3}",
                                        "{\"key\": \"k\", \"peaks\": {\"sgemm_gflops\": {\"rate\": -1}}}",
                                        "{\"key\": \"k\", \"clock_round_ns\": [1, -1, \"x\"], \"copy_byte_ns\": 3}"};
    char *path = store("bad"), *folder = hy_format("/tmp/hymbench-roofs-%d", (int)getpid());
    cr_assert_eq(hy_make_folders(folder), HY_OK);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct hy_peaks p = {.rate = {0}};
        struct hy_peak_evidence e[HY_PEAKS] = {{.bursts = 0}};
        cr_assert_eq(hy_write_file(path, texts[i], strlen(texts[i])), HY_OK);
        hy_peaks_store_load(path, "k", &p, e);
        cr_assert_eq(p.rate[HY_PEAK_SGEMM], 0, "%s", texts[i]);
        cr_assert_eq(e[0].bursts, 0, "%s", texts[i]);
    }
    unlink(path);
    free(path);
    free(folder);
}

/* ---- streams ---------------------------------------------------------------------- */

/* Every byte of every slice that a kind of traffic should touch is touched, at every ISA level that runs here. */
Test(roofs, streams_write_and_copy_whole_slices)
{
    const size_t slice = 4096, bytes = slice * (size_t)hy_threads();
    for (int isa = HY_ISA_ANY; isa <= (int)hy_isa_of_machine(); isa++)
        for (int past = 0; past < 2; past++) {
            unsigned char *p = aligned_alloc(4096, bytes);
            memset(p, 7, bytes);
            cr_assert(hy_stream_rate((enum hy_isa)isa, HY_COPYING, p, slice, 1, past) > 0);
            cr_assert_eq(p[bytes - 1], 7);
            memset(p, 9, slice / 2);
            (void)hy_stream_rate((enum hy_isa)isa, HY_COPYING, p, slice, 1, past);
            for (size_t i = 0; i < slice; i++)
                cr_assert_eq(p[i], 9, "byte %zu of a copy", i);
            (void)hy_stream_rate((enum hy_isa)isa, HY_WRITING, p, slice, 1, past);
            for (size_t i = 0; i < bytes; i += 8)
                cr_assert(p[i] == 1 && p[i + 1] == 0, "byte %zu was not written", i);
            cr_assert(hy_stream_rate((enum hy_isa)isa, HY_READING, p, slice, 1, past) > 0);
            free(p);
        }
}

/* ---- rows ------------------------------------------------------------------------- */
static struct hy_roofs quiet_roofs(void)
{
    struct hy_roofs r = {.peaks = round_peaks()};
    for (int i = 0; i < HY_PEAKS; i++) {
        r.evidence[i] = (struct hy_peak_evidence){.bursts = 20};
        snprintf(r.evidence[i].witness, sizeof r.evidence[i].witness, "delay");
    }
    return r;
}

/* 1000 flops at 100 a ns take 10 ns at least. */
static hy_status settled(double ns, enum hy_quality quality, const struct hy_roofs *roofs, double *pct)
{
    struct hy_micro_rows rows = {0};
    const struct hy_micro_row row = {.kernel = "k",
                                     .case_name = "c",
                                     .flops = 1000,
                                     .compute = HY_PEAK_FMA,
                                     .ns = {.n = 10, .median = ns},
                                     .conditions = {.quality = quality}},
                              skipped = {.kernel = "s", .case_name = "c", .skip_reason = "it does not run here"};
    hy_micro_rows_add(&rows, &skipped);
    hy_micro_rows_add(&rows, &row);
    hy_status status = hy_micro_rows_settle(&rows, roofs);
    *pct = rows.rows[1].roof_pct;
    cr_assert_str_eq(rows.rows[0].skip_reason, skipped.skip_reason);
    hy_micro_rows_fini(&rows);
    return status;
}

Test(roofs, an_undisturbed_row_past_its_roof_is_a_failed_check)
{
    struct hy_roofs roofs = quiet_roofs();
    double pct;
    cr_assert_eq(settled(20, HY_QUALITY_OK, &roofs, &pct), HY_OK);
    cr_assert_float_eq(pct, 50, 1e-9);
    cr_assert_eq(settled(9.7, HY_QUALITY_OK, &roofs, &pct), HY_OK, "3 %% are noise");
    cr_assert_eq(settled(5, HY_QUALITY_OK, &roofs, &pct), HY_CHECK_FAILED);
    cr_assert_not_null(strstr(hy_error(), "k/c/hot runs at 200 %"), "%s", hy_error());
    cr_assert_eq(settled(9, HY_QUALITY_OK, &roofs, &pct), HY_OK, "11 %% may be the machine's");
    cr_assert_eq(settled(7.9, HY_QUALITY_OK, &roofs, &pct), HY_CHECK_FAILED, "27 %% are not");
    cr_assert_eq(settled(5, HY_QUALITY_DISTURBED, &roofs, &pct), HY_OK);
    roofs.evidence[HY_PEAK_FMA].disturbed = 15;
    cr_assert_eq(settled(5, HY_QUALITY_OK, &roofs, &pct), HY_OK, "the peak itself is in doubt");
    cr_assert_eq(settled(5, HY_QUALITY_OK, NULL, &pct), HY_OK);
}

/* A control group of the test's own, which leaves so much of its memory. */
static void leave(const char *root, int kib)
{
    char *line = hy_format("mkdir -p %s/proc/self %s/sys/fs/cgroup/job && echo 0::/job >%s/proc/self/cgroup && "
                           "rss=$(sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/%d/status) && "
                           "echo $((1024 * (rss + %d))) >%s/sys/fs/cgroup/job/memory.max",
                           root, root, root, (int)getpid(), kib, root);
    cr_assert_eq(system(line), 0);
    free(line);
    setenv("HYMBENCH_ROOT", root, 1);
}

/* So many threads, or so little memory, that a thread's share of what is beyond the caches is smaller than a cache. */
Test(roofs, every_level_lies_within_the_streams_memory)
{
    char root[] = "/tmp/hymbench-roofs-XXXXXX";
    cr_assert_not_null(mkdtemp(root));
    hy_threads_set(2);
    struct hy_bursts b;
    leave(root, -4000);
    hy_bursts_open(&b);
    for (int level = 0; level < HY_LEVELS; level++)
        cr_assert_eq(b.slice[level], 0, "more is held than allowed");
    leave(root, 6000);
    hy_bursts_open(&b);
    cr_assert_gt(b.slice[HY_MEMORY], 0);
    cr_assert_lt(b.slice[HY_MEMORY], 1 << 20);
    for (int level = 0; level < HY_MEMORY; level++)
        cr_assert_leq(b.slice[level], b.slice[HY_MEMORY]);
    for (int peak = HY_PEAK_STREAMS; peak < HY_PEAKS; peak++)
        if (hy_bursts_have(&b, (enum hy_peak)peak))
            cr_assert_gt(hy_burst(&b, (enum hy_peak)peak, 0), 0);
    hy_bursts_release(&b);
    char *line = hy_format("rm -r %s", root);
    cr_assert_eq(system(line), 0);
    free(line);
}
