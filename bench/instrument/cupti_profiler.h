/* CUPTI's Range Profiler, loaded at run time like the rest of it (cupti_api.h): the host side, which schedules and
 * evaluates metrics and needs no GPU, and the side that counts on a device.
 *
 * Every entry takes one structure, which begins with its size up to the end of its last field and a pointer
 * that stays NULL. They are declared here as cupti_profiler_host.h (C++ only), cupti_range_profiler.h and
 * cupti_profiler_target.h have them; tests/bench/instrument/test_cupti_layout.c compares. */
#ifndef HY_BENCH_INSTRUMENT_CUPTI_PROFILER_H
#define HY_BENCH_INSTRUMENT_CUPTI_PROFILER_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/base/status.h"

enum {
    HY_PROFILER_OF_RANGES = 0,   /* CUPTI_PROFILER_TYPE_RANGE_PROFILER */
    HY_PROFILER_USER_RANGE = 2,  /* CUPTI_UserRange */
    HY_PROFILER_USER_REPLAY = 3, /* CUPTI_UserReplay */
};

struct hy_profiler_setup {
    size_t size;
    void *reserved;
};

/* ---- the host side ------------------------------------------------------------------- */

struct hy_host_chips {
    size_t size;
    void *reserved;
    size_t n;
    const char *const *names;
};

struct hy_host_open {
    size_t size;
    void *reserved;
    int profiler;
    const char *chip;
    const uint8_t *availability; /* of one device's counters; NULL: all that the chip has */
    void *host;
};

struct hy_host_close {
    size_t size;
    void *reserved;
    void *host;
};

struct hy_host_add {
    size_t size;
    void *reserved;
    void *host;
    const char **names;
    size_t n;
};

struct hy_host_image_size {
    size_t size;
    void *reserved;
    void *host;
    size_t image_bytes;
};

struct hy_host_image {
    size_t size;
    void *reserved;
    void *host;
    size_t image_bytes;
    uint8_t *image;
};

struct hy_host_passes {
    size_t size;
    void *reserved;
    size_t image_bytes;
    uint8_t *image;
    size_t passes;
};

struct hy_host_properties {
    size_t size;
    void *reserved;
    void *host;
    const char *metric, *description, *hardware, *unit;
    int type;
};

struct hy_host_evaluate {
    size_t size;
    void *reserved;
    void *host;
    const uint8_t *data;
    size_t data_bytes, range;
    const char **names;
    size_t n;
    double *values;
};

/* ---- on a device ----------------------------------------------------------------------- */

struct hy_chip_name {
    size_t size;
    void *reserved;
    size_t device;
    const char *chip;
};

struct hy_availability {
    size_t size;
    void *reserved;
    void *context;
    size_t image_bytes; /* told while image is NULL */
    uint8_t *image;
};

struct hy_range_enable {
    size_t size;
    void *reserved;
    void *context;
    void *object;
};

/* Of disable, start and pop. */
struct hy_range_object {
    size_t size;
    void *reserved;
    void *object;
};

struct hy_range_data_size {
    size_t size;
    void *reserved;
    void *object;
    const char **names;
    size_t n, ranges;
    uint32_t nodes;
    size_t data_bytes;
};

struct hy_range_data {
    size_t size;
    void *reserved;
    void *object;
    size_t data_bytes;
    uint8_t *data;
};

struct hy_range_config {
    size_t size;
    void *reserved;
    void *object;
    size_t image_bytes;
    const uint8_t *image;
    size_t data_bytes;
    uint8_t *data;
    int range, replay;
    size_t ranges;
    uint16_t levels, first_level;
    size_t pass;
    uint16_t level;
};

struct hy_range_push {
    size_t size;
    void *reserved;
    void *object;
    const char *name;
};

struct hy_range_stop {
    size_t size;
    void *reserved;
    void *object;
    size_t pass, level;
    uint8_t all_submitted;
};

struct hy_range_decode {
    size_t size;
    void *reserved;
    void *object;
    size_t dropped;
};

/* Sizes of those that end before their last field's alignment does. */
enum {
    HY_HOST_PROPERTIES_BYTES = offsetof(struct hy_host_properties, type) + sizeof(int),
    HY_RANGE_CONFIG_BYTES = offsetof(struct hy_range_config, level) + sizeof(uint16_t),
    HY_RANGE_STOP_BYTES = offsetof(struct hy_range_stop, all_submitted) + sizeof(uint8_t),
};

/* ---- entries ------------------------------------------------------------------------------ */

struct hy_cupti_profiler {
    int (*chips)(struct hy_host_chips *);
    int (*host_open)(struct hy_host_open *);
    int (*host_close)(struct hy_host_close *);
    int (*add)(struct hy_host_add *);
    int (*image_size)(struct hy_host_image_size *);
    int (*image)(struct hy_host_image *);
    int (*passes)(struct hy_host_passes *);
    int (*properties)(struct hy_host_properties *);
    int (*evaluate)(struct hy_host_evaluate *);

    int (*initialize)(struct hy_profiler_setup *);
    int (*deinitialize)(struct hy_profiler_setup *);
    int (*chip_name)(struct hy_chip_name *); /* without a GPU it does worse than fail */
    int (*availability)(struct hy_availability *);
    int (*enable)(struct hy_range_enable *);
    int (*disable)(struct hy_range_object *);
    int (*data_size)(struct hy_range_data_size *);
    int (*data_clear)(struct hy_range_data *);
    int (*configure)(struct hy_range_config *);
    int (*start)(struct hy_range_object *);
    int (*push)(struct hy_range_push *);
    int (*pop)(struct hy_range_object *);
    int (*stop)(struct hy_range_stop *);
    int (*decode)(struct hy_range_decode *);
};

/* The entries of the library that hy_cupti_load() finds. HY_NO_DATA where there is none, or one is missing. */
hy_status hy_cupti_profiler_load(const struct hy_cupti_profiler **api);

#endif
