#include "compiler/Conversion/OnnxToLinalg/ShapeArithmetic.h"

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "dialects/RT/IR/SizeBounds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace bitnet;

/// A function from operands' elements to the result's, or nothing where it does
/// not apply.
using NumbersOrNone = std::optional<Numbers>;

/// Position in an operand of `shape` of the element that the broadcast result
/// of `resultShape` has at `position`.
static int64_t broadcastPosition(int64_t position,
                                 ArrayRef<int64_t> resultShape,
                                 ArrayRef<int64_t> shape) {
  int64_t result = 0, stride = 1;
  for (size_t back = 0; back < resultShape.size(); ++back) {
    int64_t extent = resultShape[resultShape.size() - 1 - back];
    int64_t index = position % extent;
    position /= extent;
    if (back >= shape.size())
      continue;
    int64_t own = shape[shape.size() - 1 - back];
    result += (own == 1 ? 0 : index) * stride;
    stride *= own;
  }
  return result;
}

/// The elements of operand `index`, repeated to the shape of the result.
static NumbersOrNone broadcastOperand(Operation *op, unsigned index,
                                      BufferLowering &lowering) {
  NumbersOrNone own = lowering.elements(op->getOperand(index));
  if (!own)
    return std::nullopt;
  auto from = getTensorType(op->getOperand(index));
  auto to = getTensorType(op->getResult(0));
  Numbers all;
  for (int64_t i = 0; i < to.getNumElements(); ++i)
    all.push_back((*own)[broadcastPosition(i, to.getShape(), from.getShape())]);
  return all;
}

static NumbersOrNone evaluateBinary(Operation *op, StringRef name,
                                    BufferLowering &lowering) {
  using Combine = Number (*)(IndexMath &, Number, Number);
  auto combine =
      llvm::StringSwitch<Combine>(name)
          .Case("Add",
                [](IndexMath &m, Number a, Number b) { return m.add(a, b); })
          .Case("Sub",
                [](IndexMath &m, Number a, Number b) { return m.sub(a, b); })
          .Case("Mul",
                [](IndexMath &m, Number a, Number b) { return m.mul(a, b); })
          .Case("Div",
                [](IndexMath &m, Number a, Number b) { return m.div(a, b); })
          .Cases({"Min", "And"},
                 [](IndexMath &m, Number a, Number b) { return m.min(a, b); })
          .Cases({"Max", "Or"},
                 [](IndexMath &m, Number a, Number b) { return m.max(a, b); })
          .Case("Xor", [](IndexMath &m, Number a,
                          Number b) { return m.isFalse(m.equal(a, b)); })
          .Case("Equal",
                [](IndexMath &m, Number a, Number b) { return m.equal(a, b); })
          .Case("Less",
                [](IndexMath &m, Number a, Number b) { return m.less(a, b); })
          .Case("Greater",
                [](IndexMath &m, Number a, Number b) { return m.less(b, a); })
          .Case("LessOrEqual", [](IndexMath &m, Number a,
                                  Number b) { return m.isFalse(m.less(b, a)); })
          .Case("GreaterOrEqual",
                [](IndexMath &m, Number a, Number b) {
                  return m.isFalse(m.less(a, b));
                })
          .Default(nullptr);
  if (name == "Mod")
    combine = getIntAttr(op, "fmod", 0)
                  ? Combine([](IndexMath &m, Number a, Number b) {
                      return m.rem(a, b);
                    })
                  : Combine([](IndexMath &m, Number a, Number b) {
                      return m.floorMod(a, b);
                    });
  if (!combine || op->getNumOperands() == 0)
    return std::nullopt;
  NumbersOrNone result = broadcastOperand(op, 0, lowering);
  for (unsigned i = 1; result && i < op->getNumOperands(); ++i) {
    NumbersOrNone next = broadcastOperand(op, i, lowering);
    if (!next)
      return std::nullopt;
    for (auto [left, right] : llvm::zip_equal(*result, *next))
      left = combine(lowering.math, left, right);
  }
  return result;
}

static NumbersOrNone evaluateUnary(Operation *op, StringRef name,
                                   BufferLowering &lowering) {
  NumbersOrNone result = lowering.elements(op->getOperand(0));
  if (!result)
    return std::nullopt;
  IndexMath &math = lowering.math;
  Number zero = math.constant(0);
  bool toBool = getTensorType(op->getResult(0)).getElementType().isInteger(1);
  for (Number &number : *result) {
    if (name == "Neg")
      number = math.sub(zero, number);
    else if (name == "Abs")
      number = math.max(number, math.sub(zero, number));
    else if (name == "Not" || (name == "Cast" && toBool))
      number = math.equal(number, zero);
    if (name == "Cast" && toBool)
      number = math.isFalse(number);
  }
  return result;
}

static NumbersOrNone evaluateWhere(Operation *op, BufferLowering &lowering) {
  NumbersOrNone condition = broadcastOperand(op, 0, lowering);
  NumbersOrNone ifTrue = broadcastOperand(op, 1, lowering);
  NumbersOrNone ifFalse = broadcastOperand(op, 2, lowering);
  if (!condition || !ifTrue || !ifFalse)
    return std::nullopt;
  for (auto [choice, left, right] :
       llvm::zip_equal(*condition, *ifTrue, *ifFalse))
    choice = lowering.math.select(choice, left, right);
  return condition;
}

static NumbersOrNone evaluateShape(Operation *op, BufferLowering &lowering) {
  Numbers sizes = lowering.sizes(op->getOperand(0));
  int64_t rank = sizes.size();
  auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  int64_t start = clamp(getIntAttr(op, "start", 0));
  int64_t end = clamp(getIntAttr(op, "end", rank));
  Numbers part;
  for (int64_t axis = start; axis < end; ++axis)
    part.push_back(sizes[axis]);
  return part;
}

static NumbersOrNone evaluateGather(Operation *op, BufferLowering &lowering) {
  NumbersOrNone data = lowering.elements(op->getOperand(0));
  auto indices = lowering.constants(op->getOperand(1));
  if (!data || !indices)
    return std::nullopt;
  ArrayRef<int64_t> shape = getTensorType(op->getOperand(0)).getShape();
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, shape.size()))
    return std::nullopt;
  int64_t outer = computeProduct(shape.take_front(axis));
  int64_t inner = computeProduct(shape.drop_front(axis + 1));
  Numbers result;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t index : *indices)
      for (int64_t i = 0; i < inner; ++i) {
        if (!normalizeAxis(index, shape[axis]))
          return std::nullopt;
        result.push_back((*data)[(o * shape[axis] + index) * inner + i]);
      }
  return result;
}

static NumbersOrNone evaluateConcat(Operation *op, BufferLowering &lowering) {
  auto type = getTensorType(op->getResult(0));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, type.getRank()))
    return std::nullopt;
  int64_t outer = computeProduct(type.getShape().take_front(axis));
  Numbers result;
  SmallVector<Numbers> parts;
  for (Value operand : op->getOperands()) {
    NumbersOrNone part = lowering.elements(operand);
    if (!part)
      return std::nullopt;
    parts.push_back(*part);
  }
  for (int64_t o = 0; o < outer; ++o)
    for (const Numbers &part : parts) {
      size_t chunk = part.size() / outer;
      result.append(part.begin() + o * chunk, part.begin() + (o + 1) * chunk);
    }
  return result;
}

/// Slices of vectors: what shape arithmetic has.
static NumbersOrNone evaluateSlice(Operation *op, BufferLowering &lowering) {
  NumbersOrNone data = lowering.elements(op->getOperand(0));
  if (!data || getTensorType(op->getOperand(0)).getRank() != 1)
    return std::nullopt;
  auto read = [&](unsigned operand, StringRef name,
                  int64_t otherwise) -> std::optional<int64_t> {
    std::optional<SmallVector<int64_t>> values = getIntsAttr(op, name);
    if (Value given = getOperandIfAny(op, operand)) {
      values = lowering.constants(given);
      if (!values)
        return std::nullopt;
    }
    if (!values)
      return otherwise;
    if (values->size() != 1)
      return std::nullopt;
    return values->front();
  };
  auto start = read(1, "starts", 0), end = read(2, "ends", 0),
       step = read(4, "steps", 1);
  if (!start || !end || !step || *step == 0)
    return std::nullopt;
  int64_t size = data->size(), low = *step > 0 ? 0 : -1;
  int64_t high = *step > 0 ? size : size - 1;
  auto clamp = [&](int64_t index) {
    return std::clamp<int64_t>(index < 0 ? index + size : index, low, high);
  };
  Numbers result;
  int64_t last = clamp(*end);
  for (int64_t i = clamp(*start); *step > 0 ? i < last : i > last; i += *step)
    result.push_back((*data)[i]);
  return result;
}

static NumbersOrNone evaluateReduce(Operation *op, StringRef name,
                                    BufferLowering &lowering) {
  NumbersOrNone data = lowering.elements(op->getOperand(0));
  // Reductions to one element only, of one at least.
  if (!data || data->empty() ||
      getTensorType(op->getResult(0)).getNumElements() != 1)
    return std::nullopt;
  Number result = data->front();
  for (Number number : ArrayRef<Number>(*data).drop_front()) {
    if (name == "ReduceSum")
      result = lowering.math.add(result, number);
    else if (name == "ReduceProd")
      result = lowering.math.mul(result, number);
    else if (name == "ReduceMax")
      result = lowering.math.max(result, number);
    else
      result = lowering.math.min(result, number);
  }
  return Numbers{result};
}

static NumbersOrNone evaluateRange(Operation *op, BufferLowering &lowering) {
  NumbersOrNone start = lowering.elements(op->getOperand(0));
  NumbersOrNone step = lowering.elements(op->getOperand(2));
  if (!start || !step)
    return std::nullopt;
  Numbers result;
  Number next = start->front();
  for (int64_t i = 0; i < getTensorType(op->getResult(0)).getNumElements();
       ++i) {
    result.push_back(next);
    next = lowering.math.add(next, step->front());
  }
  return result;
}

static NumbersOrNone evaluateConstantOfShape(Operation *op,
                                             BufferLowering &lowering) {
  int64_t value = 0;
  if (auto given = op->getAttrOfType<DenseElementsAttr>("value"))
    value = (*given.getValues<APInt>().begin()).getSExtValue();
  return Numbers(getTensorType(op->getResult(0)).getNumElements(),
                 lowering.math.constant(value));
}

static NumbersOrNone evaluateConstant(Operation *op, BufferLowering &lowering) {
  auto value = op->getAttrOfType<DenseElementsAttr>("value");
  if (!value)
    return std::nullopt;
  Type type = value.getElementType();
  bool isUnsigned = type.isUnsignedInteger() || type.isInteger(1);
  Numbers result;
  for (const APInt &element : value.getValues<APInt>())
    result.push_back(lowering.math.constant(
        isUnsigned ? element.getZExtValue() : element.getSExtValue()));
  return result;
}

static NumbersOrNone evaluate(Operation *op, StringRef name,
                              BufferLowering &lowering) {
  if (name == "Constant")
    return evaluateConstant(op, lowering);
  if (name == "Shape")
    return evaluateShape(op, lowering);
  if (name == "Size")
    return Numbers{lowering.math.product(lowering.sizes(op->getOperand(0)))};
  if (name == "ConstantOfShape")
    return evaluateConstantOfShape(op, lowering);
  if (name == "Concat")
    return evaluateConcat(op, lowering);
  if (name == "Range")
    return evaluateRange(op, lowering);
  if (name == "Where")
    return evaluateWhere(op, lowering);
  if (name == "Gather")
    return evaluateGather(op, lowering);
  if (name == "Slice")
    return evaluateSlice(op, lowering);
  if (name == "Expand")
    return broadcastOperand(op, 0, lowering);
  if (llvm::is_contained({"ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin"},
                         name))
    return evaluateReduce(op, name, lowering);
  if (llvm::is_contained({"Neg", "Abs", "Not", "Cast", "Identity", "Reshape",
                          "Squeeze", "Unsqueeze", "Flatten"},
                         name))
    return evaluateUnary(op, name, lowering);
  return evaluateBinary(op, name, lowering);
}

/// What an i32 holds of a number.
static Number wrapToI32(Number number, BufferLowering &lowering) {
  if (std::optional<int64_t> known = IndexMath::known(number))
    return lowering.math.constant(static_cast<int32_t>(*known));
  std::optional<int64_t> bound = rt::getUpperBound(number);
  if (bound && *bound <= std::numeric_limits<int32_t>::max())
    return number;
  // By shifts: MLIR takes a cast to i32 and back for none.
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.getLoc();
  Value upper = lowering.math.value(lowering.math.constant(32));
  Value raised =
      arith::ShLIOp::create(builder, loc, lowering.math.value(number), upper);
  return arith::ShRSIOp::create(builder, loc, raised, upper).getResult();
}

bool bitnet::lowerAsNumbers(Operation *op, BufferLowering &lowering) {
  StringRef name = op->getName().getStringRef();
  if (!name.consume_front("onnx.") || op->getNumResults() != 1)
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !isa<IntegerType>(type.getElementType()) ||
      !type.hasStaticShape() || type.getNumElements() > kMaxElements)
    return false;
  // Numbers have 64 bits: narrow and unsigned integers wrap elsewhere.
  Type element = type.getElementType();
  if (name != "Constant" && !element.isSignlessInteger(1) &&
      !element.isSignlessInteger(32) && !element.isSignlessInteger(64))
    return false;
  for (Value operand : op->getOperands()) {
    // Only integers have elements; sizes need none.
    auto from = dyn_cast<RankedTensorType>(operand.getType());
    if (from && name != "Shape" && name != "Size" &&
        !lowering.elements(operand))
      return false;
  }
  NumbersOrNone elements = evaluate(op, name, lowering);
  if (!elements ||
      static_cast<int64_t>(elements->size()) != type.getNumElements())
    return false;
  if (element.isSignlessInteger(32))
    for (Number &number : *elements)
      number = wrapToI32(number, lowering);
  lowering.bindElements(op->getResult(0), *elements);
  return true;
}
