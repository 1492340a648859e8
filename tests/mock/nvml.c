/* A libnvidia-ml that needs no GPU: two of them, that tell what the environment says.
 *   MOCK_NVML_FAIL=nvmlDeviceGetPowerUsage   that entry answers "not supported"
 *   MOCK_NVML_REASONS=0x44                   the reasons for other clocks; of a list (0,0x4,0) each question is given
 * the next, and the last one from then on MOCK_NVML_SM_MHZ=1980,1500               the clock, in the same way
 *   MOCK_NVML_WATTS=500                      what a second of wall time costs in joules
 *   MOCK_NVML_TICK_MS=100                    the counter of energy moves so often */
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NOT_SUPPORTED = 3, NOT_FOUND = 6 };

int nvmlInit_v2(void);
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device);
int nvmlDeviceGetHandleByUUID(const char *uuid, void **device);
int nvmlDeviceGetClockInfo(void *device, int type, unsigned *mhz);
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts);
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius);
int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *bits);
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules);

static char devices[2];

static int verdict(const char *entry)
{
    const char *fails = getenv("MOCK_NVML_FAIL");
    return fails && strcmp(fails, entry) == 0 ? NOT_SUPPORTED : 0;
}

/* The next number of a list in the environment. */
static unsigned long long next_of(const char *name, unsigned *asked, unsigned long long otherwise)
{
    const char *list = getenv(name);
    if (!list)
        return otherwise;
    for (unsigned i = 0; i < *asked; i++) {
        const char *comma = strchr(list, ',');
        if (!comma)
            break;
        list = comma + 1;
    }
    ++*asked;
    return strtoull(list, NULL, 0);
}

static unsigned number_of(void *device)
{
    return (unsigned)((char *)device - devices);
}

int nvmlInit_v2(void)
{
    return verdict("nvmlInit_v2");
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    if (index >= sizeof devices)
        return NOT_FOUND;
    *device = &devices[index];
    return verdict("nvmlDeviceGetHandleByIndex_v2");
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **device)
{
    if (strcmp(uuid, "GPU-2") != 0)
        return NOT_FOUND;
    *device = &devices[1];
    return 0;
}

int nvmlDeviceGetClockInfo(void *device, int type, unsigned *mhz)
{
    static unsigned asked;
    *mhz = (type == 1 ? (unsigned)next_of("MOCK_NVML_SM_MHZ", &asked, 1980) : 2619) - number_of(device);
    return verdict("nvmlDeviceGetClockInfo");
}

int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts)
{
    *milliwatts = 456500 + number_of(device);
    return verdict("nvmlDeviceGetPowerUsage");
}

int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius)
{
    (void)device;
    *celsius = 61;
    return sensor == 0 ? verdict("nvmlDeviceGetTemperature") : NOT_SUPPORTED;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *bits)
{
    (void)device;
    static unsigned asked;
    *bits = next_of("MOCK_NVML_REASONS", &asked, 0);
    return verdict("nvmlDeviceGetCurrentClocksThrottleReasons");
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules)
{
    (void)device;
    const char *watts = getenv("MOCK_NVML_WATTS"), *tick = getenv("MOCK_NVML_TICK_MS");
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    if (tick && atof(tick) > 0)
        seconds = (double)(long long)(seconds * 1e3 / atof(tick)) * atof(tick) * 1e-3;
    *millijoules = (unsigned long long)(seconds * 1e3 * (watts ? atof(watts) : 300));
    return verdict("nvmlDeviceGetTotalEnergyConsumption");
}
