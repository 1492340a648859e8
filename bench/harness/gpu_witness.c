#include "bench/harness/gpu_witness.h"

#include <math.h>
#include <string.h>

static const double SLOW = 0.97; /* as a host's clock (yardstick.c) */

enum { SEES_CLOCKS = 1, SEES_REASONS = 2, SEES_QUEUE = 4 };

static const char *const names[] = {"none",  "clocks",       "reasons",       "clocks+reasons",
                                    "queue", "queue+clocks", "queue+reasons", "queue+clocks+reasons"};

static void take(struct hy_gpu_witness *w, struct hy_nvml_sample *s)
{
    hy_nvml_sample_of(w->device, s);
    w->best_mhz = fmax(w->best_mhz, s->sm_mhz); /* of a number and NaN the number */
    w->best_memory_mhz = fmax(w->best_memory_mhz, s->memory_mhz);
}

void hy_gpu_witness_open(struct hy_gpu_witness *w, int index)
{
    *w = (struct hy_gpu_witness){.device = hy_nvml_device(index)};
    take(w, &w->before);
    w->clocks = isfinite(w->before.sm_mhz);
    w->reasons = w->before.throttle[0] != '\0';
}

void hy_gpu_witness_begin(struct hy_gpu_witness *w)
{
    take(w, &w->before);
}

struct hy_gpu_seen hy_gpu_witness_end(struct hy_gpu_witness *w)
{
    struct hy_gpu_seen seen;
    take(w, &seen.last);
    seen.mhz = fmin(w->before.sm_mhz, seen.last.sm_mhz);
    seen.memory_mhz = fmin(w->before.memory_mhz, seen.last.memory_mhz);
    if (!hy_nvml_held_back(&seen.last) && hy_nvml_held_back(&w->before))
        memcpy(seen.last.throttle, w->before.throttle, sizeof seen.last.throttle);
    seen.slow = hy_nvml_held_back(&seen.last) || seen.mhz < SLOW * w->best_mhz;
    return seen;
}

const char *hy_gpu_witness_name(const struct hy_gpu_witness *w, bool queue)
{
    return names[(w->clocks ? SEES_CLOCKS : 0) + (w->reasons ? SEES_REASONS : 0) + (queue ? SEES_QUEUE : 0)];
}

const char *hy_gpu_witness_named(const char *text)
{
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return names[i];
    return NULL;
}

static void keep_last(struct hy_gpu_seen_sum *to, const struct hy_nvml_sample *last)
{
    const struct hy_nvml_sample before = to->any ? to->last : hy_nvml_unknown;
    to->last = *last;
    to->last.temperature_c = fmax(before.temperature_c, last->temperature_c);
    if (!hy_nvml_held_back(last) && hy_nvml_held_back(&before))
        memcpy(to->last.throttle, before.throttle, sizeof to->last.throttle);
    to->any = true;
}

void hy_gpu_seen_add(struct hy_gpu_seen_sum *to, const struct hy_gpu_seen *seen, double seconds)
{
    keep_last(to, &seen->last);
    if (!isfinite(seen->mhz) || !isfinite(seen->memory_mhz))
        return;
    to->seconds += seconds;
    to->mhz_seconds += seconds * seen->mhz;
    to->memory_mhz_seconds += seconds * seen->memory_mhz;
}

void hy_gpu_seen_join(struct hy_gpu_seen_sum *to, const struct hy_gpu_seen_sum *more)
{
    if (!more->any)
        return;
    keep_last(to, &more->last);
    to->seconds += more->seconds;
    to->mhz_seconds += more->mhz_seconds;
    to->memory_mhz_seconds += more->memory_mhz_seconds;
}

double hy_gpu_clock_ratio(const struct hy_gpu_seen_sum *s, const struct hy_gpu_witness *w)
{
    return s->seconds > 0 ? s->mhz_seconds / s->seconds / w->best_mhz : (double)NAN;
}

double hy_gpu_memory_ratio(const struct hy_gpu_seen_sum *s, const struct hy_gpu_witness *w)
{
    return s->seconds > 0 ? s->memory_mhz_seconds / s->seconds / w->best_memory_mhz : (double)NAN;
}

struct hy_nvml_sample hy_gpu_seen_state(const struct hy_gpu_seen_sum *s)
{
    struct hy_nvml_sample state = s->any ? s->last : hy_nvml_unknown;
    if (s->seconds > 0) {
        state.sm_mhz = s->mhz_seconds / s->seconds;
        state.memory_mhz = s->memory_mhz_seconds / s->seconds;
    }
    return state;
}
