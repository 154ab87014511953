#ifndef COMPILER_IMPORT_TENSORREADER_H
#define COMPILER_IMPORT_TENSORREADER_H

#include "compiler/Import/MappedFile.h"
#include "compiler/Import/onnx-ml.pb.h"
#include "dialects/Onnx/Transforms/HostTensor.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringMap.h"

namespace bitnet {

/// The MLIR type of an ONNX element type, or null (after an error at `loc`
/// that names `what`) if tensors of it cannot be represented.
mlir::Type importElementType(int32_t dataType, llvm::StringRef what,
                             mlir::Location loc);

/// Reads the values of TensorProtos of a skeleton, from wherever their bytes
/// are: raw_data in the model file, another file, or typed fields.
class TensorReader {
public:
  /// `model` is the mapped model file and `directory` its folder.
  TensorReader(std::shared_ptr<MappedFile> model, llvm::StringRef directory)
      : model(std::move(model)), directory(directory) {}

  /// The tensor's type; its element count is known to fit.
  mlir::FailureOr<mlir::RankedTensorType> readType(const ::onnx::TensorProto &,
                                                   llvm::StringRef what,
                                                   mlir::Location loc);
  /// Its value. `what` names the tensor in errors, e.g. `initializer 'w'`.
  mlir::ElementsAttr read(const ::onnx::TensorProto &tensor,
                          llvm::StringRef what, mlir::Location loc);

private:
  mlir::FailureOr<onnx::HostTensor> readExternal(const ::onnx::TensorProto &,
                                                 mlir::RankedTensorType type,
                                                 llvm::StringRef what,
                                                 mlir::Location loc);
  llvm::Expected<std::shared_ptr<MappedFile>> open(llvm::StringRef location);

  std::shared_ptr<MappedFile> model;
  std::string directory;
  /// External files that were opened, by location.
  llvm::StringMap<std::shared_ptr<MappedFile>> files;
};

} // namespace bitnet

#endif // COMPILER_IMPORT_TENSORREADER_H
