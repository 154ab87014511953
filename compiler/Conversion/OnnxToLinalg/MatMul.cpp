#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bitnet;

/// Type that products of an element type are summed in.
static Type getSumType(Type element) {
  if (isa<FloatType>(element) && !element.isF64())
    return Float32Type::get(element.getContext());
  return getStorageType(element);
}

/// sums[.., m, n] = sum over k, in order, of lhs[.., m, k] * rhs[.., k, n].
/// The columns are the innermost loop: it vectorises although the order of the
/// sum stays.
static void multiply(const BufferView &lhs, const BufferView &rhs,
                     const BufferView &sums, BufferLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  MLIRContext *context = builder.getContext();
  Type type = sums.getElementType();
  ScalarMath outer(builder, lowering.getLoc());
  lowering.fill(sums, isa<FloatType>(type) ? outer.constant(type, 0)
                                           : outer.integer(type, 0));
  int64_t batch = sums.getRank() - 2;
  SmallVector<AffineExpr> dims;
  for (int64_t i = 0; i < batch + 3; ++i)
    dims.push_back(builder.getAffineDimExpr(i));
  AffineExpr m = dims[batch], k = dims[batch + 1], n = dims[batch + 2];
  dims.resize(batch);
  SmallVector<AffineMap> maps;
  for (auto [row, column] : {std::pair{m, k}, {k, n}, {m, n}}) {
    SmallVector<AffineExpr> results(dims);
    results.append({row, column});
    maps.push_back(AffineMap::get(batch + 3, 0, results, context));
  }
  SmallVector<utils::IteratorType> iterators(batch + 3,
                                             utils::IteratorType::parallel);
  iterators[batch + 1] = utils::IteratorType::reduction;
  linalg::GenericOp::create(
      builder, lowering.getLoc(),
      ValueRange{lowering.memref(lhs), lowering.memref(rhs)},
      lowering.memref(sums), maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        ScalarMath math(nested, loc);
        Value sum;
        if (isa<FloatType>(type))
          sum = math::FmaOp::create(nested, loc, math.widen(args[0]),
                                    math.widen(args[1]), args[2]);
        else
          sum = math.add(args[2], math.mul(args[0], args[1]));
        linalg::YieldOp::create(nested, loc, sum);
      });
}

/// A view whose rows are contiguous enough for an inner loop over the last
/// axis: itself, or a copy if its last axis is strided.
static BufferView withDenseColumns(const BufferView &view,
                                   BufferLowering &lowering) {
  if (IndexMath::is(view.strides.back(), 1) ||
      IndexMath::is(view.sizes.back(), 1))
    return view;
  BufferView copy = lowering.alloc(view.getElementType(), view.sizes);
  lowering.copy(view, copy);
  return copy;
}

/// Both matrices, with equal batch axes in front, multiplied to `sums` of
/// `type`.
static BufferView multiplyBatches(BufferView lhs, BufferView rhs, Type type,
                                  BufferLowering &lowering) {
  rhs = withDenseColumns(rhs, lowering);
  IndexMath &math = lowering.math;
  lowering.failIf(
      math.isFalse(math.equal(lhs.sizes.back(), rhs.sizes.end()[-2])),
      RunStatus::BadShape);
  ArrayRef<Number> left = lhs.sizes, right = rhs.sizes;
  Numbers sizes = lowering.broadcast(
      {Numbers(left.drop_back(2)), Numbers(right.drop_back(2))});
  auto spread = [&](const BufferView &view) {
    Numbers all = sizes;
    all.append(view.sizes.end() - 2, view.sizes.end());
    return lowering.broadcastTo(view, all);
  };
  BufferView a = spread(lhs), b = spread(rhs);
  sizes.push_back(lhs.sizes.end()[-2]);
  sizes.push_back(rhs.sizes.back());
  BufferView sums = lowering.alloc(type, sizes);
  multiply(a, b, sums, lowering);
  return sums;
}

static BufferView transposed(BufferView view) {
  std::swap(view.sizes.end()[-1], view.sizes.end()[-2]);
  std::swap(view.strides.end()[-1], view.strides.end()[-2]);
  return view;
}

/// `alpha * sums (+ beta * bias)`, rounded, as the result of `op`.
static void finish(Operation *op, const BufferView &sums, double alpha,
                   Value bias, double beta, BufferLowering &lowering) {
  auto type = getTensorType(op->getResult(0));
  Type element = type.getElementType();
  bool isDone =
      alpha == 1 && !bias && getStorageType(element) == sums.getElementType();
  if (isDone)
    return lowering.bind(op->getResult(0), sums);
  BufferView result = lowering.alloc(type, sums.sizes);
  SmallVector<BufferView> inputs = {sums};
  if (bias)
    inputs.push_back(lowering.broadcastTo(lowering.view(bias), sums.sizes));
  bool isFloat = isa<FloatType>(element);
  lowering.forEachElement(
      inputs, result, [&](OpBuilder &builder, Location loc, ValueRange args) {
        ScalarMath math(builder, loc);
        auto scaled = [&](Value x, double factor) {
          if (factor == 1)
            return x;
          Type own = x.getType(), f64 = builder.getF64Type();
          // Any factor may be given; integers take what is left of it.
          return math.mul(
              x, isFloat ? math.constant(own, factor)
                         : math.cast(math.constant(f64, factor), f64, own));
        };
        Value y = scaled(args[0], alpha);
        if (bias)
          y = math.add(y,
                       scaled(isFloat ? math.widen(args[1]) : args[1], beta));
        return isFloat ? math.narrow(y, element) : y;
      });
  lowering.bind(op->getResult(0), result);
}

static LogicalResult lowerMatMul(Operation *op, BufferLowering &lowering) {
  BufferView lhs = lowering.view(op->getOperand(0));
  BufferView rhs = lowering.view(op->getOperand(1));
  if (lhs.getRank() == 0 || rhs.getRank() == 0)
    return op->emitError("multiplies a scalar, expected rank 1 at least");
  // Vectors are matrices of one row or one column.
  bool leftVector = lhs.getRank() == 1, rightVector = rhs.getRank() == 1;
  Number one = lowering.math.constant(1), zero = lowering.math.constant(0);
  if (leftVector) {
    lhs.sizes.insert(lhs.sizes.begin(), one);
    lhs.strides.insert(lhs.strides.begin(), zero);
  }
  if (rightVector) {
    rhs.sizes.push_back(one);
    rhs.strides.push_back(zero);
  }
  if (getIntAttr(op, "transBatchA", 0) || getIntAttr(op, "transBatchB", 0))
    return op->emitError("transposes batches, which is not supported");
  if (getIntAttr(op, "transA", 0) && !leftVector)
    lhs = transposed(lhs);
  if (getIntAttr(op, "transB", 0) && !rightVector)
    rhs = transposed(rhs);
  Type element = getTensorType(op->getResult(0)).getElementType();
  BufferView sums = multiplyBatches(lhs, rhs, getSumType(element), lowering);
  if (rightVector)
    sums = lowering.at(sums, sums.getRank() - 1, zero);
  if (leftVector)
    sums = lowering.at(sums, sums.getRank() - (rightVector ? 1 : 2), zero);
  finish(op, sums, getFloatAttr(op, "alpha", 1), {}, 0, lowering);
  return success();
}

static LogicalResult lowerGemm(Operation *op, BufferLowering &lowering) {
  BufferView lhs = lowering.view(op->getOperand(0));
  BufferView rhs = lowering.view(op->getOperand(1));
  if (lhs.getRank() != 2 || rhs.getRank() != 2)
    return op->emitError("multiplies operands of rank ")
           << lhs.getRank() << " and " << rhs.getRank() << ", expected 2";
  if (getIntAttr(op, "transA", 0))
    lhs = transposed(lhs);
  if (getIntAttr(op, "transB", 0))
    rhs = transposed(rhs);
  Type element = getTensorType(op->getResult(0)).getElementType();
  BufferView sums = multiplyBatches(lhs, rhs, getSumType(element), lowering);
  Value bias = getOperandIfAny(op, 2);
  if (bias)
    (void)lowering.broadcast({sums.sizes, lowering.sizes(bias)});
  finish(op, sums, getFloatAttr(op, "alpha", 1), bias,
         getFloatAttr(op, "beta", 1), lowering);
  return success();
}

void bitnet::populateMatMul(LoweringRegistry &registry) {
  registry["onnx.MatMul"] = lowerMatMul;
  registry["onnx.ms.FusedMatMul"] = lowerMatMul;
  registry["onnx.Gemm"] = lowerGemm;
}
