/* Runs listened to under a witness: sums of all, and of those that nobody disturbed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure/profile_step.h"
#include "kernels/base/threads.h"
#include "tests/root.h"

static long steal;

/* Time that the hypervisor gave to others, in ticks: any step forward disturbs. */
static void put_steal(void)
{
    char *path = hy_format("%s/proc/stat", top), *line = hy_format("cpu  1 2 3 4 5 6 7 %ld 0 0\n", steal);
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert_geq(fputs(line, f), 0);
    fclose(f);
    free(line);
    free(path);
}

static void set_up(void)
{
    root_begin();
    char *folder = hy_format("%s/proc", top);
    cr_assert_eq(hy_make_folders(folder), HY_OK, "%s", hy_error());
    free(folder);
    hy_threads_set(1);
    put_steal();
}

TestSuite(listen, .init = set_up, .fini = root_end);

/* A step of one op, which lasts so long at least. */
static struct hy_node node = {.op = HY_OP_SCAN};
static bool run(struct hy_listener *l, unsigned us, bool disturb)
{
    const struct hy_trace_event step = {.kind = HY_TRACE_STEP, .name = "decode", .layer = -1};
    const struct hy_trace_event op = {.kind = HY_TRACE_OP, .name = "scan", .layer = 0, .node = &node};
    const struct hy_trace *t = &l->one.trace;
    hy_listener_begin(l);
    t->begin(t->ctx, &step);
    t->begin(t->ctx, &op);
    usleep(us);
    t->end(t->ctx);
    t->end(t->ctx);
    steal += disturb;
    put_steal();
    return hy_listener_end(l);
}

Test(listen, disturbed_runs_are_in_one_of_two_sums)
{
    struct hy_observer o;
    struct hy_listener l;
    hy_observer_open_long(&o);
    hy_listener_init(&l, 1, &o);
    cr_assert(run(&l, 20000, true));
    cr_assert_not(run(&l, 100, false));
    cr_assert(run(&l, 20000, true));
    cr_assert_not(run(&l, 100, false));
    cr_assert(l.quiet.n == 1 && l.quiet.steps == 2 && l.all.n == 1 && l.all.steps == 4);
    cr_assert(l.quiet.slots[0].ns >= 200000 && l.quiet.step_ns >= l.quiet.slots[0].ns);
    cr_assert_geq(l.all.slots[0].ns, l.quiet.slots[0].ns + 40000000);
    cr_assert(l.watch.tally.parts == 4 && l.watch.tally.good_parts == 2);
    hy_listener_fini(&l);
    hy_observer_close(&o);
}

Test(listen, without_an_observer_every_run_counts)
{
    struct hy_listener l;
    hy_listener_init(&l, 1, NULL);
    cr_assert_not(run(&l, 100, true));
    cr_assert_not(run(&l, 100, true));
    cr_assert(l.quiet.steps == 2 && l.all.steps == 2);
    cr_assert_eq(l.quiet.slots[0].ns, l.all.slots[0].ns);
    hy_listener_fini(&l);
}

/* Until rounds have had enough: every one disturbed whose number is in the mask. The profile's time of the op. */
static double profile(unsigned mask, struct hy_conditions *conditions, bool *marked)
{
    const struct hy_program program = {.n_nodes = 0};
    const struct hy_peaks peaks = {.holds = {0}};
    struct hy_rounds rounds = {.asked = 2};
    struct hy_observer o;
    struct hy_listener l;
    struct hy_profile rows;
    char *text = NULL;
    size_t bytes = 0;
    hy_observer_open_long(&o);
    hy_listener_init(&l, 1, &o);
    while (hy_rounds_more(&rounds)) {
        const bool disturb = mask >> rounds.taken & 1;
        hy_rounds_end(&rounds, run(&l, disturb ? 30000 : 100, disturb));
    }
    hy_profile_rounds(&program, &l, &rounds, &peaks, &rows);
    FILE *stream = open_memstream(&text, &bytes);
    hy_profile_print(&rows, stream);
    fclose(stream);
    *conditions = rows.conditions;
    *marked = strstr(text, "(disturbed: these times do not hold)") != NULL;
    cr_assert_eq(rows.n, 1);
    const double ms = rows.rows[0].time_ms;
    free(text);
    hy_profile_fini(&rows);
    hy_listener_fini(&l);
    hy_observer_close(&o);
    return ms;
}

/* Two of three undisturbed: the table is of those two. One of four: it is of all four, and says so. */
Test(listen, a_profile_is_of_the_rounds_that_count)
{
    struct hy_conditions c;
    bool marked;
    const double quiet = profile(1, &c, &marked);
    cr_assert(!marked && c.dropped == 1 && c.quality != HY_QUALITY_DISTURBED);
    const double all = profile(7, &c, &marked);
    cr_assert(marked && c.dropped == 0 && c.quality == HY_QUALITY_DISTURBED);
    cr_assert_geq(all, 90.0 / 4, "three of 30 ms and a short one: %g", all);
    cr_assert(quiet >= 0.1);
}
