#include "bench/measure/listen.h"

#include <string.h>

#include "kernels/base/status.h"

void hy_listener_init(struct hy_listener *l, int steps, struct hy_observer *observer)
{
    const size_t room = (size_t)steps + 8;
    l->watch = (struct hy_watch){.observer = observer, .realtime = true};
    hy_slots_init(&l->one, room);
    hy_slots_init(&l->quiet, room);
    hy_slots_init(&l->all, room);
}

void hy_listener_fini(struct hy_listener *l)
{
    hy_slots_fini(&l->one);
    hy_slots_fini(&l->quiet);
    hy_slots_fini(&l->all);
}

static void add_run(struct hy_slots *sum, const struct hy_slots *one)
{
    if (sum->n == 0)
        memcpy(sum->slots, one->slots, one->n * sizeof *one->slots);
    HY_ASSERT(sum->n == 0 || sum->n == one->n, "two runs of one program met different places");
    for (size_t i = 0; sum->n > 0 && i < one->n; i++)
        sum->slots[i].ns += one->slots[i].ns;
    sum->n = one->n;
    sum->step_ns += one->step_ns;
    sum->steps += one->steps;
}

void hy_listener_begin(struct hy_listener *l)
{
    hy_slots_reset(&l->one);
    hy_watch_begin(&l->watch);
}

bool hy_listener_end(struct hy_listener *l)
{
    const bool disturbed = hy_watch_end(&l->watch, 1, (double)l->one.step_ns * 1e-9) | hy_watch_close(&l->watch);
    add_run(&l->all, &l->one);
    if (!disturbed)
        add_run(&l->quiet, &l->one);
    return disturbed;
}
