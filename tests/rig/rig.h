/* The CUDA backend on the host rig (kernels/simt), for tests of whole programs. */
#ifndef HY_TESTS_RIG_RIG_H
#define HY_TESTS_RIG_RIG_H

#include "kernels/simt/runtime.h"

/* Opens the rig's device, before any program is planned; asserts that it answers. */
void rig_open(void);

#endif
