#include "dialects/Device/Transforms/Passes.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace bitnet::device {
#define GEN_PASS_DEF_CONSTANTSTOWEIGHTSPASS
#include "dialects/Device/Transforms/Passes.h.inc"
} // namespace bitnet::device

using namespace mlir;
using namespace bitnet;
using namespace bitnet::device;

/// An rt.global with the value of `global`, in its place.
static FailureOr<rt::GlobalOp> convert(memref::GlobalOp global,
                                       SymbolTable &symbols) {
  auto value = dyn_cast_or_null<ElementsAttr>(global.getInitialValueAttr());
  if (!value || !global.getConstant())
    return global.emitOpError("is no constant, which a device cannot read");
  auto type = cast<RankedTensorType>(value.getShapedType());
  OpBuilder builder(global);
  std::string name = global.getSymName().str();
  symbols.remove(global);
  auto result = rt::GlobalOp::create(builder, global.getLoc(), name, type,
                                     builder.getArrayAttr(value));
  symbols.insert(result);
  return result;
}

namespace {
struct ConstantsToWeights
    : device::impl::ConstantsToWeightsPassBase<ConstantsToWeights> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    SymbolTable symbols(getOperation());
    SmallVector<memref::GetGlobalOp> reads;
    getOperation().walk([&](memref::GetGlobalOp op) { reads.push_back(op); });
    for (memref::GetGlobalOp read : reads) {
      if (read->getParentOfType<func::FuncOp>() != main) {
        read.emitOpError("is outside of @main");
        return signalPassFailure();
      }
      OpBuilder builder(read);
      auto global = rt::GetGlobalOp::create(builder, read.getLoc(),
                                            read.getType(), read.getNameAttr(),
                                            Value(), main.getArgument(0));
      read.replaceAllUsesWith(global.getResult());
      read.erase();
    }
    SmallVector<memref::GlobalOp> globals(
        getOperation().getOps<memref::GlobalOp>());
    for (memref::GlobalOp global : globals) {
      if (failed(convert(global, symbols)))
        return signalPassFailure();
      global.erase();
    }
  }
};
} // namespace
