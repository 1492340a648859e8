#include "tests/report/pages/made.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "tests/report/folder.h"

/* ---- run folders ---------------------------------------------------------------------------------------- */
/* "V07-xxxx..." */
static const char *name_of(struct hy_made_run run, int variant, char text[64])
{
    int n = snprintf(text, 64, "V%02d", variant);
    for (; n < run.name && n < 63; n++)
        text[n] = n == 3 ? '-' : 'x';
    text[n] = '\0';
    return text;
}

static bool is_broken(struct hy_made_run run, int variant, int seed)
{
    return run.broken && variant % 3 == 2 && seed == 0;
}

static double ppl_of(int variant, int seed, int step, int steps)
{
    return (100 + 3 * variant + 2 * (seed % 3)) * (1 + 4.0 * (steps - step) / steps);
}

static FILE *table(const char *dir, const char *file, const char *header)
{
    char *path = hy_format("%s/%s", dir, file);
    FILE *f = fopen(path, "w");
    cr_assert(f, "%s", path);
    fprintf(f, "%s,Run,Corpus\n", header);
    free(path);
    return f;
}

static void results(const char *dir, struct hy_made_run run)
{
    char name[64];
    FILE *f = table(dir, "ablation_results.csv",
                    "Model,Implementation,Params (M),Best PPL,Final PPL,Time (min),Seeds,Best PPL CI95 low,"
                    "Best PPL CI95 high,Bits per char,Train tok/s,KV cache (KiB),KV reduction,Device,Precision,Status,"
                    "KV cache plain (KiB)");
    for (int v = 0; v < run.variants; v++) {
        const double ppl = ppl_of(v, 1, run.steps, run.steps);
        const bool broken = is_broken(run, v, 0);
        fprintf(f, "%s,%s,%g,", name_of(run, v, name), v % 2 ? "Official" : "Mine", 1 + v / 10.0);
        if (broken)
            fprintf(f, "nan,,%g,%d,,,,,,,cpu,f32,nan,,", 1.5, run.seeds);
        else if (run.seeds > 1)
            fprintf(f, "%g,%g,1.5,%d,%g,%g,2.1,%d,640,1.57,cpu,f32,ok,1280,", ppl, ppl + 1, run.seeds, ppl - 2, ppl + 2,
                    5000 - 100 * v);
        else
            fprintf(f, "%g,%g,1.5,1,,,2.1,%d,640,1.57,cpu,f32,ok,1280,", ppl, ppl + 1, 5000 - 100 * v);
        fprintf(f, "made,text\n");
    }
    fclose(f);
}

static void seeds(const char *dir, struct hy_made_run run)
{
    char name[64];
    FILE *f = table(dir, "runs.csv", "Model,Implementation,Params (M),Best PPL,Final PPL,Seed,Status,Steps,quality");
    for (int v = 0; v < run.variants; v++)
        for (int s = 0; s < run.seeds; s++) {
            fprintf(f, "%s,%s,%g,", name_of(run, v, name), v % 2 ? "Official" : "Mine", 1 + v / 10.0);
            if (is_broken(run, v, s))
                fprintf(f, ",,%d,nan,%d,ok,", 42 + s, run.steps / 2);
            else
                fprintf(f, "%g,%g,%d,ok,%d,ok,", ppl_of(v, s, run.steps, run.steps),
                        ppl_of(v, s, run.steps, run.steps) + 1, 42 + s, run.steps);
            fprintf(f, "made,text\n");
        }
    fclose(f);
}

static void configurations(const char *dir, struct hy_made_run run)
{
    static const char *const claims[] = {"meta_tokens", "kv_groups", "implementation", "window"};
    char name[64], base[64];
    FILE *f = table(dir, "variants.csv",
                    "name,implementation,arch,compare_to,isolates,layers,query_heads,window,meta_tokens,global_layers,"
                    "kv_groups,d_state,seq_len,batch,lr,clip_norm,params,params_attention,params_mamba");
    name_of(run, 0, base);
    for (int v = 0; v < run.variants; v++) {
        const char *claim = v ? claims[v % 4] : "";
        fprintf(f, "%s,%s,hybrid,%s,%s,%d,4,%d,%d,\"[0,5,10]\",\"%s\",16,256,3,0.005,1,%d,1000,2000,made,text\n",
                name_of(run, v, name), strcmp(claim, "implementation") == 0 ? "fused" : "split", v ? base : "", claim,
                v % 5 == 4 ? 8 : 11, strcmp(claim, "window") == 0 ? 64 : 128,
                strcmp(claim, "meta_tokens") == 0 ? 0 : 64,
                strcmp(claim, "kv_groups") == 0 ? "[]" : "[[1,2],[3,4],[6,7],[8,9]]", 1000000 + 1000 * v);
    }
    fclose(f);
}

static void logs(const char *dir, struct hy_made_run run)
{
    char name[64];
    FILE *history =
             table(dir, "history.csv", "variant,seed,step,epoch,lr,train_loss,grad_norm,val_loss,val_ppl,val_samples"),
         *steps = table(dir, "steps.csv", "variant,seed,step,lr,loss,grad_norm,clipped"),
         *position = table(dir, "position.csv", "variant,seed,first,last,targets,nll");
    for (int v = 0; v < run.variants; v++)
        for (int s = 0; s < run.seeds; s++) {
            const bool broken = is_broken(run, v, s);
            name_of(run, v, name);
            for (int i = 1; i <= run.steps; i++) {
                const double ppl = ppl_of(v, s, i, run.steps);
                const bool gone = broken && i > run.steps / 2;
                if (gone)
                    fprintf(history, "%s,%d,%d,1,0.1,,,,,24,made,text\n", name, 42 + s, i);
                else
                    fprintf(history, "%s,%d,%d,1,0.1,%g,1,%.9g,%g,24,made,text\n", name, 42 + s, i, log(ppl), log(ppl),
                            ppl);
                fprintf(steps, "%s,%d,%d,0.1,%g,%s,0,made,text\n", name, 42 + s, i, log(ppl), gone ? "" : "0.5");
            }
            for (int i = 0; i < 4 && !broken; i++)
                fprintf(position, "%s,%d,%d,%d,100,%g,made,text\n", name, 42 + s, 8 * i, 8 * i + 7, 5.0 - 0.1 * i);
        }
    fclose(history);
    fclose(steps);
    fclose(position);
}

char *folder_of(struct hy_made_run run)
{
    char *dir = new_folder();
    results(dir, run);
    seeds(dir, run);
    configurations(dir, run);
    logs(dir, run);
    return dir;
}

/* ---- documents --------------------------------------------------------------------------------------------- */
struct made_doc doc_of(const char *dir, void (*page)(struct hy_doc *d, const struct hy_report *r))
{
    struct made_doc m = {0};
    cr_assert_eq(hy_report_load(&m.r, dir), HY_OK, "%s", hy_error());
    if (page)
        page(&m.d, &m.r);
    else
        hy_report_write(&m.d, &m.r);
    return m;
}

void drop_doc(struct made_doc *m)
{
    hy_doc_fini(&m->d);
    hy_report_fini(&m->r);
}

static void put(FILE *out, const char *text)
{
    if (text)
        fprintf(out, "%s\n", text);
}

static void put_block(FILE *out, const struct hy_block *b)
{
    put(out, b->text);
    for (size_t i = 0; i < b->count; i++) {
        if (b->kind == HY_BLOCK_CARDS) {
            put(out, b->card[i].label);
            put(out, b->card[i].value);
            put(out, b->card[i].range);
            put(out, b->card[i].note);
        } else if (b->kind == HY_BLOCK_FIGURES) {
            put(out, b->figure[i].title);
            put(out, b->figure[i].caption);
        } else if (b->kind == HY_BLOCK_TABLE) {
            put(out, b->column[i].title);
        } else if (b->kind == HY_BLOCK_FACTS) {
            put(out, b->fact[i].label);
            put(out, b->fact[i].value);
        }
    }
    for (size_t i = 0; i < b->rows; i++)
        for (size_t k = 0; k < b->count; k++)
            put(out, b->row[i].cells[k].text);
}

char *texts_of(const struct hy_doc *d)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    for (size_t i = 0; i < d->count; i++)
        put_block(out, &d->block[i]);
    fclose(out);
    return text;
}

const struct hy_figure *figure_called(const struct hy_doc *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        for (size_t k = 0; d->block[i].kind == HY_BLOCK_FIGURES && k < d->block[i].count; k++)
            if (strcmp(d->block[i].figure[k].name, name) == 0)
                return &d->block[i].figure[k];
    return NULL;
}

const struct hy_block *table_called(const struct hy_doc *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->block[i].kind == HY_BLOCK_TABLE && d->block[i].name && strcmp(d->block[i].name, name) == 0)
            return &d->block[i];
    return NULL;
}
