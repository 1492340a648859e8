#include "kernels/blas_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernels/dispatch.h"

/* Debian's OpenBLAS keeps it out of cblas.h's include path on some versions; it is public. */
extern char *openblas_get_corename(void);

enum hy_isa hy_blas_core_isa(const char *core)
{
    /* DYNAMIC_ARCH builds for x86-64, up to 0.3.30 */
    static const struct {
        const char *core;
        enum hy_isa isa;
    } known[] = {
        {"Haswell", HY_ISA_AVX2},          {"Zen", HY_ISA_AVX2},
        {"SkylakeX", HY_ISA_AVX512},       {"Cooperlake", HY_ISA_AVX512},
        {"SapphireRapids", HY_ISA_AVX512},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(known[i].core, core) == 0)
            return known[i].isa;
    return HY_ISA_ANY;
}

const struct hy_blas_core *hy_blas_core(void)
{
    static struct hy_blas_core c;
    static char why[256];
    if (c.name)
        return &c;
    const char *asked = getenv("OPENBLAS_CORETYPE");
    const enum hy_isa all = hy_isa_of_machine(), here = all > HY_ISA_AVX512 ? HY_ISA_AVX512 : all; /* of f32 products */
    const enum hy_isa its = hy_blas_core_isa(openblas_get_corename());
    c.asked = asked && asked[0];
    c.used = c.asked || its >= here;
    if (its < here && c.asked)
        (void)snprintf(
            why, sizeof why,
            "OPENBLAS_CORETYPE=%s asks for kernels of %s, below this processor's %s; unset it to leave their "
            "products to oneDNN",
            asked, hy_isa_name(its), hy_isa_name(here));
    else if (its < here)
        (void)snprintf(why, sizeof why,
                       "OpenBLAS does not know this processor (%s) and would use kernels of %s, so all products are "
                       "oneDNN's; OPENBLAS_CORETYPE=NAME names a core that you trust",
                       hy_isa_name(here), hy_isa_name(its));
    c.why = why[0] ? why : NULL;
    c.name = openblas_get_corename();
    return &c;
}
