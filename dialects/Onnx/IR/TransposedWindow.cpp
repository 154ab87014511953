#include "dialects/Onnx/IR/TransposedWindow.h"

#include "dialects/Onnx/IR/ConvolutionWindow.h"

using namespace mlir;
using namespace bitnet::onnx;

int64_t TransposedWindow::getFullSize(int64_t places) const {
  return ShapedType::isDynamic(places) ? places
                                       : stride * (places - 1) + getReach();
}

int64_t TransposedWindow::getResultSize(int64_t places) const {
  if (size)
    return *size;
  return ShapedType::isDynamic(places) ? places
                                       : getFullSize(places) - before - after;
}

FailureOr<SmallVector<TransposedWindow>>
bitnet::onnx::getTransposedWindows(Inference &in, ArrayRef<int64_t> kernel) {
  size_t count = kernel.size();
  FailureOr<SmallVector<int64_t>> strides = getExtents(in, "strides", count, 1);
  FailureOr<SmallVector<int64_t>> dilations =
      getExtents(in, "dilations", count, 1);
  FailureOr<SmallVector<int64_t>> pads = getExtents(in, "pads", 2 * count, 0);
  FailureOr<SmallVector<int64_t>> added =
      getExtents(in, "output_padding", count, 0);
  FailureOr<SmallVector<int64_t>> sizes =
      getExtents(in, "output_shape", count, 0);
  if (failed(strides) || failed(dilations) || failed(pads) || failed(added) ||
      failed(sizes))
    return failure();
  StringRef mode = in.getString("auto_pad", "NOTSET");
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"},
                          mode))
    return in.error("`auto_pad` is \"", mode,
                    "\", expected \"NOTSET\", "
                    "\"VALID\", \"SAME_UPPER\" or \"SAME_LOWER\"");
  SmallVector<TransposedWindow> windows;
  for (size_t i = 0; i < count; ++i) {
    TransposedWindow window{kernel[i],    (*strides)[i], (*dilations)[i],     0,
                            -(*added)[i], std::nullopt,  mode == "SAME_UPPER"};
    if (in.getInts("output_shape")) {
      window.size = (*sizes)[i];
    } else if (mode.starts_with("SAME")) {
      // Of size * stride places the others are more by as much for any size.
      int64_t total = (*added)[i] + window.getReach() - window.stride;
      int64_t half = llvm::divideFloorSigned(total, 2);
      window.before = window.isUpper ? half : total - half;
      window.after = total - window.before - (*added)[i];
    } else if (mode == "NOTSET") {
      window.before = (*pads)[i];
      window.after += (*pads)[i + count];
    }
    windows.push_back(window);
  }
  return windows;
}
