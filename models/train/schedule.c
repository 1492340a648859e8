#include "models/train/schedule.h"

#include <math.h>

double hy_schedule(long step, long warmup, long total, double min_ratio)
{
    if (step < warmup)
        return (double)step / (double)warmup;
    double way = total > warmup ? (double)(step - warmup) / (double)(total - warmup) : 1;
    return min_ratio + (1 - min_ratio) * 0.5 * (1 + cos(3.14159265358979323846 * way));
}
