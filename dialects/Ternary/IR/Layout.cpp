#include "dialects/Ternary/IR/Layout.h"

#include <array>
#include <cassert>
#include <cstring>

using namespace mlir;
using namespace bitnet::ternary;

/// Four codes of zero trits: what padding is made of.
static constexpr uint8_t zeroTrits = 0x55;

/// Codes [index, index + 4) of a row-major code stream as one byte. Codes at
/// or behind `end` read as zero trits.
static uint8_t readFour(ArrayRef<uint8_t> codes, int64_t index, int64_t end) {
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

/// byte of four 2-bit codes -> byte of two pairs of base-3 digits.
static std::array<uint8_t, 256> makePairTable() {
  std::array<uint8_t, 256> table;
  for (unsigned byte = 0; byte < 256; ++byte) {
    auto code = [&](unsigned i) { return (byte >> (2 * i)) & 3; };
    table[byte] = (code(0) + 3 * code(1)) | (code(2) + 3 * code(3)) << 4;
  }
  return table;
}

static void packPairs(ArrayRef<uint8_t> codes, int64_t n, int64_t k,
                      int64_t rows, MutableArrayRef<uint8_t> packed) {
  static const std::array<uint8_t, 256> table = makePairTable();
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

static void packPlanes(ArrayRef<uint8_t> codes, int64_t n, int64_t k,
                       int64_t rows, MutableArrayRef<uint8_t> packed) {
  std::memset(packed.data(), 0, packed.size());
  int64_t plane = rows / 8;
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

int64_t bitnet::ternary::findBadCode(ArrayRef<uint8_t> codes, int64_t count) {
  for (int64_t byte = 0; 4 * byte < count; ++byte) {
    unsigned both = codes[byte] & (codes[byte] >> 1) & 0x55;
    for (int64_t i = 0; both && i < 4; ++i)
      if (((both >> (2 * i)) & 1) && 4 * byte + i < count)
        return 4 * byte + i;
  }
  return -1;
}

void bitnet::ternary::packTrits(LayoutAttr layout, ArrayRef<uint8_t> codes,
                                int64_t n, int64_t k,
                                MutableArrayRef<uint8_t> packed) {
  assert(static_cast<int64_t>(codes.size()) >= getCodeBytes(n, k));
  assert(static_cast<int64_t>(packed.size()) == layout.getPackedBytes(n, k));
  switch (layout.getKind()) {
  case LayoutKind::Pairs:
    return packPairs(codes, n, k, layout.getRows(), packed);
  case LayoutKind::Planes:
    return packPlanes(codes, n, k, layout.getRows(), packed);
  }
}

/// The code of one trit, read as the layout's description says.
static unsigned readPacked(LayoutAttr layout, ArrayRef<uint8_t> packed,
                           int64_t k, int64_t row, int64_t column) {
  int64_t rows = layout.getRows(), block = row / rows, r = row % rows;
  if (layout.getKind() == LayoutKind::Pairs) {
    int64_t groups = llvm::divideCeil(k, 4);
    unsigned byte = packed[(block * groups + column / 4) * rows + r];
    unsigned pair = column % 4 < 2 ? byte & 15 : byte >> 4;
    return column % 2 ? pair / 3 : pair % 3;
  }
  int64_t plane = rows / 8;
  const uint8_t *bits =
      packed.data() + (block * k + column) * 2 * plane + r / 8;
  unsigned plus = (bits[0] >> (r % 8)) & 1;
  unsigned minus = (bits[plane] >> (r % 8)) & 1;
  return 1 + plus - minus;
}

void bitnet::ternary::unpackTrits(LayoutAttr layout, ArrayRef<uint8_t> packed,
                                  int64_t n, int64_t k,
                                  MutableArrayRef<uint8_t> codes) {
  assert(static_cast<int64_t>(packed.size()) == layout.getPackedBytes(n, k));
  assert(static_cast<int64_t>(codes.size()) == getCodeBytes(n, k));
  std::memset(codes.data(), 0, codes.size());
  int64_t index = 0;
  for (int64_t row = 0; row < n; ++row)
    for (int64_t column = 0; column < k; ++column, ++index)
      codes[index / 4] |= readPacked(layout, packed, k, row, column)
                          << (2 * (index % 4));
}
