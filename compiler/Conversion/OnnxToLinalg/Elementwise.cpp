#include "compiler/Conversion/OnnxToLinalg/Elementwise.h"

#include "compiler/Conversion/OnnxToLinalg/ElementwiseScalar.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bitnet;

bool bitnet::isElementwise(Operation *op) { return hasScalarForm(op); }

/// How many operands of `op` are read: of CastLike's second one only the type
/// matters.
static unsigned countRead(Operation *op) {
  return op->getName().getStringRef() == "onnx.CastLike" ? 1
                                                         : op->getNumOperands();
}

namespace {
/// A tree of element-wise ops that becomes one linalg.generic: its root, the
/// deferred ops that feed it, and the tensors at the leaves.
class ElementwiseTree {
public:
  ElementwiseTree(ArrayRef<Number> sizes, BufferLowering &lowering)
      : sizes(sizes), lowering(lowering) {}

  /// Finds the leaves of `op` and makes memrefs of them.
  void collect(Operation *op);
  BufferView emit(Operation *root);

private:
  enum class Kind { Leaf, Scalar, Inner };
  struct Source {
    Kind kind;
    /// Leaf: index into `inputs`. Scalar: emitted before the loops.
    unsigned input = 0;
    Value scalar;
  };

  Source classify(Value tensor);
  /// A value that is the same for every element, or null.
  Value uniform(Value tensor);
  unsigned addInput(Value tensor);
  Value emitOp(OpBuilder &builder, Operation *op, ValueRange arguments);

  ArrayRef<Number> sizes;
  BufferLowering &lowering;
  llvm::DenseMap<Value, Source> sources;
  SmallVector<BufferView> inputs;
};
} // namespace

Value ElementwiseTree::uniform(Value tensor) {
  OpBuilder &builder = lowering.builder;
  Type type = getStorageType(getTensorType(tensor).getElementType());
  Operation *def = tensor.getDefiningOp();
  if (def && def->getName().getStringRef() == "onnx.Constant")
    if (auto value = def->getAttrOfType<DenseElementsAttr>("value");
        value && value.isSplat()) {
      TypedAttr attr = value.getSplatValue<TypedAttr>();
      unsigned width = type.getIntOrFloatBitWidth();
      if (auto integer = dyn_cast<IntegerAttr>(attr))
        attr =
            IntegerAttr::get(type, integer.getType().isUnsignedInteger()
                                       ? integer.getValue().zextOrTrunc(width)
                                       : integer.getValue().sextOrTrunc(width));
      else if (auto code = dyn_cast<FloatAttr>(attr);
               code && isa<IntegerType>(type))
        attr = IntegerAttr::get(
            type, code.getValue().bitcastToAPInt().zextOrTrunc(width));
      return arith::ConstantOp::create(builder, lowering.getLoc(), attr);
    }
  std::optional<Numbers> elements = lowering.elements(tensor);
  if (!elements || elements->size() != 1)
    return {};
  if (type.isInteger(1))
    return lowering.math.condition(elements->front());
  return arith::IndexCastOp::create(builder, lowering.getLoc(), type,
                                    lowering.math.value(elements->front()));
}

unsigned ElementwiseTree::addInput(Value tensor) {
  inputs.push_back(lowering.broadcastTo(lowering.view(tensor), sizes));
  return inputs.size() - 1;
}

ElementwiseTree::Source ElementwiseTree::classify(Value tensor) {
  if (Value scalar = uniform(tensor))
    return {Kind::Scalar, 0, scalar};
  if (lowering.isDeferred(tensor) && lowering.sizes(tensor) == Numbers(sizes)) {
    collect(tensor.getDefiningOp());
    return {Kind::Inner, 0, {}};
  }
  return {Kind::Leaf, addInput(tensor), {}};
}

void ElementwiseTree::collect(Operation *op) {
  for (Value operand : op->getOperands().take_front(countRead(op)))
    if (isa<RankedTensorType>(operand.getType()) &&
        !sources.contains(operand)) {
      Source source = classify(operand);
      sources[operand] = source;
    }
}

Value ElementwiseTree::emitOp(OpBuilder &builder, Operation *op,
                              ValueRange arguments) {
  SmallVector<Value> elements;
  for (Value operand : op->getOperands().take_front(countRead(op))) {
    if (!isa<RankedTensorType>(operand.getType())) {
      elements.push_back({});
      continue;
    }
    Source source = sources.lookup(operand);
    if (source.kind == Kind::Leaf)
      elements.push_back(arguments[source.input]);
    else if (source.kind == Kind::Scalar)
      elements.push_back(source.scalar);
    else
      elements.push_back(emitOp(builder, operand.getDefiningOp(), arguments));
  }
  return emitScalar(builder, op->getLoc(), op, elements);
}

BufferView ElementwiseTree::emit(Operation *root) {
  collect(root);
  BufferView result = lowering.alloc(getTensorType(root->getResult(0)), sizes);
  lowering.forEachElement(
      inputs, result, [&](OpBuilder &builder, Location, ValueRange elements) {
        return emitOp(builder, root, elements);
      });
  return result;
}

BufferView bitnet::emitElementwise(Operation *op, ArrayRef<Number> sizes,
                                   BufferLowering &lowering) {
  return ElementwiseTree(sizes, lowering).emit(op);
}

/// Whether the one reader of `op` is element-wise, too: it will emit both.
static bool canDefer(Operation *op) {
  Value result = op->getResult(0);
  if (!result.hasOneUse())
    return false;
  Operation *user = *result.user_begin();
  return user->getBlock() == op->getBlock() && isElementwise(user);
}

static LogicalResult lowerElementwise(Operation *op, BufferLowering &lowering) {
  SmallVector<Numbers> shapes;
  for (Value operand : op->getOperands().take_front(countRead(op)))
    if (isa<RankedTensorType>(operand.getType()))
      shapes.push_back(lowering.sizes(operand));
  Numbers sizes = lowering.refine(lowering.broadcast(shapes),
                                  getTensorType(op->getResult(0)));
  if (canDefer(op))
    lowering.defer(op, sizes);
  else
    lowering.bind(op->getResult(0), emitElementwise(op, sizes, lowering));
  return success();
}

void bitnet::populateElementwise(LoweringRegistry &registry) {
  forEachElementwiseName([&](StringRef name) {
    registry["onnx." + name.str()] = lowerElementwise;
  });
}
