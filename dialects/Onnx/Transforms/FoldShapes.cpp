#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/DeadOps.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace bitnet::onnx {
#define GEN_PASS_DEF_FOLDSHAPESPASS
#include "dialects/Onnx/Transforms/Passes.h.inc"
} // namespace bitnet::onnx

using namespace bitnet::onnx;

/// The constant with these elements; null where one is not known.
static ElementsAttr makeConstant(RankedTensorType type,
                                 ArrayRef<Extent> elements) {
  SmallVector<APInt> numbers;
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  for (Extent element : elements) {
    if (!element.isKnown())
      return nullptr;
    numbers.push_back(APInt(width, *element.number, /*isSigned=*/true,
                            /*implicitTrunc=*/true));
  }
  return DenseElementsAttr::get(type, numbers);
}

namespace {
struct FoldShapes : public bitnet::onnx::impl::FoldShapesPassBase<FoldShapes> {
  void runOnOperation() override {
    // Known values are found for all results before the first one is replaced:
    // the analysis does not see changes.
    ShapeAnalysis analysis;
    SmallVector<std::pair<OpResult, ElementsAttr>> known;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (!isa_and_nonnull<OnnxDialect>(op->getDialect()) ||
          isa<ConstantOp>(op))
        return;
      for (OpResult result : op->getResults()) {
        std::optional<SmallVector<Extent>> elements =
            analysis.getElements(result);
        if (!elements || result.use_empty())
          continue;
        auto type = cast<RankedTensorType>(result.getType());
        if (ElementsAttr value = makeConstant(type, *elements))
          known.push_back({result, value});
      }
    });
    for (auto [result, value] : known) {
      OpBuilder builder(result.getOwner());
      auto constant = ConstantOp::create(builder, result.getOwner()->getLoc(),
                                         result.getType(), value);
      result.replaceAllUsesWith(constant);
    }
    eraseDeadOps(getOperation());
  }
};
} // namespace
