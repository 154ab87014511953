#ifndef COMPILER_CONVERSION_ONNXTOLINALG_BUFFERLOWERING_H
#define COMPILER_CONVERSION_ONNXTOLINALG_BUFFERLOWERING_H

#include "compiler/Conversion/OnnxToLinalg/IndexMath.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringMap.h"

namespace bitnet {

using Number = IndexMath::Number;
using Numbers = llvm::SmallVector<mlir::OpFoldResult>;

/// A tensor's elements in memory: `base` from `offset` on, with a size and a
/// stride (in elements) for each axis. `base` has the identity layout.
struct BufferView {
  mlir::Value base;
  mlir::OpFoldResult offset;
  Numbers sizes;
  Numbers strides;

  int64_t getRank() const { return sizes.size(); }
  mlir::Type getElementType() const {
    return mlir::cast<mlir::MemRefType>(base.getType()).getElementType();
  }
};

/// Status that a run ends with (bitnet_run_status in bitnet/module.h).
enum class RunStatus { BadIndex = 2, BadShape = 3 };

/// Rewrites one function from tensors to memrefs, op by op, in order. Holds
/// what stands for each tensor: a view of a buffer, its elements as numbers
/// (shape arithmetic never touches memory), or an element-wise op not yet
/// emitted that its only reader will fuse.
///
/// A buffer is written once, before its tensor is bound, and never again: views
/// of it stay valid. Only the buffers of loops' iteration arguments change, at
/// the end of an iteration.
class BufferLowering {
public:
  BufferLowering(mlir::OpBuilder &builder, mlir::SymbolTable &symbols,
                 mlir::Value exec);

  mlir::OpBuilder &builder;
  IndexMath math;
  mlir::SymbolTable &symbols;
  mlir::Value exec;
  /// What stands for values that are not tensors.
  mlir::IRMapping mapping;

  mlir::Location getLoc() const { return loc; }
  /// The op being lowered; its location goes to what is made for it.
  void startOp(mlir::Operation *op);

  //===- What stands for a tensor
  //------------------------------------------===//

  /// Makes `view` stand for `tensor`.
  void bind(mlir::Value tensor, BufferView view);
  /// Makes an identity-layout memref stand for `tensor`.
  void bindBuffer(mlir::Value tensor, mlir::Value memref);
  /// Makes numbers stand for a tensor of integers.
  void bindElements(mlir::Value tensor, Numbers elements);
  /// Lets the only reader of an element-wise op emit it; the result has
  /// `sizes`.
  void defer(mlir::Operation *op, Numbers sizes);

  BufferView view(mlir::Value tensor);
  /// A memref of the tensor's elements, with any layout.
  mlir::Value buffer(mlir::Value tensor);
  /// A memref of the tensor's elements with the identity layout and the
  /// tensor's static shape.
  mlir::Value contiguous(mlir::Value tensor);
  /// A view with the identity layout; copies if there is none.
  BufferView contiguousView(mlir::Value tensor);
  Numbers sizes(mlir::Value tensor);
  bool isDeferred(mlir::Value tensor) const {
    return deferred.contains(tensor);
  }

  /// Elements that are known without reading memory, row-major.
  std::optional<Numbers> elements(mlir::Value tensor);
  /// The elements of a small tensor of integers, read from memory if need be.
  std::optional<Numbers> scalars(mlir::Value tensor);
  /// The elements if all are known at compile time.
  std::optional<llvm::SmallVector<int64_t>> constants(mlir::Value tensor);

  //===- Making memory
  //-----------------------------------------------------===//

  /// A new buffer for a tensor of `type`; `sizes` count where it is dynamic. A
  /// run with a negative size ends with RunStatus::BadShape; one with more
  /// bytes than any machine has is out of memory (ArenaSizes).
  BufferView alloc(mlir::RankedTensorType type, llvm::ArrayRef<Number> sizes);
  BufferView alloc(mlir::Type elementType, llvm::ArrayRef<Number> sizes);
  mlir::Value memref(const BufferView &view);
  /// The same with the static sizes of `shape`, which the view has at run time.
  mlir::Value memref(const BufferView &view, llvm::ArrayRef<int64_t> shape);
  /// Declares what the sizes of an identity-layout memref are.
  void setSizes(mlir::Value memref, Numbers sizes) {
    sizesOf[memref] = std::move(sizes);
  }
  /// Sizes with each memref.dim replaced by the size that its memref was made
  /// with.
  Numbers trace(llvm::ArrayRef<Number> sizes);
  /// The whole of an identity-layout memref.
  BufferView whole(mlir::Value memref);
  void copy(const BufferView &from, const BufferView &to);
  void fill(const BufferView &view, mlir::Value scalar);
  /// Sets each element of `to` to what `body` makes of the elements at the same
  /// place of `from` and, last, of `to` itself. All have the sizes of `to`.
  using ElementBody = llvm::function_ref<mlir::Value(
      mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;
  void forEachElement(llvm::ArrayRef<BufferView> from, const BufferView &to,
                      ElementBody body);
  /// Loops over all indices below `sizes`, the last one innermost.
  void forEachIndex(llvm::ArrayRef<Number> sizes,
                    llvm::function_ref<void(llvm::ArrayRef<Number>)> body);
  mlir::Value load(const BufferView &view, llvm::ArrayRef<Number> indices);
  /// A signed integer from memory as a number.
  Number loadIndex(const BufferView &view, llvm::ArrayRef<Number> indices);
  void store(mlir::Value scalar, const BufferView &view,
             llvm::ArrayRef<Number> indices);

  //===- Views
  //-------------------------------------------------------------===//

  Numbers denseStrides(llvm::ArrayRef<Number> sizes);
  /// Whether the elements lie one after the other.
  bool isDense(const BufferView &view);
  /// The same from the start of the buffer.
  bool isContiguous(const BufferView &view);
  /// The part of `view` that has `index` along `axis`, without that axis.
  BufferView at(const BufferView &view, int64_t axis, Number index);
  /// `size` places along `axis` from `start` on, each `step` apart.
  BufferView slice(const BufferView &view, int64_t axis, Number start,
                   Number size, Number step);
  /// A constant memref of dense elements, few of them.
  mlir::Value constantBuffer(mlir::DenseElementsAttr value);
  /// A constant as an `rt.global`.
  mlir::Value globalBuffer(mlir::ElementsAttr value);

  //===- Shapes
  //------------------------------------------------------------===//

  /// Sizes that numpy's rules broadcast to. A run whose sizes do not fit ends
  /// with RunStatus::BadShape.
  Numbers broadcast(llvm::ArrayRef<Numbers> shapes);
  /// Ends the run with RunStatus::BadShape unless numpy's rules repeat `own` to
  /// just `sizes`, of the same rank or a higher one.
  void checkBroadcasts(llvm::ArrayRef<Number> own,
                       llvm::ArrayRef<Number> sizes);
  /// Ends the run with RunStatus::BadShape unless both are the same.
  void checkSame(Number lhs, Number rhs);
  /// The sum and the product of two numbers that become sizes. A run in which
  /// one is negative or they are more than any tensor has ends with
  /// RunStatus::BadShape.
  Number add(Number size, Number other);
  Number scale(Number size, Number factor);
  /// The product of all.
  Number count(llvm::ArrayRef<Number> sizes);
  /// The view with stride 0 along the axes that `sizes` repeats.
  BufferView broadcastTo(const BufferView &view, llvm::ArrayRef<Number> sizes);
  /// Replaces sizes that `type` knows.
  Numbers refine(llvm::ArrayRef<Number> sizes, mlir::RankedTensorType type);
  /// Ends the run with `status` when the truth value holds.
  void failIf(Number truth, RunStatus status);
  /// `index` counted from the front of an axis of `size`; a run whose index is
  /// out of range ends with RunStatus::BadIndex.
  Number wrapIndex(Number index, Number size);
  /// Number of tokens in the caches before this step.
  mlir::Value pastLength();

private:
  BufferView materialize(mlir::Value tensor);

  mlir::Location loc;
  llvm::DenseMap<mlir::Value, BufferView> views;
  llvm::DenseMap<mlir::Value, Numbers> elementsOf;
  llvm::DenseMap<mlir::Value, Numbers> deferred;
  /// Sizes of identity-layout memrefs that this object made.
  llvm::DenseMap<mlir::Value, Numbers> sizesOf;
  mlir::Value past;
};

using LowerFn = mlir::LogicalResult (*)(mlir::Operation *, BufferLowering &);
/// How each op is lowered, by name.
using LoweringRegistry = llvm::StringMap<LowerFn>;

/// Largest number of elements that are handled as numbers instead of memory.
constexpr int64_t kMaxElements = 64;

/// Type that elements have in memory. Unsigned integers become signless: their
/// ops know how to read them. Integers of 2 and 4 bits, extended by sign or
/// zeros, and the codes of floats of up to 8 bits have a byte each.
mlir::Type getStorageType(mlir::Type type);
/// Whether an element of `type` is a code with a byte of its own.
bool isByteCode(mlir::Type type);
/// The identity-layout memref of a tensor.
mlir::MemRefType getMemRefType(mlir::RankedTensorType type);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_BUFFERLOWERING_H
