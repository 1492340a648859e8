/* The table at the end of a run, for a terminal. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/report.h"
#include "report/table/data.h"
#include "report/table/number.h"

/* Cells on screen, counting one per UTF-8 character. */
static int columns_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void cell(FILE *out, const char *text, int width, bool right)
{
    int pad = width - columns_of(text);
    if (right)
        fprintf(out, "%*s", pad > 0 ? pad : 0, "");
    fputs(text, out);
    if (!right)
        fprintf(out, "%*s", pad > 0 ? pad : 0, "");
}

static void numbers(FILE *out, double params, double best, double final_ppl, double minutes)
{
    struct hy_number n;
    cell(out, hy_show_fixed(&n, params, 2), 12, true);
    cell(out, hy_show_ppl(&n, best), 11, true);
    cell(out, hy_show_ppl(&n, final_ppl), 11, true);
    cell(out, hy_show_fixed(&n, minutes, 2), 12, true);
}

static void average(FILE *out, const struct hy_run_data *d, size_t group, int name_width)
{
    struct hy_average a = hy_run_data_average(d, group);
    if (a.count == 0)
        return;
    char *label = hy_format("average of %zu", a.count);
    cell(out, label, name_width, false);
    cell(out, *d->group[group] ? d->group[group] : HY_DASH, 16, false);
    numbers(out, a.params_m, a.best_ppl, a.final_ppl, a.minutes);
    fputc('\n', out);
    free(label);
}

hy_status hy_report_print_table(const char *run_dir, FILE *out)
{
    struct hy_run_data d;
    struct hy_number n;
    hy_status status = hy_run_data_load(&d, run_dir);
    if (status != HY_OK)
        return status;
    int name_width = 16;
    for (size_t i = 0; i < d.variants; i++)
        if (columns_of(d.variant[i].name) + 2 > name_width)
            name_width = columns_of(d.variant[i].name) + 2;

    cell(out, "Model", name_width, false);
    fputs("Implementation    Params (M)   Best PPL  Final PPL  Time (min)  Status\n", out);
    for (size_t i = 0; i < d.variants; i++) {
        const struct hy_variant *v = &d.variant[d.ranked[i]];
        cell(out, v->name, name_width, false);
        cell(out, v->implementation, 16, false);
        numbers(out, v->params_m, v->best_ppl, v->final_ppl, v->minutes);
        fprintf(out, "  %s\n", *v->status ? v->status : HY_DASH);
    }
    for (size_t i = 0; i < d.groups; i++)
        average(out, &d, i, name_width);

    const struct hy_variant *best = hy_run_data_best(&d);
    if (best)
        fprintf(out, "Best model: %s, perplexity %s\n", best->name, hy_show_ppl(&n, best->best_ppl));
    else
        fputs("Best model: " HY_DASH " (no variant has a perplexity)\n", out);
    if (d.synthetic)
        fputs("The corpus is synthetic: these numbers say nothing about real text.\n", out);
    char *pdf = hy_format("%s/report.pdf", run_dir);
    fprintf(out, "Report: %s%s\n", pdf, hy_file_exists(pdf) ? "" : " (not written)");
    free(pdf);
    hy_run_data_fini(&d);
    return HY_OK;
}
