//===- DecomposeTransposed.cpp - columns as windows -----------------------===//
//
// A transposed convolution is a matrix product, the columns of which are added
// at their places; MaxUnpool scatters. LRN sums windows of channels.
//
//===----------------------------------------------------------------------===//

#include "dialects/Onnx/IR/TransposedWindow.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

/// The windows of `op`, which has been verified.
static SmallVector<TransposedWindow> windowsOf(ConvTransposeOp op) {
  SmallVector<Type> types;
  Inference in(op->getContext(), op->getLoc(), op->getName().getStringRef(),
               op->getOperands(), op->getAttrDictionary(), types);
  FailureOr<SmallVector<TransposedWindow>> windows =
      getTransposedWindows(in, typeOf(op.getW()).getShape().drop_front(2));
  return succeeded(windows) ? *windows : SmallVector<TransposedWindow>();
}

/// The product of the kernels W [C, M / group, k...] and each element of X: [N,
/// M * k..., places].
static Value multiply(Value x, Value w, int64_t group, OpEmitter &emit) {
  ArrayRef<int64_t> shape = typeOf(w).getShape();
  int64_t terms = 1, inputs = shape[0] / group;
  for (int64_t size : shape.drop_front())
    terms *= size;
  Value batch = emit.sizeOf(x, 0), area = emit.sizeOf(x, 2);
  for (int64_t axis = 3; axis < typeOf(x).getRank(); ++axis)
    area = emit.mul(area, emit.sizeOf(x, axis));
  Value kernels =
      emit.transpose(emit.reshape(w, {group, inputs, terms}), {0, 2, 1});
  Value columns =
      emit.reshapeTo(x, {batch, emit.ints(group), emit.ints(inputs), area});
  return emit.reshapeTo(emit.make("MatMul", {kernels, columns}),
                        {batch, emit.ints(group * terms), area});
}

/// What `window` takes away from the beginning and the end of a sum of `full`
/// places, vectors of one i64.
static std::pair<Value, Value> getCuts(const TransposedWindow &window,
                                       Value full, OpEmitter &emit) {
  if (!window.size)
    return {emit.ints(window.before), emit.ints(window.after)};
  Value total = emit.sub(full, emit.ints(window.after + *window.size));
  // Half, rounded down also where places are added.
  Value odd = emit.make("Mod", {total, emit.ints(2)});
  Value half = emit.div(emit.sub(total, odd), emit.ints(2));
  Value before = window.isUpper ? half : emit.sub(total, half);
  return {before, emit.sub(emit.sub(full, emit.ints(*window.size)), before)};
}

namespace {

struct DecomposeConvTranspose : OpRewritePattern<ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvTransposeOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getX();
    Type element = typeOf(x).getElementType(), wide = getWide(x);
    SmallVector<TransposedWindow> windows = windowsOf(op);
    SmallVector<int64_t> kernel, strides, dilations;
    SmallVector<Value> sizes, before(2, emit.ints(0)), after = before;
    bool isCut = false;
    for (auto [i, window] : llvm::enumerate(windows)) {
      kernel.push_back(window.kernel);
      strides.push_back(window.stride);
      dilations.push_back(window.dilation);
      sizes.push_back(getFullSize(x, int64_t(i) + 2, window, emit));
      auto [first, last] = getCuts(window, sizes.back(), emit);
      before.push_back(emit.make("Neg", first));
      after.push_back(emit.make("Neg", last));
      isCut |= window.size || window.before != 0 || window.after != 0;
    }
    auto ints = [&](StringRef name, ArrayRef<int64_t> values) {
      return rewriter.getNamedAttr(name, rewriter.getDenseI64ArrayAttr(values));
    };
    Value y =
        emit.make("Col2Im",
                  {multiply(emit.cast(x, wide), emit.cast(op.getW(), wide),
                            op.getGroup(), emit),
                   emit.concat(sizes, 0), emit.ints(kernel)},
                  {ints("strides", strides), ints("dilations", dilations)});
    before.append(after);
    if (isCut)
      y = emit.make("Pad", {y, emit.concat(before, 0)});
    if (Value bias = op.getB())
      y = emit.add(y, emit.unsqueeze(emit.cast(bias, wide),
                                     llvm::to_vector(llvm::seq<int64_t>(
                                         1, windows.size() + 1))));
    replaceOp(rewriter, op, emit.cast(y, element));
    return success();
  }

private:
  /// Of the sum of the kernels along an axis, a vector of one i64.
  static Value getFullSize(Value x, int64_t axis,
                           const TransposedWindow &window, OpEmitter &emit) {
    int64_t known = window.getFullSize(typeOf(x).getDimSize(axis));
    if (!ShapedType::isDynamic(known))
      return emit.ints(known);
    Value steps = emit.sub(emit.sizeOf(x, axis), emit.ints(1));
    return emit.add(emit.mul(steps, emit.ints(window.stride)),
                    emit.ints(window.getReach()));
  }
};

struct DecomposeMaxUnpool : OpRewritePattern<MaxUnpoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MaxUnpoolOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getX();
    Type element = typeOf(x).getElementType();
    SmallVector<Value> sizes = getSizes(op, emit);
    auto zero = DenseElementsAttr::get(RankedTensorType::get({1}, element),
                                       Attribute(FloatAttr::get(element, 0.0)));
    Value zeros = emit.make("ConstantOfShape", emit.concat(sizes, 0),
                            rewriter.getNamedAttr("value", zero));
    Value indices = emit.checkShape(op.getIndices(), x);
    Value y = emit.make("ScatterElements",
                        {emit.reshape(zeros, -1), emit.reshape(indices, -1),
                         emit.reshape(x, -1)});
    y = emit.reshapeTo(y, sizes);
    if (Value shape = op.getOutputShape()) {
      SmallVector<Value> pads(sizes.size(), emit.ints(0));
      SmallVector<int64_t> axes;
      for (auto [i, size] : llvm::enumerate(sizes)) {
        Value wanted = emit.slice(shape, 0, i, i + 1);
        pads.push_back(emit.sub(wanted, size));
        axes.push_back(i);
        // No less than there is.
        size = emit.make("Min", {wanted, size});
      }
      y = emit.checkSizes(y, axes, sizes);
      y = emit.make("Pad", {y, emit.concat(pads, 0)});
    }
    replaceOp(rewriter, op, y);
    return success();
  }

private:
  /// The sizes of what MaxPool made X of, vectors of one i64.
  static SmallVector<Value> getSizes(MaxUnpoolOp op, OpEmitter &emit) {
    Value x = op.getX();
    SmallVector<Value> sizes = {emit.sizeOf(x, 0), emit.sizeOf(x, 1)};
    ArrayRef<int64_t> kernel = op.getKernelShape();
    ArrayRef<int64_t> pads = op.getPads().value_or(ArrayRef<int64_t>());
    for (auto [i, size] : llvm::enumerate(kernel)) {
      int64_t stride = op.getStrides() ? (*op.getStrides())[i] : 1;
      int64_t around = size - stride;
      if (!pads.empty())
        around -= pads[i] + pads[i + kernel.size()];
      Value steps = emit.mul(emit.sizeOf(x, int64_t(i) + 2), emit.ints(stride));
      sizes.push_back(emit.add(steps, emit.ints(around)));
    }
    return sizes;
  }
};

struct DecomposeLRN : OpRewritePattern<LRNOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LRNOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type wide = getWide(op.getX());
    Value x = emit.cast(op.getX(), wide);
    int64_t rank = typeOf(x).getRank(), size = op.getSize();
    SmallVector<int64_t> pads(2 * rank, 0);
    pads[1] = (size - 1) / 2;
    pads[rank + 1] = size - 1 - pads[1];
    Value squares = emit.make("Pad", {emit.mul(x, x), emit.ints(pads)});
    Value windows =
        emit.add(emit.unsqueeze(emit.count(emit.scalarSizeOf(x, 1)), 1),
                 emit.count(emit.integer(size)));
    Value sums = emit.reduceSum(
        emit.make("Gather", {squares, windows}, emit.attr("axis", 1)), 2);
    auto scalar = [&](const APFloat &value) {
      return emit.scalar(wide, value.convertToDouble());
    };
    Value scale = emit.div(scalar(op.getAlpha()), emit.scalar(wide, size));
    Value base = emit.add(scalar(op.getBias()), emit.mul(scale, sums));
    Value y = emit.div(x, emit.make("Pow", {base, scalar(op.getBeta())}));
    replaceOp(rewriter, op, emit.cast(y, typeOf(op.getX()).getElementType()));
    return success();
  }
};

} // namespace

void bitnet::onnx::populateDecomposeTransposedPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeConvTranspose, DecomposeMaxUnpool, DecomposeLRN>(
      patterns.getContext());
}
