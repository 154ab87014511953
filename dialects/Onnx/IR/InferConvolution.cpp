#include "dialects/Onnx/IR/ConvolutionWindow.h"

using namespace mlir;
using namespace bitnet::onnx;

/// Sizes, strides and pads are below this: their products and sums fit i64.
static constexpr int64_t kMaxExtent = int64_t(1) << 31;

int64_t Window::getResultSize(int64_t size) const {
  if (ShapedType::isDynamic(size))
    return size;
  int64_t room = size + before + after - getReach();
  if (room < 0)
    return -1;
  if (!ceil)
    return room / stride + 1;
  int64_t last = llvm::divideCeil(room, stride);
  // A window that stands out starts in X or before it.
  return last * stride >= size + before ? last : last + 1;
}

FailureOr<SmallVector<int64_t>> bitnet::onnx::getExtents(Inference &in,
                                                         StringRef name,
                                                         size_t count,
                                                         int64_t least) {
  std::optional<ArrayRef<int64_t>> given = in.getInts(name);
  if (!given)
    return SmallVector<int64_t>(count, least);
  if (given->size() != count)
    return in.error("`", name, "` has ", given->size(), " numbers, expected ",
                    count);
  for (int64_t number : *given)
    if (number < least || number >= kMaxExtent)
      return in.error("`", name, "` holds ", number, ", expected at least ",
                      least);
  return llvm::to_vector(*given);
}

/// Pads that give ceil(size / stride) places.
static LogicalResult padToSame(Inference &in, Window &window, int64_t size,
                               bool upper) {
  if (ShapedType::isDynamic(size) && window.stride != 1)
    return in.error("pads an axis of unknown size by `auto_pad`, expected "
                    "`pads` or a stride of 1");
  int64_t pads = window.getReach() - 1;
  if (window.stride != 1) {
    int64_t places = llvm::divideCeil(size, window.stride);
    pads = (places - 1) * window.stride + window.getReach() - size;
    pads = std::max<int64_t>(pads, 0);
  }
  window.before = upper ? pads / 2 : pads - pads / 2;
  window.after = pads - window.before;
  return success();
}

FailureOr<SmallVector<Window>>
bitnet::onnx::getWindows(Inference &in, ArrayRef<int64_t> kernel) {
  size_t count = kernel.size();
  FailureOr<SmallVector<int64_t>> strides = getExtents(in, "strides", count, 1);
  FailureOr<SmallVector<int64_t>> dilations =
      getExtents(in, "dilations", count, 1);
  FailureOr<SmallVector<int64_t>> pads = getExtents(in, "pads", 2 * count, 0);
  if (failed(strides) || failed(dilations) || failed(pads))
    return failure();
  if (std::optional<ArrayRef<int64_t>> given = in.getInts("kernel_shape");
      given && *given != kernel)
    return in.error("`kernel_shape` is ", printShape(*given), ", expected ",
                    printShape(kernel), " as the kernel has");
  StringRef mode = in.getString("auto_pad", "NOTSET");
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"},
                          mode))
    return in.error("`auto_pad` is \"", mode,
                    "\", expected \"NOTSET\", "
                    "\"VALID\", \"SAME_UPPER\" or \"SAME_LOWER\"");
  SmallVector<Window> windows;
  for (size_t i = 0; i < count; ++i) {
    int64_t size = in.getShape(0)[i + 2];
    if (ShapedType::isDynamic(kernel[i]) || kernel[i] < 1 ||
        kernel[i] >= kMaxExtent ||
        (size != ShapedType::kDynamic && size >= kMaxExtent))
      return in.error("convolves ", in.getType(0), " with a kernel of ",
                      printShape(kernel),
                      ", expected sizes known and positive");
    bool isGiven = mode == "NOTSET";
    Window window{kernel[i],
                  (*strides)[i],
                  (*dilations)[i],
                  isGiven ? (*pads)[i] : 0,
                  isGiven ? (*pads)[i + count] : 0,
                  in.getInt("ceil_mode", 0) != 0};
    if (mode.starts_with("SAME") &&
        failed(padToSame(in, window, size, mode == "SAME_UPPER")))
      return failure();
    windows.push_back(window);
  }
  return windows;
}

/// Adds [N, channels, places of the windows...] of `elements`.
static LogicalResult addPlaces(Inference &in, ArrayRef<Window> windows,
                               int64_t channels, Type elements) {
  ArrayRef<int64_t> x = in.getShape(0);
  SmallVector<int64_t> shape = {x[0], channels};
  for (auto [window, size] : llvm::zip_equal(windows, x.drop_front(2))) {
    shape.push_back(window.getResultSize(size));
    if (shape.back() == -1)
      return in.error("moves a window of ", window.getReach(),
                      " along an axis of ", size, ", expected at most ",
                      size + window.before + window.after);
  }
  return in.addResult(shape, elements);
}

/// (C1), (C3) and (C4) of Conv for any elements.
static LogicalResult inferConvolution(Inference &in, Type elements) {
  enum { X, W };
  int64_t rank = in.getRank(X), group = in.getInt("group", 1);
  if (rank < 3 || in.getRank(W) != rank)
    return in.error("convolves ", in.getType(X), " with ", in.getType(W),
                    ", expected 3 axes or more, as many of both");
  ArrayRef<int64_t> x = in.getShape(X), w = in.getShape(W);
  bool isKnown = !ShapedType::isDynamic(w[0]) && !ShapedType::isDynamic(w[1]);
  if (!isKnown || w[0] < 1 || w[1] < 1 || group < 1 || w[0] % group != 0 ||
      w[1] >= kMaxExtent || group >= kMaxExtent ||
      !mayBeEqual(x[1], w[1] * group))
    return in.error("convolves ", in.getType(X), " with ", in.getType(W),
                    " in ", group, " groups, expected channels to agree");
  FailureOr<SmallVector<Window>> windows = getWindows(in, w.drop_front(2));
  if (failed(windows))
    return failure();
  int64_t terms = w[1];
  for (const Window &window : *windows)
    if (llvm::MulOverflow(terms, window.kernel, terms))
      return in.error("has a kernel of ", in.getType(W),
                      ", which has more elements than an i64 can count");
  return addPlaces(in, *windows, w[0], elements);
}

LogicalResult bitnet::onnx::inferConv(Inference &in) {
  enum { X, W, B };
  if (failed(in.checkElements(X, "operand", Elements::Float)) ||
      failed(in.checkSameElements(W)) || failed(in.checkSameElements(B)) ||
      failed(inferConvolution(in, in.getElements(X))))
    return failure();
  int64_t channels = in.getShape(W)[0];
  if (in.has(B) && failed(verifyCompatibleShape({channels}, in.getShape(B))))
    return in.error("bias has type ", in.getType(B), ", expected ", channels,
                    " elements");
  return success();
}

LogicalResult bitnet::onnx::inferConvInteger(Inference &in) {
  enum { X, W, XZero, WZero };
  for (unsigned i : {X, W})
    if (!isByte(in.getElements(i)))
      return in.error("operand ", i, " has element type ", in.getElements(i),
                      ", expected 8-bit integers");
  if (failed(inferConvolution(in, IntegerType::get(in.getContext(), 32))))
    return failure();
  for (auto [i, of, most] :
       {std::tuple(XZero, X, int64_t(1)), {WZero, W, in.getShape(W)[0]}}) {
    if (!in.has(i))
      continue;
    RankedTensorType type = in.getType(i);
    bool fits = type.hasStaticShape() && type.getRank() <= 1 &&
                type.getElementType() == in.getElements(of) &&
                (type.getNumElements() == 1 || type.getNumElements() == most);
    if (!fits)
      return in.error("zero point has type ", type, ", expected ",
                      in.getElements(of), ", one or ", most);
  }
  return success();
}

LogicalResult bitnet::onnx::inferPool(Inference &in, Elements kind) {
  if (failed(in.getNumResults(1)) ||
      failed(in.checkElements(0, "operand", kind)))
    return failure();
  ArrayRef<int64_t> kernel =
      in.getInts("kernel_shape").value_or(ArrayRef<int64_t>());
  if (in.getRank(0) < 3 || int64_t(kernel.size()) + 2 != in.getRank(0))
    return in.error("moves a window of ", printShape(kernel), " along ",
                    in.getType(0),
                    ", expected 3 axes or more, two more than the window's");
  if (int64_t p = in.getInt("p", 2); p < 1)
    return in.error("`p` is ", p, ", expected 1 or more");
  FailureOr<SmallVector<Window>> windows = getWindows(in, kernel);
  if (failed(windows))
    return failure();
  return addPlaces(in, *windows, in.getShape(0)[1], in.getElements(0));
}

LogicalResult bitnet::onnx::inferGlobalPool(Inference &in) {
  if (failed(in.checkElements(0, "operand", Elements::Float)))
    return failure();
  if (in.getRank(0) < 3)
    return in.error("operand has type ", in.getType(0),
                    ", expected 3 axes or more");
  if (int64_t p = in.getInt("p", 2); p < 1)
    return in.error("`p` is ", p, ", expected 1 or more");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  std::fill(shape.begin() + 2, shape.end(), 1);
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferCausalConvWithState(Inference &in) {
  enum { X, W, B, Past };
  if (failed(in.checkElements(X, "operand", Elements::Float)))
    return failure();
  for (unsigned i : {W, B, Past})
    if (failed(in.checkSameElements(i)))
      return failure();
  if (in.getRank(X) != 3 || in.getRank(W) != 3)
    return in.error("convolves ", in.getType(X), " with ", in.getType(W),
                    ", expected three axes");
  ArrayRef<int64_t> x = in.getShape(X), w = in.getShape(W);
  bool isKnown = !ShapedType::isDynamic(w[0]) && !ShapedType::isDynamic(w[2]);
  if (!isKnown || w[0] < 1 || w[1] != 1 || w[2] < 1 || !mayBeEqual(x[1], w[0]))
    return in.error("convolves ", in.getType(X), " with ", in.getType(W),
                    ", expected a kernel for each channel");
  SmallVector<int64_t> state = {x[0], w[0], w[2] - 1};
  if (in.has(B) && failed(verifyCompatibleShape({w[0]}, in.getShape(B))))
    return in.error("bias has type ", in.getType(B), ", expected ", w[0],
                    " elements");
  if (in.has(Past) && failed(verifyCompatibleShape(state, in.getShape(Past))))
    return in.error("past has type ", in.getType(Past), ", expected ",
                    printShape(state));
  StringRef activation = in.getString("activation", "none");
  if (!llvm::is_contained({"none", "silu", "swish"}, activation))
    return in.error("`activation` is \"", activation,
                    "\", expected \"none\", \"silu\" or \"swish\"");
  if (failed(in.addResult({x[0], w[0], x[2]}, in.getElements(X))))
    return failure();
  return in.addResult(state, in.getElements(X));
}
