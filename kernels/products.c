#include "kernels/products.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"

/* Counts up when lines change: older files are then left alone. */
enum { VERSION = 1 };

/* As much faster as a later candidate has to be: nearer ones would change places from run to run. */
static const double margin = 0.98;

bool hy_products_timed(void)
{
    const char *given = getenv("HYMBENCH_TIMED_PRODUCTS");
    return given && strcmp(given, "1") == 0;
}

char *hy_products_path(const char *key)
{
    char hex[65];
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    hy_sha256_hex(key, strlen(key), hex);
    if (xdg && xdg[0] == '/')
        return hy_format("%s/hymbench/products-%.16s.txt", xdg, hex);
    if (home && home[0] == '/')
        return hy_format("%s/.cache/hymbench/products-%.16s.txt", home, hex);
    return NULL;
}

static char *heading(const char *key)
{
    return hy_format("hymbench products %d: %s\n", VERSION, key);
}

/* One line: shape, the algorithm's words in hex, milliseconds. */
static bool read_line(const char *line, const char *shape, struct hy_product_algorithm *a)
{
    const size_t length = strlen(shape);
    if (strncmp(line, shape, length) != 0 || line[length] != ' ')
        return false;
    const char *at = line + length;
    struct hy_product_algorithm read;
    for (int i = 0; i < HY_PRODUCT_WORDS; i++) {
        char *end;
        read.words[i] = strtoull(at, &end, 16);
        if (end != at + 17 || *end != ' ')
            return false;
        at = end;
    }
    const char *newline = strchr(at, '\n');
    if (!newline || newline == at + 1) /* a writer was stopped */
        return false;
    *a = read;
    return true;
}

bool hy_products_find(const char *path, const char *key, const char *shape, struct hy_product_algorithm *a)
{
    char *text, *head = heading(key);
    size_t bytes;
    bool found = false;
    if (hy_read_file(path, &text, &bytes) == HY_OK) {
        if (strncmp(text, head, strlen(head)) == 0)
            for (const char *line = text; !found && (line = strchr(line, '\n')) != NULL;)
                found = read_line(++line, shape, a);
        free(text);
    }
    free(head);
    return found;
}

/* The file under its name with its first line; another program may have been first. */
static hy_status begin(const char *path, const char *key)
{
    char *folder = hy_format("%s", path), *slash = strrchr(folder, '/');
    hy_status status = HY_OK;
    if (slash && slash != folder) {
        *slash = '\0';
        status = hy_make_folders(folder);
    }
    free(folder);
    char *head = heading(key);
    if (status == HY_OK)
        status = hy_write_file(path, head, strlen(head));
    free(head);
    return status;
}

hy_status hy_products_keep(const char *path, const char *key, const char *shape, const struct hy_product_algorithm *a,
                           double ms)
{
    char *text, *head = heading(key), words[HY_PRODUCT_WORDS * 17 + 1];
    size_t bytes;
    bool ours = false;
    if (hy_file_exists(path) && hy_read_file(path, &text, &bytes) == HY_OK) {
        ours = strncmp(text, head, strlen(head)) == 0;
        free(text);
    }
    free(head);
    hy_status status = ours ? HY_OK : begin(path, key);
    if (status != HY_OK)
        return status;
    for (int i = 0; i < HY_PRODUCT_WORDS; i++)
        snprintf(words + 17 * i, sizeof words - 17 * (size_t)i, " %016" PRIx64, a->words[i]);
    char *line = hy_format("%s%s %.4f\n", shape, words, ms);
    const int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    const size_t length = strlen(line);
    const bool good = fd >= 0 && write(fd, line, length) == (ssize_t)length;
    if (!good)
        status = hy_fail(HY_RUN_FAILED, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(line);
    return status;
}

int hy_products_fastest(int count, double (*time)(void *of, int candidate), void *of, double *ms)
{
    double best[HY_PRODUCT_CANDIDATES];
    int fastest = -1;
    HY_ASSERT(count <= HY_PRODUCT_CANDIDATES, "no more are asked for");
    for (int round = 0; round < HY_PRODUCT_ROUNDS; round++)
        for (int i = 0; i < count; i++) {
            if (round > 0 && best[i] < 0)
                continue;
            const double took = time(of, i);
            if (took < 0 || round == 0 || took < best[i])
                best[i] = took;
        }
    for (int i = 0; i < count; i++)
        if (best[i] >= 0 && (fastest < 0 || best[i] < best[fastest] * margin))
            fastest = i;
    if (fastest >= 0 && ms)
        *ms = best[fastest];
    return fastest;
}
