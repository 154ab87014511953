#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Patterns.h"
#include "compiler/Recognize/ShapeTracer.h"

#include "dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;
using transformer::Activation;

/// The gate of `value` = activation(gate), or null.
static Value matchActivation(Value value, Activation &activation) {
  value = skipNoOps(value);
  if (Value base = squareBase(value)) {
    activation = Activation::Relu2;
    Operation *relu = onnxDef(base, "Relu");
    return relu ? skipNoOps(relu->getOperand(0)) : Value();
  }
  if (Operation *relu = onnxDef(value, "Relu")) {
    activation = Activation::Relu;
    return skipNoOps(relu->getOperand(0));
  }
  Value gate;
  matchCommutative(value, "Mul", [&](Value x, Value sigmoid) {
    Operation *op = onnxDef(sigmoid, "Sigmoid");
    if (!op || skipNoOps(op->getOperand(0)) != x)
      return false;
    gate = x;
    return true;
  });
  if (gate) {
    activation = Activation::Silu;
    return gate;
  }
  Operation *gelu = onnxDef(value, "Gelu");
  auto approximate =
      gelu ? gelu->getAttrOfType<StringAttr>("approximate") : StringAttr();
  if (gelu && (!approximate || approximate.getValue() == "none")) {
    activation = Activation::Gelu;
    return skipNoOps(gelu->getOperand(0));
  }
  return {};
}

/// Whether both have one shape at run time too: Mul would repeat an axis that
/// is 1 in one of them only.
static bool haveSameSizes(Value gate, Value up) {
  ShapeTracer tracer;
  for (int64_t axis = 0, rank = rankedType(gate).getRank(); axis < rank; ++axis)
    if (!(tracer.sizeOf(gate, axis) == tracer.sizeOf(up, axis)))
      return false;
  return true;
}

static LogicalResult replaceGated(Operation *op, Value gate, Value up,
                                  Activation activation,
                                  PatternRewriter &rewriter) {
  Type type = op->getResult(0).getType();
  if (!elementType(gate).isF32() || gate.getType() != type ||
      (up && up.getType() != type))
    return rewriter.notifyMatchFailure(op, "operands are not f32 of one shape");
  if (up && !haveSameSizes(gate, up))
    return rewriter.notifyMatchFailure(op, "gate and up may broadcast");
  rewriter.replaceOp(op, transformer::GatedActivationOp::create(
                             rewriter, op->getLoc(), type, gate, up,
                             ValueRange(), Value(), activation)
                             .getResult());
  return success();
}

namespace {

/// activation(gate) * up.
struct RecognizeGated : RewritePattern {
  RecognizeGated(MLIRContext *context)
      : RewritePattern("onnx.Mul", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Value gate, up;
    Activation activation = Activation::Silu;
    // x * sigmoid(x) and relu(x)^2 are activations, not products with an up.
    if (matchActivation(op->getResult(0), activation))
      return rewriter.notifyMatchFailure(op, "is an activation itself");
    auto matchFactors = [&](Value first, Value second) {
      gate = matchActivation(first, activation);
      up = second;
      // The activation is computed once for each use: not worth it if shared.
      return gate && first.hasOneUse();
    };
    if (!matchCommutative(op->getResult(0), "Mul", matchFactors))
      return rewriter.notifyMatchFailure(
          op, "no operand is an activation that only this op uses");
    return replaceGated(op, gate, up, activation, rewriter);
  }
};

/// The activation alone, once no product can take it.
struct RecognizeUngated : RewritePattern {
  RecognizeUngated(StringRef name, MLIRContext *context)
      : RewritePattern(name, 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Activation activation = Activation::Silu;
    Value gate = matchActivation(op->getResult(0), activation);
    if (!gate || activation == Activation::Relu)
      return rewriter.notifyMatchFailure(op, "is no activation of one operand");
    return replaceGated(op, gate, Value(), activation, rewriter);
  }
};

} // namespace

void bitnet::recognize::populateGatedActivationPatterns(
    RewritePatternSet &patterns) {
  patterns.add<RecognizeGated>(patterns.getContext());
}

void bitnet::recognize::populateActivationPatterns(
    RewritePatternSet &patterns) {
  for (StringRef name : {"onnx.Mul", "onnx.Pow", "onnx.Gelu"})
    patterns.add<RecognizeUngated>(name, patterns.getContext());
}
