// Run-time choice of the instruction set. Every set gives the same bytes; tests switch between them.
#pragma once

namespace core {

// Names of the sets this build has and this machine can run, best last; ends with nullptr.
const char* const* instruction_sets();

// The set in use. At start: the best one, or the one named by the environment variable HUEPRESS_ISA.
const char* instruction_set();

// Use the named set from now on. Returns false, changing nothing, when it cannot run here.
// Not to be called while kernels run.
bool set_instruction_set(const char* name);

}  // namespace core
