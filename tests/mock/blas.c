/* Loaded before OpenBLAS: one that takes this processor for a Pentium 4, and must then not be asked for products. */
#include <stdio.h>
#include <stdlib.h>

char *openblas_get_corename(void);
void cblas_sgemm(void);
void cblas_sgemv(void);

char *openblas_get_corename(void)
{
    static char core[] = "Prescott";
    return core;
}

static void refuse(const char *what)
{
    (void)fprintf(stderr, "mock_blas: %s was called\n", what);
    abort();
}

void cblas_sgemm(void)
{
    refuse("sgemm");
}

void cblas_sgemv(void)
{
    refuse("sgemv");
}
