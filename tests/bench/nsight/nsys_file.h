/* SQLite files as `nsys export` writes them, made by a test: of both generations of its documented schema.
 *
 *     struct nsys_file f;
 *     nsys_begin(&f, path, NSYS_NEW);
 *     nsys_range(&f, NSYS_THREAD, 0, 100, "train", 0);
 *     ...
 *     nsys_end(&f); */
#ifndef HY_TESTS_BENCH_NSIGHT_NSYS_FILE_H
#define HY_TESTS_BENCH_NSIGHT_NSYS_FILE_H

#include <stdint.h>

struct sqlite3;

enum nsys_generation {
    NSYS_OLD, /* texts in the events, no version, no NULL: what never ended ends at 0; no graphs */
    NSYS_NEW, /* registered strings, versions, an enumeration of event types, graph nodes */
};

enum { NSYS_DOMAIN = 3, NSYS_OTHER_DOMAIN = 4 };

/* Process 77, threads 78 and 79; process 90. */
#define NSYS_THREAD  ((int64_t)77 << 24 | 78)
#define NSYS_SECOND  ((int64_t)77 << 24 | 79)
#define NSYS_ANOTHER ((int64_t)90 << 24 | 90)
#define NSYS_OPEN    ((int64_t)-1) /* the end of a range that has none */

struct nsys_file {
    struct sqlite3 *db;
    enum nsys_generation generation;
};

/* Makes the file with its tables and the domains hymbench and NCCL of process 77. */
void nsys_begin(struct nsys_file *f, const char *path, enum nsys_generation generation);
void nsys_end(struct nsys_file *f);

void nsys_sql(struct nsys_file *f, const char *sql); /* whatever else */
void nsys_domain(struct nsys_file *f, int64_t thread, int id, const char *name);
void nsys_range(struct nsys_file *f, int64_t thread, int64_t start, int64_t end, const char *name, int64_t payload);
void nsys_range_of(struct nsys_file *f, int domain, int64_t thread, int64_t start, int64_t end, const char *name);
void nsys_call(struct nsys_file *f, int64_t thread, int64_t start, int64_t end, int correlation, const char *name);

/* table: KERNEL, MEMCPY, MEMSET or GRAPH_TRACE; node: of a graph, or 0. */
void nsys_work(struct nsys_file *f, const char *table, int64_t thread, int64_t start, int64_t end, int correlation,
               int64_t node);
void nsys_node(struct nsys_file *f, int64_t thread, int64_t time, int64_t node, int64_t original);

/* A training step of 50 us at `base`, whose answers test_capture.c knows; uses ten correlation ids from `first` on. */
void nsys_step(struct nsys_file *f, int64_t base, int first);

#endif
