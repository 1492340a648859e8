/* What a step spends op by op, what keeps keys and values, and the machine's peaks: read from a run folder. */
#include "report/findings/step_ops.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/kv_structure.h"
#include "report/findings/peaks.h"
#include "report/findings/published.h"
#include "tests/report/folder.h"

static struct hy_run_data load(const char *dir)
{
    struct hy_run_data d;
    cr_assert_eq(hy_run_data_load(&d, dir), HY_OK, "%s", hy_error());
    return d;
}

/* Layers and passes are summed, the costliest is first, and a pass of no step takes no part. */
Test(step_ops, sums_layers_and_passes)
{
    char *dir = copy_of_fixture();
    write_text(dir, "ops.csv",
               "variant,op,layer,pass,calls,time_ms,share_pct,flops,bytes,roof_pct,quality\n"
               "Hybrid-Mine,scan,0,forward,1,1,,100,10,50,ok\n"
               "Hybrid-Mine,scan,1,forward,1,2,,100,10,,ok\n"
               "Hybrid-Mine,scan,0,backward,1,3,,100,10,10,ok\n"
               "Hybrid-Mine,adamw,,update,1,9,,,40,,ok\n"
               "Hybrid-Mine,scan,0,decode,1,77,,100,10,50,ok\n"
               "Mamba-only,scan,0,forward,4,5,,100,10,50,ok\n");
    struct hy_run_data d = load(dir);
    struct hy_step_ops s;
    hy_step_ops_make(&s, &d, "Hybrid-Mine");
    cr_assert_eq(s.count, 2);
    cr_assert_str_eq(s.item[0].op, "adamw");
    cr_assert_eq(s.ms, 15);
    const struct hy_op_sum *scan = hy_step_ops_find(&s, "scan");
    cr_assert(scan);
    cr_assert_eq(scan->ms[HY_STEP_FORWARD], 3);
    cr_assert_eq(scan->ms[HY_STEP_BACKWARD], 3);
    cr_assert_eq(scan->all_ms, 6);
    cr_assert_eq(scan->calls, 3);
    cr_assert_eq(scan->flops, 300);
    cr_assert_float_eq(scan->roof_pct, (1 * 50 + 3 * 10) / 4.0, 1e-9, "of the rows that know their roof");
    cr_assert(isnan(s.item[0].roof_pct));
    cr_assert_null(hy_step_ops_find(&s, "linear"));
    hy_step_ops_fini(&s);
    hy_step_ops_make(&s, &d, "Transformer-only");
    cr_assert_eq(s.count, 0);
    hy_step_ops_fini(&s);
    hy_run_data_fini(&d);
    remove_folder(dir);
}

/* The best-ranked whose profile holds goes before a better one whose does not. */
Test(step_ops, prefers_a_profile_that_holds)
{
    char *dir = copy_of_fixture();
    write_text(dir, "ops.csv",
               "variant,op,layer,pass,calls,time_ms,quality\n"
               "Hybrid-Official,scan,0,forward,1,1,disturbed\n"
               "Mamba-only,scan,0,forward,1,2,ok\n");
    struct hy_run_data d = load(dir);
    cr_assert_str_eq(hy_step_ops_of(&d)->name, "Mamba-only");
    hy_run_data_fini(&d);
    cr_assert_eq(replace_in(dir, "ops.csv", ",ok", ",drifted"), 1);
    d = load(dir);
    cr_assert_str_eq(hy_step_ops_of(&d)->name, "Hybrid-Official");
    hy_run_data_fini(&d);
    remove_file(dir, "ops.csv");
    d = load(dir);
    cr_assert_null(hy_step_ops_of(&d));
    hy_run_data_fini(&d);
    remove_folder(dir);
}

/* ---- keys and values -------------------------------------------------------------------------------------- */
Test(kv_structure, of_the_fixture)
{
    struct hy_run_data d = load(FIXTURE);
    struct hy_kv_structure k;
    hy_kv_structure_make(&k, &d, "Hybrid-Mine");
    cr_assert_eq(k.layers, 11);
    cr_assert_eq(k.attention, 11);
    cr_assert_eq(k.caches, 7);
    cr_assert_eq(k.layer[2].role, HY_ROLE_CONSUMER);
    cr_assert_eq(k.layer[2].producer, 1);
    cr_assert_eq(k.bytes, 672 * 1024);
    cr_assert_eq(k.unshared_bytes, k.bytes + 4 * k.layer[1].bytes);
    cr_assert_eq(hy_kv_plain_bytes(&d, "Hybrid-Mine"), 1760 * 1024);
    hy_kv_structure_make(&k, &d, "Mamba-only");
    cr_assert_eq(k.layers, 8);
    cr_assert_eq(k.attention + k.caches, 0);
    cr_assert_eq(k.bytes, 0);
    cr_assert(isnan(hy_kv_plain_bytes(&d, "Mamba-only")));
    hy_kv_structure_make(&k, &d, "nobody");
    cr_assert_eq(k.layers, 0);
    hy_run_data_fini(&d);
}

/* Layers past the most, without a number, with a producer that is none: no row may break anything. */
Test(kv_structure, hostile_rows)
{
    char *dir = copy_of_fixture();
    write_text(dir, "kv.csv",
               "variant,layer,attention,role,producer,heads,cached_tokens,bytes\n"
               "Hybrid-Mine,,global,global,0,2,4,100\nHybrid-Mine,64,global,global,0,2,4,100\n"
               "Hybrid-Mine,-1,global,global,0,2,4,100\nHybrid-Mine,1e9,global,global,0,2,4,100\n"
               "Hybrid-Mine,nan,global,global,0,2,4,100\nHybrid-Mine,1,local,consumer,999,2,0,0\n"
               "Hybrid-Mine,2,local,consumer,,2,0,nan\nHybrid-Mine,3,sideways,gone,0,2,4,-5\n");
    struct hy_run_data d = load(dir);
    struct hy_kv_structure k;
    hy_kv_structure_make(&k, &d, "Hybrid-Mine");
    cr_assert_eq(k.layers, 4);
    cr_assert_eq(k.attention, 2);
    cr_assert_eq(k.caches, 0);
    cr_assert_eq(k.bytes, 0);
    hy_run_data_fini(&d);
    remove_folder(dir);
}

/* ---- the paper, the machine ---------------------------------------------------------------------------------- */

/* Every size in the paper's tables, to the digit that it prints. */
Test(published, the_papers_sizes)
{
    cr_assert_eq(hy_published_cache_count, 12);
    for (size_t i = 0; i < hy_published_cache_count; i++) {
        const struct hy_published_cache *c = &hy_published_caches[i];
        const double mb = hy_published_bytes(c) / 1e6, printed = strtod(c->printed, NULL);
        const char *dot = strchr(c->printed, '.');
        const double digit = dot ? pow(10, -(double)strlen(dot + 1)) : 1;
        cr_assert_leq(fabs(mb - printed), digit / 2, "%s: %g and %s", c->model, mb, c->printed);
        const double buffers = hy_published_buffers(c) / 1e6;
        cr_assert(c->state == 0 && c->run[0] == 0 ? buffers == mb : buffers > mb * 0.9 && buffers < mb * 1.2, "%s",
                  c->model);
    }
    cr_assert_float_eq(hy_nanogpt_bits(), 2.1203, 1e-4);
}

Test(peaks, under_new_and_old_names)
{
    char *dir = copy_of_fixture();
    write_text(dir, "env.json",
               "{\"peaks\": {\"sgemm_gflops\": 200, \"tf32_gflops\": 0, \"l2_write_gbps\": 7, \"read_gbps\": 50,"
               " \"llc_gbps\": 60, \"memory_copy_gbps\": \"many\"}}");
    struct hy_run_data d = load(dir);
    cr_assert_eq(hy_env_peak(&d, "sgemm_gflops"), 200);
    cr_assert(isnan(hy_env_peak(&d, "tf32_gflops")), "0: the machine has none");
    cr_assert(isnan(hy_env_peak(&d, "bf16_gflops")));
    cr_assert_eq(hy_env_bandwidth(&d, HY_ENV_L2, HY_ENV_WRITE), 7);
    cr_assert_eq(hy_env_bandwidth(&d, HY_ENV_MEMORY, HY_ENV_READ), 50);
    cr_assert_eq(hy_env_bandwidth(&d, HY_ENV_LLC, HY_ENV_READ), 60);
    cr_assert(isnan(hy_env_bandwidth(&d, HY_ENV_LLC, HY_ENV_COPY)));
    cr_assert(isnan(hy_env_bandwidth(&d, HY_ENV_MEMORY, HY_ENV_COPY)));
    hy_run_data_fini(&d);
    remove_file(dir, "env.json");
    d = load(dir);
    cr_assert(isnan(hy_env_peak(&d, "sgemm_gflops")));
    hy_run_data_fini(&d);
    remove_folder(dir);
}
