#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet;

//===- memory
//-----------------------------------------------------------------===//

/// The value of a bool constant.
static std::optional<bool> constantBool(Value value) {
  auto op = value.getDefiningOp<spirv::ConstantOp>();
  if (auto attr = op ? dyn_cast<BoolAttr>(op.getValue()) : BoolAttr())
    return attr.getValue();
  return std::nullopt;
}

/// Lanes that are off read the captures, which are always there, and are
/// replaced: branches would cost more.
Scalars KernelEmitter::loadMasked(Type element, Value address,
                                  const Scalars &mask,
                                  const Scalars &passThrough) {
  ScalarBuilder &b = *builder;
  int64_t bytes = ScalarBuilder::bytesOf(element);
  Scalars lanes;
  for (auto [i, on] : llvm::enumerate(mask)) {
    std::optional<bool> known = constantBool(on);
    if (known == false) {
      lanes.push_back(passThrough[i]);
      continue;
    }
    Value at = b.add(address, b.i64(i * bytes));
    if (known)
      lanes.push_back(b.load(element, at));
    else
      lanes.push_back(b.select(on, b.load(element, b.select(on, at, captures)),
                               passThrough[i]));
  }
  return lanes;
}

/// The vector that an op reads from a memref or writes to it.
static VectorType accessedVector(Operation *op) {
  return llvm::TypeSwitch<Operation *, VectorType>(op)
      .Case<vector::LoadOp, vector::StoreOp, vector::MaskedLoadOp,
            vector::MaskedStoreOp>([](auto op) { return op.getVectorType(); })
      .Default([](Operation *) { return VectorType(); });
}

KernelEmitter::Emitted KernelEmitter::emitVectorMemory(Operation *op) {
  ScalarBuilder &b = *builder;
  using Result = LogicalResult;
  // Only those of one axis lie in memory as they are here.
  if (VectorType type = accessedVector(op); type && type.getRank() > 1)
    return op->emitOpError("accesses memory by ")
           << type << ", expected a vector of one axis";
  auto elementOf = [](Value memref) {
    return cast<MemRefType>(memref.getType()).getElementType();
  };
  return llvm::TypeSwitch<Operation *, Emitted>(op)
      .Case([&](vector::LoadOp op) {
        Value address = addressOf(op.getBase(), op.getIndices());
        set(op.getResult(), b.loadMany(elementOf(op.getBase()), address,
                                       op.getVectorType().getNumElements()));
        return Result(success());
      })
      .Case([&](vector::StoreOp op) {
        b.storeMany(get(op.getValueToStore()), elementOf(op.getBase()),
                    addressOf(op.getBase(), op.getIndices()));
        return Result(success());
      })
      .Case([&](vector::MaskedLoadOp op) {
        Value address = addressOf(op.getBase(), op.getIndices());
        set(op.getResult(),
            loadMasked(elementOf(op.getBase()), address, get(op.getMask()),
                       get(op.getPassThru())));
        return Result(success());
      })
      .Case([&](LLVM::MaskedLoadOp op) {
        auto type = cast<VectorType>(op.getResult().getType());
        set(op.getResult(),
            loadMasked(type.getElementType(), getOne(op.getData()),
                       get(op.getMask()), get(op.getPassThru())));
        return Result(success());
      })
      .Case([&](vector::MaskedStoreOp op) {
        Type element = elementOf(op.getBase());
        Value address = addressOf(op.getBase(), op.getIndices());
        Scalars mask = get(op.getMask()), lanes = get(op.getValueToStore());
        for (auto [i, on] : llvm::enumerate(mask)) {
          Value at = b.add(address, b.i64(i * ScalarBuilder::bytesOf(element)));
          std::optional<bool> known = constantBool(on);
          if (known != false)
            b.store(lanes[i], element, known ? at : b.select(on, at, scratch));
        }
        return Result(success());
      })
      .Default([](Operation *) { return std::nullopt; });
}

//===- lanes
//------------------------------------------------------------------===//

/// The same bits as elements of another type: of the same width each, or
/// integers put together or taken apart, the first in the low bits.
Scalars KernelEmitter::repack(const Scalars &scalars, Type from, Type to) {
  ScalarBuilder &b = *builder;
  unsigned oldBits = from.getIntOrFloatBitWidth();
  unsigned newBits = to.getIntOrFloatBitWidth();
  Type oldInteger = b.getIntegerType(oldBits);
  Type newInteger = b.getIntegerType(newBits), type = b.convert(to);
  Scalars result;
  if (oldBits == newBits) {
    for (Value scalar : scalars)
      result.push_back(b.bitcast(type, scalar));
    return result;
  }
  if (oldBits > newBits) {
    for (Value scalar : scalars)
      for (unsigned low = 0; low < oldBits; low += newBits) {
        Value bits = b.bitcast(oldInteger, scalar);
        if (low)
          bits = spirv::ShiftRightLogicalOp::create(b, bits,
                                                    b.integer(oldInteger, low));
        result.push_back(
            b.bitcast(type, b.resize(newInteger, bits, /*isSigned=*/false)));
      }
    return result;
  }
  unsigned parts = newBits / oldBits;
  for (size_t i = 0; i < scalars.size(); i += parts) {
    Value whole;
    for (unsigned part = 0; part < parts; ++part) {
      Value bits =
          b.resize(newInteger, b.bitcast(oldInteger, scalars[i + part]),
                   /*isSigned=*/false);
      if (!part) {
        whole = bits;
        continue;
      }
      bits = spirv::ShiftLeftLogicalOp::create(
          b, bits, b.integer(newInteger, part * oldBits));
      whole = spirv::BitwiseOrOp::create(b, whole, bits);
    }
    result.push_back(b.bitcast(type, whole));
  }
  return result;
}

/// First element and number of elements of the part of `type` at `position`.
static std::pair<int64_t, int64_t> partAt(VectorType type,
                                          ArrayRef<int64_t> position) {
  int64_t first = 0, count = type.getNumElements();
  for (auto [axis, index] : llvm::enumerate(position)) {
    count /= type.getDimSize(axis);
    first += index * count;
  }
  return {first, count};
}

LogicalResult KernelEmitter::emitExtract(Operation *op) {
  ScalarBuilder &b = *builder;
  auto extract = cast<vector::ExtractOp>(op);
  Scalars all = get(extract.getSource());
  if (extract.hasDynamicPosition()) {
    if (extract.getSourceVectorType().getRank() != 1)
      return op->emitOpError("has a position that depends on data in a vector "
                             "of several axes");
    Value at = getOne(extract.getDynamicPosition().front()), lane = all[0];
    for (size_t i = 1; i < all.size(); ++i)
      lane = b.select(spirv::IEqualOp::create(b, at, b.i64(i)), all[i], lane);
    set(extract.getResult(), {lane});
    return success();
  }
  auto [first, count] =
      partAt(extract.getSourceVectorType(), extract.getStaticPosition());
  set(extract.getResult(), Scalars(ArrayRef<Value>(all).slice(first, count)));
  return success();
}

LogicalResult KernelEmitter::emitInsert(Operation *op) {
  ScalarBuilder &b = *builder;
  auto insert = cast<vector::InsertOp>(op);
  Scalars all = get(insert.getDest()), part = get(insert.getValueToStore());
  if (insert.hasDynamicPosition()) {
    if (insert.getDestVectorType().getRank() != 1)
      return op->emitOpError("has a position that depends on data in a vector "
                             "of several axes");
    Value at = getOne(insert.getDynamicPosition().front());
    for (size_t i = 0; i < all.size(); ++i)
      all[i] =
          b.select(spirv::IEqualOp::create(b, at, b.i64(i)), part[0], all[i]);
  } else {
    auto [first, count] =
        partAt(insert.getDestVectorType(), insert.getStaticPosition());
    std::copy_n(part.begin(), count, all.begin() + first);
  }
  set(insert.getResult(), std::move(all));
  return success();
}

/// The scalar op that a reduction repeats.
static StringRef reducingOp(vector::CombiningKind kind, bool isFloat) {
  using K = vector::CombiningKind;
  switch (kind) {
  case K::ADD:
    return isFloat ? arith::AddFOp::getOperationName()
                   : arith::AddIOp::getOperationName();
  case K::MUL:
    return isFloat ? arith::MulFOp::getOperationName()
                   : arith::MulIOp::getOperationName();
  case K::MINUI:
    return arith::MinUIOp::getOperationName();
  case K::MINSI:
    return arith::MinSIOp::getOperationName();
  case K::MINNUMF:
    return arith::MinNumFOp::getOperationName();
  case K::MAXUI:
    return arith::MaxUIOp::getOperationName();
  case K::MAXSI:
    return arith::MaxSIOp::getOperationName();
  case K::MAXNUMF:
    return arith::MaxNumFOp::getOperationName();
  case K::AND:
    return arith::AndIOp::getOperationName();
  case K::OR:
    return arith::OrIOp::getOperationName();
  case K::XOR:
    return arith::XOrIOp::getOperationName();
  case K::MAXIMUMF:
    return arith::MaximumFOp::getOperationName();
  case K::MINIMUMF:
    return arith::MinimumFOp::getOperationName();
  }
  return "";
}

/// In the order of the lanes, as LLVM's ordered reductions go.
LogicalResult KernelEmitter::emitReduction(Operation *op) {
  auto reduction = cast<vector::ReductionOp>(op);
  Type type = reduction.getDest().getType();
  Scalars lanes = get(reduction.getVector());
  if (reduction.getAcc())
    lanes.insert(lanes.begin(), getOne(reduction.getAcc()));
  OperationName name(reducingOp(reduction.getKind(), isa<FloatType>(type)),
                     op->getContext());
  // An op to say which; its operands are never looked at.
  OperationState state(op->getLoc(), name,
                       {reduction.getDest(), reduction.getDest()}, {type});
  Operation *step = Operation::create(state);
  Value result = lanes.front();
  for (Value lane : llvm::drop_begin(lanes)) {
    result = emitScalar(step, {result, lane}, type, type);
    if (!result)
      break;
  }
  step->erase();
  if (!result)
    return op->emitOpError("has no form in SPIR-V");
  set(reduction.getDest(), {result});
  return success();
}

/// Elements of a vector made of those of others.
static Scalars shuffle(const Scalars &all, ArrayRef<int64_t> lanes) {
  Scalars result;
  for (int64_t lane : lanes) // a lane of poison may be any
    result.push_back(all[lane < 0 ? 0 : lane]);
  return result;
}

KernelEmitter::Emitted KernelEmitter::emitVector(Operation *op) {
  ScalarBuilder &b = *builder;
  using Result = LogicalResult;
  auto done = [&](Value result, Scalars scalars) {
    set(result, std::move(scalars));
    return Result(success());
  };
  return llvm::TypeSwitch<Operation *, Emitted>(op)
      .Case([&](vector::ExtractOp op) { return emitExtract(op); })
      .Case([&](vector::InsertOp op) { return emitInsert(op); })
      .Case([&](vector::ReductionOp op) { return emitReduction(op); })
      .Case([&](vector::BroadcastOp op) {
        Scalars part = get(op.getSource()), all;
        VectorType type = op.getResultVectorType();
        auto from = dyn_cast<VectorType>(op.getSourceType());
        if (from && part.size() != 1 &&
            type.getShape().take_back(from.getRank()) != from.getShape())
          return Result(op.emitOpError("stretches an inner axis"));
        while (int64_t(all.size()) < type.getNumElements())
          llvm::append_range(all, part);
        return done(op.getResult(), all);
      })
      .Case([&](vector::ShuffleOp op) {
        if (op.getResultVectorType().getRank() != 1)
          return Result(op.emitOpError("is on vectors of several axes"));
        Scalars all = get(op.getV1());
        llvm::append_range(all, get(op.getV2()));
        return done(op.getResult(), shuffle(all, op.getMask()));
      })
      .Case([&](vector::BitCastOp op) {
        return done(op.getResult(),
                    repack(get(op.getSource()),
                           op.getSourceVectorType().getElementType(),
                           op.getResultVectorType().getElementType()));
      })
      .Case([&](vector::ConstantMaskOp op) {
        if (op.getType().getRank() != 1)
          return Result(op.emitOpError("is a mask of several axes"));
        Scalars lanes;
        for (int64_t i = 0; i < op.getType().getNumElements(); ++i)
          lanes.push_back(b.boolean(i < op.getMaskDimSizes()[0]));
        return done(op.getResult(), lanes);
      })
      .Case([&](vector::CreateMaskOp op) {
        if (op.getType().getRank() != 1)
          return Result(op.emitOpError("is a mask of several axes"));
        Value count = getOne(op.getOperands()[0]);
        Scalars lanes;
        for (int64_t i = 0; i < op.getType().getNumElements(); ++i)
          lanes.push_back(spirv::SLessThanOp::create(b, b.i64(i), count));
        return done(op.getResult(), lanes);
      })
      .Case([&](vector::ExtractStridedSliceOp op) {
        if (op.getType().getRank() != 1)
          return Result(op.emitOpError("is on vectors of several axes"));
        int64_t first = cast<IntegerAttr>(op.getOffsets()[0]).getInt();
        Scalars all = get(op.getSource());
        return done(op.getResult(), Scalars(ArrayRef<Value>(all).slice(
                                        first, op.getType().getNumElements())));
      })
      .Case([&](vector::FromElementsOp op) {
        return done(op.getResult(), get(op.getElements()));
      })
      .Case([&](vector::ToElementsOp op) {
        for (auto [result, lane] :
             llvm::zip_equal(op.getResults(), get(op.getSource())))
          set(result, {lane});
        return Result(success());
      })
      .Case([&](vector::ShapeCastOp op) {
        return done(op.getResult(), get(op.getSource()));
      })
      .Default([](Operation *) { return std::nullopt; });
}
