#include "dialects/Device/Transforms/Kernels.h"
#include "dialects/Device/IR/CaptureLayout.h"
#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::device;

namespace {
class ForkConverter {
public:
  ForkConverter(ModuleOp module, bool hostFallback, EmitKernel emit)
      : module(module), hostFallback(hostFallback), emit(emit) {}

  LogicalResult convert(rt::ForkOp fork);

private:
  /// A kernel and its number; no module for a region that stays on the CPU.
  struct Kernel {
    Operation *module = nullptr;
    int32_t number = 0;
  };

  FailureOr<Kernel> getKernel(rt::ForkOp fork);
  Operation *tryToEmit(rt::ForkOp fork, func::FuncOp function);

  ModuleOp module;
  bool hostFallback;
  EmitKernel emit;
  /// By the name of the function that each was.
  llvm::DenseMap<StringAttr, Kernel> kernels;
  int32_t numKernels = 0;
};
} // namespace

/// Null where the device cannot run it: that is an error, or said in a warning
/// with its reason.
Operation *ForkConverter::tryToEmit(rt::ForkOp fork, func::FuncOp function) {
  // The CPU has no lanes.
  if (!hostFallback || getLanes(fork) != 1)
    return emit(fork, function);
  std::string reason;
  Location place = fork.getLoc();
  Operation *kernel;
  {
    ScopedDiagnosticHandler handler(
        module.getContext(), [&](Diagnostic &found) {
          if (found.getSeverity() == DiagnosticSeverity::Error &&
              reason.empty()) {
            reason = found.str();
            place = found.getLocation();
          }
          return success();
        });
    kernel = emit(fork, function);
  }
  if (!kernel)
    emitWarning(place) << "a region stays on the CPU: " << reason;
  return kernel;
}

/// Forks of one function, all of one grain (rt-outline-parallel), dispatch one
/// kernel.
FailureOr<ForkConverter::Kernel> ForkConverter::getKernel(rt::ForkOp fork) {
  StringAttr name = fork.getCalleeAttr().getAttr();
  auto found = kernels.find(name);
  if (found != kernels.end())
    return found->second;
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function || function.isExternal())
    return fork.emitOpError("calls ")
           << fork.getCalleeAttr() << ", expected a function with a body";
  Kernel kernel{tryToEmit(fork, function), numKernels};
  if (!kernel.module && (!hostFallback || getLanes(fork) != 1))
    return failure();
  if (kernel.module) {
    ++numKernels;
    function.erase();
    Builder builder(module.getContext());
    CaptureLayout layout{TypeRange(fork.getCaptures())};
    SmallVector<int32_t> addresses(layout.addresses.begin(),
                                   layout.addresses.end());
    kernel.module->setAttr(kernelNumber,
                           builder.getI32IntegerAttr(kernel.number));
    kernel.module->setAttr(kernelWords,
                           builder.getI64IntegerAttr(layout.numWords));
    kernel.module->setAttr(kernelAddresses,
                           builder.getDenseI32ArrayAttr(addresses));
  }
  kernels[name] = kernel;
  return kernel;
}

LogicalResult ForkConverter::convert(rt::ForkOp fork) {
  FailureOr<Kernel> kernel = getKernel(fork);
  if (failed(kernel))
    return failure();
  if (!kernel->module)
    return success();
  OpBuilder builder(fork);
  DispatchOp::create(builder, fork.getLoc(), fork.getExec(), fork.getCount(),
                     kernel->number,
                     SymbolTable::getSymbolName(kernel->module).getValue(),
                     fork.getCaptures());
  fork.erase();
  return success();
}

LogicalResult bitnet::device::convertForks(ModuleOp module, bool hostFallback,
                                           EmitKernel emit) {
  ForkConverter converter(module, hostFallback, emit);
  SmallVector<rt::ForkOp> forks;
  module.walk([&](rt::ForkOp op) { forks.push_back(op); });
  for (rt::ForkOp fork : forks)
    if (failed(converter.convert(fork)))
      return failure();
  return success();
}

SmallVector<Operation *> bitnet::device::getKernels(ModuleOp module) {
  auto numberOf = [](Operation *op) {
    return op->getAttrOfType<IntegerAttr>(kernelNumber).getInt();
  };
  SmallVector<Operation *> kernels;
  for (Operation &op : *module.getBody())
    if (op.hasAttr(kernelNumber))
      kernels.push_back(&op);
  llvm::sort(kernels, [&](Operation *a, Operation *b) {
    return numberOf(a) < numberOf(b);
  });
  return kernels;
}
