#include "ImportFixture.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::ModelProto;
using ::onnx::TensorProto;

namespace {

class Graph : public ImportFixture {};

std::string text(Attribute attr) {
  std::string text;
  llvm::raw_string_ostream(text) << attr;
  return text;
}

TEST_F(Graph, KeepsNamesDimsAndOpset) {
  ModelProto model = absModel();
  model.set_producer_name("p");
  model.set_producer_version("1.2");
  setType(model.mutable_graph()->mutable_output(0), "y", {-7, 4});
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(text(main.getArgAttrDict(0)),
            "{onnx.dims = [\"n1\", \"\"], onnx.name = \"x\"}");
  EXPECT_EQ(text(main.getResultAttrDict(0)),
            "{onnx.dims = [\"n7\", \"\"], onnx.name = \"y\"}");
  EXPECT_EQ(text((*module)->getAttrDictionary()),
            "{onnx.ir_version = 10 : i64, onnx.opset = 20 : i64, "
            "onnx.producer = \"p 1.2\"}");
  auto name = dyn_cast<NameLoc>(main.front().front().getLoc());
  ASSERT_TRUE(name);
  EXPECT_EQ(name.getName(), "y");
  EXPECT_EQ(cast<FileLineColLoc>(name.getChildLoc()).getLine(), 0u);
}

// A static declaration of what inference leaves open is no name.
TEST_F(Graph, TrustsInference) {
  ModelProto model = absModel();
  setType(model.mutable_graph()->mutable_output(0), "y", {3, 4});
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_TRUE(cast<RankedTensorType>(main.getResultTypes()[0]).isDynamicDim(0));
  setType(model.mutable_graph()->mutable_output(0), "y", {-1, 5});
  model.mutable_graph()->mutable_output(0)->mutable_type()->Clear();
  EXPECT_TRUE(expectMain(model));
}

TEST_F(Graph, RefusesLyingOutputs) {
  ModelProto model = absModel();
  auto *output = model.mutable_graph()->mutable_output(0);
  setType(output, "y", {-1, 4}, TensorProto::FLOAT16);
  expectError(model, "graph output 'y' is 'tensor<?x4xf32>', but is declared "
                     "as 'tensor<?x4xf16>'");
  output->Clear();
  setType(output, "y", {-1, 5});
  expectError(model, "but is declared as 'tensor<?x5xf32>'");
  output->Clear();
  setType(output, "y", {4});
  expectError(model, "but is declared as 'tensor<4xf32>'");
  output->Clear();
  output->set_name("z");
  expectError(model, "graph output 'z' is not defined");
  model.mutable_graph()->clear_output();
  expectError(model, "the graph has no outputs");
}

TEST_F(Graph, OutputsMayBeInputsOrInitializers) {
  ModelProto model = addModel();
  addOutput(model, "x");
  addOutput(model, "w");
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main), "onnx.Constant onnx.Add func.return");
  EXPECT_EQ(main.getNumResults(), 3u);
}

TEST_F(Graph, RefusesTwoOutputsOfOneName) {
  ModelProto model = addModel();
  addOutput(model, "w");
  addOutput(model, "w");
  expectError(model,
              "graph output 'w' is there twice, expected one of each name");
}

TEST_F(Graph, InitializersThatAreInputsAreConstants) {
  ModelProto model = addModel();
  addInput(model, "w", {4});
  addInitializer(model, "unused", {100});
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(main.getNumArguments(), 1u);
  EXPECT_EQ(bodyOf(main), "onnx.Constant onnx.Add func.return");
}

TEST_F(Graph, RefusesBadInputs) {
  ModelProto model = absModel();
  auto *input = model.mutable_graph()->mutable_input(0);
  auto *tensor = input->mutable_type()->mutable_tensor_type();
  tensor->mutable_shape()->mutable_dim(1)->set_dim_value(-3);
  expectError(model, "graph input 'x': axis 1 has the negative size -3");
  tensor->mutable_shape()->mutable_dim(1)->set_dim_value(INT64_MAX);
  tensor->mutable_shape()->add_dim()->set_dim_value(2);
  expectError(model, "has more elements than a tensor can have");
  tensor->clear_shape();
  expectError(model, "graph input 'x': has no shape");
  input->mutable_type()->mutable_sequence_type();
  expectError(model, "graph input 'x': is not a tensor");
  addInput(model, "x", {4});
  expectError(model, "graph input 'x' is defined twice");
}

TEST_F(Graph, RefusesNamesDefinedTwice) {
  ModelProto model = addModel();
  addInitializer(model, "w", {4});
  expectError(model, "initializer 'w' is defined twice");
  model = addModel();
  addNode(model, "Abs", {"x"}, {"w"});
  expectError(model, "value 'w' is defined twice, by node Abs and as an input "
                     "or initializer");
}

TEST_F(Graph, TellsCyclesFromDisorder) {
  ModelProto model = emptyModel();
  addInput(model, "x", {4});
  addNode(model, "Abs", {"b"}, {"y"});
  addNode(model, "Neg", {"x"}, {"b"});
  addOutput(model, "y");
  expectError(model, "node #0 Abs reads 'b' before node #1 Neg defines it");
  model.mutable_graph()->mutable_node(1)->set_input(0, "y");
  expectError(model, "the graph is cyclic: 'y' -> Neg -> Abs -> 'y'");
  model.mutable_graph()->mutable_node(0)->set_input(0, "y");
  expectError(model, "the graph is cyclic: 'y' -> Abs -> 'y'");
}

// Nothing recurses over the graph.
TEST_F(Graph, LongChainsAndCycles) {
  ModelProto model = emptyModel();
  addInput(model, "x", {4});
  constexpr int count = 20000;
  auto name = [](int i) { return "v" + std::to_string(i % count); };
  for (int i = 0; i < count; ++i)
    addNode(model, "Abs", {name(i + 1).c_str()}, {name(i).c_str()});
  addOutput(model, "v0");
  expectError(model, "the graph is cyclic");
}

TEST_F(Graph, AbsentOperandsAreNone) {
  ModelProto model = emptyModel();
  addInput(model, "x", {4});
  addInitializer(model, "max", {});
  addNode(model, "Clip", {"x", "", "max"}, {"y"});
  addNode(model, "Clip", {"y", "", ""}, {"z"});
  addOutput(model, "z");
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main),
            "onnx.None onnx.Constant onnx.Clip onnx.Clip func.return");
  Operation *last = main.front().getTerminator()->getPrevNode();
  EXPECT_EQ(last->getNumOperands(), 1u);
}

TEST_F(Graph, DomainsNameOps) {
  ModelProto model = emptyModel();
  addOpset(model, "com.microsoft", 1);
  addInput(model, "x", {-1, 4});
  addInitializer(model, "w", {4, 2});
  addNode(model, "Abs", {"x"}, {"a"})->set_domain("ai.onnx");
  addNode(model, "FusedMatMul", {"a", "w"}, {"y"})->set_domain("com.microsoft");
  addOutput(model, "y");
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main),
            "onnx.Abs onnx.Constant onnx.ms.FusedMatMul func.return");
}

TEST_F(Graph, NamesUnsupportedOperators) {
  auto expect = [&](const char *op, const char *domain, const char *error) {
    ModelProto model = absModel();
    model.mutable_graph()->mutable_node(0)->set_op_type(op);
    model.mutable_graph()->mutable_node(0)->set_domain(domain);
    model.mutable_graph()->mutable_node(0)->set_name("me");
    expectError(model, error);
  };
  expect("Frobnicate", "",
         "unsupported operator ai.onnx::Frobnicate (opset 20), node #0 'me'");
  expect("Abs", "my.domain", "unsupported operator my.domain::Abs, node #0");
  // Names of ours that are no operators.
  expect("None", "", "unsupported operator ai.onnx::None");
  expect("ms.FusedMatMul", "", "unsupported operator ai.onnx::ms.FusedMatMul");
  expect("", "", "unsupported operator ai.onnx::");
  expect("Attention", "",
         "ai.onnx::Attention does not exist in opset 20, it "
         "came with opset 23");
}

TEST_F(Graph, TakesLayerNormalizationOfOptimisersInAnyOpset) {
  ModelProto model = emptyModel();
  model.mutable_opset_import(0)->set_version(11);
  addInput(model, "x", {-1, 4});
  addInitializer(model, "w", {4});
  addNode(model, "LayerNormalization", {"x", "w"}, {"y"});
  addOutput(model, "y");
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main), "onnx.Constant onnx.LayerNormalization func.return");
}

TEST_F(Graph, ChecksVersions) {
  ModelProto model = absModel();
  auto *opset = model.mutable_opset_import(0);
  for (int64_t version : {6, 28}) {
    opset->set_version(version);
    EXPECT_TRUE(expectMain(model)) << version;
  }
  opset->set_version(0);
  expectError(model, "opset 0 is older than supported, expected 1 to 28");
  opset->set_version(29);
  expectError(model, "opset 29 is newer than supported, expected 1 to 28");
  addOpset(model, "ai.onnx", 20);
  expectError(model, "opset_import has versions 29 and 20 of ai.onnx");
  model = absModel();
  model.set_ir_version(14);
  EXPECT_TRUE(expectMain(model));
  model.set_ir_version(15);
  expectError(model, "IR version 15 is newer than supported");
  model.clear_ir_version();
  expectError(model, "the model has no IR version");
}

TEST_F(Graph, ChecksAttributes) {
  ModelProto model = absModel();
  auto *node = model.mutable_graph()->mutable_node(0);
  node->set_op_type("Flatten");
  auto *axis = node->add_attribute();
  axis->set_name("axis");
  axis->set_type(AttributeProto::INT);
  axis->set_i(1);
  EXPECT_TRUE(expectMain(model));
  axis->set_ref_attr_name("from");
  expectError(model, "attribute 'axis' refers to 'from', an attribute of a "
                     "function, outside of one");
  axis->clear_ref_attr_name();
  axis->set_type(AttributeProto::FLOAT);
  EXPECT_FALSE(importModel(model));
  EXPECT_EQ(errors.size(), 1u);
  axis->set_type(AttributeProto::GRAPH);
  axis->mutable_g();
  expectError(model, "attribute 'axis' is a graph");
  axis->set_type(AttributeProto::INT);
  *node->add_attribute() = *axis;
  expectError(model, "Flatten has attribute 'axis' twice");
  node->mutable_attribute(1)->set_name("axes");
  expectError(model, "Flatten has no attribute 'axes'");
}

TEST_F(Graph, CountsOutputs) {
  ModelProto model = absModel();
  model.mutable_graph()->mutable_node(0)->add_output("z");
  expectError(model, "ai.onnx::Abs has 2 outputs, expected at most 1");
  model.mutable_graph()->mutable_node(0)->set_output(1, "");
  EXPECT_TRUE(expectMain(model));
}

TEST_F(Graph, RefusesSparseInitializers) {
  ModelProto model = absModel();
  model.mutable_graph()->add_sparse_initializer();
  expectError(model, "sparse initializers are not supported");
}

} // namespace
