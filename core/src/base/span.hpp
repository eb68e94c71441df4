// Pointer and length views: the only argument types of the core.
#pragma once

#include <cstddef>

namespace core {

template <class T>
struct Span {
    T* data;
    std::size_t size;

    T* begin() const { return data; }
    T* end() const { return data + size; }
    T& operator[](std::size_t i) const { return data[i]; }
};

}  // namespace core
