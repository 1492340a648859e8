/* hymbench env: what results made here will say about machine, build and peaks. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/cli/options.h"
#include "bench/cli/settings.h"
#include "bench/commands/commands.h"
#include "bench/harness/build.h"
#include "bench/harness/env.h"
#include "bench/harness/host.h"
#include "bench/harness/pin.h"
#include "bench/harness/realtime.h"
#include "bench/harness/roofs.h"
#include "bench/harness/siblings.h"
#include "bench/instrument/counters.h"
#include "bench/instrument/instrument.h"
#include "kernels/base/gpu_library.h"
#include "kernels/base/threads.h"
#include "kernels/blas_core.h"
#include "kernels/device.h"
#include "kernels/dispatch.h"
#include "kernels/products.h"

enum { MOST_METRICS = 64 };

/* What a GPU is driven and measured with: where each was found, or in what places not. */
static void print_gpu_libraries(void)
{
    const struct hy_gpu_library *l;
    hy_env_look_for_gpu_libraries();
    for (int i = 0; (l = hy_gpu_library_at(i)); i++)
        if (*l->lack)
            printf("  %-14s %s\n", *l->path ? l->file : "(missing)", l->lack);
        else
            printf("  %-14s %s (by %s)\n", l->file, l->path, l->from);
}

/* The GPU that --device cuda or auto takes, or why there is none. */
static void print_cuda(void)
{
    if (!hy_cuda_about().name[0] && hy_cuda_open(0) != HY_OK) {
        printf("  %-14s none; %s\n", "cuda", hy_error());
        return;
    }
    const struct hy_cuda_about a = hy_cuda_about();
    printf("  %-14s %s, compute capability %d.%d, %.1f GiB: f32%s\n", "cuda", a.name, a.sm / 10, a.sm % 10,
           (double)a.memory_bytes / (1 << 30), hy_cuda_multiplies(HY_BF16) ? ", tf32, bf16" : "");
}

/* A line per peak that there is: the rate, when its best burst was, and how many of them were undisturbed. */
static void print_peaks(const struct hy_roofs *r)
{
    printf("measured peaks (f32, %d threads)\n", hy_threads());
    for (int i = 0; i < HY_PEAKS; i++) {
        const struct hy_peak_evidence *e = &r->evidence[i];
        if (r->peaks.rate[i] > 0)
            printf("  %-18s %9.1f %-8s %s, %ld of %ld bursts undisturbed%s\n", hy_peak_name((enum hy_peak)i),
                   r->peaks.rate[i], i < HY_PEAK_STREAMS ? "GFLOP/s" : "GB/s", e->taken, e->bursts - e->disturbed,
                   e->bursts, hy_peak_quiet(e) ? "" : "; not quiet");
    }
}

/* A line per fact of the host that is known. */
static void print_host(void)
{
    json_t *host = hy_host_json(), *value;
    const char *key;
    printf("host\n");
    json_object_foreach(host, key, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
        if (json_is_string(value))
            printf("  %-22s %s\n", key, json_string_value(value));
        else if (!json_is_null(value) && text)
            printf("  %-22s %s\n", key, text);
        free(text);
    }
    json_decref(host);
}

/* Where cores may be somebody else's too: how wide ours are, and how often they were not ours alone. */
static void print_siblings(void)
{
    if (!hy_siblings_possible())
        return;
    const struct hy_widths *w = hy_siblings_seen();
    printf("  neighbours     on our cores in %.0f %% of %ld looks (a core does %.2f additions in the time of one link "
           "of a "
           "chain)\n",
           100 * (double)w->shared / (double)w->taken, w->taken, hy_widths_best(w));
}

static void print_text(const struct hy_roofs *r)
{
    struct hy_machine m;
    hy_machine_get(&m);
    printf("machine\n");
    printf("  cpu            %s\n", m.cpu);
    printf("  cores          %d, %d of them allowed, %.0f MHz now\n", m.cores, m.cores_allowed, m.clock_mhz);
    printf("  caches         L1d %zu KiB, L2 %zu KiB per core; last level %zu KiB\n", m.l1d_bytes >> 10,
           m.l2_bytes >> 10, m.llc_bytes >> 10);
    printf("  memory         %.1f GiB\n", (double)m.memory_bytes / (1 << 30));
    printf("  system         %s, %s\n", m.os, m.kernel);
    print_host();
    printf("settings\n");
    printf("  threads        %d%s\n", hy_threads(), hy_pinned() ? ", each bound to a core" : "");
    printf("  realtime       %s\n", hy_realtime_state());
    printf("  isa            %s (the machine's highest: %s)\n", hy_isa_name(hy_isa()),
           hy_isa_name(hy_isa_of_machine()));
    print_siblings();
    printf("build\n");
    printf("  hymbench       %s, git %s%s\n", HY_VERSION, hy_build_git_sha(), hy_build_dirty() ? " (modified)" : "");
    printf("  compiler       %s\n", hy_build_compiler());
    printf("  flags          %s\n", hy_build_flags());
    printf("  isa flags      %s\n", hy_build_isa_flags());
    printf("libraries\n");
    for (const struct hy_library *l = hy_libraries(); l->name; l++)
        printf("  %-14s %s\n", l->name, l->version);
    if (hy_blas_core()->why)
        printf("  %-14s %s\n", "openblas core", hy_blas_core()->why);
    printf("  %-14s %s\n", "nvtx", hy_nvtx_built_in() ? "built in" : "not in this build (no nvtx3 headers)");
    print_gpu_libraries();
    printf("devices\n");
    printf("  cpu            f32%s\n", hy_precision_check(HY_BF16) == HY_OK ? ", bf16" : "");
    print_cuda();
    printf("  %-14s %s (HYMBENCH_TIMED_PRODUCTS=1; now %s)\n", "unproven",
           "no GPU has run cuBLASLt's algorithms chosen by time", hy_products_timed() ? "on" : "off");
    print_peaks(r);
}

static hy_status print_json(const struct hy_roofs *r)
{
    hy_env_look_for_gpu_libraries();
    json_t *env = hy_env_json();
    json_object_set_new(env, "peaks", hy_peaks_json(&r->peaks));
    json_object_set_new(env, "peaks_taken", hy_roofs_evidence_json(r));
    if (hy_siblings_possible()) {
        const struct hy_widths *w = hy_siblings_seen();
        json_object_set_new(env, "siblings",
                            json_pack("{sf,sI,sI}", "core_width", hy_widths_best(w), "looks", (json_int_t)w->taken,
                                      "shared", (json_int_t)w->shared));
    }
    int failed = json_dumpf(env, stdout, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9)) || putchar('\n') < 0;
    json_decref(env);
    return failed ? hy_fail(HY_RUN_FAILED, "standard output could not be written") : HY_OK;
}

/* Passes of each metric alone and of all together, on a chip nobody needs to have. */
static hy_status print_counters(const char *chip, const struct hy_list *asked)
{
    const char *const *metrics = hy_counters_default;
    const char *given[MOST_METRICS];
    int n = 0, passes;
    if (asked->n > MOST_METRICS)
        return hy_fail(HY_BAD_INPUT, "--cupti-metrics takes at most %d metrics, not %d", MOST_METRICS, asked->n);
    for (; n < asked->n; n++)
        given[n] = asked->items[n];
    if (n > 0)
        metrics = given;
    else
        while (metrics[n])
            n++;
    hy_status status = hy_counters_passes(chip, metrics, n, &passes);
    if (status != HY_OK)
        return status;
    printf("%-8s %6s  %s\n", "chip", "passes", "metric");
    for (int i = 0; i < n; i++) {
        int alone;
        if ((status = hy_counters_passes(chip, &metrics[i], 1, &alone)) != HY_OK)
            return status;
        printf("%-8s %6d  %s\n", chip, alone, metrics[i]);
    }
    printf("%-8s %6d  all %d together\n", chip, passes, n);
    return HY_OK;
}

hy_status hy_cmd_env(int argc, char **argv)
{
    struct hy_globals g;
    bool json = false, refresh = false, help;
    const char *chip = NULL;
    struct hy_list metrics = {0};
    const struct hy_option options[] = {
        {.name = "json", .kind = HY_OPT_FLAG, .to = &json, .help = "print JSON, as env.json of a run has it"},
        {.name = "refresh", .kind = HY_OPT_FLAG, .to = &refresh, .help = "measure the peaks again"},
        {.name = "chip",
         .kind = HY_OPT_STRING,
         .to = &chip,
         .value = "NAME",
         .help = "print instead in how many passes that chip (GH100) counts the metrics"},
        {.name = "cupti-metrics",
         .kind = HY_OPT_LIST,
         .to = &metrics,
         .value = "A,B",
         .help = "with --chip: these hardware counters instead of the usual ones"},
        {0},
    };
    const struct hy_command usage = {
        .name = "env",
        .summary = "Machine, compiler, libraries, devices, measured peaks. A GPU's libraries are looked for in the\n"
                   "folders of HYMBENCH_CUDA_LIBS, on the loader's path, in CUDA_HOME, among python3's packages.",
        .options = options};
    hy_status status = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
    if (status == HY_OK && !help && metrics.n > 0 && !chip)
        status = hy_fail(HY_BAD_INPUT, "--cupti-metrics needs to know whose: add --chip NAME, as --chip GH100");
    else if (status == HY_OK && !help && chip)
        status = print_counters(chip, &metrics);
    hy_list_fini(&metrics);
    if (status || help || chip)
        return status;
    if ((status = hy_settings_apply(&g, NULL)) != HY_OK)
        return status;
    struct hy_roofs roofs;
    hy_roofs_open(&roofs, refresh);
    if (json)
        status = print_json(&roofs);
    else
        print_text(&roofs);
    hy_roofs_close(&roofs);
    return status;
}
