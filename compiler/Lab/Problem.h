#ifndef COMPILER_LAB_PROBLEM_H
#define COMPILER_LAB_PROBLEM_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/ArrayRef.h"

#include <string>
#include <vector>

namespace bitnet::lab {

/// What `ternary-plan` shall keep; empty: its own choice.
struct PlanRequest {
  /// Names of `--list-strategies` and `--list-layouts`.
  std::string strategy, layout;
  /// Of a block of the layout; 0: as the strategy chooses for the target, by
  /// ternary-plan's option `layout`.
  int64_t rows = 0;
  /// Entries of the op's `tile`.
  std::vector<std::pair<std::string, int64_t>> tile;
};

/// One linear layer with random trits, a third of them zero: the first row
/// holds +1 only, the second -1 only. The same sizes give the same trits.
class Problem {
public:
  Problem(int64_t n, int64_t k);

  int64_t getN() const { return n; }
  int64_t getK() const { return k; }
  /// 2-bit codes, see dialects/Ternary/IR/Layout.h.
  llvm::ArrayRef<uint8_t> getCodes() const { return codes; }
  /// [m, k] activations in [-128, 127]; some tokens hold extremes only, and so
  /// does one alone at half of all sizes.
  std::vector<int8_t> makeActivations(int64_t m) const;
  /// Checks outputs [m, n], scales being 1, against sums computed one term at
  /// a time. Gives the first wrong [token, row], or [-1, -1].
  std::pair<int64_t, int64_t> findWrong(llvm::ArrayRef<int8_t> activations,
                                        llvm::ArrayRef<float> outputs,
                                        int64_t m) const;

  /// `@main(codes [?, k], scales [?, 1], weight scale [1]) -> [?, n]`, named
  /// `codes`, `scales`, `scale` and `sums`: one ternary.linear. The codes are
  /// not copied: the problem must outlive the module.
  mlir::OwningOpRef<mlir::ModuleOp>
  buildModule(mlir::MLIRContext &context, const PlanRequest &choice) const;

private:
  int64_t n, k;
  std::vector<uint8_t> codes;
};

} // namespace bitnet::lab

#endif // COMPILER_LAB_PROBLEM_H
