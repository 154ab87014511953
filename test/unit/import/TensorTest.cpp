#include "ImportFixture.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using ::onnx::TensorProto;

namespace {

class Tensors : public ImportFixture {
protected:
  /// y = Identity(w) of one initializer.
  static ::onnx::ModelProto model(const TensorProto &tensor) {
    ::onnx::ModelProto model = emptyModel();
    *model.mutable_graph()->add_initializer() = tensor;
    model.mutable_graph()->mutable_initializer(0)->set_name("w");
    addNode(model, "Identity", {"w"}, {"y"});
    addOutput(model, "y");
    return model;
  }
  static TensorProto tensor(int type, std::initializer_list<int64_t> sizes) {
    TensorProto tensor;
    tensor.set_data_type(type);
    for (int64_t size : sizes)
      tensor.add_dims(size);
    return tensor;
  }
  /// The attribute as text.
  std::string valueOf(const TensorProto &tensor) {
    func::FuncOp main = expectMain(model(tensor));
    if (!main)
      return "";
    std::string text;
    llvm::raw_string_ostream(text) << main.front().front().getAttr("value");
    return text;
  }
};

TEST_F(Tensors, ReadTypedFields) {
  TensorProto t = tensor(TensorProto::FLOAT, {2});
  t.add_float_data(1.5f);
  t.add_float_data(-2.0f);
  EXPECT_EQ(valueOf(t), "dense<[1.500000e+00, -2.000000e+00]> : tensor<2xf32>");
  t = tensor(TensorProto::DOUBLE, {});
  t.add_double_data(0.25);
  EXPECT_EQ(valueOf(t), "dense<2.500000e-01> : tensor<f64>");
  t = tensor(TensorProto::INT64, {1, 2});
  t.add_int64_data(INT64_MIN);
  t.add_int64_data(7);
  EXPECT_EQ(valueOf(t), "dense<[[-9223372036854775808, 7]]> : tensor<1x2xi64>");
  t = tensor(TensorProto::UINT64, {1});
  t.add_uint64_data(UINT64_MAX);
  EXPECT_EQ(valueOf(t), "dense<18446744073709551615> : tensor<1xui64>");
  t = tensor(TensorProto::UINT32, {1});
  t.add_uint64_data(UINT32_MAX);
  EXPECT_EQ(valueOf(t), "dense<4294967295> : tensor<1xui32>");
  // Narrow types stand in int32_data, halves as their bits.
  const std::pair<int, const char *> narrow[] = {
      {TensorProto::INT32, "dense<[15360, -1]> : tensor<2xi32>"},
      {TensorProto::INT16, "dense<[15360, -1]> : tensor<2xi16>"},
      {TensorProto::UINT16, "dense<[15360, 65535]> : tensor<2xui16>"},
      {TensorProto::INT8, "dense<[0, -1]> : tensor<2xi8>"},
      {TensorProto::UINT8, "dense<[0, 255]> : tensor<2xui8>"},
      {TensorProto::BOOL, "dense<true> : tensor<2xi1>"},
      {TensorProto::FLOAT16, "dense<[1.000000e+00, 0xFFFF]> : tensor<2xf16>"},
      {TensorProto::BFLOAT16,
       "dense<[7.812500e-03, 0xFFFF]> : tensor<2xbf16>"}};
  for (auto [type, expected] : narrow) {
    t = tensor(type, {2});
    t.add_int32_data(0x3c00);
    t.add_int32_data(-1);
    EXPECT_EQ(valueOf(t), expected);
  }
}

TEST_F(Tensors, RefuseWrongSizes) {
  TensorProto t = tensor(TensorProto::FLOAT, {3});
  t.add_float_data(1);
  expectError(model(t), "initializer 'w': shape [3] needs 3 elements, "
                        "float_data has 1");
  t = tensor(TensorProto::INT8, {int64_t(1) << 40});
  expectError(model(t), "needs 1099511627776 elements, int32_data has 0");
  t.set_raw_data("12345");
  expectError(model(t), "needs 1099511627776 bytes, raw_data has 5");
  t = tensor(TensorProto::DOUBLE, {int64_t(1) << 61, 2});
  expectError(model(t), "has more elements than a tensor can have");
  t = tensor(TensorProto::FLOAT, {2, -1});
  expectError(model(t), "shape [2, -1] has a negative size");
  t = tensor(TensorProto::FLOAT, {1});
  t.mutable_segment()->set_begin(0);
  expectError(model(t), "is stored in segments");
}

// Two codes of 4 bits or four of 2 a byte, low bits first, in raw_data or one
// byte in each of int32_data; the last byte may be filled up.
TEST_F(Tensors, PackedIntegers) {
  TensorProto t = tensor(TensorProto::INT4, {3});
  t.set_raw_data(std::string("\x81\x07", 2));
  EXPECT_EQ(valueOf(t), "dense<[1, -8, 7]> : tensor<3xi4>");
  t.set_data_type(TensorProto::UINT4);
  EXPECT_EQ(valueOf(t), "dense<[1, 8, 7]> : tensor<3xui4>");
  t = tensor(TensorProto::INT2, {5});
  t.add_int32_data(0xe4);
  t.add_int32_data(3);
  EXPECT_EQ(valueOf(t), "dense<[0, 1, -2, -1, -1]> : tensor<5xi2>");
  t.set_data_type(TensorProto::UINT2);
  EXPECT_EQ(valueOf(t), "dense<[0, 1, 2, 3, 3]> : tensor<5xui2>");
  t.add_int32_data(0);
  expectError(model(t), "shape [5] needs 2 bytes, int32_data has 3");
}

TEST_F(Tensors, NameTypesThatAreNotRead) {
  for (auto [type, name] : {std::pair(TensorProto::FLOAT6E2M3, "float6e2m3"),
                            std::pair(TensorProto::STRING, "string"),
                            std::pair(TensorProto::COMPLEX64, "complex64")})
    expectError(model(tensor(type, {1})),
                std::string("initializer 'w': element type ") + name +
                    " is not supported");
  expectError(model(tensor(0, {1})),
              "element type number 0 is not one of ONNX");
  expectError(model(tensor(999, {1})), "element type number 999");
}

TEST_F(Tensors, EmptyOnesHaveNoBytes) {
  EXPECT_EQ(valueOf(tensor(TensorProto::FLOAT, {0, 3})),
            "dense<> : tensor<0x3xf32>");
}

// Up to 64 elements are copied, more point into the mapping, which outlives
// the module.
TEST_F(Tensors, LargeOnesStayInTheFile) {
  for (int64_t size : {64, 65}) {
    ::onnx::ModelProto model = emptyModel();
    addInitializer(model, "w", {size});
    addNode(model, "Identity", {"w"}, {"y"});
    addOutput(model, "y");
    func::FuncOp main = expectMain(model);
    ASSERT_TRUE(main);
    Attribute value = main.front().front().getAttr("value");
    auto resource = dyn_cast<DenseResourceElementsAttr>(value);
    ASSERT_EQ(static_cast<bool>(resource), size == 65);
    if (!resource)
      continue;
    module = {};
    float last;
    ArrayRef<char> bytes = resource.getData();
    ASSERT_EQ(bytes.size(), 65 * sizeof(float));
    std::memcpy(&last, bytes.data() + 64 * sizeof(float), sizeof(float));
    EXPECT_EQ(last, 64.0f);
  }
}

TEST_F(Tensors, ConstantNodesTakeNumbers) {
  ::onnx::ModelProto model = emptyModel();
  auto add = [&](const char *name, auto set) {
    auto *node = addNode(model, "Constant", {}, {name});
    auto *attribute = node->add_attribute();
    attribute->set_name(name);
    set(attribute);
    addOutput(model, name);
  };
  using Attr = ::onnx::AttributeProto;
  add("value_int", [](Attr *a) { a->set_type(Attr::INT), a->set_i(3); });
  add("value_float", [](Attr *a) { a->set_type(Attr::FLOAT), a->set_f(.5f); });
  add("value_ints", [](Attr *a) { a->set_type(Attr::INTS), a->add_ints(-1); });
  add("value_floats", [](Attr *a) { a->set_type(Attr::FLOATS); });
  func::FuncOp main = expectMain(model);
  ASSERT_TRUE(main);
  std::string text;
  for (Operation &op : main.front().without_terminator())
    llvm::raw_string_ostream(text) << op.getAttr("value") << "; ";
  EXPECT_EQ(text, "dense<3> : tensor<i64>; dense<5.000000e-01> : tensor<f32>; "
                  "dense<-1> : tensor<1xi64>; dense<> : tensor<0xf32>; ");
  auto *attribute =
      model.mutable_graph()->mutable_node(0)->mutable_attribute(0);
  attribute->set_name("value_string");
  attribute->set_type(Attr::STRING);
  expectError(model, "Constant with attribute 'value_string' of type STRING is "
                     "not supported");
}

} // namespace
