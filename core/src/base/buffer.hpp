// Memory that grows, is not cleared, and is kept for the next call: fresh pages cost more than most
// stages of the engine (benchmarks/stages).
#pragma once

#include <cstddef>
#include <memory>

namespace core {

template <class T>
class Buffer {
  public:
    // Room for at least `size` values; the contents are lost when it has to grow. The old memory is
    // freed first, so that both need not fit; if there is no memory, nothing is held afterwards.
    T* reserve(std::size_t size) {
        if (size > capacity_) {
            capacity_ = 0;
            values_.reset();
            values_.reset(new T[size]);
            capacity_ = size;
        }
        return values_.get();
    }
    T* data() const { return values_.get(); }
    std::size_t n_bytes() const { return capacity_ * sizeof(T); }

  private:
    std::unique_ptr<T[]> values_;
    std::size_t capacity_ = 0;
};

}  // namespace core
