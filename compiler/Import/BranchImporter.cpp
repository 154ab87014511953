//===- BranchImporter.cpp - If with a condition that is known -------------===//

#include "compiler/Import/NodeImporter.h"

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

/// A branch's node keeps the place of its If and is named below it.
static Location locateBelow(Location outer, const GraphProto &branch,
                            int index) {
  if (index >= branch.node_size())
    return outer;
  const NodeProto &node = branch.node(index);
  StringRef inner = !node.name().empty()      ? StringRef(node.name())
                    : node.output_size() != 0 ? StringRef(node.output(0))
                                              : StringRef(node.op_type());
  auto named = cast<NameLoc>(outer);
  return NameLoc::get(
      StringAttr::get(outer.getContext(), named.getName().str() + "/" + inner),
      named.getChildLoc());
}

/// Values of the branch are new names; every other name is the outer scope's.
LogicalResult NodeImporter::checkBranch(const GraphProto &branch,
                                        const Scope &body) {
  if (branch.input_size() != 0 || branch.sparse_initializer_size() != 0)
    return emitError(body.locate(0))
           << "a branch of If has inputs or sparse initializers, expected none";
  llvm::StringSet<> own;
  for (const TensorProto &tensor : branch.initializer())
    own.insert(tensor.name());
  llvm::StringSet<> defined = own;
  for (const NodeProto &node : branch.node())
    own.insert(node.output().begin(), node.output().end());
  // What the outer scope lacks is found when it is looked up.
  for (const NodeProto &node : branch.node())
    for (const std::string &input : node.input())
      if (!own.contains(input))
        defined.insert(input);
  return checkGraphOrder(branch.node(), defined, body.locate);
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
  body.locate = [&](int index) { return locateBelow(loc, branch, index); };
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
  if (failed(checkBranch(branch, body)))
    return failure();
  ++branchDepth;
  LogicalResult imported = importNodes(branch.node(), body);
  --branchDepth;
  if (failed(imported))
    return failure();
  for (auto [name, output] : llvm::zip(node.output(), branch.output())) {
    if (name.empty())
      continue;
    FailureOr<Value> value = lookUp(output.name(), body);
    if (failed(value))
      return failure();
    scope.values[name] = *value;
  }
  return success();
}

LogicalResult NodeImporter::importIf(const NodeProto &node, Scope &scope,
                                     Location loc) {
  if (node.input_size() != 1 || node.attribute_size() != 2)
    return emitError(loc) << "If has " << node.input_size() << " inputs and "
                          << node.attribute_size()
                          << " attributes, expected 1 and 2";
  const GraphProto *branches[] = {findBranch(node, "else_branch", loc),
                                  findBranch(node, "then_branch", loc)};
  if (!branches[0] || !branches[1])
    return failure();
  for (const GraphProto *branch : branches)
    if (branch->output_size() != node.output_size())
      return emitError(loc)
             << "If has " << node.output_size() << " outputs, but a branch has "
             << branch->output_size();
  FailureOr<Value> condition = lookUp(node.input(0), scope);
  if (failed(condition))
    return failure();
  std::optional<bool> holds = readCondition(*condition, loc);
  if (!holds)
    return failure();
  return importBranch(*branches[*holds], node, scope, loc);
}
