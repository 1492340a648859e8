#include "bench/measure/energy.h"

#include <math.h>

#include "bench/instrument/nvml.h"
#include "kernels/base/clock.h"
#include "kernels/device.h"

enum { TOO_LONG = 5 };

hy_status hy_energy_per_unit(struct hy_backend backend, double seconds, const struct hy_energy_work *work,
                             double *joules)
{
    const int gpu = hy_on_device(backend) ? hy_cuda_about().index : -1;
    double last = gpu >= 0 ? hy_nvml_joules(gpu) : NAN, from = NAN, units = 0;
    const uint64_t start = hy_now_ns();
    uint64_t since = start;
    *joules = NAN;
    while (isfinite(last) && hy_seconds_since(start) < TOO_LONG * seconds) {
        double done = 0;
        hy_status status = work->piece(work->ctx, &done);
        if (status != HY_OK)
            return status;
        const double now = hy_nvml_joules(gpu);
        const bool moved = now > last;
        last = now;
        units += done;
        if (moved && isnan(from)) { /* what was done until now is not in what follows */
            from = now;
            units = 0;
            since = hy_now_ns();
        } else if (moved && hy_seconds_since(since) >= seconds) {
            *joules = (now - from) / units;
            return HY_OK;
        }
    }
    return HY_OK;
}
