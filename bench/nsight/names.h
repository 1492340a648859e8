/* Names and threads of a capture as small numbers: millions of records carry them. */
#ifndef HY_BENCH_NSIGHT_NAMES_H
#define HY_BENCH_NSIGHT_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "bench/nsight/export.h"

enum { HY_NAME_CACHE = 1024 };

struct hy_names {
    char **text; /* (n) each once */
    uint32_t n, room;
    uint32_t *slots; /* (n_slots) hash table of n + 1; 0: free */
    uint32_t n_slots;
    struct {
        int64_t id; /* of StringIds; names repeat */
        uint32_t name;
        int known;
    } cache[HY_NAME_CACHE];
};
void hy_names_fini(struct hy_names *n); /* zeroed is fine */

uint32_t hy_names_add(struct hy_names *n, const char *text);                         /* the number it has */
uint32_t hy_names_of_id(struct hy_names *n, struct hy_export *e, int64_t string_id); /* of StringIds' text */

/* Threads by nsys' global numbers. Their upper 40 bits are the process, the lower 24 the thread. */
struct hy_threads {
    int64_t *id;       /* (n) */
    uint16_t *process; /* (n) into processes */
    int64_t *processes;
    uint32_t n, room, n_processes, process_room, last;
};
enum { HY_MOST_THREADS = 65535 };
void hy_threads_fini(struct hy_threads *t);

/* HY_BAD_INPUT where a file has more threads than any program makes. */
hy_status hy_threads_add(struct hy_threads *t, int64_t global, uint16_t *thread);

uint16_t hy_threads_process(struct hy_threads *t, int64_t global); /* of a thread's or a process' number */

#endif
