// The module: with the other files here all that knows both Python and the core (shapes, dtypes, the
// interpreter lock).
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"
#include "checks.hpp"
#include "base/dispatch.hpp"

namespace {

std::vector<std::string> instruction_sets() {
    std::vector<std::string> names;
    for (const char* const* name = core::instruction_sets(); *name; ++name) names.emplace_back(*name);
    return names;
}

}  // namespace

NB_MODULE(_core, m) {
    core::prepare_to_throw();
    m.doc() = "The native core of huepress. Private: use the package.";
    m.def("version", [] { return std::string(HUEPRESS_VERSION); }, "Version of the build.");
    m.def("compiler", [] { return std::string(HUEPRESS_COMPILER); }, "Compiler of the build.");
    m.def("instruction_sets", &instruction_sets, "Sets this machine can run, best last.");
    m.def("instruction_set", [] { return std::string(core::instruction_set()); }, "The set in use.");
    m.def(
        "set_instruction_set",
        [](const std::string& name) {
            checks::require(core::set_instruction_set(name.c_str()), "no such instruction set here");
        },
        "name"_a, "Use the named set from now on.");
    m.def("has_room_for_threads", &core::has_room_for_threads, "n_threads"_a,
          "Whether there is memory for so many more threads.");
    m.def("prepare_to_throw", &core::prepare_to_throw,
          "Allocate what this thread needs for exceptions of the core, while there is memory.");
    add_engine(m);
    add_mapping(m);
    add_score(m);
}
