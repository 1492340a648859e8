#include "bench/measure/gpu_watch.h"

#include <math.h>

#include "kernels/device.h"

struct hy_gpu_watch hy_gpu_watch_of(struct hy_backend backend)
{
    return (struct hy_gpu_watch){.index = hy_on_device(backend) ? hy_cuda_about().index : -1, .from = NAN};
}

void hy_gpu_watch_begin(struct hy_gpu_watch *w)
{
    w->from = w->index >= 0 ? hy_nvml_joules(w->index) : NAN;
}

struct hy_gpu_stretch hy_gpu_watch_end(const struct hy_gpu_watch *w)
{
    struct hy_gpu_stretch s = {NAN, hy_nvml_unknown};
    if (w->index < 0)
        return s;
    s.joules = hy_nvml_joules(w->index) - w->from;
    hy_nvml_sample(w->index, &s.state);
    return s;
}
