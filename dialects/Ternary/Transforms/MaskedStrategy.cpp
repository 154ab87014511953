#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/Tiler.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// Tokens that one pass of masked_rows takes.
constexpr int64_t passTokens = 4;

/// Rows of a block of planes, as masked_rows reads them.
constexpr int64_t planesRows = 64;

struct MaskedTiler : Tiler {
  MaskedTiler(const KernelStrategy &strategy, LinearOp op)
      : Tiler(strategy, op, planesRows) {}
  void run();

private:
  void unpack(Sibling &sibling);
  void unpackEight(const Sibling &sibling, Value planes, Value block, Value k,
                   Value byte);
  void blocksOf(Value token, int64_t tokens);
  void addGroups(Sibling &sibling, Value block, Value token, int64_t count,
                 Value sums, Value totals);
};

class MaskedStrategy : public KernelStrategy {
  StringRef getName() const override { return "masked"; }
  StringRef getSummary() const override {
    return "adds and subtracts activations under masks, on any target";
  }
  ArrayRef<BlockLayout> getLayouts() const override {
    static constexpr BlockLayout layouts[] = {{LayoutKind::Planes, planesRows}};
    return layouts;
  }
  bool takesEveryLayout() const override { return true; }
  bool takesGroups(LayoutKind) const override { return true; }
  ArrayRef<TileParameter> getTileParameters() const override { return {}; }
  ArrayRef<TokenRange> getTokenRanges() const override {
    static constexpr TokenRange ranges[] = {
        {"4 at a time, then 1", "ternary.masked_rows"}};
    return ranges;
  }
  StringRef getReason() const override { return "it runs on any target"; }
  KernelChoice choose(LinearOp op, const TargetFacts &facts,
                      std::optional<LayoutKind> layout) const override {
    if (!layout || *layout == LayoutKind::Planes)
      return {getLayouts().front(), {}};
    int64_t multiple = getLayoutInfo(*layout).rowMultiple;
    return {{*layout, (int64_t)llvm::alignTo(planesRows, multiple)}, {}};
  }
  void tile(LinearOp op) const override { MaskedTiler(*this, op).run(); }
};

} // namespace

const KernelStrategy &bitnet::ternary::getMaskedStrategy() {
  static const MaskedStrategy strategy;
  return strategy;
}

void MaskedTiler::blocksOf(Value token, int64_t count) {
  parallel(index(blocks), grainOf(count), "rows", [&](Value begin, Value end) {
    Value sums = alloc({count, blockRows}, 32, /*stack=*/true), totals;
    if (hasGroups())
      totals = allocFloats({count, blockRows}, /*stack=*/true);
    forBlocks(begin, end, [&](Sibling &sibling, Value block) {
      if (hasGroups())
        addGroups(sibling, block, token, count, sums, totals);
      else
        MaskedRowsOp::create(builder, loc, codes, token, /*first=*/Value(),
                             sibling.weights, block, sums,
                             /*terms=*/IntegerAttr());
      for (int64_t t = 0; t < count; ++t)
        rescale(sibling, block, hasGroups() ? totals : sums, index(t),
                add(token, t));
    });
  });
}

/// The scaled sums of one block for `count` tokens.
void MaskedTiler::addGroups(Sibling &sibling, Value block, Value token,
                            int64_t count, Value sums, Value totals) {
  forGroups([&](Value group, Value first, int64_t terms) {
    MaskedRowsOp::create(builder, loc, codes, token, first, sibling.weights,
                         block, sums, builder.getI64IntegerAttr(terms));
    for (int64_t t = 0; t < count; ++t)
      AddRowGroupOp::create(builder, loc, sums, index(t), scale, add(token, t),
                            group, sibling.groupScales(), totals,
                            times(block, blockRows));
  });
}

/// Eight rows of term `k` as a byte of each of the two planes.
void MaskedTiler::unpackEight(const Sibling &sibling, Value planes, Value block,
                              Value k, Value byte) {
  LayoutAttr layout = *op.getLayout();
  PackedShape shape{sibling.rows, op.getK(), layout.getRows()};
  Value first = add(times(block, planesRows), times(byte, 8));
  Value bits[2];
  for (int64_t i = 0; i < 8; ++i) {
    // Rows behind the last are those of the last, and not written.
    Value row = min(add(first, i), index(sibling.rows - 1));
    Value code = getLayoutInfo(layout.getKind())
                     .emitRead(builder, loc, sibling.weights, shape, row, k);
    for (int64_t minus : {0, 1}) {
      Value is = compare(arith::CmpIPredicate::eq, code, index(minus ? 0 : 2));
      Type i8 = builder.getI8Type();
      Value bit = arith::SelectOp::create(
          builder, loc, is,
          arith::ConstantIntOp::create(builder, loc, i8, 1 << i),
          arith::ConstantIntOp::create(builder, loc, i8, 0));
      bits[minus] =
          i ? arith::OrIOp::create(builder, loc, bits[minus], bit) : bit;
    }
  }
  Value term = add(times(block, op.getK()), k);
  Value at = add(times(term, planesRows / 4), byte);
  for (int64_t minus : {0, 1})
    memref::StoreOp::create(builder, loc, bits[minus], planes,
                            add(at, minus * planesRows / 8));
}

/// Weights of any layout as planes, in memory of their own: slow, trit by trit,
/// but it asks nothing of a layout. It reads no activation, and lies in a
/// region of its own, where decoding may divide.
void MaskedTiler::unpack(Sibling &sibling) {
  int64_t count = sibling.end - sibling.begin;
  Value planes =
      alloc({count * op.getK() * planesRows / 4}, 8, /*stack=*/false);
  std::string name =
      (unpackPrefix + stringifyLayoutKind(op.getLayout()->getKind())).str();
  OpBuilder outer = builder;
  emitParallel(builder, loc, op.getExec(), index(count), /*grain=*/1, name,
               [&](OpBuilder &inner, Location, Value begin, Value end) {
                 builder = inner;
                 loop(begin, end, 1, [&](Value block) {
                   loop(index(0), index(op.getK()), 1, [&](Value k) {
                     loop(index(0), index(planesRows / 8), 1, [&](Value byte) {
                       unpackEight(sibling, planes, block, k, byte);
                     });
                   });
                 });
               });
  builder = outer;
  sibling.weights = planes;
}

void MaskedTiler::run() {
  if (op.getLayout()->getKind() != LayoutKind::Planes ||
      op.getLayout()->getRows() != planesRows)
    for (Sibling &sibling : siblings)
      unpack(sibling);
  Value full = sub(tokens, remainder(tokens, passTokens));
  if (staticTokens < 0 || staticTokens >= passTokens)
    loop(index(0), full, passTokens,
         [&](Value token) { blocksOf(token, passTokens); });
  if (staticTokens < 0 || staticTokens % passTokens)
    loop(full, tokens, 1, [&](Value token) { blocksOf(token, 1); });
}
