#include "dialects/Onnx/Transforms/OpEmitter.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

class OpEmitterTest : public testing::Test {
protected:
  OpEmitterTest()
      : builder(&context), loc(builder.getUnknownLoc()),
        module(ModuleOp::create(loc)) {
    context.loadDialect<OnnxDialect>();
    builder.setInsertionPointToEnd(module->getBody());
  }

  MLIRContext context;
  OpBuilder builder;
  Location loc;
  OwningOpRef<ModuleOp> module;
};

TEST_F(OpEmitterTest, MakesAllResults) {
  OpEmitter emit(builder, loc);
  Value x = emit.constant(DenseElementsAttr::get(
      RankedTensorType::get({2, 4}, builder.getF32Type()), 1.0f));
  EXPECT_EQ(emit.makeAll("Split", x, 2, emit.attr("axis", 1)).size(), 2u);
  EXPECT_EQ(emit.makeAll("DynamicQuantizeLinear", x, 3).size(), 3u);
}

// An operand that does not fit is an error, and no reason for the caller to
// find fewer results than it asked for.
TEST_F(OpEmitterTest, MakesAllResultsOfWhatDoesNotFit) {
  int errors = 0;
  ScopedDiagnosticHandler watch(&context, [&](Diagnostic &) {
    ++errors;
    return success();
  });
  OpEmitter emit(builder, loc);
  Value x = emit.ints({1, 2, 3});
  EXPECT_EQ(emit.makeAll("Attention", {x, x, x}, 3).size(), 3u);
  EXPECT_EQ(emit.makeAll("DynamicQuantizeLinear", x, 3).size(), 3u);
  EXPECT_EQ(errors, 2);
  // What is made of placeholders is a placeholder again.
  EXPECT_TRUE(emit.splitHeads(x, 4));
  EXPECT_TRUE(emit.joinHeads(x));
}

} // namespace
