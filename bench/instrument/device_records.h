/* The activity records as they came from CUPTI, kept until a trace ends. */
#ifndef HY_BENCH_INSTRUMENT_DEVICE_RECORDS_H
#define HY_BENCH_INSTRUMENT_DEVICE_RECORDS_H

#include "bench/instrument/cupti_api.h"

struct hy_device_interval {
    uint64_t start, end;   /* ns; end >= start > 0 */
    uint64_t bytes;        /* of a copy or memset */
    uint32_t kind;         /* HY_CUPTI_KIND_... */
    uint32_t correlation;  /* of the call that launched it */
    const char *name;      /* of a kernel; interned, never freed */
    int registers, shared; /* of a kernel */
    uint64_t owner;        /* external id, 0 = none; found by the trace, not by CUPTI */
};

/* The range's number that was on top when the call `correlation` was made. */
struct hy_device_link {
    uint32_t correlation;
    uint64_t id;
};

struct hy_device_records {
    struct hy_device_interval *intervals; /* (n) */
    struct hy_device_link *links;         /* (n_links) */
    size_t n, n_links, room, links_room;
    uint64_t dropped, incomplete;
};

/* What CUPTI is given: it asks for buffers and hands them back full, from a
 * thread of its own. Buffers that come back while nothing is kept are thrown away. */
hy_cupti_request hy_device_buffer_request;
hy_cupti_complete hy_device_buffer_complete;

void hy_device_records_open(const struct hy_cupti *api); /* starts to keep records */

/* Stops it; the caller owns both arrays (free). */
void hy_device_records_take(struct hy_device_records *to);

#endif
