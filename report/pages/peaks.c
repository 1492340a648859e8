/* The ceilings that this machine was measured at. */
#include <math.h>
#include <string.h>

#include "report/findings/peaks.h"
#include "report/pages/environment.h"

static void arithmetic(struct hy_doc *d, const struct hy_report *r)
{
    static const struct {
        const char *peak, *name;
    } kinds[] = {{"sgemm_gflops", N_("products in f32")},
                 {"f32_gflops", N_("products in f32")},
                 {"tf32_gflops", N_("products in tf32")},
                 {"bf16_gflops", N_("products in bf16")},
                 {"fma_gflops", N_("multiply-adds in registers")}};
    struct hy_fact fact[sizeof kinds / sizeof *kinds];
    size_t n = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const double rate = hy_env_peak(&r->data, kinds[i].peak);
        if (isfinite(rate))
            fact[n++] =
                (struct hy_fact){_(kinds[i].name), hy_doc_format(d, "%s GFLOP/s", hy_cell_fixed(d, rate, 1).text)};
    }
    if (n > 0)
        hy_doc_facts(d, fact, n);
}

static void memories(struct hy_doc *d, const struct hy_report *r)
{
    static const char *const levels[HY_ENV_LEVELS] = {"L1", "L2", N_("last-level cache"), N_("memory")};
    const struct hy_column columns[] = {{_("GB/s"), 150, HY_LEFT},
                                        {_("Reading"), 0, HY_RIGHT},
                                        {_("Writing"), 0, HY_RIGHT},
                                        {_("Copying"), 0, HY_RIGHT}};
    bool begun = false;
    for (int i = 0; i < HY_ENV_LEVELS; i++) {
        double rate[HY_ENV_TRAFFICS];
        bool any = false;
        for (int k = 0; k < HY_ENV_TRAFFICS; k++) {
            rate[k] = hy_env_bandwidth(&r->data, i, k);
            any |= isfinite(rate[k]);
        }
        if (!any)
            continue;
        if (!begun)
            hy_doc_table(d, "peaks-memory", columns, 4);
        begun = true;
        const struct hy_cell cells[] = {hy_cell_text(_(levels[i])), hy_cell_fixed(d, rate[0], 1),
                                        hy_cell_fixed(d, rate[1], 1), hy_cell_fixed(d, rate[2], 1)};
        hy_doc_row(d, cells, NULL);
    }
}

/* Names of the peaks that were never seen undisturbed often enough. */
static const char *unquiet(struct hy_doc *d, const struct hy_report *r)
{
    json_t *taken = json_object_get(r->data.env, "peaks_taken"), *value;
    const char *name, *list = "";
    json_object_foreach(taken, name, value)
    {
        if (json_is_false(json_object_get(value, "quiet")))
            list = hy_doc_format(d, "%s%s%s", list, *list ? ", " : "", name);
    }
    return list;
}

void hy_environment_peaks(struct hy_doc *d, const struct hy_report *r)
{
    const char *list = unquiet(d, r);
    hy_doc_heading(d, "environment-peaks", _("Measured peaks"));
    if (!json_object_get(r->data.env, "peaks")) {
        hy_page_missing(d, _("env.json has no measured peaks."));
        return;
    }
    arithmetic(d, r);
    memories(d, r);
    const char *said[] = {
        _("The best of many short bursts with all threads: the roofs that kernels and steps are held against. Others "
          "can make a burst slower and never faster."),
        *list ? hy_doc_format(d, _("Seldom undisturbed, so perhaps too low: %s."), list) : ""};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, 2));
}
