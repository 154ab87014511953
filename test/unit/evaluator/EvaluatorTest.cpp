// Every case of cases.onnx (see make_cases.py): what the evaluator computes
// against what ONNX Runtime computes.
#include "compiler/Driver/Registration.h"
#include "compiler/Import/Import.h"
#include "dialects/Onnx/Transforms/ConstantEvaluator.h"
#include "dialects/Onnx/Transforms/ElementTypes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

class Evaluator : public testing::Test {
protected:
  static void SetUpTestSuite() {
    DialectRegistry registry;
    bitnet::registerAllDialects(registry);
    context = new MLIRContext(registry);
    module = bitnet::importOnnx(BITNET_TEST_DIR "/unit/evaluator/cases.onnx",
                                *context)
                 .release();
  }
  static void TearDownTestSuite() {
    module.erase();
    delete context;
  }

  static MLIRContext *context;
  static ModuleOp module;
};
MLIRContext *Evaluator::context = nullptr;
ModuleOp Evaluator::module;

/// NaNs are equal whatever their payload.
template <typename T>
bool isSame(T a, T b, double tolerance) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b))
      return std::isnan(a) && std::isnan(b);
    if (tolerance != 0)
      return std::fabs(a - b) <= tolerance * std::max<T>(std::fabs(b), 1);
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  } else {
    return a == b;
  }
}

template <typename T>
void compare(const HostTensor &found, const HostTensor &expected,
             double tolerance) {
  for (int64_t i = 0; i < expected.size(); ++i)
    ASSERT_TRUE(
        isSame(found.values<T>()[i], expected.values<T>()[i], tolerance))
        << "element " << i << " is " << +found.values<T>()[i] << ", expected "
        << +expected.values<T>()[i];
}

void compare(const HostTensor &found, const HostTensor &expected,
             double tolerance) {
  Type element = expected.type.getElementType();
  if (element.isF32())
    return compare<float>(found, expected, tolerance);
  if (element.isF64())
    return compare<double>(found, expected, tolerance);
  switch (hostElementBytes(element)) {
  case 1:
    return compare<uint8_t>(found, expected, 0);
  case 2:
    return compare<uint16_t>(found, expected, 0);
  case 4:
    return compare<uint32_t>(found, expected, 0);
  default:
    return compare<uint64_t>(found, expected, 0);
  }
}

TEST_F(Evaluator, AgreesWithOnnxRuntime) {
  ASSERT_TRUE(module);
  auto main = module.lookupSymbol<func::FuncOp>("main");
  auto results = cast<func::ReturnOp>(main.front().getTerminator());
  ASSERT_GT(results.getNumOperands(), 400u);
  ConstantEvaluator evaluator;
  for (unsigned i = 0; i < results.getNumOperands(); i += 2) {
    std::string name =
        main.getResultAttrOfType<StringAttr>(i, "onnx.name").str();
    SCOPED_TRACE(name);
    ASSERT_TRUE(evaluator.isConstantExpression(results.getOperand(i)));
    FailureOr<HostTensor> found = evaluator.evaluate(results.getOperand(i));
    FailureOr<HostTensor> expected =
        evaluator.evaluate(results.getOperand(i + 1));
    ASSERT_TRUE(succeeded(found) && succeeded(expected));
    EXPECT_EQ(found->shape(), expected->shape());
    ASSERT_EQ(found->type.getElementType(), expected->type.getElementType());
    ASSERT_EQ(found->bytes.size(), expected->bytes.size());
    compare(*found, *expected, StringRef(name).ends_with("~") ? 1e-6 : 0);
  }
}

// What was evaluated once gives the same again: no kernel may overwrite a
// constant or a value that somebody else still needs.
TEST_F(Evaluator, LeavesConstantsAlone) {
  ASSERT_TRUE(module);
  auto main = module.lookupSymbol<func::FuncOp>("main");
  auto results = cast<func::ReturnOp>(main.front().getTerminator());
  ConstantEvaluator evaluator;
  for (Value value : results.getOperands()) {
    FailureOr<HostTensor> first = evaluator.evaluate(value);
    ASSERT_TRUE(succeeded(first));
    std::string before(first->bytes.begin(), first->bytes.end());
    FailureOr<HostTensor> second = evaluator.evaluate(value);
    ASSERT_TRUE(succeeded(second));
    EXPECT_EQ(before, std::string(second->bytes.begin(), second->bytes.end()));
    EXPECT_EQ(before, std::string(first->bytes.begin(), first->bytes.end()));
  }
}

} // namespace
