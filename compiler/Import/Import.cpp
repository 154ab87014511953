#include "compiler/Import/Import.h"

#include "compiler/Import/GraphImporter.h"
#include "compiler/Import/WireReader.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "llvm/Support/Path.h"

#include <climits>

using namespace mlir;
using namespace bitnet;

/// Reads everything but tensor data. Null after one error.
static std::unique_ptr<::onnx::ModelProto> parseModel(ArrayRef<uint8_t> file,
                                                      Location loc) {
  if (file.empty()) {
    emitError(loc) << "the file is empty, expected an ONNX model";
    return nullptr;
  }
  llvm::Expected<std::string> skeleton = readSkeleton(file);
  if (!skeleton) {
    emitError(loc) << "not a complete ONNX model (" << file.size()
                   << " bytes read): " << llvm::toString(skeleton.takeError());
    return nullptr;
  }
  if (skeleton->size() > INT_MAX) {
    emitError(loc) << "the model without raw tensor data has "
                   << skeleton->size() << " bytes, expected at most "
                   << INT_MAX;
    return nullptr;
  }
  auto model = std::make_unique<::onnx::ModelProto>();
  if (!model->ParseFromArray(skeleton->data(),
                             static_cast<int>(skeleton->size()))) {
    emitError(loc) << "not an ONNX model: its fields cannot be parsed";
    return nullptr;
  }
  if (!model->has_graph()) {
    emitError(loc) << "not an ONNX model: it has no graph";
    return nullptr;
  }
  return model;
}

OwningOpRef<ModuleOp> bitnet::importOnnx(StringRef path, MLIRContext &context,
                                         ArrayRef<FrozenInput> frozen) {
  context.loadDialect<func::FuncDialect, bitnet::onnx::OnnxDialect>();
  Location loc = FileLineColLoc::get(&context, path, 0, 0);
  llvm::Expected<std::shared_ptr<MappedFile>> file = MappedFile::open(path);
  if (!file) {
    emitError(loc) << "cannot read the model: "
                   << llvm::toString(file.takeError());
    return {};
  }
  std::unique_ptr<::onnx::ModelProto> model = parseModel((*file)->bytes(), loc);
  if (!model)
    return {};
  TensorReader tensors(*file, llvm::sys::path::parent_path(path));
  return GraphImporter(*model, tensors, path, context, frozen).import();
}
