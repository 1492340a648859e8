/* hymbench kv: which layer keeps which K/V cache, how large, and what sharing and
 * windows save; for studies of published models the caches as their paper counts them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/cli/options.h"
#include "bench/cli/study_file.h"
#include "bench/commands/commands.h"
#include "models/config/kvmap.h"
#include "models/config/layers.h"
#include "report/table/csv.h"

enum { STATE_BYTES = 4, PAPER_BYTES = 2 }; /* our scan state is f32 always; the paper counts 16 bit throughout */

struct query {
    int64_t context; /* 0 = the variant's seq_len */
    int kv_bytes;    /* of one K or V element */
    bool csv;
};

static int64_t context_of(const struct query *q, const struct hy_config *c)
{
    return q->context > 0 ? q->context : c->seq_len;
}

/* ---- a study's variants ----------------------------------------------------------- */

static void csv_header(struct hy_csv_writer *w, const char *const *names)
{
    hy_csv_writer_init(w, stdout);
    for (; *names; names++)
        hy_csv_put_text(w, *names);
    hy_csv_end_row(w);
}

static void csv_layers(struct hy_csv_writer *w, const struct hy_config *c, const struct hy_kvmap *map)
{
    for (int i = 0; i < map->n; i++) {
        const struct hy_kv_layer *l = &map->layers[i];
        hy_csv_put_text(w, c->name);
        hy_csv_put_integer(w, i);
        hy_csv_put_text(w, hy_kv_attention_name(l));
        hy_csv_put_text(w, hy_kv_role_name(l->role));
        if (l->producer >= 0)
            hy_csv_put_integer(w, l->producer);
        else
            hy_csv_put_missing(w);
        hy_csv_put_integer(w, l->heads);
        hy_csv_put_integer(w, l->tokens);
        hy_csv_put_integer(w, l->bytes);
        hy_csv_end_row(w);
    }
}

static void print_share(const char *label, int64_t bytes, int64_t of)
{
    printf("  %-28s %12.1f KiB", label, (double)bytes / 1024);
    if (bytes > 0 && of > 0 && bytes != of)
        printf("   (%.2fx)", (double)bytes / (double)of);
    printf("\n");
}

static void print_variant(const struct hy_config *c, int64_t context, const struct hy_kvmap *map, const struct query *q)
{
    char groups[512];
    hy_groups_text(c, groups, sizeof groups);
    printf("%s (%s): %d layers, %" PRId64 " content tokens + %d meta tokens, one sequence, %d-byte K and V\n", c->name,
           hy_implementation_name(c->implementation), c->n_layers, context, c->meta_tokens, q->kv_bytes);
    if (!hy_has_attention(c)) {
        printf("  no attention, no K/V cache\n");
    } else {
        printf("  layer  attention  role      reads  kv heads  cached tokens         bytes\n");
        for (int i = 0; i < map->n; i++) {
            const struct hy_kv_layer *l = &map->layers[i];
            printf("  %5d  %-9s  %-8s  %5d  %8d  %13" PRId64 "  %12" PRId64 "\n", i, hy_kv_attention_name(l),
                   hy_kv_role_name(l->role), l->producer, l->heads, l->tokens, l->bytes);
        }
        printf("  groups: %s\n", groups);
        printf("  KV reduction: %d attention layers / %d caches = %.3f\n", map->attention_layers, map->caches,
               map->reduction);
        print_share("K/V cache", map->kv_bytes, 0);
        print_share("every layer its own", map->unshared_bytes, map->kv_bytes);
        print_share("without window", map->unwindowed_bytes, map->kv_bytes);
        print_share("without either", map->plain_bytes, map->kv_bytes);
    }
    if (hy_has_mamba(c)) {
        print_share("SSM state", map->ssm_bytes, 0);
        print_share("convolution state", map->conv_bytes, 0);
    }
    printf("\n");
}

static void show_variants(const struct hy_config *variants, int n, const struct query *q)
{
    static const char *const names[] = {"variant", "layer",         "attention", "role", "producer",
                                        "heads",   "cached_tokens", "bytes",     NULL};
    struct hy_csv_writer w;
    if (q->csv)
        csv_header(&w, names);
    for (int i = 0; i < n; i++) {
        struct hy_kvmap map;
        int64_t context = context_of(q, &variants[i]);
        hy_kvmap(&variants[i], context, q->kv_bytes, STATE_BYTES, &map);
        if (q->csv)
            csv_layers(&w, &variants[i], &map);
        else
            print_variant(&variants[i], context, &map, q);
    }
}

/* ---- published models -------------------------------------------------------------- */

struct published {
    int64_t context;
    const char *printed; /* by the paper for this context; "" = not */
    char paper[32];      /* ours by the paper's rules, with as many digits as printed */
    double allocated_mb; /* ours by what would be allocated */
    struct hy_kvmap map;
};

static void count_published(const struct hy_config *c, const char *printed, const struct query *q, struct published *p)
{
    p->context = context_of(q, c);
    p->printed = p->context == c->seq_len ? printed : "";
    const char *dot = strchr(printed, '.');
    int digits = !printed[0] ? 2 : dot ? (int)strlen(dot + 1) : 0;
    snprintf(p->paper, sizeof p->paper, "%.*f", digits, hy_kv_paper_bytes(c, p->context, PAPER_BYTES) / 1e6);
    hy_kvmap(c, p->context, PAPER_BYTES, PAPER_BYTES, &p->map);
    p->allocated_mb = (double)(p->map.kv_bytes + p->map.ssm_bytes + p->map.conv_bytes) / 1e6;
}

static const char *verdict(const struct published *p)
{
    return !p->printed[0] ? "" : strcmp(p->printed, p->paper) == 0 ? "yes" : "NO";
}

static void csv_published(const struct hy_config *c, const struct published *p, struct hy_csv_writer *w)
{
    hy_csv_put_text(w, c->name);
    hy_csv_put_integer(w, p->context);
    hy_csv_put_text(w, p->printed);
    hy_csv_put_text(w, p->paper);
    hy_csv_put_text(w, verdict(p));
    hy_csv_put_float(w, p->allocated_mb);
    hy_csv_put_integer(w, p->map.attention_layers);
    hy_csv_put_integer(w, p->map.caches);
    hy_csv_put_float(w, p->map.reduction);
    hy_csv_end_row(w);
}

static void show_published(const struct hy_study *s, int first, int n, const struct query *q)
{
    static const char *const names[] = {"model",        "context", "published_mb", "paper_rules_mb", "agrees",
                                        "allocated_mb", "layers",  "caches",       "kv_reduction",   NULL};
    struct hy_csv_writer w;
    if (q->csv)
        csv_header(&w, names);
    else
        printf("Cache for one sequence in MB (10^6 bytes), 16 bit\n\n%-40s %8s  %9s  %11s  %6s  %9s  %s\n", "model",
               "context", "published", "paper rules", "agrees", "allocated", "layers/caches");
    for (int i = first; i < first + n; i++) {
        const struct hy_config *c = &s->variants[i];
        struct published p;
        count_published(c, s->published_mb[i], q, &p);
        if (q->csv)
            csv_published(c, &p, &w);
        else
            printf("%-40s %8" PRId64 "  %9s  %11s  %6s  %9.2f  %d/%d = %.3f\n", c->name, p.context,
                   p.printed[0] ? p.printed : "-", p.paper, verdict(&p)[0] ? verdict(&p) : "-", p.allocated_mb,
                   p.map.attention_layers, p.map.caches, p.map.reduction);
    }
    if (!q->csv)
        printf(
            "\npaper rules: shared local layers count half each, meta tokens in full-attention layers only, SSM state\n"
            "without the convolution's. allocated: whole caches, meta tokens in every cache, both states.\n");
}

hy_status hy_cmd_kv(int argc, char **argv)
{
    struct hy_globals g;
    struct hy_study study;
    struct query q = {0};
    const char *config = NULL, *variant = NULL;
    bool help = false;
    const struct hy_option table[] = {
        {.name = "variant", .kind = HY_OPT_STRING, .to = &variant, .value = "NAME", .help = "only this one (all)"},
        {.name = "config",
         .kind = HY_OPT_STRING,
         .to = &config,
         .value = "FILE",
         .help = "the study (bench/ablations/hymba.yaml)"},
        {.name = "context",
         .kind = HY_OPT_INT64,
         .to = &q.context,
         .min = 1,
         .max = 1e9,
         .value = "N",
         .help = "content tokens held (the variant's seq_len)"},
        {.name = "csv", .kind = HY_OPT_FLAG, .to = &q.csv, .help = "print CSV"},
        {0}};
    const struct hy_command usage = {
        .name = "kv",
        .summary =
            "Layers, roles and bytes of the K/V caches, and what sharing and windows save. Without --profile: the\n"
            "study's protocol in full size. K and V take 4 bytes, as this program's decoding keeps them in every\n"
            "precision; with --precision bf16 they are counted with 2, as caches in bf16 would be.",
        .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
    if (status || help)
        return status;
    q.kv_bytes = g.precision && strcmp(g.precision, "bf16") == 0 ? 2 : 4;
    status = hy_open_study(config, g.profile ? g.profile : "", &study);
    if (status)
        return status;
    int first = 0, n = study.n_variants;
    if (variant) {
        const struct hy_config *found = hy_study_find(&study, variant);
        if (!found) {
            status = HY_BAD_INPUT;
            goto out;
        }
        first = (int)(found - study.variants);
        n = 1;
    }
    if (study.cache_only)
        show_published(&study, first, n, &q);
    else
        show_variants(study.variants + first, n, &q);
out:
    hy_study_fini(&study);
    return status;
}
