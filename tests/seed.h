/* The seed of tests that draw at random: HYMBENCH_TEST_SEED, or 0. A test adds it to numbers of its own, so
 * that it is repeatable without the variable, and another test with every value of it. */
#ifndef HY_TESTS_SEED_H
#define HY_TESTS_SEED_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Says what it is, once in a process (criterion runs each test in its own), so that a failure can be repeated. */
static inline uint64_t test_seed(void)
{
    static int said;
    const char *text = getenv("HYMBENCH_TEST_SEED");
    const uint64_t seed = text ? strtoull(text, NULL, 10) : 0;
    if (!said)
        fprintf(stderr, "HYMBENCH_TEST_SEED=%" PRIu64 "\n", seed);
    said = 1;
    return seed;
}

#endif
