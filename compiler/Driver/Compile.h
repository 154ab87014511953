#ifndef COMPILER_DRIVER_COMPILE_H
#define COMPILER_DRIVER_COMPILE_H

#include "llvm/ADT/ArrayRef.h"

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace bitnet {

/// `bitnet-opt compile ...`: `arguments` are those behind the word. Gives the
/// process's exit code; 1 after an error, with no output file left.
int compileMain(const char *argv0, llvm::ArrayRef<const char *> arguments,
                const mlir::DialectRegistry &registry);

/// `bitnet-opt certify FILE`; 1 when the file cannot be certified.
int certifyMain(llvm::ArrayRef<const char *> arguments);

/// `bitnet-opt --list-strategies`: the kernels, what each reads, does and
/// needs.
int listStrategiesMain();

/// `bitnet-opt --list-layouts`: the layouts of packed weights.
int listLayoutsMain();

/// `bitnet-opt --list-targets`: the targets with a name, and the machine at
/// hand, with the facts that choose kernels.
int listTargetsMain();

/// `bitnet-opt --list-operators`: the ONNX operators that are taken, as
/// docs/onnx-support.md.
int listOperatorsMain(const mlir::DialectRegistry &registry);

/// `bitnet-opt kernel ...`: the kernel lab; 1 after an error, or when a sum is
/// wrong.
int kernelMain(llvm::ArrayRef<const char *> arguments,
               const mlir::DialectRegistry &registry);

} // namespace bitnet

#endif // COMPILER_DRIVER_COMPILE_H
