#include "compiler/Conversion/LanesToThreads/LaneEmitter.h"

#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet;

//===- waiting ------------------------------------------------------------===//

void LaneEmitter::beforeRead() {
  if (hasWritten) {
    device::SyncOp::create(b);
    hasRead = hasWritten = false;
  }
  hasRead = true;
}

void LaneEmitter::beforeWrite() {
  if (hasRead || hasWritten) {
    device::SyncOp::create(b);
    hasRead = hasWritten = false;
  }
  hasWritten = true;
}

/// What is to be waited for inside is waited for once, where no iteration needs
/// what another one does.
void LaneEmitter::enterLoop(Operation *loop) {
  bool reads = false, writes = false;
  loop->walk([&](Operation *op) {
    // It says nothing of its effects.
    reads |= isa<LLVM::MaskedLoadOp>(op);
    auto interface = dyn_cast<MemoryEffectOpInterface>(op);
    if (!interface || op->getNumRegions())
      return;
    reads |= interface.hasEffect<MemoryEffects::Read>();
    writes |= interface.hasEffect<MemoryEffects::Write>();
  });
  if ((hasWritten && reads) || ((hasRead || hasWritten) && writes)) {
    device::SyncOp::create(b);
    hasRead = hasWritten = false;
  }
  hasRead |= reads;
  hasWritten |= writes;
}

void LaneEmitter::guarded(Value condition, function_ref<void()> body) {
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

//===- lanes of vectors ---------------------------------------------------===//

Value LaneEmitter::elementAt(int64_t number, int64_t size) {
  if (size < lanes)
    return arith::RemUIOp::create(b, lane, index(size));
  return number ? Value(arith::AddIOp::create(b, lane, index(number * lanes)))
                : lane;
}

SmallVector<Value> LaneEmitter::indicesAt(ValueRange indices, Value element) {
  SmallVector<Value> result = get(indices);
  if (!result.empty())
    result.back() = arith::AddIOp::create(b, result.back(), element);
  return result;
}

LaneEmitter::Scalars LaneEmitter::loadLanes(Type vector,
                                            function_ref<Value(Value)> load,
                                            ArrayRef<Value> mask,
                                            ArrayRef<Value> other) {
  beforeRead();
  Scalars scalars;
  for (int64_t i = 0, count = countOf(vector); i < count; ++i) {
    Value element = elementAt(i, sizeOf(vector));
    if (mask.empty()) {
      scalars.push_back(load(element));
      continue;
    }
    auto branch = scf::IfOp::create(b, other[i].getType(), mask[i],
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, load(element));
    b.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(b, other[i]);
    scalars.push_back(branch.getResult(0));
  }
  return scalars;
}

void LaneEmitter::storeLanes(VectorType vector,
                             function_ref<void(Value, Value)> store,
                             ArrayRef<Value> scalars, ArrayRef<Value> mask) {
  beforeWrite();
  int64_t size = vector.getNumElements();
  for (auto [i, scalar] : llvm::enumerate(scalars)) {
    Value element = elementAt(i, size), condition;
    if (!mask.empty())
      condition = mask[i];
    if (size < lanes) {
      Value holds = laneBit((uint64_t(1) << size) - 1);
      condition =
          condition ? Value(arith::AndIOp::create(b, condition, holds)) : holds;
    }
    if (condition)
      guarded(condition, [&] { store(scalar, element); });
    else
      store(scalar, element);
  }
}

/// The words, or bits, of a contiguous vector, read as such: a word's parts lie
/// in one thread then.
LogicalResult LaneEmitter::loadAs(vector::LoadOp load, VectorType to,
                                  Value result) {
  auto memref = cast<MemRefType>(load.getBase().getType());
  Type element = to.getElementType();
  if (!element.isIntOrFloat() || memref.getRank() == 0 || !countOf(to) ||
      memref.getElementTypeBitWidth() % 8 ||
      (8 % element.getIntOrFloatBitWidth() &&
       element.getIntOrFloatBitWidth() % 8))
    return failure();
  auto parts =
      memref::ExtractStridedMetadataOp::create(b, getOne(load.getBase()));
  Value at = parts.getOffset();
  for (auto [i, position] : llvm::enumerate(load.getIndices()))
    at = arith::AddIOp::create(
        b, at,
        arith::MulIOp::create(b, getOne(position), parts.getStrides()[i]));
  int64_t oldBytes = memref.getElementTypeBitWidth() / 8;
  int64_t bits = element.getIntOrFloatBitWidth();
  // At least how the elements lie is known.
  int64_t known = std::max<int64_t>(oldBytes, load.getAlignment().value_or(1));
  auto word = [&](Value number) {
    return arith::IndexCastOp::create(b, b.getI64Type(), number).getResult();
  };
  // A pointer and an offset: the space of its memory is found by the first.
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value base = LLVM::IntToPtrOp::create(
      b, pointer,
      word(memref::ExtractAlignedPointerAsIndexOp::create(
          b, getOne(load.getBase()))));
  Value first = arith::MulIOp::create(b, at, index(oldBytes));
  auto loadAt = [&](Value bytes, Type type, int64_t alignment) -> Value {
    Value offset = word(arith::AddIOp::create(b, first, bytes));
    auto loaded = LLVM::LoadOp::create(
        b, type, LLVM::GEPOp::create(b, pointer, b.getI8Type(), base, offset));
    loaded.setAlignment(alignment);
    return loaded;
  };
  auto loadOne = [&](Value i) -> Value {
    if (bits >= 8)
      return loadAt(arith::MulIOp::create(b, i, index(bits / 8)), element,
                    std::min(known, bits / 8));
    Value bit = arith::MulIOp::create(b, i, index(bits));
    Value byte =
        loadAt(arith::DivUIOp::create(b, bit, index(8)), b.getI8Type(), 1);
    Value shift = arith::IndexCastUIOp::create(
        b, b.getI8Type(), arith::RemUIOp::create(b, bit, index(8)));
    return arith::TruncIOp::create(b, element,
                                   arith::ShRUIOp::create(b, byte, shift));
  };
  set(result, loadLanes(to, loadOne, {}, {}));
  return success();
}

LaneEmitter::Emitted LaneEmitter::emitMemory(Operation *op) {
  using Result = LogicalResult;
  auto first = arith::CmpIPredicate::eq;
  auto byOne = [&] {
    beforeWrite();
    Value isFirst = arith::CmpIOp::create(b, first, laneWord, i32(0));
    guarded(isFirst, [&] { cloneScalar(op); });
    return Result(success());
  };
  return llvm::TypeSwitch<Operation *, Emitted>(op)
      .Case<memref::LoadOp>([&](auto) {
        beforeRead();
        cloneScalar(op);
        return Result(success());
      })
      .Case([&](LLVM::LoadOp op) -> Emitted {
        if (isa<VectorType>(op.getType()))
          return failure();
        beforeRead();
        cloneScalar(op);
        return success();
      })
      .Case<memref::StoreOp, memref::CopyOp>([&](auto) { return byOne(); })
      .Case([&](LLVM::StoreOp op) -> Emitted {
        if (isa<VectorType>(op.getValue().getType()))
          return failure();
        return byOne();
      })
      .Case([&](vector::LoadOp op) -> Emitted {
        if (op.getBase().getType().getRank() == 0)
          return failure();
        if (op->use_empty())
          return success();
        if (auto cast = dyn_cast<vector::BitCastOp>(*op->user_begin());
            op->hasOneUse() && cast)
          return loadAs(op, cast.getResultVectorType(), cast.getResult());
        auto load = [&](Value element) -> Value {
          return memref::LoadOp::create(b, getOne(op.getBase()),
                                        indicesAt(op.getIndices(), element));
        };
        set(op.getResult(), loadLanes(op.getVectorType(), load, {}, {}));
        return success();
      })
      .Case([&](vector::MaskedLoadOp op) -> Emitted {
        auto load = [&](Value element) -> Value {
          return memref::LoadOp::create(b, getOne(op.getBase()),
                                        indicesAt(op.getIndices(), element));
        };
        set(op.getResult(),
            loadLanes(op.getVectorType(), load, get(op.getMask()),
                      get(op.getPassThru())));
        return success();
      })
      .Case([&](LLVM::MaskedLoadOp op) -> Emitted {
        auto type = cast<VectorType>(op.getResult().getType());
        auto load = [&](Value element) -> Value {
          Value at = LLVM::GEPOp::create(
              b, op.getData().getType(), type.getElementType(),
              getOne(op.getData()),
              arith::IndexCastOp::create(b, b.getI64Type(), element)
                  .getResult());
          return LLVM::LoadOp::create(b, type.getElementType(), at);
        };
        Scalars other = get(op.getPassThru());
        if (other.empty())
          return failure();
        set(op.getResult(), loadLanes(type, load, get(op.getMask()), other));
        return success();
      })
      .Case<vector::StoreOp>([&](auto op) -> Emitted {
        if (op.getBase().getType().getRank() == 0)
          return failure();
        auto store = [&](Value scalar, Value element) {
          memref::StoreOp::create(b, scalar, getOne(op.getBase()),
                                  indicesAt(op.getIndices(), element));
        };
        storeLanes(op.getVectorType(), store, get(op.getValueToStore()), {});
        return success();
      })
      .Case([&](vector::MaskedStoreOp op) -> Emitted {
        auto store = [&](Value scalar, Value element) {
          memref::StoreOp::create(b, scalar, getOne(op.getBase()),
                                  indicesAt(op.getIndices(), element));
        };
        storeLanes(op.getVectorType(), store, get(op.getValueToStore()),
                   get(op.getMask()));
        return success();
      })
      .Default([](Operation *) { return std::nullopt; });
}
