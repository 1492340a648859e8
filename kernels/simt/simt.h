/* What a .cu file includes instead of CUDA's headers when g++ compiles it as host C++ (-DHY_SIMT).
 *
 * Every thread of a block is a fiber, blocks run one after the other, and the
 * runtime's calls act on this process: see the headers below, each with its rules. */
#ifndef HY_KERNELS_SIMT_SIMT_H
#define HY_KERNELS_SIMT_SIMT_H

#include "kernels/simt/copies.h"
#include "kernels/simt/launch.h"
#include "kernels/simt/maths.h"
#include "kernels/simt/runtime.h"
#include "kernels/simt/threads.h"
#include "kernels/simt/types.h"

#endif
