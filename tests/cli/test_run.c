/* A whole run: what stands in its folder, that it can be repeated, reported anew and sized up. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_run, .init = cli_begin, .fini = cli_end);

/* What depends on the clock or the machine's load; compared tables leave it out. */
static const char timed_results[] = "Time (min),Train tok/s,Prefill tok/s,Decode tok/s,Peak memory (MiB)";
static const char timed_runs[] =
    "Time (min),Train tok/s,Prefill tok/s,Decode tok/s,Peak memory (MiB),Started (UTC),Eval tok/s,"
    "disturbed_pct,dropped,clock_ratio,memory_ratio,quality";
static const char timed_ops[] = "time_ms,share_pct,roof_pct,disturbed_pct,dropped,clock_ratio,memory_ratio,quality";

static void same_results(const char *a, const char *b)
{
    static const char *const whole[] = {"history.csv",   "steps.csv",   "variants.csv", "kv.csv",
                                        "reference.csv", "samples.csv", "config.yaml",  "evaluation.csv"};
    static const struct {
        const char *file, *but;
    } timed[] = {{"ablation_results.csv", timed_results}, {"runs.csv", timed_runs}, {"ops.csv", timed_ops}};
    char x[128], y[128];
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        snprintf(x, sizeof x, "%s/%s", a, whole[i]);
        snprintf(y, sizeof y, "%s/%s", b, whole[i]);
        cli_same_file(x, y);
    }
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++) {
        snprintf(x, sizeof x, "%s/%s", a, timed[i].file);
        snprintf(y, sizeof y, "%s/%s", b, timed[i].file);
        cli_same_table(x, y, timed[i].but);
    }
}

static void expect_header(const char *file, const char *header)
{
    size_t bytes;
    char *text = cli_read(file, &bytes);
    text[strcspn(text, "\r\n")] = '\0';
    cr_assert(strncmp(text, header, strlen(header)) == 0, "%s begins with\n%s\nnot\n%s", file, text, header);
    size_t length = strlen(text);
    cr_assert(length > 11 && strcmp(text + length - 11, ",Run,Corpus") == 0, "%s: %s", file, text);
    free(text);
}

Test(cli_run, seven_variants_leave_every_file)
{
    static const char *const order[] = {"Mamba-only",       "Transformer-only", "Hybrid-Mine",    "Hybrid-NoMeta",
                                        "Hybrid-NoKVShare", "Hybrid-Official",  "Official-NoMeta"};
    static const struct {
        const char *file, *header;
    } tables[] = {
        {"r/ablation_results.csv", "Model,Implementation,Params (M),Best PPL,Final PPL,Time (min),Seeds,"
                                   "Best PPL CI95 low,Best PPL CI95 high,Bits per char,Train tok/s,Prefill tok/s,"
                                   "Decode tok/s,Peak memory (MiB),KV cache (KiB),SSM state (KiB),KV reduction,"
                                   "Device,Precision,Status"},
        {"r/runs.csv", "Model,Implementation,Params (M),Best PPL,Final PPL,Time (min),Seed"},
        {"r/history.csv", "variant,seed,step,epoch,lr,train_loss,grad_norm,val_loss,val_ppl"},
        {"r/steps.csv", "variant,seed,step,lr,loss,grad_norm"},
        {"r/kernels.csv", "kernel,op,pass"},
        {"r/variants.csv", "name,implementation,arch"},
        {"r/reference.csv", "model,ppl,bits_per_char"},
        {"r/ops.csv", "variant,op,layer,pass,calls,time_ms,share_pct,flops,bytes,roof_pct"},
        {"r/kv.csv", "variant,layer,attention,role,producer,heads,cached_tokens,bytes"},
        {"r/samples.csv", "variant,prompt,before,after"},
        {"r/evaluation.csv", "variant,seed,split,step,sample,targets,nll"},
    };
    const struct cli *c = cli_good("$H ablation --profile smoke --steps 2 --out $D/r");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        cr_assert_not_null(strstr(c->out, order[i]), "%s is not in the table printed", order[i]);
    cr_assert_not_null(strstr(c->out, "r/report.pdf"));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        expect_header(tables[i].file, tables[i].header);

    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, cli_path("r/ablation_results.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(t.rows, 7);
    for (size_t i = 0; i < t.rows; i++) {
        cr_assert_str_eq(hy_csv_text_of(&t, i, "Model"), order[i], "rows keep the study's order");
        cr_assert_str_eq(hy_csv_text_of(&t, i, "Implementation"), i < 5 ? "Mine" : "Official");
        cr_assert_str_eq(hy_csv_text_of(&t, i, "Status"), "ok");
        cr_assert_str_eq(hy_csv_text_of(&t, i, "Corpus"), "user:text.txt");
        cr_assert_str_eq(hy_csv_text_of(&t, i, "Run"), "r");
        cr_assert(hy_csv_number_of(&t, i, "Best PPL") > 1);
        cr_assert(hy_csv_number_of(&t, i, "Train tok/s") > 0);
    }
    hy_csv_fini(&t);

    json_t *env = json_load_file(cli_path("r/env.json"), JSON_REJECT_DUPLICATES, NULL);
    const char *device = json_string_value(json_object_get(json_object_get(env, "variables"), "HYMBENCH_DEVICE"));
    cr_assert(device && strcmp(device, "cpu") == 0, "env.json holds the variables that were set");
    cr_assert_not_null(env);
    static const char *const keys[] = {"machine", "build", "libraries", "peaks", "run", "corpus"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        cr_assert(json_object_size(json_object_get(env, keys[i])) > 0, "env.json lacks %s", keys[i]);
    /* a machine that gives no quiet moment has none */
    const json_t *yards = json_object_get(env, "yardsticks");
    cr_assert(!yards || (json_number_value(json_object_get(yards, "clock_ns_per_round")) > 0 &&
                         json_number_value(json_object_get(yards, "copy_ns_per_byte")) > 0 &&
                         json_integer_value(json_object_get(yards, "copy_bytes")) > 0));
    json_decref(env);

    size_t bytes;
    char *pdf = cli_read("r/report.pdf", &bytes);
    cr_assert(bytes > 10000 && memcmp(pdf, "%PDF-", 5) == 0);
    free(pdf);
    cr_assert(cli_exists("r/report.html") && cli_exists("r/report.md") && cli_exists("r/charts"));
    cr_assert(!cli_exists("r/unfinished"), "a finished run carries no mark");
    cr_assert(!cli_exists("r/state"), "a finished run keeps no state");
}

/* Same seed, same threads: the same numbers; and the folder's own config.yaml is the run. */
Test(cli_run, repeats_to_the_bit)
{
    char variants[256];
    snprintf(variants, sizeof variants, "%s%s%s", study_hybrid, study_fused, study_mamba);
    study_write("tiny.yaml", 5, 2, "", variants);
    cli_good("$H ablation --config $D/tiny.yaml --threads 2 --out $D/a/run");
    cli_good("$H ablation --config $D/a/run/config.yaml --threads 2 --out $D/b/run");
    same_results("a/run", "b/run");
    cli_same_file("a/run/weights/Hybrid-s42.safetensors", "b/run/weights/Hybrid-s42.safetensors");
    cli_same_file("a/run/weights/Fused-s42.safetensors", "b/run/weights/Fused-s42.safetensors");
    cli_same_file("a/run/weights/Mamba-s42.safetensors", "b/run/weights/Mamba-s42.safetensors");

    /* another seed is another run */
    cli_good("$H ablation --config $D/tiny.yaml --threads 2 --seed 7 --variants Mamba --no-report --out $D/c/run");
    size_t n, m;
    char *x = cli_read("a/run/weights/Mamba-s42.safetensors", &n);
    char *y = cli_read("c/run/weights/Mamba-s7.safetensors", &m);
    cr_assert(n != m || memcmp(x, y, n) != 0, "the seed changes nothing");
    free(x);
    free(y);
    cr_assert(!cli_exists("c/run/report.pdf"), "--no-report");
}

/* From the files alone, wherever they lie, to the byte. */
Test(cli_run, report_is_rebuilt_from_the_folder)
{
    study_write("tiny.yaml", 2, 0, "", study_hybrid);
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    cli_good("$H ablation --config $D/tiny.yaml --out $D/run");
    cli_good("cp -r $D/run $D/moved && cd / && $H report $D/run --out $D/x.pdf && $H report $D/moved --out $D/y.pdf");
    cli_same_file("x.pdf", "y.pdf");
    cli_same_file("x.pdf", "run/report.pdf");
    cli_good("cd / && $H report $D/run --out $D/x.html && $H report $D/moved --out $D/y.html");
    cli_same_file("x.html", "y.html");
    cli_same_file("x.html", "run/report.html");
    /* without a name: all of it, again */
    const struct cli *c = cli_good("mkdir $D/old && mv $D/moved/report.* $D/moved/charts $D/old && $H report $D/moved");
    cr_assert(strstr(c->out, "moved/report.pdf\n") && strstr(c->out, "moved/charts\n"), "%s", c->out);
    cli_good("diff -r $D/old/charts $D/moved/charts");
    cli_same_file("old/report.pdf", "moved/report.pdf");
    cli_same_file("old/report.html", "moved/report.html");
    cli_same_file("old/report.md", "moved/report.md");
    /* the same numbers in another language; two runs side by side */
    cli_good("$H report $D/run --lang ko --out $D/ko.pdf && ! cmp -s $D/ko.pdf $D/x.pdf");
    cli_good("$H report $D/run --compare $D/moved --out $D/two.md");
}

Test(cli_run, several_seeds_are_averaged)
{
    study_write("tiny.yaml", 3, 0, "", study_mamba);
    cli_good("$H ablation --config $D/tiny.yaml --seeds 2 --no-report --out $D/run");
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, cli_path("run/ablation_results.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(t.rows, 1);
    cr_assert_str_eq(hy_csv_text_of(&t, 0, "Seeds"), "2");
    double low = hy_csv_number_of(&t, 0, "Best PPL CI95 low"), high = hy_csv_number_of(&t, 0, "Best PPL CI95 high");
    double best = hy_csv_number_of(&t, 0, "Best PPL");
    cr_assert(low < best && best < high, "%g in [%g, %g]", best, low, high);
    hy_csv_fini(&t);
    cr_assert_eq(hy_csv_read(&t, cli_path("run/runs.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(t.rows, 2);
    cr_assert_str_neq(hy_csv_text_of(&t, 0, "Init SHA-256"), hy_csv_text_of(&t, 1, "Init SHA-256"));
    hy_csv_fini(&t);
}

/* Without --out the folder is named after time, profile and device, and results/latest leads to it. */
Test(cli_run, folders_under_results)
{
    study_write("tiny.yaml", 2, 0, "", study_mamba);
    cli_good("mkdir $D/w && cd $D/w && $H ablation --config $D/tiny.yaml --no-report");
    cli_good("cd $D/w && test \"$(ls results)\" = \"$(printf '%s\\nlatest' \"$(readlink results/latest)\")\" && "
             "readlink results/latest | grep -Eq '^[0-9]{8}T[0-9]{6}Z-smoke-cpu$'");
    cr_assert(cli_exists("w/results/latest/ablation_results.csv"));
    cli_refused(3, "--resume", "cd $D/w && $H ablation --config $D/tiny.yaml --no-report --resume");
}

Test(cli_run, text_of_ones_own)
{
    study_write("tiny.yaml", 1, 0, "", study_mamba);
    cli_good("mkdir $D/mine && cp $D/text.txt $D/mine/input.txt");
    cli_good("$H train --config $D/tiny.yaml --variant Mamba --data $D/mine --save $D/folder.st");
    cli_good("HYMBENCH_DATA=$D/mine/input.txt $H train --config $D/tiny.yaml --variant Mamba --save $D/file.st");
    cli_same_file("folder.st", "file.st");
}

/* Peaks of a busy machine do not stay in the cache for ever. */
Test(cli_run, peaks_that_are_beaten_are_measured_again)
{
    setenv("XDG_CACHE_HOME", cli_path("cache"), 1);
    cli_good("$H env --json >$D/first.json");
    cli_good("sed -i 's/\"rate\": [^,}]*/\"rate\": 0.001/' $D/cache/hymbench/peaks-*.json");
    cli_good("grep -q '\"rate\": 0.001' $D/cache/hymbench/peaks-*.json");
    cli_good("$H env --json >$D/second.json");
    cli_good("! grep -qE '(rate|gflops|gbps)\": 0.001' $D/cache/hymbench/peaks-*.json $D/second.json");
}

/* From the study's file to the samples: half and half, then one to three. */
Test(cli_run, train_fraction_decides_the_split)
{
    int train = 0, val = 0, part = 0, rest = 0;
    study_write("s.yaml", 1, 0, "", study_mamba);
    const struct cli *c = cli_good("sed 's/train_fraction: 0.9/train_fraction: 0.5/' $D/s.yaml > $D/half.yaml && "
                                   "$H ablation --config $D/half.yaml --no-report --out $D/half");
    const char *at = strstr(c->err, ", ");
    cr_assert(at && sscanf(at, ", %d + %d samples", &train, &val) == 2, "%s", c->err);
    cr_assert(train > 20 && (val == train || val == train + 1), "%d + %d", train, val);
    c = cli_good("sed 's/train_fraction: 0.9/train_fraction: 0.25/' $D/s.yaml > $D/part.yaml && "
                 "$H ablation --config $D/part.yaml --no-report --out $D/part");
    at = strstr(c->err, ", ");
    cr_assert(at && sscanf(at, ", %d + %d samples", &part, &rest) == 2, "%s", c->err);
    cr_assert_eq(part + rest, train + val);
    cr_assert(4 * part <= train + val && 4 * (part + 1) > train + val, "%d + %d", part, rest);
    cli_refused(2, "train_fraction 0.001 leaves 0 samples",
                "sed 's/train_fraction: 0.9/train_fraction: 0.001/' $D/s.yaml > $D/none.yaml && "
                "$H ablation --config $D/none.yaml --no-report --out $D/none");
}
