#include "bench/nsight/nodes.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char TABLE[] = "CUDA_GRAPH_NODE_EVENTS";
enum { MOST_COPIES = 8 }; /* a graph is recorded, copied into an executable one, perhaps from a child */

static int by_id(const void *a, const void *b)
{
    const struct hy_graph_node *x = a, *y = b;
    if (x->process != y->process)
        return x->process < y->process ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

/* A node has an event for its creation and may have one that says what it was copied from. */
static void merge(struct hy_nodes *n)
{
    uint32_t kept = 0;
    qsort(n->nodes, n->n, sizeof *n->nodes, by_id);
    for (uint32_t i = 1; i < n->n; i++) {
        struct hy_graph_node *last = &n->nodes[kept];
        if (last->process == n->nodes[i].process && last->id == n->nodes[i].id)
            last->original = last->original ? last->original : n->nodes[i].original;
        else
            n->nodes[++kept] = n->nodes[i];
    }
    n->n = kept + 1;
}

hy_status hy_nodes_read(struct hy_nodes *n, struct hy_export *e, struct hy_threads *threads)
{
    static const char *const columns[] = {"start", "globalTid", "graphNodeId", "originalGraphNodeId", NULL};
    hy_status status = HY_OK;
    *n = (struct hy_nodes){.there = hy_export_has(e, TABLE)};
    sqlite3_stmt *s = n->there ? hy_export_select(e, TABLE, columns, NULL) : NULL;
    if (s == NULL)
        return n->there ? HY_BAD_INPUT : HY_OK;
    while (status == HY_OK && hy_export_row(e, s, &status)) {
        struct hy_graph_node node = {.start = sqlite3_column_int64(s, 0),
                                     .id = sqlite3_column_int64(s, 2),
                                     .original = sqlite3_column_int64(s, 3)};
        status = hy_threads_add(threads, sqlite3_column_int64(s, 1), &node.thread);
        if (status)
            break;
        node.process = threads->process[node.thread];
        if (n->n == n->room) {
            n->room = n->room ? 2 * n->room : 256;
            n->nodes = realloc(n->nodes, n->room * sizeof *n->nodes);
            HY_ASSERT(n->nodes, "out of memory for the graphs of a capture");
        }
        n->nodes[n->n++] = node;
    }
    sqlite3_finalize(s);
    if (n->n > 0)
        merge(n);
    if (status)
        hy_nodes_fini(n);
    return status;
}

void hy_nodes_fini(struct hy_nodes *n)
{
    free(n->nodes);
    memset(n, 0, sizeof *n);
}

static const struct hy_graph_node *find(const struct hy_nodes *n, uint16_t process, int64_t id)
{
    uint32_t low = 0, high = n->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct hy_graph_node *x = &n->nodes[middle];
        if (x->process != process ? x->process < process : x->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n->n && n->nodes[low].process == process && n->nodes[low].id == id ? &n->nodes[low] : NULL;
}

uint32_t hy_nodes_range(const struct hy_nodes *n, struct hy_ranges *ranges, uint16_t process, int64_t id)
{
    const struct hy_graph_node *node = find(n, process, id);
    for (int i = 0; i < MOST_COPIES && node && node->original; i++) {
        const struct hy_graph_node *from = find(n, process, node->original);
        if (from == NULL)
            break;
        node = from;
    }
    return node ? hy_ranges_at(ranges, node->thread, node->start) : HY_NONE_U32;
}
