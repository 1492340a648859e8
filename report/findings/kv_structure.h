/* Which layer of a variant keeps keys and values, whose it reads, and how many bytes that takes: its rows of kv.csv. */
#ifndef HY_REPORT_FINDINGS_KV_STRUCTURE_H
#define HY_REPORT_FINDINGS_KV_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/table/data.h"

enum { HY_MOST_KV_LAYERS = 64 };

enum hy_layer_role {
    HY_ROLE_NONE,     /* no attention */
    HY_ROLE_GLOBAL,   /* a global layer, with a cache of its own */
    HY_ROLE_PRODUCER, /* a local layer whose cache others read too */
    HY_ROLE_ALONE,    /* a local layer that shares with nobody */
    HY_ROLE_CONSUMER, /* a local layer that reads its producer's cache */
};

struct hy_kv_layer_of {
    enum hy_layer_role role;
    bool global;  /* sees every earlier position */
    int producer; /* whose keys and values; -1: nobody's */
    double bytes; /* of its own cache, one sequence; 0 where it has none */
};

struct hy_kv_structure {
    struct hy_kv_layer_of layer[HY_MOST_KV_LAYERS];
    size_t layers;            /* 0: the variant is not in kv.csv */
    size_t attention, caches; /* layers that attend, layers with a cache of their own */
    double bytes;             /* of all caches of one sequence */
    double global_bytes;      /* of those of global layers */
    double unshared_bytes;    /* if each layer had a cache as its producer has */
};

/* Rows with no layer number, or one past HY_MOST_KV_LAYERS, are passed over. */
void hy_kv_structure_make(struct hy_kv_structure *k, const struct hy_run_data *d, const char *variant);

/* What the same variant's caches take without sharing and without window, in bytes; NaN where the run does not tell. */
double hy_kv_plain_bytes(const struct hy_run_data *d, const char *variant);

#endif
