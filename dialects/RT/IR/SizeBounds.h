#ifndef DIALECTS_RT_IR_SIZEBOUNDS_H
#define DIALECTS_RT_IR_SIZEBOUNDS_H

#include "mlir/IR/OpDefinition.h"

namespace bitnet::rt {

/// Largest dim of an input and most positions of a session: the runtime
/// refuses more (bn_check_shape, bitnet_session_create).
constexpr int64_t kMostInputDim = INT32_MAX;

/// Sizes in bytes saturate here: more than any machine has, no less than the
/// product of two dims, and so far below 2^63 that the sum of two does not
/// wrap.
constexpr int64_t kMostBytes = (int64_t(1) << 62) - (int64_t(1) << 31);
static_assert(kMostInputDim * kMostInputDim <= kMostBytes);

/// A number that `number`, an index, is at most, where it can be proven that it
/// is never negative, nor wrapped: sizes of inputs, lengths, and what follows
/// from them.
std::optional<int64_t> getUpperBound(mlir::OpFoldResult number);

} // namespace bitnet::rt

#endif // DIALECTS_RT_IR_SIZEBOUNDS_H
