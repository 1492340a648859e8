/* Charts of made-up data, over a grid of what may happen: counts, names, values. */
#ifndef HY_TESTS_REPORT_CHARTS_CASES_H
#define HY_TESTS_REPORT_CHARTS_CASES_H

#include <stddef.h>

#include "report/canvas/canvas.h"

enum names { NAMES_SHORT, NAMES_LONG, NAMES_KOREAN, NAMES };
enum values { VALUES_FINITE, VALUES_SOME_NAN, VALUES_NAN, VALUES_EQUAL, VALUES_HUGE, VALUES_NEGATIVE, VALUES };

struct chart_case {
    size_t count;
    enum names names;
    enum values values;
};

struct chart_kind {
    const char *name;
    void (*draw)(struct hy_canvas *c, struct hy_box box, const struct chart_case *k);
};
extern const struct chart_kind chart_kinds[];
extern const size_t chart_kind_count;

const char *name_of(struct hy_canvas *c, enum names names, size_t i); /* lives as the canvas */
double value_of(enum values values, size_t i, size_t count);

#endif
