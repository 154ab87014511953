#include "compiler/Conversion/TransformerToVector/PackedRowsReader.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet::transformer;

/// How far ahead of their use the rows of one vector are asked for, in bytes:
/// from 1 to 8 KiB made no difference, less did.
static constexpr int64_t kPrefetchBytes = 2048;

LaneBuilder::Values PackedRowsReader::loadChunk(Value block, Value chunk,
                                                Value row) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  if (!PackedRows::isInterleaved(element)) {
    LaneBuilder::Values parts;
    for (int64_t group = 0; group < groups(); ++group)
      parts.push_back(
          b.load(memref, {block, chunk, row, b.index(group * kLanes)}));
    return parts;
  }
  // Whole words: a chunk begins at a multiple of its bytes.
  Value halves =
      vector::LoadOp::create(b, VectorType::get({layout.elements}, element),
                             memref, ValueRange{block, chunk, row, b.index(0)},
                             /*nontemporal=*/false, llvm::MaybeAlign(4));
  auto words = VectorType::get({kLanes}, b.getI32Type());
  Value bits = vector::BitCastOp::create(b, words, halves);
  auto splat = [&](uint32_t value) {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(words, b.getI32IntegerAttr(value)));
  };
  Value low = arith::ShLIOp::create(b, bits, splat(16));
  Value high = arith::AndIOp::create(b, bits, splat(0xffff0000u));
  return {vector::BitCastOp::create(b, b.lanesType(), low),
          vector::BitCastOp::create(b, b.lanesType(), high)};
}

void PackedRowsReader::prefetchBehind(Value block, Value chunk, int64_t row) {
  // Addresses go on into the next block, and behind the last one nothing is
  // read.
  int64_t step = layout.rows * PackedRows::chunkBytes;
  Value later =
      b.add(chunk, b.index(std::max<int64_t>(1, kPrefetchBytes / step)));
  memref::PrefetchOp::create(b, memref,
                             ValueRange{block, later, b.index(row), b.index(0)},
                             /*isWrite=*/false, /*localityHint=*/3,
                             /*isDataCache=*/true);
}

LaneBuilder::Values PackedRowsReader::forChunks(ValueRange initial, Body body) {
  LaneBuilder::Values values(initial);
  int64_t full = layout.k / layout.elements, rest = layout.k % layout.elements;
  if (full)
    values = b.loop(b.index(0), b.index(full), 1, values,
                    [&](Value chunk, ValueRange running) {
                      return body(chunk, groups(), Value(), running);
                    });
  if (!rest)
    return values;
  int64_t last = rest % kLanes;
  return body(b.index(full), (rest + kLanes - 1) / kLanes,
              last ? b.firstLanes(last) : Value(), values);
}

/// Tokens whose inputs stay in the second-level cache.
static constexpr int64_t kTokenBlock = 48;

void BlockTiles::emitBlock(LaneBuilder &b, Value block, int64_t blockRows,
                           Value first, Value last, Tile tile) const {
  Value single = first;
  if (tokens > 1) {
    single = b.add(first, b.roundDown(b.sub(last, first), tokens));
    b.loop(first, single, tokens, [&](Value token) {
      for (int64_t row = 0; row < blockRows; row += rows)
        tile(token, tokens, block, row, std::min(rows, blockRows - row));
    });
  }
  b.loop(single, last, 1,
         [&](Value token) { tile(token, 1, block, 0, blockRows); });
}

void BlockTiles::emit(LaneBuilder &b, Value exec, Value first, Value last,
                      StringRef kernel, Tile tile) const {
  int64_t rest = layout.n % layout.rows;
  Value size = b.index(layout.rows), n = b.index(layout.n);
  Value work = b.mul(b.sub(last, first), b.index(layout.k));
  b.parallelRanges(
      exec, n, work, layout.rows, kernel, [&](Value begin, Value end) {
        Value firstBlock = b.div(begin, size), lastBlock = b.div(end, size);
        b.loop(first, last, kTokenBlock, [&](Value token) {
          Value until = b.min(b.add(token, b.index(kTokenBlock)), last);
          b.loop(firstBlock, lastBlock, 1, [&](Value block) {
            emitBlock(b, block, layout.rows, token, until, tile);
          });
          if (!rest)
            return;
          Value isLast =
              arith::CmpIOp::create(b, arith::CmpIPredicate::eq, end, n);
          b.ifThen(isLast,
                   [&] { emitBlock(b, lastBlock, rest, token, until, tile); });
        });
      });
}
