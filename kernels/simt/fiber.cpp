#include "kernels/simt/fiber.h"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace simt
{

#ifdef __SANITIZE_ADDRESS__
enum { STACK_BYTES = 512 * 1024 }; /* guarded locals take several times their size */
#else
enum { STACK_BYTES = 128 * 1024 };
#endif
enum { PAGE_BYTES = 4096 };

static fiber *left; /* by the switch in progress */

#if defined(__x86_64__)
/* What a called function must keep goes onto the old stack and comes from the new one. */
extern "C" void simt_switch_stack(void **save, void *load);
asm(".text\n"
    ".p2align 4\n"
    ".type simt_switch_stack,@function\n"
    "simt_switch_stack:\n"
    "  push %rbp\n"
    "  push %rbx\n"
    "  push %r12\n"
    "  push %r13\n"
    "  push %r14\n"
    "  push %r15\n"
    "  mov %rsp, (%rdi)\n"
    "  mov %rsi, %rsp\n"
    "  pop %r15\n"
    "  pop %r14\n"
    "  pop %r13\n"
    "  pop %r12\n"
    "  pop %rbx\n"
    "  pop %rbp\n"
    "  ret\n"
    ".size simt_switch_stack, .-simt_switch_stack\n");
#endif

void fiber_open(fiber *f, void (*entry)())
{
    char *at = (char *)mmap(nullptr, STACK_BYTES + PAGE_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED || mprotect(at, PAGE_BYTES, PROT_NONE) != 0) {
        fprintf(stderr, "simt: no memory for the stacks of a block\n");
        abort();
    }
    char *stack = at + PAGE_BYTES;
    f->bottom = stack;
    f->bytes = STACK_BYTES;
    f->fake = nullptr;
#if defined(__x86_64__)
    void **top = (void **)(stack + STACK_BYTES);
    *--top = nullptr; /* where entry() would return to; keeps its frame aligned as a call does */
    *--top = (void *)entry;
    for (int registers = 0; registers < 6; registers++)
        *--top = nullptr;
    f->sp = top;
#else
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = stack;
    f->context.uc_stack.ss_size = STACK_BYTES;
    f->context.uc_link = nullptr;
    makecontext(&f->context, entry, 0);
#endif
}

static void arrived(void *fake)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fake, &left->bottom, &left->bytes);
#else
    (void)fake;
#endif
}

void fiber_entered(void)
{
    arrived(nullptr);
}

void fiber_switch(fiber *from, fiber *to)
{
    left = from;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&from->fake, to->bottom, to->bytes);
#endif
#if defined(__x86_64__)
    simt_switch_stack(&from->sp, to->sp);
#else
    swapcontext(&from->context, &to->context);
#endif
    arrived(from->fake);
}

} // namespace simt
