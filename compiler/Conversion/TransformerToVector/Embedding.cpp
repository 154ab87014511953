#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "compiler/Conversion/TransformerToVector/PackedRowsReader.h"
#include "dialects/RT/IR/RTOps.h"

#include "bitnet/module.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bitnet::transformer;

/// The row that an id names; an id of no row ends the run.
static Value rowOf(LaneBuilder &b, Value id, int64_t rows) {
  Value index = arith::IndexCastOp::create(b, b.getIndexType(), id);
  auto less = [&](Value lhs, Value rhs) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, lhs, rhs)
        .getResult();
  };
  Value zero = b.index(0), count = b.index(rows);
  Value row = b.select(less(index, zero), b.add(index, count), index);
  // Unsigned, so that what is still negative is too large.
  Value outside =
      arith::CmpIOp::create(b, arith::CmpIPredicate::uge, row, count);
  bitnet::rt::FailIfOp::create(b, outside, BITNET_RUN_BAD_INDEX);
  return row;
}

LogicalResult bitnet::transformer::lower(EmbeddingOp op, LaneBuilder &b) {
  Value ids = b.flatten(op.getIds()), out = b.asRows(op.getOuts()[0]);
  Value table = op.getTable();
  int64_t depth = cast<MemRefType>(out.getType()).getDimSize(1);
  b.loop(b.index(0), b.dim(ids, 0), 1, [&](Value i) {
    Value id = memref::LoadOp::create(b, ids, ValueRange{i});
    Value row = rowOf(b, id, op.getRows());
    if (cast<MemRefType>(table.getType()).getRank() == 2) {
      b.forLanes(depth, [&](Value k, Value mask) {
        b.store(b.load(table, {row, k}, mask), out, {i, k}, mask);
      });
      return;
    }
    PackedRowsReader reader(b, table, op.getRows(), depth);
    Value rows = b.index(reader.getLayout().rows);
    Value block = b.div(row, rows), inner = b.rem(row, rows);
    reader.forChunks(
        {}, [&](Value chunk, int64_t groups, Value mask, ValueRange) {
          LaneBuilder::Values parts = reader.loadChunk(block, chunk, inner);
          Value k = b.mul(chunk, b.index(reader.getLayout().elements));
          for (int64_t g = 0; g < groups; ++g)
            b.store(parts[g], out, {i, b.add(k, b.index(g * kLanes))},
                    g + 1 == groups ? mask : Value());
          return LaneBuilder::Values();
        });
  });
  return success();
}
