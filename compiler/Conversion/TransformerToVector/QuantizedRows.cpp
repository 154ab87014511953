#include "compiler/Conversion/TransformerToVector/QuantizedRows.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet::transformer;

/// Elements that are multiplied at once: two for each lane of a sum.
static constexpr int64_t kPairs = 2 * kLanes;

VectorType bitnet::transformer::doubles(OpBuilder &builder, int64_t count) {
  return VectorType::get({count}, builder.getF64Type());
}

Value bitnet::transformer::toDouble(LaneBuilder &b, Value value) {
  auto vector = dyn_cast<VectorType>(value.getType());
  Type type = vector ? Type(doubles(b, vector.getDimSize(0))) : b.getF64Type();
  return arith::ExtFOp::create(b, type, value);
}

int64_t QuantizedRows::limit() const {
  // All K products of a code and a quantised element fit an i32.
  return std::min<int64_t>(32767, INT32_MAX / (127 * getLayout().k));
}

/// Quantises row `token` of x.
void QuantizedRows::quantizeRow(Value x, const Input &input, Value token) {
  float limit = static_cast<float>(this->limit());
  Value zero = b.splat(0);
  LaneBuilder::Values found = b.accumulate(
      getLayout().k, 2, [&](Value k, Value mask, ValueRange so_far) {
        Value lanes = b.load(x, {token, k}, mask);
        Value magnitude = b.fmax(lanes, b.fsub(zero, lanes));
        // An infinity or NaN times zero is NaN, and stays.
        return LaneBuilder::Values{b.fmax(magnitude, so_far[0]),
                                   b.fma(lanes, zero, so_far[1])};
      });
  Value largest = b.fadd(b.foldMax(found[0]), b.foldSum(found[1]));
  Value positive = b.cmp(arith::CmpFPredicate::OGT, largest, b.f32(0));
  Value factor = b.select(positive, b.fdiv(b.f32(limit), largest), b.f32(0));
  Value scale = b.fdiv(largest, b.f32(limit));
  memref::StoreOp::create(b, scale, input.scales, ValueRange{token});
  auto store = [&](Value lanes, Value k) {
    auto type = [&](unsigned bits) {
      return VectorType::get({kLanes}, b.getIntegerType(bits));
    };
    Value wide = arith::FPToSIOp::create(b, type(32), lanes);
    Value narrow = arith::TruncIOp::create(b, type(16), wide);
    vector::StoreOp::create(b, narrow, input.values, ValueRange{token, k});
  };
  Value factors = b.broadcast(factor), low = b.splat(-limit);
  Value high = b.splat(limit), magic = b.splat(0x1.8p23f);
  b.forLanes(getLayout().k, [&](Value k, Value mask) {
    Value scaled = b.fmul(b.load(x, {token, k}, mask), factors);
    // A NaN becomes the lower limit: its scale is NaN anyway.
    Value clamped = b.fmax(scaled, low);
    clamped = b.select(b.cmp(arith::CmpFPredicate::OLT, clamped, high), clamped,
                       high);
    // To nearest even: the sum has no bits below 1.
    store(b.fsub(b.fadd(clamped, magic), magic), k);
  });
  int64_t padded = getLayout().chunks() * getLayout().elements;
  for (int64_t k = llvm::alignTo(getLayout().k, kLanes); k < padded;
       k += kLanes)
    store(zero, b.index(k));
}

QuantizedRows::Input QuantizedRows::quantize(Value exec, Value x) {
  Value tokens = b.dim(x, 0);
  int64_t padded = getLayout().chunks() * getLayout().elements;
  auto allocate = [&](MemRefType type) -> Value {
    SmallVector<Value> sizes;
    if (type.isDynamicDim(0))
      sizes.push_back(tokens);
    return memref::AllocOp::create(b, type, sizes);
  };
  int64_t count = cast<MemRefType>(x.getType()).getDimSize(0);
  Input input = {allocate(MemRefType::get({count, padded}, b.getI16Type())),
                 allocate(MemRefType::get({count}, b.getF32Type()))};
  b.parallelRows(exec, tokens, b.index(padded), "quantize", nullptr,
                 [&](Value token) { quantizeRow(x, input, token); });
  return input;
}

/// accumulator [16 x i32] + the products of 32 codes and 32 inputs, each in
/// some lane.
Value QuantizedRows::multiplyAdd(Value accumulator, Value codes, Value inputs) {
  auto extend = [&](Value value, unsigned bits) -> Value {
    return arith::ExtSIOp::create(
        b, VectorType::get({kPairs}, b.getIntegerType(bits)), value);
  };
  auto part = [&](Value vector, int64_t first, int64_t count) -> Value {
    return vector::ExtractStridedSliceOp::create(
        b, vector, ArrayRef<int64_t>{first}, ArrayRef<int64_t>{count},
        ArrayRef<int64_t>{1});
  };
  auto call = [&](StringRef name, Type type, Value lhs, Value rhs) -> Value {
    return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name),
                                         ValueRange{lhs, rhs})
        .getResult(0);
  };
  auto sumType = cast<VectorType>(accumulator.getType());
  if (facts.avx512bw && facts.vectorBits >= 512)
    return b.add(accumulator, call("llvm.x86.avx512.pmaddw.d.512", sumType,
                                   extend(codes, 16), inputs));
  if (facts.avx2) {
    auto half = VectorType::get({kLanes / 2}, b.getI32Type());
    Value wide = extend(codes, 16);
    LaneBuilder::Values halves;
    for (int64_t first : {int64_t(0), kLanes})
      halves.push_back(call("llvm.x86.avx2.pmadd.wd", half,
                            part(wide, first, kLanes),
                            part(inputs, first, kLanes)));
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, kLanes));
    return b.add(accumulator,
                 vector::ShuffleOp::create(b, halves[0], halves[1], order));
  }
  Value products =
      arith::MulIOp::create(b, extend(codes, 32), extend(inputs, 32));
  return b.add(b.add(accumulator, part(products, 0, kLanes)),
               part(products, kLanes, kLanes));
}

LaneBuilder::Values QuantizedRows::sums(const Input &input, Value token,
                                        int64_t tokens, Value block,
                                        int64_t first, int64_t rows) {
  auto sumType = VectorType::get({kLanes}, b.getI32Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  LaneBuilder::Values sums(tokens * rows, zero);
  int64_t groups = getLayout().elements / kPairs;
  auto load = [&](Value memref, unsigned bits, ValueRange at) -> Value {
    return vector::LoadOp::create(
        b, VectorType::get({kPairs}, b.getIntegerType(bits)), memref, at);
  };
  sums = b.loop(
      b.index(0), b.index(getLayout().chunks()), 1, sums,
      [&](Value chunk, ValueRange running) {
        LaneBuilder::Values next(running), inputs;
        Value k = b.mul(chunk, b.index(getLayout().elements));
        for (int64_t t = 0; t < tokens; ++t)
          for (int64_t g = 0; g < groups; ++g)
            inputs.push_back(load(
                input.values, 16,
                {b.add(token, b.index(t)), b.add(k, b.index(g * kPairs))}));
        for (int64_t r = 0; r < rows; ++r) {
          if (tokens == 1)
            reader.prefetchBehind(block, chunk, first + r);
          for (int64_t g = 0; g < groups; ++g) {
            Value part =
                load(codes, 8,
                     {block, chunk, b.index(first + r), b.index(g * kPairs)});
            for (int64_t t = 0; t < tokens; ++t)
              next[t * rows + r] =
                  multiplyAdd(next[t * rows + r], part, inputs[t * groups + g]);
          }
        }
        return next;
      });
  LaneBuilder::Values results;
  for (int64_t t = 0; t < tokens; ++t)
    results.push_back(b.foldSums(ValueRange(sums).slice(t * rows, rows)));
  return results;
}

Value QuantizedRows::scaled(Value sums, Value scales, const Input &input,
                            Value token, Value row) {
  int64_t rows = cast<VectorType>(sums.getType()).getDimSize(0);
  Value scale = memref::LoadOp::create(b, input.scales, ValueRange{token});
  Value both = b.fmul(
      toDouble(b, b.load(scales, row, Value(), rows)),
      vector::BroadcastOp::create(b, doubles(b, rows), toDouble(b, scale)));
  Value whole = arith::SIToFPOp::create(b, doubles(b, rows), sums);
  return b.fmul(whole, both);
}
