#include "compiler/Conversion/TernaryToThreads/ThreadLowering.h"

#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

// Sixteen bytes of layout rows4 in blocks of sixteen rows are four words. Byte
// i of word r holds term i of rows r, 4 + r, 8 + r and 12 + r, in two bits
// each. Neighbouring lanes read neighbouring sixteen bytes, and their four
// terms.

static constexpr int64_t blockRows = warpRows, blockWords = 4, blockTerms = 4;
static constexpr int64_t blockBytes = blockRows;
static constexpr int64_t warp = 32;
/// Lanes of a part, at most.
static constexpr int64_t mostLanes = 256;
/// Blocks that a lane reads, if there are as many.
static constexpr int64_t blocksOfLane = 4;
/// Look-ups that a sum of 16 bits takes: two a block, of at most 256 each.
static constexpr int64_t blocksInSum = 127;
/// What is added to each term, so that sums of bytes have no signs.
static constexpr int64_t lift = 128;

/// Tokens of a tile, and those of one product of tiles; terms of it.
static constexpr int64_t tileTokens = 64, stepTokens = 8, stepTerms = 32;
/// Tokens from which on tiles are multiplied.
static constexpr int64_t fewestTileTokens = 16;

/// The row of a block whose field `field` of word `word` it is.
static int64_t rowOf(int64_t field, int64_t word) { return 4 * field + word; }

bool WarpLowering::matches(LinearOp op) {
  LayoutAttr layout = op.getLayoutAttr();
  int64_t k = op.getK();
  return op.getExec() &&
         (op.getStrategy() == Strategy::Lookup ||
          op.getStrategy() == Strategy::Dot) &&
         layout.getKind() == LayoutKind::Rows4 &&
         layout.getRows() == blockRows && k % blockTerms == 0 &&
         k <= blocksInSum * mostLanes * blockTerms;
}

WarpLowering::WarpLowering(LinearOp op, unsigned matrix)
    : ThreadLowering(op, matrix), groups(shape.k / blockTerms),
      blocks(llvm::divideCeil(shape.n, blockRows)),
      multiplies(*op.getStrategy() == Strategy::Dot) {
  // Few blocks a lane: a short sum is spread over many lanes that read at once.
  lanes = std::clamp<int64_t>(
      llvm::bit_floor<uint64_t>(std::max<int64_t>(1, groups / blocksOfLane)),
      warp, mostLanes);
  while (lanes * blocksInSum < groups)
    lanes *= 2;
}

void WarpLowering::run(bool hasTiles) {
  auto type = cast<MemRefType>(codes.getType());
  bool usesTiles = hasTiles && multiplies && shape.k % stepTerms == 0;
  if (!usesTiles)
    return rows();
  if (!type.isDynamicDim(0))
    return type.getDimSize(0) < fewestTileTokens ? rows() : tiles();
  Value tokens = memref::DimOp::create(b, codes, 0);
  auto branch = scf::IfOp::create(b, isLess(tokens, index(fewestTileTokens)),
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  rows();
  b.setInsertionPointToStart(branch.elseBlock());
  tiles();
}

//===- words --------------------------------------------------------------===//

/// Four bytes at a multiple of four.
Value WarpLowering::loadWord(Value memref, ValueRange indices) {
  auto bytes = VectorType::get({4}, b.getI8Type());
  auto words = VectorType::get({1}, b.getI32Type());
  Value loaded =
      vector::LoadOp::create(b, bytes, memref, indices,
                             /*nontemporal=*/false, llvm::MaybeAlign(4));
  return vector::ExtractOp::create(
      b, vector::BitCastOp::create(b, words, loaded), 0);
}

/// The words of one block and four terms.
ThreadLowering::Values WarpLowering::loadBlock(Value at) {
  auto bytes = VectorType::get({blockBytes}, b.getI8Type());
  auto words = VectorType::get({blockWords}, b.getI32Type());
  Value loaded = vector::LoadOp::create(b, bytes, weights, at,
                                        /*nontemporal=*/false,
                                        llvm::MaybeAlign(blockBytes));
  loaded = vector::BitCastOp::create(b, words, loaded);
  Values result;
  for (int64_t i = 0; i < blockWords; ++i)
    result.push_back(vector::ExtractOp::create(b, loaded, i));
  return result;
}

//===- sums of one token --------------------------------------------------===//

/// Adds the products of the codes 0, 1 and 2 with the elements `x`. The last
/// sum is that of the elements, which is taken from the others in the end.
ThreadLowering::Values WarpLowering::addProducts(ValueRange sums,
                                                 ValueRange words, Value x) {
  Values next(sums);
  for (int64_t word = 0; word < blockWords; ++word)
    for (int64_t field = 0; field < 4; ++field) {
      Value &sum = next[rowOf(field, word)];
      Value fields = bitAnd(shiftRight(words[word], 2 * field), 0x03030303);
      sum = device::Dot4Op::create(b, sum, fields, x);
    }
  next.back() = device::Dot4Op::create(b, next.back(), i32(0x01010101), x);
  return next;
}

/// Looks up each code's byte in the pool of its term and adds it, less the
/// halves of `less` where that is not null. A pool's bytes are those of -1, 0
/// and 1. A sum has a half for the terms 0 and 2, and one for 1 and 3.
ThreadLowering::Values WarpLowering::addChosen(ValueRange sums,
                                               ValueRange words,
                                               ValueRange pools, Value less) {
  constexpr int64_t lowBytes = 0x00ff00ff;
  Values next(sums);
  auto addTo = [&](int64_t row, Value halves) {
    next[row] = add(next[row], less ? sub(halves, less) : halves);
  };
  for (int64_t word = 0; word < blockWords; ++word)
    for (int64_t pair = 0; pair < 2; ++pair)
      for (int64_t field = 0; field < 2; ++field) {
        // Half a byte for each code; terms of odd numbers choose from the
        // second pool.
        Value selector = arith::OrIOp::create(
            b, bitAnd(shiftRight(words[word], 16 * pair + 2 * field), 0x3333),
            i32(0x4400));
        Value chosen = device::PermuteBytesOp::create(
            b, pools[2 * pair], pools[2 * pair + 1], selector);
        addTo(rowOf(field, word), bitAnd(chosen, lowBytes));
        addTo(rowOf(field + 2, word), bitAnd(shiftRight(chosen, 8), lowBytes));
      }
  return next;
}

/// Adds and subtracts by look-ups: no product. Bytes are 128 - x, 128 and
/// 128 + x; the smallest x, whose negative has no byte, is taken for its
/// neighbour first, and the difference follows where there is one.
ThreadLowering::Values WarpLowering::addLookups(ValueRange sums,
                                                ValueRange words, Value x) {
  constexpr int64_t ones = 0x01010101, signs = 0x80808080;
  Value plus = arith::XOrIOp::create(b, x, i32(signs));
  // 1 in each byte that is 0.
  Value carried = add(bitAnd(plus, 0x7f7f7f7f), i32(0x7f7f7f7f));
  Value some = arith::OrIOp::create(b, carried, plus);
  Value smallest =
      shiftRight(bitAnd(arith::XOrIOp::create(b, some, i32(-1)), signs), 7);
  plus = add(plus, smallest);
  Value minus = add(arith::XOrIOp::create(b, plus, i32(-1)), i32(ones));
  Values pools;
  for (int64_t term = 0; term < blockTerms; ++term) {
    Value both = device::PermuteBytesOp::create(b, minus, plus,
                                                i32(term | (4 + term) << 8));
    pools.push_back(arith::OrIOp::create(b, bitAnd(both, 0x00ff00ff),
                                         i32(lift << 24 | lift << 8)));
  }
  Values next = addChosen(sums, words, pools, Value());
  Value any =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ne, smallest, i32(0));
  auto branch = scf::IfOp::create(b, ValueRange(next).getTypes(), any,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, next);
  b.setInsertionPointToStart(branch.thenBlock());
  // 1 less for weights of 1, 1 more for those of -1.
  Values differences;
  for (int64_t term = 0; term < blockTerms; ++term) {
    Value one = bitAnd(shiftRight(smallest, 8 * term), 1);
    Value high = arith::ShLIOp::create(b, one, i32(16));
    differences.push_back(sub(add(i32(ones), one), high));
  }
  scf::YieldOp::create(b, addChosen(next, words, differences, i32(0x00010001)));
  return Values(branch.getResults());
}

/// The lane's sums of the sixteen rows.
ThreadLowering::Values WarpLowering::partialSums(Value token, Value block,
                                                 Value lane) {
  Values zeros(blockRows + multiplies, i32(0));
  Value first = mul(block, groups);
  auto loop = scf::ForOp::create(
      b, lane, index(groups), index(lanes), zeros,
      [&](OpBuilder &, Location, Value group, ValueRange sums) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(group.getParentBlock());
        Value x = loadWord(codes, {token, mul(group, blockTerms)});
        Values words = loadBlock(mul(add(first, group), blockBytes));
        scf::YieldOp::create(b, multiplies ? addProducts(sums, words, x)
                                           : addLookups(sums, words, x));
      });
  return unpack(loop.getResults());
}

/// Plain sums, still with the lift of look-ups.
ThreadLowering::Values WarpLowering::unpack(ValueRange sums) {
  Values result;
  for (int64_t row = 0; row < blockRows; ++row)
    result.push_back(
        multiplies ? sub(sums[row], sums.back())
                   : add(bitAnd(sums[row], 0xffff), shiftRight(sums[row], 16)));
  return result;
}

/// The sum of row lane % 16 over all lanes, in the first sixteen of them.
Value WarpLowering::reduce(Values sums, Value lane) {
  Value number = arith::IndexCastUIOp::create(b, b.getI32Type(), lane);
  // Of two rows a lane keeps the one whose bit is its own, and gives the other
  // one away.
  for (int64_t bit = blockRows / 2; bit; bit /= 2) {
    Value isSet = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                        bitAnd(number, bit), i32(0));
    Values kept;
    for (int64_t row = 0; row < bit; ++row) {
      Value low = sums[row], high = sums[row + bit];
      Value given = arith::SelectOp::create(b, isSet, low, high);
      Value own = arith::SelectOp::create(b, isSet, high, low);
      kept.push_back(add(own, device::ExchangeOp::create(b, given, bit)));
    }
    sums = kept;
  }
  Value sum = sums.front();
  sum = add(sum, device::ExchangeOp::create(b, sum, warp / 2));
  if (lanes == warp)
    return sum;
  // The same over warps.
  int64_t warps = lanes / warp;
  auto type =
      MemRefType::get({warps * blockRows}, b.getI32Type(),
                      MemRefLayoutAttrInterface(), b.getI64IntegerAttr(3));
  Value shared = device::SharedOp::create(b, type);
  Value inWarp = rem(lane, warp), row = rem(lane, blockRows);
  ifThen(isLess(inWarp, index(blockRows)), [&] {
    Value at = add(mul(div(lane, warp), blockRows), inWarp);
    memref::StoreOp::create(b, sum, shared, at);
  });
  device::SyncOp::create(b);
  Value total = i32(0);
  for (int64_t i = 0; i < warps; ++i)
    total = add(total, memref::LoadOp::create(b, shared,
                                              add(row, index(i * blockRows))));
  return total;
}

void WarpLowering::rows() {
  Value units = mul(memref::DimOp::create(b, codes, 0), blocks);
  StringRef kernel =
      multiplies ? "bitlinear_warps_dot" : "bitlinear_warps_lookup";
  parallel(units, lanes, kernel, [&](Value unit) {
    Value token = div(unit, blocks), block = rem(unit, blocks);
    Value lane = device::LaneOp::create(b);
    Value sum = reduce(partialSums(token, block, lane), lane);
    if (!multiplies)
      sum = sub(sum, i32(lift * shape.k));
    Value row = add(mul(block, blockRows), lane);
    Value stores = isLess(lane, index(blockRows));
    if (shape.n % blockRows)
      stores = arith::AndIOp::create(b, stores, isLess(row, index(shape.n)));
    ifThen(stores, [&] { finish(token, row, sum); });
    // Shared memory is free for the next unit.
    if (lanes != warp)
      device::SyncOp::create(b);
  });
}

//===- tiles of tokens ----------------------------------------------------===//

/// Bytes -1, 0 and 1 of the codes that lie `shift` bits up in each byte.
Value WarpLowering::trits(Value word, Value shift) {
  constexpr int64_t signs = 0x80808080;
  Value fields = bitAnd(arith::ShRUIOp::create(b, word, shift), 0x03030303);
  fields = arith::OrIOp::create(b, fields, i32(signs));
  return arith::XOrIOp::create(b, sub(fields, i32(0x01010101)), i32(signs));
}

/// The tokens [first, first + 64) of a block of rows: 16 rows and 8 tokens a
/// product. Tokens behind the last are computed as that one, and not stored.
void WarpLowering::tile(Value first, Value block) {
  constexpr int64_t steps = tileTokens / stepTokens;
  Value tokens = memref::DimOp::create(b, codes, 0),
        lane = device::LaneOp::create(b);
  Value g = div(lane, 4), t = rem(lane, 4);
  // Rows g and g + 8 are two fields of one word.
  Value word = rem(g, 4);
  Value low =
      arith::IndexCastUIOp::create(b, b.getI32Type(), mul(div(g, 4), 2));
  Value high = add(low, i32(4));
  Values columns;
  for (int64_t step = 0; step < steps; ++step)
    columns.push_back(
        arith::MinUIOp::create(b, add(add(first, index(step * stepTokens)), g),
                               sub(tokens, index(1))));
  Value blockAt = add(mul(block, groups), t);
  Values zeros(4 * steps, i32(0));
  auto loop = scf::ForOp::create(
      b, index(0), index(shape.k), index(stepTerms), zeros,
      [&](OpBuilder &, Location, Value k, ValueRange sums) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(k.getParentBlock());
        Value at = add(mul(add(blockAt, div(k, blockTerms)), blockBytes),
                       mul(word, 4));
        Value near = loadWord(weights, at);
        Value far = loadWord(
            weights, add(at, index(stepTerms / 2 / blockTerms * blockBytes)));
        Values lhs = {trits(near, low), trits(near, high), trits(far, low),
                      trits(far, high)};
        Value term = add(k, mul(t, blockTerms));
        Values next;
        for (int64_t step = 0; step < steps; ++step) {
          Values rhs = {loadWord(codes, {columns[step], term}),
                        loadWord(codes, {columns[step],
                                         add(term, index(stepTerms / 2))})};
          auto product = device::MultiplyTilesOp::create(
              b, lhs, rhs, sums.slice(4 * step, 4));
          llvm::append_range(next, product.getResults());
        }
        scf::YieldOp::create(b, next);
      });
  for (int64_t step = 0; step < steps; ++step)
    for (int64_t i = 0; i < 4; ++i) {
      Value row = add(mul(block, blockRows), add(g, index(i / 2 * 8)));
      Value token =
          add(add(first, index(step * stepTokens + i % 2)), mul(t, 2));
      Value stores = isLess(token, tokens);
      if (shape.n % blockRows)
        stores = arith::AndIOp::create(b, stores, isLess(row, index(shape.n)));
      ifThen(stores, [&] { finish(token, row, loop.getResult(4 * step + i)); });
    }
}

void WarpLowering::tiles() {
  Value count = memref::DimOp::create(b, codes, 0);
  Value units = mul(div(add(count, index(tileTokens - 1)), tileTokens), blocks);
  parallel(units, warp, "bitlinear_warps_tiles", [&](Value unit) {
    tile(mul(div(unit, blocks), tileTokens), rem(unit, blocks));
  });
}
