#include "compiler/Import/WireReader.h"

#include "ImportFixture.h"

using namespace mlir;
using bitnet::RawDataRange;
using bitnet::readSkeleton;

namespace {

class WireReader : public ImportFixture {
protected:
  /// The skeleton of `bytes`, or what is wrong with them.
  static std::string skeletonOf(llvm::StringRef bytes, bool &isGood) {
    llvm::Expected<std::string> skeleton = readSkeleton(
        {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
    isGood = static_cast<bool>(skeleton);
    return isGood ? *skeleton : llvm::toString(skeleton.takeError());
  }
  static std::string errorOf(llvm::StringRef bytes) {
    bool isGood;
    std::string text = skeletonOf(bytes, isGood);
    return isGood ? "" : text;
  }
};

/// `count` messages within one another, each the graph of a graph attribute.
std::string nested(unsigned pairs) {
  ::onnx::GraphProto graph;
  for (unsigned i = 0; i < pairs; ++i) {
    ::onnx::GraphProto outer;
    auto *attribute = outer.add_node()->add_attribute();
    attribute->set_name("body");
    attribute->mutable_g()->Swap(&graph);
    graph.Swap(&outer);
  }
  ::onnx::ModelProto model;
  model.mutable_graph()->Swap(&graph);
  return model.SerializeAsString();
}

TEST_F(WireReader, LeavesRawDataInPlace) {
  ::onnx::ModelProto model = addModel();
  std::string bytes = model.SerializeAsString();
  bool isGood;
  std::string skeleton = skeletonOf(bytes, isGood);
  ASSERT_TRUE(isGood) << skeleton;
  ::onnx::ModelProto parsed;
  ASSERT_TRUE(parsed.ParseFromString(skeleton));
  auto range = RawDataRange::decode(parsed.graph().initializer(0).raw_data());
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(bytes.substr(range->offset, range->size),
            model.graph().initializer(0).raw_data());
  // Everything else is as it was.
  parsed.mutable_graph()->mutable_initializer(0)->set_raw_data(
      model.graph().initializer(0).raw_data());
  EXPECT_EQ(parsed.SerializeAsString(), bytes);
}

TEST_F(WireReader, DropsWhatNobodyReads) {
  ::onnx::ModelProto model = addModel();
  model.set_doc_string(std::string(1000, 'x'));
  model.mutable_graph()->mutable_node(0)->set_doc_string("x");
  model.mutable_graph()->add_value_info()->set_name("y");
  bool isGood;
  ::onnx::ModelProto parsed;
  ASSERT_TRUE(
      parsed.ParseFromString(skeletonOf(model.SerializeAsString(), isGood)));
  EXPECT_FALSE(parsed.has_doc_string());
  EXPECT_FALSE(parsed.graph().node(0).has_doc_string());
  EXPECT_EQ(parsed.graph().value_info_size(), 0);
}

// As protobuf does with a field that should be there once.
TEST_F(WireReader, TakesTheLastOfTwoRawDatas) {
  ::onnx::ModelProto model = addModel();
  auto *tensor = model.mutable_graph()->mutable_initializer(0);
  std::string second = "0123456789abcdef";
  tensor->mutable_unknown_fields()->append("\x4a\x10" + second);
  module = importModel(model);
  ASSERT_TRUE(module);
  auto main = module->lookupSymbol<func::FuncOp>("main");
  auto value = main.front().front().getAttrOfType<DenseElementsAttr>("value");
  EXPECT_EQ(value.getRawData(), ArrayRef<char>(second.data(), second.size()));
}

TEST_F(WireReader, RefusesWhatIsNotProtobuf) {
  using namespace std::string_literals;
  EXPECT_NE(errorOf("\x07"s).find("field number 0"), std::string::npos);
  EXPECT_NE(errorOf("\x0b"s).find("wire type 3"), std::string::npos);
  EXPECT_NE(errorOf("\x08"s).find("cut off"), std::string::npos);
  EXPECT_NE(errorOf("\x08" + std::string(10, '\xff') + "\x01")
                .find("more than 10 bytes"),
            std::string::npos);
  // A length of 2^64 - 1, as a sum with the offset it would wrap.
  EXPECT_NE(errorOf("\x3a"s + std::string(9, '\xff') + "\x01")
                .find("needs 18446744073709551615 bytes, but 0 are left"),
            std::string::npos);
  EXPECT_NE(errorOf("\x09\x00"s).find("needs 8 bytes, but 1 are left"),
            std::string::npos);
}

// Model, then graph, node and attribute again and again: 100 messages deep.
TEST_F(WireReader, BoundsNesting) {
  EXPECT_EQ(errorOf(nested(32)), "");
  EXPECT_NE(errorOf(nested(33)).find("nested deeper than 100"),
            std::string::npos);
}

TEST_F(WireReader, SurvivesTruncationAnywhere) {
  ::onnx::ModelProto model = addModel();
  addNode(model, "Reshape", {"y", "s"}, {"z"});
  auto *shape = addNode(model, "Constant", {}, {"s"})->add_attribute();
  shape->set_name("value_ints");
  shape->set_type(::onnx::AttributeProto::INTS);
  shape->add_ints(-1);
  std::string bytes = model.SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    OwningOpRef<ModuleOp> imported = importBytes(bytes.substr(0, size));
    // Cut between two fields of the model, it may be a whole one.
    EXPECT_EQ(errors.size(), imported ? 0u : 1u) << size;
  }
}

TEST_F(WireReader, SurvivesAnyChangedByte) {
  std::string bytes = addModel().SerializeAsString();
  for (size_t at = 0; at < bytes.size(); ++at)
    for (char flip : {'\x01', '\x7f', '\x80', '\xff'}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      OwningOpRef<ModuleOp> imported = importBytes(changed);
      EXPECT_EQ(errors.size(), imported ? 0u : 1u) << at << " ^ " << +flip;
    }
}

} // namespace
