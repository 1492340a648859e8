/* GNU gettext's compiled tables of translations (.mo), read in memory. */
#ifndef HY_REPORT_DOC_MO_H
#define HY_REPORT_DOC_MO_H

#include <stddef.h>

/* The translation of `english` in a table of either byte order, which lies within it; NULL where there is none. A
 * damaged table gives NULL or one of its texts, and is never read beyond its end. */
const char *hy_mo_find(const void *table, size_t bytes, const char *english);

#endif
