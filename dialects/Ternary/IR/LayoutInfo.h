#ifndef DIALECTS_TERNARY_IR_LAYOUTINFO_H
#define DIALECTS_TERNARY_IR_LAYOUTINFO_H

#include "dialects/Ternary/IR/TernaryOps.h"

#include "llvm/Support/Error.h"

namespace bitnet::ternary {

/// Most rows of a block.
inline constexpr int64_t maxBlockRows = 1024;

/// The numbers that say where trits of one packed [n, k] matrix lie.
struct PackedShape {
  int64_t n, k;
  int64_t rows; ///< of a block
};

/// Everything that depends on the kind of a layout. `getLayouts` is the only
/// list of kinds: attribute parser and verifier, pack, unpack, the scalar
/// reference, `--list-layouts` and the tests read it.
struct LayoutInfo {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  /// Terms of one unit: K is padded to a multiple of it with zero trits.
  int64_t group;
  /// Rows of a block must be a multiple of it.
  int64_t rowMultiple;
  /// Trits that one byte holds, over a whole unit.
  int64_t tritsPerByte;

  /// Writes all bytes of a matrix of 2-bit codes, see `packTrits`.
  void (*pack)(llvm::ArrayRef<uint8_t> codes, PackedShape shape,
               llvm::MutableArrayRef<uint8_t> packed);
  /// The code (trit + 1) of weights[row, column]: the layout's definition.
  int64_t (*read)(llvm::ArrayRef<uint8_t> packed, PackedShape shape,
                  int64_t row, int64_t column);
  /// The same as IR on index values; `packed` is a memref of bytes.
  mlir::Value (*emitRead)(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value packed, PackedShape shape,
                          mlir::Value row, mlir::Value column);

  /// Its number; it must be one of `getLayouts`.
  LayoutKind kind() const { return *symbolizeLayoutKind(name); }
  double bitsPerTrit() const { return 8.0 / tritsPerByte; }
};

/// All kinds, in the order of `LayoutKind`.
llvm::ArrayRef<const LayoutInfo *> getLayouts();
/// Adds a layout, which must live as long as the process. An error says what
/// is wrong with it: a name that is none or taken, sizes that do not fit
/// together, trits that `read` does not find where `pack` wrote them.
llvm::Error addLayout(const LayoutInfo &info);
const LayoutInfo &getLayoutInfo(LayoutKind kind);
/// "auto, pairs, planes": what `--layout` takes.
llvm::SmallVector<llvm::StringRef> getLayoutNames();

extern const LayoutInfo pairsLayout, planesLayout, quadsLayout, quintsLayout,
    rows4Layout, rows5Layout;

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_IR_LAYOUTINFO_H
