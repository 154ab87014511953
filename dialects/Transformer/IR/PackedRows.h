#ifndef DIALECTS_TRANSFORMER_IR_PACKEDROWS_H
#define DIALECTS_TRANSFORMER_IR_PACKEDROWS_H

#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace bitnet::transformer {

/// A matrix [n, k] as packed rows: [blocks, chunks, rows, elements] (see
/// #transformer.encoding).
struct PackedRows {
  static constexpr int64_t chunkBytes = 64;
  static constexpr int64_t maxRows = 16;

  int64_t n, k;
  int64_t rows;     ///< of a block
  int64_t elements; ///< of a chunk

  int64_t blocks() const { return (n + rows - 1) / rows; }
  int64_t chunks() const { return (k + elements - 1) / elements; }

  /// Rows that a block should have: one vector of accumulators each.
  static int64_t rowsFor(int64_t vectorBits) {
    return vectorBits >= 512 ? maxRows : 4;
  }
  /// The packed rows of [n, k] that have `type`; nullopt if it has none.
  static std::optional<PackedRows> get(mlir::ShapedType type, int64_t n,
                                       int64_t k);
  /// Type of the packed rows of an [n, k] matrix.
  static mlir::RankedTensorType getType(int64_t n, int64_t k,
                                        mlir::Type element, int64_t rows);
  /// Whether chunks of `element` interleave their halves.
  static bool isInterleaved(mlir::Type element) { return element.isBF16(); }
};

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_IR_PACKEDROWS_H
