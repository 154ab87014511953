#include "compiler/Conversion/OnnxToLinalg/Loops.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bitnet;

namespace {
/// Rows of a tensor: one axis, or all axes from one on.
struct Rows {
  BufferLowering &lowering;
  Numbers outer, inner;
  /// The first axis of a row.
  int64_t axis;

  Numbers join(ArrayRef<Number> place, ArrayRef<Number> index) const {
    Numbers all(place.take_front(axis));
    all.append(index.begin(), index.end());
    all.append(place.begin() + axis, place.end());
    return all;
  }
};
} // namespace

static Rows makeRows(BufferLowering &lowering, const BufferView &view,
                     int64_t axis, bool single) {
  ArrayRef<Number> sizes = view.sizes;
  Rows rows{lowering, Numbers(sizes.take_front(axis)), {}, axis};
  rows.inner.assign(sizes.begin() + axis,
                    single ? sizes.begin() + axis + 1 : sizes.end());
  if (single)
    rows.outer.append(sizes.begin() + axis + 1, sizes.end());
  return rows;
}

/// Sum over a row, in f64, of what `term` makes of its places.
static Value sumRow(const Rows &rows, ArrayRef<Number> place,
                    function_ref<Value(ArrayRef<Number>)> term) {
  BufferLowering &lowering = rows.lowering;
  ScalarMath math(lowering.builder, lowering.getLoc());
  Type f64 = lowering.builder.getF64Type();
  return foldLoops(lowering, rows.inner, math.constant(f64, 0),
                   [&](ArrayRef<Number> index, ValueRange state) {
                     Value x = math.narrow(term(rows.join(place, index)), f64);
                     return SmallVector<Value>{math.add(state[0], x)};
                   })[0];
}

//===- Softmax
//-------------------------------------------------------------===//

/// `value`, of f32 or f64, as it is after a round trip through `element`.
static Value roundThrough(ScalarMath &math, Value value, Type element) {
  return math.widen(math.narrow(value, element));
}

/// The sum of a row of exponentials. As in the operator's definition, a row of
/// 16-bit floats has one: f16 rounds it, where that does not overflow; bf16
/// rounds after each term, here over no more than eight of them, so that long
/// rows keep their sums.
static Value sumExponentials(const Rows &rows, ArrayRef<Number> place,
                             Type element,
                             function_ref<Value(ArrayRef<Number>)> term) {
  BufferLowering &lowering = rows.lowering;
  OpBuilder &builder = lowering.builder;
  ScalarMath math(builder, lowering.getLoc());
  Type f32 = builder.getF32Type(), f64 = builder.getF64Type();
  if (element.isF16()) {
    Value sum = math.narrow(sumRow(rows, place, term), f32);
    Value rounded = roundThrough(math, sum, element);
    Value infinity =
        math.constant(f32, std::numeric_limits<double>::infinity());
    return math.select(
        math.compare(arith::CmpFPredicate::OEQ, rounded, infinity), sum,
        rounded);
  }
  if (!element.isBF16())
    return sumRow(rows, place, term);
  Type i32 = builder.getI32Type();
  Value none = math.constant(f32, 0), zero = math.integer(i32, 0);
  SmallVector<Value> state = foldLoops(
      lowering, rows.inner, ValueRange{math.constant(f64, 0), none, zero},
      [&](ArrayRef<Number> index, ValueRange state) {
        Value x = term(rows.join(place, index));
        Value part = roundThrough(math, math.add(state[1], x), element);
        Value count = math.add(state[2], math.integer(i32, 1));
        Value isFull =
            math.compare(arith::CmpIPredicate::eq, count, math.integer(i32, 8));
        Value sum = math.add(state[0], math.narrow(part, f64));
        return SmallVector<Value>{math.select(isFull, sum, state[0]),
                                  math.select(isFull, none, part),
                                  math.select(isFull, zero, count)};
      });
  Value sum = math.add(state[0], math.narrow(state[1], f64));
  return roundThrough(math, math.narrow(sum, f32), element);
}

/// exp(x - max) / sum; a row of nothing but -infinity gives NaN.
static LogicalResult lowerSoftmax(Operation *op, BufferLowering &lowering) {
  auto type = getTensorType(op->getResult(0));
  auto opset =
      op->getParentOfType<ModuleOp>()->getAttrOfType<IntegerAttr>("onnx.opset");
  // Before opset 13 a row was all axes from `axis` on.
  bool old = opset && opset.getInt() < 13;
  int64_t axis = getIntAttr(op, "axis", old ? 1 : -1);
  BufferView from = lowering.view(op->getOperand(0));
  if (!normalizeAxis(axis, from.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << from.getRank();
  BufferView result = lowering.alloc(type, from.sizes);
  Type element = type.getElementType();
  Type wide = element.isF64() ? element : Type(lowering.builder.getF32Type());
  BufferView scratch =
      wide == element ? result : lowering.alloc(wide, from.sizes);
  Rows rows = makeRows(lowering, from, axis, !old);
  lowering.forEachIndex(rows.outer, [&](ArrayRef<Number> place) {
    ScalarMath math(lowering.builder, lowering.getLoc());
    auto read = [&](ArrayRef<Number> index) {
      return math.widen(lowering.load(from, index));
    };
    double infinity = std::numeric_limits<double>::infinity();
    Value largest =
        foldLoops(lowering, rows.inner, math.constant(wide, -infinity),
                  [&](ArrayRef<Number> index, ValueRange state) {
                    Value x = read(rows.join(place, index));
                    return SmallVector<Value>{math.max(state[0], x, false)};
                  })[0];
    // Loops of their own, so that only the sum is serial.
    lowering.forEachIndex(rows.inner, [&](ArrayRef<Number> index) {
      Numbers all = rows.join(place, index);
      Value exp = math::ExpOp::create(lowering.builder, lowering.getLoc(),
                                      math.sub(read(all), largest));
      if (wide != element)
        exp = roundThrough(math, exp, element);
      lowering.store(exp, scratch, all);
    });
    Value sum =
        sumExponentials(rows, place, element, [&](ArrayRef<Number> index) {
          return lowering.load(scratch, index);
        });
    sum = math.narrow(sum, wide);
    lowering.forEachIndex(rows.inner, [&](ArrayRef<Number> index) {
      Numbers all = rows.join(place, index);
      Value share = math.div(lowering.load(scratch, all), sum, false);
      lowering.store(math.narrow(share, element), result, all);
    });
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- LayerNormalization and its like
//-------------------------------------===//

/// With `centered`, `(x - mean) / sqrt(variance + eps) * scale + bias`, else
/// `x / sqrt(mean(x^2) + eps) * scale`, over the axes from `axis` on.
static LogicalResult lowerNorm(Operation *op, BufferLowering &lowering,
                               bool centered) {
  BufferView from = lowering.view(op->getOperand(0));
  int64_t axis = getIntAttr(op, "axis", -1);
  if (!normalizeAxis(axis, from.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << from.getRank();
  Rows rows = makeRows(lowering, from, axis, /*single=*/false);
  // Repeated along a row, but never the other way round.
  for (unsigned index = 1, end = centered ? 3 : 2; index < end; ++index) {
    Value operand = getOperandIfAny(op, index);
    if (!operand)
      continue;
    Numbers own = lowering.sizes(operand);
    if (own.size() > rows.inner.size())
      return op->emitError("has operand ")
             << index << " of type " << operand.getType() << ", expected rank "
             << rows.inner.size() << " at most";
    lowering.checkBroadcasts(own, rows.inner);
  }
  auto parameter = [&](unsigned index) -> std::optional<BufferView> {
    Value operand = getOperandIfAny(op, index);
    if (!operand)
      return std::nullopt;
    return lowering.broadcastTo(lowering.view(operand), rows.inner);
  };
  std::optional<BufferView> scale = parameter(1);
  std::optional<BufferView> bias = centered ? parameter(2) : std::nullopt;
  auto type = getTensorType(op->getResult(0));
  Type element = type.getElementType();
  Type wide = element.isF64() ? element : Type(lowering.builder.getF32Type());
  double epsilon = getFloatAttr(op, "epsilon", 1e-5);
  BufferView result = lowering.alloc(type, from.sizes);
  // Optional results: the statistics of each row, with 1 for the row's axes.
  SmallVector<std::optional<BufferView>> statistics(2);
  Numbers statisticSizes = rows.outer;
  statisticSizes.append(rows.inner.size(), lowering.math.constant(1));
  for (unsigned i = 1; i < op->getNumResults(); ++i)
    statistics[centered ? i - 1 : 1] =
        lowering.alloc(getTensorType(op->getResult(i)), statisticSizes);
  lowering.forEachIndex(rows.outer, [&](ArrayRef<Number> place) {
    ScalarMath math(lowering.builder, lowering.getLoc());
    Type f64 = lowering.builder.getF64Type();
    auto read = [&](ArrayRef<Number> index) {
      return math.widen(lowering.load(from, index));
    };
    Value count = arith::IndexCastOp::create(
        lowering.builder, lowering.getLoc(), lowering.builder.getI64Type(),
        lowering.math.value(lowering.math.product(rows.inner)));
    count = math.cast(count, count.getType(), f64);
    Value mean;
    if (centered)
      mean = math.div(sumRow(rows, place, read), count, false);
    Value spread = sumRow(rows, place, [&](ArrayRef<Number> index) {
      Value x = math.narrow(read(index), f64);
      if (centered)
        x = math.sub(x, mean);
      return math.mul(x, x);
    });
    spread =
        math.add(math.div(spread, count, false), math.constant(f64, epsilon));
    Value inverse = math.div(
        math.constant(f64, 1),
        math::SqrtOp::create(lowering.builder, lowering.getLoc(), spread),
        false);
    inverse = math.narrow(inverse, wide);
    if (centered)
      mean = math.narrow(mean, wide);
    lowering.forEachIndex(rows.inner, [&](ArrayRef<Number> index) {
      Numbers all = rows.join(place, index);
      Value y = read(all);
      if (centered)
        y = math.sub(y, mean);
      y = math.mul(y, inverse);
      if (scale)
        y = math.mul(
            y, math.narrow(math.widen(lowering.load(*scale, index)), wide));
      if (bias)
        y = math.add(
            y, math.narrow(math.widen(lowering.load(*bias, index)), wide));
      lowering.store(math.narrow(y, element), result, all);
    });
    Numbers statisticPlace(place);
    statisticPlace.append(rows.inner.size(), lowering.math.constant(0));
    for (auto [view, value] :
         llvm::zip_equal(statistics, SmallVector<Value>{mean, inverse}))
      if (view)
        lowering.store(math.narrow(value, view->getElementType()), *view,
                       statisticPlace);
  });
  lowering.bind(op->getResult(0), result);
  for (unsigned i = 1; i < op->getNumResults(); ++i)
    lowering.bind(op->getResult(i), *statistics[centered ? i - 1 : 1]);
  return success();
}

static LogicalResult lowerLayerNorm(Operation *op, BufferLowering &lowering) {
  return lowerNorm(op, lowering, /*centered=*/true);
}

static LogicalResult lowerRMSNorm(Operation *op, BufferLowering &lowering) {
  return lowerNorm(op, lowering, /*centered=*/false);
}

void bitnet::populateNormalizations(LoweringRegistry &registry) {
  registry["onnx.Softmax"] = lowerSoftmax;
  registry["onnx.LayerNormalization"] = lowerLayerNorm;
  registry["onnx.SimplifiedLayerNormalization"] = lowerRMSNorm;
  registry["onnx.RMSNormalization"] = lowerRMSNorm;
}
