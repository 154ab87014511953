#include "dialects/Ternary/Transforms/Tiler.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

Tiler::Tiler(const KernelStrategy &strategy, LinearOp op,
             std::optional<int64_t> blockRows)
    : strategy(strategy), op(op), builder(op), loc(op.getLoc()),
      blockRows(blockRows.value_or(op.getLayout()->getRows())),
      prefix((linearPrefix + strategy.getName() + "_" +
              stringifyLayoutKind(op.getLayout()->getKind()))
                 .str()) {
  codes = asRows(builder, loc, op.getCodes());
  scale = hasGroups() ? asRows(builder, loc, op.getScale())
                      : asFlat(builder, loc, op.getScale());
  tokens = memref::DimOp::create(builder, loc, codes, 0);
  auto type = cast<MemRefType>(codes.getType());
  if (!type.isDynamicDim(0))
    staticTokens = type.getDimSize(0);
  for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i) {
    int64_t count = llvm::divideCeil(op.getN(i), this->blockRows);
    Sibling sibling;
    sibling.begin = blocks;
    sibling.end = blocks + count;
    sibling.rows = op.getN(i);
    sibling.weights = op.getWeights()[i];
    sibling.hasGroupScales = hasGroups() && op.hasGroupScales(i);
    sibling.weightScale = op.getWeightScales()[i];
    if (!sibling.hasGroupScales)
      sibling.weightScale = asFlat(builder, loc, sibling.weightScale);
    if (!op.getBiases().empty())
      sibling.bias = asFlat(builder, loc, op.getBiases()[i]);
    sibling.out = asRows(builder, loc, op.getOuts()[i]);
    siblings.push_back(sibling);
    blocks += count;
  }
}

Value Tiler::index(int64_t value) { return emitIndex(builder, loc, value); }
Value Tiler::add(Value a, Value b) {
  return arith::AddIOp::create(builder, loc, a, b);
}
Value Tiler::add(Value a, int64_t b) { return b ? add(a, index(b)) : a; }
Value Tiler::sub(Value a, Value b) {
  return arith::SubIOp::create(builder, loc, a, b);
}
Value Tiler::times(Value a, int64_t b) {
  return arith::MulIOp::create(builder, loc, a, index(b));
}
Value Tiler::min(Value a, Value b) {
  return arith::MinSIOp::create(builder, loc, a, b);
}
Value Tiler::max(Value a, Value b) {
  return arith::MaxSIOp::create(builder, loc, a, b);
}
Value Tiler::divide(Value a, int64_t b) {
  return arith::DivUIOp::create(builder, loc, a, index(b));
}
Value Tiler::remainder(Value a, int64_t b) {
  return arith::RemUIOp::create(builder, loc, a, index(b));
}
Value Tiler::compare(arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}

Value Tiler::alloc(ArrayRef<int64_t> shape, unsigned bits, bool stack) {
  return allocate(shape, builder.getIntegerType(bits), stack);
}

Value Tiler::allocFloats(ArrayRef<int64_t> shape, bool stack) {
  return allocate(shape, builder.getF32Type(), stack);
}

Value Tiler::allocate(ArrayRef<int64_t> shape, Type element, bool stack) {
  auto type = MemRefType::get(shape, element);
  auto alignment = builder.getI64IntegerAttr(64);
  if (stack)
    return memref::AllocaOp::create(builder, loc, type, alignment);
  return memref::AllocOp::create(builder, loc, type, alignment);
}

void Tiler::loop(Value begin, Value end, int64_t step,
                 llvm::function_ref<void(Value)> body) {
  OpBuilder outer = builder;
  emitFor(builder, loc, begin, end, step,
          [&](OpBuilder &inner, Location, Value i) {
            builder = inner;
            body(i);
          });
  builder = outer;
}

void Tiler::parallel(Value count, int64_t grain, StringRef step,
                     llvm::function_ref<void(Value, Value)> body) {
  OpBuilder outer = builder;
  emitParallel(builder, loc, op.getExec(), count, grain,
               prefix + ("_" + step).str(),
               [&](OpBuilder &inner, Location, Value begin, Value end) {
                 builder = inner;
                 body(begin, end);
               });
  builder = outer;
}

std::pair<Value, Value> Tiler::clip(Sibling &sibling, Value begin, Value end) {
  if (siblings.size() == 1)
    return {begin, end};
  Value base = index(sibling.begin);
  return {sub(max(begin, base), base), sub(min(end, index(sibling.end)), base)};
}

void Tiler::forBlocks(Value begin, Value end, BlockBody body) {
  for (Sibling &sibling : siblings) {
    auto [first, last] = clip(sibling, begin, end);
    loop(first, last, 1, [&](Value block) { body(sibling, block); });
  }
}

void Tiler::rescale(Sibling &sibling, Value block, Value sums, Value slot,
                    Value token) {
  Value row = times(block, blockRows);
  // A block's rows lie in one slot or in several, one after another.
  int64_t slotRows = cast<MemRefType>(sums.getType()).getDimSize(1);
  auto emit = [&](int64_t rows) {
    for (int64_t first = 0; first < rows; first += slotRows) {
      Value at = add(slot, first / slotRows), to = add(row, first);
      auto count = builder.getI64IntegerAttr(std::min(slotRows, rows - first));
      if (hasGroups())
        WriteTotalsOp::create(builder, loc, sums, at,
                              sibling.hasGroupScales ? Value()
                                                     : sibling.weightScale,
                              sibling.bias, sibling.out, token, to, count);
      else
        RescaleOp::create(builder, loc, sums, at, scale, sibling.weightScale,
                          sibling.bias, sibling.out, token, to,
                          op.getRescaleAttr(), count);
    }
  };
  int64_t full = sibling.rows / blockRows, rest = sibling.rows % blockRows;
  if (!rest)
    return emit(blockRows);
  if (!full)
    return emit(rest);
  OpBuilder outer = builder;
  auto branch = scf::IfOp::create(
      builder, loc, compare(arith::CmpIPredicate::ult, block, index(full)),
      true);
  builder.setInsertionPointToStart(branch.thenBlock());
  emit(blockRows);
  builder.setInsertionPointToStart(branch.elseBlock());
  emit(rest);
  builder = outer;
}

void Tiler::forGroups(llvm::function_ref<void(Value, Value, int64_t)> body) {
  int64_t group = *op.getGroup(), whole = op.getK() / group;
  if (whole)
    loop(index(0), index(whole), 1,
         [&](Value number) { body(number, times(number, group), group); });
  if (int64_t rest = op.getK() % group)
    body(index(whole), index(whole * group), rest);
}

int64_t Tiler::grainOf(int64_t tokens) {
  int64_t work = blockRows * op.getK() * tokens;
  return std::clamp<int64_t>((1 << 16) / work, 1, std::max<int64_t>(blocks, 1));
}

Value Tiler::endOfShared(Value first) {
  Value isAlone =
      compare(arith::CmpIPredicate::eq, sub(tokens, first), index(1));
  return arith::SelectOp::create(builder, loc, isAlone, first, tokens);
}
