#ifndef DIALECTS_DEVICE_IR_CAPTURELAYOUT_H
#define DIALECTS_DEVICE_IR_CAPTURELAYOUT_H

#include "mlir/IR/BuiltinTypes.h"

namespace bitnet::device {

/// Where the captures of an `device.dispatch` lie in the memory that a kernel
/// reads them from: in words of 8 bytes, one after another. A number is one
/// word, its value in the low bytes. A memref is 2 + 2 * rank words: the
/// address of its buffer, its offset in elements, its sizes, its strides in
/// elements.
struct CaptureLayout {
  static constexpr int64_t wordBytes = 8;

  explicit CaptureLayout(mlir::TypeRange types);

  /// First word of each capture.
  llvm::SmallVector<int64_t> words;
  /// The words that hold addresses, in order.
  llvm::SmallVector<int64_t> addresses;
  int64_t numWords = 0;
};

} // namespace bitnet::device

#endif // DIALECTS_DEVICE_IR_CAPTURELAYOUT_H
