#include "bench/instrument/perf_dram.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "kernels/base/root.h"

static const char DEVICES[] = "/sys/bus/event_source/devices";

static const struct {
    const char *name;
    enum hy_perf_event event;
} counted[] = {
    {"cas_count_read", HY_PERF_DRAM_READ},
    {"cas_count_write", HY_PERF_DRAM_WRITE},
    {"data_read", HY_PERF_DRAM_READ},
    {"data_write", HY_PERF_DRAM_WRITE},
};

/* The first line of a device's file; false where there is none. */
static bool line_of(const char *device, const char *file, const char *behind, char text[128])
{
    FILE *f = hy_root_fopen("%s/%.64s/%.96s%s", DEVICES, device, file, behind);
    bool read = f && fgets(text, 128, f);
    if (f)
        fclose(f);
    if (read)
        text[strcspn(text, "\n")] = '\0';
    return read;
}

/* Puts "event=0x04,umask=0x03" where the device's format files say: "config:0-7", "config:8-15". */
static bool config_of(const char *device, char *terms, uint64_t *config)
{
    char *rest = NULL;
    *config = 0;
    for (char *term = strtok_r(terms, ",", &rest); term; term = strtok_r(NULL, ",", &rest)) {
        char file[96], format[128];
        int low;
        char *equals = strchr(term, '=');
        if (equals)
            *equals = '\0';
        snprintf(file, sizeof file, "format/%.80s", term);
        if (!line_of(device, file, "", format) || sscanf(format, "config:%d", &low) != 1 || low < 0 || low > 63)
            return false;
        *config |= (equals ? strtoull(equals + 1, NULL, 0) : 1) << low;
    }
    return true;
}

/* What one count is worth, in bytes. */
static double scale_of(const char *device, const char *event)
{
    char scale[128], unit[128];
    if (!line_of(device, event, ".scale", scale) || !line_of(device, event, ".unit", unit))
        return 64; /* a line of the cache */
    return strtod(scale, NULL) * (strcmp(unit, "MiB") == 0 ? 1048576.0 : 1);
}

/* On the first processor of each socket, "0,28" or "0-1". */
static void add_counter(struct hy_perf *p, const char *device, const char *name, enum hy_perf_event event)
{
    char file[96], terms[128], type[128], cpus[128];
    uint64_t config;
    snprintf(file, sizeof file, "events/%s", name);
    if (!line_of(device, file, "", terms) || !line_of(device, "type", "", type) ||
        !line_of(device, "cpumask", "", cpus) || !config_of(device, terms, &config))
        return;
    for (char *at = cpus; *at;) {
        long first = strtol(at, &at, 10), last = first;
        if (*at == '-')
            last = strtol(at + 1, &at, 10);
        for (long cpu = first; cpu <= last; cpu++) {
            struct perf_event_attr attr = {.type = (uint32_t)strtoul(type, NULL, 10), .config = config};
            (void)hy_perf_add(p, event, &attr, (int)cpu, scale_of(device, file));
        }
        if (*at != ',')
            break;
        at++;
    }
}

void hy_perf_add_dram(struct hy_perf *p)
{
    char *folder = hy_format("%s%s", hy_root(), DEVICES);
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        for (size_t i = 0; strncmp(e->d_name, "uncore_imc", 10) == 0 && i < sizeof counted / sizeof *counted; i++)
            add_counter(p, e->d_name, counted[i].name, counted[i].event);
    if (d)
        closedir(d);
    free(folder);
}
