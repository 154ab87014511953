// Kernels whose lanes are tokens, for a tile of a prefill.

#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

using Values = VectorEmitter::Values;

/// Entries of one group's table, see `token_tables`.
static constexpr int64_t tableEntries = 137;

static int64_t dimOf(Value memref, unsigned axis) {
  return cast<MemRefType>(memref.getType()).getDimSize(axis);
}

/// The largest power of 2 up to `most` that divides `tokens`.
static int64_t squareOf(int64_t tokens, int64_t most) {
  while (tokens % most)
    most /= 2;
  return most;
}

/// `count` terms from `k` on of `square` tokens from `first` on, transposed
/// into the panel.
static void emitSquare(VectorEmitter &e, TokenPanelOp op, Value k,
                       int64_t count, int64_t first, int64_t square) {
  VectorType bytes = e.type(square, 8);
  Value zero = e.splat(bytes, 0);
  Value lastToken = e.add(op.getCount(), -1);
  Values rows;
  for (int64_t i = 0; i < square; ++i) {
    Value t = e.index(first + i);
    // Tokens behind the last one read its codes and give zeros.
    Value token = e.add(op.getToken(), e.min(t, lastToken));
    Value row = e.load(e.type(count, 8), op.getCodes(), {token, k});
    if (count < square) {
      SmallVector<int64_t> from;
      for (int64_t lane = 0; lane < square; ++lane)
        from.push_back(lane < count ? lane : count);
      row = e.shuffle(row, e.splat(e.type(count, 8), 0), from);
    }
    Value valid = arith::CmpIOp::create(
        e.builder, e.loc, arith::CmpIPredicate::slt, t, op.getCount());
    rows.push_back(e.select(valid, row, zero));
  }
  Values columns = e.transpose(rows);
  // The panel has whole groups of terms: those behind the last are zero.
  for (int64_t i = 0; i < static_cast<int64_t>(llvm::alignTo(count, 4)); ++i)
    e.store(columns[i], op.getPanel(),
            {op.getTile(), e.add(k, i), e.index(first)});
}

void ternary::lowerTokenPanel(TokenPanelOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t terms = dimOf(op.getCodes(), 1), tokens = dimOf(op.getPanel(), 2);
  int64_t square = squareOf(tokens, 16);
  int64_t whole = terms / square * square;
  if (whole)
    e.loop(e.index(0), e.index(whole), square, [&](Value k) {
      for (int64_t first = 0; first < tokens; first += square)
        emitSquare(e, op, k, square, first, square);
    });
  if (whole == terms)
    return;
  for (int64_t first = 0; first < tokens; first += square)
    emitSquare(e, op, e.index(whole), terms - whole, first, square);
}

/// The nine sums of two activations by the code d0 + 3 d1.
static Values emitPairSums(VectorEmitter &e, Value x0, Value x1) {
  Value zero = e.splat(cast<VectorType>(x0.getType()), 0);
  Values digits = {e.sub(zero, x0), zero, x0}, sums;
  for (Value x : digits)
    sums.push_back(e.sub(x, x1));
  sums.append(digits);
  for (Value x : digits)
    sums.push_back(e.add(x, x1));
  return sums;
}

void ternary::lowerTokenTables(TokenTablesOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t tokens = dimOf(op.getTables(), 1);
  Value zero = e.index(0);
  e.loop(zero, e.index(op.getGroups()), 1, [&](Value j) {
    Value k = e.times(e.add(op.getGroup(), j), 4);
    Values x;
    for (int64_t i = 0; i < 4; ++i) {
      Value code = e.load(e.type(tokens, 8), op.getPanel(),
                          {op.getTile(), e.add(k, i), zero});
      x.push_back(e.signExtend(code, 16));
    }
    Values low = emitPairSums(e, x[0], x[1]),
           high = emitPairSums(e, x[2], x[3]);
    Value base = e.times(j, tableEntries);
    for (int64_t p1 = 0; p1 < 9; ++p1) {
      // Where the layout's byte has the digits d2 and d3.
      int64_t at = op.getQuads() ? p1 % 3 * 9 + p1 / 3 * 32 : 16 * p1;
      for (int64_t p0 = 0; p0 < 9; ++p0)
        e.store(e.add(low[p0], high[p1]), op.getTables(),
                {e.add(base, p0 + at), zero});
    }
  });
}

/// Byte `i` of an i32 of a little-endian target, as an index.
static Value emitByte(VectorEmitter &e, Value word, int64_t i) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(e.builder, e.loc,
                                     e.builder.getI32IntegerAttr(value));
  };
  Value shifted =
      arith::ShRUIOp::create(e.builder, e.loc, word, constant(8 * i));
  Value byte = arith::AndIOp::create(e.builder, e.loc, shifted, constant(255));
  return arith::IndexCastUIOp::create(e.builder, e.loc,
                                      e.builder.getIndexType(), byte);
}

void ternary::lowerLookupTokens(LookupTokensOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t tokens = dimOf(op.getTables(), 1);
  int64_t groups = llvm::divideCeil(op.getTerms(), 4);
  VectorType words = e.type(tokens, 16);
  Value zero = e.index(0);
  int64_t rows = op.getRows(), parts = rows / blockRows;
  Value block = op.getBlock(), part = zero;
  if (parts > 1) {
    part = arith::RemUIOp::create(e.builder, e.loc, block, e.index(parts));
    block = arith::DivUIOp::create(e.builder, e.loc, block, e.index(parts));
  }
  Value base =
      e.add(e.times(e.add(e.times(block, groups), op.getGroup()), rows),
            e.times(part, blockRows));
  // The same rows of the next block lie far away, unless these are all groups
  // of a scratch.
  if (groups > static_cast<int64_t>(op.getGroups()))
    for (int64_t j = 0, count = op.getGroups(); j < count; ++j)
      e.prefetch(op.getWeights(), e.add(base, (groups + j) * rows), 3);
  // The codes of four rows are one load: as loads of bytes they would take the
  // slots of those from the tables.
  constexpr int64_t together = 4;
  e.loop(zero, e.index(blockRows), together, [&](Value r) {
    Value row = e.add(op.getRow(), r), at = e.add(base, r);
    Values sums;
    for (int64_t i = 0; i < together; ++i)
      sums.push_back(op.getFresh() ? Value()
                                   : e.load(words, op.getPartial(),
                                            {e.add(row, i), zero}));
    for (int64_t j = 0, count = op.getGroups(); j < count; ++j) {
      Value bytes =
          e.load(e.type(together, 8), op.getWeights(), e.add(at, j * rows));
      Value codes = vector::ExtractOp::create(
          e.builder, e.loc, e.bitcast(bytes, e.type(1, 32)), 0);
      for (int64_t i = 0; i < together; ++i) {
        Value code = emitByte(e, codes, i);
        Value entry = e.load(words, op.getTables(),
                             {e.add(code, j * tableEntries), zero});
        sums[i] = sums[i] ? e.add(sums[i], entry) : entry;
      }
    }
    for (int64_t i = 0; i < together; ++i)
      e.store(sums[i], op.getPartial(), {e.add(row, i), zero});
  });
}

void ternary::lowerClear(ClearOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t tokens = dimOf(op.getHigh(), 1);
  Value none = e.splat(e.type(tokens, 16), 0), zero = e.index(0);
  e.loop(zero, e.index(blockRows), 1, [&](Value r) {
    Value row = e.add(op.getRow(), r);
    e.store(none, op.getPartial(), {row, zero});
    e.store(none, op.getHigh(), {row, zero});
  });
}

void ternary::lowerCarry(CarryOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  VectorType words = e.type(dimOf(op.getHigh(), 1), 16);
  Value low = e.splat(words, 255), zero = e.index(0);
  e.loop(zero, e.index(blockRows), 1, [&](Value r) {
    Value row = e.add(op.getRow(), r);
    Value partial = e.load(words, op.getPartial(), {row, zero});
    Value high = e.load(words, op.getHigh(), {row, zero});
    e.store(e.add(high, e.shiftRightSigned(partial, 8)), op.getHigh(),
            {row, zero});
    e.store(e.bitAnd(partial, low), op.getPartial(), {row, zero});
  });
}

void ternary::lowerTransposeSums(TransposeSumsOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t tokens = dimOf(op.getHigh(), 1);
  int64_t square = squareOf(tokens, facts.vectorBits / 32);
  VectorType words = e.type(square, 16);
  e.loop(e.index(0), e.index(blockRows), square, [&](Value r) {
    e.loop(e.index(0), e.index(tokens), square, [&](Value t) {
      Values rows;
      for (int64_t i = 0; i < square; ++i) {
        Values at = {e.add(op.getRow(), e.add(r, i)), t};
        Value high = e.signExtend(e.load(words, op.getHigh(), at), 32);
        Value low = e.signExtend(e.load(words, op.getPartial(), at), 32);
        rows.push_back(e.add(low, e.shiftLeft(high, 8)));
      }
      for (auto [i, column] : llvm::enumerate(e.transpose(rows)))
        e.store(column, op.getResult(), {e.add(t, i), r});
    });
  });
}
