#include "bench/instrument/device_records.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_BYTES = 1 << 20, BUFFER_ALIGNMENT = 64, NAMES = 1024 };

/* CUPTI's thread may outlive main(): all of this stays for the life of the process. */
static struct {
    pthread_mutex_t lock;
    const struct hy_cupti *api;
    bool keeping;
    struct hy_device_records kept;
    char *names[NAMES];
    size_t n_names;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

void hy_device_buffer_request(uint8_t **buffer, size_t *size, size_t *max_records)
{
    *buffer = aligned_alloc(BUFFER_ALIGNMENT, BUFFER_BYTES);
    *size = *buffer ? BUFFER_BYTES : 0; /* 0: CUPTI drops records and counts them */
    *max_records = 0;                   /* as many as fit */
}

/* A kernel's name outlives its module only as a copy; they are few. */
static const char *intern(const char *name)
{
    if (!name)
        return "";
    for (size_t i = 0; i < state.n_names; i++)
        if (strcmp(state.names[i], name) == 0)
            return state.names[i];
    if (state.n_names == NAMES)
        return "(a kernel beyond the first 1024)";
    char *copy = strdup(name);
    if (!copy)
        return "";
    state.names[state.n_names++] = copy;
    return copy;
}

/* Room for one more of `n` items, doubling; false where memory is short. */
static bool more_room(void **items, size_t n, size_t *room, size_t item_bytes)
{
    if (n < *room)
        return true;
    size_t wanted = *room ? 2 * *room : 4096;
    void *moved = realloc(*items, wanted * item_bytes);
    if (!moved)
        return false;
    *items = moved;
    *room = wanted;
    return true;
}

static void keep_interval(const struct hy_device_interval *interval)
{
    struct hy_device_records *k = &state.kept;
    void *items = k->intervals;
    /* a forced flush may bring what has not begun or not ended yet */
    if (interval->start == 0 || interval->end < interval->start) {
        k->incomplete++;
        return;
    }
    if (!more_room(&items, k->n, &k->room, sizeof *k->intervals)) {
        k->dropped++;
        return;
    }
    k->intervals = items;
    k->intervals[k->n++] = *interval;
}

static void keep_link(const struct hy_cupti_external *e)
{
    struct hy_device_records *k = &state.kept;
    void *items = k->links;
    if (e->external_kind != HY_CUPTI_EXTERNAL_CUSTOM0)
        return;
    if (!more_room(&items, k->n_links, &k->links_room, sizeof *k->links)) {
        k->dropped++;
        return;
    }
    k->links = items;
    k->links[k->n_links++] = (struct hy_device_link){e->correlation, e->external_id};
}

static void keep(const struct hy_cupti_record *record)
{
    switch (record->kind) {
    case HY_CUPTI_KIND_CONCURRENT_KERNEL: {
        const struct hy_cupti_kernel *k = (const void *)record;
        keep_interval(&(struct hy_device_interval){.start = k->start,
                                                   .end = k->end,
                                                   .kind = k->kind,
                                                   .correlation = k->correlation,
                                                   .name = intern(k->name),
                                                   .registers = k->registers,
                                                   .shared = k->static_shared + k->dynamic_shared});
        break;
    }
    case HY_CUPTI_KIND_MEMCPY: {
        const struct hy_cupti_memcpy *c = (const void *)record;
        keep_interval(&(struct hy_device_interval){
            .start = c->start, .end = c->end, .bytes = c->bytes, .kind = c->kind, .correlation = c->correlation});
        break;
    }
    case HY_CUPTI_KIND_MEMSET: {
        const struct hy_cupti_memset *s = (const void *)record;
        keep_interval(&(struct hy_device_interval){
            .start = s->start, .end = s->end, .bytes = s->bytes, .kind = s->kind, .correlation = s->correlation});
        break;
    }
    case HY_CUPTI_KIND_EXTERNAL_CORRELATION:
        keep_link((const void *)record);
        break;
    default: /* the API calls, which only have to be recorded for the links to exist */
        break;
    }
}

void hy_device_buffer_complete(void *context, uint32_t stream, uint8_t *buffer, size_t size, size_t valid)
{
    (void)size;
    pthread_mutex_lock(&state.lock);
    if (state.keeping) {
        struct hy_cupti_record *record = NULL;
        while (state.api->next_record(buffer, valid, &record) == HY_CUPTI_SUCCESS)
            keep(record);
        size_t dropped = 0;
        if (state.api->dropped(context, stream, &dropped) == HY_CUPTI_SUCCESS)
            state.kept.dropped += dropped;
    }
    pthread_mutex_unlock(&state.lock);
    free(buffer);
}

void hy_device_records_open(const struct hy_cupti *api)
{
    pthread_mutex_lock(&state.lock);
    state.api = api;
    state.keeping = true;
    pthread_mutex_unlock(&state.lock);
}

void hy_device_records_take(struct hy_device_records *to)
{
    pthread_mutex_lock(&state.lock);
    *to = state.kept;
    memset(&state.kept, 0, sizeof state.kept);
    state.keeping = false;
    pthread_mutex_unlock(&state.lock);
}
