#include "dialects/Ternary/IR/LayoutMath.h"

#include <array>

using namespace mlir;
using namespace bitnet::ternary;

/// The largest magnitude of five balanced ternary digits.
static constexpr int64_t largest = 121;

namespace {

struct Quints {
  template <typename Math, typename Number = typename Math::Number>
  static Number read(Math &m, PackedShape shape, Number row, Number column) {
    int64_t rows = shape.rows, groups = llvm::divideCeil(shape.k, 5);
    Number unit = m.add(m.times(m.div(row, rows), groups), m.div(column, 5));
    Number byte = m.byte(m.add(m.times(unit, rows), m.rem(row, rows)));
    // v + 121, whose digits are those of v plus one: the codes.
    Number magnitude = m.rem(byte, 128), middle = m.constant(largest);
    Number digits = m.choose(
        m.div(byte, 128), {m.add(middle, magnitude), m.sub(middle, magnitude)});
    return m.rem(
        m.choose(m.rem(column, 5), {digits, m.div(digits, 3), m.div(digits, 9),
                                    m.div(digits, 27), m.div(digits, 81)}),
        3);
  }
};

} // namespace

/// Five 2-bit codes -> magnitude and sign of the number whose balanced ternary
/// digits they are.
static std::array<uint8_t, 1024> makeQuintTable() {
  std::array<uint8_t, 1024> table;
  for (unsigned bits = 0; bits < 1024; ++bits) {
    int value = 0;
    for (int i = 4; i >= 0; --i)
      value = 3 * value + int((bits >> (2 * i)) & 3) - 1;
    table[bits] = value < 0 ? 0x80 | -value : value;
  }
  return table;
}

static void pack(ArrayRef<uint8_t> codes, PackedShape shape,
                 MutableArrayRef<uint8_t> packed) {
  static const std::array<uint8_t, 1024> table = makeQuintTable();
  int64_t n = shape.n, k = shape.k, rows = shape.rows;
  int64_t groups = llvm::divideCeil(k, 5);
  // One tile of 64 groups by `rows` rows at a time: reads and writes both stay
  // in L2.
  for (int64_t n0 = 0; n0 < n; n0 += rows)
    for (int64_t g0 = 0; g0 < groups; g0 += 64)
      for (int64_t r = 0; r < rows; ++r) {
        int64_t row = n0 + r, end = row < n ? (row + 1) * k : 0;
        uint8_t *out = packed.data() + (n0 / rows * groups + g0) * rows + r;
        for (int64_t g = g0, g1 = std::min(g0 + 64, groups); g < g1;
             ++g, out += rows) {
          int64_t at = row * k + 5 * g;
          unsigned fifth = readFour(codes, at + 4, end) & 3;
          *out = table[readFour(codes, at, end) | fifth << 8];
        }
      }
}

const LayoutInfo bitnet::ternary::quintsLayout = {
    "quints",
    "a byte holds 5 terms of one row as sign and magnitude: indices of tables "
    "of 128 entries",
    /*group=*/5,
    /*rowMultiple=*/8,
    /*tritsPerByte=*/5,
    pack,
    readTrit<Quints>,
    emitReadTrit<Quints>};
