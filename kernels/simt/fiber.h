/* Switching between stacks, and telling address sanitizer about it. */
#ifndef HY_KERNELS_SIMT_FIBER_H
#define HY_KERNELS_SIMT_FIBER_H

#include <cstddef>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace simt
{

struct fiber {
#if defined(__x86_64__)
    void *sp;
#else
    ucontext_t context;
#endif
    const void *bottom; /* of its stack; the thread's own is learnt when it is first left */
    size_t bytes;
    void *fake;
};

/* The fiber will run entry(), which never returns, on a new stack with a guard page below. */
void fiber_open(fiber *f, void (*entry)());

void fiber_switch(fiber *from, fiber *to);

/* The first thing entry() does. */
void fiber_entered(void);

} // namespace simt

#endif
