#include "compiler/Conversion/KernelToGPU/CheckKernel.h"
#include "compiler/Conversion/KernelToGPU/Passes.h"

#include "dialects/Device/IR/CaptureLayout.h"
#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/Device/Transforms/Kernels.h"

#include "bitnet/module.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/Support/MathExtras.h"

namespace bitnet {
#define GEN_PASS_DEF_KERNELTOGPUPASS
#include "compiler/Conversion/KernelToGPU/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

/// Threads of a workgroup whose parts have no more: a warp, so that little work
/// is shared by all cores; more for much work, of which a core takes only so
/// many workgroups at once.
static constexpr int64_t warpThreads = 32, workgroupThreads = 128;
/// Bytes up to which a thread's memory lies on its stack: a driver reserves the
/// stack of every thread that the device could run at once.
static constexpr int64_t stackBytes = 1024;
/// Alignment of scratch memory, that of every buffer.
static constexpr int64_t scratchAlignment = 64;
/// Global memory, on NVIDIA's and AMD's GPUs alike.
static constexpr unsigned globalSpace = 1;

namespace {

/// Fields of bitnet_push, the first parameters of a kernel.
static constexpr unsigned numPushed = sizeof(bitnet_push) / sizeof(int64_t);

/// Makes one kernel's module.
class KernelBuilder {
public:
  KernelBuilder(rt::ForkOp fork, func::FuncOp function)
      : function(function), grain(fork.getGrain()),
        lanes(device::getLanes(fork)), layout(TypeRange(fork.getCaptures())),
        b(function.getLoc(), function), converter(b.getContext()) {}

  ModuleOp run();

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value mul(Value x, int64_t y) {
    return arith::MulIOp::create(b, x, index(y));
  }
  Value toIndex(Value value) {
    return arith::IndexCastOp::create(b, b.getIndexType(), value);
  }
  void createKernel();
  bool passesCaptures() const {
    return layout.numWords <= BITNET_PARAMETER_WORDS;
  }
  SmallVector<Value> captureWords();
  void readCaptures(rt::CapturesOp op);
  Value makeMemRef(MemRefType type, ArrayRef<Value> words);
  Value makeNumber(Type type, Value word);
  /// A memref of `type` at an address of global memory.
  Value describe(MemRefType type, Value address,
                 function_ref<void(MemRefDescriptor &)> setDynamic);
  void placeAllocations();
  bool placeShared();
  void describeWorkgroup(bool isShared);

  func::FuncOp function;
  int64_t grain, lanes;
  device::CaptureLayout layout;
  ImplicitLocOpBuilder b;
  LLVMTypeConverter converter;
  ModuleOp module;
  func::FuncOp kernel;
  /// The number of the thread.
  Value thread;
  int64_t scratchBytes = 0;
};

} // namespace

//===- captures -----------------------------------------------------------===//

Value KernelBuilder::describe(
    MemRefType type, Value address,
    function_ref<void(MemRefDescriptor &)> setDynamic) {
  Location loc = b.getLoc();
  auto global = LLVM::LLVMPointerType::get(b.getContext(), globalSpace);
  Value pointer = LLVM::AddrSpaceCastOp::create(
      b, LLVM::LLVMPointerType::get(b.getContext()),
      LLVM::IntToPtrOp::create(b, global, address));
  auto descriptor =
      MemRefDescriptor::poison(b, loc, converter.convertType(type));
  descriptor.setAllocatedPtr(b, loc, pointer);
  descriptor.setAlignedPtr(b, loc, pointer);
  setDynamic(descriptor);
  auto [strides, offset] = type.getStridesAndOffset();
  if (!ShapedType::isDynamic(offset))
    descriptor.setConstantOffset(b, loc, offset);
  for (unsigned axis = 0; axis < type.getRank(); ++axis) {
    if (!type.isDynamicDim(axis))
      descriptor.setConstantSize(b, loc, axis, type.getDimSize(axis));
    if (!ShapedType::isDynamic(strides[axis]))
      descriptor.setConstantStride(b, loc, axis, strides[axis]);
  }
  return UnrealizedConversionCastOp::create(b, type, Value(descriptor))
      .getResult(0);
}

/// What the type says is a constant, the rest is read: the address, the offset,
/// the sizes and the strides.
Value KernelBuilder::makeMemRef(MemRefType type, ArrayRef<Value> words) {
  Location loc = b.getLoc();
  unsigned rank = type.getRank();
  return describe(type, words[0], [&](MemRefDescriptor &descriptor) {
    auto [strides, offset] = type.getStridesAndOffset();
    if (ShapedType::isDynamic(offset))
      descriptor.setOffset(b, loc, words[1]);
    for (unsigned axis = 0; axis < rank; ++axis) {
      if (type.isDynamicDim(axis))
        descriptor.setSize(b, loc, axis, words[2 + axis]);
      if (ShapedType::isDynamic(strides[axis]))
        descriptor.setStride(b, loc, axis, words[2 + rank + axis]);
    }
  });
}

/// A number from the low bytes of a word.
Value KernelBuilder::makeNumber(Type type, Value word) {
  if (type.isIndex())
    return toIndex(word);
  unsigned width = type.getIntOrFloatBitWidth();
  Value bits = word;
  if (width < 64)
    bits = arith::TruncIOp::create(b, b.getIntegerType(width), bits);
  return isa<FloatType>(type) ? arith::BitcastOp::create(b, type, bits) : bits;
}

SmallVector<Value> KernelBuilder::captureWords() {
  if (passesCaptures())
    return llvm::to_vector_of<Value>(
        kernel.getArguments().drop_front(numPushed));
  auto global = LLVM::LLVMPointerType::get(b.getContext(), globalSpace);
  Value base = LLVM::IntToPtrOp::create(b, global, kernel.getArgument(0));
  SmallVector<Value> words;
  for (int64_t i = 0; i < layout.numWords; ++i) {
    Value at = LLVM::GEPOp::create(b, global, b.getI64Type(), base,
                                   ArrayRef<LLVM::GEPArg>{int32_t(i)});
    auto load = LLVM::LoadOp::create(b, b.getI64Type(), at);
    load.setAlignment(device::CaptureLayout::wordBytes);
    load.setInvariant(true);
    words.push_back(load);
  }
  return words;
}

void KernelBuilder::readCaptures(rt::CapturesOp op) {
  SmallVector<Value> words = captureWords();
  for (auto [result, first] : llvm::zip_equal(op.getResults(), layout.words)) {
    auto memref = dyn_cast<MemRefType>(result.getType());
    result.replaceAllUsesWith(
        memref ? makeMemRef(memref, ArrayRef<Value>(words).drop_front(first))
               : makeNumber(result.getType(), words[first]));
  }
  op.erase();
}

//===- memory of a thread -------------------------------------------------===//

/// Of a number or vector in an array: as LLVM lays them out.
static int64_t elementBytes(Type type) {
  if (type.isIndex())
    return 8;
  int64_t bits = type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 0;
  if (auto vector = dyn_cast<VectorType>(type))
    bits = vector.getNumElements() * vector.getElementTypeBitWidth();
  return llvm::PowerOf2Ceil(llvm::divideCeil(bits, 8));
}

static int64_t bytesOf(MemRefType type) {
  int64_t bytes = elementBytes(type.getElementType());
  return llvm::alignTo(type.getNumElements() * bytes, scratchAlignment);
}

/// What is allocated anywhere is there once for the whole part: on the stack,
/// or in scratch memory.
void KernelBuilder::placeAllocations() {
  SmallVector<memref::AllocaOp> allocations;
  function.walk([&](memref::AllocaOp op) { allocations.push_back(op); });
  int64_t bytes = 0;
  for (memref::AllocaOp op : allocations)
    bytes += bytesOf(op.getType());
  if (bytes <= stackBytes && lanes == 1) {
    for (memref::AllocaOp op : allocations)
      op->moveBefore(&kernel.getBody().front(),
                     kernel.getBody().front().begin());
    return;
  }
  // The lanes of a part share what they allocate.
  scratchBytes =
      llvm::alignTo(llvm::divideCeil(bytes, lanes), scratchAlignment);
  Value part = thread;
  if (lanes != 1)
    part = arith::DivUIOp::create(b, part, index(lanes));
  Value at =
      add(toIndex(kernel.getArgument(1)), mul(part, scratchBytes * lanes));
  at = arith::IndexCastOp::create(b, b.getI64Type(), at);
  for (memref::AllocaOp op : allocations) {
    op.replaceAllUsesWith(
        describe(op.getType(), at, [](MemRefDescriptor &) {}));
    Value step = arith::ConstantIntOp::create(b, bytesOf(op.getType()), 64);
    at = arith::AddIOp::create(b, at, step);
    op.erase();
  }
}

/// Whether there is any.
bool KernelBuilder::placeShared() {
  SmallVector<device::SharedOp> ops;
  function.walk([&](device::SharedOp op) { ops.push_back(op); });
  for (auto [i, op] : llvm::enumerate(ops)) {
    auto type = cast<MemRefType>(op.getType());
    std::string name = "shared" + std::to_string(i);
    auto inModule = OpBuilder::atBlockBegin(module.getBody());
    memref::GlobalOp::create(inModule, op.getLoc(), name,
                             b.getStringAttr("private"), type, b.getUnitAttr(),
                             /*constant=*/false,
                             b.getI64IntegerAttr(scratchAlignment));
    op.replaceAllUsesWith(
        memref::GetGlobalOp::create(b, type, name).getResult());
    op.erase();
  }
  return !ops.empty();
}

//===- the kernel around the region ---------------------------------------===//

void KernelBuilder::createKernel() {
  module = ModuleOp::create(b, function.getLoc(), function.getSymName());
  b.setInsertionPointToStart(module.getBody());
  SmallVector<Type> parameters(
      numPushed + (passesCaptures() ? layout.numWords : 0), b.getI64Type());
  kernel =
      func::FuncOp::create(b, gpuKernelName, b.getFunctionType(parameters, {}));
  b.setInsertionPointToStart(kernel.addEntryBlock());
}

/// A part that shares memory, or waits for more than a warp, is a workgroup.
void KernelBuilder::describeWorkgroup(bool isShared) {
  int64_t least = std::max(lanes, warpThreads);
  int64_t most = isShared ? least : workgroupThreads;
  module->setAttr(device::kernelGrain, b.getI64IntegerAttr(grain));
  module->setAttr(device::kernelWorkgroup, b.getI64IntegerAttr(most));
  module->setAttr(device::kernelSmallWorkgroup, b.getI64IntegerAttr(least));
  module->setAttr(device::kernelLanes, b.getI64IntegerAttr(lanes));
  module->setAttr(device::kernelScratch, b.getI64IntegerAttr(scratchBytes));
}

ModuleOp KernelBuilder::run() {
  if (failed(checkKernel(function)))
    return {};
  createKernel();
  thread = device::ThreadOp::create(b);
  Value part = thread;
  if (lanes != 1)
    part = arith::DivUIOp::create(b, part, index(lanes));
  part = add(part, toIndex(kernel.getArgument(2)));
  Value begin = mul(part, grain), count = toIndex(kernel.getArgument(3));
  Value end = arith::MinSIOp::create(b, add(begin, index(grain)), count);
  Value runs =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, begin, count);
  placeAllocations();
  describeWorkgroup(placeShared() || lanes > warpThreads);
  auto branch = scf::IfOp::create(b, runs, /*withElseRegion=*/false);
  func::ReturnOp::create(b);
  Block &body = function.getBody().front();
  body.getTerminator()->erase();
  body.getArgument(1).replaceAllUsesWith(begin);
  body.getArgument(2).replaceAllUsesWith(end);
  branch.thenBlock()->getOperations().splice(branch.thenBlock()->begin(),
                                             body.getOperations());
  SmallVector<rt::CapturesOp> captures;
  branch.walk([&](rt::CapturesOp op) { captures.push_back(op); });
  for (rt::CapturesOp op : captures) {
    b.setInsertionPoint(op);
    readCaptures(op);
  }
  SmallVector<memref::PrefetchOp> prefetches;
  branch.walk([&](memref::PrefetchOp op) { prefetches.push_back(op); });
  // Caches are the device's affair.
  for (memref::PrefetchOp op : prefetches)
    op.erase();
  return module;
}

static Operation *emit(rt::ForkOp fork, func::FuncOp function) {
  ModuleOp kernel = KernelBuilder(fork, function).run();
  return kernel ? kernel.getOperation() : nullptr;
}

namespace {
struct KernelToGPU : bitnet::impl::KernelToGPUPassBase<KernelToGPU> {
  using KernelToGPUPassBase::KernelToGPUPassBase;

  void runOnOperation() override {
    if (failed(device::convertForks(getOperation(), hostFallback, emit)))
      signalPassFailure();
  }
};
} // namespace
