#include "bench/settings.h"

#include <string.h>

#include "kernels/base/threads.h"

static hy_status device_ok(const char *device)
{
    if (device == NULL || strcmp(device, "auto") == 0 || strcmp(device, "cpu") == 0)
        return HY_OK;
    if (strncmp(device, "cuda", 4) == 0 && (device[4] == '\0' || device[4] == ':'))
        return hy_fail(HY_RUN_FAILED, "no CUDA device: this build has no CUDA kernels; use --device cpu");
    return hy_fail(HY_BAD_INPUT, "unknown device '%.40s'; choose auto, cpu, cuda or cuda:INDEX", device);
}

/* Asked after the rung is set, which may rule bf16 out. */
static hy_status precision_of(const char *name, bool reference, enum hy_precision *precision)
{
    *precision = HY_F32;
    if (name == NULL || strcmp(name, "f32") == 0)
        return HY_OK;
    if (strcmp(name, "tf32") == 0)
        return hy_fail(HY_BAD_INPUT, "the device 'cpu' has no tf32 kernels; use --precision f32 or bf16");
    if (strcmp(name, "bf16") != 0)
        return hy_fail(HY_BAD_INPUT, "unknown precision '%.40s'; choose f32 or bf16", name);
    if (reference)
        return hy_fail(HY_BAD_INPUT, "the references compute in double: --isa ref goes with --precision f32 only");
    *precision = HY_BF16;
    return hy_precision_check(HY_BF16);
}

hy_status hy_settings_apply(const struct hy_globals *g, enum hy_backend *backend)
{
    bool reference = g->isa && strcmp(g->isa, "ref") == 0;
    enum hy_precision precision;
    hy_status status = device_ok(g->device);
    if (status == HY_OK && g->isa && !reference)
        status = hy_isa_set(g->isa);
    if (status == HY_OK)
        status = precision_of(g->precision, reference, &precision);
    if (status)
        return status;
    if (g->threads > 0)
        hy_threads_set(g->threads);
    if (backend)
        *backend = reference ? HY_BACKEND_REF : precision == HY_BF16 ? HY_BACKEND_CPU_BF16 : HY_BACKEND_CPU;
    return HY_OK;
}
