#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/doc/doc.h"
#include "report/pages/pages.h"
#include "report/render/render.h"

/* ---- what is written ------------------------------------------------------------------- */
enum output { PDF, HTML, MARKDOWN, OUTPUTS };

static const struct {
    const char *suffix, *file; /* its name in the run folder */
    hy_status (*render)(const struct hy_doc *d, const char *path);
} outputs[OUTPUTS] = {[PDF] = {".pdf", "report.pdf", hy_render_pdf},
                      [HTML] = {".html", "report.html", hy_render_html},
                      [MARKDOWN] = {".md", "report.md", hy_render_markdown}};

/* OUTPUTS: of none. */
static enum output output_of(const char *path)
{
    const char *suffix = strrchr(path, '.');
    for (int i = 0; suffix && i < OUTPUTS; i++)
        if (strcmp(suffix, outputs[i].suffix) == 0)
            return (enum output)i;
    return OUTPUTS;
}

static hy_status charts_into(const struct hy_doc *d, const char *dir)
{
    char *charts = hy_format("%s/charts", dir);
    const hy_status status = hy_render_charts(d, charts);
    free(charts);
    return status;
}

/* Markdown shows pictures that lie beside it. */
static hy_status charts_beside(const struct hy_doc *d, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? hy_format("%.*s", slash == path ? 1 : (int)(slash - path), path) : hy_format(".");
    const hy_status status = charts_into(d, dir);
    free(dir);
    return status;
}

static hy_status write_one(const struct hy_doc *d, const char *path)
{
    const enum output kind = output_of(path);
    const hy_status status = outputs[kind].render(d, path);
    return status == HY_OK && kind == MARKDOWN ? charts_beside(d, path) : status;
}

static hy_status write_all(const struct hy_doc *d, const char *dir)
{
    hy_status status = charts_into(d, dir);
    for (int i = 0; i < OUTPUTS && status == HY_OK; i++) {
        char *path = hy_format("%s/%s", dir, outputs[i].file);
        status = outputs[i].render(d, path);
        free(path);
    }
    return status;
}

/* ---- what it is made of ------------------------------------------------------------------ */
static void warn_of_torn(const struct hy_run_data *d)
{
    for (int id = 0; id < HY_TABLE_COUNT; id++)
        if (d->table[id].torn_line > 0)
            hy_warn_once("%s:%zu: the last line was cut off while being written and is left out", d->table[id].name,
                         d->table[id].torn_line);
}

static hy_status make(const struct hy_report_options *o)
{
    struct hy_report r = {0};
    struct hy_run_data other = {0};
    struct hy_doc d = {0};
    hy_status status = hy_report_load(&r, o->run_dir);
    if (status == HY_OK && o->compare_to)
        status = hy_run_data_load(&other, o->compare_to);
    if (status == HY_OK) {
        warn_of_torn(&r.data);
        warn_of_torn(&other);
        r.other = o->compare_to ? &other : NULL;
        hy_report_write(&d, &r);
        status = o->out ? write_one(&d, o->out) : write_all(&d, o->run_dir);
    }
    hy_doc_fini(&d);
    hy_run_data_fini(&other);
    hy_report_fini(&r);
    return status;
}

hy_status hy_report_build(const struct hy_report_options *o)
{
    const char *before = hy_say_language();
    if (o->out && output_of(o->out) == OUTPUTS)
        return hy_fail(HY_BAD_INPUT, "'%s': a report is written as .pdf, .html or .md; give it such a name", o->out);
    hy_status status = hy_say_in(o->language ? o->language : "en");
    if (status)
        return status;
    status = make(o);
    hy_say_in(before);
    return status;
}
