/* The text that is trained on. First hit wins:
 *
 *   1. the data option, else HYMBENCH_DATA: a file, or a folder with input.txt; taken as it is
 *   2. datasets/cache/tinyshakespeare/input.txt      SHA-256 checked
 *   3. ../shared/datasets/tinyshakespeare/input.txt  SHA-256 checked
 *   4. data/tinyshakespeare/input.txt                SHA-256 checked; where a kit (ci/gpu_kit.sh) has it
 *   5. the built-in synthetic text of the same size
 *
 * 2 to 4 are looked for from the current folder, then from the folder above the
 * program's. Nothing is downloaded here: datasets/fetch.sh fills the cache. */
#ifndef HY_DATASETS_CORPUS_H
#define HY_DATASETS_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"

#define HY_TINYSHAKESPEARE_SHA256 "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
enum { HY_TINYSHAKESPEARE_BYTES = 1115394 };

struct hy_corpus {
    char *text; /* `bytes` bytes and a NUL */
    size_t bytes;
    char sha256[65];
    char *name; /* "tinyshakespeare", "synthetic", "user:<file or folder name>" */
    char *path; /* where it was read; "" for synthetic */
    bool synthetic;
};

/* data_option: NULL or "" where none was given. Falling back to the synthetic text warns once.
 * HY_BAD_INPUT: a given path that is missing, empty or a folder without input.txt; a file in the
 * cache whose checksum is wrong (it is never skipped silently). */
hy_status hy_corpus_load(struct hy_corpus *c, const char *data_option);

/* Steps 2 to 5 with the given folders in place of the current one and the program's. */
hy_status hy_corpus_search(struct hy_corpus *c, const char *const *roots, int n_roots);

/* Step 5 by itself: the same text on every machine, see synthetic.c. */
void hy_corpus_synthetic(struct hy_corpus *c);

void hy_corpus_fini(struct hy_corpus *c); /* NULL and zeroed ones are fine */

#endif
