#include "kernels/rope.h"

#include "kernels/base/status.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

struct table {
    struct table *next;
    int T, P;
    float base;
    bool interleaved;
    float rows[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct table *tables; /* newest first; an outgrown one stays, callers may still read it */

static struct table *make(int T, int P, float base, bool interleaved)
{
    struct table *t = malloc(sizeof *t + (size_t)T * (size_t)P * sizeof *t->rows);
    HY_ASSERT(t, "out of memory for the table of rotary angles");
    *t = (struct table){.T = T, .P = P, .base = base, .interleaved = interleaved};
    int half = P / 2;
    for (int j = 0; j < half; j++) {
        double frequency = pow((double)base, -2.0 * j / P);
        int cosine = interleaved ? 2 * j : j, sine = interleaved ? 2 * j + 1 : half + j;
        for (int row = 0; row < T; row++) {
            float *to = t->rows + (size_t)row * (size_t)P;
            to[cosine] = (float)cos(row * frequency);
            to[sine] = (float)sin(row * frequency);
        }
    }
    return t;
}

const float *hy_rope_table(int T, int P, float base, bool interleaved)
{
    pthread_mutex_lock(&lock);
    struct table *t = tables;
    while (t && !(t->T >= T && t->P == P && t->base == base && t->interleaved == interleaved))
        t = t->next;
    if (!t) {
        t = make(T, P, base, interleaved);
        t->next = tables;
        tables = t;
    }
    pthread_mutex_unlock(&lock);
    return t->rows;
}
