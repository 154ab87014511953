#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/ConvolutionWindow.h"
#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/Resizing.h"
#include "dialects/Onnx/IR/TransposedWindow.h"

#include <cmath>

using namespace mlir;
using namespace bitnet::onnx;

static constexpr int64_t dynamic = ShapedType::kDynamic;

static bool isKnown(int64_t size) { return !ShapedType::isDynamic(size); }

/// The attribute `name` is one of `values`, of which the first is its default.
static LogicalResult checkChoice(Inference &in, StringRef name,
                                 ArrayRef<StringRef> values) {
  StringRef value = in.getString(name, values.front());
  if (llvm::is_contained(values, value))
    return success();
  std::string list;
  for (auto [i, choice] : llvm::enumerate(values))
    list += (i == 0                   ? "\""
             : i + 1 == values.size() ? "\" or \""
                                      : "\", \"") +
            choice.str();
  return in.error("`", name, "` is \"", value, "\", expected ", list, "\"");
}

/// Operand `i` is a vector of `count` elements of `kind`.
static LogicalResult checkVector(Inference &in, unsigned i, StringRef what,
                                 int64_t count, bool isRightType,
                                 StringRef kind) {
  if (isRightType && in.getRank(i) == 1 && in.getShape(i)[0] == count)
    return success();
  return in.error(what, " have type ", in.getType(i), ", expected ", count,
                  " elements of ", kind);
}

//===----------------------------------------------------------------------===//
// Resize, Upsample
//===----------------------------------------------------------------------===//

bool bitnet::onnx::isGiven(Value vector) {
  auto type = vector ? dyn_cast<RankedTensorType>(vector.getType())
                     : RankedTensorType();
  return type && !(type.getRank() == 1 && type.getDimSize(0) == 0);
}

SmallVector<int64_t>
bitnet::onnx::getResizedAxes(std::optional<ArrayRef<int64_t>> axes,
                             int64_t rank) {
  if (!axes)
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  return llvm::map_to_vector(
      *axes, [&](int64_t axis) { return axis < 0 ? axis + rank : axis; });
}

std::optional<int64_t> bitnet::onnx::getScaledSize(int64_t size, float scale) {
  float scaled = std::floor(static_cast<float>(size) * scale);
  if (!(scaled >= 0 && scaled < 0x1p62f))
    return std::nullopt;
  return static_cast<int64_t>(scaled);
}

/// Multiplies `axes` of `shape` by scales, as far as both are known.
static LogicalResult scaleAxes(Inference &in, ArrayRef<int64_t> axes,
                               ArrayRef<float> scales, float least,
                               MutableArrayRef<int64_t> shape) {
  for (auto [axis, scale] : llvm::zip_equal(axes, scales)) {
    if (!(scale >= least && std::isfinite(scale)) || scale == 0)
      return in.error("axis ", axis, " has scale ", scale,
                      ", expected a finite one ",
                      least == 0 ? "above 0" : "of 1 or more");
    if (!isKnown(shape[axis]))
      continue;
    std::optional<int64_t> size = getScaledSize(shape[axis], scale);
    if (!size)
      return in.error("axis ", axis, " of size ", shape[axis], " has scale ",
                      scale, ", which is too much");
    shape[axis] = *size;
  }
  return success();
}

/// Scales in operand `i`; empty where they are not constant.
static SmallVector<float> getScales(Inference &in, unsigned i) {
  SmallVector<float> scales;
  if (std::optional<ConstantReader> constant = getConstant(in.getOperand(i)))
    for (int64_t place = 0; place < constant->size(); ++place)
      scales.push_back(static_cast<float>(constant->getFloat(place)));
  return scales;
}

/// The least or the greatest of the scales that sizes are, for all axes.
static void keepAspectRatio(Inference &in, ArrayRef<int64_t> axes,
                            bool takesLeast, MutableArrayRef<int64_t> shape) {
  ArrayRef<int64_t> from = in.getShape(0);
  std::optional<double> scale;
  bool allKnown = true;
  for (int64_t axis : axes) {
    if (!isKnown(shape[axis]) || !isKnown(from[axis]) || from[axis] == 0) {
      allKnown = false;
      continue;
    }
    double own = double(shape[axis]) / double(from[axis]);
    scale = !scale       ? own
            : takesLeast ? std::min(*scale, own)
                         : std::max(*scale, own);
  }
  for (int64_t axis : axes) {
    double size = allKnown ? std::floor(*scale * double(from[axis]) + 0.5) : -1;
    shape[axis] = size >= 0 && size < 0x1p62 ? int64_t(size) : dynamic;
  }
}

/// What is summed is a number.
static LogicalResult checkModeElements(Inference &in) {
  bool isNearest = in.getString("mode", "nearest") == "nearest";
  return in.checkElements(
      0, "operand", isNearest ? Elements::NumberOrBool : Elements::Number);
}

/// (C1) to (C5) but for the numbers that scales and sizes are.
static LogicalResult checkResize(Inference &in, ArrayRef<int64_t> axes) {
  enum { X, Roi, Scales, Sizes };
  bool byScales = isGiven(in.getOperand(Scales)),
       bySizes = isGiven(in.getOperand(Sizes));
  if (byScales == bySizes)
    return in.error("has ", byScales ? "both scales and" : "neither scales nor",
                    " sizes, expected one of them");
  int64_t count = axes.size();
  if (byScales && failed(checkVector(in, Scales, "scales", count,
                                     in.getElements(Scales).isF32(), "'f32'")))
    return failure();
  if (bySizes &&
      failed(checkVector(in, Sizes, "sizes", count,
                         in.getElements(Sizes).isSignlessInteger(64), "'i64'")))
    return failure();
  if (failed(checkChoice(in, "mode", {"nearest", "linear", "cubic"})) ||
      failed(checkChoice(in, "coordinate_transformation_mode",
                         {"half_pixel", "half_pixel_symmetric",
                          "pytorch_half_pixel", "align_corners", "asymmetric",
                          "tf_half_pixel_for_nn", "tf_crop_and_resize"})) ||
      failed(checkChoice(
          in, "nearest_mode",
          {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})) ||
      failed(checkChoice(in, "keep_aspect_ratio_policy",
                         {"stretch", "not_larger", "not_smaller"})))
    return failure();
  if (failed(checkModeElements(in)))
    return failure();
  for (StringRef flag : {"antialias", "exclude_outside"})
    if (in.getInt(flag, 0) && in.getString("mode", "nearest") == "nearest")
      return in.error("has `", flag, "` in mode \"nearest\", expected mode ",
                      "\"linear\" or \"cubic\"");
  if (in.getString("coordinate_transformation_mode", "") !=
      "tf_crop_and_resize")
    return success();
  if (!isGiven(in.getOperand(Roi)))
    return in.error("crops to no part of the operand, expected operand 1 to be "
                    "one");
  if (failed(in.checkElements(Roi, "part", Elements::Float)))
    return failure();
  return checkVector(in, Roi, "ends of the part", 2 * count, true, "floats");
}

LogicalResult bitnet::onnx::inferResize(Inference &in) {
  enum { X, Roi, Scales, Sizes };
  int64_t rank = in.getRank(X);
  std::optional<ArrayRef<int64_t>> given = in.getInts("axes");
  if (given && failed(in.normalizeAxes(*given, rank)))
    return failure();
  SmallVector<int64_t> axes = getResizedAxes(given, rank);
  if (failed(checkResize(in, axes)))
    return failure();
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(X));
  if (isGiven(in.getOperand(Scales))) {
    SmallVector<float> scales = getScales(in, Scales);
    if (scales.empty())
      for (int64_t axis : axes)
        shape[axis] = dynamic;
    else if (failed(scaleAxes(in, axes, scales, 0, shape)))
      return failure();
    return in.addResult(shape, in.getElements(X));
  }
  FailureOr<SmallVector<Extent>> sizes = in.getVector(Sizes, "sizes");
  if (failed(sizes))
    return failure();
  for (auto [axis, size] : llvm::zip_equal(axes, *sizes)) {
    if (size.isKnown() && *size.number < 0)
      return in.error("axis ", axis, " gets size ", *size.number,
                      ", expected 0 or more");
    shape[axis] = size.asSize();
  }
  StringRef policy = in.getString("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch")
    keepAspectRatio(in, axes, policy == "not_larger", shape);
  return in.addResult(shape, in.getElements(X));
}

LogicalResult bitnet::onnx::inferUpsample(Inference &in) {
  enum { X, Scales };
  auto attribute =
      dyn_cast_or_null<DenseF32ArrayAttr>(in.getAttribute("scales"));
  if (bool(attribute) == in.has(Scales))
    return in.error("has ", attribute ? "two vectors" : "no vector",
                    " of scales, expected one, by attribute or by operand");
  int64_t rank = in.getRank(X);
  if (rank == 0)
    return in.error("operand has type ", in.getType(X),
                    ", expected 1 axis or more");
  if (in.has(Scales) &&
      failed(checkVector(in, Scales, "scales", rank,
                         in.getElements(Scales).isF32(), "'f32'")))
    return failure();
  SmallVector<float> scales = attribute
                                  ? llvm::to_vector(attribute.asArrayRef())
                                  : getScales(in, Scales);
  if (attribute && int64_t(scales.size()) != rank)
    return in.error("has ", scales.size(), " scales for ", in.getType(X),
                    ", expected one for each axis");
  if (failed(checkChoice(in, "mode", {"nearest", "linear"})) ||
      failed(checkModeElements(in)))
    return failure();
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(X));
  if (scales.empty())
    shape.assign(rank, dynamic);
  else if (failed(scaleAxes(in, getResizedAxes(std::nullopt, rank), scales, 1,
                            shape)))
    return failure();
  return in.addResult(shape, in.getElements(X));
}

//===----------------------------------------------------------------------===//
// GridSample, AffineGrid
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferGridSample(Inference &in) {
  enum { X, Grid };
  if (failed(in.checkElements(Grid, "grid", Elements::Float)) ||
      failed(checkChoice(
          in, "mode", {"linear", "bilinear", "nearest", "cubic", "bicubic"})) ||
      failed(
          checkChoice(in, "padding_mode", {"zeros", "border", "reflection"})))
    return failure();
  bool isNearest = in.getString("mode", "linear") == "nearest";
  if (failed(in.checkElements(
          X, "operand", isNearest ? Elements::NumberOrBool : Elements::Float)))
    return failure();
  int64_t rank = in.getRank(X);
  ArrayRef<int64_t> x = in.getShape(X), grid = in.getShape(Grid);
  if (rank < 3 || in.getRank(Grid) != rank || !mayBeEqual(x[0], grid[0]) ||
      !mayBeEqual(grid.back(), rank - 2))
    return in.error("samples ", in.getType(X), " at ", in.getType(Grid),
                    ", expected 3 axes or more, as many of both, one batch and "
                    "a place for each spatial axis");
  SmallVector<int64_t> shape = {isKnown(x[0]) ? x[0] : grid[0], x[1]};
  llvm::append_range(shape, grid.drop_front().drop_back());
  return in.addResult(shape, in.getElements(X));
}

LogicalResult bitnet::onnx::inferAffineGrid(Inference &in) {
  enum { Theta, Size };
  if (failed(in.checkElements(Theta, "operand", Elements::Float)))
    return failure();
  FailureOr<SmallVector<Extent>> sizes = in.getVector(Size, "size");
  if (failed(sizes))
    return failure();
  int64_t axes = int64_t(sizes->size()) - 2;
  if ((axes != 2 && axes != 3) || !in.getElements(Size).isSignlessInteger(64))
    return in.error("size has type ", in.getType(Size),
                    ", expected 4 or 5 elements of 'i64'");
  SmallVector<int64_t> matrices = {sizes->front().asSize(), axes, axes + 1};
  if (failed(verifyCompatibleShape(matrices, in.getShape(Theta))))
    return in.error("operand has type ", in.getType(Theta), ", expected ",
                    printShape(matrices));
  SmallVector<int64_t> shape = {isKnown(matrices[0]) ? matrices[0]
                                                     : in.getShape(Theta)[0]};
  for (Extent size : ArrayRef(*sizes).drop_front(2)) {
    if (size.isKnown() && *size.number < 0)
      return in.error("has an image of size ", *size.number,
                      ", expected 0 or more");
    shape.push_back(size.asSize());
  }
  shape.push_back(axes);
  return in.addResult(shape, in.getElements(Theta));
}

//===----------------------------------------------------------------------===//
// ConvTranspose, Col2Im, MaxUnpool
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferConvTranspose(Inference &in) {
  enum { X, W, B };
  constexpr int64_t limit = int64_t(1) << 31;
  if (failed(in.checkElements(X, "operand", Elements::Float)) ||
      failed(in.checkSameElements(W)) || failed(in.checkSameElements(B)))
    return failure();
  int64_t rank = in.getRank(X), group = in.getInt("group", 1);
  if (rank < 3 || in.getRank(W) != rank)
    return in.error("convolves ", in.getType(X), " with ", in.getType(W),
                    ", expected 3 axes or more, as many of both");
  ArrayRef<int64_t> x = in.getShape(X), w = in.getShape(W);
  ArrayRef<int64_t> kernel = w.drop_front(2);
  auto fits = [](int64_t size) { return size >= 1 && size < limit; };
  int64_t channels = 0, terms = 1;
  bool isRight = fits(group) && llvm::all_of(w, fits) && w[0] % group == 0 &&
                 mayBeEqual(x[1], w[0]) &&
                 !llvm::MulOverflow(w[1], group, channels);
  for (int64_t size : x.drop_front(2))
    isRight &= !isKnown(size) || size < limit;
  for (int64_t size : w)
    isRight &= !llvm::MulOverflow(terms, size, terms);
  if (!isRight)
    return in.error("convolves ", in.getType(X), " with ", in.getType(W),
                    " in ", group,
                    " groups, expected channels to agree and a "
                    "kernel of sizes known and positive");
  if (in.has(B) && failed(verifyCompatibleShape({channels}, in.getShape(B))))
    return in.error("bias has type ", in.getType(B), ", expected ", channels,
                    " elements");
  if (std::optional<ArrayRef<int64_t>> given = in.getInts("kernel_shape");
      given && *given != kernel)
    return in.error("`kernel_shape` is ", printShape(*given), ", expected ",
                    printShape(kernel), " as the kernel has");
  FailureOr<SmallVector<TransposedWindow>> windows =
      getTransposedWindows(in, kernel);
  if (failed(windows))
    return failure();
  SmallVector<int64_t> shape = {x[0], channels};
  for (auto [window, size] : llvm::zip_equal(*windows, x.drop_front(2))) {
    shape.push_back(window.getResultSize(size));
    if (isKnown(size) && (window.getFullSize(size) < 0 || shape.back() < 0))
      return in.error("makes an axis of size ",
                      std::min(window.getFullSize(size), shape.back()), " of ",
                      size, ", expected 0 or more");
  }
  return in.addResult(shape, in.getElements(X));
}

LogicalResult bitnet::onnx::inferCol2Im(Inference &in) {
  enum { Input, Image, Block };
  if (failed(in.checkElements(Input, "operand", Elements::Number)))
    return failure();
  FailureOr<SmallVector<Extent>> image = in.getVector(Image, "image's shape");
  FailureOr<SmallVector<Extent>> block = in.getVector(Block, "block's shape");
  if (failed(image) || failed(block))
    return failure();
  size_t count = image->size();
  if (in.getRank(Input) != 3 || count < 1 || block->size() != count ||
      !in.getElements(Image).isSignlessInteger(64) ||
      !in.getElements(Block).isSignlessInteger(64))
    return in.error("puts ", in.getType(Input), " of blocks ",
                    in.getType(Block), " into ", in.getType(Image),
                    ", expected three axes and as many 'i64' of both");
  if (failed(getExtents(in, "strides", count, 1)) ||
      failed(getExtents(in, "dilations", count, 1)) ||
      failed(getExtents(in, "pads", 2 * count, 0)))
    return failure();
  int64_t channels = in.getShape(Input)[1], elements = 1;
  for (Extent size : *block) {
    if (size.isKnown() && (*size.number < 1 ||
                           llvm::MulOverflow(elements, *size.number, elements)))
      return in.error("has a block of size ", *size.number,
                      ", expected at least 1 and elements that an i64 counts");
    if (!size.isKnown())
      channels = dynamic;
  }
  if (isKnown(channels) && channels % elements != 0)
    return in.error("has ", channels, " channels, expected a multiple of ",
                    elements);
  SmallVector<int64_t> shape = {
      in.getShape(Input)[0], isKnown(channels) ? channels / elements : dynamic};
  for (Extent size : *image) {
    if (size.isKnown() && *size.number < 0)
      return in.error("has an image of size ", *size.number,
                      ", expected 0 or more");
    shape.push_back(size.asSize());
  }
  return in.addResult(shape, in.getElements(Input));
}

/// The shape of what a MaxPool with the windows of `in` made X of.
static FailureOr<SmallVector<int64_t>> getUnpooledShape(Inference &in) {
  constexpr int64_t limit = int64_t(1) << 31;
  ArrayRef<int64_t> kernel =
      in.getInts("kernel_shape").value_or(ArrayRef<int64_t>());
  auto fits = [](int64_t size) { return size >= 1 && size < limit; };
  if (in.getRank(0) < 3 || int64_t(kernel.size()) + 2 != in.getRank(0) ||
      !llvm::all_of(kernel, fits))
    return in.error("moves a window of ", printShape(kernel), " along ",
                    in.getType(0),
                    ", expected 3 axes or more, two more than the window's, "
                    "which are positive");
  FailureOr<SmallVector<int64_t>> strides =
      getExtents(in, "strides", kernel.size(), 1);
  FailureOr<SmallVector<int64_t>> pads =
      getExtents(in, "pads", 2 * kernel.size(), 0);
  if (failed(strides) || failed(pads))
    return failure();
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  for (size_t i = 0; i < kernel.size(); ++i) {
    int64_t &size = shape[i + 2];
    if (!isKnown(size))
      continue;
    if (size >= limit)
      return in.error("operand has type ", in.getType(0),
                      ", expected smaller axes");
    size = (size - 1) * (*strides)[i] + kernel[i] - (*pads)[i] -
           (*pads)[i + kernel.size()];
    if (size < 0)
      return in.error("makes an axis of size ", size, ", expected 0 or more");
  }
  return shape;
}

LogicalResult bitnet::onnx::inferMaxUnpool(Inference &in) {
  enum { X, Indices, OutputShape };
  if (failed(in.checkElements(X, "operand", Elements::Float)))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = getUnpooledShape(in);
  if (failed(shape))
    return failure();
  if (!in.getElements(Indices).isSignlessInteger(64) ||
      failed(verifyCompatibleShape(in.getShape(X), in.getShape(Indices))))
    return in.error("indices have type ", in.getType(Indices),
                    ", expected an 'i64' for each element of ", in.getType(X));
  if (!in.has(OutputShape))
    return in.addResult(*shape, in.getElements(X));
  FailureOr<SmallVector<Extent>> sizes =
      in.getVector(OutputShape, "output's shape");
  if (failed(sizes))
    return failure();
  if (!in.getElements(OutputShape).isSignlessInteger(64) ||
      sizes->size() != shape->size())
    return in.error("output's shape has type ", in.getType(OutputShape),
                    ", expected ", shape->size(), " elements of 'i64'");
  for (auto [size, own] : llvm::zip_equal(*sizes, *shape)) {
    int64_t least = isKnown(own) ? own : 0;
    if (size.isKnown() && *size.number < least)
      return in.error("has an axis of size ", *size.number, ", expected ",
                      least, " or more");
    own = size.asSize();
  }
  return in.addResult(*shape, in.getElements(X));
}

//===----------------------------------------------------------------------===//
// LRN
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferLRN(Inference &in) {
  if (failed(in.checkElements(0, "operand", Elements::Float)))
    return failure();
  if (in.getRank(0) < 2)
    return in.error("operand has type ", in.getType(0),
                    ", expected 2 axes or more");
  int64_t size = in.getInt("size", 0);
  if (size < 1 || size >= int64_t(1) << 31)
    return in.error("`size` is ", size, ", expected 1 or more");
  return in.addResult(in.getShape(0), in.getElements(0));
}
