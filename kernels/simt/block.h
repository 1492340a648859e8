/* One block in execution: what threads.h, copies.h and the stream need of each other. */
#ifndef HY_KERNELS_SIMT_BLOCK_H
#define HY_KERNELS_SIMT_BLOCK_H

#include <functional>
#include <vector>

#include "kernels/simt/fiber.h"
#include "kernels/simt/threads.h"

namespace simt
{

enum { MOST_THREADS = 1024, WARP = 32, MOST_GROUPS = 4 };

struct launch {
    const char *name;
    dim3 grid, block;
    size_t shared_bytes;
    std::function<void()> body; /* the kernel, its arguments inside */
};

/* Runs all blocks, one after the other. */
void run_grid(const launch &l);

struct copy {
    void *to;
    const void *from;
    int bytes, real;
    place at;
};

struct thread {
    fiber f;
    uint3 index;
    unsigned number;
    bool waits; /* at a barrier of the block */
    place at;   /* where it waits */
    std::vector<copy> copies;
    std::vector<size_t> groups; /* copies in each committed group, oldest first */
    unsigned exchanges;
};

extern thread *running; /* NULL: no kernel runs */
const char *running_kernel(void);

/* All copies that the thread began are done; it is about to leave. */
void copies_must_be_done(const thread *t);

} // namespace simt

#endif
