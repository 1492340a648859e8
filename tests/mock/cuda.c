/* The two calls of a driver that a profiler waits for. MOCK_CUDA_LOG names a file that each adds a line to,
 * MOCK_CUDA_FAIL is what both return. */
#include <stdio.h>
#include <stdlib.h>

int cuProfilerStart(void);
int cuProfilerStop(void);

static int noted(const char *what)
{
    const char *path = getenv("MOCK_CUDA_LOG"), *code = getenv("MOCK_CUDA_FAIL");
    FILE *f = path ? fopen(path, "a") : NULL;
    if (f) {
        fprintf(f, "%s\n", what);
        fclose(f);
    }
    return code ? atoi(code) : 0;
}

int cuProfilerStart(void)
{
    return noted("start");
}

int cuProfilerStop(void)
{
    return noted("stop");
}
