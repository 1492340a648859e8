#include "bench/harness/env.h"

#include <cairo/cairo.h>
#include <csv.h>
#include <cyaml/cyaml.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "bench/harness/build.h"
#include "bench/harness/host.h"
#include "bench/harness/pin.h"
#include "bench/harness/realtime.h"
#include "bench/instrument/cupti_api.h"
#include "bench/instrument/nvml.h"
#include "bench/instrument/tools.h"
#include "kernels/base/file.h"
#include "kernels/base/gpu_library.h"
#include "kernels/base/threads.h"
#include "kernels/blas_core.h"
#include "kernels/device.h"
#include "kernels/dispatch.h"
#include "kernels/linear.h"
#include "kernels/matmul.h"

/* Debian's OpenBLAS keeps these out of cblas.h's include path on some versions; the symbols are its public API. */
extern char *openblas_get_config(void);
extern int openblas_get_num_threads(void);

enum { LIBRARIES = 10 };
static struct hy_library libraries[LIBRARIES + 1];

static void find_libraries(void)
{
    struct hy_library *l = libraries;
    *l = (struct hy_library){.name = "openblas"};
    snprintf(l->version, sizeof l->version, "%s core=%s", openblas_get_config(), hy_blas_core()->name);
    *++l = (struct hy_library){.name = "onednn"};
    snprintf(l->version, sizeof l->version, "%s", hy_matmul_library());
    *++l = (struct hy_library){.name = "openmp"};
    snprintf(l->version, sizeof l->version, "%d", _OPENMP);
    *++l = (struct hy_library){.name = "cairo"};
    snprintf(l->version, sizeof l->version, "%s", cairo_version_string());
    *++l = (struct hy_library){.name = "qpdf"};
    snprintf(l->version, sizeof l->version, "%s", qpdf_get_qpdf_version());
    *++l = (struct hy_library){.name = "libcsv"};
    snprintf(l->version, sizeof l->version, "%d.%d.%d", CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
    *++l = (struct hy_library){.name = "libcyaml"};
    snprintf(l->version, sizeof l->version, "%s", cyaml_version_str);
    *++l = (struct hy_library){.name = "jansson"};
    snprintf(l->version, sizeof l->version, "%s", jansson_version_str());
    *++l = (struct hy_library){.name = "pcre2"};
    char pcre2[64] = "";
    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    snprintf(l->version, sizeof l->version, "%s", pcre2);
    *++l = (struct hy_library){.name = "openssl"};
    snprintf(l->version, sizeof l->version, "%s", OpenSSL_version(OPENSSL_VERSION));
    HY_ASSERT(l == libraries + LIBRARIES - 1, "the list of libraries and its size disagree");
}

const struct hy_library *hy_libraries(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_libraries);
    return libraries;
}

static json_t *machine_json(void)
{
    struct hy_machine m;
    hy_machine_get(&m);
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:I, s:I, s:f}", "cpu", m.cpu, "kernel", m.kernel, "os", m.os,
                     "cores", m.cores, "cores_allowed", m.cores_allowed, "l1d_bytes", (json_int_t)m.l1d_bytes,
                     "l2_bytes", (json_int_t)m.l2_bytes, "llc_bytes", (json_int_t)m.llc_bytes, "memory_bytes",
                     (json_int_t)m.memory_bytes, "clock_mhz", m.clock_mhz);
}

/* What programs may run on: the CPU, and the GPU that was opened. */
static json_t *devices_json(void)
{
    const struct hy_cuda_about a = hy_cuda_about();
    json_t *devices = json_pack("[s]", "cpu");
    if (a.name[0])
        json_array_append_new(devices, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:I}", "cuda", a.name, "index",
                                                 a.index, "sm", a.sm, "multiprocessors", a.multiprocessors, "driver",
                                                 a.driver, "runtime", a.runtime, "memory_bytes",
                                                 (json_int_t)a.memory_bytes, "l2_bytes", (json_int_t)a.l2_bytes));
    return devices;
}

void hy_env_look_for_gpu_libraries(void)
{
    const struct hy_cupti *cupti;
    const char *products = hy_cuda_products();
    if (products && !hy_gpu_library_look(products))
        (void)hy_gpu_library_open(products, NULL);
    if (!hy_tool_attached()) /* beside another profiler CUPTI is left alone */
        (void)hy_cupti_load(&cupti);
    (void)hy_nvml_loaded();
}

/* Of each that was looked for: the path and by which way it was found, or the sentence. */
static json_t *gpu_libraries_json(void)
{
    const struct hy_gpu_library *l;
    json_t *all = json_object();
    if (hy_cuda_about().name[0])
        hy_env_look_for_gpu_libraries();
    for (int i = 0; (l = hy_gpu_library_at(i)); i++) {
        json_t *one = *l->lack ? json_pack("{s:s}", "lack", l->lack)
                               : json_pack("{s:s, s:s}", "path", l->path, "found_by", l->from);
        json_object_set_new(all, l->file, one ? one : json_string("(not UTF-8)"));
    }
    return all;
}

/* Every variable of the environment that may change what runs or how fast: as it is set, of whatever value. */
static json_t *variables_json(void)
{
    static const char *const prefixes[] = {"OMP_",  "GOMP_",   "OPENBLAS_", "MKL_",
                                           "DNNL_", "ONEDNN_", "CUDA_",     "HYMBENCH_"};
    json_t *variables = json_object();
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        bool ours = false;
        for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
            ours = ours || strncmp(*entry, prefixes[i], strlen(prefixes[i])) == 0;
        if (!ours || !equals)
            continue;
        char *name = hy_format("%.*s", (int)(equals - *entry), *entry);
        json_t *value = json_string(equals + 1);
        json_object_set_new(variables, name, value ? value : json_string("(not UTF-8)"));
        free(name);
    }
    return variables;
}

/* What products are made with: kernels for which processor, on how many threads. */
static json_t *blas_json(void)
{
    const struct hy_blas_core *core = hy_blas_core();
    return json_pack("{s:s, s:b, s:b, s:s*, s:i, s:s, s:s}", "core", core->name, "core_asked", core->asked, "core_used",
                     core->used, "core_note", core->why, "threads", openblas_get_num_threads(), "products",
                     hy_gemm_library(), "onednn_isa", hy_matmul_isa());
}

/* As asked for, and as it came. */
static json_t *settings_json(void)
{
    return json_pack("{s:i, s:i, s:s, s:b, s:s}", "threads", hy_threads(), "threads_asked", hy_threads_asked(), "isa",
                     hy_isa_name(hy_isa()), "pinned", hy_pinned(), "realtime", hy_realtime_state());
}

json_t *hy_env_json(void)
{
    char now[32];
    hy_time_utc(now);
    json_t *names = json_object();
    for (const struct hy_library *l = hy_libraries(); l->name; l++)
        json_object_set_new(names, l->name, json_string(l->version));
    json_t *env = json_pack("{s:o, s:{s:s, s:s, s:b, s:s, s:s, s:s}, s:o, s:o, s:o, s:o, s:o, s:s}", "machine",
                            machine_json(), "build", "version", HY_VERSION, "git_sha", hy_build_git_sha(), "dirty",
                            hy_build_dirty(), "compiler", hy_build_compiler(), "flags", hy_build_flags(), "isa_flags",
                            hy_build_isa_flags(), "libraries", names, "devices", devices_json(), "settings",
                            settings_json(), "host", hy_host_json(), "blas", blas_json(), "time_utc", now);
    HY_ASSERT(env, "a string of the environment is not UTF-8");
    json_object_set_new(env, "gpu_libraries", gpu_libraries_json());
    json_object_set_new(env, "variables", variables_json());
    return env;
}

hy_status hy_env_write(const json_t *env, const char *path)
{
    char *text = json_dumps(env, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    HY_ASSERT(text, "out of memory for env.json");
    char *line = hy_format("%s\n", text);
    hy_status status = hy_write_file(path, line, strlen(line));
    free(line);
    free(text);
    return status;
}
