#include "compiler/Conversion/KernelToGPU/CheckKernel.h"

#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;

static Type elementOf(Value value) {
  return getElementTypeOrSelf(value.getType());
}

/// Ops of arith that are one instruction, or the same few on every target.
static bool isExactArith(Operation *op) {
  // A remainder of floats is a library's on the CPU, and inexact on a GPU.
  if (isa<arith::RemFOp>(op))
    return false;
  if (op->getNumOperands() == 0 || op->getNumResults() == 0)
    return true;
  Type from = elementOf(op->getOperand(0)), to = elementOf(op->getResult(0));
  bool moves = isa<arith::SelectOp, arith::BitcastOp>(op);
  // bf16 is only moved and converted; from f64 it would be rounded twice.
  if (!moves && from.isBF16())
    return isa<arith::ExtFOp>(op);
  if (!moves && to.isBF16())
    return isa<arith::TruncFOp>(op) && from.isF32();
  return true;
}

/// Functions are polynomials by now (math-to-polynomial); others are libm's.
static bool isExactMath(Operation *op) {
  if (isa<math::FmaOp>(op))
    // In f16 the CPU rounds twice.
    return elementOf(op->getResult(0)).isF32() ||
           elementOf(op->getResult(0)).isF64();
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
             math::CountLeadingZerosOp, math::CountTrailingZerosOp,
             math::CtPopOp, math::FloorOp, math::IsFiniteOp, math::IsInfOp,
             math::IsNaNOp, math::RoundOp, math::RoundEvenOp, math::RsqrtOp,
             math::SqrtOp, math::TruncOp>(op);
}

static bool isSupported(Operation *op) {
  Dialect *dialect = op->getDialect();
  if (isa_and_nonnull<arith::ArithDialect>(dialect))
    return isExactArith(op);
  if (isa_and_nonnull<math::MathDialect>(dialect))
    return isExactMath(op);
  if (isa_and_nonnull<LLVM::LLVMDialect>(dialect))
    return isa<LLVM::IntToPtrOp, LLVM::PtrToIntOp, LLVM::LoadOp, LLVM::StoreOp,
               LLVM::MaskedLoadOp, LLVM::MaskedStoreOp, LLVM::GEPOp>(op);
  if (isa_and_nonnull<memref::MemRefDialect>(dialect))
    return !isa<memref::AllocOp, memref::DeallocOp, memref::GetGlobalOp>(op);
  if (isa<func::ReturnOp, rt::CapturesOp, device::ThreadOp, device::LaneOp,
          device::SyncOp, device::SharedOp, device::ExchangeOp, device::PickOp,
          device::PermuteBytesOp, device::Dot4Op, device::MultiplyTilesOp>(op))
    return true;
  return isa_and_nonnull<affine::AffineDialect, scf::SCFDialect, ub::UBDialect,
                         vector::VectorDialect>(dialect);
}

static LogicalResult checkOp(Operation *op) {
  if (!isSupported(op))
    return op->emitOpError("has no exact form on a GPU");
  if (auto alloca = dyn_cast<memref::AllocaOp>(op))
    if (!alloca.getType().hasStaticShape())
      return op->emitOpError("allocates ")
             << alloca.getType() << " in a kernel, expected a static size";
  if (auto captures = dyn_cast<rt::CapturesOp>(op))
    for (Type type : captures.getResultTypes())
      if (!isa<MemRefType>(type) && !type.isIntOrIndexOrFloat())
        return op->emitOpError("captures ")
               << type << ", expected a number or a memref";
  return success();
}

bool bitnet::isExactOnGpu(func::FuncOp kernel) {
  return !kernel.getBody()
              .walk([](Operation *op) {
                return isSupported(op) ? WalkResult::advance()
                                       : WalkResult::interrupt();
              })
              .wasInterrupted();
}

LogicalResult bitnet::checkKernel(func::FuncOp kernel) {
  if (!kernel.getBody().hasOneBlock())
    return kernel.emitOpError("has branches between blocks, expected "
                              "structured control flow");
  WalkResult result = kernel.getBody().walk(
      [](Operation *op) { return WalkResult(checkOp(op)); });
  return failure(result.wasInterrupted());
}
