#include "dialects/Ternary/IR/LayoutMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bitnet::ternary;

Value EmittedMath::add(Value a, Value b) {
  return arith::AddIOp::create(builder, loc, a, b);
}
Value EmittedMath::sub(Value a, Value b) {
  return arith::SubIOp::create(builder, loc, a, b);
}
Value EmittedMath::times(Value a, int64_t b) {
  return arith::MulIOp::create(builder, loc, a, constant(b));
}
Value EmittedMath::div(Value a, int64_t b) {
  return arith::DivUIOp::create(builder, loc, a, constant(b));
}
Value EmittedMath::rem(Value a, int64_t b) {
  return arith::RemUIOp::create(builder, loc, a, constant(b));
}
Value EmittedMath::constant(int64_t a) {
  return arith::ConstantIndexOp::create(builder, loc, a);
}
Value EmittedMath::shiftRight(Value a, Value bits) {
  return arith::ShRUIOp::create(builder, loc, a, bits);
}
Value EmittedMath::choose(Value i, ArrayRef<Value> values) {
  Value result = values.back();
  for (int64_t j = values.size() - 2; j >= 0; --j) {
    Value here = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                       i, constant(j));
    result = arith::SelectOp::create(builder, loc, here, values[j], result);
  }
  return result;
}
Value EmittedMath::byte(Value at) {
  Value value = memref::LoadOp::create(builder, loc, packed, at);
  return arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(),
                                      value);
}

uint8_t bitnet::ternary::readFour(ArrayRef<uint8_t> codes, int64_t index,
                                  int64_t end) {
  if (index >= end)
    return zeroTrits;
  int64_t byte = index / 4, shift = 2 * (index % 4);
  unsigned bits = codes[byte];
  if (shift && byte + 1 < static_cast<int64_t>(codes.size()))
    bits |= unsigned(codes[byte + 1]) << 8;
  bits >>= shift;
  if (int64_t valid = end - index; valid < 4) {
    unsigned mask = (1u << (2 * valid)) - 1;
    bits = (bits & mask) | (zeroTrits & ~mask);
  }
  return bits & 0xff;
}

void bitnet::ternary::packFours(const std::array<uint8_t, 256> &table,
                                ArrayRef<uint8_t> codes, PackedShape shape,
                                MutableArrayRef<uint8_t> packed) {
  int64_t n = shape.n, k = shape.k, rows = shape.rows;
  int64_t groups = llvm::divideCeil(k, 4);
  // One tile of 64 groups by `rows` rows at a time: reads and writes both stay
  // in L1.
  for (int64_t n0 = 0; n0 < n; n0 += rows)
    for (int64_t g0 = 0; g0 < groups; g0 += 64)
      for (int64_t r = 0; r < rows; ++r) {
        int64_t row = n0 + r, end = row < n ? (row + 1) * k : 0;
        uint8_t *out = packed.data() + (n0 / rows * groups + g0) * rows + r;
        for (int64_t g = g0, g1 = std::min(g0 + 64, groups); g < g1;
             ++g, out += rows)
          *out = table[readFour(codes, row * k + 4 * g, end)];
      }
}
