/* The confounding audit: what really differs between the two variants of an
 * ablation, read from variants.csv, against the one thing it claims to isolate.
 *
 * A pair is confounded, and its difference no effect of the component, when
 *   * a field differs beyond the claimed one. Widths that were chosen to match the pair in parameters or flops (columns
 *     match and match_to) are said, and are no confounders: they are what keeps size out of the comparison;
 *   * parameters are more than 5 % apart; in a pair that was matched in flops, these are instead;
 *   * training flops, or bytes of the K/V caches, are more than 5 % apart although the claimed key leaves them alone by
 *     nature: fusion and in_proj both; implementation, d_state, d_conv, expand, dt_rank and d_ff the caches. Of any
 *     other key, and of matched widths, the difference is part of what they do, and is only said. */
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
    size_t beyond;         /* of them, neither the claimed one nor a width that was matched */
    char *beyond_names;    /* "layers, window" */
    char *matched_names;   /* widths that differ to match params or flops: "d_model, d_ff", or "" */
    bool claimed_differs;  /* false: the ablation changes nothing it claims to */
    double params_percent; /* other against base, NaN when not known */
    double flops_percent;  /* the same of training flops per token */
    double bytes_percent;  /* the same of the K/V caches of one sequence; NaN where the base has none, too */
    bool confounded;
};

struct hy_audit {
    struct hy_audit_pair *pair;
    size_t count;
};

/* Pairs come from the columns compare_to and isolates, where the study's file says what an ablation
 * claims: lists "A;B" in step, in the order of the rows. Entries that name no row are passed over.
 * Bytes are those of the column kv_bytes, of older folders the sum of kv.csv. No variants.csv: no pairs. */
void hy_audit_make(struct hy_audit *a, const struct hy_run_data *d);
void hy_audit_fini(struct hy_audit *a); /* NULL is fine */

const struct hy_audit_pair *hy_audit_find(const struct hy_audit *a, const char *base, const char *other); /* or NULL */

#endif
