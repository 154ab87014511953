#include "compiler/Conversion/RTToLLVM/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_HOISTSTACKPASS
#include "compiler/Conversion/RTToLLVM/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;

namespace {
struct HoistStack : bitnet::rt::impl::HoistStackPassBase<HoistStack> {
  using HoistStackPassBase::HoistStackPassBase;

  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    Block &entry = getOperation().getBody().front();
    WalkResult result =
        getOperation().walk([&](memref::AllocaOp op) -> WalkResult {
          if (op.getType().hasStaticShape()) {
            op->moveBefore(&entry, entry.begin());
            return WalkResult::advance();
          }
          if (op->getParentOfType<LoopLikeOpInterface>())
            return op.emitOpError("allocates ")
                   << op.getType()
                   << " on the stack in a loop, expected a static size";
          return WalkResult::advance();
        });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
