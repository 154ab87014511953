// Layouts whose bytes hold trits of several rows, for dot products: all digits
// of a byte meet the same activation, so that a sum over partly decoded bytes
// is a linear mix of rows that is unmixed once.

#include "dialects/Ternary/IR/LayoutMath.h"

#include <array>

using namespace mlir;
using namespace bitnet::ternary;

/// Rows of a block / digits: consecutive rows share a digit's place.
template <int64_t digits>
static int64_t getSpan(PackedShape shape) {
  return shape.rows / digits;
}

namespace {

/// byte[(b * ceil(K/4) + g) * 4 span + 4 r + i] has digit j, to the power
/// `base`, of row (b * digits + j) * span + r and term 4 g + i.
template <int64_t digits, int64_t base>
struct Rows {
  template <typename Math, typename Number = typename Math::Number>
  static Number read(Math &m, PackedShape shape, Number row, Number column) {
    int64_t span = getSpan<digits>(shape),
            groups = llvm::divideCeil(shape.k, 4);
    Number block = m.div(row, shape.rows), inBlock = m.rem(row, shape.rows);
    Number unit = m.add(m.times(block, groups), m.div(column, 4));
    Number lane = m.add(m.times(m.rem(inBlock, span), 4), m.rem(column, 4));
    Number value = m.byte(m.add(m.times(unit, 4 * span), lane));
    SmallVector<Number> all;
    for (int64_t j = 0, place = 1; j < digits; ++j, place *= base)
      all.push_back(m.rem(m.div(value, place), base));
    return m.choose(m.div(inBlock, span), all);
  }
};

} // namespace

/// Four 2-bit codes as bytes of a word, the first one lowest.
static std::array<uint32_t, 256> makeSpreadTable() {
  std::array<uint32_t, 256> table;
  for (uint32_t byte = 0; byte < 256; ++byte)
    table[byte] = (byte & 3) | (byte >> 2 & 3) << 8 | (byte >> 4 & 3) << 16 |
                  (byte >> 6 & 3) << 24;
  return table;
}

template <int64_t digits, uint32_t base>
static void pack(ArrayRef<uint8_t> codes, PackedShape shape,
                 MutableArrayRef<uint8_t> packed) {
  static const std::array<uint32_t, 256> spread = makeSpreadTable();
  int64_t n = shape.n, k = shape.k, span = getSpan<digits>(shape);
  int64_t groups = llvm::divideCeil(k, 4), unit = 4 * span;
  // Sixteen units of a block at a time: writes stay in L1.
  for (int64_t n0 = 0; n0 < n; n0 += shape.rows)
    for (int64_t g0 = 0; g0 < groups; g0 += 16)
      for (int64_t r = 0; r < span; ++r) {
        uint8_t *out =
            packed.data() + (n0 / shape.rows * groups + g0) * unit + 4 * r;
        for (int64_t g = g0, g1 = std::min(g0 + 16, groups); g < g1;
             ++g, out += unit) {
          // A byte's digits never carry: the word is four sums at once.
          uint32_t word = 0, place = 1;
          for (int64_t j = 0; j < digits; ++j, place *= base) {
            int64_t row = n0 + j * span + r, end = row < n ? (row + 1) * k : 0;
            word += place * spread[readFour(codes, row * k + 4 * g, end)];
          }
          for (int64_t i = 0; i < 4; ++i)
            out[i] = word >> (8 * i);
        }
      }
}

const LayoutInfo bitnet::ternary::rows4Layout = {
    "rows4",
    "a byte holds one term of 4 rows as 2-bit fields: operands of dot products",
    /*group=*/4,
    /*rowMultiple=*/16,
    /*tritsPerByte=*/4,
    pack<4, 4>,
    readTrit<Rows<4, 4>>,
    emitReadTrit<Rows<4, 4>>};

const LayoutInfo bitnet::ternary::rows5Layout = {
    "rows5",
    "a byte holds one term of 5 rows as base-3 digits: operands of dot "
    "products",
    /*group=*/4,
    /*rowMultiple=*/20,
    /*tritsPerByte=*/5,
    pack<5, 3>,
    readTrit<Rows<5, 3>>,
    emitReadTrit<Rows<5, 3>>};
