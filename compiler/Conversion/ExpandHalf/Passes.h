#ifndef COMPILER_CONVERSION_EXPANDHALF_PASSES_H
#define COMPILER_CONVERSION_EXPANDHALF_PASSES_H

#include "mlir/Pass/Pass.h"

#include <memory>

namespace bitnet {
#define GEN_PASS_DECL_EXPANDHALF
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/ExpandHalf/Passes.h.inc"
} // namespace bitnet

#endif // COMPILER_CONVERSION_EXPANDHALF_PASSES_H
