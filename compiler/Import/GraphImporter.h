#ifndef COMPILER_IMPORT_GRAPHIMPORTER_H
#define COMPILER_IMPORT_GRAPHIMPORTER_H

#include "compiler/Import/FrozenInput.h"
#include "compiler/Import/NodeImporter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace bitnet {

/// Turns a parsed model into a module with one function `@main`.
class GraphImporter {
public:
  /// `file` is the model's path for locations; `frozen` outlives the import.
  GraphImporter(const ::onnx::ModelProto &model, TensorReader &tensors,
                llvm::StringRef file, mlir::MLIRContext &context,
                llvm::ArrayRef<FrozenInput> frozen);

  /// Null after one error.
  mlir::OwningOpRef<mlir::ModuleOp> import();

private:
  mlir::LogicalResult checkModel();
  mlir::LogicalResult collectInitializers();
  mlir::LogicalResult checkFrozen();
  const FrozenInput *findFrozen(llvm::StringRef name) const;
  mlir::LogicalResult importInputs(Scope &scope, mlir::func::FuncOp main);
  mlir::LogicalResult importOutputs(Scope &scope, mlir::func::FuncOp main);
  mlir::LogicalResult checkOrder();
  mlir::FailureOr<mlir::Value> createInitializer(llvm::StringRef name,
                                                 Scope &scope);
  mlir::DictionaryAttr portAttributes(llvm::StringRef name,
                                      mlir::RankedTensorType type,
                                      llvm::ArrayRef<std::string> dims);
  mlir::Location locateNode(int index);
  mlir::Location locateName(llvm::StringRef name);

  const ::onnx::ModelProto &model;
  const ::onnx::GraphProto &graph;
  TensorReader &tensors;
  mlir::OpBuilder builder;
  mlir::StringAttr file;
  mlir::Location fileLoc;
  llvm::ArrayRef<FrozenInput> frozen;
  NodeImporter nodes;
  OperatorSets opsets;
  llvm::StringMap<const ::onnx::TensorProto *> initializers;
};

} // namespace bitnet

#endif // COMPILER_IMPORT_GRAPHIMPORTER_H
