#ifndef COMPILER_TARGET_GPU_INTRINSICS_H
#define COMPILER_TARGET_GPU_INTRINSICS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

namespace bitnet::intrinsics {

inline mlir::Value i32(mlir::OpBuilder &b, mlir::Location loc, int64_t value) {
  return mlir::LLVM::ConstantOp::create(b, loc, b.getI32Type(),
                                        b.getI32IntegerAttr(int32_t(value)));
}
inline mlir::Value boolean(mlir::OpBuilder &b, mlir::Location loc, bool value) {
  return mlir::LLVM::ConstantOp::create(b, loc, b.getI1Type(),
                                        b.getBoolAttr(value));
}

/// Calls one of LLVM's intrinsics by name; no result where `type` is null.
inline mlir::LLVM::CallIntrinsicOp call(mlir::OpBuilder &b, mlir::Location loc,
                                        llvm::StringRef name, mlir::Type type,
                                        mlir::ValueRange operands) {
  if (!type)
    return mlir::LLVM::CallIntrinsicOp::create(b, loc, b.getStringAttr(name),
                                               operands);
  return mlir::LLVM::CallIntrinsicOp::create(b, loc, type,
                                             b.getStringAttr(name), operands);
}
inline mlir::Value callI32(mlir::OpBuilder &b, mlir::Location loc,
                           llvm::StringRef name, mlir::ValueRange operands) {
  return call(b, loc, name, b.getI32Type(), operands).getResult(0);
}

} // namespace bitnet::intrinsics

#endif // COMPILER_TARGET_GPU_INTRINSICS_H
