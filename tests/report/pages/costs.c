#include "tests/report/pages/costs.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "tests/report/folder.h"
#include "tests/report/pages/made.h"

static FILE *table(const char *dir, const char *file, const char *header)
{
    char *path = hy_format("%s/%s", dir, file);
    FILE *f = fopen(path, "w");
    cr_assert(f, "%s", path);
    fprintf(f, "%s\n", header);
    free(path);
    return f;
}

static const char *quality(bool doubtful, size_t i)
{
    static const char *const words[] = {"ok", "disturbed", "ok", "drifted"};
    return words[doubtful ? i % 4 : 0];
}

static void steps(const char *dir, const struct hy_run_data *d, bool doubtful)
{
    static const char *const ops[] = {"linear", "scan", "attention", "xent", "embed"}, *const passes[] = {"forward",
                                                                                                          "backward"};
    FILE *f = table(dir, "ops.csv", "variant,op,layer,pass,calls,time_ms,share_pct,flops,bytes,roof_pct,quality");
    for (size_t v = 0; v < d->variants; v++)
        for (size_t o = 0; o < sizeof ops / sizeof *ops; o++)
            for (size_t p = 0; p < 2; p++)
                fprintf(f, "%s,%s,0,%s,2,%g,10,%g,1e6,50,%s\n", d->variant[v].name, ops[o], passes[p],
                        1.5 + (double)(v + 2 * o + p), o == 4 ? 0.0 : 1e7 * (double)(o + 1), quality(doubtful, v));
    fclose(f);
}

static void caches(const char *dir, const struct hy_run_data *d)
{
    static const char *const roles[] = {"global", "producer", "consumer", "alone"};
    FILE *f = table(dir, "kv.csv", "variant,layer,attention,role,producer,heads,cached_tokens,bytes");
    for (size_t v = 0; v < d->variants; v++)
        for (size_t i = 0; i < 4 + v % 30; i++)
            fprintf(f, "%s,%zu,%s,%s,%zu,2,128,%d\n", d->variant[v].name, i, i % 4 ? "local" : "global", roles[i % 4],
                    i % 4 == 2 ? i - 1 : i, i % 4 == 2 ? 0 : 163840);
    fclose(f);
}

static void contexts(const char *dir, const struct hy_run_data *d, bool doubtful)
{
    FILE *f = table(dir, "scaling.csv",
                    "variant,context,batch,prefill_tok_s,decode_tok_s,cache_bytes,peak_bytes,stop_reason,state_bytes,"
                    "global_layer_us,local_layer_us,ssm_layer_us,quality");
    for (size_t v = 0; v < d->variants; v++)
        for (int context = 256; context <= 4096; context *= 4) {
            const bool stopped = v % 3 == 2 && context == 4096;
            fprintf(f, "%s,%d,1,", d->variant[v].name, context);
            if (stopped)
                fprintf(f, ",,,,\"timeout of 8 s after 12 of 64 prompt tokens\",,,,,ok\n");
            else
                fprintf(f, "%d,%d,%d,1048576,,180224,%g,5,8,%s\n", 9000 - context, 2000 - context / 8, context * 1024,
                        6 + context / 100.0, quality(doubtful, v));
        }
    fclose(f);
}

static void kernels(const char *dir, bool doubtful)
{
    static const char *const ops[] = {"linear", "scan", "attention", "embed"}, *const passes[] = {"fwd", "bwd"};
    FILE *f = table(dir, "kernels.csv",
                    "kernel,op,pass,dtype,case,shape,cold,median_ns,ci95_low_ns,ci95_high_ns,flops,bytes,gflops,gbps,"
                    "roof_pct,bound,error_share,skipped,skip_reason,quality");
    for (size_t i = 0; i < 32; i++) {
        const bool bf16 = i >= 16;
        const char *op = ops[i / 4 % 4], *pass = passes[i / 2 % 2];
        fprintf(f, "hy_%s_%s_%s,%s,%s,%s,main,\"B2 T320\",%zu,%zu,,,%g,1e6,%g,4,50,compute,0.1,0,,%s\n", op, pass,
                bf16 ? "bf16" : "f32", op, pass, bf16 ? "bf16" : "f32", i % 2, 1000 + 100 * i,
                i / 4 % 4 == 3 ? 0.0 : 1e8, i / 4 % 4 == 3 ? 0.0 : 10 + (double)i, quality(doubtful, i));
    }
    fprintf(f, "hy_gone,scan,fwd,f32,main,,0,,,,,,,,,,,1,the CPU lacks it,\n");
    fclose(f);
}

static void others(const char *dir, const struct hy_run_data *d, bool doubtful)
{
    FILE *f = table(dir, "pairs.csv",
                    "pair,question,base_side,fresh_side,pass,dtype,base_ns,fresh_ns,ratio,ci_low,ci_high,pairs,"
                    "skip_reason,quality");
    for (size_t i = 0; i < 6; i++)
        fprintf(f, "p%zu,question %zu,old,new,%s,f32,1000,900,0.9,0.88,0.92,24,,%s\n", i / 2, i / 2,
                i % 2 ? "bwd" : "fwd", quality(doubtful, i));
    fclose(f);
    f = table(dir, "samples.csv", "variant,prompt,before,after");
    for (size_t v = 0; v < d->variants; v++)
        fprintf(f, "%s,ROMEO:,\"ROMEO: x\ty\",\"ROMEO:\nI will\"\n", d->variant[v].name);
    fclose(f);
    write_text(dir, "reference.csv", "model,ppl,bits_per_char\nuniform,4096,3.65\nunigram,490,2.7\nbigram,117,2.1\n");
    write_text(dir, "env.json",
               "{\"machine\": {\"cpu\": \"made\", \"memory_bytes\": 1073741824}, \"build\": {\"git_sha\": \"abc\"},"
               " \"libraries\": {\"openblas\": \"OpenBLAS 0.3.21 X\"}, \"variables\": {\"OMP_NUM_THREADS\": \"2\"},"
               " \"peaks\": {\"sgemm_gflops\": 220, \"bf16_gflops\": 400, \"fma_gflops\": 230,"
               " \"l1_read_gbps\": 500, \"memory_read_gbps\": 50},"
               " \"peaks_taken\": {\"fma_gflops\": {\"quiet\": false}}}");
}

void add_costs(const char *dir, bool doubtful)
{
    struct hy_run_data d;
    cr_assert_eq(hy_run_data_load(&d, dir), HY_OK, "%s", hy_error());
    steps(dir, &d, doubtful);
    caches(dir, &d);
    contexts(dir, &d, doubtful);
    kernels(dir, doubtful);
    others(dir, &d, doubtful);
    hy_run_data_fini(&d);
}

/* ---- what is said ------------------------------------------------------------------------------------------- */
static bool is_garbage(const char *word, size_t length)
{
    static const char *const garbage[] = {"nan", "inf", "null", "infinity"};
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++)
        if (length == strlen(garbage[i]) && strncasecmp(word, garbage[i], length) == 0)
            return true;
    return false;
}

/* "nan" is also a word that a run's status has: a cell of its own, or behind a variant in brackets. */
static bool is_status(const char *text, const char *word)
{
    const bool alone = (word == text || word[-1] == '\n') && word[3] == '\n',
               in_brackets = word >= text + 2 && strncmp(word, "nan)", 4) == 0 &&
                             (word[-1] == '(' || strncmp(word - 2, ": ", 2) == 0);
    return alone || in_brackets;
}

char *said_by(const char *dir, void (*page)(struct hy_doc *d, const struct hy_report *r))
{
    struct made_doc m = doc_of(dir, page);
    char *text = texts_of(&m.d);
    drop_doc(&m);
    for (const char *at = text; *at;) {
        size_t length = 0;
        while (isalnum((unsigned char)at[length]) || at[length] == '_')
            length++;
        cr_assert(!is_garbage(at, length) || is_status(text, at), "the page shows a number that is none:\n%s", text);
        at += length ? length : 1;
    }
    cr_assert(!strstr(text, "%s") && !strstr(text, "%z") && !strstr(text, "%d"), "a format is left over:\n%s", text);
    return text;
}

void says(const char *text, const char *part)
{
    cr_assert(strstr(text, part), "the page lacks \"%s\":\n%s", part, text);
}

void is_silent(const char *text, const char *part)
{
    cr_assert(!strstr(text, part), "the page holds \"%s\":\n%s", part, text);
}
