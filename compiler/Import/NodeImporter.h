#ifndef COMPILER_IMPORT_NODEIMPORTER_H
#define COMPILER_IMPORT_NODEIMPORTER_H

#include "compiler/Import/GraphOrder.h"
#include "compiler/Import/OperatorSets.h"
#include "compiler/Import/SequenceImporter.h"
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
  /// An `onnx.Constant` outside of the regions of ops, which all of the
  /// function behind it sees.
  mlir::Value createOutside(mlir::ElementsAttr value, mlir::Location loc);

private:
  mlir::LogicalResult importNode(const ::onnx::NodeProto &node, int index,
                                 Scope &scope);
  mlir::LogicalResult importOperator(const ::onnx::NodeProto &node, int index,
                                     Scope &scope);
  mlir::LogicalResult importConstant(const ::onnx::NodeProto &node,
                                     Scope &scope, mlir::Location loc);
  /// Imports the branch of an If that its condition takes, where that is known;
  /// the other one is not looked at.
  mlir::LogicalResult importIf(const ::onnx::NodeProto &node, Scope &scope,
                               mlir::Location loc);
  mlir::LogicalResult importBothBranches(const ::onnx::NodeProto &node,
                                         const ::onnx::GraphProto &ifTrue,
                                         const ::onnx::GraphProto &ifFalse,
                                         mlir::Value condition, Scope &scope,
                                         mlir::Location loc);
  mlir::LogicalResult importLoop(const ::onnx::NodeProto &node, Scope &scope,
                                 mlir::Location loc);
  mlir::LogicalResult importScan(const ::onnx::NodeProto &node, Scope &scope,
                                 mlir::Location loc);
  /// A FlexAttention of ai.onnx.preview, its graphs inlined.
  mlir::LogicalResult importFlexAttention(const ::onnx::NodeProto &node,
                                          Scope &scope, mlir::Location loc);
  /// What the graph `name` of a FlexAttention, if it has one, makes of
  /// `scores`.
  mlir::FailureOr<mlir::Value> modifyScores(const ::onnx::NodeProto &node,
                                            llvm::StringRef name,
                                            mlir::Value scores, Scope &scope,
                                            mlir::Location loc);
  mlir::LogicalResult importSequence(const ::onnx::NodeProto &node,
                                     Scope &scope, mlir::Location loc);
  /// Imports a graph of a node, called `what` in errors, at the insertion
  /// point; its inputs are `inputs`. Outputs are tensors, or with `sequences`
  /// sequences, too.
  mlir::LogicalResult importGraph(const ::onnx::GraphProto &graph,
                                  llvm::StringRef what, mlir::ValueRange inputs,
                                  Scope &scope, mlir::Location loc,
                                  llvm::SmallVectorImpl<mlir::Value> &outputs,
                                  bool sequences = false);
  /// The values that a loop's region yields, made at the insertion point from
  /// its arguments: the condition, the carried values, elements of scans.
  using MakeBody = llvm::function_ref<mlir::LogicalResult(
      mlir::Block::BlockArgListType, llvm::SmallVectorImpl<mlir::Value> &)>;
  /// A loop over a region that `makeBody` makes, as often as it takes to find
  /// the types of the values carried. `head` holds the types of the region's
  /// iteration and condition.
  mlir::Operation *createLoop(mlir::Value trip, mlir::Value condition,
                              mlir::ValueRange inits, mlir::TypeRange head,
                              MakeBody makeBody, mlir::Location loc);
  /// The inputs of `node` from `first` on, which are tensors.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>>
  lookUpTensors(const ::onnx::NodeProto &node, int first, Scope &scope,
                mlir::Location loc);
  /// The result of a new `onnx` op; null after an error.
  mlir::Value emitOp(llvm::StringRef name, mlir::ValueRange operands,
                     llvm::ArrayRef<mlir::NamedAttribute> attributes,
                     mlir::Location loc);
  mlir::Value arrangeScan(mlir::Value scan, int64_t axis, bool backwards,
                          mlir::Location loc);
  mlir::LogicalResult checkBranch(const ::onnx::GraphProto &branch,
                                  llvm::StringRef what, const Scope &outer,
                                  const Scope &body);
  mlir::LogicalResult
  readGraphOutputs(const ::onnx::GraphProto &graph, Scope &body,
                   mlir::Location loc, bool sequences,
                   llvm::SmallVectorImpl<mlir::Value> &outputs);
  /// What a graph declares of an input is a tensor of the elements that it
  /// gets.
  static mlir::LogicalResult
  checkGraphInput(const ::onnx::ValueInfoProto &input, mlir::Value value,
                  mlir::Location loc);
  static void bindOutputs(const ::onnx::NodeProto &node,
                          mlir::ValueRange values, Scope &scope);
  static mlir::Type joinTypes(mlir::Type a, mlir::Type b);
  /// The graph in attribute `name`; null after an error.
  static const ::onnx::GraphProto *findGraph(const ::onnx::NodeProto &node,
                                             llvm::StringRef name,
                                             const Scope &scope,
                                             mlir::Location loc);
  /// The attributes of a Scan: axes that are not negative, and directions, of
  /// inputs and outputs.
  struct ScanForm {
    int64_t numScans = 0;
    llvm::SmallVector<int64_t> inputAxes, outputAxes;
    llvm::SmallVector<int64_t> inputBackwards, outputBackwards;
  };
  static mlir::FailureOr<ScanForm> readScanForm(const ::onnx::NodeProto &node,
                                                const Scope &scope,
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
  /// Adds those attributes of `node` that are known; `others` are read
  /// elsewhere.
  mlir::LogicalResult
  importAttributes(const ::onnx::NodeProto &node, const Scope &scope,
                   llvm::function_ref<bool(llvm::StringRef)> isKnown,
                   llvm::ArrayRef<llvm::StringRef> others,
                   mlir::NamedAttrList &attributes, mlir::Location loc);
  mlir::FailureOr<mlir::Value> lookUp(llvm::StringRef name, Scope &scope);
  mlir::Value getNone();
  /// Moves the insertion point out of the regions of ops.
  void leaveRegions();

  const ::onnx::ModelProto &model;
  TensorReader &tensors;
  mlir::OpBuilder &builder;
  mlir::Value none;
  SequenceImporter sequences;
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
