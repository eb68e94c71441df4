// One row of the rate-aware mapping, as the driver (rate.cpp) hands it to the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace core::rate {

// Offsets are followed in groups of sixteen neighbors.
constexpr int kRateLanes = 16;
constexpr int kFoundLanes = 8;     // matches found by context that are followed at once
constexpr int kLastPriced = 15;    // lengths of a match from here on grow at one price
constexpr std::size_t kMaxDims = 6;  // coordinates of a color
constexpr int kMaxRows = 16;       // rows above that may be copied from
constexpr int kMaxGroups = 32;     // groups of fixed offsets
constexpr std::size_t kRowPad = 320;  // entries before and after a row of coordinates
constexpr std::uint16_t kSeparator = 256;  // what is no label: between two rows, beyond the picture
constexpr float kNever = 1e30f;
constexpr float kNowhere = 1e15f;  // coordinate of a source that does not exist

// How the pixel before a node was reached.
enum RateKind : std::uint32_t { kLiteral, kRun, kLiteralRun, kFixed, kFound = kFixed + kMaxGroups * kRateLanes };

struct RateNode {
    std::uint32_t source;  // kFound: ring position of the match's last pixel; runs, literals: label
    std::uint32_t length;  // of the match, in pixels
    std::uint32_t kind;    // RateKind; kFixed + lane, kFound + lane
};

struct RateRow {
    std::size_t width;
    std::size_t dims;
    std::size_t n_colors;         // rounded up to whole vectors in the arrays below
    const float* target[kMaxDims];       // planes of the row, vertical error included
    const float* weight;          // one per pixel
    float outlier;                // 1 / squared distance at which an error counts twice
    const float* above[kMaxRows][kMaxDims];  // planes of the decided rows above; kRowPad entries on both sides
    const std::uint16_t* labels_above[kMaxRows];  // and their labels, padded alike
    int n_groups;                     // groups of fixed offsets: sixteen neighbors in one row above
    const int* group_row;             // 0 is the row above
    const int* group_dx;              // of the first
    const float* palette[kMaxDims];      // planes; sorted by the first; entry 256 lies nowhere
    const float* literal;         // price of each entry
    float literal_least;
    const std::uint16_t* bucket;  // first entry at or above a 256th of the first coordinate's range
    float bucket_origin;
    float bucket_scale;
    const std::uint8_t* nearest;  // a good guess of each pixel's label
    const float* grow;            // price of a match's next pixel, by length so far, to kLastPriced
    const float* start;           // price of starting a match at each fixed offset
    float start_run;
    const std::uint32_t* candidate;      // ring position with a like context, or kNoCandidate
    const float* candidate_start;        // price of starting a match there
    const std::uint16_t* ring;
    float forget;                 // share of what the first coordinate takes over that goes no further
    const float* spread;          // for each pixel, the share of the last one's error it takes over
    std::size_t ring_mask;        // the ring has a power of two positions
    int shortest;                 // length of a match
    // What goes on from the last row:
    int last_label;               // the stream's last label, or -1: a separator
    int run_continues;            // length of its run, or 0
    const int* continues;         // for each fixed lane: length of its match, or 0
    std::uint32_t found_continues;  // ring position of the next pixel of a found match
    int found_length;               // and its length so far, or 0
    float found_start;              // and what it costs to start it
    RateNode* nodes;              // out: width entries
};

constexpr std::uint32_t kNoCandidate = 0xffffffffu;

}  // namespace core::rate
