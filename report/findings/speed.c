#include "report/findings/speed.h"

#include <math.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/findings/doubts.h"
#include "report/table/number.h"
#include "report/table/row_quality.h"

/* Of the variants that finished and whose training rate holds. */
struct rates {
    const struct hy_variant *fastest, *slowest;
    size_t held, left_out;
};

static struct rates rates_of(const struct hy_run_data *d)
{
    struct rates r = {0};
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[i];
        if (!v->sound || !(v->train_rate > 0))
            continue;
        if (hy_training_quality(d, v->name) != HY_ROW_OK) {
            r.left_out++;
            continue;
        }
        r.held++;
        r.fastest = !r.fastest || v->train_rate > r.fastest->train_rate ? v : r.fastest;
        r.slowest = !r.slowest || v->train_rate < r.slowest->train_rate ? v : r.slowest;
    }
    return r;
}

/* The fastest beside the best in perplexity, whose rate may not hold; else beside the slowest. */
static char *words(const struct hy_run_data *d, const struct rates *r)
{
    const struct hy_variant *best = hy_run_data_best(d), *fast = r->fastest;
    struct hy_number a, b, c;
    hy_show_fixed(&a, fast->train_rate, 0);
    if (best && best != fast && best->train_rate > 0 && hy_training_quality(d, best->name) == HY_ROW_OK)
        return hy_format(
            _("%s trains fastest, at %s tokens per second, with a perplexity %s %% above the lowest; %s, which "
              "has that, trains at %s."),
            fast->name, a.text, hy_show_fixed(&b, 100 * (fast->best_ppl / best->best_ppl - 1), 1), best->name,
            hy_show_fixed(&c, best->train_rate, 0));
    if (best == fast)
        return hy_format(_("%s has the lowest perplexity and trains fastest too, at %s tokens per second; %s trains "
                           "slowest, at %s."),
                         fast->name, a.text, r->slowest->name, hy_show_fixed(&b, r->slowest->train_rate, 0));
    return hy_format(_("%s trains fastest, at %s tokens per second; %s trains slowest, at %s."), fast->name, a.text,
                     r->slowest->name, hy_show_fixed(&b, r->slowest->train_rate, 0));
}

bool hy_speed_finding(struct hy_finding *f, const struct hy_run_data *d)
{
    const struct rates r = rates_of(d);
    const bool watched = hy_doubts_of(d).watched;
    if (r.held + r.left_out == 0)
        return false;
    char *text = r.held < 2 ? hy_format("%s", _("Too few training rates of this run hold to say which variant trains "
                                                "fastest."))
                            : words(d, &r);
    char *caveat = !watched ? hy_format("%s", _("This run did not watch whether others used the machine."))
                   : r.left_out
                       ? hy_format(_("Left out because the training was disturbed or drifted: %zu of %zu variants."),
                                   r.left_out, r.held + r.left_out)
                       : hy_format("%s", _("Every training rate of this run holds."));
    *f = (struct hy_finding){"speed", text, caveat, HY_FINDING_EFFICIENCY, r.held >= 2};
    return true;
}
