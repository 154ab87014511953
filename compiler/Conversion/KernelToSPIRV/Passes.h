#ifndef COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_H
#define COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/KernelToSPIRV/Passes.h.inc"

} // namespace bitnet

#endif // COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_H
