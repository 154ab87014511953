//===- DecomposeConvolution.cpp - convolutions as matrix products ---------===//

#include "dialects/Onnx/IR/ConvolutionWindow.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

/// X with zeros around its spatial axes.
static Value pad(Value x, ArrayRef<Window> windows, OpEmitter &emit) {
  SmallVector<int64_t> before(2, 0), after(2, 0);
  for (const Window &window : windows) {
    before.push_back(window.before);
    after.push_back(window.after);
  }
  before.append(after);
  if (llvm::all_of(before, [](int64_t size) { return size == 0; }))
    return x;
  return emit.make("Pad", {x, emit.ints(before)});
}

/// Axis `axis` of `x` as two: the kernel's places, and those of the result,
/// whose number becomes `count`.
static Value unfold(Value x, int64_t axis, const Window &window, Value &count,
                    OpEmitter &emit) {
  if (window.kernel == 1 && window.stride == 1) {
    count = emit.sizeOf(x, axis);
    return emit.unsqueeze(x, axis);
  }
  Type i64 = emit.builder.getI64Type();
  Value room = emit.sub(emit.scalarSizeOf(x, axis),
                        emit.scalar(i64, double(window.getReach())));
  Value stride = emit.scalar(i64, double(window.stride));
  Value places = emit.add(emit.div(room, stride), emit.scalar(i64, 1));
  // Kernels may be as long as a file says: no list of their places.
  Value taps = emit.mul(emit.count(emit.scalar(i64, double(window.kernel))),
                        emit.scalar(i64, double(window.dilation)));
  Value starts = emit.mul(emit.count(places), stride);
  Value rows = emit.add(emit.unsqueeze(taps, 1), starts);
  count = emit.unsqueeze(places, 0);
  return emit.make("Gather", {x, rows}, emit.attr("axis", axis));
}

namespace {

/// Conv -> the window of each place as a column, and a matrix product for each
/// group.
struct DecomposeConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    ArrayRef<int64_t> w = typeOf(op.getW()).getShape();
    SmallVector<Type> types;
    Inference in(getContext(), op.getLoc(), op->getName().getStringRef(),
                 op->getOperands(), op->getAttrDictionary(), types);
    FailureOr<SmallVector<Window>> windows = getWindows(in, w.drop_front(2));
    if (failed(windows))
      return rewriter.notifyMatchFailure(op, "has windows that do not fit");
    int64_t group = op.getGroup(), spatial = windows->size();
    // [N, C, k1, o1, k2, o2, ...]
    Value x = pad(op.getX(), *windows, emit);
    SmallVector<Value> places(spatial);
    int64_t terms = w[1];
    for (int64_t i = 0; i < spatial; ++i) {
      x = unfold(x, 2 + 2 * i, (*windows)[i], places[i], emit);
      terms *= (*windows)[i].kernel;
    }
    SmallVector<int64_t> perm = {0, 1};
    for (int64_t first : {2, 3})
      for (int64_t i = 0; i < spatial; ++i)
        perm.push_back(first + 2 * i);
    Value batch = emit.sizeOf(op.getX(), 0), area = places.front();
    for (Value count : ArrayRef(places).drop_front())
      area = emit.mul(area, count);
    Value columns =
        emit.reshapeTo(emit.transpose(x, perm),
                       {batch, emit.ints(group), emit.ints(terms), area});
    Value kernels = emit.reshape(op.getW(), {group, w[0] / group, terms});
    Value y = emit.make("MatMul", {kernels, columns});
    SmallVector<Value> sizes = {batch, emit.ints(w[0])};
    llvm::append_range(sizes, places);
    y = emit.reshapeTo(y, sizes);
    if (Value bias = op.getB())
      y = emit.add(y, emit.unsqueeze(bias, llvm::to_vector(llvm::seq<int64_t>(
                                               1, spatial + 1))));
    replaceOp(rewriter, op, y);
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

} // namespace

void bitnet::onnx::populateDecomposeConvolutionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeConv, DecomposeCausalConv>(patterns.getContext());
}
