/* What a .cu file includes instead of CUDA's headers when g++ compiles it as host C++ (-DHY_SIMT).
 *
 * Every thread of a block is a fiber, blocks run one after the other, and the
 * runtime's calls act on this process: see the headers below, each with its rules. */
#ifndef HY_SIMT_SIMT_H
#define HY_SIMT_SIMT_H

#include "tests/simt/copies.h"
#include "tests/simt/launch.h"
#include "tests/simt/maths.h"
#include "tests/simt/runtime.h"
#include "tests/simt/threads.h"
#include "tests/simt/types.h"

#endif
