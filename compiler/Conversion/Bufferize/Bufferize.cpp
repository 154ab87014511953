#include "compiler/Conversion/Bufferize/FunctionLowering.h"
#include "compiler/Conversion/Bufferize/Passes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace bitnet {
#define GEN_PASS_DEF_BUFFERIZEPASS
#include "compiler/Conversion/Bufferize/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

/// Erases what nobody reads, so that it needs no lowering.
static void eraseDeadOps(func::FuncOp main) {
  main.walk<WalkOrder::PostOrder, mlir::ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
}

/// Erases globals that nobody reads: they need no place in the weights file.
static void eraseDeadGlobals(ModuleOp module) {
  llvm::DenseSet<StringAttr> used;
  module.walk(
      [&](rt::GetGlobalOp op) { used.insert(op.getGlobalAttr().getAttr()); });
  for (auto global : llvm::make_early_inc_range(module.getOps<rt::GlobalOp>()))
    if (!used.contains(global.getSymNameAttr()))
      global.erase();
}

namespace {
struct BufferizePass : bitnet::impl::BufferizePassBase<BufferizePass> {
  using BufferizePassBase::BufferizePassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal()) {
      module.emitError("has no function @main with a body");
      return signalPassFailure();
    }
    if (!main.getBody().hasOneBlock()) {
      main.emitError("has several blocks, expected structured control flow");
      return signalPassFailure();
    }
    eraseDeadOps(main);
    LoweringRegistry registry;
    populateOnnxToLinalg(registry);
    populateStructuralOps(registry);
    if (failed(rewrite(module, main, registry)))
      return signalPassFailure();
    eraseDeadGlobals(module);
  }

private:
  /// Replaces `main` by its form on memrefs.
  LogicalResult rewrite(ModuleOp module, func::FuncOp main,
                        const LoweringRegistry &registry) {
    SymbolTable symbols(module);
    OpBuilder builder(main);
    Type execType = rt::ExecType::get(&getContext());
    auto buffered =
        func::FuncOp::create(builder, main.getLoc(), "main",
                             builder.getFunctionType({execType}, {}));
    Block *entry = buffered.addEntryBlock();
    builder.setInsertionPointToStart(entry);
    BufferLowering lowering(builder, symbols, entry->getArgument(0));
    FunctionLowering function(lowering, registry);
    function.lowerArguments(main);
    if (failed(function.lowerBlock(main.getBody().front())) ||
        failed(function.lowerReturn(main))) {
      buffered.erase();
      return failure();
    }
    func::ReturnOp::create(builder, main.getLoc());
    main.erase();
    markDynamicBuffers(buffered);
    return success();
  }
};
} // namespace
