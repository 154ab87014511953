#include "dialects/Ternary/IR/LayoutMath.h"

#include <array>

using namespace mlir;
using namespace bitnet::ternary;

namespace {

struct Pairs {
  template <typename Math, typename Number = typename Math::Number>
  static Number read(Math &m, PackedShape shape, Number row, Number column) {
    int64_t rows = shape.rows, groups = llvm::divideCeil(shape.k, 4);
    Number block = m.div(row, rows), r = m.rem(row, rows);
    Number unit = m.add(m.times(block, groups), m.div(column, 4));
    Number byte = m.byte(m.add(m.times(unit, rows), r));
    // The pair is the low or high nibble, the digit its unit or its three.
    Number nibble = m.times(m.div(m.rem(column, 4), 2), 4);
    Number pair = m.rem(m.shiftRight(byte, nibble), 16);
    Number high = m.div(pair, 3), low = m.rem(pair, 3);
    return m.choose(m.rem(column, 2), {low, high});
  }
};

} // namespace

/// byte of four 2-bit codes -> byte of two pairs of base-3 digits.
static std::array<uint8_t, 256> makePairTable() {
  std::array<uint8_t, 256> table;
  for (unsigned byte = 0; byte < 256; ++byte) {
    auto code = [&](unsigned i) { return (byte >> (2 * i)) & 3; };
    table[byte] = (code(0) + 3 * code(1)) | (code(2) + 3 * code(3)) << 4;
  }
  return table;
}

static void pack(ArrayRef<uint8_t> codes, PackedShape shape,
                 MutableArrayRef<uint8_t> packed) {
  static const std::array<uint8_t, 256> table = makePairTable();
  packFours(table, codes, shape, packed);
}

const LayoutInfo bitnet::ternary::pairsLayout = {
    "pairs",
    "a byte holds 4 terms of one row as two base-3 pairs: indices of tables",
    /*group=*/4,
    /*rowMultiple=*/8,
    /*tritsPerByte=*/4,
    pack,
    readTrit<Pairs>,
    emitReadTrit<Pairs>};
