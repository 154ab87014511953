#include "dialects/Ternary/IR/LayoutMath.h"

#include <cstring>

using namespace mlir;
using namespace bitnet::ternary;

namespace {

struct Planes {
  template <typename Math, typename Number = typename Math::Number>
  static Number read(Math &m, PackedShape shape, Number row, Number column) {
    int64_t rows = shape.rows;
    Number block = m.div(row, rows), r = m.rem(row, rows);
    Number term = m.add(m.times(block, shape.k), column);
    Number at = m.add(m.times(term, rows / 4), m.div(r, 8));
    Number shift = m.rem(r, 8);
    auto bit = [&](Number byteAt) {
      return m.rem(m.shiftRight(m.byte(byteAt), shift), 2);
    };
    Number plus = bit(at), minus = bit(m.add(at, m.constant(rows / 8)));
    return m.sub(m.add(m.constant(1), plus), minus);
  }
};

} // namespace

static void pack(ArrayRef<uint8_t> codes, PackedShape shape,
                 MutableArrayRef<uint8_t> packed) {
  std::memset(packed.data(), 0, packed.size());
  int64_t n = shape.n, k = shape.k, rows = shape.rows, plane = rows / 8;
  for (int64_t row = 0; row < n; ++row) {
    uint8_t *out = packed.data() + row / rows * k * 2 * plane + row % rows / 8;
    int64_t bit = row % 8, end = (row + 1) * k;
    for (int64_t k0 = 0; k0 < k; k0 += 4) {
      unsigned four = readFour(codes, row * k + k0, end);
      for (int64_t i = 0, left = std::min<int64_t>(4, k - k0); i < left;
           ++i, out += 2 * plane) {
        unsigned code = (four >> (2 * i)) & 3; // 0, 1, 2: -1, 0, +1
        out[0] |= (code >> 1) << bit;
        out[plane] |= (code == 0) << bit;
      }
    }
  }
}

const LayoutInfo bitnet::ternary::planesLayout = {
    "planes",
    "for each term, a bit a row that says +1 and then a bit a row that says "
    "-1: masks",
    /*group=*/1,
    /*rowMultiple=*/8,
    /*tritsPerByte=*/4,
    pack,
    readTrit<Planes>,
    emitReadTrit<Planes>};
