#include "dialects/Transformer/IR/PackedRows.h"

using namespace mlir;
using namespace bitnet::transformer;

/// Elements of a chunk; 0 for types that have none.
static int64_t elementsOf(Type element) {
  if (!isa<Float32Type, Float16Type, BFloat16Type>(element) &&
      !element.isInteger(8))
    return 0;
  return PackedRows::chunkBytes * 8 / element.getIntOrFloatBitWidth();
}

std::optional<PackedRows> PackedRows::get(ShapedType type, int64_t n,
                                          int64_t k) {
  if (type.getRank() != 4 || !type.hasStaticShape() || n <= 0 || k <= 0)
    return std::nullopt;
  PackedRows packed = {n, k, type.getDimSize(2), type.getDimSize(3)};
  if (packed.rows < 1 || packed.rows > maxRows ||
      packed.elements != elementsOf(type.getElementType()) ||
      packed.elements == 0 || packed.blocks() != type.getDimSize(0) ||
      packed.chunks() != type.getDimSize(1))
    return std::nullopt;
  return packed;
}

RankedTensorType PackedRows::getType(int64_t n, int64_t k, Type element,
                                     int64_t rows) {
  PackedRows packed = {n, k, rows, elementsOf(element)};
  return RankedTensorType::get(
      {packed.blocks(), packed.chunks(), rows, packed.elements}, element);
}
