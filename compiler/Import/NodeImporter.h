#ifndef COMPILER_IMPORT_NODEIMPORTER_H
#define COMPILER_IMPORT_NODEIMPORTER_H

#include "compiler/Import/GraphOrder.h"
#include "compiler/Import/OperatorSets.h"
#include "compiler/Import/TensorReader.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

namespace bitnet {

/// The names that the nodes of one graph or function body see.
struct Scope {
  /// Name -> value. A null value is an optional input of a function that its
  /// caller leaves out.
  llvm::StringMap<mlir::Value> values;
  /// Whether a name that `values` lacks is defined nevertheless (initializers
  /// not made yet, and what a branch sees of the scopes around it).
  std::function<bool(llvm::StringRef)> declares;
  /// Looks up what `values` lacks (initializers, made on first use).
  std::function<mlir::FailureOr<mlir::Value>(llvm::StringRef)> resolve;
  /// Attributes of the function, for `ref_attr_name`; a graph has none to refer
  /// to.
  llvm::StringMap<const ::onnx::AttributeProto *> attributes;
  bool isFunction = false;
  const OperatorSets *opsets = nullptr;
  /// Location of a node from its index.
  std::function<mlir::Location(int)> locate;

  bool defines(llvm::StringRef name) const {
    return values.contains(name) || (declares && declares(name));
  }
};

/// Turns nodes into `onnx` ops at the builder's insertion point and inlines
/// local functions.
class NodeImporter {
public:
  NodeImporter(const ::onnx::ModelProto &model, TensorReader &tensors,
               mlir::OpBuilder &builder);

  /// Collects the model's functions; refuses two of one name.
  mlir::LogicalResult addFunctions(mlir::Location loc);

  /// Imports `nodes`, which checkGraphOrder has accepted.
  mlir::LogicalResult importNodes(const NodeList &nodes, Scope &scope);

  /// An `onnx.Constant`.
  mlir::Value createConstant(mlir::ElementsAttr value, mlir::Location loc);

private:
  mlir::LogicalResult importNode(const ::onnx::NodeProto &node, int index,
                                 Scope &scope);
  mlir::LogicalResult importOperator(const ::onnx::NodeProto &node, int index,
                                     Scope &scope);
  mlir::LogicalResult importConstant(const ::onnx::NodeProto &node,
                                     Scope &scope, mlir::Location loc);
  /// Imports the branch of an If that its condition takes; the
  /// other one is not looked at.
  mlir::LogicalResult importIf(const ::onnx::NodeProto &node, Scope &scope,
                               mlir::Location loc);
  mlir::LogicalResult importBranch(const ::onnx::GraphProto &branch,
                                   const ::onnx::NodeProto &node, Scope &scope,
                                   mlir::Location loc);
  mlir::LogicalResult checkBranch(const ::onnx::GraphProto &branch,
                                  const Scope &outer, const Scope &body);
  mlir::LogicalResult bindBranchOutputs(const ::onnx::GraphProto &branch,
                                        const ::onnx::NodeProto &node,
                                        Scope &body, Scope &outer,
                                        mlir::Location loc);
  mlir::LogicalResult inlineFunction(const ::onnx::FunctionProto &function,
                                     const ::onnx::NodeProto &call,
                                     Scope &scope, mlir::Location loc);
  mlir::LogicalResult bindAttributes(const ::onnx::FunctionProto &function,
                                     const ::onnx::NodeProto &call,
                                     const Scope &caller, Scope &body,
                                     mlir::Location loc);
  mlir::LogicalResult checkFunction(const ::onnx::FunctionProto &function,
                                    Scope &body);

  /// The attribute that `attribute` stands for: itself, or the one that the
  /// enclosing function is called with; null if that was left out.
  static const ::onnx::AttributeProto *
  resolveAttribute(const ::onnx::AttributeProto &attribute, const Scope &scope);
  static mlir::LogicalResult
  emitOutsideReference(const ::onnx::AttributeProto &attribute,
                       mlir::Location loc);
  mlir::Attribute importAttribute(const ::onnx::AttributeProto &attribute,
                                  llvm::StringRef name, mlir::Location loc);
  mlir::LogicalResult importAttributes(const ::onnx::NodeProto &node,
                                       const Scope &scope,
                                       mlir::OperationName op,
                                       mlir::NamedAttrList &attributes,
                                       mlir::Location loc);
  mlir::FailureOr<mlir::Value> lookUp(llvm::StringRef name, Scope &scope);
  mlir::Value getNone();

  const ::onnx::ModelProto &model;
  TensorReader &tensors;
  mlir::OpBuilder &builder;
  mlir::Value none;
  /// By name, domain and overload.
  llvm::StringMap<const ::onnx::FunctionProto *> functions;
  /// By function whose body was checked; pointers must survive insertions.
  llvm::DenseMap<const ::onnx::FunctionProto *, std::unique_ptr<OperatorSets>>
      functionSets;
  /// Functions that are being inlined, outermost first.
  llvm::SmallVector<const ::onnx::FunctionProto *> callStack;
  /// Inlining functions and branches may make this many nodes: a small file
  /// could otherwise ask for any amount of memory.
  static constexpr int64_t kMaxInlinedNodes = 1 << 20;
  /// Branches that are being imported.
  unsigned branchDepth = 0;
  /// Nodes made by inlining so far.
  int64_t inlinedNodes = 0;
};

} // namespace bitnet

#endif // COMPILER_IMPORT_NODEIMPORTER_H
