#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"
#include "compiler/Target/Family.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// `type`'s lanes with integers of `bits`.
static Type withBits(OpBuilder &builder, Type type, unsigned bits) {
  Type integer = builder.getIntegerType(bits);
  auto vector = dyn_cast<VectorType>(type);
  return vector ? Type(vector.clone(integer)) : integer;
}

Value VectorEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value VectorEmitter::splat(VectorType type, int64_t value) {
  auto attr = builder.getIntegerAttr(type.getElementType(), value);
  return arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(type, Attribute(attr)));
}

Value VectorEmitter::lanes(unsigned bits, ArrayRef<int64_t> values) {
  SmallVector<APInt> elements;
  for (int64_t value : values)
    elements.push_back(APInt(bits, value, /*isSigned=*/true,
                             /*implicitTrunc=*/true));
  VectorType vector = type(values.size(), bits);
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(vector, elements));
}

Value VectorEmitter::mask(ArrayRef<bool> values) {
  VectorType vector = type(values.size(), 1);
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(vector, values));
}

Value VectorEmitter::add(Value a, Value b) {
  return arith::AddIOp::create(builder, loc, a, b);
}
Value VectorEmitter::add(Value a, int64_t b) {
  return b ? add(a, index(b)) : a;
}
Value VectorEmitter::sub(Value a, Value b) {
  return arith::SubIOp::create(builder, loc, a, b);
}
Value VectorEmitter::times(Value a, int64_t b) {
  return arith::MulIOp::create(builder, loc, a, index(b));
}
Value VectorEmitter::min(Value a, Value b) {
  return arith::MinSIOp::create(builder, loc, a, b);
}
Value VectorEmitter::max(Value a, Value b) {
  return arith::MaxSIOp::create(builder, loc, a, b);
}
Value VectorEmitter::bitAnd(Value a, Value b) {
  return arith::AndIOp::create(builder, loc, a, b);
}
Value VectorEmitter::shiftRight(Value a, int64_t bits) {
  return arith::ShRUIOp::create(builder, loc, a,
                                splat(cast<VectorType>(a.getType()), bits));
}
Value VectorEmitter::shiftRightSigned(Value a, int64_t bits) {
  return arith::ShRSIOp::create(builder, loc, a,
                                splat(cast<VectorType>(a.getType()), bits));
}
Value VectorEmitter::shiftLeft(Value a, int64_t bits) {
  if (const TargetFamily *family = findFamily(facts))
    if (Value shifted = family->shiftLeft(builder, loc, facts, a, bits))
      return shifted;
  return arith::ShLIOp::create(builder, loc, a,
                               splat(cast<VectorType>(a.getType()), bits));
}
Value VectorEmitter::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}
Value VectorEmitter::signExtend(Value a, unsigned bits) {
  return arith::ExtSIOp::create(builder, loc,
                                withBits(builder, a.getType(), bits), a);
}
Value VectorEmitter::zeroExtend(Value a, unsigned bits) {
  return arith::ExtUIOp::create(builder, loc,
                                withBits(builder, a.getType(), bits), a);
}
Value VectorEmitter::truncate(Value a, unsigned bits) {
  return arith::TruncIOp::create(builder, loc,
                                 withBits(builder, a.getType(), bits), a);
}
Value VectorEmitter::bitcast(Value a, VectorType type) {
  return vector::BitCastOp::create(builder, loc, type, a);
}
Value VectorEmitter::shuffle(Value a, Value b, ArrayRef<int64_t> lanes) {
  return vector::ShuffleOp::create(builder, loc, a, b, lanes);
}

Value VectorEmitter::interleave(Value a, Value b, int64_t first,
                                int64_t count) {
  auto from = cast<VectorType>(a.getType());
  int64_t lanes = from.getNumElements();
  SmallVector<int64_t> part, both;
  for (int64_t i = first; i < first + count; ++i) {
    part.push_back(i);
    both.append({i, lanes + i});
  }
  const TargetFamily *family = findFamily(facts);
  if (!family || !family->interleavesByProducts())
    return shuffle(a, b, both);
  unsigned bits = from.getElementTypeBitWidth();
  auto widen = [&](Value vector) {
    return zeroExtend(shuffle(vector, vector, part), 2 * bits);
  };
  Value pairs =
      arith::OrIOp::create(builder, loc, widen(a), shiftLeft(widen(b), bits));
  return bitcast(pairs, type(2 * count, bits));
}

Value VectorEmitter::broadcast(Value scalar, int64_t lanes) {
  return vector::BroadcastOp::create(
      builder, loc, VectorType::get(lanes, scalar.getType()), scalar);
}

Value VectorEmitter::load(VectorType type, Value memref, ValueRange at) {
  return vector::LoadOp::create(builder, loc, type, memref, at);
}
void VectorEmitter::store(Value vector, Value memref, ValueRange at) {
  vector::StoreOp::create(builder, loc, vector, memref, at);
}
Value VectorEmitter::loadScalar(Value memref, ValueRange at) {
  return memref::LoadOp::create(builder, loc, memref, at);
}

void VectorEmitter::prefetch(Value memref, Value at, unsigned locality) {
  // Smaller vectors are several for a line, and order costs them registers.
  if (facts.vectorBits >= 512)
    LLVM::FenceOp::create(builder, loc, LLVM::AtomicOrdering::acq_rel,
                          "singlethread");
  memref::PrefetchOp::create(builder, loc, memref, at, /*isWrite=*/false,
                             locality, /*isDataCache=*/true);
}

Value VectorEmitter::repeatTable(Value table, int64_t bytes) {
  if (bytes == 16)
    return table;
  SmallVector<int64_t> from;
  for (int64_t i = 0; i < bytes; ++i)
    from.push_back(i % 16);
  return shuffle(table, table, from);
}

Value VectorEmitter::shuffleBytes(Value table, Value indices) {
  // Kernels of look-ups are made for targets that shuffle bytes only.
  return findFamily(facts)->shuffleBytes(builder, loc, facts, table, indices);
}

Value VectorEmitter::lookupBytes(Value low, Value high, Value indices) {
  return LLVM::CallIntrinsicOp::create(
             builder, loc, low.getType(),
             builder.getStringAttr("llvm.x86.avx512.vpermi2var.qi.512"),
             ValueRange{low, indices, high})
      .getResult(0);
}

VectorEmitter::Values VectorEmitter::transpose(Values rows) {
  int64_t n = rows.size();
  // Each round moves one bit of the row number into the column and back.
  for (int64_t round = 1; round < n; round *= 2) {
    Values next(n);
    for (int64_t i = 0; i < n / 2; ++i) {
      next[2 * i] = interleave(rows[i], rows[i + n / 2], 0, n / 2);
      next[2 * i + 1] = interleave(rows[i], rows[i + n / 2], n / 2, n / 2);
    }
    rows = next;
  }
  return rows;
}

VectorEmitter::Values
VectorEmitter::loop(Value begin, Value end, int64_t step, ValueRange initial,
                    function_ref<Values(Value, ValueRange)> body) {
  OpBuilder outer = builder;
  auto loop = scf::ForOp::create(
      builder, loc, begin, end, index(step), initial,
      [&](OpBuilder &inner, Location, Value i, ValueRange carried) {
        builder = inner;
        Values next = body(i, carried);
        scf::YieldOp::create(builder, loc, next);
      });
  builder = outer;
  return Values(loop.getResults());
}

void VectorEmitter::loop(Value begin, Value end, int64_t step,
                         function_ref<void(Value)> body) {
  loop(begin, end, step, ValueRange(), [&](Value i, ValueRange) {
    body(i);
    return Values();
  });
}
