#include "ImportFixture.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::TensorProto;

namespace {

class Branches : public ImportFixture {
protected:
  /// y = If(c) {then: t = Abs(x)} {else: e = Neg(x)}, of a constant true.
  Branches() : model(emptyModel()) {
    addInput(model, "x", {-1, 4});
    addInitializer(model, "w", {4});
    addNode(model, "Exp", {"x"}, {"before"});
    TensorProto *condition = model.mutable_graph()->add_initializer();
    condition->set_name("c");
    condition->set_data_type(TensorProto::BOOL);
    condition->set_raw_data(std::string(1, 1));
    ::onnx::NodeProto *node = addNode(model, "If", {"c"}, {"y"});
    node->set_name("branch");
    thenGraph = addBranch(node, "then_branch", "Abs", "t");
    addBranch(node, "else_branch", "Neg", "e");
    addOutput(model, "y");
  }

  static GraphProto *addBranch(::onnx::NodeProto *node, const char *name,
                               const char *op, const char *output) {
    AttributeProto *attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(AttributeProto::GRAPH);
    GraphProto *graph = attribute->mutable_g();
    addNode(graph->mutable_node(), op, {"x"}, {output});
    graph->add_output()->set_name(output);
    return graph;
  }

  ModelProto model;
  GraphProto *thenGraph;
};

TEST_F(Branches, AreTakenByTheirCondition) {
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_NE(bodyOf(main).find("onnx.Abs"), std::string::npos);
  EXPECT_EQ(bodyOf(main).find("onnx.Neg"), std::string::npos);
}

TEST_F(Branches, MayNotHideOuterNames) {
  auto rename = [&](const char *name) {
    thenGraph->mutable_node(0)->set_output(0, name);
    thenGraph->mutable_output(0)->set_name(name);
  };
  // An input, a node's output, an initializer that no op was made of yet.
  for (const char *name : {"x", "before", "w"}) {
    rename(name);
    expectError(model, std::string("a branch of If defines value '") + name +
                           "', which is defined outside of it");
  }
  // What the other branch, or a later node, calls so is not visible.
  rename("e");
  EXPECT_TRUE(expectMain(model));
  addNode(model, "Exp", {"x"}, {"later"});
  rename("later");
  EXPECT_TRUE(expectMain(model));
}

TEST_F(Branches, MayNotHideOuterNamesByInitializers) {
  TensorProto *tensor = thenGraph->add_initializer();
  tensor->set_data_type(TensorProto::FLOAT);
  tensor->set_raw_data(std::string(4, 0));
  tensor->set_name("before");
  expectError(model, "a branch of If defines value 'before', which is defined "
                     "outside of it");
  tensor->set_name("own");
  EXPECT_TRUE(expectMain(model));
}

TEST_F(Branches, MayNotHideNamesOfBranchesAround) {
  // then: {t = Abs(x); If(c) {x2 = Exp(t)}}
  ::onnx::NodeProto *inner =
      addNode(thenGraph->mutable_node(), "If", {"c"}, {"i"});
  GraphProto *nested = addBranch(inner, "then_branch", "Exp", "n");
  addBranch(inner, "else_branch", "Exp", "n");
  nested->mutable_node(0)->set_input(0, "t");
  thenGraph->mutable_output(0)->set_name("i");
  EXPECT_TRUE(expectMain(model));
  nested->mutable_node(0)->set_input(0, "x");
  nested->mutable_node(0)->set_output(0, "t");
  nested->mutable_output(0)->set_name("t");
  expectError(model, "a branch of If defines value 't'");
}

TEST_F(Branches, AreWhatTheyDeclare) {
  setType(thenGraph->mutable_output(0), "t", {-1, 4});
  EXPECT_TRUE(expectMain(model));
  thenGraph->mutable_output(0)->clear_type();
  setType(thenGraph->mutable_output(0), "t", {-1, 5});
  expectError(model, "branch output 't' is 'tensor<?x4xf32>', but is declared "
                     "as 'tensor<?x5xf32>'");
  thenGraph->mutable_output(0)->clear_type();
  setType(thenGraph->mutable_output(0), "t", {-1, 4}, TensorProto::INT64);
  expectError(model, "branch output 't' is 'tensor<?x4xf32>', but is declared "
                     "as 'tensor<?x4xi64>'");
}

} // namespace
