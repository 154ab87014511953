#include "compiler/Conversion/LanesToThreads/LaneEmitter.h"

#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/Dialect/Vector/Utils/VectorUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet;

//===- exchange -----------------------------------------------------------===//

Value LaneEmitter::laneBit(uint64_t bits) {
  Value shifted = arith::ShRUIOp::create(b, i32(bits & 0xffff), laneWord);
  return arith::TruncIOp::create(b, b.getI1Type(), shifted);
}

Value LaneEmitter::throughWords(Value value,
                                function_ref<Value(Value)> exchange) {
  Type type = value.getType();
  if (type.isInteger(32) || type.isF32())
    return exchange(value);
  if (type.isIndex()) {
    Value wide = arith::IndexCastOp::create(b, b.getI64Type(), value);
    return arith::IndexCastOp::create(b, type, throughWords(wide, exchange));
  }
  if (isa<FloatType>(type)) {
    Type bits = b.getIntegerType(type.getIntOrFloatBitWidth());
    Value moved =
        throughWords(arith::BitcastOp::create(b, bits, value), exchange);
    return arith::BitcastOp::create(b, type, moved);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  if (width < 32) {
    Value word = arith::ExtUIOp::create(b, b.getI32Type(), value);
    return arith::TruncIOp::create(b, type, exchange(word));
  }
  Value bits = arith::ConstantIntOp::create(b, type, 32);
  auto half = [&](Value of) -> Value {
    Value word = arith::TruncIOp::create(b, b.getI32Type(), of);
    return arith::ExtUIOp::create(b, type, exchange(word));
  };
  Value low = half(value), high = half(arith::ShRUIOp::create(b, value, bits));
  return arith::OrIOp::create(b, low, arith::ShLIOp::create(b, high, bits));
}

Value LaneEmitter::pick(Value value, Value from) {
  return throughWords(value, [&](Value word) -> Value {
    return device::PickOp::create(b, word.getType(), word, from,
                                  b.getI32IntegerAttr(lanes));
  });
}

Value LaneEmitter::exchange(Value value, int64_t mask) {
  return throughWords(value, [&](Value word) -> Value {
    return device::ExchangeOp::create(b, word.getType(), word,
                                      b.getI32IntegerAttr(mask));
  });
}

Value LaneEmitter::extract(ArrayRef<Value> scalars, int64_t size,
                           int64_t element) {
  if (size == 1)
    return scalars[0];
  return pick(scalars[element / lanes], i32(element % lanes));
}

//===- shuffles -----------------------------------------------------------===//

/// `from` has sixteen elements.
Value LaneEmitter::shuffleOne(ArrayRef<Value> scalars, ArrayRef<int64_t> from) {
  // The lanes that take each number, and the thread that each takes it from.
  SmallVector<uint64_t> takers(scalars.size(), 0);
  uint64_t threads = 0;
  bool isExchange = true, stays = true;
  int64_t difference = -1;
  for (auto [t, element] : llvm::enumerate(from)) {
    // A lane of poison may be any: the thread's own, of any number.
    int64_t thread = element < 0 ? t : element % lanes;
    threads |= uint64_t(thread) << (4 * t);
    if (element < 0)
      continue;
    takers[element / lanes] |= uint64_t(1) << t;
    int64_t mask = thread ^ int64_t(t);
    stays &= mask == 0;
    isExchange &= difference < 0 || difference == mask;
    difference = mask;
  }
  Value thread;
  auto fetch = [&](Value value) -> Value {
    if (stays)
      return value;
    if (isExchange)
      return exchange(value, difference);
    if (!thread) {
      Value table =
          arith::ConstantIntOp::create(b, b.getI64Type(), int64_t(threads));
      Value wide = arith::ExtUIOp::create(b, b.getI64Type(), laneWord);
      Value four = arith::ConstantIntOp::create(b, b.getI64Type(), 2);
      Value shift = arith::ShLIOp::create(b, wide, four);
      Value moved = arith::ShRUIOp::create(b, table, shift);
      thread = arith::AndIOp::create(
          b, arith::TruncIOp::create(b, b.getI32Type(), moved), i32(15));
    }
    return pick(value, thread);
  };
  Value result;
  for (auto [number, bits] : llvm::enumerate(takers)) {
    if (!bits)
      continue;
    Value fetched = fetch(scalars[number]);
    result =
        result
            ? Value(arith::SelectOp::create(b, laneBit(bits), fetched, result))
            : fetched;
  }
  return result ? result : scalars[0];
}

LaneEmitter::Scalars LaneEmitter::shuffle(ArrayRef<Value> scalars,
                                          ArrayRef<int64_t> from) {
  int64_t size = from.size();
  Scalars results;
  for (int64_t first = 0; first < size; first += lanes) {
    SmallVector<int64_t> own;
    for (int64_t t = 0; t < lanes; ++t)
      own.push_back(from[size < lanes ? t % size : first + t]);
    results.push_back(shuffleOne(scalars, own));
  }
  return results;
}

/// Elements count through both operands. Those of an operand with fewer than
/// sixteen lie in one number.
LogicalResult LaneEmitter::emitShuffle(vector::ShuffleOp op) {
  int64_t first = op.getV1VectorType().getNumElements();
  Scalars all = get(op.getV1());
  int64_t numbers = all.size();
  llvm::append_range(all, get(op.getV2()));
  SmallVector<int64_t> from;
  for (int64_t element : op.getMask()) {
    if (element >= first)
      element = numbers * lanes + element - first;
    from.push_back(element);
  }
  set(op.getResult(), shuffle(all, from));
  return success();
}

//===- reductions ---------------------------------------------------------===//

Value LaneEmitter::combine(vector::CombiningKind kind, Value x, Value y) {
  return vector::makeArithReduction(b, b.getLoc(), kind, x, y);
}

/// Integers in any order, floats in that of their elements.
LogicalResult LaneEmitter::emitReduction(vector::ReductionOp op) {
  VectorType type = op.getSourceVectorType();
  int64_t size = type.getNumElements();
  Scalars scalars = get(op.getVector());
  Value result;
  auto take = [&](Value next) {
    result = result ? combine(op.getKind(), result, next) : next;
  };
  if (op.getAcc())
    take(getOne(op.getAcc()));
  if (isa<FloatType>(type.getElementType())) {
    for (int64_t element = 0; element < size; ++element)
      take(extract(scalars, size, element));
  } else {
    Value own = scalars[0];
    for (Value next : llvm::drop_begin(scalars))
      own = combine(op.getKind(), own, next);
    for (int64_t mask = std::min(size, lanes) / 2; mask; mask /= 2)
      own = combine(op.getKind(), own, exchange(own, mask));
    take(own);
  }
  set(op.getDest(), {result});
  return success();
}

//===- the others ---------------------------------------------------------===//

LaneEmitter::Emitted LaneEmitter::emitVector(Operation *op) {
  auto done = [&](Value result, Scalars scalars) -> Emitted {
    set(result, std::move(scalars));
    return LogicalResult(success());
  };
  return llvm::TypeSwitch<Operation *, Emitted>(op)
      .Case([&](vector::ReductionOp op) { return emitReduction(op); })
      .Case([&](vector::ShuffleOp op) { return emitShuffle(op); })
      .Case([&](vector::BroadcastOp op) {
        Scalars part = get(op.getSource());
        int64_t count = countOf(op.getResult().getType());
        if (part.size() == 1 && sizeOf(op.getSourceType()) == 1)
          return done(op.getResult(), Scalars(count, part[0]));
        return done(op.getResult(), part);
      })
      .Case([&](vector::ExtractOp op) -> Emitted {
        Scalars all = get(op.getSource());
        int64_t size = sizeOf(op.getSourceVectorType());
        if (isa<VectorType>(op.getResult().getType()))
          return failure();
        if (!op.hasDynamicPosition())
          return done(op.getResult(),
                      {extract(all, size, op.getStaticPosition()[0])});
        Value at = arith::IndexCastOp::create(
            b, b.getI32Type(), getOne(op.getDynamicPosition().front()));
        Value thread = arith::RemUIOp::create(b, at, i32(lanes));
        Value result = pick(all[0], thread);
        for (size_t i = 1; i < all.size(); ++i) {
          Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::uge, at,
                                             i32(i * lanes));
          result =
              arith::SelectOp::create(b, here, pick(all[i], thread), result);
        }
        return done(op.getResult(), {result});
      })
      .Case([&](vector::InsertOp op) -> Emitted {
        Scalars all = get(op.getDest());
        int64_t size = op.getDestVectorType().getNumElements();
        if (isa<VectorType>(op.getValueToStoreType()))
          return failure();
        Value at = op.hasDynamicPosition()
                       ? getOne(op.getDynamicPosition().front())
                       : index(op.getStaticPosition()[0]);
        for (auto [i, scalar] : llvm::enumerate(all)) {
          Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, at,
                                             elementAt(i, size));
          scalar = arith::SelectOp::create(
              b, here, getOne(op.getValueToStore()), scalar);
        }
        return done(op.getResult(), all);
      })
      .Case([&](vector::BitCastOp op) -> Emitted {
        // Made where its operand was loaded.
        if (values.contains(op.getResult()))
          return LogicalResult(success());
        Type element = op.getResultVectorType().getElementType();
        if (element.getIntOrFloatBitWidth() !=
            op.getSourceVectorType().getElementTypeBitWidth())
          return failure();
        Scalars results;
        for (Value scalar : get(op.getSource()))
          results.push_back(arith::BitcastOp::create(b, element, scalar));
        return done(op.getResult(), results);
      })
      .Case([&](vector::ConstantMaskOp op) {
        int64_t size = op.getType().getNumElements();
        int64_t count = op.getMaskDimSizes()[0];
        Scalars results;
        for (int64_t i = 0; i < countOf(op.getType()); ++i) {
          Value element =
              arith::IndexCastOp::create(b, b.getI32Type(), elementAt(i, size));
          results.push_back(arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                                  element, i32(count)));
        }
        return done(op.getResult(), results);
      })
      .Case([&](vector::CreateMaskOp op) {
        int64_t size = op.getType().getNumElements();
        Scalars results;
        for (int64_t i = 0; i < countOf(op.getType()); ++i)
          results.push_back(arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                                  elementAt(i, size),
                                                  getOne(op.getOperands()[0])));
        return done(op.getResult(), results);
      })
      .Case([&](vector::ExtractStridedSliceOp op) {
        int64_t first = cast<IntegerAttr>(op.getOffsets()[0]).getInt();
        SmallVector<int64_t> from;
        for (int64_t i = 0; i < op.getType().getNumElements(); ++i)
          from.push_back(first + i);
        return done(op.getResult(), shuffle(get(op.getSource()), from));
      })
      .Case([&](vector::FromElementsOp op) {
        int64_t size = op.getType().getNumElements();
        Scalars elements = get(op.getElements()), results;
        for (int64_t i = 0; i < countOf(op.getType()); ++i) {
          Value result = elements[i * lanes];
          for (int64_t t = 1; t < std::min(size, lanes); ++t) {
            uint64_t bits = 0;
            for (int64_t u = t; u < lanes; u += size)
              bits |= uint64_t(1) << u;
            result = arith::SelectOp::create(b, laneBit(bits),
                                             elements[i * lanes + t], result);
          }
          results.push_back(result);
        }
        return done(op.getResult(), results);
      })
      .Case([&](vector::ToElementsOp op) {
        Scalars all = get(op.getSource());
        int64_t size = sizeOf(op.getSource().getType());
        for (auto [i, result] : llvm::enumerate(op.getResults()))
          set(result, {extract(all, size, i)});
        return Emitted(success());
      })
      .Case([&](vector::ShapeCastOp op) {
        return done(op.getResult(), get(op.getSource()));
      })
      .Default([](Operation *) { return std::nullopt; });
}
