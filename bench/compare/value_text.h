/* Values with their units, as short as they are read. */
#ifndef HY_BENCH_COMPARE_VALUE_TEXT_H
#define HY_BENCH_COMPARE_VALUE_TEXT_H

enum { HY_VALUE_TEXT = 40 };

/* "12.3 us" of nanoseconds, "1024 tok/s", "" of NaN: so many significant digits, whole numbers from 100,000 on. Returns
 * text. */
const char *hy_value_text(char text[HY_VALUE_TEXT], double value, const char *unit, int digits);

#endif
