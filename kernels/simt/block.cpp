/* Turns, barriers and meetings of the threads of a block. */
#include "kernels/simt/block.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "kernels/simt/control.h"
#include "kernels/simt/shared.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace simt
{

/* Lanes that wait for each other. */
struct group {
    uint32_t mask, here; /* here == 0: free */
    meeting kind;
    place at;
};

struct warp {
    uint32_t ready, gone; /* lanes; gone: have left, or never were */
    group groups[MOST_GROUPS];
    uint64_t brought[WARP];
    unsigned source[WARP];
    uint32_t exchanged[2][WARP][MOST_WORDS];
};

static thread threads[MOST_THREADS];
static warp warps[MOST_THREADS / WARP];
static fiber outside; /* what called run_grid() */
static const launch *current;
static unsigned count, left; /* threads of the block; of them, how many have left */

/* the barrier of the block */
static unsigned waiting;
static place barrier_at;
static votes voting, voted;

static bool reversed = getenv("SIMT_ORDER") && strcmp(getenv("SIMT_ORDER"), "reverse") == 0;

thread *running;

const char *running_kernel(void)
{
    return current ? current->name : nullptr;
}

extern "C" void simt_reverse(bool on)
{
    reversed = on;
}

/* ---- complaints --------------------------------------------------------------------- */

static void where(FILE *f, const thread *t)
{
    fprintf(f, "kernel %s, block (%u,%u,%u), thread (%u,%u,%u)", current->name, blockIdx.x, blockIdx.y, blockIdx.z,
            t->index.x, t->index.y, t->index.z);
}

#ifdef __SANITIZE_ADDRESS__
/* With its report, which knows the line but not the thread. */
static void say_where(const char *report)
{
    (void)report;
    if (!running)
        return;
    fprintf(stderr, "simt: ");
    where(stderr, running);
    fprintf(stderr, ": see the report of address sanitizer\n");
}

[[maybe_unused]] static const bool asked = (__asan_set_error_report_callback(say_where), true);
#endif

void die(place at, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "simt: ");
    if (running) {
        where(stderr, running);
        fprintf(stderr, ": ");
    }
    vfprintf(stderr, format, list);
    if (at.file)
        fprintf(stderr, " at %s:%d", at.file, at.line);
    fprintf(stderr, "\n");
    va_end(list);
    abort();
}

/* ---- turns ------------------------------------------------------------------------------ */

static unsigned first_of(uint32_t lanes)
{
    return reversed ? 31u - (unsigned)__builtin_clz(lanes) : (unsigned)__builtin_ctz(lanes);
}

/* The thread whose turn is next: in the warp itself while it has one, lanes behind the last first. NULL: all wait. */
static thread *next(void)
{
    unsigned n = (count + WARP - 1) / WARP, w = running->number / WARP, lane = running->number % WARP;
    uint32_t ready = warps[w].ready;
    uint32_t behind = reversed ? ready & ((1u << lane) - 1) : ready & ~(uint32_t)((2ull << lane) - 1);
    for (unsigned i = 0; i < n && !ready; i++) {
        w = reversed ? (w ? w - 1 : n - 1) : (w + 1 < n ? w + 1 : 0);
        ready = behind = warps[w].ready;
    }
    return ready ? &threads[w * WARP + first_of(behind ? behind : ready)] : nullptr;
}

static void turn_to(thread *t)
{
    fiber *from = &running->f;
    running = t;
    threadIdx = t->index;
    fiber_switch(from, &t->f);
}

static void ready_again(unsigned w, uint32_t lanes)
{
    warps[w].ready |= lanes;
}

[[noreturn]] static void deadlock(void)
{
    for (unsigned i = 0; i < count; i++) {
        const warp &w = warps[i / WARP];
        for (const group &g : w.groups)
            if (g.here >> i % WARP & 1)
                die(g.at, "waits in vain for the other lanes of 0x%08x, of which 0x%08x are there,", g.mask, g.here);
    }
    die(barrier_at, "%u of %u threads wait in vain at __syncthreads", waiting, count);
}

static void wait_for_turn(place at)
{
    thread *me = running;
    me->at = at;
    warps[me->number / WARP].ready &= ~(1u << me->number % WARP);
    thread *t = next();
    if (!t)
        deadlock();
    turn_to(t);
}

/* ---- the block's barrier -------------------------------------------------------------------- */

votes block_barrier(place at, int vote)
{
    if (left)
        die(at, "%u of %u threads have left the kernel before __syncthreads", left, count);
    if (waiting == 0) {
        barrier_at = at;
        voting = {0, 1, 0};
    } else if (at.line != barrier_at.line || strcmp(at.file, barrier_at.file) != 0) {
        die(at, "threads are at different barriers: %u wait at %s:%d, this one comes to __syncthreads", waiting,
            barrier_at.file, barrier_at.line);
    }
    voting.any |= vote != 0;
    voting.all &= vote != 0;
    voting.count += vote != 0;
    if (++waiting < count) {
        wait_for_turn(at);
        return voted;
    }
    waiting = 0;
    voted = voting;
    for (unsigned w = 0; w * WARP < count; w++)
        ready_again(w, ~warps[w].gone);
    return voted;
}

/* ---- lanes meet --------------------------------------------------------------------------------- */

unsigned lane_number(void)
{
    return running->number % WARP;
}

static void hand_out(warp *w, const group *g)
{
    uint64_t before[WARP];
    uint64_t votes = 0;
    memcpy(before, w->brought, sizeof before);
    for (unsigned l = 0; l < WARP; l++)
        votes |= (uint64_t)(g->here >> l & 1 && before[l]) << l;
    for (unsigned l = 0; l < WARP && (g->kind == MEET_SHUFFLE || g->kind == MEET_VOTE); l++) {
        if (!(g->here >> l & 1))
            continue;
        if (g->kind == MEET_SHUFFLE && !(g->here >> w->source[l] & 1))
            die(g->at, "lane %u reads lane %u in a shuffle, where only 0x%08x are,", l, w->source[l], g->here);
        w->brought[l] = g->kind == MEET_VOTE ? votes : before[w->source[l]];
    }
}

/* True if all are here; they may go on. */
static bool all_here(unsigned number, group *g)
{
    warp *w = &warps[number];
    if (g->here != (g->mask & ~w->gone))
        return false;
    hand_out(w, g);
    ready_again(number, g->here);
    g->here = 0;
    return true;
}

static group *group_of(warp *w, meeting kind, uint32_t mask, place at)
{
    group *unused = nullptr;
    for (group &g : w->groups) {
        if (!g.here) {
            unused = &g;
            continue;
        }
        if (g.mask == mask && (g.kind != kind || g.at.line != at.line || strcmp(g.at.file, at.file) != 0))
            die(at, "lanes 0x%08x are at %s:%d, this one comes to another meeting", g.here, g.at.file, g.at.line);
        if (g.mask == mask)
            return &g;
        if (g.mask & mask)
            die(at, "lanes 0x%08x wait for 0x%08x, this one names 0x%08x", g.here, g.mask, mask);
    }
    if (!unused)
        die(at, "more than %d groups of lanes meet at once", (int)MOST_GROUPS);
    *unused = {mask, 0, kind, at};
    return unused;
}

uint64_t meet(meeting kind, uint32_t mask, uint64_t bring, unsigned source, place at)
{
    unsigned number = running->number / WARP, lane = running->number % WARP;
    warp *w = &warps[number];
    if (!(mask >> lane & 1))
        die(at, "lane %u is not in the mask 0x%08x that it names", lane, mask);
    group *g = group_of(w, kind, mask, at);
    w->brought[lane] = bring;
    w->source[lane] = source % WARP;
    g->here |= 1u << lane;
    if (!all_here(number, g))
        wait_for_turn(at);
    return w->brought[lane];
}

/* Two sets of words in turn: a lane may bring the next while another still reads these. */
const uint32_t *exchange_words(const uint32_t *mine, int n, place at)
{
    unsigned lane = lane_number(), set = running->exchanges++ & 1;
    uint32_t *all = &warps[running->number / WARP].exchanged[set][0][0];
    memcpy(all + lane * (unsigned)n, mine, (unsigned)n * sizeof *mine);
    if (warps[running->number / WARP].gone)
        die(at, "lanes 0x%08x of the warp are missing in an exchange", warps[running->number / WARP].gone);
    meet(MEET_EXCHANGE, 0xffffffffu, 0, 0, at);
    return all;
}

/* ---- a thread, a block, a grid ---------------------------------------------------------------------- */

static void leave(void)
{
    thread *me = running;
    unsigned number = me->number / WARP;
    copies_must_be_done(me);
    if (waiting)
        die(barrier_at, "leaves the kernel while %u threads wait at __syncthreads", waiting);
    left++;
    warps[number].ready &= ~(1u << me->number % WARP);
    warps[number].gone |= 1u << me->number % WARP;
    for (group &g : warps[number].groups)
        if (g.here)
            all_here(number, &g);
}

static void life(void)
{
    fiber_entered();
    for (;;) {
        current->body();
        leave();
        thread *t = next();
        if (t) {
            turn_to(t);
        } else if (left < count) {
            deadlock();
        } else {
            fiber *from = &running->f;
            running = nullptr;
            fiber_switch(from, &outside);
        }
    }
}

static void run_block(void)
{
    left = waiting = 0;
    shared_begin(current->shared_bytes);
    for (unsigned w = 0; w * WARP < count; w++) {
        const unsigned rest = count - w * WARP, lanes = rest < WARP ? rest : (unsigned)WARP;
        warps[w].ready = lanes == WARP ? 0xffffffffu : (1u << lanes) - 1;
        warps[w].gone = ~warps[w].ready;
    }
    running = &threads[reversed ? count - 1 : 0];
    threadIdx = running->index;
    fiber_switch(&outside, &running->f);
    shared_end(current->name);
}

void run_grid(const launch &l)
{
    current = &l;
    gridDim = l.grid;
    blockDim = l.block;
    count = l.block.x * l.block.y * l.block.z;
    for (unsigned i = 0; i < count; i++) {
        thread *t = &threads[i];
        if (!t->f.bytes)
            fiber_open(&t->f, life);
        t->number = i;
        t->exchanges = 0;
        t->index = {i % l.block.x, i / l.block.x % l.block.y, i / l.block.x / l.block.y};
    }
    for (unsigned b = 0, blocks = l.grid.x * l.grid.y * l.grid.z; b < blocks; b++) {
        unsigned number = reversed ? blocks - 1 - b : b;
        blockIdx = {number % l.grid.x, number / l.grid.x % l.grid.y, number / l.grid.x / l.grid.y};
        run_block();
    }
    current = nullptr;
}

} // namespace simt
