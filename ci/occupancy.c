/* Theoretical occupancy, by the toolkit's own rules (cuda_occupancy.h, which needs no GPU).
 *
 *   occupancy <in >out      lines "sm registers shared_bytes threads": the same with the percentage
 *                           of the multiprocessor's threads that can be resident; "?" for threads
 *                           that are not known gives "?"
 *
 * Built by ci/ptxas.sh where the header is found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cuda_occupancy.h>

/* The data-centre chip of an architecture, from NVIDIA's tuning guides; 0 for one that is not listed. */
static int properties(int sm, cudaOccDeviceProp *p)
{
    static const struct {
        int sm, threads, shared_kib, block_shared_kib, multiprocessors;
    } chips[] = {{75, 1024, 64, 64, 40},   {80, 2048, 164, 163, 108}, {86, 1536, 100, 99, 84},
                 {89, 1536, 100, 99, 142}, {90, 2048, 228, 227, 132}, {100, 2048, 228, 227, 148},
                 {120, 1536, 100, 99, 170}};
    for (size_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        if (chips[i].sm != sm)
            continue;
        memset(p, 0, sizeof *p);
        p->computeMajor = sm / 10;
        p->computeMinor = sm % 10;
        p->maxThreadsPerBlock = 1024;
        p->maxThreadsPerMultiprocessor = chips[i].threads;
        p->regsPerBlock = p->regsPerMultiprocessor = 65536;
        p->warpSize = 32;
        p->sharedMemPerBlock = 48 * 1024;
        p->sharedMemPerMultiprocessor = (size_t)chips[i].shared_kib * 1024;
        p->sharedMemPerBlockOptin = (size_t)chips[i].block_shared_kib * 1024;
        p->reservedSharedMemPerBlock = sm >= 80 ? 1024 : 0;
        p->numSms = chips[i].multiprocessors;
        return 1;
    }
    return 0;
}

static int occupancy(int sm, int registers, int shared, int threads)
{
    cudaOccDeviceProp p;
    cudaOccFuncAttributes f;
    cudaOccDeviceState s;
    cudaOccResult r;
    memset(&f, 0, sizeof f);
    memset(&s, 0, sizeof s);
    if (!properties(sm, &p))
        return -1;
    f.maxThreadsPerBlock = 1024;
    f.numRegs = registers;
    f.sharedSizeBytes = (size_t)shared;
    f.partitionedGCConfig = PARTITIONED_GC_OFF;
    f.maxDynamicSharedSizeBytes = p.sharedMemPerBlockOptin;
    s.carveoutConfig = SHAREDMEM_CARVEOUT_DEFAULT;
    if (cudaOccMaxActiveBlocksPerMultiprocessor(&r, &p, &f, &s, threads, 0) != CUDA_OCC_SUCCESS)
        return -1;
    return 100 * r.activeBlocksPerMultiprocessor * threads / p.maxThreadsPerMultiprocessor;
}

int main(void)
{
    char line[256];
    while (fgets(line, sizeof line, stdin)) {
        int sm, registers, shared, threads, percent = -1;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%d %d %d %d", &sm, &registers, &shared, &threads) == 4)
            percent = occupancy(sm, registers, shared, threads);
        if (percent >= 0)
            printf("%s %d\n", line, percent);
        else
            printf("%s ?\n", line);
    }
    return EXIT_SUCCESS;
}
