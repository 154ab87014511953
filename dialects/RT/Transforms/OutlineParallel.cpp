#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Transforms/RegionUtils.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_OUTLINEPARALLELPASS
#include "dialects/RT/Transforms/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;
using namespace bitnet::rt;

/// Runs a region that lies within another one serially, in its place.
static void inlineRegion(ParallelOp op) {
  OpBuilder builder(op);
  Value zero = arith::ConstantIndexOp::create(builder, op.getLoc(), 0);
  Block &body = op.getBody().front();
  body.getTerminator()->erase();
  op.getBegin().replaceAllUsesWith(zero);
  op.getEnd().replaceAllUsesWith(op.getCount());
  op->getBlock()->getOperations().splice(op->getIterator(),
                                         body.getOperations());
  op.erase();
}

/// Constants are cheaper to make again than to pass.
static void cloneConstants(ParallelOp op) {
  SetVector<Value> used;
  getUsedValuesDefinedAbove(op.getBody(), used);
  OpBuilder builder = OpBuilder::atBlockBegin(&op.getBody().front());
  for (Value value : used) {
    Operation *constant = value.getDefiningOp();
    if (!constant || !constant->hasTrait<OpTrait::ConstantLike>())
      continue;
    Value clone = builder.clone(*constant)->getResult(0);
    replaceAllUsesInRegionWith(value, clone, op.getBody());
  }
}

static func::FuncOp makeFunction(ParallelOp op, SymbolTable &symbols) {
  Builder builder(op.getContext());
  Type index = builder.getIndexType();
  auto type = builder.getFunctionType(
      {LLVM::LLVMPointerType::get(op.getContext()), index, index}, {});
  auto func = func::FuncOp::create(op.getLoc(),
                                   op.getKernel().value_or("parallel"), type);
  func.setPrivate();
  symbols.insert(func);
  return func;
}

static void outline(ParallelOp op, SymbolTable &symbols) {
  cloneConstants(op);
  SetVector<Value> captures;
  getUsedValuesDefinedAbove(op.getBody(), captures);
  func::FuncOp func = makeFunction(op, symbols);
  OpBuilder builder(func.getContext());
  func.getBody().takeBody(op.getBody());
  Block &body = func.getBody().front();
  auto pointer = LLVM::LLVMPointerType::get(func.getContext());
  Value args = body.insertArgument(0u, pointer, op.getLoc());
  builder.setInsertionPointToStart(&body);
  if (!captures.empty()) {
    SmallVector<Type> types;
    for (Value value : captures)
      types.push_back(value.getType());
    auto inside = CapturesOp::create(builder, op.getLoc(), types, args);
    for (auto [outer, inner] : llvm::zip(captures, inside.getResults()))
      replaceAllUsesInRegionWith(outer, inner, func.getBody());
  }
  Operation *yield = body.getTerminator();
  builder.setInsertionPoint(yield);
  func::ReturnOp::create(builder, yield->getLoc());
  yield->erase();
  builder.setInsertionPoint(op);
  ForkOp::create(builder, op.getLoc(), op.getExec(), op.getCount(),
                 func.getSymName(), captures.getArrayRef(), op.getGrain());
  op.erase();
}

namespace {
struct OutlineParallel
    : bitnet::rt::impl::OutlineParallelPassBase<OutlineParallel> {
  using OutlineParallelPassBase::OutlineParallelPassBase;

  void runOnOperation() override {
    SmallVector<ParallelOp> nested, outer;
    getOperation().walk([&](ParallelOp op) {
      (op->getParentOfType<ParallelOp>() ? nested : outer).push_back(op);
    });
    llvm::for_each(nested, inlineRegion);
    SymbolTable symbols(getOperation());
    for (ParallelOp op : outer)
      outline(op, symbols);
  }
};
} // namespace
