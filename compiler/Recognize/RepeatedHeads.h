#ifndef COMPILER_RECOGNIZE_REPEATEDHEADS_H
#define COMPILER_RECOGNIZE_REPEATEDHEADS_H

#include "compiler/Recognize/ShapeTracer.h"

#include <optional>

namespace bitnet::recognize {

/// Heads of a key or value before each was repeated for its group.
struct RepeatedHeads {
  mlir::Value x; ///< [batch, heads, length, size]
  int64_t count = 1;
};

/// x of Expand(Unsqueeze(x, 2)), [batch, heads, count, length, size].
std::optional<RepeatedHeads> matchExpandedHeads(mlir::Value value,
                                                ShapeTracer &tracer);

/// x of Reshape(Expand(Unsqueeze(x, 2))): each key head of x repeated for the
/// query heads of its group. `value` itself where it is something else.
mlir::Value skipRepeatedHeads(mlir::Value value, ShapeTracer &tracer);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_REPEATEDHEADS_H
