//===- MergeBranches.cpp - decoders of two branches -----------------------===//
//
// A merged decoder is an If whose branches are one decoder each, with and
// without a past. Where both are proven to be the same but for the past, the
// one with it stands for both: of a past that the condition empties.
//
// The proof is a function beside @main: it runs both branches, the past of the
// one cut to length 0, and returns what each gives. After the simplifications
// of normalisation, of empty operands and of equal sizes, equal results are one
// value.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Passes.h"

#include "dialects/Onnx/IR/OnnxControl.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <map>

namespace bitnet::recognize {
#define GEN_PASS_DEF_MERGEBRANCHESPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

namespace {

/// An input that one branch alone reads, and the axis that it is extended on.
struct Past {
  BlockArgument argument;
  int64_t axis;
};

/// An If that may be a merged decoder.
struct Merged {
  onnx::IfOp op;
  Region *withPast, *without;
  SmallVector<Past> pasts;
};

} // namespace

//===- What may be a merged decoder
//----------------------------------------===//

/// The axis that all Concats behind `argument` in `region` join it on, if there
/// is nothing that reads it but those and Shapes, all in `region`.
static std::optional<int64_t> pastAxis(BlockArgument argument, Region &region) {
  std::optional<int64_t> axis;
  RankedTensorType type = rankedType(argument);
  for (Operation *user : argument.getUsers()) {
    if (!region.isAncestor(user->getParentRegion()))
      return std::nullopt;
    if (isOnnx(user, "Shape"))
      continue;
    if (!isOnnx(user, "Concat") || user->getOperand(0) != argument)
      return std::nullopt;
    int64_t at = intAttr(user, "axis", 0);
    at += at < 0 ? type.getRank() : 0;
    if (axis && *axis != at)
      return std::nullopt;
    axis = at;
  }
  return axis && type.isDynamicDim(*axis) ? axis : std::nullopt;
}

static SmallVector<Past> findPasts(func::FuncOp main, Region &region) {
  SmallVector<Past> pasts;
  for (BlockArgument argument : main.getArguments())
    if (rankedType(argument) && !argument.use_empty())
      if (std::optional<int64_t> axis = pastAxis(argument, region))
        pasts.push_back({argument, *axis});
  return pasts;
}

static std::optional<Merged> match(func::FuncOp main, onnx::IfOp op) {
  SmallVector<Past> ifTrue = findPasts(main, op.getThenRegion());
  SmallVector<Past> ifFalse = findPasts(main, op.getElseRegion());
  if (ifTrue.empty() == ifFalse.empty())
    return std::nullopt;
  if (ifFalse.empty())
    return Merged{op, &op.getThenRegion(), &op.getElseRegion(), ifTrue};
  return Merged{op, &op.getElseRegion(), &op.getThenRegion(), ifFalse};
}

//===- The proof
//-----------------------------------------------------------===//

/// Clones the ops of `region` to the builder; what the region yields.
static SmallVector<Value> cloneBody(Region &region, OpBuilder &builder,
                                    IRMapping &mapping) {
  for (Operation &op : region.front().without_terminator())
    builder.clone(op, mapping);
  return llvm::map_to_vector(
      region.front().getTerminator()->getOperands(),
      [&](Value v) { return mapping.lookupOrDefault(v); });
}

static Value createList(OpBuilder &builder, Location loc, int64_t number) {
  return createOnnx(
      builder, loc, "Constant",
      RankedTensorType::get({1}, builder.getI64Type()), {},
      builder.getNamedAttr("value", builder.getI64TensorAttr(number)));
}

/// No element of `past`.
static Value createEmpty(OpBuilder &builder, Location loc, const Past &past,
                         Value argument) {
  RankedTensorType type = rankedType(past.argument);
  SmallVector<int64_t> shape(type.getShape());
  shape[past.axis] = 0;
  Value zero = createList(builder, loc, 0);
  return createOnnx(
      builder, loc, "Slice",
      RankedTensorType::get(shape, type.getElementType()),
      {argument, zero, zero, createList(builder, loc, past.axis)});
}

/// The function that returns what both branches give.
static func::FuncOp createProof(func::FuncOp main, Merged merged) {
  OpBuilder builder(main);
  Location loc = merged.op.getLoc();
  auto proof = func::FuncOp::create(
      builder, loc, "__branches_are_equal",
      builder.getFunctionType(main.getArgumentTypes(), {}));
  proof.setPrivate();
  proof.setArgAttrsAttr(main.getArgAttrsAttr());
  Block *entry = proof.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  IRMapping mapping;
  mapping.map(main.getArguments(), entry->getArguments());
  for (Operation &op : *merged.op->getBlock()) {
    if (&op == merged.op)
      break;
    builder.clone(op, mapping);
  }
  IRMapping other = mapping;
  for (Past past : merged.pasts)
    mapping.map(past.argument,
                createEmpty(builder, loc, past, mapping.lookup(past.argument)));
  SmallVector<Value> results = cloneBody(*merged.withPast, builder, mapping);
  llvm::append_range(results, cloneBody(*merged.without, builder, other));
  func::ReturnOp::create(builder, loc, results);
  proof.setFunctionType(builder.getFunctionType(
      main.getArgumentTypes(), ValueRange(results).getTypes()));
  return proof;
}

/// Concat without the operands that are empty along its axis.
static void dropEmptyOperands(Operation *op) {
  RankedTensorType type = rankedType(op->getResult(0));
  int64_t axis = intAttr(op, "axis", 0);
  axis += axis < 0 ? type.getRank() : 0;
  SmallVector<Value> kept;
  for (Value operand : op->getOperands())
    if (rankedType(operand).getDimSize(axis) != 0)
      kept.push_back(operand);
  if (!kept.empty() && kept.size() != op->getNumOperands())
    op->setOperands(kept);
}

/// Whether `value` is a constant of integers that are all 0.
static bool isZero(Value value) {
  Operation *constant = onnxDef(value, "Constant");
  auto elements = constant ? constant->getAttrOfType<DenseElementsAttr>("value")
                           : DenseElementsAttr();
  return elements && elements.isSplat() &&
         isa<IntegerType>(elements.getElementType()) &&
         elements.getSplatValue<APInt>().isZero();
}

/// Positions behind a past of length 0: x + 0 is x.
static void dropAddedZero(Operation *op) {
  for (unsigned i : {0, 1})
    if (Value other = op->getOperand(1 - i);
        isZero(op->getOperand(i)) &&
        other.getType() == op->getResult(0).getType())
      return op->getResult(0).replaceAllUsesWith(other);
}

/// Values of equal elements, where these are sizes or computed from sizes,
/// become the first one of them.
static void shareEqualNumbers(Block &block) {
  onnx::ShapeAnalysis shapes;
  using Key =
      std::pair<const void *,
                std::vector<std::tuple<int64_t, const void *, int64_t>>>;
  std::map<Key, Value> first;
  SmallVector<std::pair<Value, Value>> equal;
  for (Operation &op : block)
    for (Value result : op.getResults()) {
      auto elements = isa<RankedTensorType>(result.getType())
                          ? shapes.getElements(result)
                          : std::nullopt;
      if (!elements || onnxDef(result, "Constant"))
        continue;
      Key key{result.getType().getAsOpaquePointer(), {}};
      for (const onnx::Extent &extent : *elements)
        key.second.emplace_back(extent.number.value_or(0), extent.origin,
                                extent.place);
      auto [at, isNew] = first.try_emplace(key, result);
      if (!isNew)
        equal.emplace_back(result, at->second);
    }
  for (auto [value, same] : equal)
    value.replaceAllUsesWith(same);
}

static void simplify(OpPassManager &passes) {
  passes.addPass(onnx::createInferShapesPass());
  passes.addPass(onnx::createFoldConstantsPass());
  passes.addPass(onnx::createNormalizePass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(onnx::createFoldShapesPass());
  passes.addPass(createShareConstantsPass());
  passes.addPass(createCSEPass());
}

static bool pairsAreEqual(func::FuncOp proof) {
  OperandRange values = proof.getBody().front().getTerminator()->getOperands();
  size_t half = values.size() / 2;
  return llvm::equal(values.take_front(half), values.drop_front(half));
}

//===- The pass
//------------------------------------------------------------===//

/// The branch with a past takes the place of the If.
static void replaceIf(func::FuncOp main, Merged merged) {
  OpBuilder builder(merged.op);
  Location loc = merged.op.getLoc();
  Value condition = merged.op.getCondition();
  if (merged.withPast == &merged.op.getElseRegion())
    condition = createOnnx(builder, loc, "Not", condition.getType(), condition);
  for (Past past : merged.pasts) {
    Value kept = createOnnx(
        builder, loc, "KeepIf", past.argument.getType(),
        {past.argument, condition},
        builder.getNamedAttr("axis", builder.getI64IntegerAttr(past.axis)));
    past.argument.replaceUsesWithIf(kept, [&](OpOperand &use) {
      return merged.withPast->isAncestor(use.getOwner()->getParentRegion());
    });
  }
  Block &body = merged.withPast->front();
  Operation *yield = body.getTerminator();
  merged.op->getBlock()->getOperations().splice(
      merged.op->getIterator(), body.getOperations(), body.begin(),
      yield->getIterator());
  for (auto [result, value] :
       llvm::zip_equal(merged.op.getResults(), yield->getOperands()))
    result.replaceAllUsesWith(value);
  merged.op->erase();
  Operation *end = main.getBody().front().getTerminator();
  main.setFunctionType(
      builder.getFunctionType(main.getArgumentTypes(), end->getOperandTypes()));
}

namespace {

struct MergeBranchesPass
    : bitnet::recognize::impl::MergeBranchesPassBase<MergeBranchesPass> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock())
      return;
    for (auto op : llvm::make_early_inc_range(
             main.getBody().front().getOps<onnx::IfOp>())) {
      std::optional<Merged> merged = match(main, op);
      if (!merged)
        continue;
      func::FuncOp proof = createProof(main, *merged);
      bool equal = prove(proof);
      proof.erase();
      if (equal)
        replaceIf(main, *merged);
      else
        op->emitRemark("the branches of If are not proven to be the same but "
                       "for the past: both are compiled");
    }
  }

private:
  /// Whether the branches give equal values. A branch that makes no sense of an
  /// empty past is an error in the proof alone.
  bool prove(func::FuncOp proof) {
    ScopedDiagnosticHandler quiet(&getContext(),
                                  [](Diagnostic &) { return success(); });
    OpPassManager first(func::FuncOp::getOperationName());
    first.addPass(onnx::createInferShapesPass());
    first.addPass(onnx::createDecomposePass());
    if (failed(runPipeline(first, proof)))
      return false;
    // Each round brings equal numbers to where the next one finds equal ops.
    constexpr int kMostRounds = 4;
    for (int round = 0; round < kMostRounds; ++round) {
      OpPassManager passes(func::FuncOp::getOperationName());
      simplify(passes);
      if (failed(runPipeline(passes, proof)))
        return false;
      if (pairsAreEqual(proof))
        return true;
      proof.walk([](Operation *op) {
        if (isOnnx(op, "Concat"))
          dropEmptyOperands(op);
        else if (isOnnx(op, "Add"))
          dropAddedZero(op);
      });
      shareEqualNumbers(proof.getBody().front());
    }
    return false;
  }
};

} // namespace
