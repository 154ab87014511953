#ifndef COMPILER_RECOGNIZE_TOKENFLOW_H
#define COMPILER_RECOGNIZE_TOKENFLOW_H

#include "compiler/Recognize/TokenState.h"

#include "dialects/Transformer/IR/TransformerOps.h"

#include "llvm/ADT/DenseMap.h"

namespace bitnet::recognize {

/// Follows the tokens of a decoder's step, op by op in the order of its block.
/// What a rule does not understand is not known.
class TokenFlow {
public:
  TokenFlow() { nothing.known = false; }

  /// Says what an argument is.
  void set(mlir::Value value, TokenState state);
  /// Finds the states of the results.
  void visit(mlir::Operation *op);
  const TokenState &of(mlir::Value value);

private:
  using Operands = llvm::SmallVector<const TokenState *, 4>;
  using Axes = llvm::ArrayRef<int64_t>;

  TokenState compute(mlir::Operation *op);
  TokenState computeOnnx(mlir::Operation *op, llvm::StringRef name);
  Operands operandsOf(mlir::Operation *op);
  /// Nothing is known: of what `op` reads or, where that was fine, of `op`.
  TokenState unknown(mlir::Operation *op);
  /// Where tokens met of which `op` reads, or null.
  mlir::Operation *culpritBefore(mlir::Operation *op);
  /// A state that has the axes, and no more, of what tokens give one by one.
  static TokenState local(const TokenState &axes);

  // Ops of the model.
  TokenState attention(transformer::AttentionOp op);
  bool hidesWhatFollows(transformer::AttentionOp op);
  /// Rows of the first `data` operands; the others are the same for all.
  TokenState rows(mlir::Operation *op, unsigned data);
  TokenState rotary(transformer::RotaryOp op);

  // Along axes.
  bool arePlain(const TokenState &state, Axes axes);
  TokenState along(mlir::Operation *op, Axes axes);
  TokenState reduce(mlir::Operation *op, Axes axes, bool keeps);
  /// Sums, largest and least of a token's own keys and those before it.
  TokenState reduceKeys(mlir::Operation *op, llvm::StringRef name);
  TokenState cumulative(mlir::Operation *op);
  TokenState matmul(mlir::Operation *op, bool swapsA, bool swapsB);
  TokenState scaled(mlir::Operation *op);

  // Element by element.
  /// By name of the operator; of ops that are none, without one.
  TokenState elementwise(mlir::Operation *op, llvm::StringRef name);
  /// Whether `op` may repeat its operand `index` along an axis.
  bool isStretched(mlir::Operation *op, unsigned index);

  // Moves.
  TokenState constant(mlir::Operation *op);
  TokenState shape(mlir::Operation *op);
  TokenState constantOfShape(mlir::Operation *op);
  TokenState range(mlir::Operation *op);
  TokenState transpose(mlir::Operation *op);
  TokenState squeeze(mlir::Operation *op, bool adds);
  TokenState reshape(mlir::Operation *op);
  TokenState expand(mlir::Operation *op);
  TokenState concat(mlir::Operation *op);
  TokenState slice(mlir::Operation *op);
  TokenState split(mlir::Operation *op);
  TokenState gather(mlir::Operation *op);
  TokenState triangle(mlir::Operation *op);

  llvm::DenseMap<mlir::Value, TokenState> states;
  TokenState nothing;
};

/// An axis along which all elements are the same.
constexpr Axis sameAxis = {Role::Same, std::nullopt};
/// An axis of one element.
constexpr Axis oneAxis = {Role::Same, Size()};

inline int64_t normalized(int64_t axis, int64_t rank) {
  return axis < 0 ? axis + rank : axis;
}

/// Numbers between which `type` holds each whole number, and a double does.
Interval wholeNumbersOf(mlir::Type type);
/// Whether numbers of `type` are those of `linear`, and do not round or wrap,
/// in texts of up to 2^20 tokens.
bool holds(mlir::Type type, const Linear &linear);
/// What an element-wise op gives for numbers of its operands.
Number evaluateNumber(mlir::Operation *op, llvm::StringRef name,
                      llvm::ArrayRef<Number> operands);
/// The same for the elements of a region.
Part evaluatePart(mlir::Operation *op, llvm::StringRef name,
                  llvm::ArrayRef<const TokenState *> operands, unsigned region);
/// Whether an operator of ONNX computes each element from the operands'
/// elements at its place.
bool isElementwise(llvm::StringRef name);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_TOKENFLOW_H
