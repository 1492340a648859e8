/* A weights file opened for use: variant, parameters, tokenizer. */
#ifndef HY_BENCH_CLI_TRAINED_H
#define HY_BENCH_CLI_TRAINED_H

#include "datasets/tokenizer/tokenizer.h"
#include "models/config/config.h"
#include "models/program/weights.h"

struct hy_trained {
    struct hy_config config;
    struct hy_weights weights;
    struct hy_tokenizer tokenizer;
    bool has_tokenizer;
};

/* HY_BAD_INPUT names the file and its fault; also when `need_tokenizer` and it has none. */
hy_status hy_trained_open(struct hy_trained *t, const char *path, bool need_tokenizer);
void hy_trained_fini(struct hy_trained *t); /* NULL and zeroed are fine */

#endif
