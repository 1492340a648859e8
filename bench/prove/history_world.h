/* A made-up suite, night by night: what its commits did is known, so that alarms are true or false. */
#ifndef HY_BENCH_PROVE_HISTORY_WORLD_H
#define HY_BENCH_PROVE_HISTORY_WORLD_H

#include "bench/compare/judge.h"
#include "bench/history/nights.h"
#include "kernels/base/rng.h"

enum hy_world_kind {
    HY_WORLD_NORMAL,   /* independent normal noise */
    HY_WORLD_HEAVY,    /* Student's t with 3 degrees of freedom */
    HY_WORLD_DRIFT,    /* half ramps of up to 8 %, half random walks: the machine's, not the commits' */
    HY_WORLD_STATES,   /* the machine is 8 % slower on some nights; four series of five show it, and a yardstick */
    HY_WORLD_OUTLIERS, /* single nights, of one series or of all, that are 3 to 50 % slower */
    HY_WORLDS
};
const char *hy_world_name(enum hy_world_kind k);

struct hy_simulated {
    struct hy_series series; /* its points hold what was measured: all nights, none doubtful */
    double sigma;            /* of a night, as a share */
    double launch_sigma;     /* of a launch */
    bool heavy_launches;
    double step; /* 0.05: 5 % slower or faster from night `at` on; 0: no commit changed it */
    size_t at;
    double ratio; /* after over before */
};

struct hy_world {
    enum hy_world_kind kind;
    struct hy_night *nights; /* (n_nights) */
    struct hy_simulated *series;
    size_t n_nights, n;
};

#define HY_STEPS         \
    {                    \
        0.02, 0.05, 0.10 \
    }
enum { HY_STEP_SIZES = 3 };

/* Half of the series have a step, a third of these of each size, at a night between 30 and the 20th but last. */
void hy_world_open(struct hy_world *w, enum hy_world_kind kind, size_t n, size_t n_nights, uint64_t seed);
void hy_world_fini(struct hy_world *w);

/* How the commit of night `fresh` stands to that of `base`: the ratio of their true levels. */
double hy_true_ratio(const struct hy_simulated *s, size_t base, size_t fresh);

/* Both measured in turns, as compare does, up to 64 launches each: a threshold of 1 %. The same is also what leaves out
 * what was suspected. */
enum hy_change hy_world_turns(const struct hy_simulated *s, double ratio, double suspected, struct hy_stream *stream,
                              size_t *launches);

/* As if up to night `night` were all that there is: its last `last` values into values (last), the yardstick taken out
 * where it helps; *first is the night of the first of them. Returns their number. */
size_t hy_world_values(const struct hy_world *w, size_t i, size_t night, size_t last, double *values, size_t *first);

#endif
