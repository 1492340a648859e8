/* hymbench variants: the study's variants and how many parameters each has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/cli/options.h"
#include "bench/cli/study_file.h"
#include "bench/commands/commands.h"
#include "models/config/layers.h"
#include "models/config/params.h"
#include "report/table/csv.h"

static const char *const columns[] = {"name",   "implementation", "params",     "layers",  "meta",
                                      "window", "kv_groups",      "compare_to", "isolates"};

enum {
    COLUMNS = sizeof columns / sizeof *columns,
    WIDEST = 2 * HY_MAX_LAYERS * 4,
    CLAIMS = 7 /* the first of the columns that say what is compared */
};

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

static struct row row_of(const struct hy_study *s, int index)
{
    const struct hy_config *c = &s->variants[index];
    struct row r = {{{0}}};
    snprintf(r.cells[0], WIDEST, "%s", c->name);
    snprintf(r.cells[1], WIDEST, "%s", hy_implementation_name(c->implementation));
    snprintf(r.cells[2], WIDEST, "%" PRId64, hy_params_count(c));
    snprintf(r.cells[3], WIDEST, "%d", c->n_layers);
    snprintf(r.cells[4], WIDEST, "%d", c->meta_tokens);
    snprintf(r.cells[5], WIDEST, "%d", used_window(c));
    hy_groups_text(c, r.cells[6], WIDEST);
    hy_claims_text(&s->claims[index], r.cells[CLAIMS], r.cells[CLAIMS + 1], WIDEST);
    return r;
}

static void print_csv(const struct hy_study *s)
{
    struct hy_csv_writer w;
    hy_csv_writer_init(&w, stdout);
    for (int i = 0; i < COLUMNS; i++)
        hy_csv_put_text(&w, columns[i]);
    hy_csv_end_row(&w);
    for (int v = 0; v < s->n_variants; v++) {
        struct row r = row_of(s, v);
        for (int i = 0; i < COLUMNS; i++)
            hy_csv_put_text(&w, r.cells[i]);
        hy_csv_end_row(&w);
    }
}

static void print_table(const struct hy_study *s)
{
    static const bool right[COLUMNS] = {false, false, true, true, true, true};
    int width[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        width[i] = (int)strlen(columns[i]);
    for (int v = 0; v < s->n_variants; v++) {
        struct row r = row_of(s, v);
        for (int i = 0; i < COLUMNS; i++)
            if ((int)strlen(r.cells[i]) > width[i])
                width[i] = (int)strlen(r.cells[i]);
    }
    for (int v = -1; v < s->n_variants; v++) {
        struct row r = {{{0}}};
        if (v >= 0)
            r = row_of(s, v);
        for (int i = 0; i < COLUMNS; i++) {
            const char *cell = v < 0 ? columns[i] : r.cells[i][0] ? r.cells[i] : "-";
            bool last = i + 1 == COLUMNS;
            printf("%*s%s", last ? 0 : right[i] ? width[i] : -width[i], cell, last ? "\n" : "  ");
        }
    }
}

hy_status hy_cmd_variants(int argc, char **argv)
{
    struct hy_globals g;
    struct hy_study study;
    const char *config = NULL;
    bool csv = false, help = false;
    const struct hy_option table[] = {{.name = "config",
                                       .kind = HY_OPT_STRING,
                                       .to = &config,
                                       .value = "FILE",
                                       .help = "the study (bench/ablations/hymba.yaml)"},
                                      {.name = "csv", .kind = HY_OPT_FLAG, .to = &csv, .help = "print CSV"},
                                      {0}};
    const struct hy_command usage = {
        .name = "variants",
        .summary = "The variants of a study: implementation, parameters, layers, meta tokens, window (0 = none), the\n"
                   "groups of layers that share K and V, and what a variant is to be compared with. Without --profile: "
                   "the study's protocol in full size.",
        .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
    if (status || help)
        return status;
    status = hy_open_study(config, g.profile ? g.profile : "", &study);
    if (status)
        return status;
    if (csv)
        print_csv(&study);
    else
        print_table(&study);
    hy_study_fini(&study);
    return HY_OK;
}
