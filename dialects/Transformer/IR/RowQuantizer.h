/// The 8-bit codes of a row of weights, and what they leave out.
#ifndef DIALECTS_TRANSFORMER_IR_ROWQUANTIZER_H
#define DIALECTS_TRANSFORMER_IR_ROWQUANTIZER_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace bitnet::transformer {

/// max |w| / 127; 0 for zeros, NaN where an element is infinite or NaN.
float getScale8(llvm::ArrayRef<float> row);
/// Codes in [-127, 127] with that scale: rounded to nearest even.
void quantizeRow8(llvm::ArrayRef<float> row, float scale, int8_t *codes);
/// At least the Euclidean norm of row - scale * codes; infinity without a
/// scale.
float getError8(llvm::ArrayRef<float> row);
/// At least the Euclidean norm of the row; infinity where that is NaN.
float getNorm(llvm::ArrayRef<float> row);

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_IR_ROWQUANTIZER_H
