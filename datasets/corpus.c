#include "datasets/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "datasets/synthetic.h"
#include "kernels/base/file.h"
#include "kernels/base/program.h"

static const char *const places[] = {"datasets/cache/tinyshakespeare/input.txt",
                                     "../shared/datasets/tinyshakespeare/input.txt",
                                     "data/tinyshakespeare/input.txt"}; /* of a kit (ci/gpu_kit.sh) */
enum { PLACES = sizeof places / sizeof *places };

void hy_corpus_fini(struct hy_corpus *c)
{
    if (!c)
        return;
    free(c->text);
    free(c->name);
    free(c->path);
    *c = (struct hy_corpus){0};
}

static hy_status read_text(struct hy_corpus *c, const char *path)
{
    hy_status status = hy_read_file(path, &c->text, &c->bytes);
    if (status != HY_OK)
        return hy_fail_in(status, "the corpus");
    if (c->bytes == 0)
        return hy_fail(HY_BAD_INPUT, "the corpus '%s' is empty; give a text file", path);
    hy_sha256_hex(c->text, c->bytes, c->sha256);
    c->path = hy_format("%s", path);
    return HY_OK;
}

/* "a/b/" -> "b" */
static char *last_name(const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    return hy_format("user:%.*s", (int)(end - start), path + start);
}

static hy_status load_users(struct hy_corpus *c, const char *path)
{
    bool folder = hy_folder_exists(path);
    char *file = folder ? hy_format("%s/input.txt", path) : hy_format("%s", path);
    hy_status status;
    if (folder && !hy_file_exists(file))
        status =
            hy_fail(HY_BAD_INPUT, "the corpus folder '%s' has no input.txt; name a file, or a folder with one", path);
    else
        status = read_text(c, file);
    if (status == HY_OK)
        c->name = last_name(path);
    free(file);
    return status;
}

static hy_status load_known(struct hy_corpus *c, const char *path)
{
    hy_status status = read_text(c, path);
    if (status != HY_OK)
        return status;
    if (strcmp(c->sha256, HY_TINYSHAKESPEARE_SHA256) != 0)
        return hy_fail(HY_BAD_INPUT,
                       "the corpus '%s' has the SHA-256 %.12s..., not %.12s...: delete it to have it fetched again, or "
                       "set HYMBENCH_DATA to use it as it is",
                       path, c->sha256, HY_TINYSHAKESPEARE_SHA256);
    c->name = hy_format("tinyshakespeare");
    return HY_OK;
}

void hy_corpus_synthetic(struct hy_corpus *c)
{
    *c = (struct hy_corpus){.bytes = HY_TINYSHAKESPEARE_BYTES, .synthetic = true};
    c->text = hy_synthetic_text(c->bytes);
    hy_sha256_hex(c->text, c->bytes, c->sha256);
    c->name = hy_format("synthetic");
    c->path = hy_format("%s", "");
}

hy_status hy_corpus_search(struct hy_corpus *c, const char *const *roots, int n_roots)
{
    *c = (struct hy_corpus){0};
    for (int p = 0; p < PLACES; p++)
        for (int r = 0; r < n_roots; r++) {
            char *path =
                strcmp(roots[r], ".") == 0 ? hy_format("%s", places[p]) : hy_format("%s/%s", roots[r], places[p]);
            bool there = hy_file_exists(path);
            hy_status status = there ? load_known(c, path) : HY_OK;
            free(path);
            if (status != HY_OK)
                hy_corpus_fini(c);
            if (there)
                return status;
        }
    hy_warn_once("no corpus found in datasets/cache or ../shared/datasets: training on the built-in synthetic text; "
                 "datasets/fetch.sh fetches the real one");
    hy_corpus_synthetic(c);
    return HY_OK;
}

hy_status hy_corpus_load(struct hy_corpus *c, const char *data_option)
{
    *c = (struct hy_corpus){0};
    const char *given = data_option && *data_option ? data_option : getenv("HYMBENCH_DATA");
    if (given && *given) {
        hy_status status = load_users(c, given);
        if (status != HY_OK)
            hy_corpus_fini(c);
        return status;
    }
    /* the folder above the program's: build/hymbench -> the project */
    char *root = hy_program_folder(), *slash = strrchr(root, '/');
    if (slash)
        *slash = '\0';
    const char *const roots[] = {".", root};
    hy_status status = hy_corpus_search(c, roots, 2);
    free(root);
    return status;
}
