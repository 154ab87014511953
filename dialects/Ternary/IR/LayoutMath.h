#ifndef DIALECTS_TERNARY_IR_LAYOUTMATH_H
#define DIALECTS_TERNARY_IR_LAYOUTMATH_H

#include "dialects/Ternary/IR/LayoutInfo.h"

#include "mlir/IR/Builders.h"

#include <array>

namespace bitnet::ternary {

// A layout says once where a trit lies and how it is read:
//
//   struct Pairs {
//     template <typename Math, typename Number = typename Math::Number>
//     static Number read(Math &m, PackedShape shape, Number row,
//                        Number column);
//   };
//
// With one of the classes below as `Math`, that is a function on numbers, or
// one that emits the same arithmetic: `readTrit<Pairs>` and
// `emitReadTrit<Pairs>`, which go into the layout's `LayoutInfo`.

/// Carries the arithmetic out.
struct NumberMath {
  using Number = int64_t;
  llvm::ArrayRef<uint8_t> packed;

  Number add(Number a, Number b) { return a + b; }
  Number sub(Number a, Number b) { return a - b; }
  Number times(Number a, int64_t b) { return a * b; }
  Number div(Number a, int64_t b) { return a / b; }
  Number rem(Number a, int64_t b) { return a % b; }
  Number constant(int64_t a) { return a; }
  Number shiftRight(Number a, Number bits) { return a >> bits; }
  /// values[i].
  Number choose(Number i, llvm::ArrayRef<Number> values) { return values[i]; }
  Number byte(Number at) { return packed[at]; }
};

/// Emits it on index values.
struct EmittedMath {
  using Number = mlir::Value;
  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Value packed;

  Number add(Number a, Number b);
  Number sub(Number a, Number b);
  Number times(Number a, int64_t b);
  Number div(Number a, int64_t b);
  Number rem(Number a, int64_t b);
  Number constant(int64_t a);
  Number shiftRight(Number a, Number bits);
  Number choose(Number i, llvm::ArrayRef<Number> values);
  Number byte(Number at);
};

template <typename Definition>
int64_t readTrit(llvm::ArrayRef<uint8_t> packed, PackedShape shape, int64_t row,
                 int64_t column) {
  NumberMath math{packed};
  return Definition::read(math, shape, row, column);
}

template <typename Definition>
mlir::Value emitReadTrit(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value packed, PackedShape shape, mlir::Value row,
                         mlir::Value column) {
  EmittedMath math{builder, loc, packed};
  return Definition::read(math, shape, row, column);
}

/// Four codes of zero trits: what padding is made of.
inline constexpr uint8_t zeroTrits = 0x55;

/// Codes [index, index + 4) of a row-major code stream as one byte. Codes at
/// or behind `end` read as zero trits.
uint8_t readFour(llvm::ArrayRef<uint8_t> codes, int64_t index, int64_t end);

/// Writes, for each row of a block side by side, the byte that `table` has for
/// four terms' codes.
void packFours(const std::array<uint8_t, 256> &table,
               llvm::ArrayRef<uint8_t> codes, PackedShape shape,
               llvm::MutableArrayRef<uint8_t> packed);

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_IR_LAYOUTMATH_H
