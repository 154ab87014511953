#include "dialects/Ternary/IR/Layout.h"
#include "dialects/Ternary/IR/LayoutInfo.h"

#include <cassert>
#include <cstring>
#include <vector>

using namespace mlir;
using namespace bitnet::ternary;

static std::vector<const LayoutInfo *> &getRegistry() {
  static std::vector<const LayoutInfo *> layouts = {&pairsLayout, &planesLayout,
                                                    &quadsLayout, &quintsLayout,
                                                    &rows4Layout, &rows5Layout};
  return layouts;
}

ArrayRef<const LayoutInfo *> bitnet::ternary::getLayouts() {
  return getRegistry();
}

const LayoutInfo &bitnet::ternary::getLayoutInfo(LayoutKind kind) {
  return *getRegistry()[unsigned(kind)];
}

/// Whether `info` can be the description of any layout.
static llvm::Error checkSizes(const LayoutInfo &info) {
  if (!info.pack || !info.read || !info.emitRead)
    return llvm::createStringError("lacks pack, read or emitRead");
  if (info.group < 1 || info.rowMultiple < 1 || info.rowMultiple > maxBlockRows)
    return llvm::createStringError(
        "has units of " + llvm::Twine(info.group) + " terms and blocks of " +
        llvm::Twine(info.rowMultiple) + " rows, expected at least 1, and " +
        llvm::Twine(maxBlockRows) + " rows at most");
  if (info.tritsPerByte < 1 ||
      info.group * info.rowMultiple % info.tritsPerByte != 0)
    return llvm::createStringError("has " + llvm::Twine(info.tritsPerByte) +
                                   " trits a byte, expected a divisor of the " +
                                   llvm::Twine(info.group * info.rowMultiple) +
                                   " trits that a unit of the fewest rows has");
  return llvm::Error::success();
}

/// Whether `read` finds what `pack` wrote, over sizes that leave a rest.
static llvm::Error checkTrits(const LayoutInfo &info) {
  PackedShape shape{2 * info.rowMultiple + 1, 3 * info.group + 2,
                    info.rowMultiple};
  int64_t count = shape.n * shape.k;
  std::vector<uint8_t> codes(getCodeBytes(shape.n, shape.k));
  auto code = [](int64_t i) { return uint64_t(i) * 2654435761u % 1013 % 3; };
  for (int64_t i = 0; i < count; ++i)
    codes[i / 4] |= code(i) << (2 * (i % 4));
  int64_t blocks = llvm::divideCeil(shape.n, shape.rows);
  int64_t groups = llvm::divideCeil(shape.k, info.group);
  std::vector<uint8_t> packed(blocks * groups * info.group * shape.rows /
                              info.tritsPerByte);
  info.pack(codes, shape, packed);
  for (int64_t i = 0; i < count; ++i)
    if (int64_t found = info.read(packed, shape, i / shape.k, i % shape.k);
        found != int64_t(code(i)))
      return llvm::createStringError(
          "reads another trit than it packed: " + llvm::Twine(found - 1) +
          " at [" + llvm::Twine(i / shape.k) + ", " + llvm::Twine(i % shape.k) +
          "] of " + llvm::Twine(shape.n) + " x " + llvm::Twine(shape.k) +
          ", expected " + llvm::Twine(int64_t(code(i)) - 1));
  return llvm::Error::success();
}

llvm::Error bitnet::ternary::addLayout(const LayoutInfo &info) {
  if (!isKernelName(info.name) || info.name == "auto")
    return llvm::createStringError(
        "has no name, expected small letters, digits and '_'");
  if (symbolizeLayoutKind(info.name))
    return llvm::createStringError("has the name of another one");
  if (llvm::Error error = checkSizes(info))
    return error;
  if (llvm::Error error = checkTrits(info))
    return error;
  getRegistry().push_back(&info);
  return llvm::Error::success();
}

SmallVector<StringRef> bitnet::ternary::getLayoutNames() {
  SmallVector<StringRef> names = {"auto"};
  for (const LayoutInfo *layout : getLayouts())
    names.push_back(layout->name);
  return names;
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 LayoutKind kind, int64_t rows) {
  int64_t multiple = getLayoutInfo(kind).rowMultiple;
  if (rows < multiple || rows % multiple != 0 || rows > maxBlockRows)
    return emitError() << "layout has blocks of " << rows
                       << " rows, expected a multiple of " << multiple
                       << " up to " << maxBlockRows;
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
