#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/Transforms/Passes.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSwitch.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_SETCACHETYPEPASS
#include "dialects/RT/Transforms/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;

namespace {
struct SetCacheTypePass
    : bitnet::rt::impl::SetCacheTypePassBase<SetCacheTypePass> {
  using SetCacheTypePassBase::SetCacheTypePassBase;

  void runOnOperation() override {
    Builder builder(&getContext());
    Type type = llvm::StringSwitch<Type>(element)
                    .Case("f32", builder.getF32Type())
                    .Case("f16", builder.getF16Type())
                    .Case("i8", builder.getI8Type())
                    .Default(Type());
    if (element == "graph")
      return;
    if (!type) {
      getOperation().emitError("element is '")
          << element << "', expected graph, f32, f16 or i8";
      return signalPassFailure();
    }
    for (auto cache : getOperation().getOps<bitnet::rt::KVCacheOp>()) {
      auto tensor = cast<RankedTensorType>(cache.getType());
      cache.setTypeAttr(TypeAttr::get(tensor.clone(type)));
    }
  }
};
} // namespace
