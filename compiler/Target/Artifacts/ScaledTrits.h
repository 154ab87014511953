#ifndef COMPILER_TARGET_ARTIFACTS_SCALEDTRITS_H
#define COMPILER_TARGET_ARTIFACTS_SCALEDTRITS_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"

#include <vector>

namespace bitnet {

/// out = trit * scale of the trits [begin, begin + count) of `codes` (trit + 1
/// in 2 bits, four a byte, low bits first), rounded to `element`: f32, f16 or
/// bf16, little-endian.
void scaleTrits(llvm::ArrayRef<char> codes, int64_t begin, int64_t count,
                float scale, mlir::Type element, std::vector<char> &out);

} // namespace bitnet

#endif // COMPILER_TARGET_ARTIFACTS_SCALEDTRITS_H
