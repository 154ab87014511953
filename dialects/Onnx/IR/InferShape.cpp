#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include <cmath>

using namespace mlir;
using namespace bitnet::onnx;

static constexpr int64_t dynamic = ShapedType::kDynamic;

//===----------------------------------------------------------------------===//
// Tensors made from shapes and numbers
//===----------------------------------------------------------------------===//

/// The sizes in operand `i`, none of them negative.
static FailureOr<SmallVector<int64_t>> getSizes(Inference &in, unsigned i,
                                                StringRef what) {
  FailureOr<SmallVector<Extent>> extents = in.getVector(i, what);
  if (failed(extents))
    return failure();
  SmallVector<int64_t> sizes;
  for (Extent extent : *extents) {
    if (extent.isKnown() && *extent.number < 0)
      return in.error(what, " has entry ", *extent.number,
                      ", expected none below 0");
    sizes.push_back(extent.asSize());
  }
  return sizes;
}

LogicalResult bitnet::onnx::inferConstantOfShape(Inference &in) {
  FailureOr<SmallVector<int64_t>> sizes = getSizes(in, 0, "shape");
  if (failed(sizes))
    return failure();
  Type elements = Float32Type::get(in.getContext());
  if (auto value = dyn_cast_or_null<ElementsAttr>(in.getAttribute("value"))) {
    if (value.getNumElements() != 1)
      return in.error("`value` has ", value.getNumElements(),
                      " elements, expected 1");
    elements = value.getElementType();
  }
  return in.addResult(*sizes, elements);
}

/// The number of elements of a Range with constant operands.
static FailureOr<int64_t> countRange(Inference &in) {
  std::optional<ConstantReader> reader[3];
  for (unsigned i = 0; i < 3; ++i)
    if (!(reader[i] = getConstant(in.getOperand(i))) || reader[i]->size() != 1)
      return dynamic;
  double start = reader[0]->getFloat(0), limit = reader[1]->getFloat(0);
  double delta = reader[2]->getFloat(0);
  if (delta == 0)
    return in.error("has a delta of 0, expected another");
  if (!isa<FloatType>(in.getElements(0))) {
    int64_t span;
    if (llvm::SubOverflow(reader[1]->getInt(0), reader[0]->getInt(0), span))
      return dynamic;
    int64_t step = reader[2]->getInt(0);
    bool empty = span == 0 || (span < 0) != (step < 0);
    return empty ? 0 : (span / step + (span % step != 0));
  }
  double count = std::ceil((limit - start) / delta);
  return count > 0 && count < 0x1p62 ? static_cast<int64_t>(count)
         : count <= 0                ? 0
                                     : dynamic;
}

LogicalResult bitnet::onnx::inferRange(Inference &in) {
  for (unsigned i = 0; i < 3; ++i)
    if (in.getType(i).hasStaticShape() && in.getType(i).getNumElements() != 1)
      return in.error("operand ", i, " has type ", in.getType(i),
                      ", expected a scalar");
  if (failed(in.checkElements(0, "start", Elements::Number)) ||
      failed(in.checkSameElements(1)) || failed(in.checkSameElements(2)))
    return failure();
  FailureOr<int64_t> count = countRange(in);
  if (failed(count))
    return failure();
  if (ShapedType::isDynamic(*count)) {
    // Bounds that are sizes of tensors.
    auto start = in.getShapes().getElements(in.getOperand(0));
    auto limit = in.getShapes().getElements(in.getOperand(1));
    auto delta = in.getShapes().getElements(in.getOperand(2));
    if (start && limit && delta && (*start)[0].is(0) && (*delta)[0].is(1) &&
        (*limit)[0].isKnown())
      count = std::max<int64_t>(*(*limit)[0].number, 0);
  }
  return in.addResult({*count}, in.getElements(0));
}

LogicalResult bitnet::onnx::inferShape(Inference &in) {
  DictionaryAttr attributes = in.getAttributes();
  auto [start, end] = getShapeRange(attributes, in.getRank(0));
  return in.addResult({end - start}, IntegerType::get(in.getContext(), 64));
}

LogicalResult bitnet::onnx::inferSize(Inference &in) {
  return in.addResult({}, IntegerType::get(in.getContext(), 64));
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

/// Replaces the -1 in a Reshape's sizes, at `inferred` (-1: there is none), by
/// what is left, or checks that nothing is.
static LogicalResult
completeShape(Inference &in, SmallVectorImpl<Extent> &sizes, int64_t inferred) {
  ExtentProduct data, target;
  bool overflows = false;
  for (int64_t i = 0; i < in.getRank(0); ++i)
    overflows |= !data.multiply(in.getShapes().getDim(in.getOperand(0), i));
  for (auto [i, size] : llvm::enumerate(sizes))
    if ((int64_t)i != inferred)
      overflows |= !target.multiply(size);
  ExtentProduct::cancel(data, target);
  Extent *unknown = inferred < 0 ? nullptr : &sizes[inferred];
  if (unknown)
    *unknown = Extent();
  // Where an axis is empty every product is zero, and says nothing.
  if (overflows || data.known == 0 || target.known == 0) {
    bool empty = data.known == 0 && !target.unknown.size() && target.known != 0;
    if (unknown && empty)
      *unknown = Extent::known(0);
    else if (!unknown && empty && !overflows)
      return in.error("reshapes ", printShape(in.getShape(0)),
                      " to a shape of ", target.known, " elements");
    return success();
  }
  if (unknown)
    *unknown = ExtentProduct::divide(data, target);
  if (!data.unknown.empty() || !target.unknown.empty())
    return success();
  bool fits =
      unknown ? data.known % target.known == 0 : data.known == target.known;
  if (!fits) {
    SmallVector<int64_t> shape =
        llvm::map_to_vector(sizes, [](Extent size) { return size.asSize(); });
    return in.error("reshapes ", printShape(in.getShape(0)), " to ",
                    printShape(shape), ", ", data.known, " vs ", target.known,
                    unknown ? " elements before the rest" : " elements");
  }
  return success();
}

LogicalResult bitnet::onnx::inferReshape(Inference &in) {
  FailureOr<SmallVector<Extent>> sizes = in.getVector(1, "shape");
  if (failed(sizes))
    return failure();
  int64_t inferred = -1;
  bool keepsZero = in.getInt("allowzero", 0) != 0;
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    if (size.isKnown() && *size.number < -1)
      return in.error("shape has entry ", *size.number,
                      ", expected none below -1");
    if (size.is(-1) && inferred >= 0)
      return in.error("shape has two entries of -1, expected at most one");
    if (size.is(-1))
      inferred = i;
    if (!size.is(0) || keepsZero)
      continue;
    if ((int64_t)i >= in.getRank(0))
      return in.error("shape copies axis ", i, " of an operand of rank ",
                      in.getRank(0));
    size = in.getShapes().getDim(in.getOperand(0), i);
  }
  if (failed(completeShape(in, *sizes, inferred)))
    return failure();
  return in.addResult(
      llvm::map_to_vector(*sizes, [](Extent size) { return size.asSize(); }),
      in.getElements(0));
}

/// The product of sizes; kDynamic where one is, unless another is zero.
static int64_t multiplySizes(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  bool isDynamic = false;
  for (int64_t size : sizes) {
    if (size == 0)
      return 0;
    isDynamic |= ShapedType::isDynamic(size) ||
                 llvm::MulOverflow(product, size, product);
  }
  return isDynamic ? dynamic : product;
}

LogicalResult bitnet::onnx::inferFlatten(Inference &in) {
  FailureOr<int64_t> axis = in.getAxis(1, in.getRank(0), /*endToo=*/true);
  if (failed(axis))
    return failure();
  return in.addResult({multiplySizes(in.getShape(0).take_front(*axis)),
                       multiplySizes(in.getShape(0).drop_front(*axis))},
                      in.getElements(0));
}

LogicalResult bitnet::onnx::inferSqueeze(Inference &in) {
  ArrayRef<int64_t> data = in.getShape(0);
  FailureOr<std::optional<SmallVector<int64_t>>> axes = in.getAxes(data.size());
  FailureOr<std::optional<int64_t>> late = in.countFewAxes(1, data.size());
  if (failed(axes) || failed(late))
    return failure();
  if (*late)
    return in.addResult(SmallVector<int64_t>(data.size() - **late, dynamic),
                        in.getElements(0));
  if (!*axes && ShapedType::isDynamicShape(data))
    return in.error("squeezes every axis of size 1 of ", printShape(data),
                    ", expected axes or a static shape");
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(data)) {
    bool listed = *axes ? llvm::is_contained(**axes, (int64_t)axis) : size == 1;
    if (listed && size != 1 && !ShapedType::isDynamic(size))
      return in.error("squeezes axis ", axis, " of size ", size,
                      ", expected 1");
    if (!listed)
      shape.push_back(size);
  }
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferUnsqueeze(Inference &in) {
  std::optional<ArrayRef<int64_t>> attribute = in.getInts("axes");
  std::optional<SmallVector<int64_t>> operand =
      in.getShapes().getNumbers(in.getOperand(1));
  size_t count = attribute ? attribute->size() : operand ? operand->size() : 0;
  // The bound is for memory: no tensor has as many axes.
  FailureOr<std::optional<int64_t>> late = in.countFewAxes(1, 1 << 10);
  if (failed(late))
    return failure();
  if (*late)
    return in.addResult(SmallVector<int64_t>(in.getRank(0) + **late, dynamic),
                        in.getElements(0));
  FailureOr<std::optional<SmallVector<int64_t>>> axes =
      in.getAxes(in.getRank(0) + count);
  if (failed(axes))
    return failure();
  if (!*axes)
    return in.error("has no axes, expected them by attribute or by operand");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  for (int64_t axis : **axes)
    shape.insert(shape.begin() + axis, 1);
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferTranspose(Inference &in) {
  ArrayRef<int64_t> data = in.getShape(0);
  int64_t rank = data.size();
  SmallVector<int64_t> perm =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (std::optional<ArrayRef<int64_t>> given = in.getInts("perm"))
    perm = llvm::to_vector(*given);
  SmallVector<int64_t> sorted = perm;
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, rank)))
    return in.error("`perm` is not a permutation of ", rank, " axes");
  return in.addResult(
      llvm::map_to_vector(perm, [&](int64_t axis) { return data[axis]; }),
      in.getElements(0));
}

//===----------------------------------------------------------------------===//
// Parts and repetitions
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferExpand(Inference &in) {
  FailureOr<SmallVector<int64_t>> sizes = getSizes(in, 1, "shape");
  if (failed(sizes))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = in.broadcast(in.getShape(0), *sizes);
  if (failed(shape))
    return failure();
  return in.addResult(*shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferTile(Inference &in) {
  FailureOr<SmallVector<int64_t>> repeats = getSizes(in, 1, "repeats");
  if (failed(repeats))
    return failure();
  if ((int64_t)repeats->size() != in.getRank(0))
    return in.error("has ", repeats->size(), " repeats, expected ",
                    in.getRank(0));
  SmallVector<int64_t> shape;
  for (auto [size, repeat] : llvm::zip(in.getShape(0), *repeats))
    shape.push_back(multiplySizes({size, repeat}));
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferConcat(Inference &in) {
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  FailureOr<int64_t> axis = in.getAxis(0, shape.size());
  if (failed(axis))
    return failure();
  for (unsigned i = 1; i < in.getOperands().size(); ++i) {
    ArrayRef<int64_t> part = in.getShape(i);
    if (failed(in.checkSameElements(i)))
      return failure();
    if (part.size() != shape.size())
      return in.error("operand ", i, " has rank ", part.size(), ", expected ",
                      shape.size(), " as operand 0");
    for (auto [at, size] : llvm::enumerate(part)) {
      bool unknown =
          ShapedType::isDynamic(size) || ShapedType::isDynamic(shape[at]);
      if ((int64_t)at == *axis) {
        if (unknown)
          shape[at] = dynamic;
        else if (llvm::AddOverflow(shape[at], size, shape[at]))
          return in.error("joins more elements than an i64 can count");
      } else if (ShapedType::isDynamic(shape[at])) {
        shape[at] = size;
      } else if (!unknown && size != shape[at]) {
        return in.error("operand ", i, " has size ", size, " on axis ", at,
                        ", expected ", shape[at], " as before");
      }
    }
  }
  return in.addResult(shape, in.getElements(0));
}

/// The sizes of a Split's parts; empty where they are equal parts.
static FailureOr<SmallVector<int64_t>> getSplitSizes(Inference &in) {
  std::optional<ArrayRef<int64_t>> attribute = in.getInts("split");
  if (attribute && in.has(1))
    return in.error("sizes are given by attribute and by operand");
  if (in.has(1))
    return getSizes(in, 1, "split");
  SmallVector<int64_t> sizes =
      llvm::to_vector(attribute.value_or(ArrayRef<int64_t>()));
  for (int64_t size : sizes)
    if (size < 0)
      return in.error("split has entry ", size, ", expected none below 0");
  return sizes;
}

LogicalResult bitnet::onnx::inferSplit(Inference &in) {
  FailureOr<int64_t> axis = in.getAxis(0, in.getRank(0));
  FailureOr<SmallVector<int64_t>> sizes = getSplitSizes(in);
  if (failed(axis) || failed(sizes))
    return failure();
  int64_t total = in.getShape(0)[*axis];
  bool given = in.has(1) || in.getInts("split");
  int64_t parts = in.getInt("num_outputs", sizes->size());
  // The bound is for memory: each part is a result.
  if (parts < 1 || parts > (1 << 16))
    return in.error("has ", parts, " results, expected 1 to ", 1 << 16);
  if (given && (int64_t)sizes->size() != parts)
    return in.error("has ", parts, " results but ", sizes->size(), " sizes");
  if (!given) {
    int64_t chunk =
        ShapedType::isDynamic(total) ? dynamic : llvm::divideCeil(total, parts);
    for (int64_t i = 0; i < parts; ++i)
      sizes->push_back(ShapedType::isDynamic(total)
                           ? dynamic
                           : std::clamp<int64_t>(total - i * chunk, 0, chunk));
  }
  int64_t sum = 0;
  for (int64_t size : *sizes)
    if (ShapedType::isDynamic(size) || llvm::AddOverflow(sum, size, sum)) {
      sum = dynamic;
      break;
    }
  if (!ShapedType::isDynamic(sum) && !ShapedType::isDynamic(total) &&
      sum != total)
    return in.error("splits axis ", *axis, " of size ", total, " into ", sum);
  for (int64_t size : *sizes) {
    SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
    shape[*axis] = size;
    if (failed(in.addResult(shape, in.getElements(0))))
      return failure();
  }
  return success();
}

/// The axes, known at compile time, that a Slice with `count` bounds cuts.
static FailureOr<SmallVector<int64_t>> getSliceAxes(Inference &in,
                                                    size_t count) {
  int64_t rank = in.getRank(0);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, count));
  if (in.has(3))
    axes = *in.getShapes().getNumbers(in.getOperand(3));
  if (axes.size() != count)
    return in.error("has ", axes.size(), " axes and ", count,
                    " starts, expected as many");
  if (failed(in.normalizeAxes(axes, rank)))
    return failure();
  for (int64_t &axis : axes)
    axis += axis < 0 ? rank : 0;
  return axes;
}

/// The size that a Slice leaves of an axis.
static int64_t sliceSize(int64_t size, Extent start, Extent end, Extent step) {
  if (!start.isKnown() || !step.isKnown())
    return dynamic;
  // A slice up to an end that is no smaller than any tensor takes all there is.
  bool toEnd =
      end.isKnown() && *end.number >= std::numeric_limits<int32_t>::max();
  if (ShapedType::isDynamic(size) || (!end.isKnown() && !toEnd))
    return dynamic;
  std::optional<SliceBounds> bounds =
      resolveSlice(size, *start.number, *end.number, *step.number);
  return bounds ? bounds->count : dynamic;
}

LogicalResult bitnet::onnx::inferSlice(Inference &in) {
  FailureOr<SmallVector<Extent>> starts = in.getVector(1, "starts");
  FailureOr<SmallVector<Extent>> ends = in.getVector(2, "ends");
  if (failed(starts) || failed(ends))
    return failure();
  FailureOr<SmallVector<Extent>> steps =
      SmallVector<Extent>(starts->size(), Extent::known(1));
  if (in.has(4))
    steps = in.getVector(4, "steps");
  FailureOr<std::optional<int64_t>> late = in.countFewAxes(3, in.getRank(0));
  if (failed(steps) || failed(late))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = SmallVector<int64_t>();
  if (!*late)
    axes = getSliceAxes(in, starts->size());
  if (failed(axes))
    return failure();
  if (*late && **late != (int64_t)starts->size())
    return in.error("has ", **late, " axes and ", starts->size(),
                    " starts, expected as many");
  if (ends->size() != starts->size() || steps->size() != starts->size())
    return in.error("has ", starts->size(), " starts, ", ends->size(),
                    " ends and ", steps->size(),
                    " steps, expected as many of each");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  if (*late) {
    shape.assign(shape.size(), dynamic);
    if (llvm::any_of(*steps, [](Extent step) { return step.is(0); }))
      return in.error("has a step of 0, expected another");
  }
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    if ((*steps)[i].is(0))
      return in.error("has step 0 on axis ", axis, ", expected another");
    shape[axis] = sliceSize(shape[axis], (*starts)[i], (*ends)[i], (*steps)[i]);
  }
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferTrilu(Inference &in) {
  if (in.getRank(0) < 2)
    return in.error("operand has rank ", in.getRank(0),
                    ", expected at least 2");
  if (in.has(1) && in.getType(1).hasStaticShape() &&
      in.getType(1).getNumElements() != 1)
    return in.error("k has type ", in.getType(1), ", expected one element");
  return in.addResult(in.getShape(0), in.getElements(0));
}
