#include "dialects/Onnx/IR/ConstantData.h"

#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace mlir;
using namespace bitnet::onnx;

/// Longest vector that getConstantInts copies: shapes and axes are short.
static constexpr int64_t maxInts = 1024;

std::optional<ConstantReader> ConstantReader::get(Attribute value) {
  auto elements = dyn_cast_or_null<ElementsAttr>(value);
  if (!elements || !elements.getShapedType().hasStaticShape())
    return std::nullopt;
  ConstantReader reader;
  reader.type = elements.getShapedType();
  Type element = reader.type.getElementType();
  if (!isa<IntegerType, FloatType, IndexType>(element))
    return std::nullopt;
  reader.width = isa<IndexType>(element) ? 64 : element.getIntOrFloatBitWidth();
  if (reader.width > 64)
    return std::nullopt;
  reader.isFloat = isa<FloatType>(element);
  reader.isSigned = !element.isUnsignedInteger() && reader.width > 1;
  int64_t count = reader.type.getNumElements();
  if (auto dense = dyn_cast<DenseIntOrFPElementsAttr>(value)) {
    reader.data = dense.getRawData();
    // MLIR stores whole bytes, except that bools may be packed bits: only the
    // number of bytes tells.
    reader.strideBits = llvm::alignTo(reader.width, 8);
    if (reader.width == 1 && (int64_t)reader.data.size() != count)
      reader.strideBits = 1;
    if (dense.isSplat())
      reader.strideBits = 0;
    return reader;
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    reader.data = blob->getData();
    // ONNX packs 2- and 4-bit integers, low bits first, but not bools.
    reader.strideBits = reader.width == 1 ? 8 : reader.width;
    int64_t bytes;
    if (llvm::MulOverflow<int64_t>(count, reader.strideBits, bytes) ||
        (int64_t)llvm::divideCeil(bytes, 8) > (int64_t)reader.data.size())
      return std::nullopt;
    return reader;
  }
  return std::nullopt;
}

uint64_t ConstantReader::getBits(int64_t i) const {
  if (strideBits % 8 == 0) {
    uint64_t bits = 0;
    unsigned bytes = llvm::divideCeil(width, 8);
    std::memcpy(&bits, data.data() + i * (strideBits / 8), bytes);
    return width == 1 ? bits != 0 : bits;
  }
  int64_t bit = i * strideBits;
  uint64_t byte = static_cast<unsigned char>(data[bit / 8]);
  return (byte >> (bit % 8)) & llvm::maskTrailingOnes<uint64_t>(width);
}

/// An IEEE half as a float; exact.
static float halfToFloat(uint16_t half) {
  uint32_t sign = (half & 0x8000u) << 16, exponent = (half >> 10) & 31;
  uint32_t mantissa = half & 1023;
  if (exponent == 0) {
    float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  exponent = exponent == 31 ? 255 : exponent + 112;
  return llvm::bit_cast<float>(sign | exponent << 23 | mantissa << 13);
}

double ConstantReader::getFloat(int64_t i) const {
  if (!isFloat) {
    int64_t value = getInt(i);
    return isSigned ? static_cast<double>(value)
                    : static_cast<double>(static_cast<uint64_t>(value));
  }
  uint64_t bits = getBits(i);
  Type element = getElementType();
  if (element.isF32())
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits));
  if (element.isF64())
    return llvm::bit_cast<double>(bits);
  if (element.isBF16())
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  if (element.isF16())
    return halfToFloat(static_cast<uint16_t>(bits));
  llvm::APFloat value(cast<FloatType>(element).getFloatSemantics(),
                      llvm::APInt(width, bits, /*isSigned=*/false,
                                  /*implicitTrunc=*/true));
  bool losesInfo;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

int64_t ConstantReader::getInt(int64_t i) const {
  if (isFloat) {
    double value = getFloat(i);
    // Outside of the range a conversion is undefined in C++: saturate.
    if (!(value > -0x1p63))
      return std::isnan(value) ? 0 : std::numeric_limits<int64_t>::min();
    return value < 0x1p63 ? static_cast<int64_t>(value)
                          : std::numeric_limits<int64_t>::max();
  }
  uint64_t bits = getBits(i);
  return isSigned && width < 64 ? llvm::SignExtend64(bits, width)
                                : static_cast<int64_t>(bits);
}

std::optional<ConstantReader> bitnet::onnx::getConstant(Value value) {
  if (!value)
    return std::nullopt;
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast_or_null<ConstantOp>(op))
    return ConstantReader::get(constant.getValue());
  if (auto constant = dyn_cast_or_null<arith::ConstantOp>(op))
    return ConstantReader::get(constant.getValue());
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> bitnet::onnx::getConstantInts(Value value) {
  std::optional<ConstantReader> reader = getConstant(value);
  if (!reader || isa<FloatType>(reader->getElementType()) ||
      reader->getType().getRank() > 1 || reader->size() > maxInts)
    return std::nullopt;
  SmallVector<int64_t> ints;
  for (int64_t i = 0, e = reader->size(); i < e; ++i)
    ints.push_back(reader->getInt(i));
  return ints;
}

std::optional<double> bitnet::onnx::getConstantSplat(Value value) {
  std::optional<ConstantReader> reader = getConstant(value);
  if (!reader || reader->size() == 0 ||
      (reader->size() != 1 && !reader->isSplat()))
    return std::nullopt;
  return reader->getFloat(0);
}
