#include "dialects/Transformer/Transforms/Head.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace bitnet::transformer;

Operation *bitnet::transformer::findHead(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || main.isExternal() || !main.getBody().hasOneBlock())
    return nullptr;
  Operation *terminator = main.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
    auto role = main.getResultAttrOfType<StringAttr>(i, "bitnet.role");
    if (!role || role.getValue() != "logits")
      continue;
    Operation *op = value.getDefiningOp();
    while (op && (op->getName().getStringRef() == "onnx.Cast" ||
                  op->getName().getStringRef() == "onnx.Identity"))
      op = op->getOperand(0).getDefiningOp();
    return op;
  }
  return nullptr;
}

bool bitnet::transformer::readsLastPositions(LinearOp head) {
  auto type = cast<ShapedType>(head.getInput().getType());
  if (type.getRank() == 3 && type.getDimSize(1) == 1)
    return true;
  Operation *op = head.getInput().getDefiningOp();
  while (op && isa<RMSNormOp, LayerNormOp>(op))
    op = op->getOperand(0).getDefiningOp();
  return isa_and_present<LastPositionsOp>(op);
}

std::string bitnet::transformer::describeStorage(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto element = [](Value weights) {
    return cast<ShapedType>(weights.getType()).getElementType();
  };
  if (auto linear = dyn_cast<LinearOp>(op))
    stream << element(linear.getWeights());
  else if (isa<QuantizedLinearOp>(op))
    stream << "i8";
  else if (isa<GroupedLinearOp>(op))
    stream << "i4";
  else if (auto screened = dyn_cast<ScreenedLinearOp>(op))
    stream << element(screened.getWeights()) << " screened by i8";
  return text;
}
