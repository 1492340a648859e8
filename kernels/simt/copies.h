/* Twins of cp.async: a copy into shared memory that happens when it is waited for, no sooner.
 *
 * Until then the destination holds NaN, and the source is read only at the wait:
 * a missing wait, a group counted wrong, and a source that was overwritten in
 * between all show. As on a device a wait is for the thread's own copies; other
 * threads need a barrier behind it. */
#ifndef HY_KERNELS_SIMT_COPIES_H
#define HY_KERNELS_SIMT_COPIES_H

#include "kernels/simt/threads.h"

namespace simt
{

/* Copies `real` bytes and zeros behind them up to `bytes` (4, 8 or 16; both ends so aligned). With real == 0 the
 * source is not read. */
void copy_later(void *to, const void *from, int bytes, int real, place at);

inline void copy16_later(void *to, const void *from, int real = 16, const char *file = __builtin_FILE(),
                         int line = __builtin_LINE())
{
    copy_later(to, from, 16, real, {file, line});
}
inline void copy8_later(void *to, const void *from, int real = 8, const char *file = __builtin_FILE(),
                        int line = __builtin_LINE())
{
    copy_later(to, from, 8, real, {file, line});
}
inline void copy4_later(void *to, const void *from, int real = 4, const char *file = __builtin_FILE(),
                        int line = __builtin_LINE())
{
    copy_later(to, from, 4, real, {file, line});
}

void copy_commit(void);       /* the copies since the last commit are a group */
void copy_wait(int may_lack); /* until all groups but the newest `may_lack` are done */

} // namespace simt

#endif
