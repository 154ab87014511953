#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/OperationSupport.h"
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

namespace {
/// The functions made so far. Regions of one grain that do the same, each with
/// its own captures, share one.
class Outliner {
public:
  explicit Outliner(SymbolTable &symbols) : symbols(symbols) {}

  void outline(ParallelOp op);

private:
  func::FuncOp makeFunction(ParallelOp op, ValueRange captures);
  /// `func`, or one that is there and does the same for an op like this.
  func::FuncOp findOrInsert(func::FuncOp func, ParallelOp op);

  SymbolTable &symbols;
  /// By a hash of kernel and body.
  struct Known {
    func::FuncOp func;
    StringRef kernel;
    int64_t grain;
    DictionaryAttr attributes;
  };
  /// Hashes have 32 bits: none is one of the map's own keys.
  llvm::DenseMap<uint64_t, SmallVector<Known>> known;
};
} // namespace

/// A function of `op`'s body, whose captures come as its first argument.
func::FuncOp Outliner::makeFunction(ParallelOp op, ValueRange captures) {
  OpBuilder builder(op.getContext());
  Type index = builder.getIndexType();
  auto pointer = LLVM::LLVMPointerType::get(op.getContext());
  auto func = func::FuncOp::create(
      op.getLoc(), op.getKernel().value_or("parallel"),
      builder.getFunctionType({pointer, index, index}, {}));
  func.setPrivate();
  func.getBody().takeBody(op.getBody());
  Block &body = func.getBody().front();
  Value args = body.insertArgument(0u, pointer, op.getLoc());
  builder.setInsertionPointToStart(&body);
  if (!captures.empty()) {
    auto inside =
        CapturesOp::create(builder, op.getLoc(), captures.getTypes(), args);
    for (auto [outer, inner] : llvm::zip(captures, inside.getResults()))
      replaceAllUsesInRegionWith(outer, inner, func.getBody());
  }
  Operation *yield = body.getTerminator();
  builder.setInsertionPoint(yield);
  func::ReturnOp::create(builder, yield->getLoc());
  yield->erase();
  return func;
}

func::FuncOp Outliner::findOrInsert(func::FuncOp func, ParallelOp op) {
  StringRef kernel = op.getKernel().value_or("parallel");
  int64_t grain = op.getGrain();
  DictionaryAttr attributes = op->getDiscardableAttrDictionary();
  constexpr auto flags = OperationEquivalence::IgnoreLocations;
  llvm::hash_code hash = llvm::hash_combine(kernel, grain);
  func.getBody().walk([&](Operation *op) {
    // Operands are told apart by the comparison.
    hash = llvm::hash_combine(
        hash, OperationEquivalence::computeHash(
                  op, OperationEquivalence::ignoreHashValue,
                  OperationEquivalence::ignoreHashValue, flags));
  });
  auto &candidates = known[static_cast<unsigned>(size_t(hash))];
  for (Known &other : candidates)
    if (other.kernel == kernel && other.grain == grain &&
        other.attributes == attributes &&
        OperationEquivalence::isRegionEquivalentTo(&other.func.getBody(),
                                                   &func.getBody(), flags)) {
      func.erase();
      return other.func;
    }
  symbols.insert(func);
  candidates.push_back({func, kernel, grain, attributes});
  return func;
}

void Outliner::outline(ParallelOp op) {
  cloneConstants(op);
  SetVector<Value> captures;
  getUsedValuesDefinedAbove(op.getBody(), captures);
  func::FuncOp func = makeFunction(op, captures.getArrayRef());
  func = findOrInsert(func, op);
  OpBuilder builder(op);
  auto fork =
      ForkOp::create(builder, op.getLoc(), op.getExec(), op.getCount(),
                     func.getSymName(), captures.getArrayRef(), op.getGrain());
  fork->setDiscardableAttrs(op->getDiscardableAttrDictionary());
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
    Outliner outliner(symbols);
    for (ParallelOp op : outer)
      outliner.outline(op);
  }
};
} // namespace
