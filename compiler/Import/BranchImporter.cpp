//===- BranchImporter.cpp - graphs in nodes, and If -----------------------===//

#include "compiler/Import/NodeImporter.h"

#include "compiler/Import/ValueInfo.h"
#include "dialects/Onnx/IR/OnnxControl.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/ConstantEvaluator.h"

using namespace mlir;
using namespace bitnet;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

/// Branches may lie in branches this deep.
static constexpr unsigned kMaxBranchDepth = 100;

/// Whether `condition` holds, from constants and static sizes; nullopt where
/// only a run knows. Fails after an error.
static FailureOr<std::optional<bool>> readCondition(Value condition,
                                                    Location loc) {
  auto type = dyn_cast<RankedTensorType>(condition.getType());
  if (!type || !type.getElementType().isInteger(1) || !type.hasStaticShape() ||
      type.getRank() > 1 || type.getNumElements() != 1)
    return emitError(loc) << "the condition of If has type "
                          << condition.getType() << ", expected one bool";
  bitnet::onnx::ShapeAnalysis shapes;
  std::optional<SmallVector<bitnet::onnx::Extent>> elements =
      shapes.getElements(condition);
  if (elements && elements->front().isKnown())
    return std::optional(*elements->front().number != 0);
  bitnet::onnx::ConstantEvaluator evaluator;
  if (!evaluator.isConstantExpression(condition))
    return std::optional<bool>();
  FailureOr<bitnet::onnx::HostTensor> value = evaluator.evaluate(condition);
  if (failed(value))
    return failure();
  return std::optional(value->bytes.front() != 0);
}

const GraphProto *NodeImporter::findGraph(const NodeProto &node, StringRef name,
                                          const Scope &scope, Location loc) {
  const GraphProto *graph = nullptr;
  for (const AttributeProto &attribute : node.attribute()) {
    const AttributeProto *value = resolveAttribute(attribute, scope);
    if (attribute.name() == name && value &&
        value->type() == AttributeProto::GRAPH)
      graph = &value->g();
  }
  if (!graph)
    emitError(loc) << node.op_type() << " has no graph '" << name << "'";
  return graph;
}

/// Values of the graph are new names, in the scopes around it too; every other
/// name is theirs.
LogicalResult NodeImporter::checkBranch(const GraphProto &branch,
                                        StringRef what, const Scope &outer,
                                        const Scope &body) {
  if (branch.sparse_initializer_size() != 0)
    return emitError(body.locate(0))
           << what << " has sparse initializers, expected none";
  llvm::StringSet<> own;
  auto addNew = [&](StringRef name, Location loc) -> LogicalResult {
    if (!name.empty() && outer.defines(name))
      return emitError(loc) << what << " defines value '" << name
                            << "', which is defined outside of it";
    own.insert(name);
    return success();
  };
  for (const ::onnx::ValueInfoProto &input : branch.input()) {
    if (own.contains(input.name()))
      return emitError(body.locate(0))
             << what << " has two inputs '" << input.name() << "'";
    if (failed(addNew(input.name(), body.locate(0))))
      return failure();
  }
  for (const TensorProto &tensor : branch.initializer())
    if (failed(addNew(tensor.name(), body.locate(0))))
      return failure();
  llvm::StringSet<> defined = own;
  for (auto [index, node] : llvm::enumerate(branch.node()))
    for (const std::string &output : node.output())
      if (failed(addNew(output, body.locate(index))))
        return failure();
  // What the outer scope lacks is found when it is looked up.
  for (const NodeProto &node : branch.node())
    for (const std::string &input : node.input())
      if (!own.contains(input))
        defined.insert(input);
  return checkGraphOrder(branch.node(), defined, body.locate);
}

/// What the graph's outputs are, if that is what it declares.
LogicalResult NodeImporter::readGraphOutputs(const GraphProto &graph,
                                             Scope &body, Location loc,
                                             bool sequences,
                                             SmallVectorImpl<Value> &outputs) {
  for (const ::onnx::ValueInfoProto &output : graph.output()) {
    FailureOr<Value> value = lookUp(output.name(), body);
    if (failed(value))
      return failure();
    auto type = dyn_cast<RankedTensorType>(value->getType());
    if (!type && sequences && isSequence(*value)) {
      outputs.push_back(*value);
      continue;
    }
    if (!type)
      return emitError(loc) << "branch output '" << output.name() << "' is "
                            << (isSequence(*value) ? "a sequence" : "absent")
                            << ", expected a tensor";
    SmallVector<std::string> dims;
    if (failed(checkOutputType(output, "branch output", type, loc, dims)))
      return failure();
    outputs.push_back(*value);
  }
  return success();
}

LogicalResult NodeImporter::importGraph(const GraphProto &graph, StringRef what,
                                        ValueRange inputs, Scope &scope,
                                        Location loc,
                                        SmallVectorImpl<Value> &outputs,
                                        bool sequences) {
  if (branchDepth == kMaxBranchDepth)
    return emitError(loc) << "branches are nested deeper than "
                          << kMaxBranchDepth;
  inlinedNodes += graph.node_size();
  if (inlinedNodes > kMaxInlinedNodes)
    return emitError(loc) << "inlining functions and branches makes more than "
                          << kMaxInlinedNodes << " nodes";
  llvm::StringMap<const TensorProto *> initializers;
  for (const TensorProto &tensor : graph.initializer())
    if (!initializers.try_emplace(tensor.name(), &tensor).second)
      return emitError(loc)
             << "initializer '" << tensor.name() << "' is defined twice";
  Scope body;
  body.opsets = scope.opsets;
  body.attributes = scope.attributes;
  body.isFunction = scope.isFunction;
  body.locate = [&](int index) {
    return index < graph.node_size() ? locateBelow(loc, graph.node(index))
                                     : loc;
  };
  body.declares = [&](StringRef name) {
    return initializers.contains(name) || scope.defines(name);
  };
  body.resolve = [&](StringRef name) -> FailureOr<Value> {
    const TensorProto *tensor = initializers.lookup(name);
    if (!tensor)
      return lookUp(name, scope);
    ElementsAttr value =
        tensors.read(*tensor, ("initializer '" + name + "'").str(), loc);
    if (!value)
      return failure();
    return body.values[name] = createOutside(value, loc);
  };
  if (failed(checkBranch(graph, what, scope, body)))
    return failure();
  for (auto [input, value] : llvm::zip_equal(graph.input(), inputs))
    body.values[input.name()] = value;
  ++branchDepth;
  LogicalResult imported = importNodes(graph.node(), body);
  --branchDepth;
  if (failed(imported))
    return failure();
  return readGraphOutputs(graph, body, loc, sequences, outputs);
}

/// Makes `values` the outputs of `node`.
void NodeImporter::bindOutputs(const NodeProto &node, ValueRange values,
                               Scope &scope) {
  for (auto [name, value] : llvm::zip(node.output(), values))
    if (!name.empty())
      scope.values[name] = value;
}

/// The type of a value that has one of two types; null where they differ in
/// element type or rank.
Type NodeImporter::joinTypes(Type a, Type b) {
  auto left = cast<RankedTensorType>(a), right = cast<RankedTensorType>(b);
  if (left.getElementType() != right.getElementType() ||
      left.getRank() != right.getRank())
    return nullptr;
  SmallVector<int64_t> shape(left.getShape());
  for (auto [size, other] : llvm::zip_equal(shape, right.getShape()))
    size = size == other ? size : ShapedType::kDynamic;
  return RankedTensorType::get(shape, left.getElementType());
}

/// An If whose condition only a run knows.
LogicalResult NodeImporter::importBothBranches(const NodeProto &node,
                                               const GraphProto &ifTrue,
                                               const GraphProto &ifFalse,
                                               Value condition, Scope &scope,
                                               Location loc) {
  // The types of the results are known when both branches are there.
  OperationState unfinished(loc, "onnx.If");
  unfinished.addOperands(condition);
  unfinished.addRegion();
  unfinished.addRegion();
  Operation *holder = builder.create(unfinished);
  SmallVector<Value> yielded[2];
  const GraphProto *graphs[] = {&ifTrue, &ifFalse};
  for (auto [i, graph] : llvm::enumerate(graphs)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&holder->getRegion(i));
    if (failed(
            importGraph(*graph, "a branch of If", {}, scope, loc, yielded[i])))
      return failure();
    bitnet::onnx::YieldOp::create(builder, loc, yielded[i]);
  }
  OperationState state(loc, "onnx.If");
  state.addOperands(condition);
  for (auto [i, output] : llvm::enumerate(ifTrue.output())) {
    Type a = yielded[0][i].getType(), b = yielded[1][i].getType();
    Type joined = joinTypes(a, b);
    if (!joined)
      return emitError(loc) << "the branches of If give " << a << " and " << b
                            << " as output '" << output.name()
                            << "', expected one element type and rank";
    state.addTypes(joined);
  }
  for (Region &region : holder->getRegions())
    state.addRegion()->takeBody(region);
  holder->erase();
  bindOutputs(node, builder.create(state)->getResults(), scope);
  return success();
}

LogicalResult NodeImporter::importIf(const NodeProto &node, Scope &scope,
                                     Location loc) {
  if (node.input_size() != 1 || node.attribute_size() != 2)
    return emitError(loc) << "If has " << node.input_size() << " inputs and "
                          << node.attribute_size()
                          << " attributes, expected 1 and 2";
  SmallVector<const GraphProto *> branches;
  for (StringRef name : {"else_branch", "then_branch"}) {
    const GraphProto *branch = findGraph(node, name, scope, loc);
    if (!branch)
      return failure();
    branches.push_back(branch);
    if (branch->input_size() != 0)
      return emitError(loc) << "a branch of If has inputs, expected none";
    if (branch->output_size() != node.output_size())
      return emitError(loc)
             << "If has " << node.output_size() << " outputs, but a branch has "
             << branch->output_size();
  }
  FailureOr<Value> condition = lookUp(node.input(0), scope);
  if (failed(condition))
    return failure();
  FailureOr<std::optional<bool>> holds = readCondition(*condition, loc);
  if (failed(holds))
    return failure();
  if (!*holds)
    return importBothBranches(node, *branches[1], *branches[0], *condition,
                              scope, loc);
  SmallVector<Value> outputs;
  if (failed(importGraph(*branches[**holds], "a branch of If", {}, scope, loc,
                         outputs, /*sequences=*/true)))
    return failure();
  bindOutputs(node, outputs, scope);
  return success();
}
