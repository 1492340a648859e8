#include "bench/instrument/nvml.h"

#include <ctype.h>
#include <dlfcn.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/gpu_library.h"

static const char FILE_NAME[] = "libnvidia-ml.so.1";

enum { CLOCK_SM = 1, CLOCK_MEMORY = 2, SENSOR_GPU = 0, SUCCESS = 0 };

/* Each may be NULL but `start`: libraries of all ages are served. */
static struct {
    int (*start)(void);
    int (*by_index)(unsigned index, void **device);
    int (*by_uuid)(const char *uuid, void **device);
    int (*clock)(void *device, int type, unsigned *mhz);
    int (*power)(void *device, unsigned *milliwatts);
    int (*temperature)(void *device, int sensor, unsigned *celsius);
    int (*reasons)(void *device, unsigned long long *bits); /* by its name of today, else by its old one */
    int (*old_reasons)(void *device, unsigned long long *bits);
    int (*energy)(void *device, unsigned long long *millijoules);
} nvml;

static const struct {
    const char *name;
    void *to;
} entries[] = {
    {"nvmlInit_v2", &nvml.start},
    {"nvmlDeviceGetHandleByIndex_v2", &nvml.by_index},
    {"nvmlDeviceGetHandleByUUID", &nvml.by_uuid},
    {"nvmlDeviceGetClockInfo", &nvml.clock},
    {"nvmlDeviceGetPowerUsage", &nvml.power},
    {"nvmlDeviceGetTemperature", &nvml.temperature},
    {"nvmlDeviceGetCurrentClocksEventReasons", &nvml.reasons},
    {"nvmlDeviceGetCurrentClocksThrottleReasons", &nvml.old_reasons},
    {"nvmlDeviceGetTotalEnergyConsumption", &nvml.energy},
};

/* The bits of nvmlClocksEventReasons that mean a slower clock; idle and the users' own settings do not. */
static const struct {
    unsigned long long bit;
    const char *name;
} reasons[] = {
    {0x04, "power cap"},  {0x08, "hw slowdown"}, {0x10, "sync boost"},
    {0x20, "sw thermal"}, {0x40, "hw thermal"},  {0x80, "power brake"},
};

static enum { UNTRIED, ABSENT, STARTED } state;

bool hy_nvml_loaded(void)
{
    if (state != UNTRIED)
        return state == STARTED;
    state = ABSENT;
    void *library = hy_gpu_library_open(FILE_NAME, "HYMBENCH_NVML_LIB");
    if (!library)
        return false;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        void *symbol = dlsym(library, entries[i].name);
        memcpy(entries[i].to, &symbol, sizeof symbol);
    }
    nvml.reasons = nvml.reasons ? nvml.reasons : nvml.old_reasons;
    if (nvml.start && nvml.start() == SUCCESS)
        state = STARTED;
    else
        hy_gpu_library_refuse(FILE_NAME, nvml.start ? "it does not start: is the NVIDIA driver loaded?"
                                                    : "it has no nvmlInit_v2; name the driver's own");
    return state == STARTED;
}

/* The index-th entry of CUDA_VISIBLE_DEVICES: a number, or a UUID put into `uuid`; -1 where the list has
 * no such entry. Without a list CUDA's numbers are the machine's. */
static int machine_index(int index, char *uuid, size_t size)
{
    const char *list = getenv("CUDA_VISIBLE_DEVICES");
    uuid[0] = '\0';
    if (!list)
        return index;
    for (; index > 0 && list; index--) {
        list = strchr(list, ',');
        list = list ? list + 1 : NULL;
    }
    if (!list || !*list)
        return -1;
    if (isdigit((unsigned char)*list))
        return atoi(list);
    snprintf(uuid, size, "%.*s", (int)strcspn(list, ","), list);
    return 0;
}

void *hy_nvml_device(int index)
{
    char uuid[96];
    void *device = NULL;
    if (!hy_nvml_loaded())
        return NULL;
    int number = machine_index(index, uuid, sizeof uuid);
    if (number < 0)
        return NULL;
    if (uuid[0])
        return nvml.by_uuid && nvml.by_uuid(uuid, &device) == SUCCESS ? device : NULL;
    return nvml.by_index && nvml.by_index((unsigned)number, &device) == SUCCESS ? device : NULL;
}

static double clock_of(void *device, int type)
{
    unsigned mhz;
    return nvml.clock && nvml.clock(device, type, &mhz) == SUCCESS ? mhz : NAN;
}

static void name_reasons(void *device, char *text, size_t size)
{
    unsigned long long bits;
    size_t used = 0;
    if (!nvml.reasons || nvml.reasons(device, &bits) != SUCCESS)
        return;
    snprintf(text, size, "none");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (bits & reasons[i].bit)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", reasons[i].name);
}

const struct hy_nvml_sample hy_nvml_unknown = {NAN, NAN, NAN, NAN, ""};

bool hy_nvml_held_back(const struct hy_nvml_sample *s)
{
    return s->throttle[0] && strcmp(s->throttle, "none") != 0;
}

void hy_nvml_sample_of(void *device, struct hy_nvml_sample *s)
{
    unsigned value;
    *s = hy_nvml_unknown;
    if (!device)
        return;
    s->sm_mhz = clock_of(device, CLOCK_SM);
    s->memory_mhz = clock_of(device, CLOCK_MEMORY);
    if (nvml.power && nvml.power(device, &value) == SUCCESS)
        s->power_w = value * 1e-3;
    if (nvml.temperature && nvml.temperature(device, SENSOR_GPU, &value) == SUCCESS)
        s->temperature_c = value;
    name_reasons(device, s->throttle, sizeof s->throttle);
}

void hy_nvml_sample(int index, struct hy_nvml_sample *s)
{
    hy_nvml_sample_of(hy_nvml_device(index), s);
}

double hy_nvml_joules(int index)
{
    unsigned long long millijoules;
    void *device = hy_nvml_device(index);
    return device && nvml.energy && nvml.energy(device, &millijoules) == SUCCESS ? (double)millijoules * 1e-3 : NAN;
}
