#include "bench/harness/roofs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/build.h"
#include "bench/harness/env.h"
#include "bench/harness/realtime.h"
#include "bench/harness/yardstick.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/base/threads.h"
#include "kernels/device.h"
#include "kernels/linear.h"

/* ENOUGH undisturbed bursts are a peak; more than MOST are not taken in a row. */
enum { ENOUGH = 10, MOST = 40, AGAIN = 6, DUE_NS = 500000000 };

static const double longest = 8; /* seconds at the start, on a machine that is never quiet */

bool hy_peak_quiet(const struct hy_peak_evidence *e)
{
    return e->bursts - e->disturbed >= ENOUGH && strstr(e->witness, "delay");
}

/* By far; what one brings into being the first time takes longer. */
static const double longest_burst_ns = 5e7;

/* Takes a burst; whether others disturbed it. */
static bool take(struct hy_roofs *r, enum hy_peak peak)
{
    struct hy_peak_evidence *e = &r->evidence[peak];
    (void)hy_realtime_hold(longest_burst_ns);
    hy_witness_begin_alone(&r->witness, HY_NEIGHBOUR_NS);
    const uint64_t from = hy_now_ns();
    const double rate = hy_burst(&r->bursts, peak, (int)(e->bursts % 1000));
    const struct hy_disturbance d = hy_witness_end(&r->witness, (double)(hy_now_ns() - from));
    r->last_ns = hy_now_ns();
    e->bursts++;
    e->disturbed += hy_disturbed(&d);
    if (rate > r->peaks.rate[peak]) {
        r->peaks.rate[peak] = rate;
        hy_time_utc(e->taken);
        snprintf(e->witness, sizeof e->witness, "%s", hy_witness_name(&r->witness));
        r->improved = true;
    }
    return hy_disturbed(&d);
}

/* Where nobody can look on, many bursts must do. */
static bool wanting(const struct hy_roofs *r, const struct hy_peak_evidence *e)
{
    return r->witness.sees & HY_SEES_DELAY ? !hy_peak_quiet(e) : e->bursts < MOST;
}

/* Until enough bursts were undisturbed, or `until_ns` is over; at least two are taken. */
static void measure(struct hy_roofs *r, enum hy_peak peak, uint64_t until_ns)
{
    int in_a_row = 0;
    r->improved = true; /* the evidence */
    for (int i = 0; i < MOST && (i < 2 || (wanting(r, &r->evidence[peak]) && hy_now_ns() < until_ns)); i++) {
        if (take(r, peak))
            hy_witness_wait(in_a_row++);
        else
            in_a_row = 0;
    }
    hy_realtime_release();
}

/* What the peaks belong to; any change gives another file. */
static char *key_text(void)
{
    struct hy_machine m;
    hy_machine_get(&m);
    return hy_format("%s|%d of %d cores|%zu %zu %zu|%d threads|%s|%s|%s|%s", m.cpu, m.cores_allowed, m.cores,
                     m.l1d_bytes, m.l2_bytes, m.llc_bytes, hy_threads(), hy_isa_name(hy_isa()), hy_gemm_library(),
                     hy_build_compiler(), hy_build_flags());
}

/* What the cores showed at best counts as better where it is, by more than readings scatter. */
static void keep(struct hy_roofs *r)
{
    const struct hy_cores_seen seen = {hy_widths_best(hy_siblings_seen()), hy_yardstick_near(), hy_yardstick_pace()};
    const bool wider = seen.width > 1.01 * r->kept.width;
    const bool nearer =
        seen.handover_ns > 0 && (r->kept.handover_ns <= 0 || seen.handover_ns < 0.9 * r->kept.handover_ns);
    const bool paced = seen.pace.clock_round_ns > 0 && seen.pace.clock_round_ns != r->kept.pace.clock_round_ns;
    if (r->path && (r->improved || wider || nearer || paced))
        hy_peaks_store_keep(r->path, r->key, &r->peaks, r->evidence, seen);
    r->improved = false;
    r->kept = seen;
}

void hy_roofs_open(struct hy_roofs *r, bool refresh)
{
    *r = (struct hy_roofs){.key = key_text(), .next = HY_PEAK_SGEMM};
    r->path = hy_peaks_store_path(r->key);
    hy_witness_open(&r->witness);
    hy_bursts_open(&r->bursts);
    hy_bursts_levels(&r->peaks);
    if (!refresh && r->path)
        hy_peaks_store_load(r->path, r->key, &r->peaks, r->evidence);
    if (!refresh && r->path) {
        r->kept = hy_peaks_store_cores(r->path);
        hy_siblings_expect(r->kept.width);
        hy_yardstick_expect_near(r->kept.handover_ns);
        hy_yardstick_expect_pace(r->kept.pace);
    }
    const uint64_t until = hy_now_ns() + (uint64_t)(longest * 1e9);
    for (int p = 0; p < HY_PEAKS; p++) {
        if (!hy_bursts_have(&r->bursts, (enum hy_peak)p))
            continue;
        if (wanting(r, &r->evidence[p]))
            measure(r, (enum hy_peak)p, until);
        else
            (void)take(r, (enum hy_peak)p);
    }
    /* at once: who is interrupted later keeps them */
    keep(r);
}

void hy_roofs_look(struct hy_roofs *r)
{
    if (hy_now_ns() - r->last_ns < DUE_NS)
        return;
    do
        r->next = (enum hy_peak)((r->next + 1) % HY_PEAKS);
    while (!hy_bursts_have(&r->bursts, r->next));
    (void)take(r, r->next);
}

void hy_roofs_again(struct hy_roofs *r, enum hy_bound bound, enum hy_peak compute)
{
    for (int i = 0; i < AGAIN && bound == HY_BOUND_COMPUTE; i++)
        (void)take(r, compute);
    for (int p = HY_PEAK_STREAMS; p < HY_PEAKS && bound >= HY_BOUND_LEVELS; p++)
        for (int i = 0; i < AGAIN && hy_bursts_have(&r->bursts, (enum hy_peak)p); i++)
            (void)take(r, (enum hy_peak)p);
}

void hy_roofs_release(struct hy_roofs *r)
{
    hy_bursts_release(&r->bursts);
}

void hy_roofs_close(struct hy_roofs *r)
{
    keep(r);
    hy_bursts_release(&r->bursts);
    hy_witness_close(&r->witness);
    free(r->key);
    free(r->path);
    *r = (struct hy_roofs){0};
}

json_t *hy_roofs_evidence_json(const struct hy_roofs *r)
{
    json_t *root = json_object();
    for (int p = 0; p < HY_PEAKS; p++) {
        const struct hy_peak_evidence *e = &r->evidence[p];
        if (e->bursts > 0)
            json_object_set_new(root, hy_peak_name((enum hy_peak)p),
                                json_pack("{ss,sI,sI,sb,ss}", "taken", e->taken, "bursts", (json_int_t)e->bursts,
                                          "disturbed", (json_int_t)e->disturbed, "quiet", hy_peak_quiet(e), "witness",
                                          e->witness));
    }
    return root;
}

hy_status hy_peaks_of(struct hy_backend backend, struct hy_peaks *p)
{
    if (hy_on_device(backend))
        return hy_peaks_of_device(backend, p);
    struct hy_roofs r;
    hy_roofs_open(&r, false);
    *p = r.peaks;
    hy_roofs_close(&r);
    return HY_OK;
}
