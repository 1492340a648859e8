#include "bench/prove/history_score.h"

enum { EARLY = 3, LATE = 5, SAME_PLACE = 3, IN_TIME = 3, GOAL_SERIES_NIGHTS = 200 * 300, GOAL_SIZE = 1 };

static const double sizes[HY_STEP_SIZES] = HY_STEPS;

bool hy_means_step(const struct hy_simulated *s, size_t night, size_t place, bool slower)
{
    return s->step > 0 && night >= s->at && place + EARLY >= s->at && place <= s->at + LATE && slower == (s->ratio > 1);
}

void hy_score_alarm(struct hy_score *a, struct hy_said *said, const struct hy_simulated *s, size_t night, size_t place,
                    bool is_true, bool each)
{
    if (is_true) {
        if (said->found == 0)
            said->found = night + 1 - s->at;
        return;
    }
    const size_t last = said->false_near, here = place + 1;
    const bool again = last > 0 && here + SAME_PLACE >= last && here <= last + SAME_PLACE;
    a->false_ones += each || !again;
    said->false_near = here;
}

static int size_of(const struct hy_simulated *s)
{
    int k = 0;
    while (k + 1 < HY_STEP_SIZES && s->step > sizes[k] + 1e-9)
        k++;
    return k;
}

void hy_score_close(struct hy_score *a, const struct hy_said *said, const struct hy_simulated *s, size_t n_nights)
{
    a->series_nights += n_nights;
    if (s->step <= 0)
        return;
    const int k = size_of(s);
    a->steps[k]++;
    a->in_time[k] += said->found > 0 && said->found <= IN_TIME;
    if (k == GOAL_SIZE)
        a->nights[said->found > 0 && said->found < HY_NEVER ? said->found : HY_NEVER]++;
}

void hy_score_add(struct hy_score *to, const struct hy_score *a)
{
    to->series_nights += a->series_nights;
    to->false_ones += a->false_ones;
    for (int k = 0; k < HY_STEP_SIZES; k++) {
        to->steps[k] += a->steps[k];
        to->in_time[k] += a->in_time[k];
    }
    for (int k = 0; k <= HY_NEVER; k++)
        to->nights[k] += a->nights[k];
}

/* Nights within which a share of the 5 % steps was found. */
static void put_nights(FILE *out, const struct hy_score *a, double share)
{
    size_t so_far = 0, k = 0;
    while (k < HY_NEVER && (double)so_far < share * (double)a->steps[GOAL_SIZE])
        so_far += a->nights[++k];
    if (k < HY_NEVER)
        fprintf(out, " %zu |", k);
    else
        fprintf(out, " over 30 |");
}

void hy_score_head(FILE *out)
{
    fprintf(out,
            "| series | rule | false alarms in 1000 series-nights | in 200 nights of 300 series | nights to a step "
            "of 5 %% (median) | (95 of 100) | 2 %% found within 3 nights | 5 %% | 10 %% |\n"
            "|---|---|---|---|---|---|---|---|---|\n");
}

void hy_score_row(FILE *out, const char *kind, const char *rule, const struct hy_score *a)
{
    const double share = (double)a->false_ones / (double)a->series_nights;
    fprintf(out, "| %s | %s | %.3f | %.1f |", kind, rule, 1000 * share, GOAL_SERIES_NIGHTS * share);
    put_nights(out, a, 0.5);
    put_nights(out, a, 0.95);
    for (int k = 0; k < HY_STEP_SIZES; k++)
        fprintf(out, " %.1f %% |", 100 * (double)a->in_time[k] / (double)(a->steps[k] ? a->steps[k] : 1));
    fputc('\n', out);
}
