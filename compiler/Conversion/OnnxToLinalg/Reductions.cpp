#include "compiler/Conversion/OnnxToLinalg/Loops.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {
/// The axes that a reduction folds and those that it keeps.
struct ReducedAxes {
  llvm::SmallBitVector folded;

  /// Indices of the operand from those of the kept and of the folded axes.
  Numbers join(ArrayRef<Number> kept, ArrayRef<Number> rest) const {
    Numbers all;
    for (unsigned axis = 0; axis < folded.size(); ++axis) {
      ArrayRef<Number> &from = folded[axis] ? rest : kept;
      all.push_back(from.front());
      from = from.drop_front();
    }
    return all;
  }
  Numbers pick(ArrayRef<Number> sizes, bool ofFolded) const {
    Numbers some;
    for (unsigned axis = 0; axis < folded.size(); ++axis)
      if (folded[axis] == ofFolded)
        some.push_back(sizes[axis]);
    return some;
  }
};

enum class Fold { Sum, Mean, Max, Min, Prod, SumSquare, L1, L2 };
} // namespace

static FailureOr<ReducedAxes> getReducedAxes(Operation *op, int64_t rank,
                                             BufferLowering &lowering) {
  std::optional<SmallVector<int64_t>> axes = getIntsAttr(op, "axes");
  if (Value operand = getOperandIfAny(op, 1)) {
    axes = lowering.constants(operand);
    if (!axes)
      return op->emitError("has axes that are not known at compile time");
  }
  ReducedAxes reduced{llvm::SmallBitVector(rank)};
  if (!axes || axes->empty()) {
    if (!getIntAttr(op, "noop_with_empty_axes", 0))
      reduced.folded.set();
    return reduced;
  }
  for (int64_t axis : *axes) {
    if (!normalizeAxis(axis, rank))
      return op->emitError("has axis ") << axis << ", expected below " << rank;
    reduced.folded.set(axis);
  }
  return reduced;
}

//===- Reduce*
//-------------------------------------------------------------===//

static Fold getFold(Operation *op) {
  return llvm::StringSwitch<Fold>(op->getName().getStringRef())
      .Case("onnx.ReduceMean", Fold::Mean)
      .Case("onnx.ReduceMax", Fold::Max)
      .Case("onnx.ReduceMin", Fold::Min)
      .Case("onnx.ReduceProd", Fold::Prod)
      .Case("onnx.ReduceSumSquare", Fold::SumSquare)
      .Case("onnx.ReduceL1", Fold::L1)
      .Case("onnx.ReduceL2", Fold::L2)
      .Default(Fold::Sum);
}

/// What the fold of nothing is.
static Value initialValue(ScalarMath &math, Fold fold, Type type,
                          Type element) {
  bool isFloat = isa<FloatType>(type);
  if (fold == Fold::Max || fold == Fold::Min) {
    bool isMax = fold == Fold::Max;
    if (isFloat) {
      double infinity = std::numeric_limits<double>::infinity();
      return math.constant(type, isMax ? -infinity : infinity);
    }
    unsigned width = type.getIntOrFloatBitWidth();
    APInt bound =
        isUnsigned(element)
            ? (isMax ? APInt::getZero(width) : APInt::getAllOnes(width))
            : (isMax ? APInt::getSignedMinValue(width)
                     : APInt::getSignedMaxValue(width));
    return math.integer(type, bound.getSExtValue());
  }
  double neutral = fold == Fold::Prod ? 1 : 0;
  return isFloat ? math.constant(type, neutral) : math.integer(type, neutral);
}

static Value foldStep(ScalarMath &math, Fold fold, Value state, Value x,
                      bool isUnsigned) {
  switch (fold) {
  case Fold::Max:
    return math.max(state, x, isUnsigned);
  case Fold::Min:
    return math.min(state, x, isUnsigned);
  case Fold::Prod:
    return math.mul(state, x);
  case Fold::SumSquare:
  case Fold::L2:
    return math.add(state, math.mul(x, x));
  case Fold::L1: {
    if (isUnsigned)
      return math.add(state, x);
    Value zero = isa<FloatType>(x.getType()) ? math.constant(x.getType(), 0)
                                             : math.integer(x.getType(), 0);
    return math.add(state, math.max(x, math.sub(zero, x), false));
  }
  case Fold::Sum:
  case Fold::Mean:
    break;
  }
  return math.add(state, x);
}

/// The result from the last state of folding `sizes`.
static Value finishFold(BufferLowering &lowering, Fold fold, Value last,
                        ArrayRef<Number> sizes, Type element) {
  OpBuilder &builder = lowering.builder;
  ScalarMath math(builder, lowering.getLoc());
  Type state = last.getType();
  if (fold == Fold::Mean) {
    Value count = arith::IndexCastOp::create(
        builder, lowering.getLoc(), builder.getI64Type(),
        lowering.math.value(lowering.math.product(sizes)));
    count = math.cast(count, count.getType(), state);
    last = math.div(last, count, isUnsigned(element));
  } else if (fold == Fold::L2) {
    Value root = isa<FloatType>(state)
                     ? last
                     : math.cast(last, state, builder.getF64Type());
    root = math::SqrtOp::create(builder, lowering.getLoc(), root);
    last =
        isa<FloatType>(state) ? root : math.cast(root, root.getType(), state);
  }
  return isa<FloatType>(element) ? math.narrow(last, element) : last;
}

static LogicalResult lowerReduce(Operation *op, BufferLowering &lowering) {
  Fold fold = getFold(op);
  BufferView from = lowering.view(op->getOperand(0));
  FailureOr<ReducedAxes> axes = getReducedAxes(op, from.getRank(), lowering);
  if (failed(axes))
    return failure();
  bool keep = getIntAttr(op, "keepdims", 1);
  Numbers sizes;
  for (auto [axis, size] : llvm::enumerate(from.sizes)) {
    if (!axes->folded[axis])
      sizes.push_back(size);
    else if (keep)
      sizes.push_back(lowering.math.constant(1));
  }
  auto type = getTensorType(op->getResult(0));
  BufferView result = lowering.alloc(type, sizes);
  // Without the axes of size 1.
  BufferView target = result;
  if (keep)
    for (int64_t axis = from.getRank(); axis-- > 0;)
      if (axes->folded[axis])
        target = lowering.at(target, axis, lowering.math.constant(0));

  Type element = type.getElementType();
  bool compares = fold == Fold::Max || fold == Fold::Min;
  Type state = getAccumulatorType(getSignless(element));
  // Comparisons need no wider type.
  if (compares && isa<FloatType>(element) && !element.isF64())
    state = lowering.builder.getF32Type();
  Numbers folded = axes->pick(from.sizes, true);
  auto foldPlace = [&](ArrayRef<Number> kept) {
    ScalarMath math(lowering.builder, lowering.getLoc());
    auto step = [&](ArrayRef<Number> rest, ValueRange states) {
      Value x = lowering.load(from, axes->join(kept, rest));
      if (isa<FloatType>(state))
        x = math.narrow(math.widen(x), state);
      return SmallVector<Value>{
          foldStep(math, fold, states[0], x, isUnsigned(element))};
    };
    Value last = foldLoops(lowering, folded,
                           initialValue(math, fold, state, element), step)[0];
    lowering.store(finishFold(lowering, fold, last, folded, element), target,
                   kept);
  };
  lowering.forEachIndex(axes->pick(from.sizes, false), foldPlace);
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- ArgMax, ArgMin
//------------------------------------------------------===//

/// Whether `x` replaces `best`; `orEqual` if the last of equals is wanted.
static Value isBetter(ScalarMath &math, Type element, bool isMax, bool orEqual,
                      Value x, Value best) {
  // For a minimum the sides change.
  Value lhs = isMax ? x : best, rhs = isMax ? best : x;
  if (isa<FloatType>(element))
    return math.compare(orEqual ? CmpFPredicate::OGE : CmpFPredicate::OGT, lhs,
                        rhs);
  if (isUnsigned(element))
    return math.compare(orEqual ? CmpIPredicate::uge : CmpIPredicate::ugt, lhs,
                        rhs);
  return math.compare(orEqual ? CmpIPredicate::sge : CmpIPredicate::sgt, lhs,
                      rhs);
}

static LogicalResult lowerArg(Operation *op, BufferLowering &lowering) {
  bool isMax = op->getName().getStringRef() == "onnx.ArgMax";
  BufferView from = lowering.view(op->getOperand(0));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, from.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << from.getRank();
  bool keep = getIntAttr(op, "keepdims", 1);
  bool last = getIntAttr(op, "select_last_index", 0);
  ReducedAxes axes{llvm::SmallBitVector(from.getRank())};
  axes.folded.set(axis);
  Numbers sizes = from.sizes;
  if (keep)
    sizes[axis] = lowering.math.constant(1);
  else
    sizes.erase(sizes.begin() + axis);
  BufferView result = lowering.alloc(getTensorType(op->getResult(0)), sizes);
  Number zero = lowering.math.constant(0);
  BufferView target = keep ? lowering.at(result, axis, zero) : result;
  Type element = getTensorType(op->getOperand(0)).getElementType();
  OpBuilder &builder = lowering.builder;
  // There is no index into nothing.
  lowering.failIf(lowering.math.equal(from.sizes[axis], zero),
                  RunStatus::BadShape);
  lowering.forEachIndex(
      axes.pick(from.sizes, false), [&](ArrayRef<Number> kept) {
        ScalarMath math(builder, lowering.getLoc());
        auto read = [&](Number index) {
          Value x = lowering.load(from, axes.join(kept, index));
          return isa<FloatType>(element) ? math.widen(x) : x;
        };
        auto step = [&](ArrayRef<Number> index,
                        ValueRange state) -> SmallVector<Value> {
          Value x = read(index[0]);
          Value better = isBetter(math, element, isMax, last, x, state[0]);
          Value place = lowering.math.value(index[0]);
          return {math.select(better, x, state[0]),
                  math.select(better, place, state[1])};
        };
        Value first = read(zero), origin = lowering.math.value(zero);
        Value best =
            foldLoops(lowering, from.sizes[axis], {first, origin}, step)[1];
        best = arith::IndexCastOp::create(builder, lowering.getLoc(),
                                          builder.getI64Type(), best);
        lowering.store(best, target, kept);
      });
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- CumSum
//--------------------------------------------------------------===//

static LogicalResult lowerCumSum(Operation *op, BufferLowering &lowering) {
  BufferView from = lowering.view(op->getOperand(0));
  auto given = lowering.constants(op->getOperand(1));
  if (!given || given->size() != 1)
    return op->emitError("has an axis that is not known at compile time");
  int64_t axis = given->front();
  if (!normalizeAxis(axis, from.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << from.getRank();
  auto type = getTensorType(op->getResult(0));
  Type element = type.getElementType(), state = getSignless(element);
  bool isFloat = isa<FloatType>(element);
  if (isFloat && !element.isF64())
    state = lowering.builder.getF32Type();
  bool exclusive = getIntAttr(op, "exclusive", 0);
  bool reverse = getIntAttr(op, "reverse", 0);
  BufferView result = lowering.alloc(type, from.sizes);
  ReducedAxes axes{llvm::SmallBitVector(from.getRank())};
  axes.folded.set(axis);
  Number size = from.sizes[axis];
  lowering.forEachIndex(
      axes.pick(from.sizes, false), [&](ArrayRef<Number> kept) {
        ScalarMath math(lowering.builder, lowering.getLoc());
        IndexMath &numbers = lowering.math;
        auto step = [&](ArrayRef<Number> index, ValueRange states) {
          Number place = index[0];
          if (reverse)
            place = numbers.sub(numbers.sub(size, numbers.constant(1)), place);
          Numbers all = axes.join(kept, place);
          Value x = lowering.load(from, all);
          Value sum = math.add(states[0], isFloat ? math.widen(x) : x);
          Value out = exclusive ? states[0] : sum;
          lowering.store(isFloat ? math.narrow(out, element) : out, result,
                         all);
          return SmallVector<Value>{sum};
        };
        Value zero = isFloat ? math.constant(state, 0) : math.integer(state, 0);
        foldLoops(lowering, size, zero, step);
      });
  lowering.bind(op->getResult(0), result);
  return success();
}

void bitnet::populateReductions(LoweringRegistry &registry) {
  for (StringRef name :
       {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd",
        "ReduceSumSquare", "ReduceL1", "ReduceL2"})
    registry["onnx." + name.str()] = lowerReduce;
  registry["onnx.ArgMax"] = lowerArg;
  registry["onnx.ArgMin"] = lowerArg;
  registry["onnx.CumSum"] = lowerCumSum;
}
