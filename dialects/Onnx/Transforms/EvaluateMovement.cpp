#include "dialects/Onnx/Transforms/BroadcastLoop.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>
#include <cstring>
#include <numeric>

using namespace mlir;
using namespace bitnet::onnx;

static const HostTensor *requireInput(Evaluation &evaluation, unsigned index) {
  const HostTensor *tensor = evaluation.input(index);
  if (!tensor)
    evaluation.op->emitOpError("lacks operand #") << index;
  return tensor;
}

static unsigned elementBytes(const HostTensor &tensor) {
  return hostElementBytes(tensor.type.getElementType());
}

//===-- The same elements in another shape
//---------------------------------===//

static LogicalResult evaluateReshape(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x || !requireInput(evaluation, 1))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = readInts(evaluation, 1);
  if (failed(shape))
    return failure();
  bool allowZero = evaluation.intAttr("allowzero", 0) != 0;
  int64_t rest = -1;
  SmallVector<int64_t> known;
  for (auto [i, size] : llvm::enumerate(*shape)) {
    if (size == 0 && !allowZero && i < x->shape().size())
      size = x->shape()[i];
    if (size == -1 && rest < 0)
      rest = static_cast<int64_t>(i);
    else
      known.push_back(size);
  }
  int64_t count = checkedElementCount(known);
  bool isNegative = llvm::any_of(known, [](int64_t size) { return size < 0; });
  if (rest >= 0 && count > 0 && !isNegative) {
    (*shape)[rest] = x->size() / count;
    count *= (*shape)[rest];
  }
  // A rest next to a size of 0 could be anything.
  bool isUnknown = rest >= 0 && (*shape)[rest] < 0;
  if (isNegative || isUnknown || count != x->size())
    return evaluation.op->emitOpError("reshapes ")
           << x->type << " to [" << *shape << "]";
  evaluation.shareOutput(*x, *shape);
  return success();
}

static LogicalResult evaluateFlatten(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x)
    return failure();
  auto rank = static_cast<int64_t>(x->shape().size());
  int64_t axis = evaluation.intAttr("axis", 1);
  if (axis < -rank || axis > rank)
    return evaluation.op->emitOpError("axis ") << axis << " is out of range";
  axis = axis < 0 ? axis + rank : axis;
  // A part of an empty tensor's sizes may have too large a product.
  int64_t shape[] = {checkedElementCount(x->shape().take_front(axis)),
                     checkedElementCount(x->shape().drop_front(axis))};
  if (failed(resultType(evaluation, shape, x->type.getElementType())))
    return failure();
  evaluation.shareOutput(*x, shape);
  return success();
}

static LogicalResult evaluateSqueeze(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x)
    return failure();
  FailureOr<std::optional<SmallVector<int64_t>>> axes =
      readAxes(evaluation, x->type.getRank());
  if (failed(axes))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(x->shape())) {
    bool isNamed = *axes && llvm::is_contained(**axes, axis);
    if (isNamed && size != 1)
      return evaluation.op->emitOpError("removes axis ")
             << axis << " of size " << size << ", expected 1";
    if (!(*axes ? isNamed : size == 1))
      shape.push_back(size);
  }
  evaluation.shareOutput(*x, shape);
  return success();
}

static LogicalResult evaluateUnsqueeze(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x)
    return failure();
  int64_t added = 0;
  if (auto attr = evaluation.op->getAttrOfType<DenseI64ArrayAttr>("axes"))
    added = attr.size();
  else if (const HostTensor *operand = requireInput(evaluation, 1))
    added = operand->size();
  else
    return failure();
  int64_t rank = x->type.getRank() + added;
  FailureOr<std::optional<SmallVector<int64_t>>> axes =
      readAxes(evaluation, rank);
  if (failed(axes))
    return failure();
  SmallVector<int64_t> shape(rank, 1);
  const int64_t *size = x->shape().begin();
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!llvm::is_contained(**axes, axis))
      shape[axis] = *size++;
  evaluation.shareOutput(*x, shape);
  return success();
}

//===-- Strided copies
//-----------------------------------------------------===//

static LogicalResult evaluateTranspose(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x)
    return failure();
  SmallVector<int64_t> permutation(x->shape().size());
  std::iota(permutation.rbegin(), permutation.rend(), 0);
  if (auto attr = evaluation.op->getAttrOfType<DenseI64ArrayAttr>("perm")) {
    if (!attr.asArrayRef().empty() || permutation.empty())
      permutation.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
    SmallVector<int64_t> sorted(permutation);
    llvm::sort(sorted);
    if (static_cast<int64_t>(sorted.size()) != x->type.getRank() ||
        llvm::any_of(llvm::enumerate(sorted), [](auto entry) {
          return entry.value() != static_cast<int64_t>(entry.index());
        }))
      return evaluation.op->emitOpError("does not permute the axes of ")
             << x->type;
  }
  evaluation.outputs.push_back(transposeTensor(*x, permutation));
  return success();
}

/// Repeats `x` along axes where its stride is 0.
static LogicalResult broadcastTo(Evaluation &evaluation, const HostTensor &x,
                                 ArrayRef<int64_t> shape) {
  FailureOr<RankedTensorType> type =
      resultType(evaluation, shape, x.type.getElementType());
  if (failed(type))
    return failure();
  SmallVector<int64_t> strides(shape.size(), 0),
      own = rowMajorStrides(x.shape());
  size_t missing = shape.size() - own.size();
  for (size_t axis = 0; axis < own.size(); ++axis)
    if (x.shape()[axis] != 1)
      strides[missing + axis] = own[axis];
  char *out = evaluation.allocateOutput(*type);
  copyStrided(shape, elementBytes(x), x.bytes.data(), strides, out,
              rowMajorStrides(shape));
  return success();
}

static LogicalResult evaluateExpand(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x || !requireInput(evaluation, 1))
    return failure();
  FailureOr<SmallVector<int64_t>> target = readInts(evaluation, 1);
  if (failed(target) ||
      failed(resultType(evaluation, *target, x->type.getElementType())))
    return failure();
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShapes(evaluation, x->shape(), *target);
  if (failed(shape))
    return failure();
  return broadcastTo(evaluation, *x, *shape);
}

static LogicalResult evaluateTile(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x || !requireInput(evaluation, 1))
    return failure();
  FailureOr<SmallVector<int64_t>> repeats = readInts(evaluation, 1);
  if (failed(repeats))
    return failure();
  if (repeats->size() != x->shape().size())
    return evaluation.op->emitOpError("repeats ")
           << repeats->size() << " axes of " << x->type;
  // Tiling is broadcasting over an axis in front of each one.
  SmallVector<int64_t> shape, strides, own = rowMajorStrides(x->shape()), tiled;
  for (auto [axis, size] : llvm::enumerate(x->shape())) {
    int64_t product;
    if ((*repeats)[axis] < 0 ||
        llvm::MulOverflow((*repeats)[axis], size, product))
      return evaluation.op->emitOpError("repeats axis ")
             << axis << " " << (*repeats)[axis] << " times";
    tiled.push_back(product);
    shape.append({(*repeats)[axis], size});
    strides.append({0, own[axis]});
  }
  FailureOr<RankedTensorType> type =
      resultType(evaluation, tiled, x->type.getElementType());
  if (failed(type))
    return failure();
  char *out = evaluation.allocateOutput(*type);
  copyStrided(shape, elementBytes(*x), x->bytes.data(), strides, out,
              rowMajorStrides(shape));
  return success();
}

static LogicalResult evaluateConcat(Evaluation &evaluation) {
  const HostTensor *first = requireInput(evaluation, 0);
  if (!first)
    return failure();
  FailureOr<int64_t> axis = normalizeAxis(
      evaluation, evaluation.intAttr("axis", 0), first->type.getRank());
  if (failed(axis))
    return failure();
  SmallVector<int64_t> shape(first->shape());
  shape[*axis] = 0;
  for (unsigned i = 0; i < evaluation.inputs.size(); ++i) {
    const HostTensor *part = requireInput(evaluation, i);
    if (!part)
      return failure();
    SmallVector<int64_t> expected(part->shape());
    if (*axis < part->type.getRank())
      expected[*axis] = first->shape()[*axis];
    if (ArrayRef<int64_t>(expected) != first->shape() ||
        part->type.getElementType() != first->type.getElementType())
      return evaluation.op->emitOpError("joins ")
             << first->type << " and " << part->type << " along axis " << *axis;
    shape[*axis] += part->shape()[*axis];
  }
  FailureOr<RankedTensorType> type =
      resultType(evaluation, shape, first->type.getElementType());
  if (failed(type))
    return failure();
  char *out = evaluation.allocateOutput(*type);
  SmallVector<int64_t> strides = rowMajorStrides(shape);
  int64_t at = 0;
  for (const std::optional<HostTensor> &part : evaluation.inputs) {
    copyStrided(part->shape(), elementBytes(*part), part->bytes.data(),
                rowMajorStrides(part->shape()),
                out + at * strides[*axis] * elementBytes(*part), strides);
    at += part->shape()[*axis];
  }
  return success();
}

/// Copies the part of `x` that starts `offset` elements in and has `shape` and
/// `strides` to a new output.
static void copyPart(Evaluation &evaluation, const HostTensor &x,
                     int64_t offset, ArrayRef<int64_t> shape,
                     ArrayRef<int64_t> strides) {
  char *out = evaluation.allocateOutput(
      RankedTensorType::get(shape, x.type.getElementType()));
  copyStrided(shape, elementBytes(x), x.bytes.data() + offset * elementBytes(x),
              strides, out, rowMajorStrides(shape));
}

static FailureOr<SmallVector<int64_t>> splitSizes(Evaluation &evaluation,
                                                  int64_t size) {
  auto count = static_cast<int64_t>(evaluation.op->getNumResults());
  SmallVector<int64_t> sizes;
  if (auto attr = evaluation.op->getAttrOfType<DenseI64ArrayAttr>("split")) {
    sizes.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
  } else if (evaluation.input(1)) {
    FailureOr<SmallVector<int64_t>> read = readInts(evaluation, 1);
    if (failed(read))
      return failure();
    sizes = std::move(*read);
  } else {
    int64_t part = llvm::divideCeil(size, count);
    for (int64_t i = 0; i < count; ++i)
      sizes.push_back(std::clamp<int64_t>(size - i * part, 0, part));
  }
  int64_t sum = 0;
  bool isBad = static_cast<int64_t>(sizes.size()) != count;
  for (int64_t part : sizes) {
    isBad = isBad || part < 0 || part > size;
    sum += isBad ? 0 : part;
  }
  if (isBad || sum != size)
    return evaluation.op->emitOpError("splits an axis of size ")
           << size << " into [" << sizes << "]";
  return sizes;
}

static LogicalResult evaluateSplit(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x)
    return failure();
  FailureOr<int64_t> axis = normalizeAxis(
      evaluation, evaluation.intAttr("axis", 0), x->type.getRank());
  if (failed(axis))
    return failure();
  FailureOr<SmallVector<int64_t>> sizes =
      splitSizes(evaluation, x->shape()[*axis]);
  if (failed(sizes))
    return failure();
  SmallVector<int64_t> shape(x->shape()), strides = rowMajorStrides(x->shape());
  int64_t at = 0;
  for (int64_t size : *sizes) {
    shape[*axis] = size;
    copyPart(evaluation, *x, at * strides[*axis], shape, strides);
    at += size;
  }
  return success();
}

static LogicalResult evaluateSlice(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x || !requireInput(evaluation, 1) || !requireInput(evaluation, 2))
    return failure();
  FailureOr<SmallVector<int64_t>> starts = readInts(evaluation, 1),
                                  ends = readInts(evaluation, 2);
  if (failed(starts) || failed(ends))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = SmallVector<int64_t>(),
                                  steps = SmallVector<int64_t>();
  axes->resize(starts->size());
  std::iota(axes->begin(), axes->end(), 0);
  steps->assign(starts->size(), 1);
  if (evaluation.input(3))
    axes = readInts(evaluation, 3);
  if (evaluation.input(4))
    steps = readInts(evaluation, 4);
  if (failed(axes) || failed(steps))
    return failure();
  if (ends->size() != starts->size() || axes->size() != starts->size() ||
      steps->size() != starts->size())
    return evaluation.op->emitOpError("has bounds of different lengths");

  SmallVector<int64_t> shape(x->shape()), strides = rowMajorStrides(x->shape());
  SmallVector<bool> isSliced(shape.size(), false);
  int64_t offset = 0;
  for (size_t i = 0; i < starts->size(); ++i) {
    FailureOr<int64_t> axis =
        normalizeAxis(evaluation, (*axes)[i], x->type.getRank());
    if (failed(axis))
      return failure();
    // A step past the axis, in either direction, picks one element.
    int64_t size = x->shape()[*axis];
    int64_t step = std::clamp<int64_t>((*steps)[i], -std::max<int64_t>(size, 1),
                                       std::max<int64_t>(size, 1));
    if (step == 0 || isSliced[*axis])
      return evaluation.op->emitOpError(step == 0 ? "has a step of 0"
                                                  : "names an axis twice");
    isSliced[*axis] = true;
    // Up, bounds lie in [0, size]; down, in [-1, size - 1].
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    auto bound = [&](int64_t value) {
      return std::clamp<int64_t>(value < 0 ? value + size : value, low,
                                 std::max(low, high));
    };
    int64_t start = bound((*starts)[i]), end = bound((*ends)[i]);
    int64_t span = step > 0 ? end - start : start - end;
    shape[*axis] =
        span <= 0
            ? 0
            : static_cast<int64_t>(llvm::divideCeil(span, std::abs(step)));
    offset += shape[*axis] == 0 ? 0 : start * strides[*axis];
    strides[*axis] *= step;
  }
  if (checkedElementCount(shape) == 0)
    offset = 0;
  copyPart(evaluation, *x, offset, shape, strides);
  return success();
}

//===-- Tensors from numbers
//-----------------------------------------------===//

static LogicalResult evaluateConstantOfShape(Evaluation &evaluation) {
  if (!requireInput(evaluation, 0))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = readInts(evaluation, 0);
  if (failed(shape))
    return failure();
  char *zero;
  HostTensor value = HostTensor::allocate(
      RankedTensorType::get({}, Float32Type::get(evaluation.op->getContext())),
      zero);
  std::memset(zero, 0, value.bytes.size());
  if (auto attr = evaluation.op->getAttrOfType<ElementsAttr>("value")) {
    FailureOr<HostTensor> read = HostTensor::get(attr);
    if (failed(read) || read->size() != 1)
      return evaluation.op->emitOpError("fills with ")
             << attr.getShapedType() << ", expected one element";
    value = *read;
  }
  if (failed(resultType(evaluation, *shape, value.type.getElementType())))
    return failure();
  HostTensor scalar{RankedTensorType::get({}, value.type.getElementType()),
                    value.bytes, value.owner};
  return broadcastTo(evaluation, scalar, *shape);
}

template <typename T>
static LogicalResult makeRange(Evaluation &evaluation, T start, T limit,
                               T delta) {
  double count = delta == T(0) ? std::numeric_limits<double>::quiet_NaN()
                               : std::ceil((static_cast<double>(limit) -
                                            static_cast<double>(start)) /
                                           static_cast<double>(delta));
  if (!(count < 0x1p40))
    return evaluation.op->emitOpError("does not end: from ")
           << static_cast<double>(start) << " to " << static_cast<double>(limit)
           << " by " << static_cast<double>(delta);
  auto size = static_cast<int64_t>(std::max(count, 0.0));
  FailureOr<RankedTensorType> type = resultType(
      evaluation, {size}, evaluation.input(0)->type.getElementType());
  if (failed(type))
    return failure();
  T *out = reinterpret_cast<T *>(evaluation.allocateOutput(*type));
  for (int64_t i = 0; i < size; ++i)
    out[i] = static_cast<T>(start + static_cast<T>(i) * delta);
  return success();
}

static LogicalResult evaluateRange(Evaluation &evaluation) {
  Type element;
  for (unsigned i = 0; i < 3; ++i) {
    const HostTensor *bound = requireInput(evaluation, i);
    if (!bound)
      return failure();
    if (i == 0)
      element = bound->type.getElementType();
    if (bound->size() != 1 || bound->type.getElementType() != element)
      return evaluation.op->emitOpError("operand #")
             << i << " is " << bound->type << ", expected one element of "
             << element;
  }
  return dispatchElement(element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double> ||
                  std::is_same_v<T, int16_t> || std::is_same_v<T, int32_t> ||
                  std::is_same_v<T, int64_t>) {
      auto value = [&](unsigned i) {
        return evaluation.input(i)->values<T>()[0];
      };
      return makeRange<T>(evaluation, value(0), value(1), value(2));
    } else {
      return evaluation.op->emitOpError("is not defined on elements of ")
             << element;
    }
  });
}

static LogicalResult evaluateTrilu(Evaluation &evaluation) {
  const HostTensor *x = requireInput(evaluation, 0);
  if (!x)
    return failure();
  int64_t k = 0;
  if (evaluation.input(1)) {
    FailureOr<SmallVector<int64_t>> read = readInts(evaluation, 1);
    if (failed(read))
      return failure();
    if (read->size() != 1)
      return evaluation.op->emitOpError("has ")
             << read->size() << " diagonals, expected 1";
    k = read->front();
  }
  if (x->type.getRank() < 2)
    return evaluation.op->emitOpError("takes the triangle of ") << x->type;
  bool upper = evaluation.intAttr("upper", 1) != 0;
  int64_t columns = x->shape().back();
  int64_t rows = x->shape()[x->shape().size() - 2];
  unsigned width = elementBytes(*x);
  const char *in = x->bytes.data();
  char *out = evaluation.allocateOutput(x->type, {0});
  if (out != in && !x->bytes.empty())
    std::memcpy(out, in, x->bytes.size());
  // The diagonal of row r is at column r + k.
  k = std::clamp(k, -rows, columns);
  for (int64_t row = 0; x->size() != 0 && row * columns < x->size(); ++row) {
    int64_t diagonal = row % rows + k;
    int64_t begin = upper ? 0 : std::clamp<int64_t>(diagonal + 1, 0, columns);
    int64_t end = upper ? std::clamp<int64_t>(diagonal, 0, columns) : columns;
    std::memset(out + (row * columns + begin) * width, 0,
                (end - begin) * width);
  }
  return success();
}

Kernel bitnet::onnx::lookUpMovementKernel(StringRef name) {
  return llvm::StringSwitch<Kernel>(name)
      .Case("Reshape", evaluateReshape)
      .Case("Flatten", evaluateFlatten)
      .Case("Squeeze", evaluateSqueeze)
      .Case("Unsqueeze", evaluateUnsqueeze)
      .Case("Transpose", evaluateTranspose)
      .Case("Expand", evaluateExpand)
      .Case("Tile", evaluateTile)
      .Case("Concat", evaluateConcat)
      .Case("Split", evaluateSplit)
      .Case("Slice", evaluateSlice)
      .Case("ConstantOfShape", evaluateConstantOfShape)
      .Case("Range", evaluateRange)
      .Case("Trilu", evaluateTrilu)
      .Default(nullptr);
}
