/* Conditions of a figure in a record's JSON. */
#ifndef HY_BENCH_RUN_CONDITIONS_JSON_H
#define HY_BENCH_RUN_CONDITIONS_JSON_H

#include <jansson.h>

#include "bench/harness/conditions.h"

json_t *hy_conditions_json(const struct hy_conditions *c); /* new reference */

/* What an older program did not write (NULL) is unknown. */
struct hy_conditions hy_conditions_of_json(json_t *object);

#endif
