#ifndef COMPILER_RECOGNIZE_SHAPETRACER_H
#define COMPILER_RECOGNIZE_SHAPETRACER_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace bitnet::recognize {

/// One number of a shape computation: a constant, the size of an axis of a
/// tensor, or an element of an integer tensor that is not understood.
struct Dim {
  enum class Kind { Constant, Axis, Opaque } kind;
  int64_t number; // the constant, the axis or the element
  mlir::Value value;

  static Dim constant(int64_t number) { return {Kind::Constant, number, {}}; }
  bool isConstant(int64_t expected) const {
    return kind == Kind::Constant && number == expected;
  }
  bool operator==(const Dim &other) const {
    return kind == other.kind && number == other.number && value == other.value;
  }
};

/// Whether `op` gives the integers of its first operand, all of them and in
/// their order: it arranges them or casts them to a type that holds sizes.
bool keepsIntegers(mlir::Operation *op);

/// Follows sizes through the graph, so that two shape computations can be told
/// to be equal: exporters compute each target of Reshape and Expand anew. The
/// IR must not change while a tracer lives.
class ShapeTracer {
public:
  /// The size of `axis` (>= 0) of `tensor`, taken back to where it comes from.
  Dim sizeOf(mlir::Value tensor, int64_t axis);

  /// The elements of an integer tensor of rank 0 or 1 with static length.
  std::optional<llvm::SmallVector<Dim>> elements(mlir::Value shape);

  /// The elements if all are constants.
  std::optional<llvm::SmallVector<int64_t>> constants(mlir::Value shape);

private:
  Dim computeSize(mlir::Value tensor, int64_t axis);
  std::optional<llvm::SmallVector<Dim>> computeElements(mlir::Value shape);
  std::optional<llvm::SmallVector<Dim>> arithmetic(mlir::Operation *op);
  Dim broadcastSize(mlir::Operation *op, mlir::Value tensor, int64_t axis);

  llvm::DenseMap<std::pair<mlir::Value, int64_t>, Dim> sizes;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Dim>> lists;
  /// Values that are followed at the moment, one from the other.
  int depth = 0;
};

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_SHAPETRACER_H
