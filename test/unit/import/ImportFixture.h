#ifndef TEST_UNIT_IMPORT_IMPORTFIXTURE_H
#define TEST_UNIT_IMPORT_IMPORTFIXTURE_H

#include "compiler/Driver/Registration.h"
#include "compiler/Import/Import.h"
#include "compiler/Import/onnx-ml.pb.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

/// Imports models and collects what is said about them. Each test has a fresh
/// folder for its files.
class ImportFixture : public testing::Test {
protected:
  ImportFixture() : context(registry()) {
    context.getDiagEngine().registerHandler(
        [this](mlir::Diagnostic &diagnostic) {
          errors.push_back(diagnostic.str());
        });
    std::error_code error =
        llvm::sys::fs::createUniqueDirectory("bitnet-import", folder);
    EXPECT_FALSE(error) << error.message();
  }
  ~ImportFixture() override { llvm::sys::fs::remove_directories(folder); }

  std::string pathOf(llvm::StringRef name) const {
    llvm::SmallString<128> path = folder;
    llvm::sys::path::append(path, name);
    return path.str().str();
  }

  /// Writes a file into the folder and returns its path.
  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::string path = pathOf(name);
    std::error_code error;
    llvm::raw_fd_ostream out(path, error);
    EXPECT_FALSE(error) << error.message();
    out << bytes;
    return path;
  }

  mlir::OwningOpRef<mlir::ModuleOp> importBytes(llvm::StringRef bytes) {
    errors.clear();
    return bitnet::importOnnx(write("model.onnx", bytes), context);
  }
  mlir::OwningOpRef<mlir::ModuleOp>
  importModel(const ::onnx::ModelProto &model) {
    return importBytes(model.SerializeAsString());
  }

  /// Imports and expects the one error that holds `text`.
  void expectError(const ::onnx::ModelProto &model, llvm::StringRef text) {
    EXPECT_FALSE(importModel(model));
    expectOneError(text);
  }
  void expectOneError(llvm::StringRef text) {
    ASSERT_EQ(errors.size(), 1u) << "expected one error: " << text.str();
    EXPECT_NE(errors[0].find(text), std::string::npos)
        << "found: " << errors[0] << "\nexpected: " << text.str();
  }
  /// Imports and expects no word. The module lives until the next import.
  mlir::func::FuncOp expectMain(const ::onnx::ModelProto &model) {
    module = importModel(model);
    EXPECT_EQ(errors, std::vector<std::string>());
    return module ? module->lookupSymbol<mlir::func::FuncOp>("main")
                  : mlir::func::FuncOp();
  }
  /// The op names of a function's body, one space between two.
  static std::string bodyOf(mlir::func::FuncOp function) {
    std::string text;
    for (mlir::Operation &op : function.front())
      text += (text.empty() ? "" : " ") + op.getName().getStringRef().str();
    return text;
  }

  static mlir::DialectRegistry registry() {
    mlir::DialectRegistry registry;
    bitnet::registerAllDialects(registry);
    return registry;
  }

  mlir::MLIRContext context;
  llvm::SmallString<128> folder;
  std::vector<std::string> errors;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

//===-- Models in a few words
//----------------------------------------------===//

using Names = std::initializer_list<const char *>;

inline ::onnx::NodeProto *
addNode(google::protobuf::RepeatedPtrField<::onnx::NodeProto> *nodes,
        const char *op, Names inputs, Names outputs) {
  ::onnx::NodeProto *node = nodes->Add();
  node->set_op_type(op);
  for (const char *input : inputs)
    node->add_input(input);
  for (const char *output : outputs)
    node->add_output(output);
  return node;
}
inline ::onnx::NodeProto *addNode(::onnx::ModelProto &model, const char *op,
                                  Names inputs, Names outputs) {
  return addNode(model.mutable_graph()->mutable_node(), op, inputs, outputs);
}

/// Sizes below zero are written as the name "n" followed by the size.
inline void setType(::onnx::ValueInfoProto *info, const char *name,
                    std::initializer_list<int64_t> sizes,
                    int type = ::onnx::TensorProto::FLOAT) {
  info->set_name(name);
  auto *tensor = info->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  auto *shape = tensor->mutable_shape();
  for (int64_t size : sizes)
    if (size < 0)
      shape->add_dim()->set_dim_param("n" + std::to_string(-size));
    else
      shape->add_dim()->set_dim_value(size);
}
inline void addInput(::onnx::ModelProto &model, const char *name,
                     std::initializer_list<int64_t> sizes,
                     int type = ::onnx::TensorProto::FLOAT) {
  setType(model.mutable_graph()->add_input(), name, sizes, type);
}
inline void addOutput(::onnx::ModelProto &model, const char *name) {
  model.mutable_graph()->add_output()->set_name(name);
}

/// An f32 initializer with raw_data 0, 1, 2, ...
inline ::onnx::TensorProto *
addInitializer(::onnx::ModelProto &model, const char *name,
               std::initializer_list<int64_t> sizes) {
  ::onnx::TensorProto *tensor = model.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(::onnx::TensorProto::FLOAT);
  int64_t count = 1;
  for (int64_t size : sizes) {
    tensor->add_dims(size);
    count *= size;
  }
  std::string bytes;
  for (int64_t i = 0; i < count; ++i) {
    float value = static_cast<float>(i);
    bytes.append(reinterpret_cast<const char *>(&value), sizeof(value));
  }
  tensor->set_raw_data(bytes);
  return tensor;
}

inline void addOpset(::onnx::ModelProto &model, const char *domain,
                     int64_t version) {
  auto *opset = model.add_opset_import();
  opset->set_domain(domain);
  opset->set_version(version);
}

/// A model of operator set 20 with an empty graph.
inline ::onnx::ModelProto emptyModel() {
  ::onnx::ModelProto model;
  model.set_ir_version(10);
  addOpset(model, "", 20);
  model.mutable_graph()->set_name("g");
  return model;
}

/// y = Abs(x), x being [n1, 4].
inline ::onnx::ModelProto absModel() {
  ::onnx::ModelProto model = emptyModel();
  addInput(model, "x", {-1, 4});
  addNode(model, "Abs", {"x"}, {"y"});
  addOutput(model, "y");
  return model;
}

/// y = Add(x, w), w being an initializer [4].
inline ::onnx::ModelProto addModel() {
  ::onnx::ModelProto model = emptyModel();
  addInput(model, "x", {-1, 4});
  addInitializer(model, "w", {4});
  addNode(model, "Add", {"x", "w"}, {"y"});
  addOutput(model, "y");
  return model;
}

#endif // TEST_UNIT_IMPORT_IMPORTFIXTURE_H
