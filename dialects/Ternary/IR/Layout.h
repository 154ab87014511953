#ifndef DIALECTS_TERNARY_IR_LAYOUT_H
#define DIALECTS_TERNARY_IR_LAYOUT_H

#include "dialects/Ternary/IR/TernaryOps.h"

namespace bitnet::ternary {

/// Bytes of n * k 2-bit codes (trit + 1), four a byte, low bits first, in
/// row-major order: how unpacked trits are stored.
inline int64_t getCodeBytes(int64_t n, int64_t k) { return (n * k + 3) / 4; }

/// Index of the first code that is 3 (no trit) among `count` codes, or -1.
int64_t findBadCode(llvm::ArrayRef<uint8_t> codes, int64_t count);

/// Writes the bytes of `layout` for an [n, k] matrix of 2-bit codes. `packed`
/// has layout.getPackedBytes(n, k) bytes and need not be initialised. No code
/// may be 3.
void packTrits(LayoutAttr layout, llvm::ArrayRef<uint8_t> codes, int64_t n,
               int64_t k, llvm::MutableArrayRef<uint8_t> packed);

/// The inverse, by the layout's definition: `codes` has getCodeBytes(n, k)
/// bytes, the bits behind the last code are written as zero.
void unpackTrits(LayoutAttr layout, llvm::ArrayRef<uint8_t> packed, int64_t n,
                 int64_t k, llvm::MutableArrayRef<uint8_t> codes);

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_IR_LAYOUT_H
