//===- GroupedLinear.cpp - linear layers with weights of 4 bits -----------===//
//
// A lane is a row: a block's codes are read in order, multiplied by a
// position's elements in every lane, and each lane adds its groups one after
// the other, whatever the vectors' length. A group's sum is exact: unsigned
// codes of 4 bits times at most 127 in pairs, eight of which fit an i16.
//
//===-----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "compiler/Conversion/TransformerToVector/PackedRowsReader.h"
#include "compiler/Target/Family.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

/// How far ahead of their use codes are asked for, in bytes: one core's own
/// prefetcher falls behind a loop that takes time for what it reads.
static constexpr int64_t kPrefetchBytes = 8192;
/// Bytes of a word: that many elements of x, or twice as many codes of a row.
static constexpr int64_t kWord = 4;
/// Words of elements of x in a group.
static constexpr int64_t kWords = PackedGroups::group / kWord;
/// Largest magnitude of a quantised element.
static constexpr float kLimit = 127;

/// Positions of a tile: each has a sum of integers and one of floats, and 16
/// registers hold those beside the codes.
static constexpr int64_t kTokens = 4;

namespace {

/// Products of unsigned codes and signed elements, four in each lane.
class CodeProducts {
public:
  CodeProducts(LaneBuilder &b, const TargetFacts &facts)
      : b(b), facts(facts), lanes(facts.avx512bw && facts.vectorBits >= 512 ? 16
                                  : facts.avx2 ? 8
                                               : 4) {}

  /// What a group's products are added to; null: the first is taken as it is.
  Value begin(Value start) { return hasDots() ? spread(start) : Value(); }
  /// sum + the products of words of four codes and of four elements, one word
  /// (i32) of those for all lanes.
  Value add(Value sum, Value codes, Value elements) {
    Value bytes = as(spread(elements), 8);
    if (hasDots())
      return findFamily(facts)->addDots(b, b.getLoc(), facts, sum, as(codes, 8),
                                        bytes, /*wide=*/false);
    Value pairs = multiplyPairs(codes, bytes);
    return sum ? b.add(sum, pairs) : pairs;
  }
  /// The sum of a group as i32 lanes, `start` (i32) added.
  Value finish(Value sum, Value start) {
    return hasDots() ? sum : b.add(spread(start), addPairs(sum));
  }

  VectorType words() { return type(32); }
  VectorType type(unsigned bits) {
    return VectorType::get({lanes * 32 / bits}, b.getIntegerType(bits));
  }
  Value constant(unsigned bits, int64_t value) {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(
               type(bits), b.getIntegerAttr(b.getIntegerType(bits), value)));
  }
  Value as(Value vector, unsigned bits) {
    return vector::BitCastOp::create(b, type(bits), vector);
  }
  Value spread(Value word) {
    return vector::BroadcastOp::create(b, words(), word);
  }

private:
  bool hasDots() const { return lanes * 4 == facts.dotBytes(/*wide=*/false); }
  template <typename... Values>
  Value call(StringRef name, Type result, Values... operands) {
    return LLVM::CallIntrinsicOp::create(b, result, b.getStringAttr(name),
                                         ValueRange{operands...})
        .getResult(0);
  }
  Value shift(Value value, bool left, unsigned bits, int64_t by) {
    Value amount = constant(bits, by);
    return left ? arith::ShLIOp::create(b, value, amount).getResult()
                : arith::ShRSIOp::create(b, value, amount).getResult();
  }

  /// i16: the sums of the products of two neighbours.
  Value multiplyPairs(Value codes, Value elements) {
    if (lanes > 4)
      return call(lanes == 16 ? "llvm.x86.avx512.pmaddubs.w.512"
                              : "llvm.x86.avx2.pmadd.ub.sw",
                  type(16), as(codes, 8), elements);
    Value code = as(codes, 16), element = as(elements, 16);
    Value even = arith::AndIOp::create(b, code, constant(16, 0xff));
    Value odd = arith::ShRUIOp::create(b, code, constant(16, 8));
    Value low = shift(shift(element, /*left=*/true, 16, 8), false, 16, 8);
    return b.add(b.mul(even, low), b.mul(odd, shift(element, false, 16, 8)));
  }
  /// i32: the sums of two neighbours.
  Value addPairs(Value pairs) {
    if (lanes > 4)
      return call(lanes == 16 ? "llvm.x86.avx512.pmaddw.d.512"
                              : "llvm.x86.avx2.pmadd.wd",
                  words(), pairs, constant(16, 1));
    Value both = as(pairs, 32);
    return b.add(shift(shift(both, /*left=*/true, 32, 16), false, 32, 16),
                 shift(both, false, 32, 16));
  }

  LaneBuilder &b;
  const TargetFacts &facts;

public:
  const int64_t lanes; ///< 32-bit lanes of a register
};

class GroupedLinearEmitter {
public:
  GroupedLinearEmitter(GroupedLinearOp op, LaneBuilder &b,
                       const TargetFacts &facts)
      : b(b), op(op), x(b.asRows(op.getInput())),
        out(b.asRows(op.getOuts()[0])),
        layout{cast<MemRefType>(out.getType()).getDimSize(1),
               cast<MemRefType>(x.getType()).getDimSize(1)},
        products(b, facts) {}

  void emit();

private:
  void quantize();
  void quantizeRow(Value token);
  void quantizeGroup(Value token, Value group, int64_t count);
  /// Outputs of some positions and of `parts` registers of a block's rows.
  struct Tile {
    Value token;
    int64_t tokens;
    Value block;
    int64_t first, parts;
  };
  void emit(const Tile &tile, int64_t count);
  LaneBuilder::Values addChunk(const Tile &tile, Value chunk,
                               ValueRange running);
  LaneBuilder::Values multiply(const Tile &tile, Value chunk, int64_t g,
                               Value group);
  Value loadWords(const Tile &tile, Value chunk, int64_t vector, int64_t part) {
    auto type = VectorType::get({products.lanes * kWord}, b.getI8Type());
    Value at = b.index((tile.first + part * products.lanes) * kWord);
    Value bytes = vector::LoadOp::create(
        b, type, op.getWeights(),
        ValueRange{tile.block, chunk, b.index(vector), at});
    return products.as(bytes, 32);
  }
  Value bits(int64_t value) { return products.constant(32, value); }
  void prefetch(Value block, Value chunk);
  Value loadScalar(Value memref, Value token, Value at) {
    return memref::LoadOp::create(b, memref, ValueRange{token, at});
  }

  LaneBuilder &b;
  GroupedLinearOp op;
  Value x, out; ///< [M, K], [M, N]
  PackedGroups layout;
  CodeProducts products;
  /// Of the quantised positions: i32 [M, words], four elements in each; and of
  /// their groups f32 and i32 [M, groups]: the scale, and -8 times the sum of
  /// the elements, which makes up for codes being stored plus 8.
  Value words, scales, offsets;
};

} // namespace

/// Quantises `count` elements of x, the first or all of a group.
void GroupedLinearEmitter::quantizeGroup(Value token, Value group,
                                         int64_t count) {
  constexpr int64_t halves = PackedGroups::group / kLanes;
  Value k = b.mul(group, b.index(PackedGroups::group)), zero = b.splat(0);
  LaneBuilder::Values parts;
  Value magnitude = zero, none = zero;
  for (int64_t half = 0; half < halves; ++half) {
    int64_t valid = std::clamp<int64_t>(count - half * kLanes, 0, kLanes);
    Value at = b.add(k, b.index(half * kLanes));
    Value lanes = valid == 0
                      ? zero
                      : b.load(x, {token, at},
                               valid < kLanes ? b.firstLanes(valid) : Value());
    parts.push_back(lanes);
    magnitude = b.fmax(b.fmax(lanes, b.fsub(zero, lanes)), magnitude);
    // An infinity or NaN times zero is NaN, and stays.
    none = b.fma(lanes, zero, none);
  }
  Value largest = b.fadd(b.foldMax(magnitude), b.foldSum(none));
  Value positive = b.cmp(arith::CmpFPredicate::OGT, largest, b.f32(0));
  Value factor = b.select(positive, b.fdiv(b.f32(kLimit), largest), b.f32(0));
  memref::StoreOp::create(b, b.fdiv(largest, b.f32(kLimit)), scales,
                          ValueRange{token, group});
  Value factors = b.broadcast(factor), low = b.splat(-kLimit);
  Value high = b.splat(kLimit), magic = b.splat(0x1.8p23f), total;
  auto type = [&](unsigned bits) {
    return VectorType::get({kLanes}, b.getIntegerType(bits));
  };
  for (auto [half, lanes] : llvm::enumerate(parts)) {
    // A NaN becomes the lower limit: its scale is NaN anyway.
    Value clamped = b.fmax(b.fmul(lanes, factors), low);
    clamped = b.select(b.cmp(arith::CmpFPredicate::OLT, clamped, high), clamped,
                       high);
    // To nearest even: the sum has no bits below 1.
    Value whole = arith::FPToSIOp::create(
        b, type(32), b.fsub(b.fadd(clamped, magic), magic));
    total = total ? b.add(total, whole) : whole;
    Value bytes = arith::TruncIOp::create(b, type(8), whole);
    Value four = vector::BitCastOp::create(
        b, VectorType::get({kLanes / kWord}, b.getI32Type()), bytes);
    Value at = b.add(b.mul(group, b.index(kWords)),
                     b.index(int64_t(half) * kLanes / kWord));
    vector::StoreOp::create(b, four, words, ValueRange{token, at});
  }
  Value sum = vector::ReductionOp::create(b, vector::CombiningKind::ADD, total);
  Value minus = arith::ConstantOp::create(b, b.getI32IntegerAttr(-8));
  memref::StoreOp::create(b, b.mul(sum, minus), offsets,
                          ValueRange{token, group});
}

void GroupedLinearEmitter::quantizeRow(Value token) {
  int64_t full = layout.k / PackedGroups::group;
  if (full)
    b.loop(b.index(0), b.index(full), 1, [&](Value group) {
      quantizeGroup(token, group, PackedGroups::group);
    });
  for (int64_t group = full; group < layout.chunks() * PackedGroups::groups;
       ++group)
    quantizeGroup(token, b.index(group),
                  std::max<int64_t>(0, layout.k - group * PackedGroups::group));
}

void GroupedLinearEmitter::quantize() {
  Value tokens = b.dim(x, 0);
  int64_t count = cast<MemRefType>(x.getType()).getDimSize(0);
  auto allocate = [&](int64_t size, Type element) -> Value {
    SmallVector<Value> sizes;
    if (ShapedType::isDynamic(count))
      sizes.push_back(tokens);
    return memref::AllocOp::create(b, MemRefType::get({count, size}, element),
                                   sizes);
  };
  int64_t groups = layout.chunks() * PackedGroups::groups;
  words = allocate(groups * kWords, b.getI32Type());
  scales = allocate(groups, b.getF32Type());
  offsets = allocate(groups, b.getI32Type());
  b.parallelRows(op.getExec(), tokens, b.index(groups * PackedGroups::group),
                 "quantize", nullptr, [&](Value token) { quantizeRow(token); });
}

void GroupedLinearEmitter::prefetch(Value block, Value chunk) {
  // Addresses go on into the next block, and behind the last one nothing is
  // read.
  Value later =
      b.add(chunk, b.index(kPrefetchBytes / PackedGroups::chunkBytes));
  for (int64_t vector = 0; vector < PackedGroups::vectors; ++vector)
    memref::PrefetchOp::create(
        b, op.getWeights(),
        ValueRange{block, later, b.index(vector), b.index(0)},
        /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
}

/// The sums of a group of `tile`, in the order of its sums. Codes and elements
/// are used as they come: no register waits.
LaneBuilder::Values GroupedLinearEmitter::multiply(const Tile &tile,
                                                   Value chunk, int64_t g,
                                                   Value group) {
  LaneBuilder::Values sums, starts;
  for (int64_t t = 0; t < tile.tokens; ++t)
    starts.push_back(loadScalar(offsets, b.add(tile.token, b.index(t)), group));
  for (int64_t i = 0, e = tile.tokens * tile.parts; i < e; ++i)
    sums.push_back(products.begin(starts[i / tile.parts]));
  Value first = b.mul(group, b.index(kWords)), mask = bits(0x0f0f0f0f);
  for (int64_t i = 0; i < PackedGroups::codeVectors; ++i)
    for (int64_t part = 0; part < tile.parts; ++part) {
      Value pair =
          loadWords(tile, chunk, 1 + g * PackedGroups::codeVectors + i, part);
      Value upper = arith::ShRUIOp::create(b, pair, bits(4));
      Value halves[] = {arith::AndIOp::create(b, pair, mask),
                        arith::AndIOp::create(b, upper, mask)};
      for (int64_t t = 0; t < tile.tokens; ++t)
        for (int64_t half : {0, 1}) {
          Value at = b.add(first, b.index(i + half * kWords / 2));
          Value &sum = sums[t * tile.parts + part];
          sum = products.add(
              sum, halves[half],
              loadScalar(words, b.add(tile.token, b.index(t)), at));
        }
    }
  for (auto [i, sum] : llvm::enumerate(sums))
    sum = products.finish(sum, starts[i / tile.parts]);
  return sums;
}

/// sums [tokens][parts] + what a chunk adds.
LaneBuilder::Values GroupedLinearEmitter::addChunk(const Tile &tile,
                                                   Value chunk,
                                                   ValueRange running) {
  LaneBuilder::Values next(running);
  VectorType floats = b.lanesType(products.lanes);
  for (int64_t g = 0; g < PackedGroups::groups; ++g) {
    Value group =
        b.add(b.mul(chunk, b.index(PackedGroups::groups)), b.index(g));
    LaneBuilder::Values sums = multiply(tile, chunk, g, group);
    for (int64_t part = 0; part < tile.parts; ++part) {
      Value both = loadWords(tile, chunk, 0, part);
      Value own = g == 0 ? arith::ShLIOp::create(b, both, bits(16)).getResult()
                         : arith::AndIOp::create(b, both, bits(-0x10000));
      Value scale = vector::BitCastOp::create(b, floats, own);
      for (int64_t t = 0; t < tile.tokens; ++t) {
        int64_t i = t * tile.parts + part;
        Value other = loadScalar(scales, b.add(tile.token, b.index(t)), group);
        next[i] =
            b.fma(arith::SIToFPOp::create(b, floats, sums[i]),
                  b.fmul(scale, b.broadcast(other, products.lanes)), next[i]);
      }
    }
  }
  return next;
}

void GroupedLinearEmitter::emit(const Tile &tile, int64_t count) {
  int64_t lanes = products.lanes;
  LaneBuilder::Values sums(tile.tokens * tile.parts, b.splat(0, lanes));
  sums = b.rolledLoop(b.index(0), b.index(layout.chunks()), 1, sums,
                      [&](Value chunk, ValueRange running) {
                        if (tile.tokens == 1)
                          prefetch(tile.block, chunk);
                        return addChunk(tile, chunk, running);
                      });
  Value start = b.mul(tile.block, b.index(PackedGroups::rows));
  for (int64_t part = 0; part < tile.parts; ++part) {
    Value row = b.add(start, b.index(tile.first + part * lanes));
    int64_t left = std::min(lanes, count - part * lanes);
    Value mask = left < lanes ? b.firstLanes(left, lanes) : Value();
    Value bias =
        op.getBias() ? b.load(op.getBias(), row, mask, lanes) : Value();
    for (int64_t t = 0; t < tile.tokens; ++t) {
      Value result = sums[t * tile.parts + part];
      if (bias)
        result = b.fadd(result, bias);
      b.store(result, out, {b.add(tile.token, b.index(t)), row}, mask);
    }
  }
}

void GroupedLinearEmitter::emit() {
  quantize();
  PackedRows shape = {layout.n, layout.k, PackedGroups::rows,
                      PackedGroups::elements};
  BlockTiles tiles = {shape, products.lanes, kTokens};
  tiles.emit(b, op.getExec(), b.index(0), b.dim(x, 0), "grouped_linear",
             [&](Value token, int64_t tokens, Value block, int64_t first,
                 int64_t count) {
               int64_t parts = llvm::divideCeil(count, products.lanes);
               emit({token, tokens, block, first, parts}, count);
             });
}

LogicalResult bitnet::transformer::lower(GroupedLinearOp op, LaneBuilder &b,
                                         const TargetFacts &facts) {
  GroupedLinearEmitter(op, b, facts).emit();
  return success();
}
