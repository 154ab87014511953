#include "compiler/Import/FrozenInput.h"

#include "dialects/Onnx/Transforms/HostTensor.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

using namespace mlir;
using namespace bitnet;

static InFlightDiagnostic emitAt(const FrozenInput &input, Location loc) {
  return emitError(loc) << "--set " << input.name << "=" << input.text << ": ";
}

/// An element that `text` is; null where it is none of this type.
static Attribute readElement(StringRef text, Type type) {
  if (type.isInteger(1)) {
    bool isTrue = text == "true" || text == "1";
    bool isFalse = text == "false" || text == "0";
    return isTrue || isFalse ? IntegerAttr::get(type, isTrue) : IntegerAttr();
  }
  if (auto integer = dyn_cast<IntegerType>(type)) {
    APInt value;
    bool isNegative = text.consume_front("-");
    if (text.empty() || text.getAsInteger(10, value))
      return nullptr;
    // A bit for the sign, and all digits.
    value = value.zext(std::max(value.getBitWidth(), integer.getWidth()) + 1);
    if (isNegative)
      value.negate();
    bool fits = integer.isUnsigned()
                    ? !isNegative && value.isIntN(integer.getWidth())
                    : value.isSignedIntN(integer.getWidth());
    return fits ? IntegerAttr::get(type, value.trunc(integer.getWidth()))
                : IntegerAttr();
  }
  const llvm::fltSemantics &semantics =
      cast<FloatType>(type).getFloatSemantics();
  APFloat value(semantics);
  llvm::Expected<APFloat::opStatus> status =
      value.convertFromString(text, APFloat::rmNearestTiesToEven);
  if (!status) {
    llvm::consumeError(status.takeError());
    return nullptr;
  }
  return *status & APFloat::opOverflow ? FloatAttr()
                                       : FloatAttr::get(type, value);
}

/// The shape of `count` elements; nullopt where `type` has none.
static std::optional<SmallVector<int64_t>> shapeOf(RankedTensorType type,
                                                   int64_t count) {
  SmallVector<int64_t> shape(type.getShape());
  if (type.getNumDynamicDims() > 1)
    return std::nullopt;
  int64_t known = 1;
  for (int64_t size : shape)
    if (!ShapedType::isDynamic(size) && llvm::MulOverflow(known, size, known))
      return std::nullopt;
  for (int64_t &size : shape)
    if (ShapedType::isDynamic(size)) {
      if (known == 0 || count % known != 0)
        return std::nullopt;
      size = count / known;
      known = count;
    }
  return known == count ? std::optional(shape) : std::nullopt;
}

ElementsAttr bitnet::readFrozenInput(const FrozenInput &input,
                                     RankedTensorType type, Location loc) {
  Type element = type.getElementType();
  bool isWide =
      element.isIntOrFloat() &&
      (element.isInteger(1) || element.getIntOrFloatBitWidth() >= 8) &&
      (isa<IntegerType>(element) || element.getIntOrFloatBitWidth() >= 16);
  if (!isWide) {
    emitAt(input, loc) << "the input has elements of type " << element
                       << ", expected bools, integers or floats of 16 bits "
                          "or more";
    return nullptr;
  }
  SmallVector<StringRef> texts;
  StringRef(input.text).split(texts, ',');
  SmallVector<Attribute> elements;
  for (StringRef text : texts) {
    elements.push_back(readElement(text.trim(), element));
    if (!elements.back()) {
      emitAt(input, loc) << "found '" << text << "', expected a number of type "
                         << element;
      return nullptr;
    }
  }
  std::optional<SmallVector<int64_t>> shape = shapeOf(type, elements.size());
  if (!shape || elements.size() > onnx::kMaxInlineElements) {
    emitAt(input, loc) << "found " << elements.size()
                       << " elements, expected those of a " << type << ", "
                       << onnx::kMaxInlineElements
                       << " at most, and at most one size that is not known";
    return nullptr;
  }
  return DenseElementsAttr::get(RankedTensorType::get(*shape, element),
                                elements);
}
