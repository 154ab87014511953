#include "compiler/Target/Artifacts/ScaledTrits.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Endian.h"

using namespace mlir;

/// The bits of `value` rounded to `element`.
static uint32_t roundTo(Type element, float value) {
  llvm::APFloat number(value);
  bool losesInfo;
  number.convert(cast<FloatType>(element).getFloatSemantics(),
                 llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return number.bitcastToAPInt().getZExtValue();
}

template <typename Bits>
static void expand(llvm::ArrayRef<char> codes, int64_t begin, int64_t count,
                   const uint32_t (&values)[4], char *out) {
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = begin + i;
    unsigned code = uint8_t(codes[at / 4]) >> (2 * (at % 4)) & 3;
    llvm::support::endian::write<Bits>(out + i * sizeof(Bits), values[code],
                                       llvm::endianness::little);
  }
}

void bitnet::scaleTrits(llvm::ArrayRef<char> codes, int64_t begin,
                        int64_t count, float scale, Type element,
                        std::vector<char> &out) {
  uint32_t values[4] = {roundTo(element, -scale), roundTo(element, 0),
                        roundTo(element, scale), 0};
  unsigned width = element.getIntOrFloatBitWidth() / 8;
  out.resize(count * width);
  if (width == 4)
    expand<uint32_t>(codes, begin, count, values, out.data());
  else
    expand<uint16_t>(codes, begin, count, values, out.data());
}
