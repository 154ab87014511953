#include "dialects/Onnx/IR/FusedActivation.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

static constexpr StringLiteral alpha[] = {"alpha"};
static constexpr StringLiteral alphaBeta[] = {"alpha", "beta"};
static constexpr StringLiteral alphaGamma[] = {"alpha", "gamma"};
static constexpr StringLiteral bounds[] = {"min", "max"};

using Names = std::optional<ArrayRef<StringLiteral>>;
static const Names none = ArrayRef<StringLiteral>();

Names bitnet::onnx::getGemmActivation(StringRef activation) {
  return StringSwitch<Names>(activation)
      .Case("Celu", Names(alpha))
      .Case("Elu", Names(alpha))
      .Case("HardSigmoid", Names(alphaBeta))
      .Case("LeakyRelu", Names(alpha))
      .Case("Relu", none)
      .Case("Selu", Names(alphaGamma))
      .Case("Sigmoid", none)
      .Case("Softplus", none)
      .Case("Softsign", none)
      .Case("Tanh", none)
      .Case("ThresholdedRelu", Names(alpha))
      .Default(std::nullopt);
}

Names bitnet::onnx::getConvActivation(StringRef activation) {
  return StringSwitch<Names>(activation)
      .Case("Clip", Names(bounds))
      .Case("HardSigmoid", Names(alphaBeta))
      .Case("HardSwish", none)
      .Case("LeakyRelu", Names(alpha))
      .Case("Relu", none)
      .Case("Sigmoid", none)
      .Case("Tanh", none)
      .Default(std::nullopt);
}
