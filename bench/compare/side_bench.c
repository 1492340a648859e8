/* What bench-step and bench-decode print: lines of CSV with their header, a blank line behind each block. */
#include <stdlib.h>
#include <string.h>

#include "bench/compare/side_read.h"
#include "kernels/base/file.h"
#include "report/table/csv.h"

static const struct {
    const char *column, *metric, *unit;
    bool more_is_better;
} figures[] = {{"step_ms", "step time", "ms", false},
               {"prefill_tok_s", "prefill tok/s", "tok/s", true},
               {"decode_tok_s", "decode tok/s", "tok/s", true}};

static void read_rows(struct hy_side *s, const struct hy_csv *t)
{
    for (size_t row = 0; row < t->rows; row++)
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
            if (hy_csv_column(t, figures[i].column) < 0)
                continue;
            const struct hy_row_spec spec = {.subject = hy_csv_text_of(t, row, "variant"),
                                             .metric = figures[i].metric,
                                             .unit = figures[i].unit,
                                             .more_is_better = figures[i].more_is_better};
            const char *quality = hy_csv_text_of(t, row, "quality");
            hy_side_see(
                hy_side_row(s, &spec),
                (struct hy_observation){.value = hy_csv_number_of(t, row, figures[i].column), .pair = HY_NO_PAIR},
                quality[0] == '\0' || strcmp(quality, "ok") == 0);
        }
}

hy_status hy_side_read_bench(struct hy_side *s, const char *path)
{
    char *text = NULL;
    size_t bytes;
    hy_status status = hy_read_file(path, &text, &bytes);
    for (char *at = text; status == HY_OK && *at;) {
        char *blank = strstr(at, "\n\n"), *next = blank ? blank + 2 : at + strlen(at);
        if (strncmp(at, "variant,", 8) == 0) {
            struct hy_csv t;
            status = hy_csv_parse(&t, path, at, (size_t)((blank ? blank + 1 : next) - at), 0, HY_CSV_COMPLETE);
            if (status == HY_OK)
                read_rows(s, &t);
            hy_csv_fini(&t);
        }
        at = next;
    }
    free(text);
    return status;
}
