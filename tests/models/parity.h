/* Cases made by tests/oracle/make_parity.py, for the tests that replay them. */
#ifndef HY_TESTS_MODELS_PARITY_H
#define HY_TESTS_MODELS_PARITY_H

#include <stdbool.h>

#include "models/lm.h"
#include "models/program/safetensors.h"

struct parity_case {
    char path[256];
    struct hy_safetensors file;
    struct hy_config config;
    struct hy_weights weights;
    struct hy_lm lm; /* hy_lm_gradients, opened, inputs set */
};

/* Every tests/data/parity file, sorted; *n of them, malloc'd names. */
char **parity_files(int *n);

/* other_products: in_proj the other way, where the case is a hybrid: the same formulas and parameters. */
void parity_open(struct parity_case *p, const char *path, struct hy_backend backend, enum hy_recompute recompute,
                 bool other_products);
void parity_close(struct parity_case *p);

/* Runs the case and holds logits, loss and every gradient against the file's, within what the backend's precision
 * allows. */
void parity_check(const char *path, struct hy_backend backend, bool other_products);
void parity_check_all(struct hy_backend backend); /* every case; hybrids both ways */

#endif
