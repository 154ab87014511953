#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/IR/SizeBounds.h"
#include "dialects/RT/Transforms/ArenaSizes.h"
#include "dialects/RT/Transforms/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/EquivalenceClasses.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_PLANARENAPASS
#include "dialects/RT/Transforms/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;
using namespace bitnet::rt;

namespace {

/// Every buffer begins on a cache line, so that vector loads never straddle
/// two.
constexpr int64_t slotAlignment = 64;

/// Which values may be the same memory: views, casts, loop-carried values.
class Aliases {
public:
  explicit Aliases(func::FuncOp func) {
    func.walk([&](Operation *op) { visit(op); });
  }

  /// Every value that may alias `value`, itself included.
  SmallVector<Value> of(Value value) const {
    SmallVector<Value> values;
    auto leader = classes.findLeader(value.getAsOpaquePointer());
    if (leader == classes.member_end())
      return {value};
    for (auto it = leader; it != classes.member_end(); ++it)
      values.push_back(Value::getFromOpaquePointer(*it));
    return values;
  }

private:
  void join(Value a, Value b) {
    if (isa<MemRefType>(a.getType()) && isa<MemRefType>(b.getType()))
      classes.unionSets(a.getAsOpaquePointer(), b.getAsOpaquePointer());
  }

  void visit(Operation *op) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      for (auto [init, arg, yielded, result] :
           llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(),
                     loop.getYieldedValues(), loop.getResults())) {
        join(init, arg);
        join(init, yielded);
        join(init, result);
      }
      return;
    }
    if (auto branch = dyn_cast<scf::IfOp>(op)) {
      for (Region &region : branch->getRegions())
        if (!region.empty())
          for (auto [yielded, result] :
               llvm::zip(region.front().getTerminator()->getOperands(),
                         branch.getResults()))
            join(yielded, result);
      return;
    }
    if (op->getNumRegions() != 0)
      return;
    // Views, casts, select, metadata: whatever gives a memref from memrefs.
    for (Value result : op->getResults())
      for (Value operand : op->getOperands())
        join(operand, result);
  }

  llvm::EquivalenceClasses<const void *> classes;
};

/// One buffer with its first and last use, in the order of the operations.
struct Buffer {
  memref::AllocOp alloc;
  int64_t first = 0, last = 0;
  Value bytes;
};

/// Memory that buffers of disjoint lifetimes share.
struct Slot {
  SmallVector<Buffer *> buffers;
  Value bytes, offset;

  bool isFreeFor(const Buffer &buffer) const {
    return llvm::all_of(buffers, [&](Buffer *other) {
      return other->last < buffer.first || buffer.last < other->first;
    });
  }
};

/// Plans one `@main`.
class Planner {
public:
  Planner(func::FuncOp main, int64_t maxStackBytes)
      : main(main), maxStackBytes(maxStackBytes) {}

  LogicalResult run() {
    main.walk([](memref::DeallocOp op) { op.erase(); });
    main.walk([&](AllocateOp op) {
      if (auto slot = op->getAttrOfType<IntegerAttr>("rt.slot"))
        numSlots = std::max<int64_t>(numSlots, slot.getInt() + 1);
    });
    WalkResult carried = main.walk(
        [&](scf::ForOp loop) { return WalkResult(carryInFixedBuffers(loop)); });
    if (carried.wasInterrupted() || failed(placeParallelBuffers()) ||
        failed(collect()))
      return failure();
    computeSizes();
    assignSlots();
    makeArenaBytes(placeSlots());
    return success();
  }

private:
  LogicalResult carryInFixedBuffers(scf::ForOp loop);
  LogicalResult placeParallelBuffers();
  LogicalResult collect();
  void setLifetime(Buffer &buffer, const Aliases &aliases);
  void computeSizes();
  void assignSlots();
  Value placeSlots();
  Value allocateDynamic(OpBuilder &builder, memref::AllocOp alloc);
  void makeArenaBytes(Value total);

  func::FuncOp main;
  int64_t maxStackBytes;
  /// Of rt.allocate.
  int64_t numSlots = 0;
  std::unique_ptr<ArenaSizes> sizes;
  std::vector<Buffer> buffers;
  std::vector<Slot> slots;
  DenseMap<Operation *, std::pair<int64_t, int64_t>> number;
};

struct PlanArena : bitnet::rt::impl::PlanArenaPassBase<PlanArena> {
  using PlanArenaPassBase::PlanArenaPassBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal())
      return;
    if (main.getNumArguments() != 1 ||
        !isa<ExecType>(main.getArgument(0).getType())) {
      main.emitOpError("has type ")
          << main.getFunctionType() << ", expected (!rt.exec) -> ()";
      return signalPassFailure();
    }
    if (failed(Planner(main, maxStackBytes).run()))
      signalPassFailure();
  }
};

} // namespace

/// The buffer behind views and casts.
static Value rootOf(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value;
}

/// A buffer allocated in a loop and passed to the next iteration would be
/// written while it is still read: the next iteration's allocation is the same
/// memory. Copy it into a buffer that outlives the loop.
LogicalResult Planner::carryInFixedBuffers(scf::ForOp loop) {
  // Copies are made one after the other: one that another argument's next value
  // is still to be read from would be overwritten.
  for (auto [i, yielded] : llvm::enumerate(loop.getYieldedValues()))
    if (auto argument = dyn_cast<BlockArgument>(rootOf(yielded));
        argument && isa<MemRefType>(argument.getType()) &&
        argument.getOwner() == loop.getBody() &&
        argument != loop.getRegionIterArg(i))
      return loop.emitOpError("yields iteration argument #")
             << argument.getArgNumber() - 1 << " as #" << i
             << ", expected each buffer in its place";
  for (unsigned i = 0; i < loop.getNumRegionIterArgs(); ++i) {
    BlockArgument argument = loop.getRegionIterArgs()[i];
    auto type = dyn_cast<MemRefType>(argument.getType());
    auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
    Value yielded = yield.getOperand(i), init = loop.getInitArgs()[i];
    if (!type || yielded == argument)
      continue;
    Operation *source = rootOf(yielded).getDefiningOp();
    if (!source || !loop->isProperAncestor(source))
      continue;
    OpBuilder builder(loop);
    SmallVector<Value> dynamic;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (type.isDynamicDim(axis))
        dynamic.push_back(
            memref::DimOp::create(builder, loop.getLoc(), init, axis));
    Value fixed =
        memref::AllocOp::create(builder, loop.getLoc(), type, dynamic);
    memref::CopyOp::create(builder, loop.getLoc(), init, fixed);
    loop.getInitArgsMutable()[i].set(fixed);
    argument.replaceAllUsesWith(fixed);
    loop.getResult(i).replaceAllUsesWith(fixed);
    builder.setInsertionPoint(yield);
    memref::CopyOp::create(builder, loop.getLoc(), yielded, fixed);
    yield->setOperand(i, argument);
  }
  return success();
}

LogicalResult Planner::placeParallelBuffers() {
  WalkResult result = main.walk([&](memref::AllocOp alloc) {
    if (!alloc->getParentOfType<ParallelOp>())
      return WalkResult::advance();
    MemRefType type = alloc.getType();
    if (!type.hasStaticShape() ||
        !type.getElementType().isIntOrIndexOrFloat()) {
      alloc.emitOpError("allocates ")
          << type << " in a parallel region, expected a static size";
      return WalkResult::interrupt();
    }
    if (int64_t bytes = type.getNumElements() * bytesOfElement(type);
        bytes > maxStackBytes) {
      alloc.emitOpError("allocates ")
          << bytes << " bytes in a parallel region, "
          << "expected at most " << maxStackBytes;
      return WalkResult::interrupt();
    }
    OpBuilder builder(alloc);
    auto local =
        memref::AllocaOp::create(builder, alloc.getLoc(), type, ValueRange(),
                                 builder.getI64IntegerAttr(slotAlignment));
    alloc.replaceAllUsesWith(local.getResult());
    alloc.erase();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// Numbers the operations and finds every buffer's lifetime.
LogicalResult Planner::collect() {
  int64_t next = 0;
  main.walk([&](Operation *op, const WalkStage &stage) {
    if (stage.isBeforeAllRegions())
      number[op].first = next++;
    if (stage.isAfterAllRegions())
      number[op].second = next++;
  });
  Aliases aliases(main);
  WalkResult result = main.walk([&](memref::AllocOp alloc) {
    if (!alloc.getType().getLayout().isIdentity() ||
        !alloc.getType().getElementType().isIntOrIndexOrFloat()) {
      alloc.emitOpError("allocates ")
          << alloc.getType()
          << ", expected an identity layout and numbers as elements";
      return WalkResult::interrupt();
    }
    buffers.emplace_back().alloc = alloc;
    setLifetime(buffers.back(), aliases);
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

void Planner::setLifetime(Buffer &buffer, const Aliases &aliases) {
  // The smallest block that holds the buffer and all its uses: in a loop that
  // one of them is in, but the buffer is not, it must live throughout.
  Block *block = buffer.alloc->getBlock();
  SmallVector<Operation *> users;
  for (Value value : aliases.of(buffer.alloc.getResult()))
    llvm::append_range(users, value.getUsers());
  for (Operation *user : users)
    while (!block->findAncestorOpInBlock(*user))
      block = block->getParentOp()->getBlock();
  Operation *self = block->findAncestorOpInBlock(*buffer.alloc);
  bool nested = self != buffer.alloc;
  buffer.first = nested ? number[self].first : INT64_MAX;
  buffer.last = number[self].second;
  for (Operation *user : users) {
    Operation *ancestor = block->findAncestorOpInBlock(*user);
    buffer.last = std::max(buffer.last, number[ancestor].second);
    // A view alone touches no memory.
    if (!isa<ViewLikeOpInterface, memref::DimOp>(user))
      buffer.first = std::min(buffer.first, number[ancestor].first);
    // The caller reads outputs after the execution.
    if (isa<OutputOp>(user))
      buffer.last = INT64_MAX;
  }
  buffer.first = std::min(buffer.first, buffer.last);
}

void Planner::computeSizes() {
  Block &entry = main.getBody().front();
  sizes = std::make_unique<ArenaSizes>(entry, entry.begin());
  for (Buffer &buffer : buffers)
    if (!buffer.alloc->hasAttr("rt.dynamic"))
      buffer.bytes = sizes->bytesOf(buffer.alloc, slotAlignment);
}

/// Greedy, in order of first use: a free slot of the same size, else a free
/// slot, static ones among themselves while there is any choice, else a new
/// one.
void Planner::assignSlots() {
  SmallVector<Buffer *> order;
  for (Buffer &buffer : buffers)
    if (buffer.bytes)
      order.push_back(&buffer);
  llvm::stable_sort(order,
                    [](Buffer *a, Buffer *b) { return a->first < b->first; });
  for (Buffer *buffer : order) {
    bool isStatic = matchPattern(buffer->bytes, m_Constant());
    Slot *best = nullptr;
    int bestRank = 0;
    for (Slot &slot : slots) {
      if (!slot.isFreeFor(*buffer))
        continue;
      bool sameSize = slot.bytes == buffer->bytes;
      bool slotIsStatic = matchPattern(slot.bytes, m_Constant());
      int rank = sameSize ? 3 : slotIsStatic == isStatic ? 2 : 1;
      if (rank > bestRank)
        std::tie(best, bestRank) = std::make_pair(&slot, rank);
    }
    if (!best)
      best = &slots.emplace_back();
    best->buffers.push_back(buffer);
    best->bytes =
        best->bytes ? sizes->max(best->bytes, buffer->bytes) : buffer->bytes;
  }
}

Value Planner::allocateDynamic(OpBuilder &builder, memref::AllocOp alloc) {
  Location loc = alloc.getLoc();
  ArenaSizes here(*alloc->getBlock(), alloc->getIterator());
  Value bytes = here.bytesOf(alloc.getType(), alloc.getDynamicSizes());
  auto type = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  // What one iteration of a loop asks for takes the place of what the one
  // before has had: nothing but copies goes from one to the next.
  auto op = AllocateOp::create(builder, loc, type, main.getArgument(0), bytes);
  if (alloc->getParentOfType<LoopLikeOpInterface>())
    op->setAttr("rt.slot", builder.getI64IntegerAttr(numSlots++));
  return op;
}

/// Replaces the allocations; gives the arena's size.
Value Planner::placeSlots() {
  Value total = sizes->constant(0);
  for (Slot &slot : slots) {
    slot.offset = total;
    total = sizes->add(total, slot.bytes);
  }
  Block &entry = main.getBody().front();
  OpBuilder builder(&entry, entry.begin());
  auto bytesType = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  Value exec = main.getArgument(0), arena;
  if (!slots.empty())
    arena = ArenaOp::create(builder, main.getLoc(), bytesType, exec);
  auto replace = [&](memref::AllocOp alloc, Value base, Value offset) {
    Value view =
        memref::ViewOp::create(builder, alloc.getLoc(), alloc.getType(), base,
                               offset, alloc.getDynamicSizes());
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  };
  for (Slot &slot : slots)
    for (Buffer *buffer : slot.buffers) {
      builder.setInsertionPoint(buffer->alloc);
      replace(buffer->alloc, arena, slot.offset);
    }
  for (Buffer &buffer : buffers) {
    if (buffer.bytes)
      continue;
    builder.setInsertionPoint(buffer.alloc);
    replace(buffer.alloc, allocateDynamic(builder, buffer.alloc),
            arith::ConstantIndexOp::create(builder, buffer.alloc.getLoc(), 0));
  }
  // The runtime takes a negative size for one that no machine has.
  std::optional<int64_t> bound = getUpperBound(total);
  if (bound && *bound < kMostBytes)
    return total;
  return sizes->select(sizes->isAbove(sizes->constant(kMostBytes), total),
                       total, sizes->constant(-1));
}

/// The same computation for the runtime, which allocates the arena.
void Planner::makeArenaBytes(Value total) {
  OpBuilder builder(main);
  auto type = builder.getFunctionType({main.getArgument(0).getType()},
                                      {builder.getI64Type()});
  auto func = func::FuncOp::create(builder, main.getLoc(), "arena_bytes", type);
  builder.setInsertionPointToStart(func.addEntryBlock());
  IRMapping mapping;
  mapping.map(main.getArgument(0), func.getArgument(0));
  SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.inclusive = true;
  (void)getBackwardSlice(total, &slice, options);
  for (Operation *op : slice)
    builder.clone(*op, mapping);
  Value result = arith::IndexCastOp::create(
      builder, main.getLoc(), builder.getI64Type(), mapping.lookup(total));
  func::ReturnOp::create(builder, main.getLoc(), result);
}
