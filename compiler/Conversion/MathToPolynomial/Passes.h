#ifndef COMPILER_CONVERSION_MATHTOPOLYNOMIAL_PASSES_H
#define COMPILER_CONVERSION_MATHTOPOLYNOMIAL_PASSES_H

#include "mlir/Pass/Pass.h"

#include <memory>

namespace bitnet {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/MathToPolynomial/Passes.h.inc"
} // namespace bitnet

#endif // COMPILER_CONVERSION_MATHTOPOLYNOMIAL_PASSES_H
