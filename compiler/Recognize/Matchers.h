#ifndef COMPILER_RECOGNIZE_MATCHERS_H
#define COMPILER_RECOGNIZE_MATCHERS_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"

#include <optional>

/// What the recognisers share: small questions about onnx ops and constants.
/// Nothing here looks at the name of a node or value.
namespace bitnet::recognize {

/// Whether `op` is `onnx.<name>` ("MatMul", "ms.GroupQueryAttention").
bool isOnnx(mlir::Operation *op, llvm::StringRef name);

/// The `onnx.<name>` that defines `value`, or null.
mlir::Operation *onnxDef(mlir::Value value, llvm::StringRef name);

/// `value` without Identity and casts to the type it has already.
mlir::Value skipNoOps(mlir::Value value);

/// Whether `type` is f32, f16 or bf16: what attention and rotary embeddings,
/// computed in f32, may have around them.
bool isModelFloat(mlir::Type type);

/// `value` without Identity and casts between f32, f16 and bf16: for steps of
/// what is computed in f32 as a whole, and not rounded in between.
mlir::Value skipCasts(mlir::Value value);

/// `value` without Identity and casts of f16 or bf16 to f32, which change no
/// number.
mlir::Value skipWidening(mlir::Value value);

/// Operand `index` of `op`, or null where it is absent or `onnx.None`.
mlir::Value operandOrNull(mlir::Operation *op, unsigned index);

mlir::RankedTensorType rankedType(mlir::Value value);

/// Element type, or null for values that are no tensors.
mlir::Type elementType(mlir::Value value);

/// Size of the last axis; nothing if dynamic or unknown.
std::optional<int64_t> lastSize(mlir::Value value);

/// The value of a constant with one element, as f32.
std::optional<float> scalarConstant(mlir::Value value);

/// The elements of a small integer constant, row-major.
std::optional<llvm::SmallVector<int64_t>> intConstants(mlir::Value value);

/// Attribute of integer type, or `fallback` where absent.
int64_t intAttr(mlir::Operation *op, llvm::StringRef name, int64_t fallback);
float floatAttr(mlir::Operation *op, llvm::StringRef name, float fallback);

/// The axes of a reduction or Unsqueeze, as attribute or second operand.
std::optional<llvm::SmallVector<int64_t>> axesOf(mlir::Operation *op);

/// Whether reduction `op` runs over the last axis alone and keeps it.
bool reducesLastAxis(mlir::Operation *op);

/// Calls `match` with the operands of the `onnx.<name>` that defines `value`,
/// in both orders, until it says true.
bool matchCommutative(mlir::Value value, llvm::StringRef name,
                      llvm::function_ref<bool(mlir::Value, mlir::Value)> match);

/// The base of a square: Pow(x, 2) or Mul(x, x). Null otherwise.
mlir::Value squareBase(mlir::Value value);

/// x of 1 / x: Reciprocal(x) or Div(1, x). Null otherwise.
mlir::Value reciprocalBase(mlir::Value value);

/// The only op that uses `value`, or null.
mlir::Operation *onlyUser(mlir::Value value);

/// New `onnx.<name>` with one result.
mlir::Value createOnnx(mlir::OpBuilder &builder, mlir::Location loc,
                       llvm::StringRef name, mlir::Type type,
                       mlir::ValueRange operands,
                       llvm::ArrayRef<mlir::NamedAttribute> attributes = {});

/// `onnx.Constant` holding a 1-D tensor of i64.
mlir::Value createIndices(mlir::OpBuilder &builder, mlir::Location loc,
                          llvm::ArrayRef<int64_t> values);

/// `onnx.Unsqueeze` at `axes`, ascending positions in the result.
mlir::Value createUnsqueeze(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value value, llvm::ArrayRef<int64_t> axes);

/// Cast to `element`, or `value` itself where it has that type.
mlir::Value castTo(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value value, mlir::Type element);

/// The type of `like` with another element type.
mlir::RankedTensorType withElement(mlir::Value like, mlir::Type element);

/// Replaces all uses of `value`; a cast bridges what inference knows of one
/// side only. The ops that led to it stay until eraseDead.
void replaceValue(mlir::Value value, mlir::Value replacement);

/// Erases the onnx ops of `block` whose results nothing uses.
void eraseDead(mlir::Block &block);

/// Shortest decimal of at most 7 digits, for messages.
std::string formatNumber(double number);

/// "name" of a NameLoc, or "<op>" where the op has none.
std::string describeLoc(mlir::Operation *op);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_MATCHERS_H
