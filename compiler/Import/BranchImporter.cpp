//===- BranchImporter.cpp - If with a condition that is known -------------===//

#include "compiler/Import/NodeImporter.h"

#include "compiler/Import/ValueInfo.h"
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

/// What a condition is, from constants and static sizes; nullopt after an
/// error.
static std::optional<bool> readCondition(Value condition, Location loc) {
  auto type = dyn_cast<RankedTensorType>(condition.getType());
  if (!type || !type.getElementType().isInteger(1) || !type.hasStaticShape() ||
      type.getNumElements() != 1) {
    emitError(loc) << "the condition of If has type " << condition.getType()
                   << ", expected one bool";
    return std::nullopt;
  }
  bitnet::onnx::ShapeAnalysis shapes;
  std::optional<SmallVector<bitnet::onnx::Extent>> elements =
      shapes.getElements(condition);
  if (elements && elements->front().isKnown())
    return *elements->front().number != 0;
  bitnet::onnx::ConstantEvaluator evaluator;
  if (!evaluator.isConstantExpression(condition)) {
    emitError(loc) << "the condition of If depends on the inputs, expected one "
                      "that is known at compile time";
    return std::nullopt;
  }
  FailureOr<bitnet::onnx::HostTensor> value = evaluator.evaluate(condition);
  if (failed(value))
    return std::nullopt;
  return value->bytes.front() != 0;
}

/// The graph in attribute `name` of an If; null after an error.
static const GraphProto *findBranch(const NodeProto &node, StringRef name,
                                    Location loc) {
  const GraphProto *branch = nullptr;
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name() == name && attribute.type() == AttributeProto::GRAPH)
      branch = &attribute.g();
  if (!branch)
    emitError(loc) << "If has no graph '" << name << "'";
  return branch;
}

/// Values of the branch are new names, in the scopes around it too; every other
/// name is theirs.
LogicalResult NodeImporter::checkBranch(const GraphProto &branch,
                                        const Scope &outer, const Scope &body) {
  if (branch.input_size() != 0 || branch.sparse_initializer_size() != 0)
    return emitError(body.locate(0))
           << "a branch of If has inputs or sparse initializers, expected none";
  auto checkNew = [&](StringRef name, Location loc) -> LogicalResult {
    if (name.empty() || !outer.defines(name))
      return success();
    return emitError(loc) << "a branch of If defines value '" << name
                          << "', which is defined outside of it";
  };
  llvm::StringSet<> own;
  for (const TensorProto &tensor : branch.initializer()) {
    if (failed(checkNew(tensor.name(), body.locate(0))))
      return failure();
    own.insert(tensor.name());
  }
  llvm::StringSet<> defined = own;
  for (auto [index, node] : llvm::enumerate(branch.node()))
    for (const std::string &output : node.output()) {
      if (failed(checkNew(output, body.locate(index))))
        return failure();
      own.insert(output);
    }
  // What the outer scope lacks is found when it is looked up.
  for (const NodeProto &node : branch.node())
    for (const std::string &input : node.input())
      if (!own.contains(input))
        defined.insert(input);
  return checkGraphOrder(branch.node(), defined, body.locate);
}

/// Makes the branch's outputs those of the If, if they are what it declares.
LogicalResult NodeImporter::bindBranchOutputs(const GraphProto &branch,
                                              const NodeProto &node,
                                              Scope &body, Scope &outer,
                                              Location loc) {
  for (auto [name, output] : llvm::zip(node.output(), branch.output())) {
    if (name.empty())
      continue;
    FailureOr<Value> value = lookUp(output.name(), body);
    if (failed(value))
      return failure();
    auto type = dyn_cast<RankedTensorType>(value->getType());
    if (!type)
      return emitError(loc) << "branch output '" << output.name()
                            << "' is absent, expected a tensor";
    SmallVector<std::string> dims;
    if (failed(checkOutputType(output, "branch output", type, loc, dims)))
      return failure();
    outer.values[name] = *value;
  }
  return success();
}

LogicalResult NodeImporter::importBranch(const GraphProto &branch,
                                         const NodeProto &node, Scope &scope,
                                         Location loc) {
  if (branchDepth == kMaxBranchDepth)
    return emitError(loc) << "branches are nested deeper than "
                          << kMaxBranchDepth;
  inlinedNodes += branch.node_size();
  if (inlinedNodes > kMaxInlinedNodes)
    return emitError(loc) << "inlining functions and branches makes more than "
                          << kMaxInlinedNodes << " nodes";
  llvm::StringMap<const TensorProto *> initializers;
  for (const TensorProto &tensor : branch.initializer())
    if (!initializers.try_emplace(tensor.name(), &tensor).second)
      return emitError(loc)
             << "initializer '" << tensor.name() << "' is defined twice";
  Scope body;
  body.opsets = scope.opsets;
  body.attributes = scope.attributes;
  body.isFunction = scope.isFunction;
  body.locate = [&](int index) {
    return index < branch.node_size() ? locateBelow(loc, branch.node(index))
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
    return body.values[name] = createConstant(value, loc);
  };
  if (failed(checkBranch(branch, scope, body)))
    return failure();
  ++branchDepth;
  LogicalResult imported = importNodes(branch.node(), body);
  --branchDepth;
  if (failed(imported))
    return failure();
  return bindBranchOutputs(branch, node, body, scope, loc);
}

LogicalResult NodeImporter::importIf(const NodeProto &node, Scope &scope,
                                     Location loc) {
  if (node.input_size() != 1 || node.attribute_size() != 2)
    return emitError(loc) << "If has " << node.input_size() << " inputs and "
                          << node.attribute_size()
                          << " attributes, expected 1 and 2";
  SmallVector<const GraphProto *> branches;
  for (StringRef name : {"else_branch", "then_branch"}) {
    const GraphProto *branch = findBranch(node, name, loc);
    if (!branch)
      return failure();
    branches.push_back(branch);
    if (branch->output_size() != node.output_size())
      return emitError(loc)
             << "If has " << node.output_size() << " outputs, but a branch has "
             << branch->output_size();
  }
  FailureOr<Value> condition = lookUp(node.input(0), scope);
  if (failed(condition))
    return failure();
  std::optional<bool> holds = readCondition(*condition, loc);
  if (!holds)
    return failure();
  return importBranch(*branches[*holds], node, scope, loc);
}
