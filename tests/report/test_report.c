/* The PDF and the terminal table, from whole, partial and broken run folders. */
#include "report/report.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "tests/report/folder.h"

/* Builds the report of a folder and returns its text ("" without pdftotext); counts no-number garbage as failure. */
static char *text_of(const char *dir)
{
    char *pdf = hy_format("%s/out.pdf", dir), *data;
    size_t bytes;
    cr_assert_eq(build_report(dir, pdf), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(pdf, &data, &bytes), HY_OK);
    cr_assert_gt(bytes, 20000);
    cr_assert_eq(memcmp(data, "%PDF-", 5), 0);
    free(data);
    char *text = pdf_words(pdf);
    unlink(pdf);
    free(pdf);
    if (!text)
        return hy_format("%s", "");
    static const char *const garbage[] = {" nan ", "-nan", " inf ", "(null)", "%s", "1.#"};
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++)
        cr_assert(!strstr(text, garbage[i]), "the report shows '%s'", garbage[i]);
    return text;
}

static void has(const char *text, const char *part)
{
    cr_assert(!*text || strstr(text, part), "the report lacks \"%s\"", part);
}

Test(report, shows_the_run)
{
    char *dir = copy_of_fixture(), *text = text_of(dir);
    static const char *const parts[] = {"Ablation study",
                                        "Key findings",
                                        "Hybrid-Official reaches the lowest",
                                        "Contents",
                                        "Architecture and configuration",
                                        "Results",
                                        "Average of 5",
                                        "unigram 491",
                                        "Loss by position",
                                        "Multi-query associative recall",
                                        "Efficiency",
                                        "Confounding audit",
                                        "Stability of training",
                                        "KV reduction",
                                        "1.571",
                                        "Attention masks",
                                        "Kernels",
                                        "hy_cross_entropy_f32_avx512",
                                        "the CPU lacks AVX512_BF16",
                                        "Text samples",
                                        "Beside published numbers",
                                        "Limits",
                                        "All figures",
                                        "Planned peak (MiB)",
                                        "fixture CPU",
                                        "2.00 times the query heads"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        has(text, parts[i]);
    cr_assert(!*text || !strstr(text, "SYNTHETIC"));
    free(text);
    remove_folder(dir);
}

/* Timings that do not hold are counted on the first page and marked among the kernels. */
Test(report, disturbed_kernels)
{
    char *dir = copy_of_fixture(), *text = text_of(dir);
    has(text, "rows 1 were disturbed");
    has(text, "2.45 ms\xE2\x80\xA0");
    has(text, "991 \xC2\xB5s\xE2\x80\xA1");
    has(text, "others had the processors");
    free(text);
    cr_assert_eq(replace_in(dir, "kernels.csv", ",disturbed,", ",ok,"), 1);
    cr_assert_eq(replace_in(dir, "kernels.csv", ",drifted,", ",ok,"), 1);
    text = text_of(dir);
    has(text, "rows each holds");
    cr_assert(!strstr(text, "others had the processors"), "nothing is marked, so nothing is explained");
    free(text);
    remove_folder(dir);
}

/* A column more in a table of the folder: `value` in the rows of one variant, `others` in the others. */
static void add_column(const char *dir, const char *name, const char *column, const char *variant, const char *value,
                       const char *others)
{
    char *path = hy_format("%s/%s", dir, name), *data;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK, "%s", hy_error());
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    bool header = true;
    for (char *line = strtok(data, "\n"); line; line = strtok(NULL, "\n"), header = false)
        fprintf(f, "%s,%s\n", line, header ? column : strncmp(line, variant, strlen(variant)) == 0 ? value : others);
    fclose(f);
    free(data);
    free(path);
}

static void add_quality(const char *dir, const char *name, const char *variant, const char *value)
{
    add_column(dir, name, "quality", variant, value, "ok");
}

/* A profile says where it is from, unless the program measured it; and is held against none from elsewhere. */
Test(report, imported_profiles)
{
    char *dir = copy_of_fixture(), *text;
    add_column(dir, "ops.csv", "source", "Hybrid-Mine,", "nsys", "measured");
    text = text_of(dir);
    has(text, "Hybrid-Mine (nsys)");
    has(text, "imported from a capture by Nsight Systems");
    has(text, "One of the two profiles was imported");
    cr_assert(!*text || !strstr(text, "Mamba-only (measured)"));
    free(text);
    remove_folder(dir);
    dir = copy_of_fixture();
    add_column(dir, "ops.csv", "source", "", "measured", "measured");
    text = text_of(dir);
    cr_assert(!*text || !strstr(text, "imported"));
    free(text);
    remove_folder(dir);
}

/* So are trainings, cells of scaling.csv and op profiles; no sentence about speed rests on them. */
Test(report, disturbed_rates)
{
    char *dir = copy_of_fixture(), *text = text_of(dir);
    cr_assert(!*text || !strstr(text, "Marked are times that do not hold"), "a table that does not tell marks nothing");
    free(text);
    add_quality(dir, "runs.csv", "Mamba-only,", "disturbed");
    add_quality(dir, "scaling.csv", "Mamba-only,256,", "drifted");
    add_quality(dir, "ops.csv", "Mamba-only,", "disturbed");
    text = text_of(dir);
    has(text, "1 of 7 trainings, 1 of ");
    has(text, "1 of 7 op profiles");
    has(text, "Marked are times that do not hold");
    has(text, "16,151\xE2\x80\xA1");
    has(text, "Mamba-only\xE2\x80\xA0");
    has(text, "Left out because the training was disturbed or drifted: 1 of 7 variants.");
    cr_assert(!*text || !strstr(text, "Mamba-only trains fastest"));
    free(text);
    remove_folder(dir);
}

Test(report, same_files_same_bytes)
{
    char *dir = copy_of_fixture();
    char *one = hy_format("%s/one.pdf", dir), *two = hy_format("%s/two.pdf", dir), *a, *b;
    size_t n, m;
    setenv("SOURCE_DATE_EPOCH", "1735689600", 1);
    setenv("TZ", "Asia/Seoul", 1);
    cr_assert_eq(build_report(FIXTURE, one), HY_OK, "%s", hy_error());
    setenv("TZ", "America/Lima", 1);
    cr_assert_eq(build_report(dir, two), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(one, &a, &n), HY_OK);
    cr_assert_eq(hy_read_file(two, &b, &m), HY_OK);
    cr_assert_eq(n, m);
    cr_assert_eq(memcmp(a, b, n), 0, "the bytes must depend on the files only, not on time, zone or place");
    free(a);
    free(b);
    free(one);
    free(two);
    remove_folder(dir);
}

/* Every file but the results may be missing; the section says so in one line. */
Test(report, missing_files_are_named)
{
    static const char *const files[] = {"history.csv",   "steps.csv", "kernels.csv", "variants.csv",
                                        "reference.csv", "ops.csv",   "kv.csv",      "samples.csv",
                                        "scaling.csv",   "env.json",  "runs.csv",    "config.yaml"};
    char *dir = copy_of_fixture();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        remove_file(dir, files[i]);
    char *text = text_of(dir);
    for (size_t i = 0; i < 10; i++) {
        char *gone = hy_format("%s is missing from the run folder", files[i]);
        char *unread = hy_format("%s cannot be read", files[i]);
        cr_assert(!*text || strstr(text, gone) || strstr(text, unread), "nothing is said of %s", files[i]);
        free(gone);
        free(unread);
    }
    has(text, "Hybrid-Official reaches the lowest");
    free(text);
    remove_folder(dir);
}

/* Tables without rows, a log that never began and a broken env.json beside good results. */
Test(report, empty_files_are_named)
{
    char *dir = copy_of_fixture();
    write_text(dir, "history.csv", "variant,st");
    write_text(dir, "ops.csv", "variant,op,time_ms\n");
    write_text(dir, "env.json", "{\"machine\": ");
    char *text = text_of(dir);
    has(text, "history.csv has no rows");
    has(text, "ops.csv has no rows");
    has(text, "env.json cannot be used");
    free(text);
    remove_folder(dir);
}

/* What a device did for a step is reported with what tracing it cost. */
Test(report, device_time_comes_with_the_cost_of_tracing)
{
    char *dir = copy_of_fixture();
    write_text(dir, "ops.csv",
               "variant,op,layer,pass,calls,time_ms,share_pct,flops,bytes,roof_pct,device_ms,kernels,copies,sets,"
               "trace_ratio,busy_pct\n"
               "Hybrid-Mine,linear,0,forward,2,1.5,60,1e9,1e6,50,1.5,4,0,0,1.31,96.4\n"
               "Mamba-only,scan,0,forward,1,1.0,40,1e9,1e6,50,1.0,2,0,0,1.07,93.6\n");
    char *text = text_of(dir);
    has(text, "by CUPTI");
    has(text, "1.07 to 1.31 times");
    has(text, "94 to 96 %");
    free(text);
    remove_folder(dir);
}

/* Nothing but names: every number is missing. */
Test(report, no_numbers_at_all)
{
    char *dir = new_folder();
    write_text(dir, "ablation_results.csv",
               "Model,Implementation,Params (M),Best PPL,Final PPL,Time (min),Status\n"
               "Hybrid-Mine,Mine,nan,inf,-1,,diverged\nOther,Official,,,,,failed\n");
    char *text = text_of(dir);
    has(text, "No variant of this run has a validation perplexity");
    has(text, "2 of 2 variants did not finish");
    has(text, "\xE2\x80\x93");
    free(text);
    remove_folder(dir);
}

/* Numbers no chart can be prepared for. */
Test(report, hostile_numbers)
{
    static const char *const values[] = {"nan", "-5", "0", "1e300", "inf", "1e-300", ""};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char *dir = copy_of_fixture(), *changed = hy_format(",%s,%s", values[i], values[i]);
        cr_assert_eq(replace_in(dir, "ablation_results.csv", ",168.21,169.4", changed), 1);
        char *row = hy_format("Mamba-only,42,999,1,%s,%s,%s,%s,%s,120,r,c\n", values[i], values[i], values[i],
                              values[i], values[i]);
        char *path = hy_format("%s/history.csv", dir);
        FILE *log = fopen(path, "ab");
        fputs(row, log);
        fclose(log);
        free(text_of(dir));
        free(row);
        free(path);
        free(changed);
        remove_folder(dir);
    }
}

Test(report, names_may_be_any_utf8)
{
    char *dir = copy_of_fixture();
    const char *name = "H\xC3\xBCmba-\xCE\xB2, \xE2\x80\x9Cgro\xC3\x9F\xE2\x80\x9D";
    char *quoted = hy_format("\"%s\"", name);
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "\nMamba-only",
                            "\n\xFF\x01"
                            "broken"),
                 1);
    cr_assert_gt(replace_in(dir, "ablation_results.csv", "Transformer-only", quoted), 0);
    cr_assert_gt(replace_in(dir, "history.csv", "Transformer-only", quoted), 0);
    char *text = text_of(dir);
    has(text, "H\xC3\xBCmba-\xCE\xB2");
    has(text, "\xEF\xBF\xBD\xEF\xBF\xBD"
              "broken");
    free(text);
    free(quoted);
    remove_folder(dir);
}

Test(report, synthetic_corpus_is_announced)
{
    char *dir = copy_of_fixture();
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "fixture (invented numbers)", "synthetic (seed 1)"), 7);
    char *text = text_of(dir);
    has(text, "SYNTHETIC CORPUS");
    free(text);
    remove_folder(dir);
}

/* Twenty variants of unknown names: colours, ranks and pages hold. */
Test(report, many_variants)
{
    char *dir = new_folder(), *table = NULL;
    size_t bytes;
    FILE *out = open_memstream(&table, &bytes);
    fputs("Model,Implementation,Params (M),Best PPL,Final PPL,Time (min),Status,Run,Corpus\n", out);
    for (int i = 0; i < 20; i++)
        fprintf(out, "Variant-%d-with-a-rather-long-name,%s,%d,%d,%d,1,ok,r,c\n", i, i % 2 ? "Mine" : "Official", i + 1,
                100 + i, 101 + i);
    fclose(out);
    write_text(dir, "ablation_results.csv", table);
    free(text_of(dir));
    free(table);
    remove_folder(dir);
}

/* Without a file named: everything, into the run folder. */
Test(report, all_into_the_run_folder)
{
    static const char *const files[] = {"report.pdf", "report.html", "report.md"};
    char *dir = copy_of_fixture();
    cr_assert_eq(hy_report_build(&(struct hy_report_options){.run_dir = dir}), HY_OK, "%s", hy_error());
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = hy_format("%s/%s", dir, files[i]), *alone = hy_format("%s/alone%s", dir, strchr(files[i], '.'));
        char *a, *b;
        size_t n, m;
        cr_assert_eq(build_report(dir, alone), HY_OK, "%s", hy_error());
        cr_assert_eq(hy_read_file(path, &a, &n), HY_OK, "%s", hy_error());
        cr_assert_eq(hy_read_file(alone, &b, &m), HY_OK, "%s", hy_error());
        cr_assert(n == m && memcmp(a, b, n) == 0, "%s is the same when it is asked for alone", files[i]);
        free(a);
        free(b);
        free(path);
        free(alone);
    }
    char *charts = hy_format("%s/charts", dir);
    cr_assert(hy_folder_exists(charts));
    free(charts);
    remove_folder(dir);
}

/* Markdown elsewhere has its pictures beside it. */
Test(report, markdown_brings_its_charts)
{
    char *dir = new_folder(), *md = hy_format("%s/summary.md", dir), *charts = hy_format("%s/charts", dir);
    cr_assert_eq(build_report(FIXTURE, md), HY_OK, "%s", hy_error());
    cr_assert(hy_file_exists(md) && hy_folder_exists(charts));
    free(md);
    free(charts);
    remove_folder(dir);
}

Test(report, what_is_not_known_is_refused)
{
    static const char *const names[] = {"out.docx", "out", "out.pdf/", ".pdfx"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_assert_eq(build_report(FIXTURE, names[i]), HY_BAD_INPUT, "%s", names[i]);
        cr_assert(strstr(hy_error(), ".html"), "%s", hy_error());
    }
    const struct hy_report_options klingon = {.run_dir = FIXTURE, .language = "tlh", .out = "x.pdf"};
    cr_assert_eq(hy_report_build(&klingon), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "ko"), "%s", hy_error());
    const struct hy_report_options nowhere = {.run_dir = FIXTURE, .compare_to = "no/such/run", .out = "x.pdf"};
    cr_assert_eq(hy_report_build(&nowhere), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "no/such/run"));
    cr_assert(!hy_file_exists("x.pdf"));
}

/* The language holds for one report. */
Test(report, in_another_language)
{
    char *dir = new_folder(), *pdf = hy_format("%s/ko.pdf", dir);
    const struct hy_report_options o = {.run_dir = FIXTURE, .language = "ko", .out = pdf};
    cr_assert_eq(hy_report_build(&o), HY_OK, "%s", hy_error());
    cr_assert_str_eq(hy_say_language(), "en");
    char *text = pdf_text(pdf);
    has(text ? text : "", "Hybrid-Official");
    has(text ? text : "", "144.52");
    cr_assert(!text || strstr(text, "\xEB"), "there is Korean in it");
    free(text);
    free(pdf);
    remove_folder(dir);
}

/* Two runs side by side. */
Test(report, beside_another_run)
{
    char *dir = copy_of_fixture(), *pdf = hy_format("%s/two.pdf", dir);
    const struct hy_report_options o = {.run_dir = dir, .compare_to = FIXTURE, .out = pdf};
    cr_assert_eq(hy_report_build(&o), HY_OK, "%s", hy_error());
    free(pdf);
    remove_folder(dir);
}

Test(report, folders_that_are_no_runs)
{
    char *dir = new_folder(), *pdf = hy_format("%s/out.pdf", dir);
    cr_assert_eq(build_report("no/such/folder", pdf), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "no/such/folder"));
    cr_assert_eq(build_report(FIXTURE "/env.json", pdf), HY_BAD_INPUT, "a file is no folder");
    cr_assert_eq(build_report(dir, pdf), HY_BAD_INPUT, "an empty folder is no run folder");
    write_text(dir, "env.json", "{}");
    cr_assert_eq(build_report(dir, pdf), HY_NO_DATA, "a run without results");
    write_text(dir, "ablation_results.csv", "Model,Implementation\n");
    cr_assert_eq(build_report(dir, pdf), HY_NO_DATA, "a result table without rows");
    write_text(dir, "ablation_results.csv", "Model,Implementation\n\"x\n");
    cr_assert_eq(build_report(dir, pdf), HY_BAD_INPUT, "a broken result table");
    cr_assert(!hy_file_exists(pdf), "nothing was written");
    free(pdf);
    remove_folder(dir);
}

Test(report, pdf_that_cannot_be_written)
{
    cr_assert_eq(build_report(FIXTURE, "no/such/folder/out.pdf"), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "no/such/folder/out.pdf"));
}

/* A font file that is none: the error comes back as a status, nothing leaks, nothing is left. */
Test(report, broken_font)
{
    char *dir = new_folder(), *pdf = hy_format("%s/out.pdf", dir);
    write_text(dir, "DejaVuSans.ttf", "this is no font");
    setenv("HYMBENCH_FONTS", dir, 1);
    cr_assert_eq(build_report(FIXTURE, pdf), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "DejaVuSans.ttf"));
    cr_assert(!hy_file_exists(pdf));
    free(pdf);
    remove_folder(dir);
}

Test(terminal, table)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    cr_assert_eq(hy_report_print_table(FIXTURE, out), HY_OK);
    fclose(out);
    const char *first = strstr(text, "Hybrid-Official"), *last = strstr(text, "Transformer-only");
    cr_assert(first && last && first < last, "sorted by best perplexity");
    cr_assert(strstr(text, "average of 5") && strstr(text, "average of 2"));
    cr_assert(strstr(text, "Best model: Hybrid-Official, perplexity 144.52"));
    cr_assert(strstr(text, FIXTURE "/report.pdf"));
    free(text);
    cr_assert_eq(hy_report_print_table("no/such/folder", stdout), HY_BAD_INPUT);
}

/* Every implementation has a line of its own under the table, and its look is explained in the report. */
Test(report, third_implementation)
{
    char *dir = copy_of_fixture(), *table = NULL;
    size_t bytes;
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "Hybrid-NoKVShare,Mine,", "Hybrid-NoKVShare,Sequential,"), 1);
    FILE *out = open_memstream(&table, &bytes);
    cr_assert_eq(hy_report_print_table(dir, out), HY_OK);
    fclose(out);
    cr_assert(strstr(table, "average of 4      Mine") && strstr(table, "average of 2      Official"), "%s", table);
    cr_assert(strstr(table, "average of 1      Sequential"), "%s", table);
    char *text = text_of(dir);
    has(text, "Looks tell the implementations apart: round Mine (split), square Sequential (split),");
    has(text, "Average of 4");
    has(text, "Average of 2");
    free(text);
    free(table);
    remove_folder(dir);
}
