#ifndef DIALECTS_ONNX_IR_RESIZING_H
#define DIALECTS_ONNX_IR_RESIZING_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace bitnet::onnx {

/// Whether an optional operand of Resize is there: no elements mean that it is
/// not.
bool isGiven(mlir::Value vector);

/// The axes that the elements of Resize's vectors are for, in [0, rank).
llvm::SmallVector<int64_t>
getResizedAxes(std::optional<llvm::ArrayRef<int64_t>> axes, int64_t rank);

/// floor(size * scale) in f32, as every implementation computes it; nullopt
/// where no axis is that long.
std::optional<int64_t> getScaledSize(int64_t size, float scale);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_RESIZING_H
