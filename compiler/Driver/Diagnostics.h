#ifndef COMPILER_DRIVER_DIAGNOSTICS_H
#define COMPILER_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

namespace bitnet {

/// Prints diagnostics as "model.onnx:/layers.3/MatMul: error: ...". The first
/// error alone, with its notes, unless `verbose`: what follows from it would
/// only hide it.
class DiagnosticPrinter {
public:
  DiagnosticPrinter(mlir::MLIRContext &context, llvm::raw_ostream &out,
                    bool verbose);
  ~DiagnosticPrinter();

  /// An error that belongs to a file or to none.
  void error(llvm::StringRef place, const llvm::Twine &message);
  void warning(llvm::StringRef place, const llvm::Twine &message);
  bool hadErrors() const { return errors != 0; }

private:
  void print(mlir::Location location, mlir::DiagnosticSeverity severity,
             const llvm::Twine &message);
  mlir::LogicalResult handle(mlir::Diagnostic &diagnostic);

  mlir::MLIRContext &context;
  llvm::raw_ostream &out;
  bool verbose;
  unsigned errors = 0;
  mlir::DiagnosticEngine::HandlerID handler;
};

} // namespace bitnet

#endif // COMPILER_DRIVER_DIAGNOSTICS_H
