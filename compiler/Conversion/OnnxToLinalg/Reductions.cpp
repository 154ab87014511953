#include "compiler/Conversion/OnnxToLinalg/AxisMask.h"
#include "compiler/Conversion/OnnxToLinalg/Loops.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {
/// The axes that an op folds and those that it keeps: sizes of a rank, with 1
/// along the axes of the other kind.
struct FoldedAxes {
  Numbers kept, folded;

  FoldedAxes(ArrayRef<Number> sizes, ArrayRef<Number> mask, IndexMath &math)
      : math(math) {
    Number one = math.constant(1);
    for (auto [size, isFolded] : llvm::zip_equal(sizes, mask)) {
      kept.push_back(math.select(isFolded, one, size));
      folded.push_back(math.select(isFolded, size, one));
    }
  }

  /// Indices of the operand from those below `kept` and below `folded`, of
  /// which one is 0 along each axis.
  Numbers join(ArrayRef<Number> place, ArrayRef<Number> rest) const {
    Numbers all;
    for (auto [index, other] : llvm::zip_equal(place, rest))
      all.push_back(math.add(index, other));
    return all;
  }

private:
  IndexMath &math;
};

enum class Fold { Sum, Mean, Max, Min, Prod, SumSquare, L1, L2 };
} // namespace

/// The mask of one axis.
static Numbers maskOf(int64_t axis, int64_t rank, IndexMath &math) {
  Numbers mask(rank, math.constant(0));
  mask[axis] = math.constant(1);
  return mask;
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

/// The type that elements are folded in.
static Type getStateType(Fold fold, Type element) {
  Type stored = getStorageType(element);
  MLIRContext *context = element.getContext();
  if (isa<FloatType>(element)) {
    // Comparisons need no wider type.
    bool compares = fold == Fold::Max || fold == Fold::Min;
    return compares && !element.isF64() ? Type(Float32Type::get(context))
                                        : getAccumulatorType(stored);
  }
  // What the sum wraps to says nothing about its root or its mean.
  if (fold == Fold::L2 || fold == Fold::Mean)
    return Float64Type::get(context);
  return stored;
}

/// A mean of integers, cut off. One of numbers near the largest is rounded to
/// what is above that.
static Value toWholeMean(ScalarMath &math, Value mean, Type element) {
  unsigned width = element.getIntOrFloatBitWidth();
  Value whole = math.cast(mean, mean.getType(), element);
  if (width < 64)
    return whole;
  bool wraps = isUnsigned(element);
  Value bound = math.constant(mean.getType(), wraps ? 0x1p64 : 0x1p63);
  Value most = math.integer(whole.getType(),
                            wraps ? -1 : std::numeric_limits<int64_t>::max());
  return math.select(math.compare(CmpFPredicate::OGE, mean, bound), most,
                     whole);
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
    last = math::SqrtOp::create(builder, lowering.getLoc(), last);
  }
  if (isa<FloatType>(element))
    return math.narrow(last, element);
  if (fold == Fold::Mean)
    return toWholeMean(math, last, element);
  return last.getType() == getStorageType(element)
             ? last
             : math.cast(last, last.getType(), element);
}

/// The axes that a Reduce folds.
static FailureOr<Numbers> getReducedMask(Operation *op, int64_t rank,
                                         BufferLowering &lowering) {
  FailureOr<std::optional<Numbers>> mask = readAxisMask(op, rank, lowering);
  if (failed(mask))
    return failure();
  auto axes = getIntsAttr(op, "axes");
  IndexMath &math = lowering.math;
  Number isEmpty = math.constant(!axes || axes->empty());
  if (Value operand = getOperandIfAny(op, 1))
    isEmpty =
        math.equal(math.product(lowering.sizes(operand)), math.constant(0));
  // Without axes over all of them, or over none.
  bool none = getIntAttr(op, "noop_with_empty_axes", 0);
  Numbers result(rank, math.constant(none ? 0 : 1));
  if (IndexMath::is(isEmpty, 1))
    return result;
  for (auto [isReduced, own] : llvm::zip_equal(result, **mask))
    isReduced = math.select(isEmpty, isReduced, own);
  return result;
}

static LogicalResult lowerReduce(Operation *op, BufferLowering &lowering) {
  Fold fold = getFold(op);
  IndexMath &numbers = lowering.math;
  BufferView from = lowering.view(op->getOperand(0));
  FailureOr<Numbers> mask = getReducedMask(op, from.getRank(), lowering);
  if (failed(mask))
    return failure();
  FoldedAxes axes(from.sizes, *mask, numbers);
  auto type = getTensorType(op->getResult(0));
  BufferView result = lowering.alloc(
      type, getIntAttr(op, "keepdims", 1)
                ? axes.kept
                : dropAxes(numbers, from.sizes, *mask, type.getRank()));
  // The same elements, with axes of size 1 for those that were folded.
  BufferView target{result.base, result.offset, axes.kept,
                    lowering.denseStrides(axes.kept)};

  Type element = type.getElementType();
  Type state = getStateType(fold, element);
  lowering.forEachIndex(axes.kept, [&](ArrayRef<Number> place) {
    ScalarMath math(lowering.builder, lowering.getLoc());
    auto step = [&](ArrayRef<Number> rest, ValueRange states) {
      Value x = lowering.load(from, axes.join(place, rest));
      if (isa<FloatType>(element))
        x = math.narrow(math.widen(x), state);
      else if (x.getType() != state)
        x = math.cast(x, element, state);
      return SmallVector<Value>{
          foldStep(math, fold, states[0], x, isUnsigned(element))};
    };
    Value last = foldLoops(lowering, axes.folded,
                           initialValue(math, fold, state, element), step)[0];
    lowering.store(finishFold(lowering, fold, last, axes.folded, element),
                   target, place);
  });
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
  bool last = getIntAttr(op, "select_last_index", 0);
  FoldedAxes axes(from.sizes, maskOf(axis, from.getRank(), lowering.math),
                  lowering.math);
  Numbers sizes = axes.kept;
  if (!getIntAttr(op, "keepdims", 1))
    sizes.erase(sizes.begin() + axis);
  BufferView result = lowering.alloc(getTensorType(op->getResult(0)), sizes);
  BufferView target{result.base, result.offset, axes.kept,
                    lowering.denseStrides(axes.kept)};
  Number zero = lowering.math.constant(0);
  Type element = getTensorType(op->getOperand(0)).getElementType();
  OpBuilder &builder = lowering.builder;
  // There is no index into nothing.
  lowering.failIf(lowering.math.equal(from.sizes[axis], zero),
                  RunStatus::BadShape);
  lowering.forEachIndex(axes.kept, [&](ArrayRef<Number> place) {
    ScalarMath math(builder, lowering.getLoc());
    auto read = [&](ArrayRef<Number> index) {
      Value x = lowering.load(from, axes.join(place, index));
      return isa<FloatType>(element) ? math.widen(x) : x;
    };
    auto step = [&](ArrayRef<Number> index,
                    ValueRange state) -> SmallVector<Value> {
      Value x = read(index);
      Value better = isBetter(math, element, isMax, last, x, state[0]);
      return {math.select(better, x, state[0]),
              math.select(better, lowering.math.value(index[axis]), state[1])};
    };
    Value first = read(Numbers(from.getRank(), zero));
    Value best = foldLoops(lowering, axes.folded,
                           {first, lowering.math.value(zero)}, step)[1];
    best = arith::IndexCastOp::create(builder, lowering.getLoc(),
                                      builder.getI64Type(), best);
    lowering.store(best, target, place);
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- CumSum, CumProd
//------------------------------------------------------===//

static LogicalResult lowerCumulative(Operation *op, BufferLowering &lowering) {
  bool isSum = op->getName().getStringRef() == "onnx.CumSum";
  IndexMath &numbers = lowering.math;
  BufferView from = lowering.view(op->getOperand(0));
  std::optional<Numbers> axis = lowering.scalars(op->getOperand(1));
  if (!axis || axis->size() != 1)
    return op->emitError("has an axis of type ")
           << op->getOperand(1).getType() << ", expected one integer";
  Numbers mask = getAxisMask(*axis, from.getRank(), lowering);
  FoldedAxes axes(from.sizes, mask, numbers);
  auto type = getTensorType(op->getResult(0));
  Type element = type.getElementType(), state = getStorageType(element);
  bool isFloat = isa<FloatType>(element);
  if (isFloat && !element.isF64())
    state = lowering.builder.getF32Type();
  bool exclusive = getIntAttr(op, "exclusive", 0);
  bool reverse = getIntAttr(op, "reverse", 0);
  BufferView result = lowering.alloc(type, from.sizes);
  lowering.forEachIndex(axes.kept, [&](ArrayRef<Number> place) {
    ScalarMath math(lowering.builder, lowering.getLoc());
    auto step = [&](ArrayRef<Number> index, ValueRange states) {
      Numbers along(index);
      // Backwards, an axis of size 1 has its only place all the same.
      if (reverse)
        for (auto [at, size] : llvm::zip_equal(along, axes.folded))
          at = numbers.sub(numbers.sub(size, numbers.constant(1)), at);
      Numbers all = axes.join(place, along);
      Value x = lowering.load(from, all);
      x = isFloat ? math.widen(x) : x;
      Value next = isSum ? math.add(states[0], x) : math.mul(states[0], x);
      Value out = exclusive ? states[0] : next;
      lowering.store(isFloat ? math.narrow(out, element) : out, result, all);
      return SmallVector<Value>{next};
    };
    int64_t neutral = isSum ? 0 : 1;
    Value start =
        isFloat ? math.constant(state, neutral) : math.integer(state, neutral);
    foldLoops(lowering, axes.folded, start, step);
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
  registry["onnx.CumSum"] = lowerCumulative;
  registry["onnx.CumProd"] = lowerCumulative;
}
