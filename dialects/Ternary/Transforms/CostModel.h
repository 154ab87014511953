#ifndef DIALECTS_TERNARY_TRANSFORMS_COSTMODEL_H
#define DIALECTS_TERNARY_TRANSFORMS_COSTMODEL_H

#include "dialects/Ternary/Transforms/Strategy.h"

namespace bitnet::ternary {

/// A number of tokens that plans and schedules look at, and how often a user
/// waits for a linear with as many.
struct TokenClass {
  llvm::StringLiteral name;
  int64_t tokens;
  double weight;
};
/// one, few, many.
llvm::ArrayRef<TokenClass> getTokenClasses();

/// Rows of the siblings, and the terms that they share: what one linear costs
/// depends on nothing else.
struct LinearShape {
  llvm::SmallVector<int64_t> rows;
  int64_t k = 0;

  static LinearShape of(LinearOp op);
  bool operator==(const LinearShape &other) const {
    return rows == other.rows && k == other.k;
  }
};

/// Bytes of a packed linear, padding included.
int64_t getPackedBytes(const LinearShape &shape, BlockLayout layout);

/// What one linear takes, by measured figures of its kernels.
struct Estimate {
  /// Seconds with the tokens of each class, on all threads.
  llvm::SmallVector<double> seconds;
  /// The weighted sum: what the plan makes small.
  double total = 0;
  /// Reading weights takes longer than computing with one token.
  bool memoryBound = false;
};

/// The time of `choice`; nullopt where its kernels have no figures. Weights
/// come from memory where all that the model has are more than the caches hold.
std::optional<Estimate> estimate(const KernelStrategy &strategy,
                                 const KernelChoice &choice,
                                 const LinearShape &shape,
                                 const TargetFacts &facts, bool fromMemory);

/// Whether the trits of all linears under `root`, each layer counted, are more
/// than the last cache holds.
bool areWeightsInMemory(mlir::Operation *root, const TargetFacts &facts);

/// Fewest left-over tokens for which the figures say that a padded tile is
/// cheaper than smaller passes; nullopt without figures of both.
std::optional<int64_t> getLeastTile(const KernelStrategy &strategy,
                                    LayoutKind layout, const LinearShape &shape,
                                    const TargetFacts &facts);

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_COSTMODEL_H
