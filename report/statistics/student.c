#include "report/statistics/student.h"

#include <math.h>

#include "kernels/base/status.h"

double hy_student_p(double t, size_t freedom)
{
    HY_ASSERT(freedom >= 1, "Student's t needs a degree of freedom");
    const double angle = atan2(fabs(t), sqrt((double)freedom)), c = cos(angle), s = sin(angle);
    double sum = 0, inside;
    if (freedom % 2 == 0) {
        double term = 1;
        for (size_t k = 0; k < freedom / 2; k++) {
            sum += term;
            term *= c * c * (double)(2 * k + 1) / (double)(2 * k + 2);
        }
        inside = s * sum;
    } else {
        double term = c;
        for (size_t k = 1; k <= freedom / 2; k++) {
            sum += term;
            term *= c * c * (double)(2 * k) / (double)(2 * k + 1);
        }
        inside = 2 / M_PI * (angle + s * sum);
    }
    return fmin(1, fmax(0, 1 - inside));
}

double hy_student_bound(double alpha, size_t freedom)
{
    double low = 0, high = 1;
    while (hy_student_p(high, freedom) > alpha && high < 1e12)
        high *= 2;
    for (int i = 0; i < 200; i++) {
        const double t = (low + high) / 2;
        if (hy_student_p(t, freedom) > alpha)
            low = t;
        else
            high = t;
    }
    return low;
}
