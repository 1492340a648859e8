/* Where the nodes of CUDA graphs were recorded: a replayed kernel belongs to the range that was open then. */
#ifndef HY_BENCH_NSIGHT_NODES_H
#define HY_BENCH_NSIGHT_NODES_H

#include "bench/nsight/ranges.h"

struct hy_graph_node {
    int64_t id, original; /* original: what it was copied from; 0: nothing */
    int64_t start;        /* ns, of its creation */
    uint16_t process, thread;
};

struct hy_nodes {
    struct hy_graph_node *nodes; /* (n) by process and id, each once */
    uint32_t n, room;
    bool there; /* the file has CUDA_GRAPH_NODE_EVENTS */
};

/* Without the table there are none. HY_BAD_INPUT where the file is damaged; on failure *n is empty. */
hy_status hy_nodes_read(struct hy_nodes *n, struct hy_export *e, struct hy_threads *threads);
void hy_nodes_fini(struct hy_nodes *n); /* zeroed is fine */

/* The innermost range in which the node, or what it was copied from, was recorded; or none. */
uint32_t hy_nodes_range(const struct hy_nodes *n, struct hy_ranges *ranges, uint16_t process, int64_t id);

#endif
