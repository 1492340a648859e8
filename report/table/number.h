/* Numbers as the report shows them. What is not finite shows as an en dash, never as garbage. */
#ifndef HY_REPORT_TABLE_NUMBER_H
#define HY_REPORT_TABLE_NUMBER_H

#define HY_DASH "\xE2\x80\x93" /* "–": not measured, or not a number */

/* All fill and return `out`. */
struct hy_number {
    char text[40];
};
const char *hy_show_fixed(struct hy_number *out, double value, int decimals); /* 12,345.67: thousands grouped */
const char *hy_show_short(struct hy_number *out,
                          double value);                      /* three significant digits: 0.0123, 1.23, 123, 12,300 */
const char *hy_show_ppl(struct hy_number *out, double value); /* 87.12, 491.30, 4,096, 1.2e+07 */
const char *hy_show_percent(struct hy_number *out,
                            double value); /* signed, one decimal, never broken over lines: +3.4 %, −0.2 % */
const char *hy_show_bytes(struct hy_number *out, double bytes); /* 512 B, 1.5 KiB, 3.2 MiB, 1.25 GiB */
const char *hy_show_time_ns(struct hy_number *out, double ns);  /* 850 ns, 12.3 µs, 4.56 ms, 1.20 s */

#endif
