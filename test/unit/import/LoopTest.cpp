#include "ImportFixture.h"

#include "dialects/Onnx/IR/OnnxControl.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

namespace {

GraphProto *addGraph(NodeProto *node, const char *name) {
  AttributeProto *attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(AttributeProto::GRAPH);
  return attribute->mutable_g();
}

void addInts(NodeProto *node, const char *name,
             std::initializer_list<int64_t> values) {
  AttributeProto *attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(AttributeProto::INTS);
  for (int64_t value : values)
    attribute->add_ints(value);
}

class Loops : public ImportFixture {
protected:
  /// y, z = Loop(n, c, x) {t = Concat(s, x); go = Identity(c); yields t, x}.
  Loops() : model(emptyModel()) {
    addInput(model, "n", {}, TensorProto::INT64);
    addInput(model, "c", {}, TensorProto::BOOL);
    addInput(model, "x", {2, 4});
    loop = addNode(model, "Loop", {"n", "c", "x"}, {"y", "z"});
    loop->set_name("loop");
    body = addGraph(loop, "body");
    setType(body->add_input(), "i", {}, TensorProto::INT64);
    setType(body->add_input(), "d", {}, TensorProto::BOOL);
    setType(body->add_input(), "s", {-1, 4});
    NodeProto *join =
        addNode(body->mutable_node(), "Concat", {"s", "x"}, {"t"});
    AttributeProto *axis = join->add_attribute();
    axis->set_name("axis");
    axis->set_type(AttributeProto::INT);
    axis->set_i(0);
    addNode(body->mutable_node(), "Identity", {"d"}, {"go"});
    addNode(body->mutable_node(), "Identity", {"x"}, {"e"});
    for (const char *output : {"go", "t", "e"})
      body->add_output()->set_name(output);
    addOutput(model, "y");
    addOutput(model, "z");
  }

  SmallVector<Type> resultTypes() {
    SmallVector<Type> types;
    if (func::FuncOp main = expectMain(model))
      main.walk([&](bitnet::onnx::LoopOp op) {
        llvm::append_range(types, op.getResultTypes());
      });
    return types;
  }
  Type type(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, Float32Type::get(&context));
  }

  ModelProto model;
  NodeProto *loop;
  GraphProto *body;
};

constexpr int64_t kDynamic = ShapedType::kDynamic;

TEST_F(Loops, SizesThatChangeAreDynamic) {
  EXPECT_EQ(resultTypes(),
            (SmallVector<Type>{type({kDynamic, 4}), type({kDynamic, 2, 4})}));
}

TEST_F(Loops, OfKnownLengthGiveAsManyElements) {
  TensorProto *trips = model.mutable_graph()->add_initializer();
  trips->set_name("five");
  trips->set_data_type(TensorProto::INT64);
  trips->add_int64_data(5);
  loop->set_input(0, "five");
  EXPECT_EQ(resultTypes().back(), type({kDynamic, 2, 4}));
  // Without a condition, that is.
  loop->set_input(1, "");
  EXPECT_EQ(resultTypes().back(), type({5, 2, 4}));
}

TEST_F(Loops, SeeWhatIsAroundThem) {
  addInitializer(model, "w", {2, 4});
  body->mutable_node(2)->set_input(0, "w");
  EXPECT_TRUE(expectMain(model));
}

TEST_F(Loops, MayNotHideOuterNames) {
  body->mutable_input(2)->set_name("x");
  expectError(model, "the body of Loop defines value 'x', which is defined "
                     "outside of it");
  body->mutable_input(2)->set_name("i");
  expectError(model, "the body of Loop has two inputs 'i'");
}

TEST_F(Loops, HaveGraphsThatFit) {
  loop->add_input("x");
  expectError(model, "the body of Loop has 3 inputs and 3 outputs, which does "
                     "not go with the loop's 4 and 2");
  loop->mutable_input()->RemoveLast();
  loop->add_output("more");
  expectError(model, "the loop's 3 and 3");
  loop->clear_input();
  expectError(model, "Loop has 0 inputs and 1 attributes, expected at least 2 "
                     "and 1");
  loop->clear_attribute();
  expectError(model, "Loop has no graph 'body'");
}

TEST_F(Loops, CarryOneRankAndElementType) {
  NodeProto *change = body->mutable_node(0);
  change->set_op_type("Shape");
  change->clear_attribute();
  change->mutable_input()->RemoveLast();
  expectError(model, "a loop carries 'tensor<2x4xf32>', but gives "
                     "'tensor<2xi64>' as value #0 for the next iteration, "
                     "expected one element type and rank");
}

TEST_F(Loops, CarryTensors) {
  body->mutable_input(2)->clear_type();
  body->mutable_input(2)->mutable_type()->mutable_sequence_type();
  expectError(model, "input 's' of a graph in a node is not a tensor");
  body->mutable_input(2)->clear_type();
  setType(body->mutable_input(2), "s", {-1, 4}, TensorProto::INT64);
  expectError(model, "input 's' of a graph in a node gets 'tensor<2x4xf32>', "
                     "expected elements of type 'i64'");
  loop->set_input(2, "");
  expectError(model, "input #2 of Loop is absent, expected a tensor");
}

TEST_F(Loops, CountByOneNumber) {
  loop->set_input(0, "x");
  expectError(model, "the trip count of Loop has type 'tensor<2x4xf32>', "
                     "expected one int64");
  loop->set_input(0, "n");
  loop->set_input(1, "x");
  expectError(model, "the condition of Loop has type 'tensor<2x4xf32>', "
                     "expected one bool");
  loop->set_input(1, "c");
  body->mutable_output(0)->set_name("t");
  expectError(model, "the body's condition of Loop has type");
}

class Scans : public ImportFixture {
protected:
  /// h, y = Scan(h0, x) {n = Add(h, e)}: y stacks n.
  Scans() : model(emptyModel()) {
    addInput(model, "h0", {4});
    addInput(model, "x", {3, -1, 4});
    scan = addNode(model, "Scan", {"h0", "x"}, {"h1", "y"});
    AttributeProto *count = scan->add_attribute();
    count->set_name("num_scan_inputs");
    count->set_type(AttributeProto::INT);
    count->set_i(1);
    body = addGraph(scan, "body");
    setType(body->add_input(), "h", {4});
    setType(body->add_input(), "e", {3, 4});
    addNode(body->mutable_node(), "ReduceMax", {"e"}, {"m"});
    addNode(body->mutable_node(), "Add", {"h", "m"}, {"n"});
    addNode(body->mutable_node(), "Mul", {"e", "m"}, {"o"});
    addNode(body->mutable_node(), "Squeeze", {"n"}, {"n1"});
    for (const char *output : {"n1", "o"})
      body->add_output()->set_name(output);
    addOutput(model, "y");
  }

  ModelProto model;
  NodeProto *scan;
  GraphProto *body;
};

TEST_F(Scans, AreLoops) {
  // Squeeze of [1, 4] to [4].
  addInts(scan, "scan_input_axes", {1});
  addInts(scan, "scan_output_axes", {-1});
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_NE(bodyOf(main).find("onnx.Loop onnx.Transpose"), std::string::npos)
      << bodyOf(main);
}

TEST_F(Scans, OfOldOperatorSetsAreRefused) {
  model.mutable_opset_import(0)->set_version(8);
  expectError(model, "Scan has a form in opset 8 that is not supported, "
                     "expected opset 9 to ");
}

TEST_F(Scans, HaveAttributesThatFit) {
  addInts(scan, "scan_input_axes", {3});
  expectError(model,
              "Scan has 3 among its input axes, expected one in [-3, 2]");
  scan->mutable_attribute(2)->set_ints(0, 1);
  scan->mutable_attribute(2)->add_ints(1);
  expectError(model, "Scan has 2 input axes, expected 1");
  scan->mutable_attribute()->RemoveLast();
  addInts(scan, "scan_input_directions", {2});
  expectError(model,
              "Scan has 2 among its input directions, expected one in [0, 1]");
  scan->mutable_attribute()->RemoveLast();
  addInts(scan, "axes", {2});
  expectError(model, "Scan has no attribute 'axes' of this type");
  scan->mutable_attribute()->RemoveLast();
  scan->mutable_attribute(0)->set_i(3);
  expectError(model, "Scan has 2 inputs, of which num_scan_inputs = 3 are "
                     "scanned, expected 1 to 2");
}

class UnknownBranches : public ImportFixture {};

TEST_F(UnknownBranches, GiveWhatBothKnow) {
  // y = If(c) {t = Concat(x, x)} {e = Neg(x)}
  ModelProto model = emptyModel();
  addInput(model, "c", {1}, TensorProto::BOOL);
  addInput(model, "x", {2, 4});
  NodeProto *node = addNode(model, "If", {"c"}, {"y"});
  GraphProto *ifTrue = addGraph(node, "then_branch");
  NodeProto *join =
      addNode(ifTrue->mutable_node(), "Concat", {"x", "x"}, {"t"});
  AttributeProto *axis = join->add_attribute();
  axis->set_name("axis");
  axis->set_type(AttributeProto::INT);
  axis->set_i(1);
  ifTrue->add_output()->set_name("t");
  GraphProto *ifFalse = addGraph(node, "else_branch");
  addNode(ifFalse->mutable_node(), "Neg", {"x"}, {"e"});
  ifFalse->add_output()->set_name("e");
  addOutput(model, "y");
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  EXPECT_EQ(main.getResultTypes()[0],
            RankedTensorType::get({2, kDynamic}, Float32Type::get(&context)));
  ifFalse->mutable_node(0)->set_op_type("Shape");
  expectError(model, "the branches of If give 'tensor<2x8xf32>' and "
                     "'tensor<2xi64>' as output 't', expected one element type "
                     "and rank");
}

} // namespace
