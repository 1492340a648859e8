/* One thing that the numbers say. */
#ifndef HY_REPORT_FINDINGS_FINDING_H
#define HY_REPORT_FINDINGS_FINDING_H

#include <stdbool.h>

/* The page beside whose charts a finding stands. */
enum hy_finding_page {
    HY_FINDING_QUALITY,
    HY_FINDING_EFFECTS,
    HY_FINDING_BLOCKS, /* split against fused */
    HY_FINDING_EFFICIENCY,
    HY_FINDING_KV,
};

struct hy_finding {
    const char *name; /* what it is about, the same in every language: "best", "blocks", "component", "speed" ... */
    char *text;       /* what was measured */
    char *caveat;     /* why not to read more into it; "" when there is nothing to add */
    enum hy_finding_page page;
    bool key; /* belongs on the first page too */
};

#endif
