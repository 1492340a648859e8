/* A libnvidia-ml that needs no GPU: two of them, that tell what the environment says.
 *   MOCK_NVML_FAIL=nvmlDeviceGetPowerUsage   that entry answers "not supported"
 *   MOCK_NVML_REASONS=0x44                   the throttle reasons
 *   MOCK_NVML_WATTS=500                      what a second of wall time costs in joules */
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
    *mhz = (type == 1 ? 1980 : 2619) - number_of(device);
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
    const char *reasons = getenv("MOCK_NVML_REASONS");
    *bits = reasons ? strtoull(reasons, NULL, 0) : 0;
    return verdict("nvmlDeviceGetCurrentClocksThrottleReasons");
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules)
{
    (void)device;
    const char *watts = getenv("MOCK_NVML_WATTS");
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    *millijoules = (unsigned long long)(seconds * 1e3 * (watts ? atof(watts) : 300));
    return verdict("nvmlDeviceGetTotalEnergyConsumption");
}
