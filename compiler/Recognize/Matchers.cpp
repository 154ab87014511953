#include "compiler/Recognize/Matchers.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Format.h"

using namespace mlir;

namespace bitnet::recognize {

bool isOnnx(Operation *op, StringRef name) {
  if (!op)
    return false;
  StringRef full = op->getName().getStringRef();
  return full.consume_front("onnx.") && full == name;
}

Operation *onnxDef(Value value, StringRef name) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  return isOnnx(op, name) ? op : nullptr;
}

/// `value` without Identity and casts that `skips` says yes to, by the types
/// before and behind.
static Value skipWhere(Value value, function_ref<bool(Type, Type)> skips) {
  while (Operation *op = value ? value.getDefiningOp() : nullptr) {
    bool noOp = isOnnx(op, "Identity") ||
                (isOnnx(op, "Cast") &&
                 skips(elementType(op->getOperand(0)), elementType(value)));
    if (!noOp)
      break;
    value = op->getOperand(0);
  }
  return value;
}

Value skipNoOps(Value value) {
  return skipWhere(value, [](Type from, Type to) { return from == to; });
}

bool isModelFloat(Type type) {
  return isa_and_present<Float32Type, Float16Type, BFloat16Type>(type);
}

Value skipCasts(Value value) {
  return skipWhere(value, [](Type from, Type to) {
    return from == to || (isModelFloat(from) && isModelFloat(to));
  });
}

Value skipWidening(Value value) {
  return skipWhere(value, [](Type from, Type to) {
    return from == to || (isModelFloat(from) && to.isF32());
  });
}

Value operandOrNull(Operation *op, unsigned index) {
  if (index >= op->getNumOperands())
    return {};
  Value operand = op->getOperand(index);
  return isa<NoneType>(operand.getType()) ? Value() : operand;
}

RankedTensorType rankedType(Value value) {
  return value ? dyn_cast<RankedTensorType>(value.getType())
               : RankedTensorType();
}

Type elementType(Value value) {
  auto type = value ? dyn_cast<ShapedType>(value.getType()) : ShapedType();
  return type ? type.getElementType() : Type();
}

std::optional<int64_t> lastSize(Value value) {
  RankedTensorType type = rankedType(value);
  if (!type || type.getRank() == 0 ||
      ShapedType::isDynamic(type.getShape().back()))
    return std::nullopt;
  return type.getShape().back();
}

static DenseElementsAttr smallConstant(Value value) {
  Operation *op = onnxDef(skipNoOps(value), "Constant");
  return op ? op->getAttrOfType<DenseElementsAttr>("value")
            : DenseElementsAttr();
}

std::optional<float> scalarConstant(Value value) {
  DenseElementsAttr elements = smallConstant(value);
  if (!elements || elements.getNumElements() != 1)
    return std::nullopt;
  if (isa<FloatType>(elements.getElementType())) {
    APFloat number = *elements.getValues<APFloat>().begin();
    bool losesInfo;
    number.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    // What a bound or a factor means, a NaN does not.
    if (number.isNaN())
      return std::nullopt;
    return number.convertToFloat();
  }
  if (auto type = dyn_cast<IntegerType>(elements.getElementType())) {
    APInt number = *elements.getValues<APInt>().begin();
    return type.isUnsigned() ? float(number.getZExtValue())
                             : float(number.getSExtValue());
  }
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> intConstants(Value value) {
  DenseElementsAttr elements = smallConstant(value);
  if (!elements || !elements.getElementType().isIntOrIndex())
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (const APInt &number : elements.getValues<APInt>())
    numbers.push_back(number.getSExtValue());
  return numbers;
}

int64_t intAttr(Operation *op, StringRef name, int64_t fallback) {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getValue().getSExtValue() : fallback;
}

float floatAttr(Operation *op, StringRef name, float fallback) {
  auto attribute = op->getAttrOfType<FloatAttr>(name);
  return attribute ? attribute.getValue().convertToFloat() : fallback;
}

std::optional<SmallVector<int64_t>> axesOf(Operation *op) {
  if (auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes"))
    return SmallVector<int64_t>(axes.asArrayRef());
  if (Value axes = operandOrNull(op, 1))
    return intConstants(axes);
  return std::nullopt;
}

bool reducesLastAxis(Operation *op) {
  std::optional<SmallVector<int64_t>> axes = axesOf(op);
  RankedTensorType type = rankedType(op->getOperand(0));
  if (!axes || axes->size() != 1 || !type || type.getRank() == 0 ||
      intAttr(op, "keepdims", 1) != 1)
    return false;
  return axes->front() == -1 || axes->front() == type.getRank() - 1;
}

bool matchCommutative(Value value, StringRef name,
                      function_ref<bool(Value, Value)> match) {
  Operation *op = onnxDef(skipNoOps(value), name);
  if (!op || op->getNumOperands() != 2)
    return false;
  Value lhs = skipNoOps(op->getOperand(0)), rhs = skipNoOps(op->getOperand(1));
  return match(lhs, rhs) || match(rhs, lhs);
}

Value squareBase(Value value) {
  value = skipNoOps(value);
  if (Operation *pow = onnxDef(value, "Pow"))
    if (scalarConstant(pow->getOperand(1)) == 2.0f)
      return skipNoOps(pow->getOperand(0));
  if (Operation *mul = onnxDef(value, "Mul"))
    if (skipNoOps(mul->getOperand(0)) == skipNoOps(mul->getOperand(1)))
      return skipNoOps(mul->getOperand(0));
  return {};
}

Value reciprocalBase(Value value) {
  value = skipNoOps(value);
  if (Operation *reciprocal = onnxDef(value, "Reciprocal"))
    return skipNoOps(reciprocal->getOperand(0));
  if (Operation *div = onnxDef(value, "Div"))
    if (scalarConstant(div->getOperand(0)) == 1.0f)
      return skipNoOps(div->getOperand(1));
  return {};
}

Operation *onlyUser(Value value) {
  return value.hasOneUse() ? *value.getUsers().begin() : nullptr;
}

Value createOnnx(OpBuilder &builder, Location loc, StringRef name, Type type,
                 ValueRange operands, ArrayRef<NamedAttribute> attributes) {
  OperationState state(loc, ("onnx." + name).str(), operands, type, attributes);
  return builder.create(state)->getResult(0);
}

Value createIndices(OpBuilder &builder, Location loc,
                    ArrayRef<int64_t> values) {
  auto type =
      RankedTensorType::get({int64_t(values.size())}, builder.getI64Type());
  return createOnnx(
      builder, loc, "Constant", type, {},
      builder.getNamedAttr("value", DenseElementsAttr::get(type, values)));
}

Value createUnsqueeze(OpBuilder &builder, Location loc, Value value,
                      ArrayRef<int64_t> axes) {
  RankedTensorType type = rankedType(value);
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t axis : axes)
    shape.insert(shape.begin() + axis, 1);
  return createOnnx(
      builder, loc, "Unsqueeze",
      RankedTensorType::get(shape, type.getElementType()), value,
      builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(axes)));
}

RankedTensorType withElement(Value like, Type element) {
  return RankedTensorType::get(rankedType(like).getShape(), element);
}

/// ONNX's number of `type` in TensorProto.DataType, for the floats we cast to.
static int64_t dataTypeOf(Type type) {
  if (type.isF32())
    return 1;
  if (type.isF16())
    return 10;
  if (type.isBF16())
    return 16;
  assert(type.isF64() && "cast to a type that is no float");
  return 11;
}

Value castTo(OpBuilder &builder, Location loc, Value value, Type element) {
  if (elementType(value) == element)
    return value;
  return createOnnx(builder, loc, "Cast", withElement(value, element), value,
                    builder.getNamedAttr(
                        "to", builder.getI64IntegerAttr(dataTypeOf(element))));
}

void replaceValue(Value value, Value replacement) {
  if (value.getType() != replacement.getType()) {
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(replacement);
    replacement = tensor::CastOp::create(builder, replacement.getLoc(),
                                         value.getType(), replacement);
  }
  value.replaceAllUsesWith(replacement);
}

void eraseDead(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.getName().getDialectNamespace() == "onnx" && op.use_empty() &&
        !op.hasTrait<OpTrait::IsTerminator>())
      op.erase();
}

std::string formatNumber(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.7g", number);
  return text;
}

std::string describeLoc(Operation *op) {
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  return op->getName().getStringRef().str();
}

} // namespace bitnet::recognize
