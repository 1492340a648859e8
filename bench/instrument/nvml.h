/* What the driver's management library says of a GPU, loaded at run time: the libnvidia-ml.so.1 that
 * HYMBENCH_NVML_LIB names, else from where kernels/base/gpu_library.h finds it.
 *
 * It is never an error that something cannot be read: the library is absent, an
 * entry is too new for it, a GPU does not tell. The field is then NaN, and an empty cell
 * of a table. */
#ifndef HY_BENCH_INSTRUMENT_NVML_H
#define HY_BENCH_INSTRUMENT_NVML_H

#include <stdbool.h>

struct hy_nvml_sample {
    double sm_mhz, memory_mhz, power_w, temperature_c; /* at this moment; NaN: not known */
    char throttle[96]; /* what holds the clocks back, "power cap, hw thermal"; "none"; "" where not known */
};

/* Of the GPU that CUDA calls `index`. NVML counts all GPUs of the machine and CUDA those that
 * CUDA_VISIBLE_DEVICES leaves, whose numbers and UUIDs are followed; on a machine with
 * different GPUs set CUDA_DEVICE_ORDER=PCI_BUS_ID, so that both count in the same order. */
void hy_nvml_sample(int index, struct hy_nvml_sample *s);

/* The same, for who asks often: finding the GPU once. NULL: nobody knows one, and everything of it is unknown. */
void *hy_nvml_device(int index);
void hy_nvml_sample_of(void *device, struct hy_nvml_sample *s);

extern const struct hy_nvml_sample hy_nvml_unknown;

/* Whether something held the clocks back when the sample was taken; false where that is not known. */
bool hy_nvml_held_back(const struct hy_nvml_sample *s);

/* Energy the GPU has used since its driver was loaded, all its users together, in joules; NaN: not known. */
double hy_nvml_joules(int index);

/* Whether the library was found and started; if not, kernels/base/gpu_library.h has why. */
bool hy_nvml_loaded(void);

#endif
