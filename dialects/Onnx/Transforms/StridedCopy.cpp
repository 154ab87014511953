// Copies between layouts: what Transpose, Expand, Slice and Concat come to.
#include "dialects/Onnx/Transforms/EvaluationKernels.h"

#include <cstring>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

struct Axis {
  int64_t size, source, target;
};

/// Side of the square block in which a transposing copy runs: two blocks of
/// 8-byte elements fit a first-level cache.
constexpr int64_t kBlock = 32;

template <typename T>
void copyPlane(const Axis &outer, const Axis &inner, const T *source,
               T *target) {
  for (int64_t i0 = 0; i0 < outer.size; i0 += kBlock) {
    int64_t i1 = std::min(i0 + kBlock, outer.size);
    for (int64_t j0 = 0; j0 < inner.size; j0 += kBlock) {
      int64_t j1 = std::min(j0 + kBlock, inner.size);
      for (int64_t i = i0; i < i1; ++i)
        for (int64_t j = j0; j < j1; ++j)
          target[i * outer.target + j * inner.target] =
              source[i * outer.source + j * inner.source];
    }
  }
}

template <typename T>
void copyRow(const Axis &inner, const T *source, T *target) {
  if (inner.source == 1 && inner.target == 1)
    std::memcpy(target, source, inner.size * sizeof(T));
  else if (inner.source == 0 && inner.target == 1)
    std::fill_n(target, inner.size, *source);
  else
    for (int64_t j = 0; j < inner.size; ++j)
      target[j * inner.target] = source[j * inner.source];
}

/// Copies the last `axes`; the ones before `depth` are fixed.
template <typename T>
void copyAxes(ArrayRef<Axis> axes, const T *source, T *target) {
  if (axes.empty()) {
    *target = *source;
    return;
  }
  if (axes.size() == 1)
    return copyRow(axes[0], source, target);
  if (axes.size() == 2 && axes[1].source > 1)
    return copyPlane(axes[0], axes[1], source, target);
  const Axis &outer = axes[0];
  for (int64_t i = 0; i < outer.size; ++i)
    copyAxes(axes.drop_front(), source + i * outer.source,
             target + i * outer.target);
}

} // namespace

template <typename T>
static void copyTyped(ArrayRef<Axis> axes, const char *source, char *target) {
  copyAxes(axes, reinterpret_cast<const T *>(source),
           reinterpret_cast<T *>(target));
}

void bitnet::onnx::copyStrided(ArrayRef<int64_t> shape, unsigned width,
                               const char *source,
                               ArrayRef<int64_t> sourceStrides, char *target,
                               ArrayRef<int64_t> targetStrides) {
  SmallVector<Axis> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0)
      return;
    if (shape[i] == 1)
      continue;
    Axis axis{shape[i], sourceStrides[i], targetStrides[i]};
    if (!axes.empty() && axes.back().source == axis.source * axis.size &&
        axes.back().target == axis.target * axis.size) {
      axis.size *= axes.back().size;
      axes.pop_back();
    }
    axes.push_back(axis);
  }
  // A transposing copy needs the axis that is contiguous in the source next to
  // the one that is in the target, to run in blocks.
  if (axes.size() > 2 && axes.back().source > 1) {
    auto *contiguous =
        llvm::find_if(axes, [](const Axis &axis) { return axis.source == 1; });
    if (contiguous != axes.end() && contiguous + 2 < axes.end())
      std::rotate(contiguous, contiguous + 1, axes.end() - 1);
  }
  switch (width) {
  case 1:
    return copyTyped<uint8_t>(axes, source, target);
  case 2:
    return copyTyped<uint16_t>(axes, source, target);
  case 4:
    return copyTyped<uint32_t>(axes, source, target);
  default:
    return copyTyped<uint64_t>(axes, source, target);
  }
}

HostTensor bitnet::onnx::transposeTensor(const HostTensor &tensor,
                                         ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape, strides, own = rowMajorStrides(tensor.shape());
  for (int64_t axis : permutation) {
    shape.push_back(tensor.shape()[axis]);
    strides.push_back(own[axis]);
  }
  Type element = tensor.type.getElementType();
  char *out;
  HostTensor result =
      HostTensor::allocate(RankedTensorType::get(shape, element), out);
  copyStrided(shape, hostElementBytes(element), tensor.bytes.data(), strides,
              out, rowMajorStrides(shape));
  return result;
}
