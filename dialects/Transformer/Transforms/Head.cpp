#include "dialects/Transformer/Transforms/Head.h"

#include "dialects/Onnx/IR/LastPosition.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace bitnet::transformer;

/// Whether `op` chooses or arranges rows, and changes no number.
static bool movesRows(Operation *op) {
  return llvm::is_contained({"onnx.Identity", "onnx.Gather", "onnx.Slice",
                             "onnx.Squeeze", "onnx.Reshape"},
                            op->getName().getStringRef());
}

/// What `op` changes: its one operand of floats that is no constant; null where
/// there are more, or `op` is none of ONNX.
static Value changedBy(Operation *op) {
  if (op->getName().getDialectNamespace() != "onnx")
    return {};
  Value found;
  for (Value operand : op->getOperands()) {
    Operation *def = operand.getDefiningOp();
    bool isConstant = def && (isa<bitnet::rt::GetGlobalOp>(def) ||
                              def->getName().getStringRef() == "onnx.Constant");
    if (isConstant || !isa<FloatType>(getElementTypeOrSelf(operand)))
      continue;
    if (found && found != operand)
      return {};
    found = operand;
  }
  return found;
}

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
    // Logits are chosen, scaled, capped and rounded.
    while (op) {
      Value before = changedBy(op);
      if (!before)
        return op;
      op = before.getDefiningOp();
    }
    return op;
  }
  return nullptr;
}

/// Whether `value` holds one position of each text.
static bool isOnePosition(Value value) {
  auto type = cast<ShapedType>(value.getType());
  return (type.getRank() == 3 && type.getDimSize(1) == 1) ||
         (type.getRank() == 2 && type.getDimSize(0) == 1);
}

/// Whether a head gets no more positions than logits are asked for of.
static bool readsLastPositions(LinearOp head) {
  Value value = head.getInput();
  while (!isOnePosition(value)) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return false;
    if (isa<LastPositionsOp>(op) || bitnet::onnx::lastPositionOf(op))
      return true;
    bool isNorm = isa<RMSNormOp, LayerNormOp>(op);
    value = isNorm ? op->getOperand(0) : changedBy(op);
    if (!value)
      return false;
  }
  return true;
}

/// The first op that changes numbers of `logits` before they leave the graph,
/// or reads them for something else; null where there is none.
static Operation *findOtherUser(Value logits) {
  llvm::SetVector<Value> moved;
  moved.insert(logits);
  for (unsigned i = 0; i < moved.size(); ++i)
    for (Operation *user : moved[i].getUsers()) {
      if (isa<func::ReturnOp>(user))
        continue;
      if (!movesRows(user))
        return user;
      moved.insert(user->result_begin(), user->result_end());
    }
  return nullptr;
}

std::string bitnet::transformer::whyNotScreened(LinearOp head) {
  if (head.getBias())
    return "it has a bias";
  if (Operation *other = findOtherUser(head.getResult()))
    return other->getName().getStringRef().str() + " changes or reads them";
  if (!readsLastPositions(head))
    return "it gets all positions";
  if (cast<ShapedType>(head.getInput().getType()).getShape().back() > int64_t(1)
                                                                          << 23)
    return "its rows have more than 2^23 terms";
  return "";
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
