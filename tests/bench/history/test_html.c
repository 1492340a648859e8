/* The page of a history: its scripts are sound whatever is in the names, and its files are there. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/history/html.h"
#include "bench/history/html_data.h"
#include "bench/history/html_json.h"
#include "bench/history/html_level.h"
#include "kernels/base/file.h"

/* ---- JSON ---------------------------------------------------------------------------------------- */
static char *text_json(const char *text)
{
    char *made = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&made, &bytes);
    hy_json_text(out, text);
    fclose(out);
    return made;
}

Test(history_html, text_may_stand_in_a_script)
{
    static const struct {
        const char *text, *json, *why;
    } cases[] = {
        {"hy_a/c/hot", "\"hy_a/c/hot\"", "plain"},
        {"\"\\", "\"\\\"\\\\\"", "what JSON quotes"},
        {"</script><!--", "\"\\u003c/script>\\u003c!--\"", "what would end the script"},
        {"\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\"", "control characters"},
        {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", "\"\\u2028\\u2029\xe2\x80\xaa\"", "JavaScript's own line ends"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x99", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x99\"",
         "two, three and four bytes"},
        {"\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"", "the last character there is"},
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"", "beyond it"},
        {"a\xff\x80z", "\"a\\ufffd\\ufffdz\"", "no UTF-8"},
        {"\xc0\xbc", "\"\\ufffd\\ufffd\"", "a '<' in too long a form"},
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"", "half a pair"},
        {"\xe2\x80", "\"\\ufffd\\ufffd\"", "cut off"},
        {"", "\"\"", "nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *made = text_json(cases[i].text);
        cr_expect_str_eq(made, cases[i].json, "%s: %s", cases[i].why, made);
        json_t *read = json_loads(made, JSON_DECODE_ANY, NULL);
        cr_expect_not_null(read, "%s is no JSON: %s", cases[i].why, made);
        json_decref(read);
        free(made);
    }
}

Test(history_html, numbers)
{
    static const struct {
        double x;
        const char *json;
    } cases[] = {{0, "0"}, {1234567890, "1.23456789e+09"}, {-1.5, "-1.5"}, {NAN, "null"}, {INFINITY, "null"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *made = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&made, &bytes);
        hy_json_number(out, cases[i].x);
        fclose(out);
        cr_expect_str_eq(made, cases[i].json);
        free(made);
    }
}

/* ---- a small history ----------------------------------------------------------------------------------- */
enum { NIGHTS = 40, SERIES = 65 }; /* 65: one more than a file holds */

struct world {
    struct hy_night nights[NIGHTS];
    struct hy_point points[NIGHTS];
    struct hy_series series[SERIES];
    struct hy_nights n;
};

/* One machine; every series is 100 and 110 from night 35 on, the night before is doubtful. */
static void make(struct world *w)
{
    *w = (struct world){.n = {.nights = w->nights, .n_nights = NIGHTS, .series = w->series, .n = SERIES}};
    for (size_t i = 0; i < NIGHTS; i++) {
        w->nights[i] = (struct hy_night){.id = (int64_t)(100 + i),
                                         .at = 1700000000 + 86400 * (int64_t)i,
                                         .identity = "",
                                         .folder = "",
                                         .sha = "0123456789abcdef0123456789abcdef01234567",
                                         .machine = "M</script>",
                                         .clock_ns = NAN,
                                         .copy_ns = NAN};
        const double value = i == 34 ? 300 : i < 35 ? 100 : 110;
        w->points[i] = (struct hy_point){.night = i,
                                         .at = w->nights[i].at,
                                         .value = value,
                                         .low = value - 1,
                                         .high = i == 3 ? NAN : value + 1,
                                         .samples = 20,
                                         .quality = i == 34 ? HY_POINT_DOUBTFUL : HY_POINT_OK};
    }
    for (size_t i = 0; i < SERIES; i++)
        w->series[i] = (struct hy_series){.id = (int64_t)(10 + i),
                                          .metric = "time",
                                          .subject = "<b>\xff",
                                          .unit = "ns",
                                          .machine = "M</script>",
                                          .threads = "1",
                                          .precision = "f32",
                                          .profile = "",
                                          .conditions = i % 2 ? "gcc" : "clang",
                                          .timed = true,
                                          .points = w->points,
                                          .n = NIGHTS};
}

/* The object in a script, between its first brace and its last one. */
static json_t *object_in(const char *script)
{
    const char *from = strchr(script, '{'), *to = strrchr(script, '}');
    cr_assert(from && to && to > from, "no object in %.80s", script);
    json_error_t error;
    json_t *object = json_loadb(from, (size_t)(to - from) + 1, 0, &error);
    cr_assert_not_null(object, "line %d: %s", error.line, error.text);
    return object;
}

static json_t *overview_of(const struct world *w, const struct hy_alarms *f)
{
    char *made = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&made, &bytes);
    hy_html_overview(out, &w->n, f);
    fclose(out);
    cr_expect_null(strchr(made, '<'), "a '<' stands in the script");
    json_t *object = object_in(made);
    free(made);
    return object;
}

Test(history_html, the_overview)
{
    struct world w;
    make(&w);
    struct hy_alarm rows[] = {{.series = 12,
                               .good = 134,
                               .bad = 135,
                               .kind = HY_STEP,
                               .state = HY_STATE_CONFIRMED,
                               .worse = true,
                               .ratio = 1.1,
                               .low = 1.09,
                               .high = 1.11,
                               .p = 1e-9,
                               .how = "in turns",
                               .at = 1703000000},
                              {.series = 13, .good = 1, .bad = 2, .ratio = NAN, .low = NAN, .high = NAN, .how = ""}};
    json_t *all = overview_of(&w, &(struct hy_alarms){.rows = rows, .n = 2});
    json_t *series = json_object_get(all, "series"), *one = json_array_get(series, 2);
    cr_expect_eq(json_array_size(series), SERIES);
    cr_expect_eq(json_array_size(json_object_get(all, "nights")), NIGHTS);
    cr_expect_eq(json_array_size(json_object_get(all, "machines")), 1);
    cr_expect_eq(json_array_size(json_object_get(all, "conditions")), 2);
    cr_expect_str_eq(json_string_value(json_object_get(one, "subject")), "<b>\xef\xbf\xbd");
    const json_t *heat = json_object_get(one, "heat");
    cr_assert_eq(json_array_size(heat), HY_HTML_COLUMNS);
    cr_expect_eq(json_integer_value(json_array_get(heat, 0)), 1000, "the level is that of the nights before the map's");
    cr_expect_eq(json_integer_value(json_array_get(heat, 24)), -3000, "a doubtful night is negative");
    cr_expect_eq(json_integer_value(json_array_get(heat, 29)), 1100);
    const json_t *found = json_object_get(all, "findings"), *second = json_array_get(found, 1);
    cr_expect_eq(json_integer_value(json_object_get(json_array_get(found, 0), "bad")), 35);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(found, 0), "state")), "confirmed");
    cr_expect_eq(json_integer_value(json_object_get(second, "bad")), -1, "a night that is not there");
    cr_expect(json_is_null(json_object_get(second, "ratio")));
    json_decref(all);
}

Test(history_html, exact_figures_differ_by_the_least)
{
    struct world w;
    make(&w);
    w.n.n = 1;
    w.series[0].exact = true;
    w.series[0].timed = false;
    w.points[34].quality = HY_POINT_OK;
    w.points[34].value = 100;
    w.points[38].value = 100.0001;
    w.points[39].value = 0;
    json_t *all = overview_of(&w, &(struct hy_alarms){0});
    const json_t *heat = json_object_get(json_array_get(json_object_get(all, "series"), 0), "heat");
    cr_expect_eq(json_integer_value(json_array_get(heat, 28)), 1001);
    cr_expect_eq(json_integer_value(json_array_get(heat, 29)), 1, "nothing is no missing point");
    json_decref(all);
}

Test(history_html, the_points)
{
    struct world w;
    make(&w);
    for (size_t i = 0; i < NIGHTS; i++) { /* every second night on a clock that is a fifth slower */
        const double slower = i % 2 ? 1.2 : 1;
        w.nights[i].clock_ns = 0.25 * slower;
        w.points[i].value *= slower;
    }
    char *made = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&made, &bytes);
    hy_html_data(out, &w.n, 0, 3, 5);
    fclose(out);
    cr_expect_eq(strncmp(made, "hymbench_data(0, {", 18), 0);
    json_t *all = object_in(made), *one = json_object_get(all, "13");
    cr_expect_eq(json_object_size(all), 2);
    cr_expect_eq(json_array_size(json_object_get(one, "value")), NIGHTS);
    cr_expect(json_is_null(json_array_get(json_object_get(one, "high"), 3)));
    cr_expect_str_eq(json_string_value(json_object_get(one, "norm")), "clock");
    const json_t *factor = json_object_get(one, "factor"), *doubtful = json_object_get(one, "doubtful");
    cr_expect_float_eq(json_number_value(json_array_get(factor, 39)), 1, 1e-9);
    cr_expect_float_eq(json_number_value(json_array_get(factor, 34)), 1.2, 1e-5, "of a doubtful one, too");
    cr_assert_eq(json_array_size(doubtful), 1);
    cr_expect_eq(json_integer_value(json_array_get(doubtful, 0)), 34);
    const json_t *changes = json_object_get(one, "changes"), *change = json_array_get(changes, 0);
    cr_assert_eq(json_array_size(changes), 1);
    cr_expect_eq(json_integer_value(json_array_get(change, 0)), 35, "the point's number, doubtful ones counted");
    cr_expect_float_eq(json_number_value(json_array_get(change, 3)) / json_number_value(json_array_get(change, 2)), 1.1,
                       1e-6);
    json_decref(all);
    free(made);
}

Test(history_html, medians)
{
    cr_expect(isnan(hy_level_median(NULL, 0)));
    cr_expect_eq(hy_level_median((double[]){3, 1, 2}, 3), 2);
    cr_expect_eq(hy_level_median((double[]){4, 1, 2, 3}, 4), 2.5);
}

/* ---- files ------------------------------------------------------------------------------------------------ */
Test(history_html, every_file_is_written)
{
    static const char *const names[] = {"index.html", "page.css",  "words.js",  "chart.js",
                                        "page.js",    "series.js", "data/0.js", "data/1.js"};
    struct world w;
    make(&w);
    char folder[] = "/tmp/hymbench-html-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    char *page = hy_format("%s/not/there", folder), *remove = hy_format("rm -rf %s", folder);
    cr_assert_eq(hy_history_html(page, &w.n, &(struct hy_alarms){0}), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_history_html(page, &w.n, &(struct hy_alarms){0}), HY_OK, "once more over it: %s", hy_error());
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = hy_format("%s/%s", page, names[i]), *text = NULL;
        size_t bytes = 0;
        cr_expect_eq(hy_read_file(path, &text, &bytes), HY_OK, "%s", hy_error());
        cr_expect(bytes > 100, "%s has %zu bytes", names[i], bytes);
        free(text);
        free(path);
    }
    char *own = hy_format("%s/index.html", page), *text = NULL, *tree = NULL;
    size_t bytes = 0, tree_bytes = 0;
    cr_assert_eq(hy_read_file(own, &text, &bytes), HY_OK);
    cr_assert_eq(hy_read_file("bench/history/dashboard/index.html", &tree, &tree_bytes), HY_OK, "%s", hy_error());
    cr_expect(bytes == tree_bytes && memcmp(text, tree, bytes) == 0, "the page is the tree's, byte for byte");
    char *blocked = hy_format("%s/page", own);
    cr_expect_eq(hy_history_html(blocked, &w.n, &(struct hy_alarms){0}), HY_BAD_INPUT, "a file is in the way");
    cr_assert_eq(system(remove), 0);
    free(blocked);
    free(own);
    free(text);
    free(tree);
    free(page);
    free(remove);
}
