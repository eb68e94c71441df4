// Arrays as Python hands them over, and as the core takes them.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "base/parallel.hpp"
#include "base/span.hpp"

namespace nb = nanobind;
using namespace nb::literals;

template <class T, class... Shape>
using In = nb::ndarray<const T, Shape..., nb::c_contig, nb::device::cpu>;
template <class T, class... Shape>
using Out = nb::ndarray<T, Shape..., nb::c_contig, nb::device::cpu>;

template <class T, class... Rest>
core::Span<const T> view(const nb::ndarray<const T, Rest...>& array) {
    return {array.data(), array.size()};
}
template <class T, class... Rest>
core::Span<T> view_out(const nb::ndarray<T, Rest...>& array) {
    return {array.data(), array.size()};
}

// The interpreter lock is released; any thread of the caller's may come here, and what the core does may
// throw. Only raw memory is touched while it lives.
class Unlocked {
  public:
    Unlocked() { core::prepare_to_throw(); }

  private:
    nb::gil_scoped_release released_;
};

// Each file of bindings/ adds the rooms it knows.
void add_engine(nb::module_& m);
void add_mapping(nb::module_& m);
void add_score(nb::module_& m);
