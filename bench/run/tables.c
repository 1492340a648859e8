#include "bench/run/tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/build.h"
#include "bench/harness/stats.h"
#include "bench/run/choice.h"
#include "bench/run/figures.h"
#include "bench/run/rates.h"
#include "kernels/base/threads.h"
#include "kernels/dispatch.h"
#include "models/config/block.h"
#include "models/config/kvmap.h"
#include "models/config/params.h"
#include "models/lm.h"
#include "report/table/columns.h"

enum { KV_BYTES = 4, STATE_BYTES = 4 }; /* f32 */

static hy_status open_table(struct hy_table *out, enum hy_table_id id, const struct hy_tables *t)
{
    return hy_table_open(out, id, t->dir, t->run, t->material->corpus.name);
}

/* ---- the study --------------------------------------------------------------------- */

static void put_list(struct hy_table *out, const char *column, const struct hy_config *c, bool groups)
{
    char text[1024] = "[", item[32];
    size_t n = 1;
    bool first = true;
    for (int i = 0; i < c->n_layers && hy_has_attention(c); i++) {
        bool member = !groups && c->layers[i].global;
        for (int k = i + 1; groups && k < c->n_layers; k++)
            member = member || c->layers[k].producer == i;
        if (!member)
            continue;
        int length = snprintf(item, sizeof item, "%s%s%d", first ? "" : ",", groups ? "[" : "", i);
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s", length, item);
        for (int k = i + 1; groups && k < c->n_layers; k++)
            if (c->layers[k].producer == i)
                n += (size_t)snprintf(text + n, sizeof text - n, ",%d", k);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", groups ? "]" : "");
        first = false;
    }
    snprintf(text + n, sizeof text - n, "]");
    hy_table_text(out, column, text);
}

/* What the variant is compared with; isolates are columns of this table. */
static void put_claims(struct hy_table *v, const struct hy_claims *claims)
{
    char compare_to[HY_MAX_CLAIMS * HY_MAX_NAME], isolates[sizeof compare_to];
    struct hy_claims columns = *claims;
    for (int i = 0; i < columns.n; i++)
        if (strcmp(columns.list[i].isolates, "n_layers") == 0) /* the one key whose column has another name */
            snprintf(columns.list[i].isolates, HY_MAX_KEY, "layers");
    hy_claims_text(&columns, compare_to, isolates, sizeof compare_to);
    hy_table_text(v, "compare_to", compare_to);
    hy_table_text(v, "isolates", isolates);
}

/* How the branches of a hybrid meet, and whose size the widths were chosen for. */
static void put_choices(struct hy_table *v, const struct hy_config *c, const struct hy_match *match)
{
    if (c->fusion != HY_FUSE_AUTO)
        hy_table_text(v, "fusion", hy_names_word(&hy_fusion_names, (int)c->fusion));
    if (c->in_proj != HY_IN_PROJ_AUTO)
        hy_table_text(v, "in_proj", hy_names_word(&hy_in_proj_names, (int)c->in_proj));
    if (match->kind == HY_MATCH_NONE)
        return;
    hy_table_text(v, "match", hy_names_word(&hy_match_names, (int)match->kind));
    hy_table_text(v, "match_to", match->to);
}

/* What a sequence of the training length leaves in the K/V caches. */
static void put_kv_bytes(struct hy_table *v, const struct hy_config *c)
{
    struct hy_kvmap map;
    hy_kvmap(c, c->seq_len, KV_BYTES, STATE_BYTES, &map);
    hy_table_integer(v, "kv_bytes", map.kv_bytes);
}

static void put_variant(struct hy_table *v, const struct hy_config *c, const struct hy_claims *claims,
                        const struct hy_match *match, const struct hy_training *g, bool swept)
{
    struct hy_params params;
    hy_params_list(c, &params);
    hy_table_text(v, "name", c->name);
    hy_table_text(v, "implementation", hy_implementation_name(c->implementation));
    hy_table_text(v, "arch", hy_arch_name(c->arch));
    put_claims(v, claims);
    put_choices(v, c, match);
    hy_table_integer(v, "layers", c->n_layers);
    hy_table_integer(v, "d_model", c->d_model);
    hy_table_integer(v, "meta_tokens", c->meta_tokens);
    put_list(v, "global_layers", c, false);
    put_list(v, "kv_groups", c, true);
    if (hy_has_attention(c)) {
        hy_table_integer(v, "n_heads", c->n_heads);
        hy_table_integer(v, "query_heads", c->q_heads);
        hy_table_integer(v, "n_kv_heads", c->n_kv_heads);
        hy_table_integer(v, "head_dim", c->head_dim);
        hy_table_integer(v, "window", c->window);
    }
    if (hy_has_mamba(c)) {
        hy_table_integer(v, "d_state", c->d_state);
        hy_table_integer(v, "d_conv", c->d_conv);
        hy_table_integer(v, "expand", c->expand);
        hy_table_integer(v, "dt_rank", c->dt_rank);
    }
    hy_table_integer(v, "d_ff", c->d_ff);
    hy_table_integer(v, "vocab", c->vocab);
    hy_table_integer(v, "seq_len", c->seq_len);
    hy_table_float(v, "dropout", c->dropout);
    hy_table_float(v, "label_smoothing", c->label_smoothing);
    hy_table_integer(v, "batch", g->batch);
    hy_table_integer(v, "epochs", g->epochs);
    hy_table_integer(v, "steps", g->steps);
    hy_table_float(v, "lr", swept ? NAN : g->lr); /* each run of its own: runs.csv */
    hy_table_integer(v, "warmup_steps", g->warmup);
    hy_table_float(v, "weight_decay", g->weight_decay);
    hy_table_float(v, "beta1", g->beta1);
    hy_table_float(v, "beta2", g->beta2);
    hy_table_float(v, "adam_eps", g->eps);
    hy_table_float(v, "clip_norm", g->clip);
    hy_table_integer(v, "params", params.count);
    hy_table_integer(v, "params_embedding", params.by_kind[HY_PARAM_EMBEDDING]);
    hy_table_integer(v, "params_attention", params.by_kind[HY_PARAM_ATTENTION]);
    hy_table_integer(v, "params_mamba", params.by_kind[HY_PARAM_MAMBA]);
    hy_table_integer(v, "params_ffn", params.by_kind[HY_PARAM_FFN]);
    hy_table_integer(v, "params_norm_other", params.by_kind[HY_PARAM_OTHER]);
    hy_table_float(v, "flops_per_token", hy_lm_flops_per_token(c));
    put_kv_bytes(v, c);
    hy_table_rest_missing(v);
    hy_table_end_row(v);
    hy_params_fini(&params);
}

static void put_kv(struct hy_table *out, const struct hy_config *c)
{
    struct hy_kvmap map;
    hy_kvmap(c, c->seq_len, KV_BYTES, STATE_BYTES, &map);
    for (int i = 0; i < map.n; i++) {
        const struct hy_kv_layer *l = &map.layers[i];
        hy_table_text(out, "variant", c->name);
        hy_table_integer(out, "layer", i);
        hy_table_text(out, "attention", hy_kv_attention_name(l));
        hy_table_text(out, "role", l->role == HY_KV_NONE ? "none" : hy_kv_role_name(l->role));
        if (l->role != HY_KV_NONE) {
            hy_table_integer(out, "producer", l->producer);
            hy_table_integer(out, "heads", l->heads);
            hy_table_integer(out, "cached_tokens", l->tokens);
            hy_table_integer(out, "bytes", l->bytes);
        }
        hy_table_rest_missing(out);
        hy_table_end_row(out);
    }
}

static void put_reference(struct hy_table *out, const char *model, double nats, struct hy_coverage coverage)
{
    hy_table_text(out, "model", model);
    hy_table_float(out, "ppl", exp(nats));
    hy_table_float(out, "bits_per_char", hy_bits_per_char(nats, coverage));
    hy_table_end_row(out);
}

hy_status hy_tables_of_study(const struct hy_tables *t)
{
    struct hy_table out = {0};
    hy_status status = open_table(&out, HY_TABLE_VARIANTS, t);
    if (status != HY_OK)
        return status;
    for (int i = 0; i < t->study->n_variants; i++)
        put_variant(&out, &t->study->variants[i], &t->study->claims[i], &t->study->matches[i], &t->study->training,
                    t->study->sweep.n > 0);
    status = hy_table_commit(&out);
    if (status == HY_OK)
        status = open_table(&out, HY_TABLE_KV, t);
    if (status != HY_OK)
        return status;
    for (int i = 0; i < t->study->n_variants; i++)
        put_kv(&out, &t->study->variants[i]);
    status = hy_table_commit(&out);
    if (status == HY_OK)
        status = open_table(&out, HY_TABLE_REFERENCE, t);
    if (status != HY_OK)
        return status;
    put_reference(&out, "uniform", t->material->reference.uniform, t->material->coverage);
    put_reference(&out, "unigram", t->material->reference.unigram, t->material->coverage);
    put_reference(&out, "bigram", t->material->reference.bigram, t->material->coverage);
    return hy_table_commit(&out);
}

/* ---- the records ------------------------------------------------------------------- */

/* What one run came to, or several seeds on average. */
struct outcome {
    double nll[HY_PARTS];                  /* of the best evaluation, nats per token */
    long samples[HY_PARTS];                /* that it is a mean of */
    const struct hy_scaling_row *decoding; /* at the sample length, or NULL */
    const char *state;
};

static double bits_per_char(const struct hy_tables *t, const struct outcome *o, enum hy_part part)
{
    return hy_bits_per_char(
        o->nll[part], hy_samples_coverage(&t->material->samples, part, &t->material->tokenizer, (int)o->samples[part]));
}

/* What a row of results says of a variant beside its figures, over its seeds or of one: its sizes, and decoding. */
static void put_outcome(struct hy_table *out, const struct hy_tables *t, const struct hy_config *c,
                        const struct outcome *o)
{
    const struct hy_scaling_row *decoding = o->decoding;
    struct hy_kvmap map;
    hy_kvmap(c, c->seq_len, KV_BYTES, STATE_BYTES, &map);
    hy_table_text(out, "Model", c->name);
    hy_table_text(out, "Implementation", hy_implementation_label(c->implementation));
    hy_table_float(out, "Params (M)", (double)hy_params_count(c) / 1e6);
    hy_table_float(out, "Bits per char", bits_per_char(t, o, HY_PART_VAL));
    hy_table_float(out, "Test bits per char", bits_per_char(t, o, HY_PART_TEST));
    hy_table_float(out, "KV cache (KiB)", hy_has_attention(c) ? (double)map.kv_bytes / 1024 : NAN);
    hy_table_float(out, "SSM state (KiB)", hy_has_mamba(c) ? (double)map.ssm_bytes / 1024 : NAN);
    hy_table_float(out, "KV reduction", map.reduction);
    hy_table_float(out, "KV cache plain (KiB)", hy_has_attention(c) ? (double)map.plain_bytes / 1024 : NAN);
    if (decoding) {
        hy_table_float(out, "Prefill tok/s", decoding->prefill_tok_s);
        hy_table_float(out, "Decode tok/s", decoding->decode_tok_s);
        hy_table_float(out, "Decode joules per 1000 tok", decoding->decode_joules * 1000);
        hy_table_float(out, "KV cache measured (KiB)", hy_has_attention(c) ? decoding->cache_bytes / 1024 : NAN);
        hy_table_float(out, "SSM state measured (KiB)", hy_has_mamba(c) ? decoding->ssm_bytes / 1024 : NAN);
    }
    hy_table_text(out, "Device", t->device);
    hy_table_text(out, "Precision", t->precision);
    hy_table_text(out, "Status", o->state);
}

static double nll_of(const struct hy_record *r, enum hy_part part)
{
    return part == HY_PART_TEST ? r->test_nll : r->best_nll;
}

/* The 95 % interval of a part's perplexity, from the spread of its logarithm over n > 1 seeds. */
static void put_interval(struct hy_table *out, const struct hy_record *const *of, int n, enum hy_part part)
{
    double sum = 0, square = 0;
    for (int i = 0; i < n; i++) {
        const double nll = nll_of(of[i], part);
        sum += nll;
        square += nll * nll;
    }
    const double mean = sum / n, deviation = sqrt(fmax(square - n * mean * mean, 0) / (n - 1)),
                 half = hy_t95((size_t)n - 1) * deviation / sqrt(n);
    hy_table_float(out, part == HY_PART_TEST ? "Test PPL CI95 low" : "Best PPL CI95 low", exp(mean - half));
    hy_table_float(out, part == HY_PART_TEST ? "Test PPL CI95 high" : "Best PPL CI95 high", exp(mean + half));
}

/* ---- the rates that were swept */

/* Per variant the place of the rate that it is reported with, or -1: [t->study->n_variants]. */
static void choose(const struct hy_tables *t, int chosen[HY_MAX_VARIANTS])
{
    for (int i = 0; i < t->study->n_variants; i++)
        chosen[i] = hy_choose_rate(t->study, t->study->variants[i].name, t->records, t->n);
}

static bool is_chosen(const struct hy_tables *t, const int *chosen, const struct hy_record *r)
{
    const int rate = chosen[hy_study_find(t->study, r->variant) - t->study->variants];
    return t->study->sweep.n == 0 || (rate >= 0 && r->lr == hy_study_rate(t->study, rate));
}

/* On which samples the numbers of a row of results were chosen, and are to be compared. */
static void put_sweep(struct hy_table *out, const struct hy_tables *t)
{
    const struct hy_sweep *s = &t->study->sweep;
    char rates[HY_MAX_SWEEP * HY_RATE_TEXT] = "", rate[HY_RATE_TEXT];
    for (int i = 0; i < s->n; i++) {
        hy_rate_print(s->lr[i], rate);
        const size_t used = strlen(rates);
        snprintf(rates + used, sizeof rates - used, "%s%s", i ? ";" : "", rate);
    }
    hy_table_text(out, "Sweep", rates);
    hy_table_text(out, "Chosen on", s->n > 0 ? hy_part_name(HY_PART_VAL) : NULL);
    hy_table_text(out, "Reported on", hy_part_name(hy_samples_reported(&t->material->samples)));
}

/* One row: over the seeds, of the chosen rate, that have a perplexity. Time, speed and energy join two fields, so their
 * averages stand here.
 */
static void put_result(struct hy_table *out, const struct hy_tables *t, const int *chosen, const struct hy_config *c)
{
    const struct hy_record **of = calloc((size_t)t->n + 1, sizeof *of);
    HY_ASSERT(of, "out of memory for the records of one variant");
    double seconds = 0, speed = 0, joules = 0, tokens = 0;
    int n = 0, rows = 0;
    struct outcome o = {0};
    for (int i = 0; i < t->n; i++) {
        const struct hy_record *r = &t->records[i];
        if (strcmp(r->variant, c->name) != 0)
            continue;
        if (!o.decoding && r->n_scaling > 0)
            o.decoding = &r->scaling[0]; /* of one seed and rate for all */
        if (!is_chosen(t, chosen, r))
            continue;
        rows++;
        if (!o.state || strcmp(r->status, "ok") != 0)
            o.state = r->status;
        if (!isfinite(r->best_nll))
            continue;
        of[n++] = r;
        o.nll[HY_PART_VAL] += r->best_nll;
        o.nll[HY_PART_TEST] += r->test_nll;
        o.samples[HY_PART_VAL] = r->best_samples;
        o.samples[HY_PART_TEST] = r->n_scored[HY_PART_TEST];
        seconds += r->train_seconds + r->eval_seconds;
        speed += hy_record_train_rate(r);
        joules += r->joules;
        tokens += r->train_tokens;
    }
    if (rows > 0) {
        const double k = n ? n : NAN;
        o.nll[HY_PART_VAL] /= k;
        o.nll[HY_PART_TEST] /= k;
        put_outcome(out, t, c, &o);
        put_sweep(out, t);
        hy_figures_put_result(out, of, n);
        hy_table_integer(out, "Seeds", n);
        hy_table_float(out, "Time (min)", seconds / k / 60);
        hy_table_float(out, "Train tok/s", speed / k);
        hy_table_float(out, "Joules per 1000 tok", joules / tokens * 1000);
        for (int part = 0; part < HY_PARTS && n > 1; part++)
            put_interval(out, of, n, (enum hy_part)part);
        hy_table_rest_missing(out);
        hy_table_end_row(out);
    }
    free(of);
}

static void put_run(struct hy_table *out, const struct hy_tables *t, const int *chosen, const struct hy_record *r)
{
    const struct outcome o = {.nll = {r->best_nll, r->test_nll},
                              .samples = {r->best_samples, r->n_scored[HY_PART_TEST]},
                              .decoding = r->n_scaling > 0 ? &r->scaling[0] : NULL,
                              .state = r->status};
    put_outcome(out, t, hy_study_find(t->study, r->variant), &o);
    hy_figures_put_run(out, r);
    if (t->study->sweep.n > 0)
        hy_table_text(out, "chosen", is_chosen(t, chosen, r) ? "yes" : "no");
    hy_table_float(out, "Time (min)", (r->train_seconds + r->eval_seconds) / 60);
    hy_table_float(out, "Train tok/s", hy_record_train_rate(r));
    hy_table_float(out, "Eval tok/s", hy_record_eval_rate(r));
    hy_conditions_put(out, &r->conditions);
    hy_table_float(out, "Joules per 1000 tok", r->joules / r->train_tokens * 1000);
    hy_table_integer(out, "Seed", (int64_t)r->seed);
    hy_table_integer(out, "Steps", r->steps);
    hy_table_float(out, "GPU clock (MHz)", r->gpu.sm_mhz);
    hy_table_float(out, "GPU memory clock (MHz)", r->gpu.memory_mhz);
    hy_table_float(out, "GPU power (W)", r->gpu.power_w);
    hy_table_float(out, "GPU temperature (C)", r->gpu.temperature_c);
    hy_table_text(out, "GPU throttle", r->gpu.throttle);
    hy_table_text(out, "Init SHA-256", r->init_sha256);
    hy_table_text(out, "Data SHA-256", t->material->data_sha256);
    hy_table_text(out, "Profile", t->study->profile);
    hy_table_integer(out, "Threads", hy_threads());
    hy_table_text(out, "ISA", hy_isa_name(hy_isa()));
    hy_table_text(out, "Git SHA", hy_build_git_sha());
    hy_table_integer(out, "Dirty", hy_build_dirty());
    hy_table_text(out, "Compiler", hy_build_compiler());
    hy_table_text(out, "Flags", hy_build_flags());
    hy_table_text(out, "Started (UTC)", r->started);
    hy_table_rest_missing(out);
    hy_table_end_row(out);
}

static void put_samples(struct hy_table *out, const struct hy_study *s, const struct hy_record *r)
{
    for (int i = 0; i < s->n_prompts; i++) {
        if (!r->samples[i].before)
            continue;
        hy_table_text(out, "variant", r->variant);
        hy_table_text(out, "prompt", s->prompts[i]);
        hy_table_text(out, "before", r->samples[i].before);
        hy_table_text(out, "after", r->samples[i].after);
        hy_table_end_row(out);
    }
}

static void put_ops(struct hy_table *out, const struct hy_record *r)
{
    const struct hy_profile of = {.rows = r->ops,
                                  .n = r->n_ops,
                                  .conditions = r->ops_conditions,
                                  .trace_ratio = r->trace_ratio,
                                  .busy_pct = r->busy_pct};
    hy_profile_put(out, r->variant, &of);
}

static void put_recall(struct hy_table *out, const struct hy_tables *t, const struct hy_record *r)
{
    for (int i = 0; i < r->n_recall; i++) {
        const struct hy_recall_row *q = &r->recall[i];
        hy_table_text(out, "variant", r->variant);
        hy_table_integer(out, "seed", (int64_t)r->seed);
        hy_table_integer(out, "pairs", q->pairs);
        hy_table_integer(out, "queries", q->queries);
        hy_table_integer(out, "correct", q->correct);
        hy_table_float(out, "accuracy", (double)q->correct / (double)q->queries);
        hy_table_text(out, "split", hy_part_name(hy_samples_reported(&t->material->samples)));
        hy_table_float(out, "peak_lr", r->lr);
        hy_table_end_row(out);
    }
}

static void put_positions(struct hy_table *out, const struct hy_record *r)
{
    for (int i = 0; i < r->n_positions; i++) {
        const struct hy_position_row *p = &r->positions[i];
        hy_table_text(out, "variant", r->variant);
        hy_table_integer(out, "seed", (int64_t)r->seed);
        hy_table_integer(out, "first", p->first);
        hy_table_integer(out, "last", p->last);
        hy_table_integer(out, "targets", p->targets);
        hy_table_float(out, "nll", p->targets ? p->nll_sum / (double)p->targets : NAN);
        hy_table_float(out, "peak_lr", r->lr);
        hy_table_end_row(out);
    }
}

static void put_scored(struct hy_table *out, const struct hy_record *r, enum hy_part part)
{
    for (int i = 0; i < r->n_scored[part]; i++) {
        const struct hy_sample_loss *s = &r->scored[part][i];
        hy_table_text(out, "variant", r->variant);
        hy_table_integer(out, "seed", (int64_t)r->seed);
        hy_table_text(out, "split", hy_part_name(part));
        hy_table_integer(out, "step", (int64_t)r->best_step);
        hy_table_integer(out, "sample", s->sample);
        hy_table_integer(out, "targets", s->targets);
        hy_table_float(out, "nll", s->nll_sum);
        hy_table_float(out, "peak_lr", r->lr);
        hy_table_end_row(out);
    }
}

/* Samples and profiles are of the first seed and the chosen rate: one row each per variant. */
static bool first_seed(const struct hy_tables *t, const int *chosen, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(t->records[k].variant, t->records[i].variant) == 0 && is_chosen(t, chosen, &t->records[k]))
            return false;
    return is_chosen(t, chosen, &t->records[i]);
}

static void put_all(struct hy_table *out, enum hy_table_id id, const struct hy_tables *t, const int *chosen)
{
    if (id == HY_TABLE_RESULTS) {
        for (int i = 0; i < t->study->n_variants; i++)
            put_result(out, t, chosen, &t->study->variants[i]);
        return;
    }
    for (int i = 0; i < t->n; i++) {
        if (id == HY_TABLE_RUNS)
            put_run(out, t, chosen, &t->records[i]);
        else if (id == HY_TABLE_SAMPLES && first_seed(t, chosen, i))
            put_samples(out, t->study, &t->records[i]);
        else if (id == HY_TABLE_OPS && first_seed(t, chosen, i))
            put_ops(out, &t->records[i]);
        else if (id == HY_TABLE_POSITION)
            put_positions(out, &t->records[i]);
        else if (id == HY_TABLE_MQAR)
            put_recall(out, t, &t->records[i]);
        for (int part = 0; id == HY_TABLE_EVALUATION && part < HY_PARTS; part++)
            put_scored(out, &t->records[i], (enum hy_part)part);
        for (int k = 0; id == HY_TABLE_SCALING && k < t->records[i].n_scaling; k++)
            hy_scaling_put(out, t->records[i].variant, &t->records[i].scaling[k]);
    }
}

hy_status hy_tables_of_records(const struct hy_tables *t)
{
    static const enum hy_table_id ids[] = {HY_TABLE_RUNS,     HY_TABLE_SAMPLES, HY_TABLE_OPS,        HY_TABLE_SCALING,
                                           HY_TABLE_POSITION, HY_TABLE_MQAR,    HY_TABLE_EVALUATION, HY_TABLE_RESULTS};
    int chosen[HY_MAX_VARIANTS];
    hy_status status = HY_OK;
    choose(t, chosen);
    for (size_t i = 0; i < sizeof ids / sizeof *ids && status == HY_OK; i++) {
        struct hy_table out = {0};
        if (ids[i] == HY_TABLE_MQAR && !t->material->recall.pairs)
            continue;
        status = open_table(&out, ids[i], t);
        if (status != HY_OK)
            break;
        put_all(&out, ids[i], t, chosen);
        status = hy_table_commit(&out);
    }
    return status;
}
