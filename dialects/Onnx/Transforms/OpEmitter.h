#ifndef DIALECTS_ONNX_TRANSFORMS_OPEMITTER_H
#define DIALECTS_ONNX_TRANSFORMS_OPEMITTER_H

#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/Builders.h"

namespace bitnet::onnx {

/// The type of a tensor.
inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// The type that the elements of a tensor of floats are computed in: f32, or
/// f64 if they are.
inline mlir::Type getWide(mlir::Value x) {
  mlir::Type element = typeOf(x).getElementType();
  return element.isF64() ? element : mlir::Float32Type::get(x.getContext());
}

/// Builds `onnx` ops whose operands are known to fit, with inferred types.
/// Ops are named without the dialect ("MatMul").
class OpEmitter {
public:
  OpEmitter(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  mlir::Value make(llvm::StringRef name, mlir::ValueRange operands,
                   llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    return makeAll(name, operands, 1, attributes).front();
  }
  /// All results of an op that has `count` of them; `num_outputs` is set where
  /// the op has it. Always as many, whether inference fails or not.
  llvm::SmallVector<mlir::Value>
  makeAll(llvm::StringRef name, mlir::ValueRange operands, unsigned count,
          llvm::ArrayRef<mlir::NamedAttribute> attributes = {});
  mlir::NamedAttribute attr(llvm::StringRef name, int64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  }

  /// A constant vector of i64, and a scalar of `element`.
  mlir::Value ints(llvm::ArrayRef<int64_t> values);
  mlir::Value scalar(mlir::Type element, double value);
  /// A scalar of i64: any, not only those that a double holds.
  mlir::Value integer(int64_t value);
  mlir::Value constant(mlir::DenseElementsAttr value);

  /// 0, 1, ... below `limit`, an i64 scalar.
  mlir::Value count(mlir::Value limit);

  mlir::Value cast(mlir::Value x, mlir::Type element);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  /// The same elements in the shape of `sizes`, vectors of one i64 each.
  mlir::Value reshapeTo(mlir::Value x, mlir::ValueRange sizes);
  /// A Reduce operator over `axes`.
  mlir::Value reduce(llvm::StringRef name, mlir::Value x,
                     llvm::ArrayRef<int64_t> axes, bool keepdims);
  /// The sum over `axes`, which go.
  mlir::Value reduceSum(mlir::Value x, llvm::ArrayRef<int64_t> axes) {
    return reduce("ReduceSum", x, axes, false);
  }
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  mlir::Value unsqueeze(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  mlir::Value squeeze(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  mlir::Value concat(mlir::ValueRange parts, int64_t axis);
  /// Places begin, begin + step, ... below end along `axis`.
  mlir::Value slice(mlir::Value x, int64_t axis, int64_t begin, int64_t end,
                    int64_t step = 1);
  /// `x`, of which `axes` must have `sizes`, vectors of one i64 each; a run
  /// where they have not ends.
  mlir::Value checkSizes(mlir::Value x, llvm::ArrayRef<int64_t> axes,
                         mlir::ValueRange sizes);
  /// `x`, which must have the shape of `like`.
  mlir::Value checkShape(mlir::Value x, mlir::Value like);
  /// The size of `axis` as a vector of one i64, and as a scalar.
  mlir::Value sizeOf(mlir::Value x, int64_t axis);
  mlir::Value scalarSizeOf(mlir::Value x, int64_t axis);
  /// What stands for an operand that is left out; `value` if there is one.
  mlir::Value orNone(mlir::Value value);
  mlir::Value add(mlir::Value a, mlir::Value b) { return make("Add", {a, b}); }
  mlir::Value sub(mlir::Value a, mlir::Value b) { return make("Sub", {a, b}); }
  mlir::Value mul(mlir::Value a, mlir::Value b) { return make("Mul", {a, b}); }
  mlir::Value div(mlir::Value a, mlir::Value b) { return make("Div", {a, b}); }

  /// [B, S, H * D] -> [B, H, S, D], and back; placeholders stay as they are.
  mlir::Value splitHeads(mlir::Value x, int64_t heads);
  mlir::Value joinHeads(mlir::Value x);
  /// [B, H, S, D] -> [B, heads, S, D], each head repeated.
  mlir::Value repeatHeads(mlir::Value x, int64_t heads);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

/// Replaces `op`; a tensor.cast bridges what inference knows of one side only.
/// A value may be null where nothing uses the result.
void replaceOp(mlir::PatternRewriter &rewriter, mlir::Operation *op,
               mlir::ValueRange values);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_OPEMITTER_H
