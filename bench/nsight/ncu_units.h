/* Numbers and units as Nsight Compute prints them, in base units. */
#ifndef HY_BENCH_NSIGHT_NCU_UNITS_H
#define HY_BENCH_NSIGHT_NCU_UNITS_H

#include <stdbool.h>
#include <stddef.h>

/* "1,234.50" and "12" are numbers, commas in threes before the point; also "158 (0: 158)", a sum with its instances.
 * False for anything else, as "9,00": a comma for a point is another locale's. */
bool hy_ncu_number(const char *text, double *value);

/* The unit without its prefix into `base`, and what values have to be multiplied by: "Kbyte" is "byte" and 1e3,
 * "usecond" "ns" and 1e3, "Gbyte/second" "byte/s" and 1e9, "cycle/nsecond" "cycle/s" and 1e9, "%" "percent". Prefixes
 * are powers of ten. A unit that has none stays. */
double hy_ncu_unit(const char *unit, char *base, size_t size);

#endif
