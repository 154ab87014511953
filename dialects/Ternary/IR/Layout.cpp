#include "dialects/Ternary/IR/Layout.h"
#include "dialects/Ternary/IR/LayoutInfo.h"

#include <cassert>
#include <cstring>

using namespace mlir;
using namespace bitnet::ternary;

ArrayRef<const LayoutInfo *> bitnet::ternary::getLayouts() {
  static const LayoutInfo *const layouts[] = {&pairsLayout, &planesLayout,
                                              &quintsLayout, &rows4Layout,
                                              &rows5Layout};
  static_assert(std::size(layouts) == getMaxEnumValForLayoutKind() + 1,
                "a kind without its LayoutInfo");
  return layouts;
}

const LayoutInfo &bitnet::ternary::getLayoutInfo(LayoutKind kind) {
  const LayoutInfo &info = *getLayouts()[unsigned(kind)];
  assert(info.kind == kind && "layouts are in the order of their kinds");
  return info;
}

SmallVector<StringRef> bitnet::ternary::getLayoutNames() {
  SmallVector<StringRef> names = {"auto"};
  for (const LayoutInfo *layout : getLayouts())
    names.push_back(layout->name());
  return names;
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 LayoutKind kind, int64_t rows) {
  int64_t multiple = getLayoutInfo(kind).rowMultiple;
  if (rows < multiple || rows % multiple != 0 || rows > 1024)
    return emitError() << "layout has blocks of " << rows
                       << " rows, expected a multiple of " << multiple
                       << " up to 1024";
  return success();
}

int64_t LayoutAttr::getGroup() const { return getLayoutInfo(getKind()).group; }

int64_t LayoutAttr::getPackedBytes(int64_t n, int64_t k) const {
  int64_t blocks = llvm::divideCeil(n, getRows());
  int64_t groups = llvm::divideCeil(k, getGroup());
  return blocks * groups *
         (getRows() * getGroup() / getLayoutInfo(getKind()).tritsPerByte);
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
  getLayoutInfo(layout.getKind()).pack(codes, {n, k, layout.getRows()}, packed);
}

void bitnet::ternary::unpackTrits(LayoutAttr layout, ArrayRef<uint8_t> packed,
                                  int64_t n, int64_t k,
                                  MutableArrayRef<uint8_t> codes) {
  assert(static_cast<int64_t>(packed.size()) == layout.getPackedBytes(n, k));
  assert(static_cast<int64_t>(codes.size()) == getCodeBytes(n, k));
  std::memset(codes.data(), 0, codes.size());
  const LayoutInfo &info = getLayoutInfo(layout.getKind());
  PackedShape shape{n, k, layout.getRows()};
  int64_t index = 0;
  for (int64_t row = 0; row < n; ++row)
    for (int64_t column = 0; column < k; ++column, ++index)
      codes[index / 4] |= info.read(packed, shape, row, column)
                          << (2 * (index % 4));
}
