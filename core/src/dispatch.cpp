#include "core/dispatch.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "kernels.hpp"

namespace core {

namespace baseline {
extern const Kernels table;
}
#ifdef CORE_X86_64
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}
#endif

namespace {

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
#ifdef CORE_X86_64
        __builtin_cpu_init();
        const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                              __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
        if (has_avx2) add("avx2", &avx2::table);
        if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
            add("avx512", &avx512::table);
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
