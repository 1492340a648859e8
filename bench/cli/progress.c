#include "bench/cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "kernels/base/clock.h"

static const double TERMINAL_NS = 0.1e9, PLAIN_NS = 10e9; /* between two lines */

void hy_progress_init(struct hy_progress *p, double total_cost)
{
    *p = (struct hy_progress){.total_cost = total_cost, .terminal = isatty(STDERR_FILENO) == 1};
    p->last_ns = p->shown_ns = (double)hy_now_ns();
}

void hy_progress_skip(struct hy_progress *p, double cost)
{
    p->done_cost += cost;
}

void hy_progress_variant(struct hy_progress *p, const char *variant, long steps)
{
    hy_progress_flush(p);
    p->variant = variant;
    p->steps = steps;
    p->step = 0;
    p->loss = p->ppl = p->tokens_per_second = NAN;
    p->last_ns = (double)hy_now_ns();
}

static void duration(char out[32], double seconds)
{
    if (!isfinite(seconds))
        snprintf(out, 32, "?");
    else if (seconds < 100)
        snprintf(out, 32, "%.0f s", seconds);
    else if (seconds < 6000)
        snprintf(out, 32, "%.0f min", seconds / 60);
    else
        snprintf(out, 32, "%.1f h", seconds / 3600);
}

static void show(struct hy_progress *p)
{
    char left[32], ppl[32];
    double rate = p->timed_ns > 0 ? p->timed_cost / p->timed_ns : NAN; /* cost per nanosecond */
    duration(left, fmax(p->total_cost - p->done_cost, 0) / rate * 1e-9);
    snprintf(ppl, sizeof ppl, "%.1f", p->ppl);
    fprintf(stderr, "%s%-18s step %ld/%ld  loss %.3f  val ppl %s  %.0f tok/s  %2.0f %% of all, %s left%s",
            p->terminal ? "\r" : "", p->variant, p->step, p->steps, p->loss, isfinite(p->ppl) ? ppl : "-",
            p->tokens_per_second, fmin(100 * p->done_cost / p->total_cost, 100), left, p->terminal ? "\x1b[K" : "\n");
    fflush(stderr);
    p->line_open = p->terminal;
    p->shown_ns = p->last_ns;
}

bool hy_progress_due(const struct hy_progress *p)
{
    return (double)hy_now_ns() - p->shown_ns > (p->terminal ? TERMINAL_NS : PLAIN_NS);
}

void hy_progress_step(struct hy_progress *p, double cost, long step, double loss, double ppl, double tokens_per_second)
{
    double now = (double)hy_now_ns();
    p->timed_ns += now - p->last_ns;
    p->timed_cost += cost;
    p->done_cost += cost;
    p->last_ns = now;
    p->step = step;
    p->loss = loss;
    p->ppl = ppl;
    p->tokens_per_second = tokens_per_second;
    if (hy_progress_due(p))
        show(p);
}

void hy_progress_flush(struct hy_progress *p)
{
    if (p->variant && p->step > 0)
        show(p);
    if (p->line_open)
        fputc('\n', stderr);
    p->line_open = false;
    p->step = 0;
}
