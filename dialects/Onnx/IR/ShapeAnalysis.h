#ifndef DIALECTS_ONNX_IR_SHAPEANALYSIS_H
#define DIALECTS_ONNX_IR_SHAPEANALYSIS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace bitnet::onnx {

/// The size of an axis, or an integer that a graph computes from sizes: known,
/// or a symbol. Two extents with one symbol are the same number.
struct Extent {
  /// The number, where it is known: any i64, bounds of slices being such.
  std::optional<int64_t> number;
  /// The value (or name) and the place in it that the number was traced to.
  const void *origin = nullptr;
  int64_t place = 0;

  static Extent known(int64_t number) { return {number, nullptr, 0}; }
  static Extent symbol(const void *origin, int64_t place) {
    return {std::nullopt, origin, place};
  }
  bool isKnown() const { return number.has_value(); }
  bool is(int64_t value) const { return number == value; }
  /// As a size in a shape: kDynamic where it is not known.
  int64_t asSize() const { return number.value_or(mlir::ShapedType::kDynamic); }
  bool operator==(const Extent &other) const {
    return number == other.number && origin == other.origin &&
           place == other.place;
  }
  bool operator!=(const Extent &other) const { return !(*this == other); }
};

/// A product of extents: the known ones multiplied, the symbols kept apart.
struct ExtentProduct {
  int64_t known = 1;
  llvm::SmallVector<Extent> unknown;

  /// False where the known part overflows.
  bool multiply(Extent extent);
  /// Removes the symbols that both products have.
  static void cancel(ExtentProduct &a, ExtentProduct &b);
  /// What times `b` is `a`, after cancel(): a number or a symbol, or unknown.
  static Extent divide(const ExtentProduct &a, const ExtentProduct &b);
};

/// Traces sizes and small integer tensors backwards through onnx ops. Answers
/// hold while the IR does not change; they are kept, so that a walk over a
/// graph stays linear.
class ShapeAnalysis {
public:
  /// The size of axis `axis` of `value`, a ranked tensor.
  Extent getDim(mlir::Value value, int64_t axis);
  /// The elements of `value`, a tensor of integers or bools of static shape
  /// with at most 1024 elements, in row-major order; nullopt for other types.
  /// Numbers that cannot be traced are symbols of their own.
  std::optional<llvm::SmallVector<Extent>> getElements(mlir::Value value);

  /// The elements of `value` where all are known and it is a vector or scalar.
  std::optional<llvm::SmallVector<int64_t>> getNumbers(mlir::Value value);

private:
  /// Deepest chain that is followed. Real graphs stay far below; a hostile one
  /// must not overflow the stack.
  static constexpr unsigned maxDepth = 4096;

  Extent traceDim(mlir::Value value, int64_t axis);
  Extent traceBroadcastDim(mlir::Operation *op, int64_t axis, int64_t rank);
  Extent traceReshapedDim(mlir::Operation *op, int64_t axis);
  /// Empty where nothing is known.
  llvm::SmallVector<Extent> traceElements(mlir::Value value);
  llvm::SmallVector<Extent> traceArithmetic(mlir::Operation *op);
  llvm::SmallVector<Extent> traceSlice(mlir::Operation *op,
                                       llvm::ArrayRef<Extent> data);

  llvm::DenseMap<std::pair<mlir::Value, int64_t>, Extent> dims;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Extent>> elements;
  unsigned depth = 0;
};

/// The elements of a shape-like operand (`Reshape`'s shape, `Expand`'s, ...) as
/// far as they are known, kDynamic for the others; looks through the chains of
/// Shape, Gather, Concat, ... that compute them. nullopt where `value` is null
/// or no integer tensor of static shape with at most 1024 elements.
std::optional<llvm::SmallVector<int64_t>> getShapeOperand(mlir::Value value);

/// The elements of an integer vector or scalar where all of them are known: of
/// a constant, or of what is computed from constants and static sizes.
std::optional<llvm::SmallVector<int64_t>> getNumbers(mlir::Value value);

/// True where axis `axis` of `a` provably has the size of axis `otherAxis` of
/// `b`.
bool haveSameDim(mlir::Value a, int64_t axis, mlir::Value b, int64_t otherAxis);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_SHAPEANALYSIS_H
