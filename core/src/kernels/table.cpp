#include "kernels/entries.hpp"

namespace core {
namespace CORE_ISA {

const Kernels table = {
    assign,
    map_row,
    assign_double,
    &ssimulacra2,
    &cvvdp,
    &engine,
};

}  // namespace CORE_ISA
}  // namespace core
