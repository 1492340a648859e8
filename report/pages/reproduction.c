/* How to get this run again, and the hashes that show whether it is the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/pages/environment.h"

enum { HASH = 65, MOST_TRAININGS = 40 };

static const char *of_runs(const struct hy_report *r, const char *column)
{
    return r->data.have[HY_TABLE_RUNS] ? hy_csv_text_of(&r->data.table[HY_TABLE_RUNS], 0, column) : "";
}

/* ---- the commands ------------------------------------------------------------------------------------------- */

/* "--seed 42 --seeds 3": the least, and how many there are; "" where the run does not tell. */
static const char *seeds(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_RUNS];
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (size_t i = 0; r->data.have[HY_TABLE_RUNS] && i < t->rows; i++) {
        const double seed = hy_csv_number_of(t, i, "Seed");
        least = fmin(least, seed);
        most = fmax(most, seed);
    }
    return most >= least ? hy_doc_format(d, " --seed %.0f --seeds %.0f", least, most - least + 1) : "";
}

/* " --name value" of what env.json or runs.csv says; "" where they say nothing. */
static const char *option(struct hy_doc *d, const char *name, const char *value)
{
    return *value ? hy_doc_format(d, " --%s %s", name, value) : "";
}

/* A text of the user's has no hash that a download could be held against: it has to be given again. */
static const char *text_option(struct hy_doc *d, const struct hy_report *r)
{
    const char *user = "user:";
    const bool given = strncmp(r->data.corpus, user, strlen(user)) == 0;
    return given ? hy_doc_format(d, " --data PATH/%s", r->data.corpus + strlen(user)) : "";
}

static void commands(struct hy_doc *d, const struct hy_report *r)
{
    const char *sha = hy_environment_text(d, r, "build.git_sha|git.sha|git_sha"),
               *dirty = hy_environment_text(d, r, "build.dirty|git.dirty|dirty"),
               *threads = hy_environment_text(d, r, "settings.threads|machine.threads|threads"),
               *isa = hy_environment_text(d, r, "settings.isa|machine.isa|isa");
    const bool known = *sha && strcmp(sha, "unknown") != 0, changed = strcmp(dirty, "yes") == 0 || *dirty == '1',
               pinned = strcmp(hy_environment_text(d, r, "settings.pinned"), "yes") == 0,
               realtime = strcmp(hy_environment_text(d, r, "settings.realtime"), "on") == 0;
    const struct hy_variant *v = &r->data.variant[0];
    const char *folder = *r->data.run ? r->data.run : "RUN";
    hy_doc_paragraph(
        d, HY_CODE,
        hy_doc_format(d,
                      "%s%s%smake\nbuild/hymbench ablation --config results/%s/config.yaml%s%s%s%s%s%s%s%s\n"
                      "build/hymbench report results/%s",
                      known ? "git checkout " : "", known ? sha : "", known ? "\n" : "", folder,
                      option(d, "device", v->device), option(d, "precision", v->precision),
                      option(d, "threads", threads), option(d, "isa", isa), seeds(d, r), text_option(d, r),
                      pinned ? " --pin" : "", realtime ? " --realtime" : "", folder));
    const char *said[] = {
        _("The first lines build the program and train again with the resolved configuration of this run; the last "
          "makes this report from a run folder's files alone, the same bytes each time."),
        changed ? _("The program had uncommitted changes, so the commit alone does not give it again.") : "",
        !known ? _("The commit of the program is not known.") : "",
        _("The same build gives the same losses to the bit on the same backend and thread count; times differ.")};
    hy_doc_paragraph(d, HY_CAPTION, hy_page_sentences(d, said, 4));
}

/* ---- hashes ---------------------------------------------------------------------------------------------------- */
static void hash_row(struct hy_doc *d, const char *what, const char *hash)
{
    const struct hy_cell cells[] = {hy_cell_text(what), hy_cell_text(hash)};
    if (*hash)
        hy_doc_row(d, cells, NULL);
}

/* Of a file of the run folder; "" where it is not there. */
static const char *hash_of(struct hy_doc *d, const struct hy_report *r, const char *file)
{
    char *path = hy_format("%s/%s", r->data.dir, file), *data = NULL, *hash = hy_doc_alloc(d, HASH);
    size_t bytes;
    if (hy_file_exists(path) && hy_read_file(path, &data, &bytes) == HY_OK)
        hy_sha256_hex(data, bytes, hash);
    free(data);
    free(path);
    return hash;
}

static void hashes(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {{_("Of"), 150, HY_LEFT}, {"SHA-256", 0, HY_LEFT}};
    const char *tokens = of_runs(r, "Data SHA-256");
    hy_doc_table(d, "hashes", columns, 2);
    hash_row(d, _("the text"), hy_environment_text(d, r, "corpus.sha256"));
    hash_row(d, _("its tokens"), *tokens ? tokens : hy_environment_text(d, r, "corpus.ids_sha256"));
    hash_row(d, "config.yaml", hash_of(d, r, "config.yaml"));
    hash_row(d, "ablation_results.csv", hash_of(d, r, "ablation_results.csv"));
    hash_row(d, "runs.csv", hash_of(d, r, "runs.csv"));
}

/* A row for each training: what a repetition has to begin from, and what it has to come to. */
static void trainings(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_column columns[] = {{_("Variant"), 110, HY_LEFT},
                                        {_("Seed"), 34, HY_RIGHT},
                                        {_("Steps"), 40, HY_RIGHT},
                                        {_("Best PPL"), 50, HY_RIGHT},
                                        {_("Initial weights, SHA-256"), 0, HY_LEFT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_RUNS];
    if (!hy_page_has(d, r, HY_TABLE_RUNS))
        return;
    if (t->rows > MOST_TRAININGS) {
        hy_doc_paragraph(
            d, HY_CAPTION,
            hy_doc_format(d, _("runs.csv has the hash of the initial weights of each of %zu trainings."), t->rows));
        return;
    }
    hy_doc_table(d, "trainings", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < t->rows; i++) {
        const char *name = hy_csv_text_of(t, i, "Model");
        const struct hy_variant *v = hy_run_data_find(&r->data, name);
        const struct hy_row_look look = v ? hy_variant_row(v) : (struct hy_row_look){0};
        const struct hy_cell cells[] = {
            v ? hy_variant_cell(d, r, v) : hy_cell_text(name), hy_cell_text(hy_csv_text_of(t, i, "Seed")),
            hy_cell_of(d, t, i, "Steps", 0),
            hy_cell_from(hy_cell_ppl(d, hy_csv_number_of(t, i, "Best PPL")), t, i, "Best PPL"),
            hy_cell_text(hy_doc_format(d, "%.40s", hy_csv_text_of(t, i, "Init SHA-256")))};
        hy_doc_row(d, cells, &look);
    }
    hy_doc_paragraph(d, HY_CAPTION, _("The first 40 digits of each hash; runs.csv has all 64."));
}

void hy_environment_reproduction(struct hy_doc *d, const struct hy_report *r)
{
    hy_doc_heading(d, "reproduction", _("To get this run again"));
    commands(d, r);
    hashes(d, r);
    trainings(d, r);
}
