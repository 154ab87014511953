#ifndef COMPILER_IMPORT_SEQUENCEIMPORTER_H
#define COMPILER_IMPORT_SEQUENCEIMPORTER_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OperationSupport.h"

namespace bitnet {

/// A node of an operator on sequences or optionals. Inputs are null where they
/// are absent.
struct SequenceNode {
  llvm::StringRef name;
  llvm::SmallVector<mlir::Value> inputs;
  mlir::NamedAttrList attributes;
  mlir::Location loc;

  int64_t getInt(llvm::StringRef attribute, int64_t byDefault) const;
};

/// Whether `value` is a sequence.
bool isSequence(mlir::Value value);

/// Operators on sequences whose numbers of elements and positions are known
/// when they are imported, and on optionals: no op stands for them. A sequence
/// is a value of a tuple type that a cast makes of its elements; an optional is
/// its element, or none.
class SequenceImporter {
public:
  explicit SequenceImporter(mlir::OpBuilder &builder) : builder(builder) {}

  static bool handles(llvm::StringRef op);
  /// Whether the operator has this attribute.
  static bool hasAttribute(llvm::StringRef op, llvm::StringRef attribute);

  /// The result of `node`; null where it is an optional without element. Fails
  /// after one error.
  mlir::FailureOr<mlir::Value> import(const SequenceNode &node);

  /// Erases the casts that stand for sequences in `root`; all that was read of
  /// them are their elements.
  static void erase(mlir::Operation *root);

private:
  using Result = mlir::FailureOr<mlir::Value>;
  struct Operator;
  static llvm::ArrayRef<Operator> getOperators();
  static const Operator *find(llvm::StringRef op);

  Result concatFromSequence(const SequenceNode &node);
  Result optional(const SequenceNode &node);
  Result optionalGetElement(const SequenceNode &node);
  Result optionalHasElement(const SequenceNode &node);
  Result sequenceAt(const SequenceNode &node);
  Result sequenceConstruct(const SequenceNode &node);
  Result sequenceErase(const SequenceNode &node);
  Result sequenceInsert(const SequenceNode &node);
  Result sequenceLength(const SequenceNode &node);
  Result splitToSequence(const SequenceNode &node);

  Result make(mlir::ValueRange elements, const SequenceNode &node);
  mlir::LogicalResult reserve(int64_t count, const SequenceNode &node);
  Result emit(llvm::StringRef name, mlir::ValueRange operands,
              llvm::ArrayRef<mlir::NamedAttribute> attributes,
              mlir::Location loc);

  mlir::OpBuilder &builder;
  /// Elements of all sequences so far: a small file could otherwise ask for any
  /// amount of memory.
  static constexpr int64_t kMaxElements = 1 << 20;
  int64_t numElements = 0;
};

} // namespace bitnet

#endif // COMPILER_IMPORT_SEQUENCEIMPORTER_H
