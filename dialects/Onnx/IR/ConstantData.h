#ifndef DIALECTS_ONNX_IR_CONSTANTDATA_H
#define DIALECTS_ONNX_IR_CONSTANTDATA_H

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace bitnet::onnx {

/// Reads the elements of a constant, wherever they stand: in a dense attribute
/// (splats too) or in a resource over the model's file. Cheap to copy; lives as
/// long as the attribute's context and resource.
class ConstantReader {
public:
  /// nullopt where the attribute has another storage or element type than those
  /// below, or a resource whose size does not fit its type.
  static std::optional<ConstantReader> get(mlir::Attribute value);

  mlir::ShapedType getType() const { return type; }
  mlir::Type getElementType() const { return type.getElementType(); }
  /// Number of elements.
  int64_t size() const { return type.getNumElements(); }
  bool isSplat() const { return strideBits == 0; }

  /// Element `i` in row-major order of a float constant (f64 down to float8);
  /// of an integer one its integer, rounded where it is above 2^53.
  double getFloat(int64_t i) const;
  /// Element `i` of a bool or integer constant (bools are 0 or 1; 64-bit
  /// unsigned ones come as their two's complement); of a float one its integral
  /// part.
  int64_t getInt(int64_t i) const;

  /// Bits from one stored element to the next: the element's width, 8 for the
  /// bools of a resource, 0 for a splat.
  unsigned getStrideBits() const { return strideBits; }
  /// Little-endian bytes of the elements, unaligned: all of them, or the one of
  /// a splat.
  llvm::ArrayRef<char> getRawBytes() const { return data; }

private:
  mlir::ShapedType type;
  llvm::ArrayRef<char> data;
  unsigned width = 0;
  unsigned strideBits = 0;
  bool isFloat = false, isSigned = false;

  uint64_t getBits(int64_t i) const;
};

/// The reader of the constant that defines `value` (`onnx.Constant`,
/// `arith.constant`); nullopt where it is not a constant.
std::optional<ConstantReader> getConstant(mlir::Value value);

/// The elements of a constant vector or scalar of integers; nullopt where
/// `value` is null, not constant, not of integers, or longer than 1024.
std::optional<llvm::SmallVector<int64_t>> getConstantInts(mlir::Value value);

/// The only element of a constant float or integer tensor of one element, or
/// the repeated one of a splat.
std::optional<double> getConstantSplat(mlir::Value value);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_CONSTANTDATA_H
