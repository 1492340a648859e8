/* One cell of scaling.csv: a variant at one context length and batch size. */
#ifndef HY_BENCH_MEASURE_SCALING_ROW_H
#define HY_BENCH_MEASURE_SCALING_ROW_H

#include "bench/harness/conditions.h"
#include "report/table/columns.h"

struct hy_scaling_row {
    int context, batch;   /* content tokens of a sequence at the end; sequences */
    double prefill_tok_s; /* content tokens of all sequences; NaN: not measured */
    double decode_tok_s;  /* at the end of the context */
    double decode_gbps;   /* weights read per second while decoding, the tied embedding once */
    double cache_bytes;   /* of the K and V buffers as allocated, all sequences; meta entries once */
    double cache_formula; /* the same as kvmap.h counts it */
    double cache_plain;   /* the formula for the same model without sharing and without window */
    double ssm_bytes;     /* of the scan states as allocated, all sequences */
    double state_formula; /* the same as kvmap.h counts it */
    double planned_bytes; /* arena and weights, known before the first step */
    double peak_bytes;    /* of the process while the cell ran */
    /* of one token of every sequence, in one layer of the kind, in microseconds; NaN where there is none: attention
     * over all positions, over the window, over another layer's keys; convolution and scan */
    double global_us, local_us, shared_us, ssm_us;
    double decode_joules;            /* of a token, at the end of the context; NaN: not measured */
    char stop_reason[160];           /* "": measured to its end */
    struct hy_conditions conditions; /* of prefill and decode together: the worse of the two */
};

/* A cell nothing was measured of yet. */
struct hy_scaling_row hy_scaling_row(int context, int batch);

bool hy_scaling_timed(const struct hy_scaling_row *row); /* it has a rate */

void hy_scaling_put(struct hy_table *t, const char *variant, const struct hy_scaling_row *row);

#endif
