#include "kernels/entries.hpp"

namespace core {
namespace CORE_ISA {

const Kernels table = {
    assign,
};

}  // namespace CORE_ISA
}  // namespace core
