#ifndef COMPILER_CONVERSION_LINALGTOPARALLEL_PASSES_H
#define COMPILER_CONVERSION_LINALGTOPARALLEL_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet {
#define GEN_PASS_DECL
#include "compiler/Conversion/LinalgToParallel/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/LinalgToParallel/Passes.h.inc"
} // namespace bitnet

#endif // COMPILER_CONVERSION_LINALGTOPARALLEL_PASSES_H
