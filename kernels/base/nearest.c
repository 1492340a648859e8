#include "kernels/base/nearest.h"

#include <limits.h>
#include <string.h>

enum { LONGEST = 63 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

int hy_edit_distance(const char *a, const char *b)
{
    int rows[3][LONGEST + 1]; /* of the two characters of `a` before, and of this one */
    size_t na = strlen(a), nb = strlen(b);
    if (na > LONGEST || nb > LONGEST)
        return INT_MAX;
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= nb; j++)
        now[j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        int *oldest = before;
        before = last;
        last = now;
        now = oldest;
        now[0] = (int)i;
        for (size_t j = 1; j <= nb; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return now[nb];
}

const char *hy_nearest(const char *word, const char *const *known, size_t n)
{
    const char *best = NULL;
    size_t length = strlen(word);
    int least_changes = INT_MAX;
    for (size_t i = 0; i < n; i++) {
        int changes = hy_edit_distance(word, known[i]);
        if (length >= 2 && strncmp(word, known[i], length) == 0)
            changes = 0;
        if (changes < least_changes) {
            least_changes = changes;
            best = known[i];
        }
    }
    if (best == NULL || least_changes > ((int)strlen(best) + 1) / 2)
        return NULL;
    return best;
}
