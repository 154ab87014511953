#ifndef DIALECTS_ONNX_TRANSFORMS_EVALUATIONKERNELS_H
#define DIALECTS_ONNX_TRANSFORMS_EVALUATIONKERNELS_H

// Internal to the constant evaluator: how one op is computed on host tensors.

#include "dialects/Onnx/Transforms/ElementTypes.h"
#include "dialects/Onnx/Transforms/HostTensor.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace bitnet::onnx {

/// One op with its operands' values. A kernel fills `outputs`, one for each
/// result, or emits one error at the op and fails.
struct Evaluation {
  mlir::Operation *op;
  /// Absent operands are empty. What nobody else needs any more is the only
  /// owner of its bytes and may be overwritten.
  llvm::SmallVector<std::optional<HostTensor>> inputs;
  llvm::SmallVector<HostTensor> outputs;

  /// Operand `index`, or null where it is absent.
  const HostTensor *input(unsigned index) const {
    return index < inputs.size() && inputs[index] ? &*inputs[index] : nullptr;
  }
  int64_t intAttr(llvm::StringRef name, int64_t otherwise) const;

  /// A new output of `type`. Reuses the bytes of the first operand among
  /// `reusable` that has as many elements of the same width and no other owner.
  char *allocateOutput(mlir::RankedTensorType type,
                       llvm::ArrayRef<unsigned> reusable = {});
  /// A new output that shares the bytes of `tensor` in another shape of the
  /// same number of elements.
  void shareOutput(const HostTensor &tensor, llvm::ArrayRef<int64_t> shape);
};

using Kernel = llvm::LogicalResult (*)(Evaluation &);

/// The kernel of `op`, or null if there is none for it.
Kernel lookUpKernel(mlir::Operation *op);

// The tables that lookUpKernel searches, by op name without the dialect.
Kernel lookUpUnaryKernel(llvm::StringRef name);
Kernel lookUpBinaryKernel(llvm::StringRef name);
Kernel lookUpSelectionKernel(llvm::StringRef name);
Kernel lookUpMovementKernel(llvm::StringRef name);
Kernel lookUpIndexingKernel(llvm::StringRef name);
Kernel lookUpReductionKernel(llvm::StringRef name);

/// The type of a result of `shape`, or an error if its sizes are negative or
/// it is larger than any weight: shapes may come from the file.
mlir::FailureOr<mlir::RankedTensorType>
resultType(Evaluation &evaluation, llvm::ArrayRef<int64_t> shape,
           mlir::Type element);

/// The values of an integer tensor (i32 or i64).
mlir::FailureOr<llvm::SmallVector<int64_t>> readInts(Evaluation &evaluation,
                                                     unsigned index);
/// `axis` counted from 0 if it lies in [-rank, rank); emits an error otherwise.
mlir::FailureOr<int64_t> normalizeAxis(Evaluation &evaluation, int64_t axis,
                                       int64_t rank);
/// The axes of a Reduce, Squeeze or Unsqueeze, from the attribute or from
/// operand 1, ascending and distinct; nullopt where none are given.
mlir::FailureOr<std::optional<llvm::SmallVector<int64_t>>>
readAxes(Evaluation &evaluation, int64_t rank);

/// Strides in elements of a row-major tensor of `shape`.
llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Copies elements of `width` bytes between two layouts of `shape`; strides
/// are in elements. Runs in blocks where neither side is contiguous.
void copyStrided(llvm::ArrayRef<int64_t> shape, unsigned width,
                 const char *source, llvm::ArrayRef<int64_t> sourceStrides,
                 char *target, llvm::ArrayRef<int64_t> targetStrides);

/// `tensor` with its axes in another order.
HostTensor transposeTensor(const HostTensor &tensor,
                           llvm::ArrayRef<int64_t> permutation);

/// The type in which arithmetic on T is done.
template <typename T>
struct ComputeType {
  using type = T;
};
template <>
struct ComputeType<Half> {
  using type = float;
};
template <>
struct ComputeType<BFloat> {
  using type = float;
};

template <typename T>
inline constexpr bool isFloatElement =
    std::is_same_v<T, float> || std::is_same_v<T, double> ||
    std::is_same_v<T, Half> || std::is_same_v<T, BFloat>;

template <typename T>
struct TypeTag {
  using type = T;
};

/// Calls `fn` with the TypeTag of the C++ type that stores `type`: float,
/// double, Half, BFloat, Bool, intN_t or uintN_t.
template <typename Fn>
auto dispatchElement(mlir::Type type, Fn fn) {
  if (type.isF32())
    return fn(TypeTag<float>());
  if (type.isF64())
    return fn(TypeTag<double>());
  if (type.isF16())
    return fn(TypeTag<Half>());
  if (type.isBF16())
    return fn(TypeTag<BFloat>());
  bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return fn(TypeTag<Bool>());
  // Narrower ones stand in whole bytes; nothing computes in them.
  case 2:
  case 4:
  case 8:
    return isUnsigned ? fn(TypeTag<uint8_t>()) : fn(TypeTag<int8_t>());
  case 16:
    return isUnsigned ? fn(TypeTag<uint16_t>()) : fn(TypeTag<int16_t>());
  case 32:
    return isUnsigned ? fn(TypeTag<uint32_t>()) : fn(TypeTag<int32_t>());
  default:
    return isUnsigned ? fn(TypeTag<uint64_t>()) : fn(TypeTag<int64_t>());
  }
}

/// Calls `body(begin, end)` for pieces that cover [0, count), on all threads
/// of the machine where `count` is large.
void forEachPiece(int64_t count,
                  llvm::function_ref<void(int64_t, int64_t)> body);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_EVALUATIONKERNELS_H
