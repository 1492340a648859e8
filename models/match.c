#include "models/match.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/file.h"
#include "models/config/block.h"
#include "models/config/params.h"
#include "models/config/resolve.h"
#include "models/lm.h"

double hy_match_figure(const struct hy_config *c, enum hy_match_kind kind)
{
    return kind == HY_MATCH_FLOPS ? hy_lm_flops_per_token(c) : (double)hy_params_count(c);
}

/* What is searched: multiples of `unit` of one width of `start`. */
struct search {
    const struct hy_config *start;
    enum hy_match_kind kind;
    double target;
    bool d_ff; /* else d_model */
    int unit;
};

static struct hy_config candidate(const struct search *s, int multiple)
{
    const struct hy_block *block = hy_block_of(s->start->implementation);
    struct hy_config c = *s->start;
    if (s->d_ff) {
        c.d_ff = multiple * s->unit;
        return c;
    }
    if (c.d_ff == block->d_ff(c.d_model))
        c.d_ff = 0;
    if (c.dt_rank == block->dt_rank(c.d_model))
        c.dt_rank = 0;
    c.d_model = multiple * s->unit;
    c.k_width = c.v_width = 0;
    hy_config_resolve(&c);
    return c;
}

/* Infinite where no such model can be built: it is beyond the target whichever bound it breaks, but for widths below
 * the start's, which are 0. */
static double figure(const struct search *s, int multiple)
{
    const struct hy_config c = candidate(s, multiple);
    if (hy_config_check(&c) == HY_OK)
        return hy_match_figure(&c, s->kind);
    return c.d_model < s->start->d_model ? 0 : (double)INFINITY;
}

/* The multiple in [1, most] whose figure is nearest to the target; figures ascend. */
static int nearest(const struct search *s, int most)
{
    int low = 1, high = most; /* the least that reaches the target lies there, or none does */
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (figure(s, middle) >= s->target)
            high = middle;
        else
            low = middle + 1;
    }
    const bool below = low > 1 && fabs(figure(s, low - 1) - s->target) <= fabs(figure(s, low) - s->target);
    return below ? low - 1 : low;
}

static double percent_off(const struct hy_config *c, const struct search *s)
{
    return 100 * (hy_match_figure(c, s->kind) / s->target - 1);
}

/* The largest multiple of the unit that the key may be. */
static int most_of(const char *key, int unit)
{
    const struct hy_field *f = hy_field_find(hy_model_fields, key);
    return (int)f->max / unit;
}

static hy_status match(struct hy_config *c, const struct hy_config *to, enum hy_match_kind kind)
{
    struct hy_config best = *c;
    struct search s = {.start = c, .kind = kind, .target = hy_match_figure(to, kind), .unit = 2 * c->n_heads};
    if (fabs(percent_off(c, &s)) <= HY_MATCH_LIMIT)
        return HY_OK;
    best = candidate(&s, nearest(&s, most_of("d_model", s.unit)));
    const struct hy_config wide = best;
    s.start = &wide;
    s.d_ff = true;
    for (s.unit = 8; s.unit > 0 && fabs(percent_off(&best, &s)) > HY_MATCH_LIMIT; s.unit /= 2)
        best = candidate(&s, nearest(&s, most_of("d_ff", s.unit)));
    if (!(fabs(percent_off(&best, &s)) <= HY_MATCH_LIMIT) || hy_config_check(&best))
        return hy_fail(HY_BAD_INPUT,
                       "no widths give '%s' as many %s as '%s' within %g %%: the nearest, d_model %d and d_ff %d, is "
                       "%+.2f %% off; change its n_layers or n_heads",
                       c->name, kind == HY_MATCH_FLOPS ? "training flops per token" : "parameters", to->name,
                       HY_MATCH_LIMIT, best.d_model, best.d_ff, percent_off(&best, &s));
    *c = best;
    return HY_OK;
}

hy_status hy_study_match(struct hy_study *s, const char *file)
{
    for (int i = 0; i < s->n_variants; i++) {
        const struct hy_match *m = &s->matches[i];
        if (m->kind == HY_MATCH_NONE)
            continue;
        const struct hy_config *to = hy_study_find(s, m->to);
        if (to && match(&s->variants[i], to, m->kind) == HY_OK)
            continue;
        char *place = m->line ? hy_format("%s:%d", file, m->line) : hy_format("%s", file);
        hy_fail_in(HY_BAD_INPUT, place);
        free(place);
        return HY_BAD_INPUT;
    }
    return HY_OK;
}
