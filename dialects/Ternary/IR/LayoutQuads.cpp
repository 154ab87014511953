#include "dialects/Ternary/IR/LayoutMath.h"

#include <array>

using namespace mlir;
using namespace bitnet::ternary;

namespace {

struct Quads {
  template <typename Math, typename Number = typename Math::Number>
  static Number read(Math &m, PackedShape shape, Number row, Number column) {
    int64_t rows = shape.rows, groups = llvm::divideCeil(shape.k, 4);
    Number unit = m.add(m.times(m.div(row, rows), groups), m.div(column, 4));
    Number byte = m.byte(m.add(m.times(unit, rows), m.rem(row, rows)));
    // Three digits in 5 bits and the fourth above them.
    Number three = m.rem(byte, 32);
    return m.choose(m.rem(column, 4),
                    {m.rem(three, 3), m.rem(m.div(three, 3), 3),
                     m.div(three, 9), m.div(byte, 32)});
  }
};

} // namespace

/// byte of four 2-bit codes -> index of a table.
static std::array<uint8_t, 256> makeQuadTable() {
  std::array<uint8_t, 256> table;
  for (unsigned byte = 0; byte < 256; ++byte) {
    auto code = [&](unsigned i) { return (byte >> (2 * i)) & 3; };
    table[byte] = code(0) + 3 * code(1) + 9 * code(2) + 32 * code(3);
  }
  return table;
}

static void pack(ArrayRef<uint8_t> codes, PackedShape shape,
                 MutableArrayRef<uint8_t> packed) {
  static const std::array<uint8_t, 256> table = makeQuadTable();
  packFours(table, codes, shape, packed);
}

const LayoutInfo bitnet::ternary::quadsLayout = {
    "quads",
    "a byte holds 4 terms of one row as base-3 digits: indices of tables of "
    "128 entries",
    /*group=*/4,
    /*rowMultiple=*/8,
    /*tritsPerByte=*/4,
    pack,
    readTrit<Quads>,
    emitReadTrit<Quads>};
