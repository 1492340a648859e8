/* From the place in the model that a range is named by to the op that ops.csv has rows of. */
#ifndef HY_BENCH_NSIGHT_PLACE_OPS_H
#define HY_BENCH_NSIGHT_PLACE_OPS_H

/* "attn.qkv" is "linear"; in programs that continue sequences "attn.core" is their form of attention, "attend". A name
 * that is no place is its own op. Borrowed from static memory, or `place` itself. */
const char *hy_place_op(const char *place, int continues);

#endif
