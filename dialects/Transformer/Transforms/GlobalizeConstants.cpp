#include "dialects/Transformer/Transforms/Globals.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "mlir/IR/Builders.h"

namespace bitnet::transformer {
#define GEN_PASS_DEF_GLOBALIZECONSTANTSPASS
#include "dialects/Transformer/Transforms/Passes.h.inc"
} // namespace bitnet::transformer

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {

struct GlobalizeConstants
    : transformer::impl::GlobalizeConstantsPassBase<GlobalizeConstants> {
  using GlobalizeConstantsPassBase::GlobalizeConstantsPassBase;

  void runOnOperation() override {
    GlobalTable globals(getOperation());
    getOperation().walk([&](Operation *op) {
      ElementsAttr elements = getConstantElements(op);
      if (!elements)
        return;
      if (op->use_empty())
        return op->erase();
      auto type = cast<RankedTensorType>(op->getResult(0).getType());
      if (type.getNumElements() <= minElements)
        return;
      rt::GlobalOp global = globals.getOrCreate(op->getLoc(), type, {elements});
      OpBuilder builder(op);
      auto read = rt::GetGlobalOp::create(
          builder, op->getLoc(), type,
          FlatSymbolRefAttr::get(global.getSymNameAttr()),
          /*layer=*/Value(), /*exec=*/Value());
      op->replaceAllUsesWith(read);
      op->erase();
    });
  }
};

} // namespace
