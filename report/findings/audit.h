/* The confounding audit: what really differs between the two variants of an
 * ablation, read from variants.csv, against the one thing it claims to isolate. */
#ifndef HY_REPORT_FINDINGS_AUDIT_H
#define HY_REPORT_FINDINGS_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "report/table/data.h"

struct hy_audit_pair {
    char *base, *other;    /* variant names */
    char *claims;          /* the field it claims to isolate */
    char *differs;         /* "meta_tokens 64 → 0; layers 11 → 8", or "" */
    size_t fields;         /* how many differ */
    size_t beyond;         /* of them, not the claimed one */
    char *beyond_names;    /* "layers, window" */
    bool claimed_differs;  /* false: the ablation changes nothing it claims to */
    double params_percent; /* other against base, NaN when not known */
    double flops_percent;  /* training flops a token, the same; */
    double bytes_percent;  /* bytes of the KV cache, the same */
    bool confounded;       /* beyond > 0, or |params_percent| > 5 */
};

struct hy_audit {
    struct hy_audit_pair *pair;
    size_t count;
};

/* Pairs come from the columns compare_to and isolates, where the study's file says what an ablation
 * claims: lists "A;B" in step, in the order of the rows. Entries that name no row are passed over.
 * No variants.csv: no pairs. */
void hy_audit_make(struct hy_audit *a, const struct hy_run_data *d);
void hy_audit_fini(struct hy_audit *a); /* NULL is fine */

const struct hy_audit_pair *hy_audit_find(const struct hy_audit *a, const char *base, const char *other); /* or NULL */

#endif
