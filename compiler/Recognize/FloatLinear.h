#ifndef COMPILER_RECOGNIZE_FLOATLINEAR_H
#define COMPILER_RECOGNIZE_FLOATLINEAR_H

#include "compiler/Recognize/LinearOperands.h"
#include "compiler/Recognize/TernaryWeights.h"

namespace bitnet::recognize {

/// Replaces a product with ternary weights by ternary.float_linear: for
/// activations that are no 8-bit integers, and for scales of groups. `bias`
/// holds what the product adds to each output, or nothing.
void rewriteFloatLinear(const LinearOperands &linear,
                        const TernaryWeights &weights,
                        llvm::ArrayRef<float> bias);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_FLOATLINEAR_H
