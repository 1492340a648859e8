/* Memory this process really holds, as the kernel counts it. */
#ifndef HY_BENCH_MEASURE_RSS_H
#define HY_BENCH_MEASURE_RSS_H

#include <stddef.h>

/* Forgets the peak so far: the next hy_rss_peak() is of what comes now. Where the
 * kernel does not allow it the peak stays the process's. */
void hy_rss_peak_reset(void);

size_t hy_rss_peak(void); /* bytes; 0 when /proc does not tell */

#endif
