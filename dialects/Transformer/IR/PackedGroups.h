#ifndef DIALECTS_TRANSFORMER_IR_PACKEDGROUPS_H
#define DIALECTS_TRANSFORMER_IR_PACKEDGROUPS_H

#include "mlir/IR/BuiltinTypes.h"

namespace bitnet::transformer {

/// A matrix [n, k] as packed groups of 4-bit codes: i8 [blocks, chunks,
/// vectors, vectorBytes] (see #transformer.encoding).
struct PackedGroups {
  static constexpr int64_t group = 32; ///< elements along K that share a scale
  static constexpr int64_t rows = 16;  ///< of a block
  static constexpr int64_t groups = 2; ///< of a chunk
  static constexpr int64_t vectorBytes = 64;
  /// Vectors of codes that a group has: 2 bytes of a row's word are 4 codes.
  static constexpr int64_t codeVectors = group * rows / 2 / vectorBytes;
  static constexpr int64_t vectors = 1 + groups * codeVectors;
  static constexpr int64_t elements = groups * group; ///< of a chunk
  static constexpr int64_t chunkBytes = vectors * vectorBytes;

  int64_t n, k;

  int64_t blocks() const { return (n + rows - 1) / rows; }
  int64_t chunks() const { return (k + elements - 1) / elements; }

  /// Type of the packed groups of an [n, k] matrix, n and k at least 1.
  static mlir::RankedTensorType getType(mlir::MLIRContext *context, int64_t n,
                                        int64_t k) {
    PackedGroups packed = {n, k};
    return mlir::RankedTensorType::get(
        {packed.blocks(), packed.chunks(), vectors, vectorBytes},
        mlir::IntegerType::get(context, 8));
  }
  /// Whether `type` is that of the packed groups of [n, k].
  static bool has(mlir::ShapedType type, int64_t n, int64_t k) {
    if (n < 1 || k < 1 || !type.hasRank())
      return false;
    mlir::RankedTensorType own = getType(type.getContext(), n, k);
    return type.getShape() == own.getShape() &&
           type.getElementType() == own.getElementType();
  }
};

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_IR_PACKEDGROUPS_H
