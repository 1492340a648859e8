#include "bench/history/html.h"

#include <stdlib.h>

#include "bench/history/html_data.h"
#include "kernels/base/file.h"

/* The page's own files stand in the program, byte for byte. */
__asm__(".pushsection .rodata\n"
        "hy_dashboard_index: .incbin \"bench/history/dashboard/index.html\"\n"
        "hy_dashboard_index_end:\n"
        "hy_dashboard_page_css: .incbin \"bench/history/dashboard/page.css\"\n"
        "hy_dashboard_page_css_end:\n"
        "hy_dashboard_words: .incbin \"bench/history/dashboard/words.js\"\n"
        "hy_dashboard_words_end:\n"
        "hy_dashboard_chart: .incbin \"bench/history/dashboard/chart.js\"\n"
        "hy_dashboard_chart_end:\n"
        "hy_dashboard_page: .incbin \"bench/history/dashboard/page.js\"\n"
        "hy_dashboard_page_end:\n"
        ".popsection\n");
extern const char hy_dashboard_index[], hy_dashboard_index_end[];
extern const char hy_dashboard_page_css[], hy_dashboard_page_css_end[];
extern const char hy_dashboard_words[], hy_dashboard_words_end[];
extern const char hy_dashboard_chart[], hy_dashboard_chart_end[];
extern const char hy_dashboard_page[], hy_dashboard_page_end[];

/* index.html comes last: with it the page is whole. */
static const struct {
    const char *name, *from, *to;
} fixed[] = {
    {"page.css", hy_dashboard_page_css, hy_dashboard_page_css_end},
    {"words.js", hy_dashboard_words, hy_dashboard_words_end},
    {"chart.js", hy_dashboard_chart, hy_dashboard_chart_end},
    {"page.js", hy_dashboard_page, hy_dashboard_page_end},
    {"index.html", hy_dashboard_index, hy_dashboard_index_end},
};

static hy_status write_fixed(const char *dir, const char *name, const char *from, const char *to)
{
    char *path = hy_format("%s/%s", dir, name);
    const hy_status status = hy_write_file(path, from, (size_t)(to - from));
    free(path);
    return status;
}

static hy_status write_overview(const char *dir, const struct hy_nights *n, const struct hy_alarms *f)
{
    struct hy_new_file file;
    char *path = hy_format("%s/series.js", dir);
    hy_status status = hy_new_file_open(&file, path);
    if (status == HY_OK) {
        hy_html_overview(file.stream, n, f);
        status = hy_new_file_commit(&file);
    }
    free(path);
    return status;
}

static hy_status write_data(const char *dir, const struct hy_nights *n, size_t number)
{
    struct hy_new_file file;
    const size_t from = number * HY_HTML_SERIES, end = from + HY_HTML_SERIES;
    char *path = hy_format("%s/data/%zu.js", dir, number);
    hy_status status = hy_new_file_open(&file, path);
    if (status == HY_OK) {
        hy_html_data(file.stream, n, number, from, end < n->n ? end : n->n);
        status = hy_new_file_commit(&file);
    }
    free(path);
    return status;
}

hy_status hy_history_html(const char *dir, const struct hy_nights *n, const struct hy_alarms *f)
{
    char *data = hy_format("%s/data", dir);
    hy_status status = hy_make_folders(data);
    if (status == HY_OK) {
        hy_new_files_sweep(dir);
        hy_new_files_sweep(data);
    }
    for (size_t i = 0; status == HY_OK && i * HY_HTML_SERIES < n->n; i++)
        status = write_data(dir, n, i);
    if (status == HY_OK)
        status = write_overview(dir, n, f);
    for (size_t i = 0; status == HY_OK && i < sizeof fixed / sizeof *fixed; i++)
        status = write_fixed(dir, fixed[i].name, fixed[i].from, fixed[i].to);
    free(data);
    return status;
}
