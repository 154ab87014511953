//===- DecomposeConvolution.cpp - windows as columns ----------------------===//
//
// Convolutions become matrix products of the elements of each window, pooling
// reductions over them.
//
//===----------------------------------------------------------------------===//

#include "dialects/Onnx/IR/ConvolutionWindow.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

/// The windows of `op`, which has been verified, with kernels of `kernel`.
static SmallVector<Window> windowsOf(Operation *op, ArrayRef<int64_t> kernel) {
  SmallVector<Type> types;
  Inference in(op->getContext(), op->getLoc(), op->getName().getStringRef(),
               op->getOperands(), op->getAttrDictionary(), types);
  FailureOr<SmallVector<Window>> windows = getWindows(in, kernel);
  return succeeded(windows) ? *windows : SmallVector<Window>();
}

/// `x` with `fill` around its spatial axes, and behind them as far as a last
/// window may stand out.
static Value pad(Value x, ArrayRef<Window> windows, Value fill,
                 OpEmitter &emit) {
  SmallVector<int64_t> before(2, 0), after(2, 0);
  for (const Window &window : windows) {
    before.push_back(window.before);
    after.push_back(window.after + (window.ceil ? window.stride - 1 : 0));
  }
  before.append(after);
  if (llvm::all_of(before, [](int64_t size) { return size == 0; }))
    return x;
  return emit.make("Pad", {x, emit.ints(before), fill});
}

/// How many places `window` has along an axis of `x`, an i64 scalar.
static Value countPlaces(Value x, int64_t axis, const Window &window,
                         OpEmitter &emit) {
  Type i64 = emit.builder.getI64Type();
  int64_t known = window.getResultSize(typeOf(x).getDimSize(axis));
  if (!ShapedType::isDynamic(known))
    return emit.scalar(i64, double(known));
  Value size = emit.scalarSizeOf(x, axis);
  auto number = [&](int64_t value) { return emit.scalar(i64, double(value)); };
  Value one = number(1), stride = number(window.stride);
  Value room =
      emit.add(size, number(window.before + window.after - window.getReach()));
  // A window that is too long has no place, and not less than none: Div rounds
  // towards zero, and room + stride is below stride then.
  if (!window.ceil)
    return emit.make("Max",
                     {emit.div(emit.add(room, stride), stride), number(0)});
  Value last = emit.div(emit.add(room, number(window.stride - 1)), stride);
  // A window that would start behind X is left out.
  Value isOut =
      emit.make("GreaterOrEqual", {emit.mul(last, stride),
                                   emit.add(size, number(window.before))});
  Value count = emit.make("Where", {isOut, last, emit.add(last, one)});
  Value fits = emit.make("GreaterOrEqual", {room, number(0)});
  return emit.make("Where", {fits, count, number(0)});
}

namespace {

/// The elements of each window of `padded`, which is X with its pads, as [N, C,
/// k1, o1, k2, o2, ...], and the number of places o, vectors of one i64.
struct Unfolded {
  Unfolded(Value padded, Value x, ArrayRef<Window> windows, OpEmitter &emit);

  Value value;
  SmallVector<Value> places;
};

} // namespace

Unfolded::Unfolded(Value padded, Value x, ArrayRef<Window> windows,
                   OpEmitter &emit)
    : value(padded) {
  Type i64 = emit.builder.getI64Type();
  for (auto [i, window] : llvm::enumerate(windows)) {
    Value count = countPlaces(x, int64_t(i) + 2, window, emit);
    places.push_back(emit.unsqueeze(count, 0));
    int64_t axis = 2 + 2 * int64_t(i);
    if (window.kernel == 1 && window.stride == 1) {
      value = emit.unsqueeze(value, axis);
      continue;
    }
    // Kernels may be as long as a file says: no list of their places.
    Value taps = emit.mul(emit.count(emit.scalar(i64, double(window.kernel))),
                          emit.scalar(i64, double(window.dilation)));
    Value starts =
        emit.mul(emit.count(count), emit.scalar(i64, double(window.stride)));
    Value rows = emit.add(emit.unsqueeze(taps, 1), starts);
    value = emit.make("Gather", {value, rows}, emit.attr("axis", axis));
  }
}

/// The sum over each window of X of its products with W [M, C / group, k...].
static Value convolve(Value x, Value w, ArrayRef<Window> windows, int64_t group,
                      OpEmitter &emit) {
  ArrayRef<int64_t> shape = typeOf(w).getShape();
  Value zero = emit.scalar(typeOf(x).getElementType(), 0);
  Unfolded unfolded(pad(x, windows, zero, emit), x, windows, emit);
  SmallVector<int64_t> perm = {0, 1};
  int64_t spatial = windows.size(), terms = shape[1];
  for (int64_t first : {2, 3})
    for (int64_t i = 0; i < spatial; ++i)
      perm.push_back(first + 2 * i);
  for (const Window &window : windows)
    terms *= window.kernel;
  Value batch = emit.sizeOf(x, 0), area = unfolded.places.front();
  for (Value count : ArrayRef(unfolded.places).drop_front())
    area = emit.mul(area, count);
  Value columns =
      emit.reshapeTo(emit.transpose(unfolded.value, perm),
                     {batch, emit.ints(group), emit.ints(terms), area});
  Value kernels = emit.reshape(w, {group, shape[0] / group, terms});
  SmallVector<Value> sizes = {batch, emit.ints(shape[0])};
  llvm::append_range(sizes, unfolded.places);
  return emit.reshapeTo(emit.make("MatMul", {kernels, columns}), sizes);
}

/// A vector for channels, as a tensor that meets axis 1 of what has `spatial`
/// axes behind it.
static Value forChannels(Value vector, int64_t spatial, OpEmitter &emit) {
  return emit.unsqueeze(vector,
                        llvm::to_vector(llvm::seq<int64_t>(1, spatial + 1)));
}

namespace {

/// A Conv of single elements -> a product for each place, channels being the
/// last axis: linear layers of channels are known by that.
struct DecomposePointwiseConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getX(), w = op.getW();
    int64_t rank = typeOf(x).getRank();
    ArrayRef<int64_t> shape = typeOf(w).getShape();
    if (op.getGroup() != 1 ||
        !llvm::all_of(windowsOf(op, shape.drop_front(2)), isPoint))
      return rewriter.notifyMatchFailure(op, "moves windows, or groups");
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<int64_t> last = {0}, back = {0, rank - 1};
    for (int64_t axis = 2; axis < rank; ++axis) {
      last.push_back(axis);
      back.push_back(axis - 1);
    }
    last.push_back(1);
    Value weights =
        emit.transpose(emit.reshape(w, shape.take_front(2)), {1, 0});
    Value y = emit.make("MatMul", {emit.transpose(x, last), weights});
    if (Value bias = op.getB())
      y = emit.add(y, bias);
    replaceOp(rewriter, op, emit.transpose(y, back));
    return success();
  }

  static bool isPoint(const Window &window) {
    return window.kernel == 1 && window.stride == 1 && window.before == 0 &&
           window.after == 0;
  }
};

struct DecomposeConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<Window> windows =
        windowsOf(op, typeOf(op.getW()).getShape().drop_front(2));
    Value y = convolve(op.getX(), op.getW(), windows, op.getGroup(), emit);
    if (Value bias = op.getB())
      y = emit.add(y, forChannels(bias, windows.size(), emit));
    replaceOp(rewriter, op, y);
    return success();
  }
};

struct DecomposeConvInteger : OpRewritePattern<ConvIntegerOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvIntegerOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type i32 = rewriter.getI32Type();
    SmallVector<Window> windows =
        windowsOf(op, typeOf(op.getW()).getShape().drop_front(2));
    Value x = emit.cast(op.getX(), i32), w = emit.cast(op.getW(), i32);
    if (Value zero = op.getXZeroPoint())
      x = emit.sub(x, emit.cast(emit.reshape(zero, {}), i32));
    if (Value zero = op.getWZeroPoint()) {
      zero = emit.cast(emit.reshape(zero, -1), i32);
      w = emit.sub(w, emit.unsqueeze(zero, llvm::to_vector(llvm::seq<int64_t>(
                                               1, typeOf(w).getRank()))));
    }
    replaceOp(rewriter, op, convolve(x, w, windows, op.getGroup(), emit));
    return success();
  }
};

/// CausalConvWithState -> Conv of past and X, each channel its own group.
struct DecomposeCausalConv : OpRewritePattern<CausalConvWithStateOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CausalConvWithStateOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    ArrayRef<int64_t> w = typeOf(op.getW()).getShape();
    Value x = op.getX(), past = op.getPastState();
    Value before = emit.ints(w[2] - 1);
    if (!past)
      past = emit.make(
          "Expand",
          {emit.scalar(typeOf(x).getElementType(), 0),
           emit.concat({emit.sizeOf(x, 0), emit.ints(w[0]), before}, 0)});
    past = emit.checkSizes(past, 2, before);
    Value all = emit.concat({past, x}, 2);
    SmallVector<Value> operands = {all, op.getW()};
    if (Value bias = op.getB())
      operands.push_back(bias);
    Value y = emit.make("Conv", operands, emit.attr("group", w[0]));
    if (op.getActivation() != "none")
      y = emit.make("Swish", y);
    Value size = emit.sizeOf(all, 2);
    Value state = emit.make("Slice", {all, emit.sub(size, before), size,
                                      emit.ints(2), emit.ints(1)});
    replaceOp(rewriter, op, {y, state});
    return success();
  }
};

/// The p-th root of the sum over `axes` of magnitudes to the p.
static Value lengthOf(Value x, int64_t p, ArrayRef<int64_t> axes, bool keepdims,
                      OpEmitter &emit) {
  Type element = typeOf(x).getElementType();
  x = emit.make("Pow", {emit.make("Abs", x), emit.scalar(element, double(p))});
  Value sum = emit.reduce("ReduceSum", x, axes, keepdims);
  return emit.make("Pow", {sum, emit.scalar(element, 1 / double(p))});
}

/// Pooling of wide elements: windows, then a reduction over their axes.
template <typename Op>
struct DecomposePool : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type element = typeOf(op.getX()).getElementType();
    constexpr bool isMax = std::is_same_v<Op, MaxPoolOp>;
    Value x = isMax ? op.getX() : emit.cast(op.getX(), getWide(op.getX()));
    SmallVector<Window> windows = windowsOf(op, op.getKernelShape());
    SmallVector<int64_t> axes;
    for (size_t i = 0; i < windows.size(); ++i)
      axes.push_back(2 + 2 * int64_t(i));
    Value fill =
        emit.scalar(typeOf(x).getElementType(), isMax ? lowest(element) : 0);
    Unfolded unfolded(pad(x, windows, fill, emit), x, windows, emit);
    Value y;
    if constexpr (isMax)
      y = emit.reduce("ReduceMax", unfolded.value, axes, false);
    else if constexpr (std::is_same_v<Op, LpPoolOp>)
      y = lengthOf(unfolded.value, op.getP(), axes, false, emit);
    else
      y = emit.div(emit.reduceSum(unfolded.value, axes),
                   countElements(op, x, windows, axes, emit));
    replaceOp(rewriter, op, emit.cast(y, element));
    return success();
  }

private:
  static double lowest(Type element) {
    if (isa<FloatType>(element))
      return -std::numeric_limits<double>::infinity();
    return element.isUnsignedInteger()
               ? 0
               : -std::ldexp(1.0, int(element.getIntOrFloatBitWidth()) - 1);
  }

  /// How many elements of each window count, as floats.
  static Value countElements(AveragePoolOp op, Value x,
                             ArrayRef<Window> windows, ArrayRef<int64_t> axes,
                             OpEmitter &emit) {
    Type wide = typeOf(x).getElementType();
    Value one = emit.scalar(wide, 1);
    Value spatial = emit.make("Shape", x, emit.attr("start", 2));
    Value shape = emit.concat({emit.ints({1, 1}), spatial}, 0);
    Value ones = emit.make("Expand", {one, shape});
    SmallVector<Window> behind = llvm::to_vector(windows);
    if (op.getCountIncludePad()) {
      // Pads count, what stands out behind them does not.
      SmallVector<Window> around = behind;
      for (auto [own, rest] : llvm::zip_equal(around, behind)) {
        own.ceil = false;
        rest.before = rest.after = 0;
      }
      ones = pad(ones, around, one, emit);
    }
    ones = pad(ones, behind, emit.scalar(wide, 0), emit);
    return emit.reduceSum(Unfolded(ones, x, windows, emit).value, axes);
  }
};

template <typename Op>
struct DecomposeGlobalPool : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getX(), y;
    Type element = typeOf(x).getElementType();
    SmallVector<int64_t> axes =
        llvm::to_vector(llvm::seq<int64_t>(2, typeOf(x).getRank()));
    if constexpr (std::is_same_v<Op, GlobalLpPoolOp>)
      y = lengthOf(emit.cast(x, getWide(x)), op.getP(), axes, true, emit);
    else
      y = emit.reduce(std::is_same_v<Op, GlobalMaxPoolOp> ? "ReduceMax"
                                                          : "ReduceMean",
                      x, axes, true);
    replaceOp(rewriter, op, emit.cast(y, element));
    return success();
  }
};

} // namespace

void bitnet::onnx::populateDecomposeConvolutionPatterns(
    RewritePatternSet &patterns) {
  patterns
      .add<DecomposePointwiseConv>(patterns.getContext(),
                                   /*benefit=*/2)
      .add<DecomposeConv, DecomposeConvInteger, DecomposeCausalConv,
           DecomposePool<AveragePoolOp>, DecomposePool<MaxPoolOp>,
           DecomposePool<LpPoolOp>, DecomposeGlobalPool<GlobalAveragePoolOp>,
           DecomposeGlobalPool<GlobalMaxPoolOp>,
           DecomposeGlobalPool<GlobalLpPoolOp>>(patterns.getContext());
}
