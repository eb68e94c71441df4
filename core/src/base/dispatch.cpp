#include "base/dispatch.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "kernels/kernels.hpp"

// A module for macOS is compiled for two architectures at once, so CMake's answer is not enough.
#if defined(CORE_X86_64) && defined(__x86_64__)
#define HAS_X86_64
#include <cpuid.h>
#endif

namespace core {

namespace baseline {
extern const Kernels table;
}
#ifdef HAS_X86_64
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}
#endif

namespace {

#ifdef HAS_X86_64
// What the processor supports and the system saves. Not __builtin_cpu_supports: it needs a compiler
// library that is not linked on Windows.
class Processor {
public:
    Processor() {
        unsigned a = 0, b = 0, c = 0, d = 0;
        if (!__get_cpuid(1, &a, &b, &c, &d)) return;
        counts_bits_ = bit(c, 23);
        if (!bit(c, 27)) return;  // the system does not report what it saves
        unsigned saved_high = 0;
        __asm__("xgetbv" : "=a"(saved_), "=d"(saved_high) : "c"(0));
        if (!__get_cpuid_count(7, 0, &a, &features_, &c, &d)) features_ = 0;
        if (!__get_cpuid(0x80000001, &a, &b, &c, &d)) return;
        counts_zeros_ = bit(c, 5);
    }
    bool has_avx2() const {
        return has({3, 5, 8}) && (saved_ & 0x06) == 0x06 && counts_bits_ && counts_zeros_;
    }
    bool has_avx512() const { return has({16, 17, 30, 31}) && (saved_ & 0xe6) == 0xe6; }

private:
    static bool bit(unsigned word, int number) { return (word >> number) & 1; }
    // Bits of leaf 7, EBX: 3 BMI1, 5 AVX2, 8 BMI2, 16 AVX512F, 17 DQ, 30 BW, 31 VL.
    bool has(std::initializer_list<int> numbers) const {
        for (const int number : numbers)
            if (!bit(features_, number)) return false;
        return true;
    }

    unsigned features_ = 0, saved_ = 0;
    bool counts_bits_ = false, counts_zeros_ = false;  // POPCNT, LZCNT
};
#endif

struct Sets {
    const char* names[4] = {};
    const Kernels* tables[4] = {};
    int count = 0;
    std::atomic<int> active{0};

    void add(const char* name, const Kernels* table) {
        names[count] = name;
        tables[count] = table;
        ++count;
    }

    Sets() {
        add("baseline", &baseline::table);
#ifdef HAS_X86_64
        const Processor processor;
        if (processor.has_avx2()) add("avx2", &avx2::table);
        if (processor.has_avx2() && processor.has_avx512()) add("avx512", &avx512::table);
#endif
        active = count - 1;
        if (const char* wanted = std::getenv("HUEPRESS_ISA")) choose(wanted);
    }

    bool choose(const char* name) {
        for (int i = 0; i < count; ++i)
            if (std::strcmp(names[i], name) == 0) {
                active = i;
                return true;
            }
        return false;
    }
};

Sets& sets() {
    static Sets found;
    return found;
}

}  // namespace

const char* const* instruction_sets() { return sets().names; }
const char* instruction_set() { return sets().names[sets().active]; }
bool set_instruction_set(const char* name) { return sets().choose(name); }
const Kernels& kernels() { return *sets().tables[sets().active]; }

}  // namespace core
