/* Which processors threads are bound to, and that they are. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/pin.h"
#include "tests/root.h"

TestSuite(pin, .init = root_begin, .fini = root_end);

static void siblings(int cpu, const char *list)
{
    char *folder = hy_format("%s/sys/devices/system/cpu/cpu%d/topology", top, cpu);
    char *path = hy_format("%s/thread_siblings_list", folder);
    cr_assert_eq(hy_make_folders(folder), HY_OK);
    cr_assert_eq(hy_write_file(path, list, strlen(list)), HY_OK);
    free(path);
    free(folder);
}

static cpu_set_t first(int n)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = 0; i < n; i++)
        CPU_SET((size_t)i, &set);
    return set;
}

Test(pin, whole_cores_come_before_their_second_threads)
{
    char places[128];
    cpu_set_t four = first(4);
    siblings(0, "0-1\n");
    siblings(1, "0-1\n");
    siblings(2, "2,3\n");
    siblings(3, "2,3\n");
    cr_assert(hy_pin_places(&four, 2, places, sizeof places));
    cr_assert_str_eq(places, "{0},{2}");
    cr_assert(hy_pin_places(&four, 3, places, sizeof places));
    cr_assert_str_eq(places, "{0},{2},{1}");
    cr_assert(hy_pin_places(&four, 4, places, sizeof places));
    cr_assert_str_eq(places, "{0},{2},{1},{3}");
    cr_assert_not(hy_pin_places(&four, 5, places, sizeof places), "five threads, four processors");
}

Test(pin, only_what_is_allowed)
{
    char places[128];
    cpu_set_t some = first(0);
    CPU_SET(5, &some);
    CPU_SET(9, &some);
    cr_assert(hy_pin_places(&some, 2, places, sizeof places), "nobody says which are siblings");
    cr_assert_str_eq(places, "{5},{9}");
    siblings(9, "what is this");
    siblings(5, "9-2");
    cr_assert(hy_pin_places(&some, 2, places, sizeof places));
    cr_assert_str_eq(places, "{5},{9}");
    cr_assert_not(hy_pin_places(&some, 2, places, 5), "no room");
}
