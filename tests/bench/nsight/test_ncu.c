/* What ncu prints: numbers, units, pages, lines that are none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/nsight/ncu_file.h"
#include "bench/nsight/ncu_units.h"
#include "kernels/base/file.h"

static char path[64];

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/hymbench-ncu-%ld.csv", (long)getpid());
}

static void end(void)
{
    unlink(path);
}

TestSuite(ncu, .init = begin, .fini = end);

static void put_file(const char *text)
{
    cr_assert_eq(hy_write_file(path, text, strlen(text)), HY_OK, "%s", hy_error());
}

Test(ncu, numbers)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"12", 12},
                {"1,234", 1234},
                {"1,234,567.50", 1234567.5},
                {"0.25", 0.25},
                {"-3.5", -3.5},
                {"158 (0: 158)", 158},
                {"12,345.6", 12345.6},
                {"1e+06", 1e6},
                {"1,000 (1; 2)", 1000}};
    static const char *const bad[] = {"",          "n/a",         "9,00", "1.234,56", "1,2345",
                                      "12,34,567", "(128, 1, 1)", "1 2",  ",123"};
    double value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(hy_ncu_number(good[i].text, &value) && value == good[i].value, "%s", good[i].text);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(hy_ncu_number(bad[i], &value), "%s", bad[i]);
}

Test(ncu, units)
{
    static const struct {
        const char *unit, *base;
        double factor;
    } units[] = {{"nsecond", "ns", 1},
                 {"usecond", "ns", 1e3},
                 {"ms", "ns", 1e6},
                 {"second", "ns", 1e9},
                 {"byte", "byte", 1},
                 {"Kbyte", "byte", 1e3},
                 {"Mbyte", "byte", 1e6},
                 {"Gbyte/second", "byte/s", 1e9},
                 {"Tbyte/s", "byte/s", 1e12},
                 {"Kbyte/block", "byte/block", 1e3},
                 {"register/thread", "register/thread", 1},
                 {"%", "percent", 1},
                 {"Ghz", "hz", 1e9},
                 {"cycle/nsecond", "cycle/s", 1e9},
                 {"cycle/usecond", "cycle/s", 1e6},
                 {"inst/cycle", "inst/cycle", 1},
                 {"Kinst", "inst", 1e3},
                 {"", "", 1}};
    char base[64];
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const double factor = hy_ncu_unit(units[i].unit, base, sizeof base);
        cr_expect_float_eq(factor / units[i].factor, 1, 1e-12, "%s: %g", units[i].unit, factor);
        cr_expect_str_eq(base, units[i].base, "%s: %s", units[i].unit, base);
    }
}

static const struct hy_ncu_count *count(const struct hy_ncu *n, const char *kernel, const char *metric,
                                        const char *unit)
{
    for (size_t i = 0; i < n->n; i++)
        if (strcmp(n->counts[i].kernel, kernel) == 0 && strcmp(n->counts[i].metric, metric) == 0 &&
            strcmp(n->counts[i].unit, unit) == 0)
            return &n->counts[i];
    cr_assert_fail("no %s in %s of %s", metric, unit, kernel);
    return NULL;
}

#define NVTX "\"thread Domain:Push/Pop_Range:PL_Type:PL_Value:CLR_Type:Color:Msg_Type:Msg\""
#define REST ":ULL:7:ARGB:0xff8172b2:REGISTERED"
static const char raw[] =
    "==PROF== Connected to process 77 (/opt/hymbench)\nmodel: 3 steps\n"
    "\"ID\",\"Process ID\",\"Process Name\",\"Host Name\"," NVTX
    ",\"Kernel Name\",\"Context\",\"Stream\",\"Block Size\","
    "\"Grid "
    "Size\",\"Device\",\"CC\",\"device__attribute_warp_size\",\"dram__bytes_read.sum\",\"gpu__time_duration.sum\","
    "\"launch__func_cache_config\"\n"
    "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"block\",\"\",\"\",\"\",\"\",\"Mbyte\",\"usecond\",\"\"\n"
    "==PROF== 0%....100%\n"
    "\"0\",\"77\",\"hymbench\",\"h\",\"77  \"\"hymbench:train" REST "\"\"  \"\"hymbench:forward" REST
    "\"\"  \"\"hymbench:layer 3" REST "\"\"  \"\"hymbench:mamba.scan" REST
    "\"\" \",\"scan(float*, int)\",\"1\",\"7\",\"(128, 1, 1)\",\"(4, 2, 1)\",\"0\",\"9.0\",\"32\",\"1,234.5\",\"10\","
    "\"CachePreferNone\"\n"
    "\"1\",\"77\",\"hymbench\",\"h\",\"77  \"\"hymbench:train" REST "\"\"  \"\"hymbench:forward" REST
    "\"\"  \"\"hymbench:layer 4" REST "\"\"  \"\"hymbench:mamba.scan" REST
    "\"\" \",\"scan(float*, int)\",\"1\",\"7\",\"(128, 1, 1)\",\"(4, 2, 1)\",\"0\",\"9.0\",\"32\",\"1,235.5\",\"20\","
    "\"CachePreferNone\"\n"
    "\"2\",\"77\",\"hymbench\",\"h\",\"77  \"\"hymbench:capture" REST "\"\"  \"\"hymbench:whole" REST
    "\"\" \",\"other\",\"1\",\"7\",\"(64, 1, 1)\",\"(1, 1, "
    "1)\",\"0\",\"9.0\",\"32\",\"0.5\",\"1.5\",\"CachePreferNone\"\n"
    "==PROF== Disconnected from process 77\n";

Test(ncu, raw_page)
{
    struct hy_ncu n;
    put_file(raw);
    cr_assert_eq(hy_ncu_read(&n, path), HY_OK, "%s", hy_error());
    cr_assert_eq(n.n, 4);
    cr_expect_eq(n.launches, 3);
    cr_expect_eq(n.no_numbers, 3);
    cr_expect_eq(n.passed_over, 4);
    const struct hy_ncu_count *c = count(&n, "scan(float*, int)", "dram__bytes_read.sum", "byte");
    cr_expect_eq(c->n, 2);
    cr_expect_float_eq(c->sum / 2, 1235e6, 1);
    cr_expect_str_eq(c->place, "mamba.scan");
    cr_expect_str_eq(c->pass, "forward");
    cr_expect_str_eq(c->shape, "grid=4x2x1 block=128x1x1");
    cr_expect_str_eq(c->chip, "sm_90");
    c = count(&n, "scan(float*, int)", "gpu__time_duration.sum", "ns");
    cr_expect_float_eq(c->sum / 2, 15e3, 1e-6);
    c = count(&n, "other", "gpu__time_duration.sum", "ns");
    cr_expect_float_eq(c->sum, 1500, 1e-9);
    cr_expect_str_eq(c->place, "step");
    hy_ncu_fini(&n);
}

#define DETAILS                                                                                                    \
    "\"ID\",\"Process ID\",\"Process Name\",\"Kernel Name\",\"Block Size\",\"Grid Size\",\"CC\",\"Section Name\"," \
    "\"Metric Name\",\"Metric Unit\",\"Metric Value\",\"Rule Name\"\n"
#define ROW(id, section, metric, unit, value)                                                                          \
    "\"" id "\",\"77\",\"hymbench\",\"k\",\"(64, 1, 1)\",\"(2, 1, 1)\",\"9.0\",\"" section "\",\"" metric "\",\"" unit \
    "\",\"" value "\",\"\"\n"

Test(ncu, details_page)
{
    struct hy_ncu n;
    put_file(DETAILS ROW("0", "Speed Of Light", "Duration", "us", "2,848.00")
                 ROW("0", "Speed Of Light", "Memory Throughput", "%", "14.26")
                     ROW("0", "Memory Workload", "Memory Throughput", "Gbyte/s", "12.5") ROW("0", "Advice", "", "", "")
                         ROW("1", "Speed Of Light", "Duration", "us", "2,850.00"));
    cr_assert_eq(hy_ncu_read(&n, path), HY_OK, "%s", hy_error());
    cr_expect_eq(n.launches, 2);
    cr_assert_eq(n.n, 3);
    cr_expect_float_eq(count(&n, "k", "Duration", "ns")->sum / 2, 2849e3, 1e-6);
    cr_expect_float_eq(count(&n, "k", "Memory Throughput", "percent")->sum, 14.26, 1e-12);
    cr_expect_float_eq(count(&n, "k", "Memory Throughput", "byte/s")->sum, 12.5e9, 1);
    hy_ncu_fini(&n);
}

static void expect_refused(hy_status status, const char *word, const char *text)
{
    struct hy_ncu n;
    put_file(text);
    const hy_status got = hy_ncu_read(&n, path);
    cr_expect_eq(got, status, "%d instead of %d: %s", got, status, hy_error());
    cr_expect(strstr(hy_error(), word), "'%s' is not in: %s", word, hy_error());
    cr_expect_null(n.counts);
}

Test(ncu, bad_files)
{
    char torn[sizeof raw];
    struct hy_ncu n;
    expect_refused(HY_BAD_INPUT, "no line that begins with \"ID\"", "");
    expect_refused(HY_BAD_INPUT, "no line that begins with \"ID\"", "a,b\n1,2\n");
    expect_refused(HY_NO_DATA, "NVreg_RestrictProfilingToAdminUsers",
                   "==ERROR== ERR_NVGPUCTRPERM - The user does not ...");
    expect_refused(HY_NO_DATA, "no kernel was profiled", "==WARNING== No kernels were profiled.\n");
    expect_refused(HY_BAD_INPUT, "--page raw", "\"ID\",\"API Name\"\n\"0\",\"cuLaunch\"\n");
    expect_refused(HY_BAD_INPUT, "line of units", "\"ID\",\"Kernel Name\",\"a__b\"\n\"0\",\"k\",\"1\"\n");
    expect_refused(HY_NO_DATA, "has no kernel", "\"ID\",\"Kernel Name\",\"a__b\"\n\"\",\"\",\"byte\"\n");
    expect_refused(
        HY_NO_DATA, "'python3'",
        "\"ID\",\"Process Name\",\"Kernel Name\",\"a__b\"\n\"\",\"\",\"\",\"byte\"\n\"0\",\"python3\",\"k\",\"1\"\n");
    expect_refused(HY_NO_DATA, "is a number", "\"ID\",\"Kernel Name\",\"a__b\"\n\"\",\"\",\"\"\n\"0\",\"k\",\"n/a\"\n");
    expect_refused(HY_BAD_INPUT, ":6: 'Duration' holds \"9,00\"",
                   "==PROF== a\n==PROF== b\n" DETAILS ROW("0", "s", "Duration", "us", "1.5") "==PROF== c\n" ROW(
                       "1", "s", "Duration", "us", "9,00"));
    snprintf(torn, sizeof torn, "%.*s", (int)(sizeof raw - 120), raw);
    put_file(torn);
    cr_expect_eq(hy_ncu_read(&n, path), HY_BAD_INPUT);
    cr_expect(strstr(hy_error(), ":8"), "%s", hy_error());
    unlink(path);
    cr_expect_eq(hy_ncu_read(&n, path), HY_BAD_INPUT);
}
