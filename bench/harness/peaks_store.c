#include "bench/harness/peaks_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/env.h"
#include "bench/harness/stats.h"
#include "kernels/base/file.h"

/* Counts up when the way of measuring changes: older files are then left alone. */
enum { VERSION = 7 };

/* So many runs say what is usual; a machine that has changed for good is believed after half of them. */
enum { LAST_RUNS = 9, FEWEST_RUNS = 3 };

char *hy_peaks_store_path(const char *key)
{
    char hex[65];
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *whole = hy_format("v%d|%s", VERSION, key);
    hy_sha256_hex(whole, strlen(whole), hex);
    free(whole);
    if (xdg && xdg[0] == '/')
        return hy_format("%s/hymbench/peaks-%.16s.json", xdg, hex);
    if (home && home[0] == '/')
        return hy_format("%s/.cache/hymbench/peaks-%.16s.json", home, hex);
    return NULL;
}

static void load_one(json_t *entry, double *rate, struct hy_peak_evidence *e)
{
    const char *taken = NULL, *witness = NULL;
    json_int_t bursts, disturbed;
    double value;
    if (json_unpack(entry, "{s:F, s:s, s:I, s:I, s:s}", "rate", &value, "taken", &taken, "bursts", &bursts, "disturbed",
                    &disturbed, "witness", &witness) != 0 ||
        !(value > 0) || disturbed < 0 || bursts < disturbed)
        return;
    *rate = value;
    e->bursts = (long)bursts;
    e->disturbed = (long)disturbed;
    snprintf(e->taken, sizeof e->taken, "%s", taken);
    snprintf(e->witness, sizeof e->witness, "%s", witness);
}

void hy_peaks_store_load(const char *path, const char *key, struct hy_peaks *p, struct hy_peak_evidence *evidence)
{
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    const char *of = json_string_value(json_object_get(root, "key"));
    for (int i = 0; of && strcmp(of, key) == 0 && i < HY_PEAKS; i++)
        load_one(json_object_get(json_object_get(root, "peaks"), hy_peak_name((enum hy_peak)i)), &p->rate[i],
                 &evidence[i]);
    json_decref(root);
}

static double positive(const json_t *value)
{
    return json_number_value(value) > 0 ? json_number_value(value) : 0;
}

/* The median of a list; 0 where it is too short or holds anything else. */
static double usual(const json_t *list)
{
    double values[LAST_RUNS];
    const size_t n = json_array_size(list);
    if (n < FEWEST_RUNS || n > LAST_RUNS)
        return 0;
    for (size_t i = 0; i < n; i++)
        if ((values[i] = positive(json_array_get(list, i))) <= 0)
            return 0;
    return hy_median(values, n);
}

/* Under `name` the list of the file's last runs, and this one's. */
static void append(json_t *root, const json_t *before, const char *name, double value)
{
    const json_t *old = json_object_get(before, name);
    json_t *list = json_array();
    const size_t n = json_array_size(old), skip = n >= LAST_RUNS && value > 0 ? n - LAST_RUNS + 1 : 0;
    for (size_t i = skip; i < n; i++)
        json_array_append(list, json_array_get(old, i));
    if (value > 0)
        json_array_append_new(list, json_real(value));
    json_object_set_new(root, name, list);
}

struct hy_cores_seen hy_peaks_store_cores(const char *path)
{
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    const struct hy_cores_seen seen = {
        positive(json_object_get(root, "core_width")),
        positive(json_object_get(root, "handover_ns")),
        {usual(json_object_get(root, "clock_round_ns")), usual(json_object_get(root, "copy_byte_ns"))}};
    json_decref(root);
    return seen;
}

void hy_peaks_store_keep(const char *path, const char *key, const struct hy_peaks *p,
                         const struct hy_peak_evidence *evidence, struct hy_cores_seen cores)
{
    json_t *root = json_pack("{ss,s{}}", "key", key, "peaks");
    HY_ASSERT(root, "the key of the peaks is not UTF-8");
    for (int i = 0; i < HY_PEAKS; i++) {
        const struct hy_peak_evidence *e = &evidence[i];
        if (p->rate[i] > 0)
            json_object_set_new(json_object_get(root, "peaks"), hy_peak_name((enum hy_peak)i),
                                json_pack("{sf,ss,sI,sI,ss}", "rate", p->rate[i], "taken", e->taken, "bursts",
                                          (json_int_t)e->bursts, "disturbed", (json_int_t)e->disturbed, "witness",
                                          e->witness));
    }
    if (cores.width > 0)
        json_object_set_new(root, "core_width", json_real(cores.width));
    if (cores.handover_ns > 0)
        json_object_set_new(root, "handover_ns", json_real(cores.handover_ns));
    json_t *before = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    append(root, before, "clock_round_ns", cores.pace.clock_round_ns);
    append(root, before, "copy_byte_ns", cores.pace.copy_byte_ns);
    json_decref(before);
    char *folder = hy_format("%.*s", (int)(strrchr(path, '/') - path), path);
    hy_status status = hy_make_folders(folder);
    hy_new_files_sweep(folder);
    if (status == HY_OK)
        status = hy_env_write(root, path);
    if (status != HY_OK)
        hy_warn_once("the measured peaks are not kept: %s", hy_error());
    free(folder);
    json_decref(root);
}
