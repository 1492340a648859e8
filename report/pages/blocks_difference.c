/* Where the training steps of two variants differ, op by op. */
#include <math.h>
#include <string.h>

#include "report/findings/step_ops.h"
#include "report/pages/blocks.h"

enum { MOST_OPS = 64, SHOWN = 10 };

struct difference {
    const char *op;
    double ms[2]; /* of a step: the first variant's, the other's */
};

static double gap(const struct difference *f)
{
    return f->ms[1] - f->ms[0];
}

static size_t take(const struct hy_step_ops *s, int which, struct difference *f, size_t n)
{
    for (size_t i = 0; i < s->count; i++) {
        size_t at = 0;
        while (at < n && strcmp(f[at].op, s->item[i].op) != 0)
            at++;
        if (at == MOST_OPS)
            continue;
        if (at == n)
            f[n++] = (struct difference){.op = s->item[i].op};
        f[at].ms[which] += s->item[i].all_ms;
    }
    return n;
}

/* The largest difference first, whichever way. */
static void sort(struct difference *f, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct difference moved = f[i];
        size_t k = i;
        for (; k > 0 && fabs(gap(&f[k - 1])) < fabs(gap(&moved)); k--)
            f[k] = f[k - 1];
        f[k] = moved;
    }
}

static const char *signed_ms(struct hy_doc *d, double ms)
{
    struct hy_number n;
    hy_show_short(&n, ms);
    return hy_doc_format(d, ms > 0 ? "+%s ms" : "%s ms", n.text);
}

static struct hy_share share_of(struct hy_doc *d, const struct difference *f, struct hy_color color, bool hollow)
{
    struct hy_number a, b;
    return (struct hy_share){.name = f->op,
                             .text = hy_doc_format(d, "%s (%s, %s)", signed_ms(d, gap(f)), hy_show_short(&a, f->ms[0]),
                                                   hy_show_short(&b, f->ms[1])),
                             .value = gap(f),
                             .color = color,
                             .hollow = hollow};
}

static struct difference sum_of(const char *name, const struct difference *f, size_t from, size_t to)
{
    struct difference sum = {.op = name};
    for (size_t i = from; i < to; i++)
        for (int k = 0; k < 2; k++)
            sum.ms[k] += f[i].ms[k];
    return sum;
}

/* ---- the sentence -------------------------------------------------------------------------------------------- */

/* What the second variant spends more than the first (sign 1), or less (-1). */
struct side {
    double ms;        /* of all such ops */
    const char *list; /* "linear (+8.10 ms), scan (+2.00 ms)": three at most, or those that make 80 % of it */
};

static struct side side_of(struct hy_doc *d, const struct difference *f, size_t n, int sign)
{
    struct side side = {0, ""};
    double named = 0;
    int count = 0;
    for (size_t i = 0; i < n; i++)
        side.ms += sign * gap(&f[i]) > 0 ? gap(&f[i]) : 0;
    for (size_t i = 0; i < n && count < 3 && fabs(named) < 0.8 * fabs(side.ms); i++) {
        if (sign * gap(&f[i]) <= 0)
            continue;
        side.list = hy_doc_format(d, "%s%s%s (%s)", side.list, count++ ? ", " : "", f[i].op, signed_ms(d, gap(&f[i])));
        named += gap(&f[i]);
    }
    return side;
}

static void conclude(struct hy_doc *d, const struct hy_variant *const v[2], const struct difference *f, size_t n)
{
    const struct difference all = sum_of("", f, 0, n);
    const struct side more = side_of(d, f, n, 1), less = side_of(d, f, n, -1);
    struct hy_number a, b, p, m, l;
    const char *said[] = {hy_doc_format(d, _("A step of %s takes %s ms in its ops, one of %s %s ms: %s."), v[0]->name,
                                        hy_show_fixed(&a, all.ms[0], 2), v[1]->name, hy_show_fixed(&b, all.ms[1], 2),
                                        hy_show_percent(&p, 100 * (all.ms[1] / all.ms[0] - 1))),
                          more.ms > 0 ? hy_doc_format(d, _("%s spends %s ms more in some ops, most of it in %s."),
                                                      v[1]->name, hy_show_short(&m, more.ms), more.list)
                                      : "",
                          less.ms < 0 ? hy_doc_format(d, _("%s saves %s ms in others, most of it in %s."), v[1]->name,
                                                      hy_show_short(&l, -less.ms), less.list)
                                      : ""};
    hy_doc_paragraph(d, HY_BODY, hy_page_sentences(d, said, 3));
}

/* ---- the chart ------------------------------------------------------------------------------------------------- */
static void chart(struct hy_doc *d, const struct hy_variant *const v[2], const struct difference *f, size_t n,
                  bool hollow, const char *caption, size_t number)
{
    const size_t shown = n > SHOWN ? SHOWN : n;
    const struct difference others = sum_of(_("all others"), f, shown, n), all = sum_of(_("the whole step"), f, 0, n);
    struct hy_shares *s = hy_doc_alloc(d, sizeof *s);
    struct hy_share *item = hy_doc_alloc(d, (shown + 2) * sizeof *item);
    size_t k = 0;
    for (; k < shown; k++)
        item[k] = share_of(d, &f[k], v[gap(&f[k]) > 0]->color, hollow);
    if (n > shown)
        item[k++] = share_of(d, &others, hy_grey(), hollow);
    item[k] = share_of(d, &all, v[gap(&all) > 0]->color, hollow);
    item[k++].total = true;
    *s = (struct hy_shares){.item = item,
                            .count = k,
                            .label = _("difference in ms per training step"),
                            .left = hy_doc_format(d, _("%s takes longer"), v[0]->name),
                            .right = hy_doc_format(d, _("%s takes longer"), v[1]->name)};
    const struct hy_figure figure = {hy_doc_format(d, "difference-%zu", number),
                                     _("Why one is slower: the step's time by op"),
                                     caption,
                                     hy_shares_height(s),
                                     hy_shares_draw,
                                     s};
    hy_doc_figures(d, &figure, 1);
}

static const char *caption_of(struct hy_doc *d, const char *const source[2])
{
    const char *said[] = {
        _("Summed over layers, forward, backward and update; in brackets the times of either, in milliseconds."),
        *source[0] && strcmp(source[0], source[1]) == 0
            ? hy_doc_format(d, _("Times of a device, imported from %s."), source[0])
            : ""};
    return hy_page_sentences(d, said, 2);
}

void hy_blocks_difference(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *const v[2],
                          size_t number)
{
    struct difference f[MOST_OPS];
    struct hy_step_ops s[2];
    hy_step_ops_make(&s[0], &r->data, v[0]->name);
    hy_step_ops_make(&s[1], &r->data, v[1]->name);
    const bool both = s[0].count > 0 && s[1].count > 0;
    const size_t n = both ? take(&s[1], 1, f, take(&s[0], 0, f, 0)) : 0;
    const char *source[2] = {hy_profile_source(&r->data, v[0]->name), hy_profile_source(&r->data, v[1]->name)};
    const bool alike = strcmp(source[0], source[1]) == 0,
               holds = alike && hy_profile_quality(&r->data, v[0]->name) == HY_ROW_OK &&
                       hy_profile_quality(&r->data, v[1]->name) == HY_ROW_OK;
    hy_step_ops_fini(&s[0]);
    hy_step_ops_fini(&s[1]);
    if (!both) {
        hy_page_missing(d, _("One of the two has no profile of a training step in ops.csv, so why one is slower cannot "
                             "be said."));
        return;
    }
    sort(f, n);
    if (holds)
        conclude(d, v, f, n);
    else if (!alike)
        hy_doc_paragraph(d, HY_BODY,
                         _("One of the two profiles was imported and the other was not: the bars are hollow, and "
                           "nothing is concluded from them."));
    else
        hy_doc_paragraph(d, HY_BODY,
                         _("The times of one of the two profiles do not hold (disturbed or drifted): the bars are "
                           "hollow, and nothing is concluded from them."));
    chart(d, v, f, n, !holds, caption_of(d, source), number);
}
