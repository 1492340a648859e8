/* hymbench ops: what a profiled step says, as answers to four questions, from a run folder's files alone. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "bench/run/step_view.h"

enum { SHOWN = 8 };

/* Of an untraced step: below, the device waits for the host's launches rather than the other way round. */
static const double BUSY = 90;

static double mb(double bytes)
{
    return bytes * 1e-6;
}

/* "12 %", or a dash. */
static const char *percent(double part, double whole, char text[16])
{
    if (whole > 0 && part >= 0)
        snprintf(text, 16, "%.*f %%", part > 0 && part < whole / 100 ? 1 : 0, 100 * part / whole);
    else
        snprintf(text, 16, "-");
    return text;
}

static double step_ms(const struct hy_step_view *s)
{
    return s->all.share_pct > 0 ? s->all.ms * 100 / s->all.share_pct : s->all.ms;
}

static void print_head(const struct hy_step_views *v, const struct hy_step_view *s)
{
    printf("%s: %.3f ms a step%s%s%s%s\n", s->variant, step_ms(s), *v->device ? ", " : "", v->device,
           *v->precision ? ", " : "", v->precision);
    if (*s->source)
        printf("(imported from %s)\n", s->source);
    if (s->quality != HY_ROW_OK)
        printf("(%s: these times do not hold)\n", s->quality == HY_ROW_DISTURBED ? "disturbed" : "drifted");
}

static void print_rows(const struct hy_step_view *s)
{
    printf("   %-10s %-9s %6s %10s %7s %8s %6s %10s\n", "op", "pass", s->device ? "kernels" : "calls", "time ms",
           "share", "bound", "roof", "to gain ms");
    for (int i = 0; i < s->n && i < SHOWN; i++) {
        const struct hy_step_row *r = &s->rows[i];
        char roof[16];
        printf("   %-10s %-9s %6.0f %10.3f %6.1f%% %8s %6s ", r->op, r->pass, s->device ? r->launches : r->calls, r->ms,
               r->share_pct, hy_step_bound_name(hy_step_row_bound(r)),
               percent(r->roof_ms > 0 ? r->roof_ms : -1, r->ms, roof));
        if (r->roof_ms > 0)
            printf("%10.3f\n", r->ms - r->roof_ms);
        else
            printf("%10s\n", "-");
    }
    if (s->n > SHOWN)
        printf("   and %d more\n", s->n - SHOWN);
}

static void which_op(const struct hy_step_view *s)
{
    printf("\n1. Which op takes the step's time?\n");
    double first = 0;
    for (int i = 0; i < s->n && i < 3; i++)
        first += s->rows[i].share_pct;
    printf("   %s %s takes %.1f %% of it", s->rows[0].op, s->rows[0].pass, s->rows[0].share_pct);
    if (s->n > 2)
        printf("; with %s %s and %s %s it is %.1f %%", s->rows[1].op, s->rows[1].pass, s->rows[2].op, s->rows[2].pass,
               first);
    printf(".\n");
    print_rows(s);
}

static void farthest(const struct hy_step_view *s)
{
    const struct hy_step_row *most = NULL;
    char roof[16];
    for (int i = 0; i < s->n; i++)
        if (s->rows[i].roof_ms > 0 && (!most || s->rows[i].ms - s->rows[i].roof_ms > most->ms - most->roof_ms))
            most = &s->rows[i];
    if (most)
        printf("   Most is to be gained at %s %s: %.3f ms, at %s of its roof (%s).\n", most->op, most->pass,
               most->ms - most->roof_ms, percent(most->roof_ms, most->ms, roof),
               hy_step_bound_name(hy_step_row_bound(most)));
}

static void what_binds(const struct hy_step_view *s)
{
    const struct hy_step_row *all = &s->all;
    const enum hy_step_bound most = hy_step_row_bound(all);
    char compute[16], caches[16], memory[16], roof[16];
    printf("\n2. Launch-bound, memory-bound or compute-bound, and how far from the roof?\n");
    if (isfinite(s->busy_pct) && s->busy_pct < BUSY)
        printf("   Launch-bound: the device works %.0f %% of an untraced step, and waits for launches the rest.\n",
               s->busy_pct);
    else if (isfinite(s->busy_pct))
        printf("   Not launch-bound: the device works %.0f %% of an untraced step.\n", s->busy_pct);
    if (s->device && all->launches > 0)
        printf("   %.0f kernels a step, %.1f us each on average.\n", all->launches, all->ms * 1e3 / all->launches);
    if (most == HY_STEP_UNKNOWN) {
        printf("   What binds the ops is not known: %s.\n",
               all->roof_ms > 0 ? "the folder's env.json has no peaks" : "the rows have no roof");
        return;
    }
    printf(
        "   %s-bound: of the ops' time %s is in calls that arithmetic binds, %s in such that caches, %s in such that "
        "memory binds.\n",
        most == HY_STEP_COMPUTE  ? "Compute"
        : most == HY_STEP_MEMORY ? "Memory"
                                 : "Cache",
        percent(all->bound_ms[HY_STEP_COMPUTE], all->ms, compute),
        percent(all->bound_ms[HY_STEP_CACHES], all->ms, caches),
        percent(all->bound_ms[HY_STEP_MEMORY], all->ms, memory));
    printf("   The roofs allow %.3f ms for what takes %.3f ms: %s of the roof.\n", all->roof_ms, all->ms,
           percent(all->roof_ms, all->ms, roof));
    farthest(s);
}

/* The op that most of the gaps stand before. */
static const struct hy_step_row *widest_gap(const struct hy_step_view *s)
{
    const struct hy_step_row *most = &s->rows[0];
    for (int i = 1; i < s->n; i++)
        if (s->rows[i].gap_ms > most->gap_ms)
            most = &s->rows[i];
    return most;
}

static void between(const struct hy_step_view *s)
{
    printf("\n3. What runs between two kernels?\n");
    if (isfinite(s->all.gap_ms) && s->device) {
        const struct hy_step_row *most = widest_gap(s);
        printf("   Nothing for %.3f ms a step, most of it before %s %s (%.3f ms), and %.0f copies and %.0f memsets.\n",
               s->all.gap_ms, most->op, most->pass, most->gap_ms, s->all.copies, s->all.sets);
    } else if (s->device) {
        printf("   %.0f copies and %.0f memsets a step. Gaps are in a timeline: `make nsys VARIANT=%s`.\n",
               s->all.copies, s->all.sets, s->variant);
    } else {
        printf("   %.1f %% of the step lies between ops (%.1f us a call): the executor, and waiting for others. Inside "
               "ops: `make perf VARIANT=%s`.\n",
               fmax(0, 100 - s->all.share_pct), fmax(0, step_ms(s) - s->all.ms) * 1e3 / fmax(1, s->all.calls),
               s->variant);
    }
}

static const struct hy_step_row *same_op(const struct hy_step_view *s, const struct hy_step_row *r)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->rows[i].op, r->op) == 0 && strcmp(s->rows[i].pass, r->pass) == 0)
            return &s->rows[i];
    return NULL;
}

static double launches_of(const struct hy_step_view *s, const struct hy_step_row *r)
{
    return !r ? 0 : s->device ? r->launches + r->copies + r->sets : r->calls;
}

/* A line of op and pass of `r`, which is a or b; NULL where a variant has no such op. */
static void compare_row(const struct hy_step_view *s, const struct hy_step_view *o, const struct hy_step_row *r,
                        const struct hy_step_row *a, const struct hy_step_row *b)
{
    printf("   %-10s %-9s %8.0f %8.0f %10.2f %10.2f %10.3f %10.3f\n", r->op, r->pass, launches_of(s, a),
           launches_of(o, b), mb(a ? a->bytes : 0), mb(b ? b->bytes : 0), a ? a->ms : 0, b ? b->ms : 0);
}

/* "12 fewer launches than 480 (-2.5 %)", "as many launches (480)" */
static void saved(const char *what, double base, double other, const char *format)
{
    char difference[32], whole[32];
    snprintf(difference, sizeof difference, strcmp(format, "MB") == 0 ? "%.2f" : "%.0f", fabs(base - other));
    snprintf(whole, sizeof whole, strcmp(format, "MB") == 0 ? "%.2f" : "%.0f", base);
    if (other == base)
        printf("as many %s (%s)", what, whole);
    else
        printf("%s %s %s than %s (%+.1f %%)", difference, other < base ? "fewer" : "more", what, whole,
               100 * (other - base) / base);
}

static void against(const struct hy_step_view *s, const struct hy_step_view *o)
{
    const char *what = s->device && o->device ? "launches" : "calls of kernels";
    printf("\n4. Does %s save launches or bytes against %s?\n", o->variant, s->variant);
    printf("   %s makes ", o->variant);
    saved(what, launches_of(s, &s->all), launches_of(o, &o->all), "");
    printf(" and moves ");
    saved("MB", mb(s->all.bytes), mb(o->all.bytes), "MB");
    printf(" a step, in %.3f ms against %.3f (%+.1f %%).\n", step_ms(o), step_ms(s),
           100 * (step_ms(o) / step_ms(s) - 1));
    printf("   %-10s %-9s %17s %21s %21s\n   %-10s %-9s %8.8s %8.8s %10.10s %10.10s %10.10s %10.10s\n", "", "",
           s->device ? "launches" : "calls", "MB", "ms", "op", "pass", "first", "second", "first", "second", "first",
           "second");
    for (int i = 0; i < s->n; i++) {
        const struct hy_step_row *b = same_op(o, &s->rows[i]);
        if (!b || launches_of(s, &s->rows[i]) != launches_of(o, b) || s->rows[i].bytes != b->bytes)
            compare_row(s, o, &s->rows[i], &s->rows[i], b);
    }
    for (int i = 0; i < o->n; i++)
        if (!same_op(s, &o->rows[i]))
            compare_row(s, o, &o->rows[i], NULL, &o->rows[i]);
    printf("   (first %s, second %s; ops that make as many calls and move as many bytes in both are left out; bytes as "
           "the ops declare them)\n",
           s->variant, o->variant);
}

static void every_variant(const struct hy_step_views *v)
{
    printf("\n4. Does another variant save launches or bytes? (--against NAME compares op by op)\n");
    printf("   %-18s %8s %10s %10s\n", "variant", v->views[0].device ? "launches" : "calls", "MB", "ms");
    for (int i = 0; i < v->n; i++)
        printf("   %-18s %8.0f %10.2f %10.3f\n", v->views[i].variant, launches_of(&v->views[i], &v->views[i].all),
               mb(v->views[i].all.bytes), step_ms(&v->views[i]));
}

static hy_status answer(const char *dir, const char *variant, const char *other)
{
    struct hy_step_views v;
    const struct hy_step_view *s = NULL, *o = NULL;
    hy_status status = hy_step_views_load(&v, dir);
    if (status != HY_OK)
        return status;
    s = &v.views[0];
    if (variant)
        status = hy_step_views_find(&v, variant, &s);
    if (status == HY_OK && other)
        status = hy_step_views_find(&v, other, &o);
    if (status == HY_OK && o == s)
        status = hy_fail(HY_BAD_INPUT, "%s is compared with itself; name two variants", s->variant);
    if (status == HY_OK) {
        print_head(&v, s);
        which_op(s);
        what_binds(s);
        between(s);
        if (o)
            against(s, o);
        else
            every_variant(&v);
    }
    hy_step_views_fini(&v);
    return status;
}

hy_status hy_cmd_ops(int argc, char **argv)
{
    const char *variant = NULL, *other = NULL;
    const struct hy_option options[] = {{.name = "variant",
                                         .kind = HY_OPT_STRING,
                                         .to = &variant,
                                         .value = "NAME",
                                         .help = "whose step (the first of ops.csv)"},
                                        {.name = "against",
                                         .kind = HY_OPT_STRING,
                                         .to = &other,
                                         .value = "NAME",
                                         .help = "compare launches, bytes and times with this variant's, op by op"},
                                        {0}};
    const struct hy_command command = {.name = "ops",
                                       .summary = "Says what takes a step's time, what binds it, what runs between "
                                                  "kernels, and what another variant saves.",
                                       .options = options,
                                       .positional = "RUN_DIR",
                                       .min_args = 1,
                                       .max_args = 1};
    bool help = false;
    int first = 0;
    hy_status status = hy_options_parse(&command, argc, argv, NULL, &help, &first);
    return status != HY_OK || help ? status : answer(argv[first], variant, other);
}
