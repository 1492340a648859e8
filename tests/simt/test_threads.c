/* What threads of a block do together, and how misuse ends. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/device.h"
#include "kernels/simt/control.h"
#include "tests/simt/child.h"
#include "tests/simt/kernels/kernels.h"

enum { LANES = 32 };

static hy_address memory;

static void open(void)
{
    cr_assert_eq(hy_cuda_open(0), HY_OK);
    cr_assert_eq(hy_cuda_alloc((SIMT_THREADS + 1) * 2 * sizeof(int32_t), &memory), HY_OK);
}

static void close(void)
{
    hy_cuda_free(memory);
    hy_cuda_close();
}

TestSuite(threads, .init = open, .fini = close);

static const int32_t *result(void)
{
    static int32_t y[SIMT_THREADS];
    cr_assert_eq(hy_cuda_get(y, memory, sizeof y), HY_OK);
    return y;
}

static int32_t *at(void)
{
    return (int32_t *)memory;
}

/* CUDA's rules for a source outside of the segment: xor and the others keep their own. */
static int segment(int i, int width)
{
    return i / width * width;
}

Test(threads, shuffles_move_values)
{
    static const int widths[] = {32, 16, 4};
    for (int backwards = 0; backwards < 2; backwards++)
        for (int w = 0; w < 3; w++)
            for (int by = 0; by < widths[w]; by++) {
                int width = widths[w];
                simt_reverse(backwards);
                simt_shuffle_xor(at(), by, width);
                const int32_t *y = result();
                for (int i = 0; i < SIMT_THREADS; i++)
                    cr_assert_eq(y[i], i ^ by);
                simt_shuffle_up(at(), by, width);
                y = result();
                for (int i = 0; i < SIMT_THREADS; i++)
                    cr_assert_eq(y[i], i - by >= segment(i, width) ? i - by : i);
                simt_shuffle_down(at(), by, width);
                y = result();
                for (int i = 0; i < SIMT_THREADS; i++)
                    cr_assert_eq(y[i], i + by < segment(i, width) + width ? i + by : i);
                simt_shuffle_from(at(), by, width);
                y = result();
                for (int i = 0; i < SIMT_THREADS; i++)
                    cr_assert_eq(y[i], segment(i, width) + by);
            }
}

Test(threads, parts_of_a_warp_meet_apart)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        simt_reverse(backwards);
        simt_halves(at());
        const int32_t *y = result();
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert_eq(y[i], 16 * segment(i, 16) + 120);
        simt_left_lanes(at());
        y = result();
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert(i % LANES >= 16 || y[i] == 16);
    }
}

Test(threads, votes_are_counted)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        simt_reverse(backwards);
        simt_ballot((uint32_t *)at());
        const int32_t *y = result();
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert_eq((uint32_t)y[i], 0x49249249u);
        simt_votes(at());
        y = result();
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert_eq(y[i], i < LANES ? 3 : 1);
        simt_block_votes(at());
        y = result();
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert_eq(y[i], 13 + 100);
    }
}

Test(threads, lanes_exchange_words)
{
    simt_sum_of_exchanged((uint32_t *)at());
    const int32_t *y = result();
    for (int i = 0; i < SIMT_THREADS; i++)
        cr_assert_eq(y[i], 32 * 33 * 65 / 6);
}

Test(threads, copies_arrive_when_waited_for)
{
    float y[SIMT_THREADS];
    for (int backwards = 0; backwards < 2; backwards++) {
        simt_reverse(backwards);
        for (int i = 0; i < SIMT_THREADS; i++)
            y[i] = (float)i;
        hy_cuda_put(memory, y, sizeof y);
        simt_reversed_by_copy((float *)memory);
        cr_assert_eq(hy_cuda_get(y, memory, sizeof y), HY_OK);
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert_eq(y[i], (float)(SIMT_THREADS - 1 - i));
    }
}

Test(threads, shared_memory_holds_nothing_at_first)
{
    float y[SIMT_THREADS];
    for (int is_static = 0; is_static < 2; is_static++) {
        simt_uninitialised((float *)memory, is_static);
        cr_assert_eq(hy_cuda_get(y, memory, sizeof y), HY_OK);
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert(isnan(y[i]));
    }
}

Test(threads, turns_go_up_or_down)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        simt_reverse(backwards);
        hy_cuda_fill(memory, 0, (SIMT_THREADS + 1) * sizeof(int32_t));
        simt_turns(at());
        const int32_t *y = result();
        for (int i = 0; i < SIMT_THREADS; i++)
            cr_assert_eq(y[i], backwards ? SIMT_THREADS - 1 - i : i);
    }
}

/* ---- misuse --------------------------------------------------------------------------------- */

static const struct misuse {
    void (*of_ints)(int32_t *);
    void (*of_floats)(float *);
    const char *says[4];
} misuses[] = {
    {simt_reads_a_lane_that_left,
     NULL,
     {"kernel reads_a_lane_that_left, block (0,0,0), thread (", "reads lane 16", "misuse.cu:"}},
    {simt_names_a_mask_without_itself, NULL, {"thread (16,0,0)", "mask 0x0000ffff", "misuse.cu:"}},
    {simt_names_other_masks, NULL, {"lane", "misuse.cu:"}},
    {simt_two_barriers, NULL, {"different barriers", "misuse.cu:"}},
    {simt_leaves_others_waiting, NULL, {"__syncthreads", "misuse.cu:"}},
    {NULL, simt_leaves_copies, {"1 copies it has not waited for", "misuse.cu:"}},
    {NULL, simt_takes_shared_it_was_not_given, {"the launch gives none"}},
};

enum { MISUSES = sizeof misuses / sizeof *misuses };

static void misuse(const void *which)
{
    const struct misuse *m = which;
    if (m->of_ints)
        m->of_ints((int32_t *)memory);
    else
        m->of_floats((float *)memory);
    (void)hy_cuda_wait();
}

Test(threads, misuse_ends_with_kernel_thread_and_line)
{
    for (int backwards = 0; backwards < 2; backwards++)
        for (int i = 0; i < MISUSES; i++) {
            simt_reverse(backwards && i != 1); /* where the first thread to fail is named */
            struct child_end end = child_run(misuse, &misuses[i]);
            cr_assert(!end.well && end.text[0], "not caught: misuse %d", i);
            for (int s = 0; s < 4 && misuses[i].says[s]; s++)
                cr_assert(strstr(end.text, misuses[i].says[s]), "'%s' is not in: %s", misuses[i].says[s], end.text);
        }
}
