#include "dialects/Onnx/Transforms/EvaluationKernels.h"

#include "llvm/ADT/StringSwitch.h"

#include <cstring>

using namespace mlir;
using namespace bitnet::onnx;

static LogicalResult requireInputs(Evaluation &evaluation, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    if (!evaluation.input(i))
      return evaluation.op->emitOpError("lacks operand #") << i;
  return success();
}

/// `index` counted from 0, or an error if it is not in [-size, size).
static FailureOr<int64_t> normalizeIndex(Evaluation &evaluation, int64_t index,
                                         int64_t size) {
  if (index < -size || index >= size)
    return evaluation.op->emitOpError("index ")
           << index << " is not in [" << -size << ", " << size << ")";
  return index < 0 ? index + size : index;
}

static LogicalResult evaluateGather(Evaluation &evaluation) {
  if (failed(requireInputs(evaluation, 2)))
    return failure();
  const HostTensor &x = *evaluation.input(0);
  FailureOr<SmallVector<int64_t>> indices = readInts(evaluation, 1);
  FailureOr<int64_t> axis = normalizeAxis(
      evaluation, evaluation.intAttr("axis", 0), x.type.getRank());
  if (failed(indices) || failed(axis))
    return failure();
  int64_t size = x.shape()[*axis];
  for (int64_t &index : *indices) {
    FailureOr<int64_t> normalized = normalizeIndex(evaluation, index, size);
    if (failed(normalized))
      return failure();
    index = *normalized;
  }
  SmallVector<int64_t> shape(x.shape().take_front(*axis));
  llvm::append_range(shape, evaluation.input(1)->shape());
  llvm::append_range(shape, x.shape().drop_front(*axis + 1));
  FailureOr<RankedTensorType> type =
      resultType(evaluation, shape, x.type.getElementType());
  if (failed(type))
    return failure();
  int64_t outer = checkedElementCount(x.shape().take_front(*axis));
  int64_t bytes = checkedElementCount(x.shape().drop_front(*axis + 1)) *
                  hostElementBytes(x.type.getElementType());
  char *out = evaluation.allocateOutput(*type);
  for (int64_t i = 0; i < outer && bytes != 0; ++i)
    for (int64_t index : *indices) {
      std::memcpy(out, x.bytes.data() + (i * size + index) * bytes, bytes);
      out += bytes;
    }
  return success();
}

static LogicalResult evaluateGatherElements(Evaluation &evaluation) {
  if (failed(requireInputs(evaluation, 2)))
    return failure();
  const HostTensor &x = *evaluation.input(0);
  ArrayRef<int64_t> shape = evaluation.input(1)->shape();
  FailureOr<SmallVector<int64_t>> indices = readInts(evaluation, 1);
  FailureOr<int64_t> axis = normalizeAxis(
      evaluation, evaluation.intAttr("axis", 0), x.type.getRank());
  if (failed(indices) || failed(axis))
    return failure();
  bool fits = shape.size() == x.shape().size();
  for (size_t i = 0; fits && i < shape.size(); ++i)
    fits = static_cast<int64_t>(i) == *axis || shape[i] <= x.shape()[i];
  if (!fits)
    return evaluation.op->emitOpError("indices are ")
           << evaluation.input(1)->type << ", which do not fit " << x.type;
  Type element = x.type.getElementType();
  unsigned width = hostElementBytes(element);
  SmallVector<int64_t> strides = rowMajorStrides(x.shape());
  char *out = evaluation.allocateOutput(RankedTensorType::get(shape, element));
  SmallVector<int64_t> place(shape.size(), 0);
  for (int64_t index : *indices) {
    FailureOr<int64_t> normalized =
        normalizeIndex(evaluation, index, x.shape()[*axis]);
    if (failed(normalized))
      return failure();
    int64_t offset = *normalized * strides[*axis];
    for (size_t i = 0; i < shape.size(); ++i)
      offset += static_cast<int64_t>(i) == *axis ? 0 : place[i] * strides[i];
    std::memcpy(out, x.bytes.data() + offset * width, width);
    out += width;
    for (size_t i = shape.size(); i-- > 0 && ++place[i] == shape[i];)
      place[i] = 0;
  }
  return success();
}

/// Offsets, in slices, of the index vectors that `indices` hold for axes of
/// `sizes`.
static FailureOr<SmallVector<int64_t>> slicesOf(Evaluation &evaluation,
                                                ArrayRef<int64_t> indices,
                                                ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> slices;
  SmallVector<int64_t> strides = rowMajorStrides(sizes);
  for (size_t at = 0; at < indices.size(); at += sizes.size()) {
    int64_t slice = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
      FailureOr<int64_t> index =
          normalizeIndex(evaluation, indices[at + i], sizes[i]);
      if (failed(index))
        return failure();
      slice += *index * strides[i];
    }
    slices.push_back(slice);
  }
  return slices;
}

static LogicalResult evaluateGatherND(Evaluation &evaluation) {
  if (failed(requireInputs(evaluation, 2)))
    return failure();
  const HostTensor &x = *evaluation.input(0);
  ArrayRef<int64_t> indexShape = evaluation.input(1)->shape();
  FailureOr<SmallVector<int64_t>> indices = readInts(evaluation, 1);
  if (failed(indices))
    return failure();
  int64_t batchDims = evaluation.intAttr("batch_dims", 0);
  int64_t length = indexShape.empty() ? 0 : indexShape.back();
  if (batchDims < 0 || length < 1 ||
      batchDims >= static_cast<int64_t>(indexShape.size()) ||
      batchDims + length > x.type.getRank() ||
      x.shape().take_front(batchDims) != indexShape.take_front(batchDims))
    return evaluation.op->emitOpError("indices are ")
           << evaluation.input(1)->type << " with " << batchDims
           << " batch axes, which do not fit " << x.type;
  ArrayRef<int64_t> sizes = x.shape().slice(batchDims, length);
  ArrayRef<int64_t> sliceShape = x.shape().drop_front(batchDims + length);
  FailureOr<SmallVector<int64_t>> slices =
      slicesOf(evaluation, *indices, sizes);
  if (failed(slices))
    return failure();
  SmallVector<int64_t> shape(indexShape.drop_back());
  llvm::append_range(shape, sliceShape);
  FailureOr<RankedTensorType> type =
      resultType(evaluation, shape, x.type.getElementType());
  if (failed(type))
    return failure();
  int64_t bytes = checkedElementCount(sliceShape) *
                  hostElementBytes(x.type.getElementType());
  int64_t batches = checkedElementCount(x.shape().take_front(batchDims));
  int64_t perBatch =
      batches == 0 ? 0 : static_cast<int64_t>(slices->size()) / batches;
  int64_t batchSlices = checkedElementCount(sizes);
  char *out = evaluation.allocateOutput(*type);
  for (auto [i, slice] : llvm::enumerate(*slices)) {
    int64_t batch = static_cast<int64_t>(i) / perBatch;
    if (bytes != 0)
      std::memcpy(out, x.bytes.data() + (batch * batchSlices + slice) * bytes,
                  bytes);
    out += bytes;
  }
  return success();
}

static LogicalResult evaluateScatterND(Evaluation &evaluation) {
  if (failed(requireInputs(evaluation, 3)))
    return failure();
  const HostTensor &x = *evaluation.input(0), &updates = *evaluation.input(2);
  ArrayRef<int64_t> indexShape = evaluation.input(1)->shape();
  FailureOr<SmallVector<int64_t>> indices = readInts(evaluation, 1);
  if (failed(indices))
    return failure();
  int64_t length = indexShape.empty() ? 0 : indexShape.back();
  SmallVector<int64_t> expected;
  if (length >= 1 && length <= x.type.getRank()) {
    llvm::append_range(expected, indexShape.drop_back());
    llvm::append_range(expected, x.shape().drop_front(length));
  }
  Type element = x.type.getElementType();
  if (length < 1 || length > x.type.getRank() ||
      updates.shape() != ArrayRef<int64_t>(expected) ||
      updates.type.getElementType() != element)
    return evaluation.op->emitOpError("writes ")
           << updates.type << " at " << evaluation.input(1)->type << " into "
           << x.type;
  FailureOr<SmallVector<int64_t>> slices =
      slicesOf(evaluation, *indices, x.shape().take_front(length));
  if (failed(slices))
    return failure();
  int64_t bytes = checkedElementCount(x.shape().drop_front(length)) *
                  hostElementBytes(element);
  const char *in = x.bytes.data();
  char *out = evaluation.allocateOutput(x.type, {0});
  if (out != in && !x.bytes.empty())
    std::memcpy(out, in, x.bytes.size());
  const char *update = updates.bytes.data();
  for (int64_t slice : *slices) {
    if (bytes != 0)
      std::memcpy(out + slice * bytes, update, bytes);
    update += bytes;
  }
  return success();
}

Kernel bitnet::onnx::lookUpIndexingKernel(StringRef name) {
  return llvm::StringSwitch<Kernel>(name)
      .Case("Gather", evaluateGather)
      .Case("GatherElements", evaluateGatherElements)
      .Case("GatherND", evaluateGatherND)
      .Case("ScatterND", evaluateScatterND)
      .Default(nullptr);
}
