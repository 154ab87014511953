#include "ImportFixture.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::ModelProto;

namespace {

class Functions : public ImportFixture {};

FunctionProto *addFunction(ModelProto &model, const char *name, Names inputs,
                           Names outputs) {
  FunctionProto *function = model.add_functions();
  function->set_domain("f");
  function->set_name(name);
  for (const char *input : inputs)
    function->add_input(input);
  for (const char *output : outputs)
    function->add_output(output);
  auto *opset = function->add_opset_import();
  opset->set_domain("");
  opset->set_version(20);
  return function;
}

::onnx::NodeProto *addCall(::onnx::NodeProto *node) {
  node->set_domain("f");
  return node;
}

/// y = f::Outer(x).
ModelProto callModel() {
  ModelProto model = emptyModel();
  addOpset(model, "f", 1);
  addInput(model, "x", {-1, 4});
  addCall(addNode(model, "Outer", {"x"}, {"y"}))->set_name("call");
  addOutput(model, "y");
  return model;
}

TEST_F(Functions, AreInlined) {
  ModelProto model = callModel();
  auto *outer = addFunction(model, "Outer", {"a"}, {"r"});
  addCall(addNode(outer->mutable_node(), "Inner", {"a"}, {"b"}));
  addCall(addNode(outer->mutable_node(), "Inner", {"b"}, {"r"}));
  auto *inner = addFunction(model, "Inner", {"a"}, {"r"});
  addNode(inner->mutable_node(), "Neg", {"a"}, {"b"});
  addNode(inner->mutable_node(), "Abs", {"b"}, {"r"});
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main), "onnx.Neg onnx.Abs onnx.Neg onnx.Abs func.return");
  EXPECT_EQ(cast<NameLoc>(main.front().front().getLoc()).getName(), "call/b/b");
}

TEST_F(Functions, PassAttributes) {
  ModelProto model = callModel();
  auto *outer = addFunction(model, "Outer", {"a"}, {"r"});
  auto *byDefault = outer->add_attribute_proto();
  byDefault->set_name("at");
  byDefault->set_type(AttributeProto::INT);
  byDefault->set_i(2);
  outer->add_attribute("unset");
  auto refer = [](::onnx::NodeProto *node, const char *name, const char *to) {
    auto *attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_ref_attr_name(to);
    attribute->set_type(AttributeProto::INT);
  };
  auto *call = addCall(addNode(outer->mutable_node(), "Inner", {"a"}, {"r"}));
  refer(call, "axis", "at");
  auto *inner = addFunction(model, "Inner", {"a"}, {"r"});
  inner->add_attribute("axis");
  inner->add_attribute("unset");
  refer(addNode(inner->mutable_node(), "Flatten", {"a"}, {"b"}), "axis",
        "unset");
  refer(addNode(inner->mutable_node(), "Flatten", {"b"}, {"r"}), "axis",
        "axis");
  auto axisOf = [](Operation &op) {
    auto axis = op.getAttrOfType<IntegerAttr>("axis");
    return axis ? axis.getInt() : -99;
  };
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(axisOf(main.front().front()), -99);
  EXPECT_EQ(axisOf(*main.front().front().getNextNode()), 2);
  // The call's own value wins over the default.
  auto *own = model.mutable_graph()->mutable_node(0)->add_attribute();
  own->set_name("at");
  own->set_type(AttributeProto::INT);
  own->set_i(0);
  main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(axisOf(*main.front().front().getNextNode()), 0);
  own->set_name("other");
  expectError(model, "function f::Outer has no attribute 'other'");
}

TEST_F(Functions, MayLackOperands) {
  ModelProto model = callModel();
  auto *outer = addFunction(model, "Outer", {"a", "low", "high"}, {"r", "s"});
  addNode(outer->mutable_node(), "Clip", {"a", "low", "high"}, {"r"});
  addNode(outer->mutable_node(), "Abs", {"a"}, {"s"});
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main), "onnx.None onnx.Clip onnx.Abs func.return");
  model.mutable_functions(0)->clear_input();
  expectError(model, "function f::Outer has 0 inputs and 2 outputs, but is "
                     "called with 1 and 1");
}

TEST_F(Functions, DoNotSeeTheGraph) {
  ModelProto model = callModel();
  addInitializer(model, "w", {4});
  auto *outer = addFunction(model, "Outer", {"a"}, {"r"});
  addNode(outer->mutable_node(), "Add", {"a", "w"}, {"r"});
  expectError(model, "input 'w' is neither");
  outer->mutable_node(0)->set_input(1, "a");
  outer->set_output(0, "w");
  expectError(model, "function f::Outer does not define 'w'");
}

TEST_F(Functions, MayNotRecurse) {
  ModelProto model = callModel();
  auto *outer = addFunction(model, "Outer", {"a"}, {"r"});
  addCall(addNode(outer->mutable_node(), "Inner", {"a"}, {"r"}));
  auto *inner = addFunction(model, "Inner", {"a"}, {"r"});
  addCall(addNode(inner->mutable_node(), "Outer", {"a"}, {"r"}));
  expectError(model, "function f::Outer calls itself");
}

TEST_F(Functions, MayNotExplode) {
  // Each of 30 functions calls the next one twice.
  ModelProto model = callModel();
  for (int i = 0; i < 30; ++i) {
    std::string name = i == 0 ? "Outer" : "F" + std::to_string(i);
    std::string next = "F" + std::to_string(i + 1);
    auto *function = addFunction(model, name.c_str(), {"a"}, {"r"});
    addCall(addNode(function->mutable_node(), next.c_str(), {"a"}, {"b"}));
    addCall(addNode(function->mutable_node(), next.c_str(), {"b"}, {"r"}));
  }
  addFunction(model, "F30", {"a"}, {"a"});
  expectError(model, "inlining functions makes more than 1048576 nodes");
}

TEST_F(Functions, MayNotNestWithoutEnd) {
  auto chain = [](int count) {
    ModelProto model = callModel();
    for (int i = 0; i < count; ++i) {
      std::string name = i == 0 ? "Outer" : "F" + std::to_string(i);
      auto *function = addFunction(model, name.c_str(), {"a"}, {"r"});
      std::string next = "F" + std::to_string(i + 1);
      auto *node = addNode(function->mutable_node(),
                           i + 1 == count ? "Abs" : next.c_str(), {"a"}, {"r"});
      if (i + 1 != count)
        addCall(node);
    }
    return model;
  };
  EXPECT_TRUE(expectMain(chain(100)));
  expectError(chain(101), "functions are nested deeper than 100");
}

TEST_F(Functions, AreDefinedOnce) {
  ModelProto model = callModel();
  addFunction(model, "Outer", {"a"}, {"a"});
  EXPECT_TRUE(expectMain(model));
  addFunction(model, "Outer", {"a"}, {"a"});
  expectError(model, "function f::Outer is defined twice");
  model.mutable_functions(1)->set_overload("o");
  EXPECT_TRUE(expectMain(model));
}

} // namespace
