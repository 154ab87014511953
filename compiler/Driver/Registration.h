#ifndef COMPILER_DRIVER_REGISTRATION_H
#define COMPILER_DRIVER_REGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace bitnet {

/// Adds our dialects and the upstream ones that our pipelines use, with the
/// interface implementations that they need.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers our passes and pipelines, and the upstream passes.
void registerAllPasses();

} // namespace bitnet

#endif // COMPILER_DRIVER_REGISTRATION_H
