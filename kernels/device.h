/* Where the memory of a backend lies, and how its work is waited for.
 *
 * The host backends work in the host's memory and at once. A CUDA backend has memory
 * of its own and a stream: what is called here is queued in order, and the host sees a
 * result only after hy_memory_get() or hy_backend_wait(). An hy_address is only ever
 * handed back to these functions or to the backend's kernels: the host does not
 * look behind it. */
#ifndef HY_KERNELS_DEVICE_H
#define HY_KERNELS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/dispatch.h"

typedef uintptr_t hy_address;

static inline bool hy_on_device(struct hy_backend backend)
{
    return backend.where == HY_WHERE_CUDA;
}

/* bytes > 0 of memory, on 256 bytes (2 MiB on the host, where large pages help); not cleared.
 * HY_RUN_FAILED with the numbers when there is no room. */
hy_status hy_memory_open(struct hy_backend backend, size_t bytes, hy_address *at);
void hy_memory_close(struct hy_backend backend, hy_address at); /* 0 is fine; waits for the work that may use it */

/* Copies into, out of and inside the backend's memory, and fills it with one byte, behind
 * the work queued before. put() has taken `from` when it returns; get() waits, and
 * fails as hy_backend_wait() does, `to` then being zeros. */
void hy_memory_put(struct hy_backend backend, hy_address to, const void *from, size_t bytes);
hy_status hy_memory_get(struct hy_backend backend, void *to, hy_address from, size_t bytes);
void hy_memory_copy(struct hy_backend backend, hy_address to, hy_address from, size_t bytes);
void hy_memory_fill(struct hy_backend backend, hy_address to, unsigned char byte, size_t bytes);

/* Waits until all work is done. HY_RUN_FAILED with one sentence when a part of it failed since
 * the device was opened: nothing that came after can be trusted, and the device answers no more. */
hy_status hy_backend_wait(struct hy_backend backend);

/* ---- the device ------------------------------------------------------------------
 * One of three libraries stands behind these: kernels/cuda by nvcc, the same sources on
 * the host (kernels/simt), or kernels/cuda/no_cuda.c where a build has neither. */

bool hy_cuda_built(void);

/* The file of the library that products on a device need, "libcublasLt.so.13", which hy_cuda_open() loads
 * (kernels/base/gpu_library.h says from where); NULL where the device brings its own, or there is none. */
const char *hy_cuda_products(void);

/* Opens GPU `index` for this process; again with the same index does nothing. HY_RUN_FAILED with
 * one sentence where build, driver or machine has none that is usable; HY_BAD_INPUT for an
 * index beyond those there are. */
hy_status hy_cuda_open(int index);
void hy_cuda_close(void); /* not open is fine */

struct hy_cuda_about {
    char name[256]; /* "NVIDIA H200" */
    int index, sm;  /* 90 for compute capability 9.0 */
    int multiprocessors;
    int driver, runtime; /* 13000 for 13.0 */
    size_t memory_bytes, l2_bytes;
};
struct hy_cuda_about hy_cuda_about(void); /* of the open device */

/* Whether the open device has products in that precision: those of tf32 and bf16 came with compute capability 8.0. */
static inline bool hy_cuda_multiplies(enum hy_precision precision)
{
    return precision == HY_F32 || hy_cuda_about().sm >= 80;
}

/* The open device's context as the driver's own interface knows it (CUcontext): profilers ask for it. NULL where
 * the driver does not say. */
void *hy_cuda_context(void);

hy_status hy_cuda_alloc(size_t bytes, hy_address *at);
void hy_cuda_free(hy_address at);
void hy_cuda_put(hy_address to, const void *from, size_t bytes);
hy_status hy_cuda_get(void *to, hy_address from, size_t bytes);
void hy_cuda_copy(hy_address to, hy_address from, size_t bytes);
void hy_cuda_fill(hy_address to, unsigned char byte, size_t bytes);
hy_status hy_cuda_wait(void);

/* put() of at most HY_SMALL_PUT bytes, through a ring of pinned memory: from pageable memory the driver copies on its
 * own time, and may wait for the stream. */
enum { HY_SMALL_PUT = 64 };
void hy_cuda_put_small(hy_address to, const void *from, size_t bytes);

/* to (n) bf16 = from (n) f32, rounded to nearest; behind the work queued before. */
void hy_cuda_round(hy_address to, hy_address from, size_t n);

/* Bytes that the open device has left; of memory that is only counted, more than anything needs. */
size_t hy_cuda_room(void);

/* Bytes beyond its operands that a row needs while it runs this call; sizes and how operands are stored are
 * read, not their addresses. */
size_t hy_cuda_scratch_bytes(enum hy_op_id op, const union hy_args *a, enum hy_pass pass);

/* Lends rows that are called from now on, or recorded, memory of the device for that; on 256 bytes. 0 takes it back. */
void hy_cuda_scratch_lend(hy_address at, size_t bytes);

/* From `true` to `false`, rows that add a parameter's gradient up from parts in their scratch operand (HY_SLOT_SUMS)
 * leave it at that: the sums are launched together at `false`, and the operand has to live until then. */
void hy_cuda_sums_later(bool later);

/* While true, a scan's backward holds the sums of its parts for the linear backward that reads them, rounded (its y.d
 * has Bt.d and Ct.d for columns): one launch then does both. The scan's scratch operand has to live until then. */
void hy_cuda_hold_sums(bool hold);

/* A recorded sequence of work. Between record and recorded, what is queued is written down, not run. */
struct hy_graph;
void hy_graph_record(void);
struct hy_graph *hy_graph_recorded(void); /* NULL when it failed; the next wait says why */
void hy_graph_run(struct hy_graph *g);
void hy_graph_free(struct hy_graph *g); /* NULL is fine */

/* Two marks in the queue, and how long the device took from the first to the second, in ns by its own
 * clock; waits for the second. What lies between is not delayed by the host where enough work
 * was queued before the first. */
enum hy_mark { HY_MARK_FROM, HY_MARK_TO };
void hy_cuda_mark(enum hy_mark mark);
hy_status hy_cuda_marked_ns(double *ns);

/* Whether the device has come to the mark that was queued last. Asked behind the last call to be timed, about the first
 * mark: no says that all of them were queued before the device came to them. Does not wait. */
bool hy_cuda_mark_reached(enum hy_mark mark);

/* ---- what a device does at best (for peaks, bursts, and emptying its cache) ------------ */

/* Touching memory, `rounds` times within one piece of work: every byte is read, or written, or the first half is
 * copied to the second. A read changes nothing, so that it leaves no line of a cache to be written back.
 * On 16 bytes; bytes a multiple of 32. */
enum hy_touch { HY_TOUCH_READ, HY_TOUCH_WRITE, HY_TOUCH_COPY };
void hy_cuda_touch(enum hy_touch touch, hy_address at, size_t bytes, int rounds);

/* Multiply-adds in registers, on all multiprocessors; returns how many flops they are. `sink`: 2 KiB that nothing is
 * written to. */
double hy_cuda_fma(hy_address sink, int rounds);

/* c (m, n) = a (m, k) b (n, k)^T, all three stored in bf16 for HY_BF16, else in f32: nothing is rounded on the way. */
void hy_cuda_product(enum hy_precision precision, int m, int n, int k, hy_address a, hy_address b, hy_address c);
/* ---- counting without a device -----------------------------------------------------
 * What a program queues, where no GPU is open: from begin to end nothing runs, memory is taken nowhere, what is read
 * back are zeros, and each kernel, "product", "copy" and "fill" is told of where it would have been queued. A step
 * that runs op by op (with a listener) is counted as it is recorded. */
typedef void hy_cuda_told(void *ctx, const char *what);

/* HY_RUN_FAILED in a build without CUDA kernels. What is opened while counting is closed before its end. */
hy_status hy_cuda_count_begin(hy_cuda_told *told, void *ctx);
void hy_cuda_count_end(void);

/* ---- host operands on the device --------------------------------------------------
 * For tests and microbenchmarks: every operand of an op's call gets memory of its own there, as
 * large as the op's slots say. */
struct hy_device_operands;

/* Copies them, and lends rows the scratch memory that this call needs, so one is open at a time; a pointer that comes
 * twice (a gradient in its value's place) is one operand. The caller closes what it got, NULL is fine. HY_RUN_FAILED
 * when the device has no room. */
hy_status hy_device_operands_open(enum hy_op_id op, const union hy_args *host, struct hy_device_operands **o);
const union hy_args *hy_device_operands_args(const struct hy_device_operands *o); /* what a kernel is called with */
hy_status hy_device_operands_back(const struct hy_device_operands *o);            /* copies all of them back */
void hy_device_operands_close(struct hy_device_operands *o);

/* Runs a row for a device on host operands: there, one call, and back. */
hy_status hy_cuda_call(const struct hy_kernel *kernel, const union hy_args *a);

#endif
