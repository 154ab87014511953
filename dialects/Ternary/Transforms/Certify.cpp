#include "compiler/Target/Family.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"
#include "dialects/Ternary/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYCERTIFYPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

static bool isProductFree(LLVM::CallIntrinsicOp call) {
  return llvm::any_of(getFamilies(), [&](const TargetFamily *family) {
    return family->isProductFree(call);
  });
}

static bool isIndex(Value value) {
  return isa<IndexType>(getElementTypeOrSelf(value.getType()));
}

/// Whether `value` was an integer: an activation, a weight or a sum. Follows
/// arithmetic and data movement on floats; a float from memory is a scale.
static bool comesFromInteger(Value value, DenseSet<Value> &seen) {
  if (!seen.insert(value).second)
    return false;
  Operation *def = value.getDefiningOp();
  if (!def) // An argument of a loop: not followed, so taken for an integer.
    return true;
  if (isa<vector::LoadOp, memref::LoadOp>(def) ||
      def->hasTrait<OpTrait::ConstantLike>())
    return false;
  if (isa<arith::DivFOp, arith::MulFOp, arith::AddFOp, arith::ExtFOp,
          vector::BroadcastOp>(def))
    return llvm::any_of(def->getOperands(), [&](Value operand) {
      return comesFromInteger(operand, seen);
    });
  return true;
}

/// Whether an index was made from data: from an integer of another type or
/// from an index in memory. Follows arithmetic on indices.
static bool comesFromData(Value value, DenseSet<Value> &seen) {
  if (!seen.insert(value).second)
    return false;
  Operation *def = value.getDefiningOp();
  if (!def)
    return false;
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp, memref::LoadOp>(def))
    return true;
  return isa<arith::ArithDialect>(def->getDialect()) &&
         llvm::any_of(def->getOperands(), [&](Value operand) {
           return comesFromData(operand, seen);
         });
}

/// An integer product is allowed where it makes an address from positions.
static LogicalResult checkIntegerProduct(Operation *op) {
  if (!isIndex(op->getOperand(0)))
    return op->emitError("multiplies integers that are no addresses, expected "
                         "additions, subtractions, masks and look-ups");
  DenseSet<Value> seen;
  for (Value operand : op->getOperands())
    if (comesFromData(operand, seen))
      return op->emitError("multiplies data as if it were an address");
  return success();
}

/// A float product is allowed where a finished sum meets a scale: marked, and
/// with at most one factor that was an integer.
static LogicalResult checkFloatProduct(arith::MulFOp op) {
  if (!op->hasAttr(rescaleMark))
    return op.emitError("multiplies floats before the sum is finished, "
                        "expected only products marked ")
           << rescaleMark;
  DenseSet<Value> seenLeft, seenRight;
  if (comesFromInteger(op.getLhs(), seenLeft) &&
      comesFromInteger(op.getRhs(), seenRight))
    return op.emitError("multiplies two values that were integers, expected a "
                        "sum and a scale");
  return success();
}

/// The rule for one op of a BitLinear region.
static LogicalResult checkOp(Operation *op) {
  if (auto product = dyn_cast<arith::MulFOp>(op))
    return checkFloatProduct(product);
  if (isa<arith::MulIOp, arith::MulSIExtendedOp, arith::MulUIExtendedOp,
          arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp>(op))
    return checkIntegerProduct(op);
  if (auto shift = dyn_cast<arith::ShLIOp>(op)) {
    // Shifting by a weight would multiply by a power of two.
    if (isIndex(shift.getLhs()) || matchPattern(shift.getRhs(), m_Constant()))
      return success();
    return op->emitError("shifts by a value that is not constant");
  }
  if (auto call = dyn_cast<LLVM::CallIntrinsicOp>(op)) {
    if (isProductFree(call))
      return success();
    return op->emitError("calls intrinsic ")
           << call.getIntrin() << ", which is not known to be free of products";
  }
  if (auto reduction = dyn_cast<vector::ReductionOp>(op);
      reduction && reduction.getKind() == vector::CombiningKind::MUL)
    return op->emitError("multiplies the lanes of a vector");
  if (isa<vector::FMAOp, vector::ContractionOp, vector::OuterProductOp,
          vector::MultiDimReductionOp, vector::ScanOp>(op))
    return op->emitError("multiplies, expected additions, subtractions, masks "
                         "and look-ups");
  if (isa<arith::ArithDialect, vector::VectorDialect, scf::SCFDialect,
          memref::MemRefDialect>(op->getDialect()) ||
      isa<rt::YieldOp, LLVM::FenceOp>(op) ||
      op->hasTrait<OpTrait::ConstantLike>())
    return success();
  return op->emitError("is not known to be free of products");
}

/// Where the bytes of a memref come from.
static Operation *getSource(Value memref) {
  Operation *def = memref.getDefiningOp();
  while (def && isa<ViewLikeOpInterface>(def))
    def = cast<ViewLikeOpInterface>(def).getViewSource().getDefiningOp();
  return def;
}

/// A region that unpacks weights may divide and multiply to find them, because
/// it reads nothing else.
static LogicalResult checkUnpack(rt::ParallelOp region) {
  WalkResult result = region.getBody().walk([&](Operation *op) {
    auto read = dyn_cast<memref::LoadOp>(op);
    if (read && isa_and_nonnull<rt::GetGlobalOp>(getSource(read.getMemRef())))
      return WalkResult::advance();
    if (!read && (isa<memref::StoreOp>(op) || isMemoryEffectFree(op) ||
                  op->hasTrait<OpTrait::HasRecursiveMemoryEffects>()))
      return WalkResult::advance();
    op->emitError("reads more than weights in a region that unpacks them");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

namespace {

struct TernaryCertify : ternary::impl::TernaryCertifyPassBase<TernaryCertify> {
  using TernaryCertifyPassBase::TernaryCertifyPassBase;

  void runOnOperation() override {
    bool free = true;
    getOperation()->walk([&](rt::ParallelOp region) {
      if (onlyMarked && !region->hasAttr(proofMark))
        return;
      StringRef kernel = region.getKernel().value_or("");
      if (kernel.starts_with(unpackPrefix))
        free &= succeeded(checkUnpack(region));
      if (!kernel.starts_with(linearPrefix))
        return;
      unsigned count = 0;
      region.getBody().walk([&](Operation *op) {
        free &= succeeded(checkOp(op));
        ++count;
      });
      remark::analysis(
          region.getLoc(),
          remark::RemarkOpts::name("TernaryCertify").category("ternary"))
          << remark::metric("Kernel", *region.getKernel())
          << remark::metric("Ops", count);
    });
    if (!free)
      signalPassFailure();
  }
};

} // namespace
