/* Pairs as rows of pairs.csv and as lines on the terminal. */
#include <math.h>
#include <stdlib.h>

#include "bench/compare/pair.h"
#include "bench/harness/micro_out.h"

void hy_pair_put(struct hy_table *t, const struct hy_pair_row *row)
{
    hy_table_text(t, "pair", row->pair->name);
    hy_table_text(t, "question", row->pair->question);
    hy_table_text(t, "base_side", row->pair->sides[HY_PAIR_BASE]);
    hy_table_text(t, "fresh_side", row->pair->sides[HY_PAIR_FRESH]);
    hy_table_text(t, "pass", row->pass == HY_FORWARD ? "fwd" : "bwd");
    hy_table_text(t, "dtype", hy_precision_name(row->precision));
    hy_table_text(t, "base_calls", row->shapes[HY_PAIR_BASE]);
    hy_table_text(t, "fresh_calls", row->shapes[HY_PAIR_FRESH]);
    hy_table_float(t, "error_share", row->error_share);
    hy_table_text(t, "skip_reason", row->skip_reason);
    if (!row->skip_reason) {
        hy_table_float(t, "base_ns", row->ns[HY_PAIR_BASE]);
        hy_table_float(t, "fresh_ns", row->ns[HY_PAIR_FRESH]);
        hy_table_float(t, "ratio", row->ratio.ratio);
        hy_table_float(t, "ci_low", row->ratio.low);
        hy_table_float(t, "ci_high", row->ratio.high);
        hy_table_float(t, "p", row->ratio.p);
        hy_table_integer(t, "pairs", (int64_t)row->ratio.n_base);
        hy_conditions_put(t, &row->conditions);
    }
    hy_table_rest_missing(t);
    hy_table_end_row(t);
}

void hy_pair_print_header(FILE *out)
{
    fprintf(out, "%-24s %-18s %12s %12s %8s  %-18s %s\n", "pair/pass/dtype", "new / base", "base", "new", "ratio",
            "95 % interval", "question");
}

void hy_pair_print(FILE *out, const struct hy_pair_row *row)
{
    char *name = hy_pair_name(row), base[32], fresh[32], sides[64], interval[48] = "";
    snprintf(sides, sizeof sides, "%s / %s", row->pair->sides[HY_PAIR_FRESH], row->pair->sides[HY_PAIR_BASE]);
    if (row->skip_reason) {
        fprintf(out, "%-24s %-18s skipped: %s\n", name, sides, row->skip_reason);
    } else {
        hy_time_text(base, row->ns[HY_PAIR_BASE], NULL);
        hy_time_text(fresh, row->ns[HY_PAIR_FRESH], NULL);
        if (!isnan(row->ratio.low))
            snprintf(interval, sizeof interval, "[%.3f, %.3f]", row->ratio.low, row->ratio.high);
        const bool ok = row->conditions.quality == HY_QUALITY_OK;
        fprintf(out, "%-24s %-18s %12s %12s %8.3f  %-18s %s%s%s\n", name, sides, base, fresh, row->ratio.ratio,
                interval, row->pair->question, ok ? "" : "  ", ok ? "" : hy_quality_name(row->conditions.quality));
    }
    free(name);
}
