#include "compiler/Target/GPU/Kernels.h"

#include "compiler/Conversion/RTToLLVM/Passes.h"
#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/Device/Transforms/Kernels.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet;

static int64_t integerOf(Operation *kernel, StringRef name) {
  return kernel->getAttrOfType<IntegerAttr>(name).getInt();
}

namespace {

/// Replaces the ops of the device dialect, before all others are lowered: their
/// numbers are i32 already.
class DeviceOps {
public:
  DeviceOps(ModuleOp kernel, const GpuFamily &family, const NamedGpu &gpu)
      : kernel(kernel), family(family), gpu(gpu),
        lanes(integerOf(kernel, device::kernelLanes)),
        workgroup(integerOf(kernel, device::kernelWorkgroup)),
        smallWorkgroup(integerOf(kernel, device::kernelSmallWorkgroup)) {}

  LogicalResult run();

private:
  /// The results of `op`; nullopt where the target lacks it.
  std::optional<SmallVector<Value>> lower(OpBuilder &b, Operation *op);
  Value constant(OpBuilder &b, Location loc, int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  Value widen(OpBuilder &b, Location loc, Value number) {
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), number);
  }

  ModuleOp kernel;
  const GpuFamily &family;
  const NamedGpu &gpu;
  int64_t lanes, workgroup, smallWorkgroup;
};

} // namespace

std::optional<SmallVector<Value>> DeviceOps::lower(OpBuilder &b,
                                                   Operation *op) {
  using Results = std::optional<SmallVector<Value>>;
  Location loc = op->getLoc();
  auto one = [](Value value) { return Results({value}); };
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](device::ThreadOp) {
        Value group = widen(b, loc, family.workgroupNumber(b, loc));
        Value threads = workgroup == smallWorkgroup
                            ? Value()
                            : family.workgroupThreads(b, loc);
        threads =
            threads ? widen(b, loc, threads) : constant(b, loc, workgroup);
        Value first = arith::MulIOp::create(b, loc, group, threads);
        Value thread = widen(b, loc, family.threadInWorkgroup(b, loc));
        return one(arith::AddIOp::create(b, loc, first, thread));
      })
      .Case([&](device::LaneOp) {
        Value thread = widen(b, loc, family.threadInWorkgroup(b, loc));
        return one(
            arith::RemUIOp::create(b, loc, thread, constant(b, loc, lanes)));
      })
      .Case([&](device::SyncOp) {
        family.sync(b, loc, lanes);
        return Results(SmallVector<Value>());
      })
      .Case([&](device::ExchangeOp op) {
        return one(family.exchange(b, loc, op.getValue(), op.getMask(),
                                   std::min<int64_t>(lanes, 32)));
      })
      .Case([&](device::PickOp op) {
        return one(family.pick(b, loc, op.getValue(), op.getLane(),
                               op.getWidth(), std::min<int64_t>(lanes, 32)));
      })
      .Case([&](device::PermuteBytesOp op) {
        return one(family.permuteBytes(b, loc, op.getLow(), op.getHigh(),
                                       op.getSelector()));
      })
      .Case([&](device::Dot4Op op) {
        return one(family.dot4(b, loc, op.getSum(), op.getCodes(),
                               op.getElements(), gpu.cpu));
      })
      .Case([&](device::MultiplyTilesOp op) {
        return gpu.multipliesTiles
                   ? Results(family.multiplyTiles(b, loc, op->getOperands()))
                   : std::nullopt;
      })
      .Default([](Operation *) { return std::nullopt; });
}

LogicalResult DeviceOps::run() {
  SmallVector<Operation *> ops;
  kernel.walk([&](Operation *op) {
    if (isa_and_nonnull<device::DeviceDialect>(op->getDialect()))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    OpBuilder b(op);
    std::optional<SmallVector<Value>> results = lower(b, op);
    if (!results)
      return op->emitOpError("has no instruction on ") << gpu.name;
    op->replaceAllUsesWith(*results);
    op->erase();
  }
  return success();
}

static void buildKernelToLLVM(OpPassManager &passes) {
  OpPassManager &functions = passes.nest<func::FuncOp>();
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(rt::createHoistStackPass());
  functions.addPass(createLowerAffinePass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createLoopInvariantCodeMotionPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(arith::createArithExpandOpsPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

LogicalResult bitnet::lowerKernel(ModuleOp kernel, const GpuFamily &family,
                                  const NamedGpu &gpu) {
  if (failed(DeviceOps(kernel, family, gpu).run()))
    return failure();
  PassManager passes(kernel.getContext(), ModuleOp::getOperationName());
  buildKernelToLLVM(passes);
  return passes.run(kernel);
}
