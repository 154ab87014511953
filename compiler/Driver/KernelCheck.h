#ifndef COMPILER_DRIVER_KERNELCHECK_H
#define COMPILER_DRIVER_KERNELCHECK_H

#include "compiler/Driver/KernelOptions.h"
#include "compiler/Target/Codegen/TargetSpec.h"

#include "mlir/IR/MLIRContext.h"

namespace bitnet {

/// How a kernel that cannot run in this process runs all the same.
struct KernelRunner {
  /// An emulator and its arguments; empty: the executable itself, which finds
  /// the device.
  std::vector<std::string> command;
  /// For messages, e.g. "qemu-aarch64".
  std::string name;
};

/// An emulator for CPUs of another kind, or this machine with a device. An
/// error says what is missing.
llvm::Expected<KernelRunner> findRunner(const TargetSpec &spec);

/// Makes the kernel of `problem` that `plan` describes an executable as
/// `compile` does, runs it by `runner` for each number of tokens in the
/// options, and compares every sum with the scalar reference. Diagnostics of
/// the compiler are printed: then the error's text is empty.
llvm::Error checkByExecutable(const KernelOptions &options,
                              const lab::PlanRequest &plan,
                              const lab::Problem &problem,
                              const KernelRunner &runner,
                              mlir::MLIRContext &context);

} // namespace bitnet

#endif // COMPILER_DRIVER_KERNELCHECK_H
