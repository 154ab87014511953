#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/Transforms/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/MathExtras.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_ASSIGNWEIGHTSPASS
#include "dialects/RT/Transforms/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;
using namespace bitnet::rt;

namespace {
struct AssignWeights : bitnet::rt::impl::AssignWeightsPassBase<AssignWeights> {
  using AssignWeightsPassBase::AssignWeightsPassBase;

  void runOnOperation() override {
    Builder builder(&getContext());
    uint64_t offset = 0;
    for (auto global : getOperation().getOps<GlobalOp>()) {
      auto type = cast<RankedTensorType>(global.getType());
      if (!type.hasStaticShape() ||
          !type.getElementType().isIntOrIndexOrFloat()) {
        global.emitOpError("has type ")
            << type << ", expected a static shape and elements of whole bytes";
        return signalPassFailure();
      }
      uint64_t stride = llvm::alignTo<64>(getGlobalBytes(global));
      global->setAttr("offset", builder.getI64IntegerAttr(offset));
      global->setAttr("stride", builder.getI64IntegerAttr(stride));
      offset += stride * global.getValues().size();
    }
    getOperation()->setAttr("bitnet.weights_bytes",
                            builder.getI64IntegerAttr(offset));
  }
};
} // namespace
