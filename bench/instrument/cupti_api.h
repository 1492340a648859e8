/* CUPTI, loaded at run time: the few entries that are used, and what is said when they are not to be had.
 *
 * Declared here instead of included, so that the program is the same on machines
 * without the toolkit. Of each record only the first fields are declared: versions
 * of CUPTI add at the end, and cuptiActivityGetNextRecord steps from one to the
 * next. tests/bench/instrument/test_cupti_layout.c holds all of it against the toolkit's own
 * header where there is one. */
#ifndef HY_BENCH_INSTRUMENT_CUPTI_API_H
#define HY_BENCH_INSTRUMENT_CUPTI_API_H

#include <stddef.h>
#include <stdint.h>

/* The major version whose records these are. */
enum { HY_CUPTI_MAJOR = 13 };

enum hy_cupti_state {
    HY_CUPTI_OK,
    HY_CUPTI_NO_LIBRARY,     /* no libcupti */
    HY_CUPTI_NO_SYMBOL,      /* one that lacks an entry */
    HY_CUPTI_OTHER_VERSION,  /* of another CUDA major version */
    HY_CUPTI_NO_DRIVER,      /* codes 15 and 999: no driver, or none it can work with */
    HY_CUPTI_OTHER_PROFILER, /* 39: nsys, ncu or a debugger is there already */
    HY_CUPTI_NO_PRIVILEGES,  /* 35 and 40 */
    HY_CUPTI_OTHER,          /* any other code */
};

/* Values of CUptiResult, CUpti_ActivityKind and so on, as far as they are used. */
enum {
    HY_CUPTI_SUCCESS = 0,
    HY_CUPTI_MAX_LIMIT_REACHED = 12,
    HY_CUPTI_NOT_INITIALIZED = 15,
    HY_CUPTI_INVALID_METRIC_NAME = 17,
    HY_CUPTI_INSUFFICIENT_PRIVILEGES = 35,
    HY_CUPTI_MULTIPLE_SUBSCRIBERS = 39,
    HY_CUPTI_VIRTUALIZED_PRIVILEGES = 40,
    HY_CUPTI_INVALID_CHIP_NAME = 46,
    HY_CUPTI_UNKNOWN = 999,

    HY_CUPTI_KIND_MEMCPY = 1,
    HY_CUPTI_KIND_MEMSET = 2,
    HY_CUPTI_KIND_DRIVER = 4,
    HY_CUPTI_KIND_RUNTIME = 5,
    HY_CUPTI_KIND_CONCURRENT_KERNEL = 10,
    HY_CUPTI_KIND_EXTERNAL_CORRELATION = 39,

    HY_CUPTI_EXTERNAL_CUSTOM0 = 3,
    HY_CUPTI_FLUSH_FORCED = 1,
};

/* ---- records: their first fields ------------------------------------------------ */

struct hy_cupti_record {
    uint32_t kind;
};

struct hy_cupti_kernel {
    uint32_t kind;
    uint8_t cache_config, shared_config;
    uint16_t registers; /* per thread */
    uint32_t partitioned_requested, partitioned_executed;
    uint64_t start, end, completed; /* ns */
    uint32_t device, context, stream;
    int32_t grid[3], block[3];
    int32_t static_shared, dynamic_shared; /* bytes */
    uint32_t local_per_thread, local_total;
    uint32_t correlation;
    int64_t grid_id;
    const char *name; /* mangled */
};

struct hy_cupti_memcpy {
    uint32_t kind;
    uint8_t copy_kind, src_kind, dst_kind, flags;
    uint64_t bytes;
    uint64_t start, end;
    uint32_t device, context, stream;
    uint32_t correlation;
};

struct hy_cupti_memset {
    uint32_t kind;
    uint32_t value;
    uint64_t bytes;
    uint64_t start, end;
    uint32_t device, context, stream;
    uint32_t correlation;
};

/* Says which id was on top of the caller's stack when `correlation` was launched. */
struct hy_cupti_external {
    uint32_t kind;
    uint32_t external_kind;
    uint64_t external_id;
    uint32_t correlation;
    uint32_t reserved;
};

/* ---- entries ------------------------------------------------------------------------ */

typedef void hy_cupti_callback(void *user, int domain, uint32_t id, const void *data);
typedef void hy_cupti_request(uint8_t **buffer, size_t *size, size_t *max_records);
typedef void hy_cupti_complete(void *context, uint32_t stream, uint8_t *buffer, size_t size, size_t valid);

struct hy_cupti {
    int (*version)(uint32_t *version);
    int (*result_string)(int result, const char **text);
    int (*subscribe)(void **subscriber, hy_cupti_callback *callback, void *user);
    int (*unsubscribe)(void *subscriber);
    int (*register_callbacks)(hy_cupti_request *request, hy_cupti_complete *complete);
    int (*enable)(int kind);
    int (*disable)(int kind);
    int (*flush_all)(uint32_t flags);
    int (*next_record)(uint8_t *buffer, size_t valid, struct hy_cupti_record **record);
    int (*dropped)(void *context, uint32_t stream, size_t *count);
    int (*push)(int kind, uint64_t id);
    int (*pop)(int kind, uint64_t *last);
    uint32_t api_version; /* what `version` said: 130001 */
};

/* Loads the library that $HYMBENCH_CUPTI_LIB names, else libcupti.so.13 from where kernels/base/gpu_library.h
 * finds it; once it is there it stays. *api is set with HY_CUPTI_OK alone. Touches no device. */
enum hy_cupti_state hy_cupti_load(const struct hy_cupti **api);

/* The loaded library itself, for entries that only some callers need: NULL where it lacks `name`. */
void *hy_cupti_symbol(const char *name);

/* Where the library was found; "" before hy_cupti_load() succeeded. */
const char *hy_cupti_path(void);

/* The state that a result stands for; keeps the sentence. `entry` is who returned it, `lost` what there will not
 * be: "no device trace". */
enum hy_cupti_state hy_cupti_result(int result, const char *entry, const char *lost);

/* HY_CUPTI_OTHER_PROFILER, with its sentence, where tools.h finds a sign of one: CUPTI is then not to be touched, for
 * some tools do worse than refuse. Else HY_CUPTI_OK. */
enum hy_cupti_state hy_cupti_alone(const char *lost);

/* Of the last state that was not HY_CUPTI_OK: one sentence, what is the matter and what to do. */
const char *hy_cupti_sentence(void);

#endif
