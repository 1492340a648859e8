#include "bench/run/rates.h"

#include <math.h>

/* A record of a program that did not look has no undisturbed share: all of it counts. */
static double rate_of(const struct hy_tally *t)
{
    return isnan(t->good_seconds) ? t->units / t->seconds : hy_tally_rate(t);
}

struct hy_tally hy_record_train_tally(const struct hy_record *r)
{
    return (struct hy_tally){.units = r->train_tokens,
                             .seconds = r->train_seconds,
                             .good_units = r->train_good_tokens,
                             .good_seconds = r->train_good_seconds,
                             .parts = r->train_parts > 0 ? (size_t)r->train_parts : 0,
                             .good_parts = r->train_good_parts > 0 ? (size_t)r->train_good_parts : 0};
}

struct hy_tally hy_record_eval_tally(const struct hy_record *r)
{
    return (struct hy_tally){.units = r->eval_tokens,
                             .seconds = r->eval_batch_seconds,
                             .good_units = r->eval_good_tokens,
                             .good_seconds = r->eval_good_seconds};
}

void hy_record_set_train_tally(struct hy_record *r, const struct hy_tally *t)
{
    r->train_tokens = t->units;
    r->train_seconds = t->seconds;
    r->train_good_tokens = t->good_units;
    r->train_good_seconds = t->good_seconds;
    r->train_parts = (double)t->parts;
    r->train_good_parts = (double)t->good_parts;
}

void hy_record_set_eval_tally(struct hy_record *r, const struct hy_tally *t)
{
    r->eval_tokens = t->units;
    r->eval_batch_seconds = t->seconds;
    r->eval_good_tokens = t->good_units;
    r->eval_good_seconds = t->good_seconds;
}

void hy_record_set_conditions(struct hy_record *r, const struct hy_conditions *before, struct hy_watch *watch)
{
    if ((!watch->observer && !watch->gpu) || isnan(r->train_good_seconds))
        return;
    r->conditions = hy_watch_conditions(watch, false); /* its tally is of all sessions, its yardsticks of this one */
    r->conditions.clock_ratio = fmin(r->conditions.clock_ratio, before->clock_ratio);
    r->conditions.memory_ratio = fmin(r->conditions.memory_ratio, before->memory_ratio);
    hy_conditions_hold(&r->conditions, HY_REACH_CORE);
}

double hy_record_train_rate(const struct hy_record *r)
{
    const struct hy_tally t = hy_record_train_tally(r);
    return rate_of(&t);
}

double hy_record_eval_rate(const struct hy_record *r)
{
    const struct hy_tally t = hy_record_eval_tally(r);
    return rate_of(&t);
}

void hy_record_judge(const struct hy_record *r, struct hy_verdict *v)
{
    if (r->train_seconds > 0)
        hy_verdict_add(v, r->conditions.quality);
    for (int i = 0; i < r->n_scaling; i++)
        if (hy_scaling_timed(&r->scaling[i]))
            hy_verdict_add(v, r->scaling[i].conditions.quality);
    if (r->n_ops > 0)
        hy_verdict_add(v, r->ops_conditions.quality);
}
