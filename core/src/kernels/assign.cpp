#include "kernels/entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

struct Single {
    typedef float Scalar;
    typedef std::int32_t Label;
    typedef F32 Vector;
    typedef I32 Labels;
};

struct Double {
    typedef double Scalar;
    typedef std::int64_t Label;
    typedef F64 Vector;
    typedef I64 Labels;
};

template <class Type, int Dims>
void assign_points(const typename Type::Scalar* points, std::size_t n,
                   const typename Type::Scalar* centers, std::size_t k, std::uint8_t* indices,
                   typename Type::Scalar* distances) {
    typedef typename Type::Scalar Scalar;
    typedef typename Type::Label Label;
    typedef typename Type::Vector Vector;
    typedef typename Type::Labels Labels;
    constexpr std::size_t lanes = sizeof(Vector) / sizeof(Scalar);
    for (std::size_t start = 0; start < n; start += lanes) {
        const std::size_t count = n - start < lanes ? n - start : lanes;
        Scalar gathered[Dims][lanes] = {};
        for (std::size_t i = 0; i < count; ++i)
            for (int d = 0; d < Dims; ++d)
                gathered[d][i] = points[(start + i) * Dims + std::size_t(d)];
        Vector coordinate[Dims];
        for (int d = 0; d < Dims; ++d) coordinate[d] = load(gathered[d]);
        Vector best = splat(Scalar(3.0e38));
        Labels label = splat(Label{0});
        for (std::size_t c = 0; c < k; ++c) {
            Vector distance{};
            for (int d = 0; d < Dims; ++d) {
                const Vector difference =
                    coordinate[d] - splat(centers[c * Dims + std::size_t(d)]);
                distance = distance + difference * difference;
            }
            const Labels closer = distance < best;
            best = closer ? distance : best;
            label = closer ? splat(Label(c)) : label;
        }
        Scalar best_lanes[lanes];
        Label label_lanes[lanes];
        store(best_lanes, best);
        store(label_lanes, label);
        for (std::size_t i = 0; i < count; ++i) {
            indices[start + i] = std::uint8_t(label_lanes[i]);
            if (distances) distances[start + i] = best_lanes[i];
        }
    }
}

template <class Type>
void assign_any(const typename Type::Scalar* points, std::size_t n,
                const typename Type::Scalar* centers, std::size_t k, std::size_t dims,
                std::uint8_t* indices, typename Type::Scalar* distances) {
    switch (dims) {
        case 1: return assign_points<Type, 1>(points, n, centers, k, indices, distances);
        case 2: return assign_points<Type, 2>(points, n, centers, k, indices, distances);
        case 3: return assign_points<Type, 3>(points, n, centers, k, indices, distances);
        default: return assign_points<Type, 4>(points, n, centers, k, indices, distances);
    }
}

}  // namespace

void assign(const float* points, std::size_t n, const float* centers, std::size_t k,
            std::size_t dims, std::uint8_t* indices, float* distances) {
    assign_any<Single>(points, n, centers, k, dims, indices, distances);
}

void assign_double(const double* points, std::size_t n, const double* centers, std::size_t k,
                   std::size_t dims, std::uint8_t* indices, double* distances) {
    assign_any<Double>(points, n, centers, k, dims, indices, distances);
}

}  // namespace CORE_ISA
}  // namespace core
