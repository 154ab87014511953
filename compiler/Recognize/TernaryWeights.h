#ifndef COMPILER_RECOGNIZE_TERNARYWEIGHTS_H
#define COMPILER_RECOGNIZE_TERNARYWEIGHTS_H

#include "dialects/Onnx/Transforms/HostTensor.h"

#include <string>
#include <vector>

namespace bitnet::recognize {

/// A weight matrix of a linear layer as evaluated from the graph: [K, N] as
/// MatMul has it or [N, K].
struct WeightView {
  const onnx::HostTensor *tensor;
  bool rowsAreOutputs; // [N, K]
  int64_t n, k;

  static WeightView get(const onnx::HostTensor &tensor, bool rowsAreOutputs);
  /// Weight of output `row` and input `column`, widened exactly.
  float at(int64_t row, int64_t column) const;
  /// Weights of the outputs [begin, end) as [end - begin, K].
  void readRows(int64_t begin, int64_t end,
                llvm::MutableArrayRef<float> out) const;
  /// The position of that weight in the tensor, as "[i, j]".
  std::string describe(int64_t row, int64_t column) const;
};

/// weights[n, k] = scales[n] * (code[n, k] - 1); scales has one element where
/// all rows have the same. With groups, scales[k / group * n + n] for row n.
struct TernaryWeights {
  int64_t n = 0, k = 0;
  int64_t group = 0;       // terms of a row that share a scale; 0: all
  std::vector<char> codes; // 2 bits a trit, as in ternary.constant
  std::vector<float> scales;
  int64_t zeros = 0;

  bool hasUnitScale() const {
    return scales.size() == 1 && scales.front() == 1.0f;
  }
};

/// What the test of a weight matrix found.
struct WeightVerdict {
  enum class Kind { Ternary, NotTernary, Broken } kind;
  TernaryWeights weights; // Ternary
  std::string reason;     // otherwise: what was found, and what expected
};

/// Tests by value whether a matrix is ternary: each row holds -a, 0 and a, up
/// to the rounding that the straight-through spelling w + (q(w) - w) leaves.
/// Otherwise each row does in groups of 16 to 1024 terms, a power of two.
/// A NaN makes it Broken.
WeightVerdict testTernary(const WeightView &view);

/// Whether the verdict can be given for tensors of this element type.
bool isWeightType(mlir::Type element);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_TERNARYWEIGHTS_H
