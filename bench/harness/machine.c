#include <ctype.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench/harness/env.h"

/* Text behind "key<blanks><separator>" of the first line of a file that begins with key; "" if none. */
static void line_value(const char *path, const char *key, char separator, char *out, size_t size)
{
    char line[512];
    out[0] = '\0';
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return;
    while (out[0] == '\0' && fgets(line, sizeof line, f)) {
        char *value = strchr(line, separator);
        if (strncmp(line, key, strlen(key)) != 0 || value == NULL)
            continue;
        value++;
        while (isspace((unsigned char)*value) || *value == '"')
            value++;
        size_t n = strlen(value);
        while (n > 0 && (isspace((unsigned char)value[n - 1]) || value[n - 1] == '"'))
            n--;
        snprintf(out, size, "%.*s", (int)n, value);
    }
    fclose(f);
}

double hy_clock_mhz(void)
{
    char text[64];
    line_value("/proc/cpuinfo", "cpu MHz", ':', text, sizeof text);
    return atof(text);
}

/* Bytes of core 0's data or unified cache of a level, from the kernel's own list. */
static size_t cache_bytes(int level)
{
    for (int i = 0; i < 8; i++) {
        char path[96], text[64], type[64];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
        FILE *f = fopen(path, "r");
        if (f == NULL)
            break;
        int found = fscanf(f, "%63s", text) == 1 && atoi(text) == level;
        fclose(f);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/type", i);
        f = found ? fopen(path, "r") : NULL;
        if (f == NULL)
            continue;
        found = fscanf(f, "%63s", type) == 1 && strcmp(type, "Instruction") != 0;
        fclose(f);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        f = found ? fopen(path, "r") : NULL;
        if (f == NULL)
            continue;
        size_t kib = 0;
        found = fscanf(f, "%zuK", &kib) == 1;
        fclose(f);
        if (found)
            return kib * 1024;
    }
    static const int names[] = {0, _SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
    long bytes = sysconf(names[level]);
    return bytes > 0 ? (size_t)bytes : 0;
}

void hy_machine_get(struct hy_machine *m)
{
    memset(m, 0, sizeof *m);
    line_value("/proc/cpuinfo", "model name", ':', m->cpu, sizeof m->cpu);
    line_value("/etc/os-release", "PRETTY_NAME", '=', m->os, sizeof m->os);
    struct utsname u;
    if (uname(&u) == 0)
        snprintf(m->kernel, sizeof m->kernel, "%.60s %.60s %.30s", u.sysname, u.release, u.machine);
    m->cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    m->cores_allowed = omp_get_num_procs(); /* as the process began: later each thread may be bound to one */
    m->l1d_bytes = cache_bytes(1);
    m->l2_bytes = cache_bytes(2);
    m->llc_bytes = cache_bytes(3);
    if (m->llc_bytes == 0)
        m->llc_bytes = m->l2_bytes;
    m->memory_bytes = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    m->clock_mhz = hy_clock_mhz();
}

void hy_time_utc(char text[32])
{
    time_t now = time(NULL);
    struct tm t;
    gmtime_r(&now, &t);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &t);
}
