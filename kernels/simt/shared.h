/* Shared memory of the block that runs: static (the section simt_shared) and dynamic. */
#ifndef HY_KERNELS_SIMT_SHARED_H
#define HY_KERNELS_SIMT_SHARED_H

#include <cstddef>

namespace simt
{

enum { MOST_SHARED = 227 * 1024 }; /* dynamic, after asking for it */

void shared_begin(size_t dynamic_bytes); /* fills all of it with NaN */
void shared_end(const char *kernel);     /* dies if something was written behind the dynamic part */

} // namespace simt

#endif
