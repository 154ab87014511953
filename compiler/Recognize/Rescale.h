#ifndef COMPILER_RECOGNIZE_RESCALE_H
#define COMPILER_RECOGNIZE_RESCALE_H

#include "compiler/Recognize/ActivationQuantizer.h"
#include "dialects/Onnx/Transforms/ConstantEvaluator.h"

namespace bitnet::recognize {

/// How the graph turns the product into the layer's result.
struct Rescale {
  ternary::RescaleForm form;
  /// The weight scale where the graph applies it after the product: one element
  /// or [N]. Null where it is the magnitude of the weights.
  mlir::Value weightScale;
  /// [N], or null.
  mlir::Value bias;
  /// The value that `ternary.linear` replaces.
  mlir::Value result;
};

/// Walks forward from `product`, the result of an op whose left operand is
/// `activation` and whose weights are ternary with N outputs. `unitWeights`
/// says that their magnitude is 1; `hasBias` that the product has one in it.
/// Always finds a form: what it does not know it leaves to the graph.
Rescale matchRescale(mlir::Value product, const QuantizedActivation &activation,
                     int64_t n, bool unitWeights, bool hasBias,
                     onnx::ConstantEvaluator &evaluator);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_RESCALE_H
