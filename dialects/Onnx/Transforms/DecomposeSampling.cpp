//===- DecomposeSampling.cpp - elements at places of an image -------------===//
//
// GridSample gathers the elements around each place; AffineGrid makes places.
//
//===----------------------------------------------------------------------===//

#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/Sampling.h"

using namespace mlir;
using namespace bitnet::onnx;

//===----------------------------------------------------------------------===//
// Shared with Resize
//===----------------------------------------------------------------------===//

Value bitnet::onnx::countPlaces(Value size, OpEmitter &emit) {
  return emit.make(
      "CheckSizes", {emit.count(size), emit.unsqueeze(size, 0)},
      emit.builder.getNamedAttr("axes", emit.builder.getDenseI64ArrayAttr(0)));
}

Value bitnet::onnx::toIndices(Value places, Value size, OpEmitter &emit) {
  Value index = emit.cast(places, emit.builder.getI64Type());
  Value last = emit.sub(size, emit.integer(1));
  return emit.make("Min", {emit.make("Max", {index, emit.integer(0)}), last});
}

/// A scalar of the elements of `like`.
static Value number(double value, Value like, OpEmitter &emit) {
  return emit.scalar(typeOf(like).getElementType(), value);
}

Value bitnet::onnx::linearWeight(Value distance, OpEmitter &emit) {
  return emit.make("Max", {emit.sub(number(1, distance, emit), distance),
                           number(0, distance, emit)});
}

Value bitnet::onnx::cubicWeight(Value d, double a, OpEmitter &emit) {
  // Keys' kernel, by Horner: factors from d^3 on.
  auto polynomial = [&](ArrayRef<double> factors) {
    Value sum = number(factors.front(), d, emit);
    for (double factor : factors.drop_front())
      sum = emit.add(emit.mul(sum, d), number(factor, d, emit));
    return sum;
  };
  Value near = polynomial({a + 2, -(a + 3), 0, 1});
  Value far = polynomial({a, -5 * a, 8 * a, -4 * a});
  auto isBelow = [&](double bound, Value value, Value otherwise) {
    Value below = emit.make("LessOrEqual", {d, number(bound, d, emit)});
    return emit.make("Where", {below, value, otherwise});
  };
  return isBelow(1, near, isBelow(2, far, number(0, d, emit)));
}

Value bitnet::onnx::weigh(Value x, Value weight, OpEmitter &emit) {
  weight = emit.cast(weight, typeOf(x).getElementType());
  Value zero = number(0, x, emit);
  return emit.make(
      "Where", {emit.make("Equal", {weight, zero}), zero, emit.mul(x, weight)});
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

namespace {

/// An element of X that counts at each place.
struct Tap {
  /// Its index along an axis, or along all of them.
  Value index;
  /// What it counts, null for 1; whether it is inside of X, null where it is.
  Value weight, isInside;
};

/// A spatial axis of X: its coordinates count elements.
class SampledAxis {
public:
  /// `axis` is one of X, `type` that of coordinates.
  SampledAxis(GridSampleOp op, int64_t axis, Type type, OpEmitter &emit);

  /// What counts at `places`, from -1 to 1 inside of X.
  SmallVector<Tap> getTaps(Value places);

  /// i64.
  Value size;

private:
  Value scalar(double value) { return emit.scalar(type, value); }
  Value toCoordinates(Value places);
  /// Coordinates that are outside as the padding has them inside, or at most
  /// `margin` beyond the border.
  Value pad(Value coordinates, double margin = 0);
  Value reflect(Value coordinates);
  /// The element at coordinates that are whole.
  Tap getTap(Value coordinates);

  GridSampleOp op;
  Type type;
  OpEmitter &emit;
  /// The first and the last element's coordinate; the ends of X.
  Value first, last, least, most;
};

} // namespace

SampledAxis::SampledAxis(GridSampleOp op, int64_t axis, Type type,
                         OpEmitter &emit)
    : size(emit.scalarSizeOf(op.getX(), axis)), op(op), type(type), emit(emit) {
  first = scalar(0);
  last = emit.sub(emit.cast(size, type), scalar(1));
  double border = op.getAlignCorners() ? 0 : 0.5;
  least = scalar(-border);
  most = emit.add(last, scalar(border));
}

Value SampledAxis::toCoordinates(Value places) {
  Value half = emit.div(emit.add(places, scalar(1)), scalar(2));
  return emit.add(emit.mul(half, emit.sub(most, least)), least);
}

Value SampledAxis::reflect(Value coordinates) {
  Value span = emit.sub(most, least);
  // An axis whose ends are one place has no other: any period will do.
  Value isPoint = emit.make("Equal", {span, scalar(0)});
  Value period =
      emit.make("Where", {isPoint, scalar(1), emit.mul(span, scalar(2))});
  Value way = emit.make("Abs", emit.sub(coordinates, least));
  Value rounds = emit.make("Floor", emit.div(way, period));
  way = emit.sub(way, emit.mul(rounds, period));
  way = emit.sub(span, emit.make("Abs", emit.sub(way, span)));
  Value mirrored = emit.add(least, way);
  return emit.make("Min", {emit.make("Max", {mirrored, least}), most});
}

Value SampledAxis::pad(Value coordinates, double margin) {
  if (op.getPaddingMode() == "zeros")
    return coordinates;
  Value isOutside =
      emit.make("Or", {emit.make("Less", {coordinates, least}),
                       emit.make("Greater", {coordinates, most})});
  Value inside;
  if (op.getPaddingMode() == "border") {
    Value lower = emit.sub(first, scalar(margin));
    Value upper = emit.add(last, scalar(margin));
    inside = emit.make("Min", {emit.make("Max", {coordinates, lower}), upper});
  } else {
    inside = reflect(coordinates);
  }
  return emit.make("Where", {isOutside, inside, coordinates});
}

Tap SampledAxis::getTap(Value coordinates) {
  Tap tap;
  if (op.getPaddingMode() == "zeros")
    tap.isInside =
        emit.make("And", {emit.make("GreaterOrEqual", {coordinates, first}),
                          emit.make("LessOrEqual", {coordinates, last})});
  tap.index = toIndices(pad(coordinates), size, emit);
  return tap;
}

SmallVector<Tap> SampledAxis::getTaps(Value places) {
  Value coordinates = toCoordinates(places);
  if (op.getMode() == "nearest")
    return {getTap(pad(emit.make("Round", coordinates)))};
  bool isCubic = op.getMode().ends_with("cubic");
  // Of a place beside a border cubic interpolation has elements inside, too.
  coordinates = pad(coordinates, isCubic ? 2 : 0);
  Value before = emit.make("Floor", coordinates);
  Value rest = emit.sub(coordinates, before);
  SmallVector<Tap> taps;
  for (int step = isCubic ? -1 : 0; step <= (isCubic ? 2 : 1); ++step) {
    Value distance = emit.make("Abs", emit.sub(scalar(step), rest));
    taps.push_back(getTap(emit.add(before, scalar(step))));
    taps.back().weight = isCubic ? cubicWeight(distance, -0.75, emit)
                                 : linearWeight(distance, emit);
  }
  return taps;
}

/// The elements that both are: `tap` along an axis of `size` behind those of
/// `outer`.
static Tap join(const Tap &outer, const Tap &tap, Value size, OpEmitter &emit) {
  if (!outer.index)
    return tap;
  Tap both;
  both.index = emit.add(emit.mul(outer.index, size), tap.index);
  if (tap.weight)
    both.weight = emit.mul(outer.weight, tap.weight);
  if (tap.isInside)
    both.isInside = emit.make("And", {outer.isInside, tap.isInside});
  return both;
}

/// The sum of the elements of `image` [N, places of X, C] that `taps` are, [N,
/// places, C].
static Value sumTaps(Value image, ArrayRef<Tap> taps, Type type,
                     OpEmitter &emit) {
  Value sum;
  for (const Tap &tap : taps) {
    Value elements =
        emit.make("GatherND", {image, emit.unsqueeze(tap.index, 2)},
                  emit.attr("batch_dims", 1));
    elements = emit.cast(elements, type);
    if (tap.weight)
      elements = weigh(elements, emit.unsqueeze(tap.weight, 2), emit);
    if (tap.isInside)
      elements = emit.make("Where", {emit.unsqueeze(tap.isInside, 2), elements,
                                     emit.scalar(type, 0)});
    sum = sum ? emit.add(sum, elements) : elements;
  }
  return sum;
}

namespace {

struct DecomposeGridSample : OpRewritePattern<GridSampleOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GridSampleOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getX();
    int64_t axes = typeOf(x).getRank() - 2;
    Type element = typeOf(x).getElementType();
    Value grid = emit.checkSizes(op.getGrid(), axes + 1, emit.ints(axes));
    SmallVector<Value> sizes{emit.sizeOf(x, 0), emit.sizeOf(x, 1)};
    for (int64_t axis = 1; axis <= axes; ++axis)
      sizes.push_back(emit.sizeOf(grid, axis));
    // [N, C, places].
    Value image = emit.reshapeTo(
        x, {sizes[0], sizes[1], countElements(x, 2, axes + 2, emit)});
    Value places = emit.reshapeTo(emit.cast(grid, getWide(grid)),
                                  {emit.sizeOf(grid, 0),
                                   countElements(grid, 1, axes + 1, emit),
                                   emit.ints(axes)});
    SmallVector<Tap> taps(1);
    for (int64_t axis = 0; axis < axes; ++axis) {
      SampledAxis sampled(op, axis + 2, getWide(grid), emit);
      Value own = emit.make("Gather", {places, emit.integer(axes - 1 - axis)},
                            emit.attr("axis", 2));
      SmallVector<Tap> along = sampled.getTaps(own), joined;
      for (const Tap &outer : taps)
        for (const Tap &tap : along)
          joined.push_back(join(outer, tap, sampled.size, emit));
      taps = std::move(joined);
    }
    Type type = op.getMode() == "nearest" ? element : getWide(x);
    Value y = sumTaps(emit.transpose(image, {0, 2, 1}), taps, type, emit);
    y = emit.transpose(emit.cast(y, element), {0, 2, 1});
    replaceOp(rewriter, op, emit.reshapeTo(y, sizes));
    return success();
  }

private:
  /// The product of the sizes of axes from `from` to before `end`.
  static Value countElements(Value x, int64_t from, int64_t end,
                             OpEmitter &emit) {
    Value product = emit.sizeOf(x, from);
    for (int64_t axis = from + 1; axis < end; ++axis)
      product = emit.mul(product, emit.sizeOf(x, axis));
    return product;
  }
};

struct DecomposeAffineGrid : OpRewritePattern<AffineGridOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AffineGridOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type element = typeOf(op.getTheta()).getElementType();
    Type type = getWide(op.getTheta());
    int64_t axes = typeOf(op.getSize()).getDimSize(0) - 2;
    auto size = [&](int64_t i) {
      return emit.slice(op.getSize(), 0, i, i + 1);
    };
    Value theta =
        emit.checkSizes(op.getTheta(), {0, 1, 2},
                        {size(0), emit.ints(axes), emit.ints(axes + 1)});
    theta = emit.cast(theta, type);
    // Column `i` of each matrix, behind the spatial axes.
    auto column = [&](int64_t i) {
      Value each =
          emit.make("Gather", {theta, emit.integer(i)}, emit.attr("axis", 2));
      return emit.unsqueeze(each,
                            llvm::to_vector(llvm::seq<int64_t>(1, axes + 1)));
    };
    Value grid = column(axes);
    for (int64_t axis = 0; axis < axes; ++axis) {
      Value places = getPlaces(emit.squeeze(size(axis + 2), 0),
                               op.getAlignCorners(), type, emit);
      places = emit.unsqueeze(
          places, llvm::to_vector(llvm::seq<int64_t>(1, axes - axis + 1)));
      grid = emit.add(grid, emit.mul(column(axes - 1 - axis), places));
    }
    replaceOp(rewriter, op, emit.cast(grid, element));
    return success();
  }

private:
  /// `size` places from -1 to 1, which are the ends of the first and the last
  /// one, or with `aligned` their middles.
  static Value getPlaces(Value size, bool aligned, Type type, OpEmitter &emit) {
    auto scalar = [&](double value) { return emit.scalar(type, value); };
    Value places =
        emit.mul(emit.cast(countPlaces(size, emit), type), scalar(2));
    Value parts = emit.cast(size, type);
    if (aligned)
      // One place is -1, as in the reference.
      parts = emit.make("Max", {emit.sub(parts, scalar(1)), scalar(1)});
    else
      places = emit.add(places, scalar(1));
    return emit.sub(emit.div(places, parts), scalar(1));
  }
};

} // namespace

void bitnet::onnx::populateDecomposeSamplingPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeGridSample, DecomposeAffineGrid>(patterns.getContext());
}
