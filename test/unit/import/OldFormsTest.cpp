#include "ImportFixture.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

namespace {

class OldForms : public ImportFixture {};

AttributeProto *addInt(ModelProto &model, const char *name, int64_t value) {
  auto *nodes = model.mutable_graph()->mutable_node();
  AttributeProto *attribute = nodes->rbegin()->add_attribute();
  attribute->set_name(name);
  attribute->set_type(AttributeProto::INT);
  attribute->set_i(value);
  return attribute;
}

/// y = op(x), x being [n1, 4, 3].
ModelProto softmaxModel(const char *op, int64_t opset) {
  ModelProto model = emptyModel();
  model.mutable_opset_import(0)->set_version(opset);
  addInput(model, "x", {-1, 4, 3});
  addNode(model, op, {"x"}, {"y"});
  addOutput(model, "y");
  return model;
}

TEST_F(OldForms, SoftmaxFlattens) {
  for (std::string op : {"Softmax", "LogSoftmax", "Hardmax"}) {
    ModelProto model = softmaxModel(op.c_str(), 12);
    func::FuncOp main = expectMain(model);
    ASSERT_TRUE(main);
    EXPECT_EQ(bodyOf(main), "onnx.Flatten onnx." + op +
                                " onnx.Shape onnx.Reshape func.return");
    // The last axis alone is what it is today.
    AttributeProto *axis = addInt(model, "axis", -1);
    main = expectMain(model);
    ASSERT_TRUE(main);
    EXPECT_EQ(bodyOf(main), "onnx." + op + " func.return");
    axis->set_i(3);
    expectError(model, op + " has axis 3, expected one in [-3, 2]");
    model = softmaxModel(op.c_str(), 13);
    main = expectMain(model);
    ASSERT_TRUE(main);
    EXPECT_EQ(bodyOf(main), "onnx." + op + " func.return");
  }
}

/// GroupNormalization of [n1, 8, 3] in two groups, with scales of `size`.
ModelProto groupModel(int64_t size, int64_t opset) {
  ModelProto model = emptyModel();
  model.mutable_opset_import(0)->set_version(opset);
  addInput(model, "x", {-1, 8, 3});
  addInitializer(model, "s", {size});
  addNode(model, "GroupNormalization", {"x", "s", "s"}, {"y"});
  addInt(model, "num_groups", 2);
  addOutput(model, "y");
  return model;
}

TEST_F(OldForms, GroupNormalizationScalesGroups) {
  func::FuncOp main = expectMain(groupModel(2, 18));
  ASSERT_TRUE(main);
  EXPECT_NE(bodyOf(main).find("onnx.Expand"), std::string::npos);
  // As many channels as groups are no reason to read it otherwise.
  expectError(groupModel(8, 18),
              "GroupNormalization of opset 18 has operand 1 of type "
              "'tensor<8xf32>', expected an element for each of 2 groups");
  main = expectMain(groupModel(8, 21));
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main).find("onnx.Expand"), std::string::npos);
  expectError(groupModel(2, 21), "operand 1 has type 'tensor<2xf32>', expected "
                                 "a vector of floats with an element for each "
                                 "of the channels, 8");
}

/// DequantizeLinear of [n1, 4] by scales of `sizes`.
ModelProto dequantizeModel(std::initializer_list<int64_t> sizes,
                           int64_t opset) {
  ModelProto model = emptyModel();
  model.mutable_opset_import(0)->set_version(opset);
  addInput(model, "x", {-1, 4}, TensorProto::INT8);
  addInitializer(model, "s", sizes);
  addNode(model, "DequantizeLinear", {"x", "s"}, {"y"});
  addOutput(model, "y");
  return model;
}

TEST_F(OldForms, QuantisationHasOneScale) {
  EXPECT_TRUE(expectMain(dequantizeModel({}, 10)));
  EXPECT_TRUE(expectMain(dequantizeModel({4}, 13)));
  expectError(dequantizeModel({4}, 12),
              "DequantizeLinear of opset 12 has operand 1 of type "
              "'tensor<4xf32>', expected one element, scales of an axis came "
              "with opset 13");
  ModelProto model = dequantizeModel({}, 12);
  addInt(model, "axis", 1);
  expectError(model, "DequantizeLinear has no attribute 'axis' in opset 12, it "
                     "came with opset 13");
  model.mutable_opset_import(0)->set_version(13);
  EXPECT_TRUE(expectMain(model));
  addInt(model, "block_size", 0);
  expectError(model, "DequantizeLinear has no attribute 'block_size' in opset "
                     "13, it came with opset 21");
}

/// Resize of [n1, 4] by scales of the run.
ModelProto resizeModel(const char *mode, int64_t opset) {
  ModelProto model = emptyModel();
  model.mutable_opset_import(0)->set_version(opset);
  addInput(model, "x", {-1, 4});
  addInput(model, "s", {2});
  if (opset == 10)
    addNode(model, "Resize", {"x", "s"}, {"y"});
  else
    addNode(model, "Resize", {"x", "", "s"}, {"y"});
  AttributeProto *attribute = addInt(model, "mode", 0);
  attribute->set_type(AttributeProto::STRING);
  attribute->set_s(mode);
  addOutput(model, "y");
  return model;
}

TEST_F(OldForms, ResizeOfScalesRoundsBothWays) {
  func::FuncOp main = expectMain(resizeModel("nearest", 10));
  ASSERT_TRUE(main);
  EXPECT_EQ(bodyOf(main), "onnx.None onnx.Constant onnx.Min onnx.Resize "
                          "onnx.Constant onnx.Max onnx.Resize func.return");
  for (int64_t opset : {10, 13}) {
    main = expectMain(resizeModel("linear", opset));
    ASSERT_TRUE(main);
    EXPECT_EQ(bodyOf(main), "onnx.None onnx.Resize func.return");
  }
  ModelProto model = resizeModel("linear", 13);
  addInt(model, "antialias", 1);
  expectError(model, "Resize has no attribute 'antialias' in opset 13, it came "
                     "with opset 18");
}

} // namespace
