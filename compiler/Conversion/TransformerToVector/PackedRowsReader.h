#ifndef COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PACKEDROWSREADER_H
#define COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PACKEDROWSREADER_H

#include "compiler/Conversion/TransformerToVector/LaneBuilder.h"
#include "dialects/Transformer/IR/PackedRows.h"

namespace bitnet::transformer {

/// Emits loads of packed rows (#transformer.encoding).
class PackedRowsReader {
public:
  using Value = mlir::Value;

  /// `memref` has the packed rows of [n, k].
  PackedRowsReader(LaneBuilder &b, Value memref, int64_t n, int64_t k)
      : b(b), memref(memref),
        layout(*PackedRows::get(mlir::cast<mlir::MemRefType>(memref.getType()),
                                n, k)) {}

  const PackedRows &getLayout() const { return layout; }
  /// Vectors of 16 elements in a chunk.
  int64_t groups() const { return layout.elements / kLanes; }

  /// The f32 elements of one chunk of row `row` of a block, 16 each.
  LaneBuilder::Values loadChunk(Value block, Value chunk, Value row);
  /// Asks for the memory that lies some way behind a chunk.
  void prefetchBehind(Value block, Value chunk, int64_t row);

  using Body = llvm::function_ref<LaneBuilder::Values(
      Value chunk, int64_t groups, Value mask, mlir::ValueRange running)>;
  /// Runs `body` for each chunk. `groups` are those with elements below k;
  /// `mask`, where it is not null, leaves out the others of the last one.
  LaneBuilder::Values forChunks(mlir::ValueRange initial, Body body);

private:
  LaneBuilder &b;
  Value memref;
  PackedRows layout;
};

/// Runs over outputs in blocks of packed rows and groups of tokens.
struct BlockTiles {
  PackedRows layout;
  int64_t rows, tokens; ///< of a tile of several tokens

  /// Outputs of [token, token + tokens) and rows [first, first + rows) of a
  /// block.
  using Tile =
      llvm::function_ref<void(mlir::Value token, int64_t tokens,
                              mlir::Value block, int64_t first, int64_t rows)>;
  /// Emits a parallel loop over all rows, for tokens [first, last): a token
  /// alone gets all rows of a block at once.
  void emit(LaneBuilder &b, mlir::Value exec, mlir::Value first,
            mlir::Value last, llvm::StringRef kernel, Tile tile) const;

private:
  void emitBlock(LaneBuilder &b, mlir::Value block, int64_t blockRows,
                 mlir::Value first, mlir::Value last, Tile tile) const;
};

} // namespace bitnet::transformer

#endif // COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PACKEDROWSREADER_H
