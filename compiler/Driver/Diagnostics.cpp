#include "compiler/Driver/Diagnostics.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace bitnet;

/// "model.onnx:/layers.3/MatMul" for a node, "file.mlir:3:5" for text, "" when
/// nothing is known.
static std::string describe(Location location) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    if (auto file = dyn_cast<FileLineColLoc>(name.getChildLoc()))
      return (file.getFilename().getValue() + ":" + name.getName().getValue())
          .str();
    std::string child = describe(name.getChildLoc());
    return child.empty() ? name.getName().str()
                         : child + ":" + name.getName().str();
  }
  if (auto file = dyn_cast<FileLineColLoc>(location)) {
    std::string text = file.getFilename().str();
    if (file.getLine() != 0 || file.getColumn() != 0)
      text += ":" + std::to_string(file.getLine()) + ":" +
              std::to_string(file.getColumn());
    return text;
  }
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      if (std::string text = describe(part); !text.empty())
        return text;
  }
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return describe(call.getCallee());
  return "";
}

static llvm::StringRef severityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  return "error";
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext &context,
                                     llvm::raw_ostream &out, bool verbose)
    : context(context), out(out), verbose(verbose) {
  // That note would print our IR, which users did not write.
  context.printOpOnDiagnostic(false);
  handler = context.getDiagEngine().registerHandler(
      [this](Diagnostic &diagnostic) { return handle(diagnostic); });
}

DiagnosticPrinter::~DiagnosticPrinter() {
  context.getDiagEngine().eraseHandler(handler);
}

void DiagnosticPrinter::error(llvm::StringRef place,
                              const llvm::Twine &message) {
  if (errors++ != 0 && !verbose)
    return;
  if (!place.empty())
    out << place << ": ";
  out << "error: " << message << '\n';
}

void DiagnosticPrinter::warning(llvm::StringRef place,
                                const llvm::Twine &message) {
  out << place << ": warning: " << message << '\n';
}

void DiagnosticPrinter::print(Location location, DiagnosticSeverity severity,
                              const llvm::Twine &message) {
  std::string place = describe(location);
  if (!place.empty())
    out << place << ": ";
  out << severityName(severity) << ": " << message << '\n';
}

LogicalResult DiagnosticPrinter::handle(Diagnostic &diagnostic) {
  bool isError = diagnostic.getSeverity() == DiagnosticSeverity::Error;
  bool isRemark = diagnostic.getSeverity() == DiagnosticSeverity::Remark;
  if (isError && errors++ != 0 && !verbose)
    return success();
  if (isRemark && !verbose)
    return success();
  print(diagnostic.getLocation(), diagnostic.getSeverity(), diagnostic.str());
  for (Diagnostic &note : diagnostic.getNotes())
    print(note.getLocation(), note.getSeverity(), note.str());
  return success();
}
