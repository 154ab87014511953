#ifndef DIALECTS_ONNX_TRANSFORMS_SAMPLING_H
#define DIALECTS_ONNX_TRANSFORMS_SAMPLING_H

#include "dialects/Onnx/Transforms/OpEmitter.h"

namespace bitnet::onnx {

// What operators share that take elements at places between others.

/// 0, 1, ... below `size`, an i64 scalar; a run where it is negative ends.
mlir::Value countPlaces(mlir::Value size, OpEmitter &emit);

/// `places`, floats, as indices of an axis of `size` elements, an i64 scalar:
/// of the nearest element where they are outside, of some element where they
/// are no numbers.
mlir::Value toIndices(mlir::Value places, mlir::Value size, OpEmitter &emit);

/// What an element counts whose distance is `distance`, floats that are not
/// negative: linear interpolation between two elements, and cubic convolution.
mlir::Value linearWeight(mlir::Value distance, OpEmitter &emit);
mlir::Value cubicWeight(mlir::Value distance, double a, OpEmitter &emit);

/// `x`, floats, times `weight`, broadcast; an element without weight counts for
/// nothing, even if it is no number.
mlir::Value weigh(mlir::Value x, mlir::Value weight, OpEmitter &emit);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_SAMPLING_H
