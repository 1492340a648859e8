/* hymbench variants: the study's variants, how many parameters each has, and widths that make them equally large. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/cli/options.h"
#include "bench/cli/study_file.h"
#include "bench/commands/commands.h"
#include "kernels/base/file.h"
#include "models/config/block.h"
#include "models/config/layers.h"
#include "models/config/params.h"
#include "models/lm.h"
#include "models/match.h"
#include "report/table/csv.h"

/* The columns that say something of this study. */
enum shown { ALWAYS, WHERE_CHOSEN, WHERE_MATCHED };

static const struct {
    const char *name;
    bool right; /* a number */
    enum shown shown;
} columns[] = {{"name", false, ALWAYS},
               {"implementation", false, ALWAYS},
               {"params", true, ALWAYS},
               {"layers", true, ALWAYS},
               {"meta", true, ALWAYS},
               {"window", true, ALWAYS},
               {"kv_groups", false, ALWAYS},
               {"compare_to", false, ALWAYS},
               {"isolates", false, ALWAYS},
               {"fusion", false, WHERE_CHOSEN},
               {"in_proj", false, WHERE_CHOSEN},
               {"d_model", true, WHERE_MATCHED},
               {"d_ff", true, WHERE_MATCHED},
               {"flops_per_token", true, WHERE_MATCHED},
               {"match", false, WHERE_MATCHED},
               {"match_to", false, WHERE_MATCHED},
               {"mismatch_pct", true, WHERE_MATCHED}};

enum { COLUMNS = sizeof columns / sizeof *columns, WIDEST = 2 * HY_MAX_LAYERS * 4 };

struct row {
    char cells[COLUMNS][WIDEST];
};

/* The window some layer really has; 0 where all see everything, or there is no attention. */
static int used_window(const struct hy_config *c)
{
    for (int i = 0; i < c->n_layers; i++)
        if (hy_has_attention(c) && hy_layer_window(c, i) > 0)
            return hy_layer_window(c, i);
    return 0;
}

static char *cell_of(struct row *r, const char *column)
{
    for (int i = 0; i < COLUMNS; i++)
        if (strcmp(columns[i].name, column) == 0)
            return r->cells[i];
    HY_ASSERT(false, "the table has the column");
    return NULL;
}

static void put(struct row *r, const char *column, const char *text)
{
    snprintf(cell_of(r, column), WIDEST, "%s", text);
}

static void put_number(struct row *r, const char *column, int64_t value)
{
    snprintf(cell_of(r, column), WIDEST, "%" PRId64, value);
}

/* Widths, and how far what they were chosen for is off. */
static void put_sizes(struct row *r, const struct hy_study *s, int index)
{
    const struct hy_config *c = &s->variants[index];
    const struct hy_match *m = &s->matches[index];
    const struct hy_config *to = m->kind == HY_MATCH_NONE ? NULL : hy_study_find(s, m->to);
    put_number(r, "d_model", c->d_model);
    put_number(r, "d_ff", c->d_ff);
    if (!s->cache_only)
        put_number(r, "flops_per_token", (int64_t)(hy_lm_flops_per_token(c) + 0.5));
    if (!to)
        return;
    put(r, "match", hy_names_word(&hy_match_names, (int)m->kind));
    put(r, "match_to", m->to);
    snprintf(cell_of(r, "mismatch_pct"), WIDEST, "%+.3f",
             100 * (hy_match_figure(c, m->kind) / hy_match_figure(to, m->kind) - 1));
}

static struct row row_of(const struct hy_study *s, int index)
{
    const struct hy_config *c = &s->variants[index];
    struct row r = {{{0}}};
    put(&r, "name", c->name);
    put(&r, "implementation", hy_implementation_name(c->implementation));
    put_number(&r, "params", hy_params_count(c));
    put_number(&r, "layers", c->n_layers);
    put_number(&r, "meta", c->meta_tokens);
    put_number(&r, "window", used_window(c));
    hy_groups_text(c, cell_of(&r, "kv_groups"), WIDEST);
    hy_claims_text(&s->claims[index], cell_of(&r, "compare_to"), cell_of(&r, "isolates"), WIDEST);
    if (c->fusion != HY_FUSE_AUTO)
        put(&r, "fusion", hy_names_word(&hy_fusion_names, (int)c->fusion));
    if (c->in_proj != HY_IN_PROJ_AUTO)
        put(&r, "in_proj", hy_names_word(&hy_in_proj_names, (int)c->in_proj));
    put_sizes(&r, s, index);
    return r;
}

/* ---- which rows and columns -------------------------------------------------------- */

struct options {
    const char *config, *match, *to;
    struct hy_list variants;
    bool csv;
};

static bool listed(const struct options *o, const struct hy_config *c)
{
    bool found = o->variants.n == 0;
    for (int i = 0; i < o->variants.n; i++)
        found = found || strcmp(o->variants.items[i], c->name) == 0;
    return found;
}

static bool is_shown(const struct options *o, const struct hy_study *s, enum shown shown)
{
    bool any = shown == ALWAYS;
    for (int v = 0; v < s->n_variants; v++) {
        const struct hy_config *c = &s->variants[v];
        if (!listed(o, c))
            continue;
        any = any || (shown == WHERE_MATCHED && s->matches[v].kind != HY_MATCH_NONE);
        for (int i = 0; i < hy_model_fields.n && shown == WHERE_CHOSEN; i++) {
            const struct hy_field *f = &hy_model_fields.rows[i];
            any = any || (f->type == HY_FIELD_CHOICE && strcmp(hy_names_word(f->names, 0), "auto") == 0 &&
                          !hy_is_own_choice(c, f));
        }
    }
    return any;
}

/* ---- printing ----------------------------------------------------------------------- */

static void print_csv(const struct options *o, const struct hy_study *s)
{
    struct hy_csv_writer w;
    bool shown[COLUMNS];
    hy_csv_writer_init(&w, stdout);
    for (int i = 0; i < COLUMNS; i++) {
        shown[i] = is_shown(o, s, columns[i].shown);
        if (shown[i])
            hy_csv_put_text(&w, columns[i].name);
    }
    hy_csv_end_row(&w);
    for (int v = 0; v < s->n_variants; v++) {
        if (!listed(o, &s->variants[v]))
            continue;
        struct row r = row_of(s, v);
        for (int i = 0; i < COLUMNS; i++)
            if (shown[i])
                hy_csv_put_text(&w, r.cells[i]);
        hy_csv_end_row(&w);
    }
}

static void print_row(const struct row *r, const int *width)
{
    int last = 0;
    for (int i = 0; i < COLUMNS; i++)
        last = width[i] ? i : last;
    for (int i = 0; i <= last; i++) {
        const char *cell = r ? r->cells[i][0] ? r->cells[i] : "-" : columns[i].name;
        if (width[i])
            printf("%*s%s", columns[i].right ? width[i] : i == last ? 0 : -width[i], cell, i == last ? "\n" : "  ");
    }
}

static void print_table(const struct options *o, const struct hy_study *s)
{
    int width[COLUMNS] = {0}; /* 0: not shown */
    for (int i = 0; i < COLUMNS; i++)
        width[i] = is_shown(o, s, columns[i].shown) ? (int)strlen(columns[i].name) : 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1)
            print_row(NULL, width);
        for (int v = 0; v < s->n_variants; v++) {
            if (!listed(o, &s->variants[v]))
                continue;
            struct row r = row_of(s, v);
            if (pass == 1)
                print_row(&r, width);
            for (int i = 0; i < COLUMNS; i++)
                if (width[i] && (int)strlen(r.cells[i]) > width[i])
                    width[i] = (int)strlen(r.cells[i]);
        }
    }
}

/* ---- the command --------------------------------------------------------------------- */

/* What others are matched with: --to, else the first variant that is compared with nothing, else the first. */
static const struct hy_config *yardstick(const struct hy_study *s, const char *to)
{
    if (to)
        return hy_study_find(s, to);
    for (int i = 0; i < s->n_variants; i++)
        if (s->claims[i].n == 0)
            return &s->variants[i];
    return &s->variants[0];
}

/* The listed variants as --match has them, whatever the study says. */
static hy_status match_listed(const struct options *o, struct hy_study *s)
{
    int kind;
    if (s->cache_only)
        return hy_fail(HY_BAD_INPUT, "study '%s' describes caches of published models; there is nothing to match",
                       s->name);
    const struct hy_config *to = yardstick(s, o->to);
    hy_status status = to ? hy_names_parse(&hy_match_names, o->match, &kind) : HY_BAD_INPUT;
    if (status)
        return status;
    for (int i = 0; i < s->n_variants; i++) {
        s->matches[i] = (struct hy_match){.kind = HY_MATCH_NONE};
        if (&s->variants[i] == to || !listed(o, &s->variants[i]))
            continue;
        s->matches[i].kind = (enum hy_match_kind)kind;
        snprintf(s->matches[i].to, sizeof s->matches[i].to, "%s", to->name);
    }
    return hy_study_match(s, o->config ? o->config : s->name);
}

static hy_status list(const struct options *o, const char *profile)
{
    struct hy_study study;
    if (o->to && !o->match)
        return hy_fail(HY_BAD_INPUT, "--to names what --match is to reach; add --match params or --match flops");
    hy_status status = hy_open_study(o->config, profile ? profile : "", &study);
    for (int i = 0; status == HY_OK && i < o->variants.n; i++)
        status = hy_study_find(&study, o->variants.items[i]) ? HY_OK : HY_BAD_INPUT;
    if (status == HY_OK && o->match)
        status = match_listed(o, &study);
    if (status == HY_OK)
        (o->csv ? print_csv : print_table)(o, &study);
    hy_study_fini(&study);
    return status;
}

hy_status hy_cmd_variants(int argc, char **argv)
{
    struct hy_globals g;
    struct options o = {0};
    bool help = false;
    const struct hy_option table[] = {
        hy_config_option(&o.config),
        {.name = "variants", .kind = HY_OPT_LIST, .to = &o.variants, .value = "A,B", .help = "only these"},
        {.name = "match",
         .kind = HY_OPT_CHOICE,
         .to = &o.match,
         .choices = "params|flops",
         .help = "with the widths that give each as many parameters, or training flops per token"},
        {.name = "to",
         .kind = HY_OPT_STRING,
         .to = &o.to,
         .value = "NAME",
         .help = "as this one (default: the first that is compared with none)"},
        {.name = "csv", .kind = HY_OPT_FLAG, .to = &o.csv, .help = "print CSV"},
        {0}};
    const struct hy_command usage = {
        .name = "variants",
        .summary = "The variants of a study: implementation, parameters, layers, meta tokens, window (0 = none), the\n"
                   "groups of layers that share K and V, and what a variant is to be compared with. Where widths are\n"
                   "matched, by the study or by --match: the widths, and how far the figure is off in percent.\n"
                   "Without --profile: the study's protocol in full size.",
        .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
    if (status == HY_OK && !help)
        status = list(&o, g.profile);
    hy_list_fini(&o.variants);
    return status;
}
