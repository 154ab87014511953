#ifndef COMPILER_IMPORT_FROZENINPUT_H
#define COMPILER_IMPORT_FROZENINPUT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"

namespace bitnet {

/// An input of a graph that is a constant from now on: its name, and its
/// elements in row-major order as the user wrote them, apart by commas.
struct FrozenInput {
  std::string name, text;
};

/// The constant that `input` is, of a graph input of `type`: bools are true,
/// false, 1 and 0, and a size that is not known is what the number of elements
/// leaves for it. Null after an error.
mlir::ElementsAttr readFrozenInput(const FrozenInput &input,
                                   mlir::RankedTensorType type,
                                   mlir::Location loc);

} // namespace bitnet

#endif // COMPILER_IMPORT_FROZENINPUT_H
