#ifndef DIALECTS_ONNX_TRANSFORMS_HOSTTENSOR_H
#define DIALECTS_ONNX_TRANSFORMS_HOSTTENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <memory>

namespace bitnet::onnx {

/// Bytes that one element of `type` takes in a HostTensor: elements of 1, 2 and
/// 4 bits take a whole one. 0 if the type is not one that tensors on the host
/// have: f4E2M1FN, ONNX's floats of 8 bits, f16, bf16, f32, f64, i1 to i64, ui2
/// to ui64.
unsigned hostElementBytes(mlir::Type type);

/// Integers of 2 and 4 bits and floats of 4, which files and attributes hold
/// packed.
bool isSubByte(mlir::Type type);
/// Bytes of `count` elements as files and resources hold them: those of 2 and 4
/// bits are packed, low bits first. Fails on overflow.
mlir::FailureOr<int64_t> storedBytes(mlir::Type type, int64_t count);
/// Such elements one byte each, signed integers extended by their sign.
void unpackSubByte(mlir::Type type, llvm::ArrayRef<char> packed, int64_t count,
                   char *out);

/// Number of elements of a static shape, or -1 when it does not fit an i64.
int64_t checkedElementCount(llvm::ArrayRef<int64_t> shape);

/// A tensor's value on the host: row-major, little-endian, one byte for each
/// i1. Copies share the bytes.
struct HostTensor {
  /// Static shape, element type of hostElementBytes.
  mlir::RankedTensorType type;
  llvm::ArrayRef<char> bytes;
  /// Keeps `bytes` alive; null where the MLIRContext does.
  std::shared_ptr<const void> owner;

  /// An uninitialised tensor on the heap, aligned to 64 bytes. `data` receives
  /// the pointer to write through before the tensor is shared.
  static HostTensor allocate(mlir::RankedTensorType type, char *&data);

  /// The value of a dense or resource attribute. Resources are not copied
  /// where their bytes are aligned for their element type. Fails on other
  /// attributes, element types and on resources of a wrong size.
  static mlir::FailureOr<HostTensor> get(mlir::ElementsAttr attr);

  /// Up to 64 elements: DenseElementsAttr, otherwise a resource named after
  /// `name` that shares the bytes.
  mlir::ElementsAttr toAttr(llvm::StringRef name) const;

  llvm::ArrayRef<int64_t> shape() const { return type.getShape(); }
  int64_t size() const { return type.getNumElements(); }

  /// The elements; T must have the element type's width. f16 and bf16 are read
  /// as uint16_t, i1 as uint8_t.
  template <typename T>
  llvm::ArrayRef<T> values() const {
    return {reinterpret_cast<const T *>(bytes.data()),
            bytes.size() / sizeof(T)};
  }
};

/// Whether `attr` with up to this many elements is kept inline in the IR.
constexpr int64_t kMaxInlineElements = 64;

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_HOSTTENSOR_H
