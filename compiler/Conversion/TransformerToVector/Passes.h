#ifndef COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PASSES_H
#define COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PASSES_H

#include "mlir/Pass/Pass.h"

#include <memory>

namespace bitnet::transformer {
#define GEN_PASS_DECL_LOWERTRANSFORMERTOVECTOR
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/TransformerToVector/Passes.h.inc"
} // namespace bitnet::transformer

#endif // COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PASSES_H
