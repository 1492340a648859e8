#include "bench/cli/settings.h"

#include <stdlib.h>
#include <string.h>

#include "bench/harness/pin.h"
#include "bench/harness/realtime.h"
#include "kernels/base/threads.h"
#include "kernels/device.h"

enum { MOST_THREADS = 4096 }; /* as of --threads, globals.inc */

enum wish { WISH_AUTO, WISH_CPU, WISH_CUDA };

static hy_status wish_of(const char *device, enum wish *wish, int *index)
{
    char *end = NULL;
    *index = 0;
    *wish = WISH_AUTO;
    if (device == NULL || strcmp(device, "auto") == 0)
        return HY_OK;
    *wish = WISH_CPU;
    if (strcmp(device, "cpu") == 0)
        return HY_OK;
    *wish = WISH_CUDA;
    if (strcmp(device, "cuda") == 0)
        return HY_OK;
    if (strncmp(device, "cuda:", 5) == 0 && device[5] >= '0' && device[5] <= '9') {
        long n = strtol(device + 5, &end, 10);
        *index = n < 1024 ? (int)n : 1024;
        if (*end == '\0')
            return HY_OK;
    }
    return hy_fail(HY_BAD_INPUT, "unknown device '%.40s'; choose auto, cpu, cuda or cuda:INDEX", device);
}

hy_status hy_precision_parse(const char *name, enum hy_precision *precision)
{
    *precision = HY_F32;
    if (name == NULL)
        return HY_OK;
    for (int p = 0; p < HY_PRECISIONS; p++)
        if (strcmp(name, hy_precision_name((enum hy_precision)p)) == 0) {
            *precision = (enum hy_precision)p;
            return HY_OK;
        }
    return hy_fail(HY_BAD_INPUT, "unknown precision '%.40s'; choose f32, bf16 or tf32", name);
}

static hy_status cpu_backend(enum hy_precision precision, bool reference, struct hy_backend *backend)
{
    if (reference && precision != HY_F32)
        return hy_fail(HY_BAD_INPUT, "the references compute in double: --isa ref goes with --precision f32 only");
    *backend = hy_backend(reference ? HY_WHERE_REF : HY_WHERE_CPU, precision);
    return hy_precision_check(precision); /* after the ISA level is set, which may rule bf16 out */
}

static hy_status cuda_precision(enum hy_precision precision)
{
    const struct hy_cuda_about a = hy_cuda_about();
    if (hy_cuda_multiplies(precision))
        return HY_OK;
    return hy_fail(
        HY_BAD_INPUT,
        "'%s' has no %s products: it is of compute capability %d.%d, they came with 8.0; use --precision f32", a.name,
        hy_precision_name(precision), a.sm / 10, a.sm % 10);
}

/* OpenMP would take its default for what it cannot read, and fall over for what is too large. */
static hy_status openmp_threads_check(void)
{
    const char *text = getenv("OMP_NUM_THREADS");
    char *end = NULL;
    if (text == NULL || text[0] == '\0')
        return HY_OK;
    long n = strtol(text, &end, 10);
    if (end != text && (*end == '\0' || *end == ',' || *end == ' ') && n >= 1 && n <= MOST_THREADS)
        return HY_OK;
    return hy_fail(HY_BAD_INPUT, "OMP_NUM_THREADS is '%.40s'; it must be a whole number from 1 to %d", text,
                   MOST_THREADS);
}

/* auto: a GPU that answers, else the CPU without a word; `hymbench env` says why there is none. */
static bool cuda_answers(void)
{
    return hy_cuda_built() && hy_cuda_open(0) == HY_OK;
}

hy_status hy_settings_apply(const struct hy_globals *g, struct hy_backend *backend)
{
    bool reference = g->isa && strcmp(g->isa, "ref") == 0;
    enum hy_precision precision;
    struct hy_backend on_cpu;
    enum wish wish;
    int index;
    hy_status status = wish_of(g->device, &wish, &index);
    if (status == HY_OK)
        status = hy_precision_parse(g->precision, &precision);
    if (status == HY_OK && wish == WISH_CUDA && g->isa)
        status =
            hy_fail(HY_BAD_INPUT, "--isa chooses among the CPU's kernels; leave it out with --device %s", g->device);
    if (status == HY_OK && g->isa && !reference)
        status = hy_isa_set(g->isa);
    if (status == HY_OK && g->threads == 0)
        status = openmp_threads_check();
    if (status == HY_OK && g->pin) /* may start the program anew */
        hy_pin(g->threads > 0 ? g->threads : hy_threads_default());
    if (status == HY_OK && g->threads > 0)
        hy_threads_set(g->threads);
    if (status != HY_OK)
        return status;
    if (wish == WISH_CUDA)
        status = hy_cuda_open(index);
    if (wish == WISH_CUDA || (wish == WISH_AUTO && backend && !g->isa && cuda_answers())) {
        if (status == HY_OK)
            status = cuda_precision(precision);
        if (status == HY_OK && backend)
            *backend = hy_backend(HY_WHERE_CUDA, precision);
        if (status == HY_OK && g->realtime)
            hy_warn_once("--realtime is about the CPU's threads; a GPU is timed by its own clock");
        return status;
    }
    if (g->realtime)
        hy_realtime_want();
    return cpu_backend(precision, reference, backend ? backend : &on_cpu);
}
