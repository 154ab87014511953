#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"
#include "dialects/RT/IR/SizeBounds.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bitnet;

//===- Constants
//-----------------------------------------------------------===//

static LogicalResult lowerConstant(Operation *op, BufferLowering &lowering) {
  auto value = op->getAttrOfType<ElementsAttr>("value");
  if (!value)
    return op->emitError("has no tensor as value");
  auto dense = dyn_cast<DenseElementsAttr>(value);
  bool isSmall = dense && dense.getNumElements() <= kMaxElements;
  lowering.bindBuffer(op->getResult(0), isSmall ? lowering.constantBuffer(dense)
                                                : lowering.globalBuffer(value));
  return success();
}

/// One element that repeats along every axis.
static LogicalResult lowerConstantOfShape(Operation *op,
                                          BufferLowering &lowering) {
  std::optional<Numbers> sizes = lowering.scalars(op->getOperand(0));
  if (!sizes)
    return op->emitError("has a shape of type ")
           << op->getOperand(0).getType() << ", expected at most "
           << kMaxElements << " integers";
  for (Number size : *sizes)
    lowering.failIf(lowering.math.less(size, lowering.math.constant(0)),
                    RunStatus::BadShape);
  auto type = getTensorType(op->getResult(0));
  auto scalarType = RankedTensorType::get({}, type.getElementType());
  DenseElementsAttr value;
  if (auto given = op->getAttrOfType<DenseElementsAttr>("value"))
    value = DenseElementsAttr::get(scalarType, *given.value_begin<Attribute>());
  else
    value = DenseElementsAttr::get(
        scalarType, Attribute(FloatAttr::get(type.getElementType(), 0)));
  BufferView scalar = lowering.whole(lowering.constantBuffer(value));
  lowering.bind(op->getResult(0), lowering.broadcastTo(scalar, *sizes));
  return success();
}

//===- Ops that compute from indices
//---------------------------------------===//

/// Sets each element to what `body` makes of its indices and of the elements
/// of `from` and, last, of `to` at its place.
static void
generate(ArrayRef<BufferView> from, const BufferView &to,
         BufferLowering &lowering,
         function_ref<Value(OpBuilder &, Location, ValueRange indices,
                            ValueRange elements)>
             body) {
  lowering.forEachElement(
      from, to, [&](OpBuilder &builder, Location loc, ValueRange elements) {
        SmallVector<Value> indices;
        for (int64_t axis = 0; axis < to.getRank(); ++axis)
          indices.push_back(linalg::IndexOp::create(builder, loc, axis));
        return body(builder, loc, indices, elements);
      });
}

/// Whether sums and differences of such numbers do not wrap.
static bool isSmall(Number number) {
  std::optional<int64_t> bound = rt::getUpperBound(number);
  return bound && *bound <= rt::kMostBytes;
}

/// Number of elements from `start` to below (or above) `limit`.
static Number countIntegers(BufferLowering &lowering, Number start,
                            Number limit, Number delta) {
  IndexMath &math = lowering.math;
  Number zero = math.constant(0), one = math.constant(1);
  // Lengths stay recognisable.
  if (isSmall(start) && isSmall(limit) && isSmall(delta)) {
    Number above = math.add(math.sub(limit, start), math.sub(delta, one));
    return math.max(math.div(above, delta), zero);
  }
  Number down = math.less(delta, zero);
  Number some =
      math.select(down, math.less(limit, start), math.less(start, limit));
  // Both are right as unsigned numbers, whatever the signed ones wrap to.
  Number distance =
      math.select(down, math.sub(start, limit), math.sub(limit, start));
  Number step = math.select(down, math.sub(zero, delta), delta);
  Number full = arith::DivUIOp::create(lowering.builder, lowering.getLoc(),
                                       math.value(math.sub(distance, one)),
                                       math.value(step))
                    .getResult();
  return math.select(some, math.add(full, one), zero);
}

static LogicalResult lowerIntegerRange(Operation *op,
                                       BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  auto type = getTensorType(op->getResult(0));
  Numbers bounds;
  for (Value operand : op->getOperands()) {
    std::optional<Numbers> scalar = lowering.scalars(operand);
    if (!scalar || scalar->size() != 1)
      return op->emitError("has a bound of type ")
             << operand.getType() << ", expected one element";
    bounds.push_back(scalar->front());
  }
  Number start = bounds[0], delta = bounds[2];
  lowering.failIf(math.equal(delta, math.constant(0)), RunStatus::BadShape);
  BufferView result =
      lowering.alloc(type, countIntegers(lowering, start, bounds[1], delta));
  Value first = math.value(start), step = math.value(delta);
  generate(
      {}, result, lowering,
      [&](OpBuilder &builder, Location loc, ValueRange indices, ValueRange) {
        Value offset = arith::MulIOp::create(builder, loc, indices[0], step);
        Value sum = arith::AddIOp::create(builder, loc, first, offset);
        return arith::IndexCastOp::create(
                   builder, loc, getStorageType(type.getElementType()), sum)
            .getResult();
      });
  lowering.bind(op->getResult(0), result);
  return success();
}

static LogicalResult lowerRange(Operation *op, BufferLowering &lowering) {
  auto type = getTensorType(op->getResult(0));
  Type element = type.getElementType();
  if (!isa<FloatType>(element))
    return lowerIntegerRange(op, lowering);
  OpBuilder &builder = lowering.builder;
  ScalarMath math(builder, lowering.getLoc());
  SmallVector<Value> bounds;
  for (Value operand : op->getOperands()) {
    BufferView view = lowering.view(operand);
    Numbers origin(view.getRank(), lowering.math.constant(0));
    bounds.push_back(math.widen(lowering.load(view, origin)));
  }
  // ceil((limit - start) / delta), and none if that is not above 0.
  Value start = bounds[0], delta = bounds[2];
  Value count = math.div(math.sub(bounds[1], start), delta, false);
  count = math::CeilOp::create(builder, lowering.getLoc(), count);
  // NaN, infinity and what has no memory anyway.
  auto isCount =
      math.compare(arith::CmpFPredicate::OLT, count,
                   math.constant(count.getType(), double(rt::kMostBytes)));
  auto isZero = math.compare(arith::CmpFPredicate::OEQ, delta,
                             math.constant(delta.getType(), 0));
  IndexMath &index = lowering.math;
  lowering.failIf(
      index.max(index.truth(isZero), index.isFalse(index.truth(isCount))),
      RunStatus::BadShape);
  Value elements = math.cast(count, count.getType(), builder.getI64Type());
  elements = arith::IndexCastOp::create(builder, lowering.getLoc(),
                                        builder.getIndexType(), elements);
  Number size = lowering.math.max(elements, lowering.math.constant(0));
  BufferView result = lowering.alloc(type, size);
  generate(
      {}, result, lowering,
      [&](OpBuilder &nested, Location loc, ValueRange indices, ValueRange) {
        ScalarMath inner(nested, loc);
        Value i = arith::IndexCastOp::create(nested, loc, nested.getI64Type(),
                                             indices[0]);
        i = inner.cast(i, nested.getI64Type(), delta.getType());
        return inner.narrow(inner.add(start, inner.mul(i, delta)), element);
      });
  lowering.bind(op->getResult(0), result);
  return success();
}

static LogicalResult lowerTrilu(Operation *op, BufferLowering &lowering) {
  BufferView from = lowering.view(op->getOperand(0));
  int64_t rank = from.getRank();
  if (rank < 2)
    return op->emitError("has rank ") << rank << ", expected at least 2";
  Number k = lowering.math.constant(0);
  if (Value given = getOperandIfAny(op, 1)) {
    std::optional<Numbers> scalar = lowering.scalars(given);
    if (!scalar || scalar->size() != 1)
      return op->emitError("has a diagonal of type ")
             << given.getType() << ", expected one integer";
    k = scalar->front();
    // Beyond any column, where a sum with a row does not wrap.
    k = lowering.math.min(k, lowering.math.constant(rt::kMostBytes));
    k = lowering.math.max(k, lowering.math.constant(-rt::kMostBytes));
  }
  auto type = getTensorType(op->getResult(0));
  Type element = getStorageType(type.getElementType());
  BufferView result = lowering.alloc(type, from.sizes);
  bool upper = getIntAttr(op, "upper", 1);
  Value diagonal = lowering.math.value(k);
  generate(
      from, result, lowering,
      [&](OpBuilder &builder, Location loc, ValueRange indices,
          ValueRange elements) {
        Value row = indices[rank - 2], column = indices[rank - 1];
        Value edge = arith::AddIOp::create(builder, loc, row, diagonal);
        Value keep = arith::CmpIOp::create(builder, loc,
                                           upper ? arith::CmpIPredicate::sge
                                                 : arith::CmpIPredicate::sle,
                                           column, edge);
        Value zero = arith::ConstantOp::create(builder, loc,
                                               builder.getZeroAttr(element));
        return arith::SelectOp::create(builder, loc, keep, elements[0], zero)
            .getResult();
      });
  lowering.bind(op->getResult(0), result);
  return success();
}

void bitnet::populateGenerators(LoweringRegistry &registry) {
  registry["onnx.Constant"] = lowerConstant;
  registry["onnx.ConstantOfShape"] = lowerConstantOfShape;
  registry["onnx.Range"] = lowerRange;
  registry["onnx.Trilu"] = lowerTrilu;
}
