//===- FusedMultiplyAdd.cpp - one rounding on any device ------------------===//
//
// GLSL.std.450 Fma may round the product: lavapipe does. So that results are
// those of the CPU, bit for bit, it is made of exact parts here.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"

#include <limits>

using namespace mlir;
using namespace bitnet;

namespace {

/// A rounded result and what the rounding left out, both f64.
struct Exact {
  Value high, low;
};

struct FmaBuilder : ScalarBuilder {
  using ScalarBuilder::ScalarBuilder;

  Value fadd(Value a, Value b) { return exact<spirv::FAddOp>(a, b); }
  Value fsub(Value a, Value b) { return exact<spirv::FSubOp>(a, b); }
  Value fmul(Value a, Value b) { return exact<spirv::FMulOp>(a, b); }

  Exact twoSum(Value a, Value b);
  Exact twoProduct(Value a, Value b);
  Value addToOdd(Value a, Value b);
  Value emit32(Value a, Value b, Value c);
  Value emit64(Value a, Value b, Value c);
};

} // namespace

/// Knuth: a + b = high + low.
Exact FmaBuilder::twoSum(Value a, Value b) {
  Value sum = fadd(a, b);
  Value rest = fsub(sum, a);
  Value low = fadd(fsub(a, fsub(sum, rest)), fsub(b, rest));
  return {sum, low};
}

/// Dekker and Veltkamp: a * b = high + low where nothing overflows.
Exact FmaBuilder::twoProduct(Value a, Value b) {
  Value factor = number(getF64Type(), 134217729.0); // 2^27 + 1
  auto split = [&](Value x) -> Exact {
    Value scaled = fmul(x, factor);
    Value high = fsub(scaled, fsub(scaled, x));
    return {high, fsub(x, high)};
  };
  Exact x = split(a), y = split(b);
  Value product = fmul(a, b);
  Value low = fsub(fmul(x.high, y.high), product);
  low = fadd(low, fmul(x.high, y.low));
  low = fadd(low, fmul(x.low, y.high));
  return {product, fadd(low, fmul(x.low, y.low))};
}

/// a + b rounded to odd: where it is not exact, to the neighbour whose last bit
/// is 1. Rounded again to fewer bits it gives what one rounding gives.
Value FmaBuilder::addToOdd(Value a, Value b) {
  auto [sum, rest] = twoSum(a, b);
  Value zero = number(getF64Type(), 0);
  Value inexact = spirv::FOrdNotEqualOp::create(*this, rest, zero);
  Value bits = bitcast(getI64Type(), sum);
  // Rounded away from zero, the neighbour is one less.
  Value signs =
      spirv::BitwiseXorOp::create(*this, bits, bitcast(getI64Type(), rest));
  Value away = spirv::ShiftRightLogicalOp::create(*this, signs, i64(63));
  Value odd = spirv::BitwiseOrOp::create(
      *this, spirv::ISubOp::create(*this, bits, away), i64(1));
  return bitcast(getF64Type(), select(inexact, odd, bits));
}

/// The product of two f32 is exact in f64.
Value FmaBuilder::emit32(Value a, Value b, Value c) {
  auto wide = [&](Value x) -> Value {
    return spirv::FConvertOp::create(*this, getF64Type(), x);
  };
  Value sum = addToOdd(fmul(wide(a), wide(b)), wide(c));
  return spirv::FConvertOp::create(*this, getF32Type(), sum);
}

/// Boldo and Melquiond, "Emulation of FMA and correctly rounded sums"; rounded
/// twice where parts of the product overflow, and where the result is 0: then
/// the product is exact, and the plain sum has the right sign. An infinite c
/// stays even if the product of two numbers overflows.
Value FmaBuilder::emit64(Value a, Value b, Value c) {
  auto [product, rest] = twoProduct(a, b);
  Exact low = twoSum(c, rest);
  Exact high = twoSum(product, low.high);
  Value sum = fadd(high.high, addToOdd(high.low, low.low));
  Value zero = number(getF64Type(), 0);
  Value isSafe = spirv::FOrdNotEqualOp::create(*this, sum, zero);
  Value infinity =
      number(getF64Type(), std::numeric_limits<double>::infinity());
  auto magnitude = [&](Value x) -> Value {
    return spirv::GLFAbsOp::create(*this, x);
  };
  Value finite = spirv::LogicalAndOp::create(
      *this, spirv::FOrdLessThanOp::create(*this, magnitude(a), infinity),
      spirv::FOrdLessThanOp::create(*this, magnitude(b), infinity));
  Value stays = spirv::LogicalAndOp::create(
      *this, finite, spirv::FOrdEqualOp::create(*this, magnitude(c), infinity));
  return select(isSafe, sum, select(stays, c, fadd(product, c)));
}

Value KernelEmitter::emitFma(Value a, Value b, Value c) {
  Type type = a.getType();
  unsigned width = type.getIntOrFloatBitWidth();
  spirv::FuncOp &callee = fused[width];
  if (!callee) {
    auto outer = OpBuilder::atBlockBegin(module.getBody());
    callee = spirv::FuncOp::create(
        outer, kernel.getLoc(), width == 32 ? "fma32" : "fma64",
        outer.getFunctionType({type, type, type}, type));
    callee.addEntryBlock();
    FmaBuilder inner(kernel.getLoc(), callee);
    auto x = callee.getArguments();
    Value result = width == 32 ? inner.emit32(x[0], x[1], x[2])
                               : inner.emit64(x[0], x[1], x[2]);
    spirv::ReturnValueOp::create(inner, result);
  }
  return spirv::FunctionCallOp::create(*builder, type,
                                       FlatSymbolRefAttr::get(callee),
                                       ValueRange{a, b, c})
      .getResult(0);
}
