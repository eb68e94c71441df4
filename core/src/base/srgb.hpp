// The transfer curve of sRGB (IEC 61966-2-1).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace core {

// Linear light, 0 to 1, of every encoded byte.
inline const std::array<float, 256>& linear_of_byte() {
    static const std::array<float, 256> table = [] {
        std::array<float, 256> values{};
        for (std::size_t i = 0; i < 256; ++i) {
            const double v = double(i) / 255.0;
            values[i] = float(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
        }
        return values;
    }();
    return table;
}

}  // namespace core
