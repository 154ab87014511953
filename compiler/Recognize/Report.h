#ifndef COMPILER_RECOGNIZE_REPORT_H
#define COMPILER_RECOGNIZE_REPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"

#include <optional>
#include <string>
#include <vector>

/// What recognition found, for each linear layer. Records live in the module
/// attribute `bitnet.report`, so that passes need no place of their own.
namespace bitnet::recognize {

struct LinearRecord {
  /// The graph's name of the product (for people; nothing reads it).
  std::string name;
  int64_t k = 0, n = 0;
  bool ternary = false;
  /// Of ternary layers whose activations are added as floats: why they are not
  /// quantised to integers. Then the quantiser's fields are empty.
  std::string floatReason;
  /// Terms of a row that share a weight scale; 0: all.
  int64_t group = 0;
  /// Why not; empty for ternary layers.
  std::string reason;
  /// How the weights of others are stored ("bf16"); empty until that is
  /// planned.
  std::string stored;

  // Of ternary layers:
  /// "mul_reciprocal" or "div": how the activation's scale is formed.
  std::string scaleForm;
  float range = 0, eps = 0;
  int64_t qmin = 0, qmax = 0;
  /// Terms of a token's input that share a scale; 0: all.
  int64_t inputGroup = 0;
  /// Order of scales after the integer sum ("div_mul", ...).
  std::string rescale;
  /// "tensor", "row" or "group".
  std::string weightScale;
  bool bias = false;
  /// Share of zero weights.
  double zeros = 0;
};

/// Appends to the module's records.
void addRecords(mlir::ModuleOp module, llvm::ArrayRef<LinearRecord> records);

/// Says in the records of these names how their weights are stored.
void setStored(mlir::ModuleOp module,
               const llvm::StringMap<std::string> &stored);

/// All records, in the order of the graph's products.
std::vector<LinearRecord> getRecords(mlir::ModuleOp module);

/// Writes the records for people or, with `json`, for programs: {"linears":
/// [...], "ternary": count, "total": count}.
void writeReport(mlir::ModuleOp module, llvm::raw_ostream &os, bool json);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_REPORT_H
