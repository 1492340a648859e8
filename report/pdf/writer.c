#include "report/pdf/writer.h"

#include <math.h>

bool hy_pdf_drawable(struct hy_pdf *pdf, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]) || fabsf(values[i]) > 10000) {
            pdf->left_out++;
            return false;
        }
    }
    return true;
}
