#pragma once

#include <cmath>

namespace core {

// log2 by plain arithmetic: the library's may differ in its last bit between machines.
inline double log2_exact(double value) {
    int exponent = 0;
    double m = std::frexp(value, &exponent);  // exact: 0.5 <= m < 1
    if (m < 0.70710678118654752) {
        m *= 2;
        --exponent;
    }
    const double t = (m - 1) / (m + 1);  // |t| < 0.172: the series below is exact to 1e-12
    const double tt = t * t;
    double sum = 0;
    for (int i = 13; i >= 1; i -= 2) sum = sum * tt + 1.0 / i;
    return exponent + 2.8853900817779268 * t * sum;  // 2 / ln 2
}

}  // namespace core
