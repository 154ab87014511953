#include "compiler/Conversion/TransformerToVector/LaneBuilder.h"

#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet::transformer;

VectorType LaneBuilder::lanesType(int64_t lanes) {
  return VectorType::get({lanes}, getF32Type());
}

//===- scalars
//-------------------------------------------------------------===//

Value LaneBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}
Value LaneBuilder::f32(float value) {
  return arith::ConstantOp::create(*this, getF32FloatAttr(value));
}
Value LaneBuilder::dim(Value memref, int64_t axis) {
  auto type = cast<MemRefType>(memref.getType());
  if (!type.isDynamicDim(axis))
    return index(type.getDimSize(axis));
  return memref::DimOp::create(*this, memref, axis);
}
Value LaneBuilder::add(Value lhs, Value rhs) {
  return createOrFold<arith::AddIOp>(lhs, rhs);
}
Value LaneBuilder::sub(Value lhs, Value rhs) {
  return createOrFold<arith::SubIOp>(lhs, rhs);
}
Value LaneBuilder::mul(Value lhs, Value rhs) {
  return createOrFold<arith::MulIOp>(lhs, rhs);
}
Value LaneBuilder::div(Value lhs, Value rhs) {
  return createOrFold<arith::DivUIOp>(lhs, rhs);
}
Value LaneBuilder::rem(Value lhs, Value rhs) {
  return createOrFold<arith::RemUIOp>(lhs, rhs);
}
Value LaneBuilder::ceilDiv(Value lhs, Value rhs) {
  return div(add(lhs, sub(rhs, index(1))), rhs);
}
Value LaneBuilder::min(Value lhs, Value rhs) {
  return createOrFold<arith::MinSIOp>(lhs, rhs);
}
Value LaneBuilder::max(Value lhs, Value rhs) {
  return createOrFold<arith::MaxSIOp>(lhs, rhs);
}
Value LaneBuilder::roundDown(Value value, int64_t unit) {
  return unit == 1 ? value : mul(div(value, index(unit)), index(unit));
}

//===- vectors
//-------------------------------------------------------------===//

Value LaneBuilder::splat(float value, int64_t lanes) {
  return arith::ConstantOp::create(
      *this, DenseElementsAttr::get(lanesType(lanes), value));
}
Value LaneBuilder::broadcast(Value scalar, int64_t lanes) {
  return vector::BroadcastOp::create(*this, lanesType(lanes), scalar);
}
Value LaneBuilder::fadd(Value lhs, Value rhs) {
  return arith::AddFOp::create(*this, lhs, rhs);
}
Value LaneBuilder::fsub(Value lhs, Value rhs) {
  return arith::SubFOp::create(*this, lhs, rhs);
}
Value LaneBuilder::fmul(Value lhs, Value rhs) {
  return arith::MulFOp::create(*this, lhs, rhs);
}
Value LaneBuilder::fdiv(Value lhs, Value rhs) {
  return arith::DivFOp::create(*this, lhs, rhs);
}
Value LaneBuilder::fma(Value a, Value b, Value c) {
  return math::FmaOp::create(*this, a, b, c);
}
Value LaneBuilder::fmax(Value lhs, Value rhs) {
  return select(cmp(arith::CmpFPredicate::OGT, lhs, rhs), lhs, rhs);
}
Value LaneBuilder::cmp(arith::CmpFPredicate predicate, Value lhs, Value rhs) {
  return arith::CmpFOp::create(*this, predicate, lhs, rhs);
}
Value LaneBuilder::select(Value condition, Value lhs, Value rhs) {
  return arith::SelectOp::create(*this, condition, lhs, rhs);
}

Value LaneBuilder::load(Value memref, ValueRange indices, Value mask,
                        int64_t lanes) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  auto type = VectorType::get({lanes}, element);
  Value loaded;
  if (mask) {
    Value zero = arith::ConstantOp::create(*this, getZeroAttr(type));
    loaded =
        vector::MaskedLoadOp::create(*this, type, memref, indices, mask, zero);
  } else {
    loaded = vector::LoadOp::create(*this, type, memref, indices);
  }
  if (element.isF32())
    return loaded;
  if (element.isInteger(8))
    return arith::SIToFPOp::create(*this, lanesType(lanes), loaded);
  return arith::ExtFOp::create(*this, lanesType(lanes), loaded);
}

/// f32 as bf16, rounded to nearest even as ScalarMath does: targets without the
/// type would call a library. NaN stays one.
static Value roundToBF16(LaneBuilder &b, Value lanes) {
  ArrayRef<int64_t> shape = cast<VectorType>(lanes.getType()).getShape();
  auto wide = VectorType::get(shape, b.getI32Type());
  auto constant = [&](int32_t value) -> Value {
    return arith::ConstantOp::create(b, DenseElementsAttr::get(wide, value));
  };
  Value bits = arith::BitcastOp::create(b, wide, lanes);
  Value high = arith::ShRUIOp::create(b, bits, constant(16));
  Value odd = arith::AndIOp::create(b, high, constant(1));
  Value half = arith::AddIOp::create(b, odd, constant(0x7fff));
  Value rounded = arith::ShRUIOp::create(
      b, arith::AddIOp::create(b, bits, half), constant(16));
  Value quiet = arith::OrIOp::create(b, high, constant(0x40));
  Value isNaN = b.cmp(arith::CmpFPredicate::UNO, lanes, lanes);
  Value narrow =
      arith::TruncIOp::create(b, VectorType::get(shape, b.getI16Type()),
                              b.select(isNaN, quiet, rounded));
  return arith::BitcastOp::create(b, VectorType::get(shape, b.getBF16Type()),
                                  narrow);
}

void LaneBuilder::store(Value lanes, Value memref, ValueRange indices,
                        Value mask) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  auto type = cast<VectorType>(lanes.getType());
  if (element.isBF16())
    lanes = roundToBF16(*this, lanes);
  else if (!element.isF32())
    lanes = arith::TruncFOp::create(
        *this, VectorType::get(type.getShape(), element), lanes);
  if (mask)
    vector::MaskedStoreOp::create(*this, memref, indices, mask, lanes);
  else
    vector::StoreOp::create(*this, lanes, memref, indices);
}

Value LaneBuilder::firstLanes(int64_t count, int64_t lanes) {
  auto type = VectorType::get({lanes}, getI1Type());
  return vector::ConstantMaskOp::create(*this, type, ArrayRef<int64_t>{count});
}
Value LaneBuilder::firstLanes(Value count) {
  auto type = VectorType::get({kLanes}, getI1Type());
  return vector::CreateMaskOp::create(*this, type, ValueRange{count});
}

//===- control
//-------------------------------------------------------------===//

LaneBuilder::Values LaneBuilder::loop(Value begin, Value end, int64_t step,
                                      ValueRange inits, LoopBody body) {
  scf::ForOp loop = scf::ForOp::create(*this, begin, end, index(step), inits);
  return fill(loop, body);
}

LaneBuilder::Values LaneBuilder::rolledLoop(Value begin, Value end,
                                            int64_t step, ValueRange inits,
                                            LoopBody body) {
  scf::ForOp loop = scf::ForOp::create(*this, begin, end, index(step), inits);
  auto unroll = LLVM::LoopUnrollAttr::get(getContext(), getBoolAttr(true), {},
                                          {}, {}, {}, {}, {});
  loop->setAttr("llvm.loop_annotation",
                LLVM::LoopAnnotationAttr::get(getContext(), {}, {}, {}, unroll,
                                              {}, {}, {}, {}, {}, {}, {}, {},
                                              {}, {}, {}));
  return fill(loop, body);
}

LaneBuilder::Values LaneBuilder::fill(scf::ForOp loop, LoopBody body) {
  InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  Values results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  // Without iteration arguments the terminator is already there.
  if (!loop.getInits().empty())
    scf::YieldOp::create(*this, results);
  return Values(loop.getResults());
}
void LaneBuilder::loop(Value begin, Value end, int64_t step,
                       function_ref<void(Value)> body) {
  loop(begin, end, step, {}, [&](Value i, ValueRange) {
    body(i);
    return Values();
  });
}
void LaneBuilder::ifThen(Value condition, function_ref<void()> then) {
  auto op = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  InsertionGuard guard(*this);
  setInsertionPointToStart(op.thenBlock());
  then();
}

/// Emits rt.parallel over `units` of `unit` rows each.
static void emitParallel(LaneBuilder &b, Value exec, Value rows,
                         Value workPerRow, int64_t multiple, StringRef kernel,
                         function_ref<void(Value, Value)> body) {
  // Rows per unit, decided at run time: one row of a long context may be much
  // work, a hundred rows of a short one may not.
  Value wanted = b.div(b.index(b.unitWork), b.max(workPerRow, b.index(1)));
  Value unit = b.max(b.roundDown(wanted, multiple), b.index(multiple));
  auto parallel = bitnet::rt::ParallelOp::create(b, exec, b.ceilDiv(rows, unit),
                                                 /*grain=*/1, kernel);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&parallel.getBody().front());
  Value begin = b.mul(parallel.getBegin(), unit);
  Value end = b.min(b.mul(parallel.getEnd(), unit), rows);
  body(begin, end);
  bitnet::rt::YieldOp::create(b);
}

void LaneBuilder::parallelRows(Value exec, Value rows, Value workPerRow,
                               StringRef kernel, function_ref<void()> prologue,
                               function_ref<void(Value)> body) {
  emitParallel(*this, exec, rows, workPerRow, 1, kernel,
               [&](Value begin, Value end) {
                 if (prologue)
                   prologue();
                 loop(begin, end, 1, body);
               });
}
void LaneBuilder::parallelRanges(Value exec, Value rows, Value workPerRow,
                                 int64_t multiple, StringRef kernel,
                                 function_ref<void(Value, Value)> body) {
  emitParallel(*this, exec, rows, workPerRow, multiple, kernel, body);
}

//===- views
//---------------------------------------------------------------===//

/// Product of the first `axes` sizes.
static Value countElements(LaneBuilder &b, Value memref, int64_t axes) {
  Value count = b.index(1);
  for (int64_t axis = 0; axis < axes; ++axis)
    count = b.mul(count, b.dim(memref, axis));
  return count;
}

/// A contiguous memref under another shape; `sizes` multiply to its elements.
static Value reshape(LaneBuilder &b, Value memref,
                     ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> strides(sizes.size());
  SmallVector<int64_t> shape;
  OpFoldResult stride = b.getIndexAttr(1);
  for (int64_t axis = sizes.size() - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride = sizes[axis]; // Only the last two axes occur: [rows, K].
  }
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  auto type = cast<MemRefType>(memref.getType());
  return memref::ReinterpretCastOp::create(
      b, MemRefType::get(shape, type.getElementType()), memref,
      OpFoldResult(b.getIndexAttr(0)), sizes, strides);
}

Value LaneBuilder::asRows(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.getRank() == 2)
    return memref;
  OpFoldResult rows =
      getAsOpFoldResult(countElements(*this, memref, type.getRank() - 1));
  return reshape(*this, memref, {rows, getIndexAttr(type.getShape().back())});
}

Value LaneBuilder::flatten(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.getRank() == 1)
    return memref;
  return reshape(
      *this, memref,
      {getAsOpFoldResult(countElements(*this, memref, type.getRank()))});
}

//===- reductions in the fixed order
//---------------------------------------===//

LaneBuilder::Values LaneBuilder::accumulate(int64_t size, unsigned count,
                                            Accumulate body) {
  Values accumulators(count, splat(0));
  int64_t full = size / kLanes * kLanes;
  if (full)
    accumulators = loop(
        index(0), index(full), kLanes, accumulators,
        [&](Value k, ValueRange running) { return body(k, Value(), running); });
  if (full != size)
    accumulators = body(index(full), firstLanes(size - full), accumulators);
  return accumulators;
}

void LaneBuilder::forLanes(int64_t size,
                           function_ref<void(Value, Value)> body) {
  accumulate(size, 0, [&](Value k, Value mask, ValueRange) {
    body(k, mask);
    return Values();
  });
}

Value LaneBuilder::sum2(Value lhs, Value rhs) {
  return isa<IntegerType>(getElementTypeOrSelf(lhs)) ? add(lhs, rhs)
                                                     : fadd(lhs, rhs);
}

Value LaneBuilder::shuffle(Value lhs, Value rhs, ArrayRef<int64_t> mask) {
  return vector::ShuffleOp::create(*this, lhs, rhs, mask);
}

namespace {
/// A vector while accumulators are folded: lane i holds a partial sum of
/// accumulator `owner[i]`, the one that began as its lane `position[i]`.
struct Partial {
  Value lanes;
  SmallVector<int64_t> owner, position;
};
} // namespace

/// Lanes of the concatenation of `a` and `b` whose position is below `half`,
/// in an order that in-lane instructions of 128-bit blocks can make: whole
/// blocks first, then pairs and single lanes from within each block.
static SmallVector<int64_t> keptLanes(ArrayRef<int64_t> position, int64_t half,
                                      bool two) {
  SmallVector<int64_t> kept;
  int64_t lanes = two ? position.size() / 2 : position.size();
  int64_t block = half >= 4 ? lanes : std::min<int64_t>(4, lanes);
  for (int64_t first = 0; first < lanes; first += block)
    for (int64_t vector = 0; vector < (two ? 2 : 1); ++vector)
      for (int64_t i = first; i < first + block; ++i)
        if (position[vector * lanes + i] < half)
          kept.push_back(vector * lanes + i);
  return kept;
}

Value LaneBuilder::foldSums(ValueRange accumulators) {
  int64_t results = accumulators.size();
  assert(results >= 1 && results <= kLanes && "at most one lane each");
  // 16, or fewer where the first folds are done.
  int64_t width = cast<VectorType>(accumulators[0].getType()).getDimSize(0);
  // Padded to a power of two, so that all pairs are of one size.
  SmallVector<Partial> partials;
  for (int64_t owner = 0; owner < int64_t(llvm::PowerOf2Ceil(results));
       ++owner) {
    Value lanes = accumulators[std::min(owner, results - 1)];
    partials.push_back({lanes, SmallVector<int64_t>(width, owner), {}});
    for (int64_t lane = 0; lane < width; ++lane)
      partials.back().position.push_back(lane);
  }
  for (int64_t half = width / 2; half; half /= 2) {
    SmallVector<Partial> next;
    bool two = partials.size() > 1;
    for (size_t i = 0; i < partials.size(); i += 2) {
      Partial &a = partials[i];
      Partial &b = two ? partials[i + 1] : a;
      SmallVector<int64_t> owner(a.owner), position(a.position);
      // Lanes of one that stays alone are halved instead of paired.
      if (two) {
        llvm::append_range(owner, b.owner);
        llvm::append_range(position, b.position);
      }
      SmallVector<int64_t> low = keptLanes(position, half, two), high;
      Partial sum;
      for (int64_t lane : low) {
        sum.owner.push_back(owner[lane]);
        sum.position.push_back(position[lane]);
        for (int64_t other = 0, e = owner.size(); other < e; ++other)
          if (owner[other] == owner[lane] &&
              position[other] == position[lane] + half)
            high.push_back(other);
      }
      assert(high.size() == low.size() && "each lane has its partner");
      sum.lanes =
          sum2(shuffle(a.lanes, b.lanes, low), shuffle(a.lanes, b.lanes, high));
      next.push_back(sum);
    }
    partials = std::move(next);
  }
  // At most 16 accumulators: one vector of 16 lanes is left, or two of 8. Put
  // their lanes in the order of the accumulators.
  assert(partials.size() <= 2 && "all accumulators were paired");
  Partial &a = partials.front(), &b = partials.back();
  SmallVector<int64_t> owners(a.owner), order;
  llvm::append_range(owners, b.owner);
  for (int64_t owner = 0; owner < results; ++owner)
    order.push_back(llvm::find(owners, owner) - owners.begin());
  return shuffle(a.lanes, b.lanes, order);
}

Value LaneBuilder::foldSum(Value accumulator) {
  return vector::ExtractOp::create(*this, foldSums(accumulator), 0);
}

Value LaneBuilder::foldMax(Value lanes) {
  for (int64_t half = kLanes / 2; half; half /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < half; ++lane) {
      low.push_back(lane);
      high.push_back(lane + half);
    }
    lanes = fmax(shuffle(lanes, lanes, low), shuffle(lanes, lanes, high));
  }
  return vector::ExtractOp::create(*this, lanes, 0);
}
