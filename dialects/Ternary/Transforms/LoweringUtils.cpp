#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// Views `memref` with `axes` (1 or 2) axes, the last one kept for 2.
static Value reshape(OpBuilder &builder, Location loc, Value memref,
                     int64_t axes) {
  auto type = cast<MemRefType>(memref.getType());
  int64_t rank = type.getRank();
  if (rank == axes)
    return memref;
  if (rank < axes) {
    SmallVector<int64_t> shape(axes, 1);
    SmallVector<ReassociationIndices> groups;
    if (rank == 1) {
      shape.back() = type.getDimSize(0);
      groups.push_back({0, 1});
    } else if (axes == 2) { // a scalar as [1, 1]
      memref = reshape(builder, loc, memref, 1);
      return reshape(builder, loc, memref, 2);
    }
    auto result = MemRefType::get(shape, type.getElementType());
    return memref::ExpandShapeOp::create(builder, loc, result, memref, groups)
        .getResult();
  }
  SmallVector<ReassociationIndices> groups(axes);
  for (int64_t axis = 0; axis < rank; ++axis)
    groups[axes == 2 && axis == rank - 1 ? 1 : 0].push_back(axis);
  return memref::CollapseShapeOp::create(builder, loc, memref, groups)
      .getResult();
}

Value ternary::asRows(OpBuilder &builder, Location loc, Value memref) {
  return reshape(builder, loc, memref, 2);
}

Value ternary::asFlat(OpBuilder &builder, Location loc, Value memref) {
  return reshape(builder, loc, memref, 1);
}

void ternary::emitParallel(OpBuilder &builder, Location loc, Value exec,
                           Value count, int64_t grain, StringRef kernel,
                           RangeBody body) {
  if (!exec) {
    body(builder, loc, emitIndex(builder, loc, 0), count);
    return;
  }
  rt::ParallelOp::create(builder, loc, exec, count, grain, kernel, body);
}

void ternary::emitFor(OpBuilder &builder, Location loc, Value begin, Value end,
                      int64_t step, LoopBody body) {
  scf::ForOp::create(
      builder, loc, begin, end, emitIndex(builder, loc, step), ValueRange(),
      [&](OpBuilder &builder, Location loc, Value i, ValueRange) {
        body(builder, loc, i);
        scf::YieldOp::create(builder, loc);
      });
}

Value ternary::emitIndex(OpBuilder &builder, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value ternary::emitConstant(OpBuilder &builder, Location loc, Type type,
                            double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attr;
  if (isa<FloatType>(element))
    attr = builder.getFloatAttr(element, value);
  else
    attr = builder.getIntegerAttr(element, static_cast<int64_t>(value));
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, attr);
  return arith::ConstantOp::create(builder, loc, attr);
}

Value ternary::emitMax(OpBuilder &builder, Location loc, Value a, Value b) {
  Value greater =
      arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, a, b);
  Value nan =
      arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, a, a);
  Value first = arith::OrIOp::create(builder, loc, greater, nan);
  return arith::SelectOp::create(builder, loc, first, a, b);
}

bool Quantizer::staysInRange() const {
  // x * range may be infinite where x is not.
  if (form == ScaleForm::Largest)
    return false;
  // A factor is finite unless m is next to nothing; what divides is to be
  // precise.
  constexpr double normal = std::numeric_limits<float>::min();
  bool isStep = form == ScaleForm::Step || form == ScaleForm::StepProduct;
  double least = isStep                    ? getLimit() * normal
                 : form == ScaleForm::Unit ? normal
                                           : 1e-30;
  double bound = epsOfScale ? eps * getLimit() : eps;
  double largest = std::nearbyint(getLimit() * (1 + 1e-6));
  return bound >= least && range > 0 && largest <= double(qmax) &&
         -largest >= double(qmin);
}

/// The scale of a row whose m is that, without a bound of its own.
static Value emitScale(OpBuilder &builder, Location loc,
                       const Quantizer &quantizer, Value m, Value range) {
  switch (quantizer.form) {
  case ScaleForm::MulReciprocal: {
    Value one = emitConstant(builder, loc, m.getType(), 1.0);
    Value reciprocal = arith::DivFOp::create(builder, loc, one, m);
    return arith::MulFOp::create(builder, loc, reciprocal, range);
  }
  case ScaleForm::Div:
    return arith::DivFOp::create(builder, loc, range, m);
  case ScaleForm::Step:
    return arith::DivFOp::create(builder, loc, m, range);
  case ScaleForm::StepProduct:
    return arith::MulFOp::create(builder, loc, m, range);
  case ScaleForm::Largest:
  case ScaleForm::Unit:
    return m;
  }
  llvm_unreachable("a form of scales without its arithmetic");
}

Value ternary::emitActivationScale(OpBuilder &builder, Location loc,
                                   const Quantizer &quantizer, Value largest) {
  Type type = largest.getType();
  Value eps = emitConstant(builder, loc, type, quantizer.eps);
  Value range = emitConstant(builder, loc, type, quantizer.range);
  auto bounded = [&](Value x) -> Value {
    if (quantizer.addsEps)
      return arith::AddFOp::create(builder, loc, x, eps);
    return emitMax(builder, loc, x, eps);
  };
  if (quantizer.epsOfScale)
    return bounded(emitScale(builder, loc, quantizer, largest, range));
  return emitScale(builder, loc, quantizer, bounded(largest), range);
}

/// What becomes a code when it is rounded and clamped.
static Value emitScaled(OpBuilder &builder, Location loc,
                        const Quantizer &quantizer, Value x, Value scale) {
  Value range = emitConstant(builder, loc, x.getType(), quantizer.range);
  auto mul = [&](Value a, Value b) -> Value {
    return arith::MulFOp::create(builder, loc, a, b);
  };
  auto div = [&](Value a, Value b) -> Value {
    return arith::DivFOp::create(builder, loc, a, b);
  };
  auto divByScale = [&](Value a) {
    if (!quantizer.byReciprocal)
      return div(a, scale);
    return mul(a, div(emitConstant(builder, loc, x.getType(), 1.0), scale));
  };
  switch (quantizer.form) {
  case ScaleForm::MulReciprocal:
  case ScaleForm::Div:
    return mul(x, scale);
  case ScaleForm::Step:
  case ScaleForm::StepProduct:
    return divByScale(x);
  case ScaleForm::Largest:
    return divByScale(mul(x, range));
  case ScaleForm::Unit:
    return mul(divByScale(x), range);
  }
  llvm_unreachable("a form of scales without its arithmetic");
}

/// Rounded f32 `x`, in [-128, 127], as i8.
static Value toCode(OpBuilder &builder, Location loc, Value x) {
  auto as = [&](unsigned width) -> Type {
    Type integer = builder.getIntegerType(width);
    auto vector = dyn_cast<VectorType>(x.getType());
    return vector ? vector.clone(integer) : integer;
  };
  Value wide = arith::FPToSIOp::create(builder, loc, as(32), x);
  return arith::TruncIOp::create(builder, loc, as(8), wide);
}

Value ternary::emitQuantizeInRange(OpBuilder &builder, Location loc,
                                   const Quantizer &quantizer, Value x,
                                   Value scale) {
  Value product = emitScaled(builder, loc, quantizer, x, scale);
  return toCode(builder, loc, math::RoundEvenOp::create(builder, loc, product));
}

Value ternary::emitQuantize(OpBuilder &builder, Location loc,
                            const Quantizer &quantizer, Value x, Value scale) {
  auto constant = [&](double value) {
    return emitConstant(builder, loc, x.getType(), value);
  };
  Value product = emitScaled(builder, loc, quantizer, x, scale);
  Value number = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::ORD,
                                       product, product);
  product =
      arith::SelectOp::create(builder, loc, number, product, constant(0.0));
  Value rounded = math::RoundEvenOp::create(builder, loc, product);
  // Clamped before the conversion: a float outside of i8 has no defined code.
  Value lower = emitMax(builder, loc, rounded, constant(quantizer.qmin));
  Value qmax = constant(quantizer.qmax);
  Value less = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT,
                                     lower, qmax);
  return toCode(builder, loc,
                arith::SelectOp::create(builder, loc, less, lower, qmax));
}

Value ternary::emitRescale(OpBuilder &builder, Location loc, RescaleForm form,
                           Value sum, Value s, Value w, Value bias) {
  auto mul = [&](Value a, Value b) -> Value {
    auto op = arith::MulFOp::create(builder, loc, a, b);
    op->setDiscardableAttr(rescaleMark, builder.getUnitAttr());
    return op;
  };
  auto div = [&](Value a, Value b) -> Value {
    return arith::DivFOp::create(builder, loc, a, b);
  };
  Value result;
  switch (form) {
  case RescaleForm::DivMul:
    result = mul(div(sum, s), w);
    break;
  case RescaleForm::DivByProduct:
    result = div(sum, mul(w, s));
    break;
  case RescaleForm::DivDiv:
    result = div(div(sum, w), s);
    break;
  case RescaleForm::MulDiv:
    result = div(mul(sum, w), s);
    break;
  case RescaleForm::MulMul:
    result = mul(mul(sum, w), s);
    break;
  case RescaleForm::MulByProduct:
    result = mul(sum, mul(w, s));
    break;
  case RescaleForm::Mul:
    result = mul(sum, w);
    break;
  }
  if (bias)
    result = arith::AddFOp::create(builder, loc, result, bias);
  return result;
}
