#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"

#include "dialects/Device/IR/CaptureLayout.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet;

//===- captures
//---------------------------------------------------------------===//

/// A number from the low bytes of a word.
static Value fromWord(ScalarBuilder &b, Value word, Type type) {
  unsigned width = type.getIntOrFloatBitWidth();
  return b.bitcast(type, b.resize(b.getIntegerType(width), word,
                                  /*isSigned=*/false));
}

/// The parts of a memref whose captured words are `scalars`; what its type says
/// is a constant.
static void useStaticParts(ScalarBuilder &b, MemRefType type,
                           Scalars &scalars) {
  auto [strides, offset] = type.getStridesAndOffset();
  unsigned rank = type.getRank();
  auto known = [&](unsigned at, int64_t value) {
    if (!ShapedType::isDynamic(value))
      scalars[at] = b.i64(value);
  };
  known(1, offset);
  for (unsigned axis = 0; axis < rank; ++axis) {
    known(2 + axis, type.getDimSize(axis));
    known(2 + rank + axis, strides[axis]);
  }
}

LogicalResult KernelEmitter::emitCaptures(rt::CapturesOp op) {
  ScalarBuilder &b = *builder;
  device::CaptureLayout layout(op.getResultTypes());
  Scalars words = b.loadMany(b.getI64Type(), captures, layout.numWords);
  for (auto [result, first] : llvm::zip_equal(op.getResults(), layout.words)) {
    Type type = result.getType();
    FailureOr<SmallVector<Type>> types = scalarTypes(op, type);
    if (failed(types))
      return failure();
    if (isa<VectorType>(type))
      return op.emitOpError("captures ")
             << type << ", expected a number or a memref";
    Scalars scalars(ArrayRef<Value>(words).slice(first, types->size()));
    if (auto memref = dyn_cast<MemRefType>(type))
      useStaticParts(b, memref, scalars);
    else
      scalars[0] = fromWord(b, scalars[0], types->front());
    set(result, std::move(scalars));
  }
  return success();
}

//===- views
//------------------------------------------------------------------===//

void KernelEmitter::setContiguous(Value memref, Value base,
                                  ValueRange dynamicSizes) {
  ScalarBuilder &b = *builder;
  auto type = cast<MemRefType>(memref.getType());
  Scalars sizes, strides(type.getRank());
  auto next = dynamicSizes.begin();
  for (int64_t size : type.getShape())
    sizes.push_back(ShapedType::isDynamic(size) ? getOne(*next++)
                                                : b.i64(size));
  Value stride = b.i64(1);
  for (int64_t axis = type.getRank() - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride = b.mul(stride, sizes[axis]);
  }
  Scalars scalars = {base, b.i64(0)};
  llvm::append_range(scalars, sizes);
  llvm::append_range(scalars, strides);
  set(memref, std::move(scalars));
}

/// Ops that give a memref, and what asks for one's parts.
LogicalResult KernelEmitter::emitView(Operation *op) {
  ScalarBuilder &b = *builder;
  if (auto view = dyn_cast<memref::ViewOp>(op)) {
    MemRefValue source = memref(view.getSource());
    Value base = b.add(b.add(source.base(), source.offset()),
                       getOne(view.getByteShift()));
    setContiguous(view.getResult(), base, view.getSizes());
    return success();
  }
  if (auto cast = dyn_cast<memref::ReinterpretCastOp>(op)) {
    Scalars scalars = {memref(cast.getSource()).base()};
    auto append = [&](ArrayRef<OpFoldResult> values) {
      for (OpFoldResult value : values)
        scalars.push_back(isa<Attribute>(value)
                              ? b.i64(*getConstantIntValue(value))
                              : getOne(llvm::cast<Value>(value)));
    };
    append(cast.getMixedOffsets());
    append(cast.getMixedSizes());
    append(cast.getMixedStrides());
    set(cast.getResult(), std::move(scalars));
    return success();
  }
  if (auto parts = dyn_cast<memref::ExtractStridedMetadataOp>(op)) {
    MemRefValue source = memref(parts.getSource());
    set(parts.getBaseBuffer(), {source.base(), b.i64(0)});
    set(parts.getOffset(), {source.offset()});
    for (unsigned axis = 0; axis < source.type.getRank(); ++axis) {
      set(parts.getSizes()[axis], {source.size(axis)});
      set(parts.getStrides()[axis], {source.stride(axis)});
    }
    return success();
  }
  if (auto alloca = dyn_cast<memref::AllocaOp>(op)) {
    setContiguous(alloca.getResult(), b.add(scratch, b.i64(scratchUsed)), {});
    scratchUsed += scratchBytesOf(alloca);
    return success();
  }
  auto cast = llvm::cast<memref::CastOp>(op);
  if (!isa<MemRefType>(cast.getType()) ||
      !isa<MemRefType>(cast.getSource().getType()))
    return op->emitOpError("is on an unranked memref, which kernels lack");
  set(cast.getResult(), get(cast.getSource()));
  return success();
}

//===- accesses
//---------------------------------------------------------------===//

Value KernelEmitter::addressOf(Value value, ValueRange indices) {
  ScalarBuilder &b = *builder;
  MemRefValue memref = this->memref(value);
  Value at = memref.offset();
  for (auto [axis, index] : llvm::enumerate(indices))
    at = b.add(at, b.mul(getOne(index), memref.stride(axis)));
  int64_t bytes = ScalarBuilder::bytesOf(memref.type.getElementType());
  return b.add(memref.base(), b.mul(at, b.i64(bytes)));
}

/// Copies between memrefs without gaps, element by element.
void KernelEmitter::emitCopy(Operation *op) {
  ScalarBuilder &b = *builder;
  auto copy = cast<memref::CopyOp>(op);
  MemRefValue from = memref(copy.getSource()), to = memref(copy.getTarget());
  Type element = from.type.getElementType();
  Value bytes = b.i64(ScalarBuilder::bytesOf(element)), count = b.i64(1);
  for (unsigned axis = 0; axis < from.type.getRank(); ++axis)
    count = b.mul(count, from.size(axis));
  auto at = [&](const MemRefValue &memref, Value i) {
    return b.add(memref.base(), b.mul(b.add(memref.offset(), i), bytes));
  };
  emitCount(count, [&](Value i) {
    b.store(b.load(element, at(from, i)), element, at(to, i));
  });
}

static bool isContiguous(memref::CopyOp op) {
  return llvm::all_of(op->getOperandTypes(), [](Type type) {
    auto memref = dyn_cast<MemRefType>(type);
    return memref && (memref.getLayout().isIdentity() ||
                      memref::isStaticShapeAndContiguousRowMajor(memref));
  });
}

/// What the address of an access is a multiple of; without a word of it that is
/// the element's size.
template <typename Access>
static int64_t alignmentOf(Access op, Type element) {
  return op.getAlignment().value_or(ScalarBuilder::bytesOf(element));
}

KernelEmitter::Emitted KernelEmitter::emitMemory(Operation *op) {
  ScalarBuilder &b = *builder;
  using Result = LogicalResult;
  return llvm::TypeSwitch<Operation *, Emitted>(op)
      .Case([&](rt::CapturesOp op) { return emitCaptures(op); })
      .Case<memref::ViewOp, memref::ReinterpretCastOp, memref::CastOp,
            memref::ExtractStridedMetadataOp, memref::AllocaOp>(
          [&](auto op) { return emitView(op); })
      .Case([&](memref::LoadOp op) {
        Type element = op.getMemRefType().getElementType();
        Value address = addressOf(op.getMemref(), op.getIndices());
        set(op.getResult(), {b.load(element, address)});
        return Result(success());
      })
      .Case([&](memref::StoreOp op) {
        Type element = op.getMemRefType().getElementType();
        b.store(getOne(op.getValue()), element,
                addressOf(op.getMemref(), op.getIndices()));
        return Result(success());
      })
      .Case([&](memref::DimOp op) {
        std::optional<int64_t> axis = op.getConstantIndex();
        if (!axis || !isa<MemRefType>(op.getSource().getType()))
          return Result(op.emitOpError("has an axis that is not constant"));
        set(op.getResult(), {memref(op.getSource()).size(*axis)});
        return Result(success());
      })
      .Case([&](memref::CopyOp op) {
        if (!isContiguous(op))
          return Result(op.emitOpError("has gaps, expected rt-expand-copies "
                                       "before"));
        emitCopy(op);
        return Result(success());
      })
      .Case([&](memref::ExtractAlignedPointerAsIndexOp op) {
        set(op.getResult(), {memref(op.getSource()).base()});
        return Result(success());
      })
      .Case<LLVM::IntToPtrOp, LLVM::PtrToIntOp>([&](auto op) {
        set(op.getResult(), get(op.getArg()));
        return Result(success());
      })
      .Case([&](LLVM::LoadOp op) {
        set(op.getResult(), {b.load(op.getType(), getOne(op.getAddr()),
                                    alignmentOf(op, op.getType()))});
        return Result(success());
      })
      .Case([&](LLVM::StoreOp op) {
        Type element = op.getValue().getType();
        b.store(getOne(op.getValue()), element, getOne(op.getAddr()),
                alignmentOf(op, element));
        return Result(success());
      })
      // Caches are the device's affair.
      .Case([&](memref::PrefetchOp) { return Result(success()); })
      .Case([&](memref::AssumeAlignmentOp op) {
        set(op.getResult(), get(op.getMemref()));
        return Result(success());
      })
      .Default([](Operation *) { return std::nullopt; });
}
