//===- DecomposeResize.cpp - tensors between other sizes ------------------===//
//
// Axis by axis: the elements around each place, and the sum of their products
// with weights. Places and weights are computed in f64, by graphs of sizes and
// scales that fold to constants where those are known.
//
//===----------------------------------------------------------------------===//

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/Resizing.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/Sampling.h"

#include <cmath>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

/// What becomes of one axis of X.
struct ResizedAxis {
  int64_t axis;
  /// Sizes before and behind, i64 scalars.
  Value from, to;
  /// `scale` and `length`, which is scale times `from`: f64 scalars.
  Value scale, length;
  /// The part of X that is shown, f64 scalars; null where it is all.
  Value start, end;
};

class Resizer {
public:
  Resizer(ResizeOp op, OpEmitter &emit)
      : op(op), emit(emit), f64(emit.builder.getF64Type()),
        axes(getResizedAxes(op.getAxes(), typeOf(op.getX()).getRank())) {}

  Value resize();

private:
  Value number(double value) { return emit.scalar(f64, value); }
  /// Element `i` of a vector.
  Value elementOf(Value vector, int64_t i) {
    return emit.squeeze(emit.slice(vector, 0, i, i + 1), 0);
  }
  /// A tensor whose last axis meets `axis` of `x`.
  Value along(Value tensor, Value x, int64_t axis) {
    int64_t rank = typeOf(tensor).getRank();
    int64_t behind = typeOf(x).getRank() - axis - 1;
    if (behind == 0)
      return tensor;
    return emit.unsqueeze(
        tensor, llvm::to_vector(llvm::seq<int64_t>(rank, rank + behind)));
  }

  /// Whether axis `i` of `axes` keeps its size, and so its elements.
  bool isKept(int64_t i);
  /// The scale that all axes share to keep their proportions.
  Value getCommonScale();
  ResizedAxis describe(int64_t i, Value commonScale);
  /// The places in X of the elements of the result, in elements: f64.
  Value getPlaces(const ResizedAxis &axis);
  Value takeNearest(Value x, const ResizedAxis &axis, Value places);
  Value interpolate(Value x, const ResizedAxis &axis, Value places);
  /// Weights of the elements at `indices`, f64, of each place, from which they
  /// are so far away.
  Value getWeights(const ResizedAxis &axis, Value indices, Value distances);
  /// A sum of floats as an element of the result.
  Value round(Value x);

  ResizeOp op;
  OpEmitter &emit;
  Type f64;
  SmallVector<int64_t> axes;
};

} // namespace

bool Resizer::isKept(int64_t i) {
  if (op.getCoordinateTransformationMode() == "tf_crop_and_resize")
    return false;
  if (isGiven(op.getScales())) {
    std::optional<ConstantReader> scales = getConstant(op.getScales());
    return scales && scales->getFloat(i) == 1;
  }
  ShapeAnalysis shapes;
  std::optional<SmallVector<Extent>> sizes = shapes.getElements(op.getSizes());
  return op.getKeepAspectRatioPolicy() == "stretch" && sizes &&
         (*sizes)[i] == shapes.getDim(op.getX(), axes[i]);
}

Value Resizer::getCommonScale() {
  SmallVector<Value> sizes;
  for (int64_t axis : axes)
    sizes.push_back(emit.sizeOf(op.getX(), axis));
  Value scales = emit.div(emit.cast(op.getSizes(), f64),
                          emit.cast(emit.concat(sizes, 0), f64));
  bool takesLeast = op.getKeepAspectRatioPolicy() == "not_larger";
  return emit.reduce(takesLeast ? "ReduceMin" : "ReduceMax", scales, 0, false);
}

ResizedAxis Resizer::describe(int64_t i, Value commonScale) {
  Type i64 = emit.builder.getI64Type(), f32 = emit.builder.getF32Type();
  ResizedAxis axis;
  axis.axis = axes[i];
  axis.from = emit.scalarSizeOf(op.getX(), axis.axis);
  Value from = emit.cast(axis.from, f64);
  if (isGiven(op.getScales())) {
    Value scale = elementOf(op.getScales(), i);
    axis.scale = emit.cast(scale, f64);
    axis.to = emit.make("Floor", emit.mul(emit.cast(axis.from, f32), scale));
    // Types tell what floats only fold to.
    std::optional<ConstantReader> scales = getConstant(op.getScales());
    int64_t known = typeOf(op.getX()).getDimSize(axis.axis);
    if (scales && !ShapedType::isDynamic(known))
      if (auto size = getScaledSize(known, float(scales->getFloat(i))))
        axis.to = emit.integer(*size);
  } else if (commonScale) {
    axis.scale = commonScale;
    axis.to =
        emit.make("Floor", emit.add(emit.mul(commonScale, from), number(0.5)));
  } else {
    axis.to = elementOf(op.getSizes(), i);
    axis.length = emit.cast(axis.to, f64);
    axis.scale = emit.div(axis.length, from);
  }
  if (!axis.length)
    axis.length = emit.mul(axis.scale, from);
  axis.to = emit.cast(axis.to, i64);
  if (op.getCoordinateTransformationMode() == "tf_crop_and_resize") {
    axis.start = emit.cast(elementOf(op.getRoi(), i), f64);
    axis.end = emit.cast(elementOf(op.getRoi(), i + int64_t(axes.size())), f64);
  }
  return axis;
}

Value Resizer::getPlaces(const ResizedAxis &axis) {
  Value places = emit.cast(countPlaces(axis.to, emit), f64);
  Value from = emit.cast(axis.from, f64), half = number(0.5), one = number(1);
  StringRef mode = op.getCoordinateTransformationMode();
  Value last = emit.sub(from, one);
  // What stands instead where the result is one element.
  auto unlessOne = [&](Value ofOne, Value ofMore) {
    return emit.make("Where",
                     {emit.make("Equal", {axis.length, one}), ofOne, ofMore});
  };
  if (mode == "asymmetric")
    return emit.div(places, axis.scale);
  Value step = emit.sub(axis.length, one);
  if (mode == "align_corners")
    return unlessOne(number(0), emit.div(emit.mul(places, last), step));
  if (mode == "tf_crop_and_resize") {
    Value part = emit.mul(emit.sub(axis.end, axis.start), last);
    Value inside =
        unlessOne(emit.mul(part, half), emit.div(emit.mul(places, part), step));
    return emit.add(inside, emit.mul(axis.start, last));
  }
  places = emit.div(emit.add(places, half), axis.scale);
  if (mode == "tf_half_pixel_for_nn")
    return places;
  places = emit.sub(places, half);
  if (mode == "pytorch_half_pixel")
    return unlessOne(number(0), places);
  if (mode == "half_pixel_symmetric") {
    Value cut = emit.div(emit.cast(axis.to, f64), axis.length);
    Value offset = emit.mul(emit.mul(from, half), emit.sub(one, cut));
    return emit.add(offset, places);
  }
  return places;
}

Value Resizer::takeNearest(Value x, const ResizedAxis &axis, Value places) {
  StringRef mode = op.getNearestMode();
  if (mode == "round_prefer_floor")
    places = emit.sub(places, number(0.5));
  else if (mode == "round_prefer_ceil")
    places = emit.add(places, number(0.5));
  bool isDown = mode == "floor" || mode == "round_prefer_ceil";
  places = emit.make(isDown ? "Floor" : "Ceil", places);
  return emit.make("Gather", {x, toIndices(places, axis.from, emit)},
                   emit.attr("axis", axis.axis));
}

Value Resizer::getWeights(const ResizedAxis &axis, Value indices,
                          Value distances) {
  Value weights =
      op.getMode() == "linear"
          ? linearWeight(distances, emit)
          : cubicWeight(distances, op.getCubicCoeffA().convertToDouble(), emit);
  if (op.getExcludeOutside()) {
    Value last = emit.sub(emit.cast(axis.from, f64), number(1));
    Value isInside =
        emit.make("And", {emit.make("GreaterOrEqual", {indices, number(0)}),
                          emit.make("LessOrEqual", {indices, last})});
    weights = emit.make("Where", {isInside, weights, number(0)});
  }
  if (!op.getExcludeOutside() && !op.getAntialias())
    return weights;
  Value sum = emit.reduce("ReduceSum", weights, 1, true);
  Value isNone = emit.make("Equal", {sum, number(0)});
  return emit.div(weights, emit.make("Where", {isNone, number(1), sum}));
}

Value Resizer::interpolate(Value x, const ResizedAxis &axis, Value places) {
  Type i64 = emit.builder.getI64Type();
  // The element before a place is never at it: 0 < rest <= 1.
  Value before = emit.sub(emit.make("Ceil", places), number(1));
  Value rest = emit.unsqueeze(emit.sub(places, before), 1);
  double radius = op.getMode() == "linear" ? 1 : 2;
  int64_t count = 2 * int64_t(radius);
  Value taps, stretch;
  if (op.getAntialias()) {
    stretch = emit.make("Min", {axis.scale, number(1)});
    Value first = emit.add(
        emit.make("Floor", emit.div(number(-radius), stretch)), number(1));
    Value all = emit.sub(number(2), emit.mul(number(2), first));
    taps = emit.add(emit.cast(emit.count(emit.cast(all, i64)), f64), first);
  } else {
    taps = emit.add(emit.cast(emit.count(emit.integer(count)), f64),
                    number(1 - radius));
  }
  Value distances = emit.make("Abs", emit.sub(taps, rest));
  if (stretch)
    distances = emit.mul(distances, stretch);
  Value indices = emit.add(emit.unsqueeze(before, 1), taps);
  Value weights = getWeights(axis, indices, distances);
  indices = toIndices(indices, axis.from, emit);
  NamedAttribute at = emit.attr("axis", axis.axis);
  if (stretch) {
    Value elements = emit.make("Gather", {x, indices}, at);
    return emit.reduceSum(
        weigh(elements, along(weights, elements, axis.axis + 1), emit),
        axis.axis + 1);
  }
  // A few elements: sums of whole tensors, which vectorise.
  Value sum;
  for (int64_t i = 0; i < count; ++i) {
    auto column = [&](Value of) {
      return emit.squeeze(emit.slice(of, 1, i, i + 1), 1);
    };
    Value term = weigh(emit.make("Gather", {x, column(indices)}, at),
                       along(column(weights), x, axis.axis), emit);
    sum = sum ? emit.add(sum, term) : term;
  }
  return sum;
}

Value Resizer::round(Value x) {
  Type element = typeOf(op.getX()).getElementType();
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer || typeOf(x).getElementType() == element)
    return emit.cast(x, element);
  unsigned bits = integer.getWidth() - !integer.isUnsigned();
  double bound = std::ldexp(1.0, bits);
  double most = std::min(bound - 1, std::nextafter(bound, 0));
  x = emit.make("Min", {emit.make("Round", x), number(most)});
  x = emit.make("Max", {x, number(integer.isUnsigned() ? 0 : -bound)});
  return emit.cast(x, element);
}

Value Resizer::resize() {
  Value x = op.getX();
  Type element = typeOf(x).getElementType();
  bool isNearest = op.getMode() == "nearest";
  Type state = isNearest ? element : isa<FloatType>(element) ? getWide(x) : f64;
  x = emit.cast(x, state);
  Value commonScale;
  if (isGiven(op.getSizes()) && op.getKeepAspectRatioPolicy() != "stretch")
    commonScale = getCommonScale();
  for (int64_t i : llvm::seq<int64_t>(axes.size())) {
    if (isKept(i))
      continue;
    ResizedAxis axis = describe(i, commonScale);
    Value places = getPlaces(axis);
    x = isNearest ? takeNearest(x, axis, places) : interpolate(x, axis, places);
    if (!axis.start)
      continue;
    Value last = emit.sub(emit.cast(axis.from, f64), number(1));
    Value isOutside = emit.make("Or", {emit.make("Less", {places, number(0)}),
                                       emit.make("Greater", {places, last})});
    double filler = op.getExtrapolationValue().convertToDouble();
    x = emit.make("Where", {along(isOutside, x, axis.axis),
                            emit.cast(number(filler), state), x});
  }
  return round(x);
}

namespace {

struct DecomposeResize : OpRewritePattern<ResizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ResizeOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    replaceOp(rewriter, op, Resizer(op, emit).resize());
    return success();
  }
};

/// Upsample -> Resize.
struct DecomposeUpsample : OpRewritePattern<UpsampleOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(UpsampleOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value scales = op.getScalesOperand();
    if (std::optional<ArrayRef<float>> given = op.getScales())
      scales = emit.constant(DenseElementsAttr::get(
          RankedTensorType::get(int64_t(given->size()), rewriter.getF32Type()),
          *given));
    replaceOp(
        rewriter, op,
        emit.make("Resize", {op.getX(), emit.orNone(Value()), scales},
                  {rewriter.getNamedAttr("mode", op.getModeAttr()),
                   rewriter.getNamedAttr("coordinate_transformation_mode",
                                         rewriter.getStringAttr("asymmetric")),
                   rewriter.getNamedAttr("nearest_mode",
                                         rewriter.getStringAttr("floor"))}));
    return success();
  }
};

} // namespace

void bitnet::onnx::populateDecomposeResizePatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeResize, DecomposeUpsample>(patterns.getContext());
}
