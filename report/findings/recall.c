#include "report/findings/recall.h"

#include <math.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/table/number.h"

size_t hy_recall_counts(const struct hy_run_data *d, double pairs[HY_MOST_PAIRS])
{
    const struct hy_csv *t = &d->table[HY_TABLE_MQAR];
    size_t n = 0;
    for (size_t i = 0; d->have[HY_TABLE_MQAR] && i < t->rows; i++) {
        const double count = hy_csv_number_of(t, i, "pairs");
        size_t k = 0;
        while (k < n && pairs[k] != count)
            k++;
        if (k == n && n < HY_MOST_PAIRS && isfinite(count))
            pairs[n++] = count;
    }
    return n;
}

double hy_recall_accuracy(const struct hy_run_data *d, const char *variant, double pairs)
{
    const struct hy_csv *t = &d->table[HY_TABLE_MQAR];
    double queries = 0, correct = 0;
    for (size_t i = 0; d->have[HY_TABLE_MQAR] && i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, "variant"), variant) != 0 || hy_csv_number_of(t, i, "pairs") != pairs)
            continue;
        queries += hy_csv_number_of(t, i, "queries");
        correct += hy_csv_number_of(t, i, "correct");
    }
    return queries > 0 ? correct / queries : (double)NAN;
}

bool hy_recall_finding(struct hy_finding *f, const struct hy_run_data *d)
{
    double pairs[HY_MOST_PAIRS], most = (double)NAN, least = (double)NAN;
    const char *first = NULL, *last = NULL;
    struct hy_number a, b, n;
    const size_t counts = hy_recall_counts(d, pairs);
    if (counts == 0)
        return false;
    for (size_t i = 0; i < d->variants; i++) {
        const double share = hy_recall_accuracy(d, d->variant[i].name, pairs[counts - 1]);
        if (!d->variant[i].sound || isnan(share))
            continue;
        first = !(share <= most) ? d->variant[i].name : first;
        last = !(share >= least) ? d->variant[i].name : last;
        most = fmax(most, share);
        least = fmin(least, share);
    }
    if (!first || first == last)
        return false;
    char *text =
        hy_format(_("With %s key/value pairs in a sample, %s answers %s %% of the queries right and %s only %s %%."),
                  hy_show_fixed(&n, pairs[counts - 1], 0), first, hy_show_fixed(&a, 100 * most, 1), last,
                  hy_show_fixed(&b, 100 * least, 1));
    char *caveat = isfinite(d->uniform) ? hy_format(_("Guessing among the values would give %s %%."),
                                                    hy_show_short(&a, 100 / d->uniform))
                                        : hy_format("%s", "");
    *f = (struct hy_finding){"recall", text, caveat, HY_FINDING_QUALITY, true};
    return true;
}
