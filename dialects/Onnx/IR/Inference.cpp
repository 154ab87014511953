#include "dialects/Onnx/IR/Inference.h"

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bitnet::onnx;

//===----------------------------------------------------------------------===//
// What inference reads
//===----------------------------------------------------------------------===//

LogicalResult Inference::checkOperands(int required, int max) const {
  int count = operands.size();
  if (max >= 0 && count > max)
    return error("has ", count, " operands, expected at most ", max);
  for (int i = 0, e = std::max(required, max < 0 ? count : 0); i < e; ++i)
    if (!has(i))
      return error("lacks operand ", i, ", expected at least ", required);
  return success();
}

/// Integer attributes that say yes or no. Implementations differ in what other
/// numbers mean.
static bool isFlag(StringRef name) {
  return llvm::is_contained({"align_corners",
                             "allowzero",
                             "antialias",
                             "causal",
                             "ceil_mode",
                             "count_include_pad",
                             "detect_negative",
                             "detect_positive",
                             "do_rotary",
                             "exclude_outside",
                             "exclusive",
                             "fmod",
                             "interleaved",
                             "is_packed_batching",
                             "is_causal",
                             "keepdims",
                             "largest",
                             "noop_with_empty_axes",
                             "periodic",
                             "reverse",
                             "rotary_interleaved",
                             "saturate",
                             "select_last_index",
                             "sorted",
                             "storage_order",
                             "training_mode",
                             "transA",
                             "transB",
                             "transBatchA",
                             "transBatchB",
                             "unidirectional",
                             "upper"},
                            name);
}

static std::string toText(const APInt &number) {
  SmallString<24> text;
  number.toStringSigned(text);
  return text.str().str();
}

LogicalResult Inference::checkAttributes() const {
  for (NamedAttribute attribute : attributes) {
    StringRef name = attribute.getName();
    if (auto number = dyn_cast<IntegerAttr>(attribute.getValue());
        number && isFlag(name) && !number.getValue().isZero() &&
        !number.getValue().isOne())
      return error("`", name, "` is ", toText(number.getValue()),
                   ", expected 0 or 1");
    // What fills or bounds may be infinite.
    if (llvm::is_contained({"value", "min", "max", "extrapolation_value"},
                           name))
      continue;
    if (auto number = dyn_cast<FloatAttr>(attribute.getValue());
        number && !number.getValue().isFinite())
      return error("`", name, "` is ", number.getValueAsDouble(),
                   ", expected a finite number");
  }
  return success();
}

StringRef bitnet::onnx::describe(Elements kind) {
  switch (kind) {
  case Elements::Any:
    return "any element type";
  case Elements::Number:
    return "a number";
  case Elements::NumberOrBool:
    return "a number or 'i1'";
  case Elements::Float:
    return "a float";
  case Elements::Integer:
    return "an integer";
  case Elements::Code:
    return "an integer";
  case Elements::Bool:
    return "'i1'";
  }
  llvm_unreachable("all kinds are listed");
}

static bool isOf(Type type, Elements kind) {
  bool isBool = type.isInteger(1);
  bool isWide = type.isIntOrFloat() &&
                type.getIntOrFloatBitWidth() >= (isa<FloatType>(type) ? 16 : 8);
  switch (kind) {
  case Elements::Any:
    return true;
  case Elements::Number:
    return isWide;
  case Elements::NumberOrBool:
    return isWide || isBool;
  case Elements::Float:
    return isWide && isa<FloatType>(type);
  case Elements::Integer:
    return isWide && isa<IntegerType>(type);
  case Elements::Code:
    return !isBool && isa<IntegerType>(type);
  case Elements::Bool:
    return isBool;
  }
  llvm_unreachable("all kinds are listed");
}

LogicalResult Inference::checkElements(unsigned i, StringRef what,
                                       Elements kind) const {
  if (isOf(getElements(i), kind))
    return success();
  return error(what, " has element type ", getElements(i), ", expected ",
               describe(kind));
}

LogicalResult Inference::checkSameElements(unsigned i) const {
  if (!has(i) || getElements(i) == getElements(0))
    return success();
  return error("operand ", i, " has element type ", getElements(i),
               ", expected ", getElements(0), " as operand 0");
}

Value Inference::getOperand(unsigned i) const {
  if (i >= operands.size() || isa<NoneType>(operands[i].getType()))
    return Value();
  return operands[i];
}

RankedTensorType Inference::getType(unsigned i) const {
  return cast<RankedTensorType>(operands[i].getType());
}

int64_t Inference::getInt(StringRef attribute, int64_t byDefault) const {
  auto value = attributes.getAs<IntegerAttr>(attribute);
  if (!value)
    return byDefault;
  // ODS takes 64 bits only; inference may be asked before it.
  return value.getValue().trySExtValue().value_or(byDefault);
}

std::optional<ArrayRef<int64_t>> Inference::getInts(StringRef attribute) const {
  auto value = attributes.getAs<DenseI64ArrayAttr>(attribute);
  return value ? std::optional(value.asArrayRef()) : std::nullopt;
}

StringRef Inference::getString(StringRef attribute, StringRef byDefault) const {
  auto value = attributes.getAs<StringAttr>(attribute);
  return value ? value.getValue() : byDefault;
}

FailureOr<int64_t> Inference::getNumResults(int64_t most,
                                            int64_t byDefault) const {
  int64_t count = getInt("num_outputs", byDefault);
  if (count < 1 || count > most)
    return error("has ", count, " results, expected 1 to ", most);
  return count;
}

FailureOr<int64_t> Inference::getAxis(int64_t byDefault, int64_t rank,
                                      bool endToo) const {
  int64_t axis = getInt("axis", byDefault), last = rank - (endToo ? 0 : 1);
  if (axis < -rank || axis > last)
    return error("axis is ", axis, ", expected one in [", -rank, ", ", last,
                 "]");
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>> Inference::normalizeAxes(ArrayRef<int64_t> axes,
                                                         int64_t rank) const {
  SmallVector<int64_t> sorted;
  for (int64_t axis : axes) {
    if (axis < -rank || axis >= rank)
      return error("axis is ", axis, ", expected one in [", -rank, ", ",
                   rank - 1, "]");
    sorted.push_back(axis < 0 ? axis + rank : axis);
  }
  llvm::sort(sorted);
  auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end())
    return error("axis ", *twice, " is given twice");
  return sorted;
}

FailureOr<std::optional<SmallVector<int64_t>>>
Inference::getAxes(int64_t rank) {
  std::optional<ArrayRef<int64_t>> attribute = getInts("axes");
  std::optional<SmallVector<int64_t>> axes;
  if (attribute && has(1))
    return error("axes are given by attribute and by operand");
  if (attribute)
    axes = llvm::to_vector(*attribute);
  else if (has(1))
    axes = shapes.getNumbers(getOperand(1));
  if (!axes)
    return std::optional<SmallVector<int64_t>>();
  FailureOr<SmallVector<int64_t>> sorted = normalizeAxes(*axes, rank);
  if (failed(sorted))
    return failure();
  return std::optional(std::move(*sorted));
}

FailureOr<std::optional<int64_t>> Inference::countRunTimeAxes(unsigned i,
                                                              int64_t rank) {
  if (!has(i) || shapes.getNumbers(getOperand(i)))
    return std::optional<int64_t>();
  RankedTensorType type = getType(i);
  if (type.getRank() > 1 || !type.getElementType().isInteger())
    return error("axes have type ", type, ", expected a vector of integers");
  if (!type.hasStaticShape())
    return std::optional(ShapedType::kDynamic);
  int64_t count = type.getNumElements();
  if (count > rank)
    return error("has ", count, " axes, expected at most ", rank);
  return std::optional(count);
}

FailureOr<std::optional<int64_t>> Inference::countFewAxes(unsigned i,
                                                          int64_t rank) {
  FailureOr<std::optional<int64_t>> count = countRunTimeAxes(i, rank);
  if (succeeded(count) && *count == ShapedType::kDynamic)
    return error("axes have type ", getType(i),
                 ", expected their number to be known at compile time");
  return count;
}

FailureOr<SmallVector<Extent>> Inference::getVector(unsigned i,
                                                    StringRef what) {
  RankedTensorType type = getType(i);
  if (type.getRank() != 1 || !type.getElementType().isInteger())
    return error(what, " has type ", type, ", expected a vector of integers");
  if (type.isDynamicDim(0))
    return error(
        what, " has unknown length, expected it to be known at compile time");
  std::optional<SmallVector<Extent>> elements =
      shapes.getElements(getOperand(i));
  if (!elements)
    return error(what, " has ", type.getDimSize(0), " elements, expected few");
  return std::move(*elements);
}

//===----------------------------------------------------------------------===//
// What inference makes
//===----------------------------------------------------------------------===//

std::string bitnet::onnx::printShape(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(
      shape, os,
      [&](int64_t size) {
        ShapedType::isDynamic(size) ? os << '?' : os << size;
      },
      "x");
  return text;
}

LogicalResult Inference::addResult(ArrayRef<int64_t> shape,
                                   Type elements) const {
  // Sizes multiply to numbers of elements all over the compiler.
  int64_t count = 1;
  for (int64_t size : shape)
    if (!ShapedType::isDynamic(size) && size != 0 &&
        llvm::MulOverflow(count, size, count))
      return error("result shape ", printShape(shape),
                   " has more elements than an i64 can count");
  types.push_back(RankedTensorType::get(shape, elements));
  return success();
}

FailureOr<SmallVector<int64_t>>
Inference::broadcast(ArrayRef<int64_t> a, ArrayRef<int64_t> b) const {
  SmallVector<int64_t> shape(std::max(a.size(), b.size()));
  for (size_t i = 1; i <= shape.size(); ++i) {
    int64_t x = i <= a.size() ? a[a.size() - i] : 1;
    int64_t y = i <= b.size() ? b[b.size() - i] : 1;
    int64_t &size = shape[shape.size() - i];
    if (x == 1 || y == 1)
      size = x == 1 ? y : x;
    else if (ShapedType::isDynamic(x) || ShapedType::isDynamic(y))
      size = ShapedType::isDynamic(x) ? y : x;
    else if (x == y)
      size = x;
    else
      return error("shapes ", printShape(a), " and ", printShape(b),
                   " do not broadcast, ", x, " vs ", y);
  }
  return shape;
}

LogicalResult Inference::checkBroadcastsTo(ArrayRef<int64_t> from,
                                           ArrayRef<int64_t> to,
                                           StringRef what) const {
  bool fits = from.size() <= to.size();
  for (size_t i = 1; fits && i <= from.size(); ++i) {
    int64_t x = from[from.size() - i], y = to[to.size() - i];
    fits = x == 1 || x == y || ShapedType::isDynamic(x) ||
           ShapedType::isDynamic(y);
  }
  if (fits)
    return success();
  return error(what, " has shape ", printShape(from),
               ", expected one that broadcasts to ", printShape(to));
}

FailureOr<SmallVector<int64_t>> Inference::matmul(ArrayRef<int64_t> a,
                                                  ArrayRef<int64_t> b) const {
  if (a.empty() || b.empty())
    return error("multiplies ", printShape(a), " and ", printShape(b),
                 ", expected at least one axis");
  int64_t k = a.back(), otherK = b[b.size() - std::min<size_t>(b.size(), 2)];
  if (!ShapedType::isDynamic(k) && !ShapedType::isDynamic(otherK) &&
      k != otherK)
    return error("inner dimensions differ, ", k, " vs ", otherK,
                 ", in the product of ", printShape(a), " and ", printShape(b));
  FailureOr<SmallVector<int64_t>> shape =
      broadcast(a.drop_back(std::min<size_t>(a.size(), 2)),
                b.drop_back(std::min<size_t>(b.size(), 2)));
  if (failed(shape))
    return failure();
  if (a.size() > 1)
    shape->push_back(a[a.size() - 2]);
  if (b.size() > 1)
    shape->push_back(b.back());
  return shape;
}

bool bitnet::onnx::areCompatible(TypeRange inferred, TypeRange actual) {
  return inferred.size() == actual.size() &&
         llvm::all_of(llvm::zip(inferred, actual), [](auto types) {
           auto [a, b] = types;
           return mlir::getElementTypeOrSelf(a) ==
                      mlir::getElementTypeOrSelf(b) &&
                  succeeded(verifyCompatibleShape(a, b));
         });
}
