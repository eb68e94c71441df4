// Deflate streams made apart, ready to stand one behind the other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/span.hpp"

namespace core::deflate {

constexpr std::size_t kOpenEnd = 6;  // bytes that an open end may add

// The blocks of a whole raw deflate stream (RFC 1951) with the last of them no longer marked as the
// last, and an empty stored block behind it, which ends at a byte border: another stream may follow.
// out: stream.size + kOpenEnd bytes. Returns how many of them were written; 0: no whole stream, or one
// with something behind it.
std::size_t open_end(Span<const std::uint8_t> stream, Span<std::uint8_t> out);

}  // namespace core::deflate
