#include "compiler/Import/NodeImporter.h"

#include "compiler/Import/OldForms.h"
#include "dialects/Onnx/IR/OperatorInfo.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

using namespace mlir;
using namespace bitnet;
using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::NodeProto;

/// Functions may call functions this deep.
static constexpr size_t kMaxCallDepth = 100;

NodeImporter::NodeImporter(const ::onnx::ModelProto &model,
                           TensorReader &tensors, OpBuilder &builder)
    : model(model), tensors(tensors), builder(builder), sequences(builder) {}

static std::string functionKey(StringRef domain, StringRef name,
                               StringRef overload) {
  // The name comes first and none of the three can hold a NUL that matters:
  // lookups build keys the same way.
  std::string key = name.str();
  key.push_back('\0');
  key += canonicalDomain(domain);
  key.push_back('\0');
  key += overload;
  return key;
}

static std::string operatorText(const NodeProto &node) {
  return (domainText(canonicalDomain(node.domain())) + "::" + node.op_type())
      .str();
}

LogicalResult NodeImporter::addFunctions(Location loc) {
  for (const FunctionProto &function : model.functions()) {
    std::string key =
        functionKey(function.domain(), function.name(), function.overload());
    if (!functions.try_emplace(key, &function).second)
      return emitError(loc)
             << "function " << domainText(canonicalDomain(function.domain()))
             << "::" << function.name() << " is defined twice";
  }
  return success();
}

Value NodeImporter::createConstant(ElementsAttr value, Location loc) {
  OperationState state(loc, "onnx.Constant");
  state.addAttribute("value", value);
  state.addTypes(RankedTensorType::get(value.getShapedType().getShape(),
                                       value.getElementType()));
  return builder.create(state)->getResult(0);
}

void NodeImporter::leaveRegions() {
  Operation *op = builder.getInsertionBlock()->getParentOp();
  Operation *outermost = nullptr;
  for (; !isa<FunctionOpInterface>(op); op = op->getParentOp())
    outermost = op;
  if (outermost)
    builder.setInsertionPoint(outermost);
}

Value NodeImporter::createOutside(ElementsAttr value, Location loc) {
  OpBuilder::InsertionGuard guard(builder);
  leaveRegions();
  return createConstant(value, loc);
}

Value NodeImporter::getNone() {
  if (none)
    return none;
  OpBuilder::InsertionGuard guard(builder);
  leaveRegions();
  builder.setInsertionPointToStart(builder.getInsertionBlock());
  OperationState state(builder.getUnknownLoc(), "onnx.None");
  state.addTypes(builder.getNoneType());
  none = builder.create(state)->getResult(0);
  return none;
}

FailureOr<Value> NodeImporter::lookUp(StringRef name, Scope &scope) {
  if (name.empty())
    return getNone();
  auto at = scope.values.find(name);
  if (at != scope.values.end())
    return at->second ? at->second : getNone();
  return scope.resolve(name);
}

LogicalResult NodeImporter::importNodes(const NodeList &nodes, Scope &scope) {
  for (int i = 0; i < nodes.size(); ++i)
    if (failed(importNode(nodes[i], i, scope)))
      return failure();
  return success();
}

LogicalResult NodeImporter::importNode(const NodeProto &node, int index,
                                       Scope &scope) {
  auto function = functions.find(
      functionKey(node.domain(), node.op_type(), node.overload()));
  if (function != functions.end())
    return inlineFunction(*function->second, node, scope, scope.locate(index));
  bool isStandard = canonicalDomain(node.domain()).empty();
  if (node.op_type() == "Constant" && isStandard)
    return importConstant(node, scope, scope.locate(index));
  if (node.op_type() == "If" && isStandard)
    return importIf(node, scope, scope.locate(index));
  if (node.op_type() == "Loop" && isStandard)
    return importLoop(node, scope, scope.locate(index));
  if (node.op_type() == "Scan" && isStandard)
    return importScan(node, scope, scope.locate(index));
  if (SequenceImporter::handles(node.op_type()) && isStandard)
    return importSequence(node, scope, scope.locate(index));
  if (node.op_type() == "FlexAttention" && node.domain() == "ai.onnx.preview")
    return importFlexAttention(node, scope, scope.locate(index));
  return importOperator(node, index, scope);
}

//===-- Operators
//----------------------------------------------------------===//

static LogicalResult emitUnsupported(const NodeProto &node, int index,
                                     const Scope &scope, Location loc) {
  InFlightDiagnostic error = emitError(loc)
                             << "unsupported operator " << operatorText(node);
  auto opset = scope.opsets->find(canonicalDomain(node.domain()));
  if (opset != scope.opsets->end())
    error << " (opset " << opset->second << ")";
  error << ", node #" << index;
  if (!node.name().empty())
    error << " '" << node.name() << "'";
  return error;
}

/// Checks that the operator set that a node is written in has the operator, in
/// the form that we have.
static LogicalResult checkVersion(const NodeProto &node,
                                  const bitnet::onnx::OperatorInfo &info,
                                  int64_t opset, Location loc) {
  // ONNX Runtime's optimisers write it in graphs of any opset.
  if (node.op_type() == "LayerNormalization" && opset < info.sinceVersion)
    return success();
  if (info.sinceVersion > opset)
    return emitError(loc) << operatorText(node) << " does not exist in opset "
                          << opset << ", it came with opset "
                          << info.sinceVersion;
  if (!info.opName.empty() &&
      (opset < info.minVersion || opset > info.maxVersion))
    return emitError(loc) << operatorText(node) << " has a form in opset "
                          << opset << " that is not supported, expected opset "
                          << info.minVersion << " to " << info.maxVersion;
  return success();
}

/// Number of a node's outputs without the empty names at its end.
static int countOutputs(const NodeProto &node) {
  int count = node.output_size();
  while (count > 0 && node.output(count - 1).empty())
    --count;
  return count;
}

/// Types of the results that `state` will have.
static LogicalResult inferTypes(const NodeProto &node, OperationState &state,
                                RegisteredOperationName op) {
  auto *inference = op.getInterface<InferTypeOpInterface>();
  if (!inference)
    return emitError(state.location)
           << operatorText(node) << " has no type inference";
  MLIRContext *context = state.getContext();
  bool reported = false;
  LogicalResult result = failure();
  {
    ScopedDiagnosticHandler watch(context, [&](Diagnostic &) {
      reported = true;
      return failure();
    });
    result =
        inference->inferReturnTypes(context, state.location, state.operands,
                                    state.attributes.getDictionary(context),
                                    OpaqueProperties(nullptr), {}, state.types);
  }
  if (failed(result)) {
    if (!reported)
      emitError(state.location)
          << "the types of " << operatorText(node) << " cannot be inferred";
    return failure();
  }
  for (Type type : state.types) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    SmallVector<int64_t> sizes;
    if (tensor)
      llvm::copy_if(tensor.getShape(), std::back_inserter(sizes),
                    [](int64_t dim) { return !ShapedType::isDynamic(dim); });
    if (bitnet::onnx::checkedElementCount(sizes) < 0)
      return emitError(state.location)
             << "the result of " << operatorText(node) << ", " << type
             << ", has more elements than a tensor can have";
  }
  return success();
}

LogicalResult NodeImporter::importOperator(const NodeProto &node, int index,
                                           Scope &scope) {
  Location loc = scope.locate(index);
  std::optional<bitnet::onnx::OperatorInfo> info =
      bitnet::onnx::getOperatorInfo(node.domain(), node.op_type());
  auto opset = scope.opsets->find("");
  bool isStandard =
      canonicalDomain(node.domain()).empty() && opset != scope.opsets->end();
  if (info && isStandard &&
      failed(checkVersion(node, *info, opset->second, loc)))
    return failure();
  std::optional<RegisteredOperationName> op;
  if (info && !info->opName.empty())
    op = RegisteredOperationName::lookup(info->opName, builder.getContext());
  if (!op)
    return emitUnsupported(node, index, scope, loc);

  OperationState state(loc, *op);
  int outputs = countOutputs(node);
  for (const std::string &input : node.input()) {
    FailureOr<Value> value = lookUp(input, scope);
    if (failed(value))
      return failure();
    state.operands.push_back(*value);
    if (!isSequence(*value))
      continue;
    if (isStandard && node.op_type() == "Identity" && outputs == 1) {
      bindOutputs(node, *value, scope);
      return success();
    }
    return emitError(loc) << operatorText(node) << " has a sequence as input '"
                          << input << "', expected a tensor";
  }
  while (!state.operands.empty() &&
         isa<NoneType>(state.operands.back().getType()))
    state.operands.pop_back();
  auto isKnown = [&](StringRef name) {
    return llvm::is_contained(op->getAttributeNames(), name);
  };
  if (failed(importAttributes(node, scope, isKnown, {}, state.attributes, loc)))
    return failure();
  Value first = state.operands.empty() ? Value() : state.operands.front();
  if (isStandard && failed(modernizeNode(node, opset->second, state, builder)))
    return failure();
  // Inference sees operands and attributes only.
  if (llvm::is_contained(op->getAttributeNames(), "num_outputs") &&
      !state.attributes.get("num_outputs"))
    state.addAttribute("num_outputs", builder.getI64IntegerAttr(outputs));
  if (failed(inferTypes(node, state, *op)))
    return failure();
  if (static_cast<int>(state.types.size()) < outputs)
    return emitError(loc) << operatorText(node) << " has " << outputs
                          << " outputs, expected at most "
                          << state.types.size();
  Operation *created = builder.create(state);
  for (int i = 0; i < outputs; ++i)
    if (!node.output(i).empty())
      scope.values[node.output(i)] = created->getResult(i);
  if (isStandard && outputs > 0 && !node.output(0).empty())
    scope.values[node.output(0)] =
        modernizeResult(node, opset->second, first, created, builder);
  return success();
}

LogicalResult NodeImporter::importSequence(const NodeProto &node, Scope &scope,
                                           Location loc) {
  StringRef name = node.op_type();
  auto opset = scope.opsets->find("");
  if (opset != scope.opsets->end() &&
      failed(checkVersion(node, *bitnet::onnx::getOperatorInfo("", name),
                          opset->second, loc)))
    return failure();
  SequenceNode made{name, {}, {}, loc};
  for (const std::string &input : node.input()) {
    FailureOr<Value> value = lookUp(input, scope);
    if (failed(value))
      return failure();
    made.inputs.push_back(isa<NoneType>(value->getType()) ? Value() : *value);
  }
  if (countOutputs(node) > 1)
    return emitError(loc) << name << " has " << countOutputs(node)
                          << " outputs, expected 1";
  auto isKnown = [&](StringRef attribute) {
    return SequenceImporter::hasAttribute(name, attribute);
  };
  SmallVector<StringRef> others;
  if (name == "Optional")
    others.push_back("type");
  if (failed(
          importAttributes(node, scope, isKnown, others, made.attributes, loc)))
    return failure();
  FailureOr<Value> result = sequences.import(made);
  if (failed(result))
    return failure();
  if (node.output_size() != 0 && !node.output(0).empty())
    scope.values[node.output(0)] = *result;
  return success();
}

//===-- Functions
//----------------------------------------------------------===//

LogicalResult NodeImporter::bindAttributes(const FunctionProto &function,
                                           const NodeProto &call,
                                           const Scope &caller, Scope &body,
                                           Location loc) {
  for (const AttributeProto &attribute : function.attribute_proto())
    body.attributes[attribute.name()] = &attribute;
  for (const AttributeProto &attribute : call.attribute()) {
    bool isKnown = llvm::is_contained(function.attribute(), attribute.name()) ||
                   body.attributes.contains(attribute.name());
    if (!isKnown)
      return emitError(loc) << "function " << operatorText(call)
                            << " has no attribute '" << attribute.name() << "'";
    const AttributeProto *value = resolveAttribute(attribute, caller);
    if (!value && !caller.isFunction)
      return emitOutsideReference(attribute, loc);
    if (value)
      body.attributes[attribute.name()] = value;
  }
  return success();
}

/// Checks the body once, at the first call.
LogicalResult NodeImporter::checkFunction(const FunctionProto &function,
                                          Scope &body) {
  auto [sets, isNew] = functionSets.try_emplace(&function);
  if (!isNew)
    return success();
  FailureOr<OperatorSets> read = readOperatorSets(
      function.opset_import(), /*needsDefault=*/false, body.locate(0));
  if (failed(read))
    return failure();
  sets->second = std::make_unique<OperatorSets>(std::move(*read));
  llvm::StringSet<> defined;
  for (const std::string &input : function.input())
    if (!defined.insert(input).second)
      return emitError(body.locate(0)) << "function " << function.name()
                                       << " has two inputs '" << input << "'";
  return checkGraphOrder(function.node(), defined, body.locate);
}

LogicalResult NodeImporter::inlineFunction(const FunctionProto &function,
                                           const NodeProto &call, Scope &scope,
                                           Location loc) {
  if (llvm::is_contained(callStack, &function))
    return emitError(loc) << "function " << operatorText(call)
                          << " calls itself";
  if (callStack.size() == kMaxCallDepth)
    return emitError(loc) << "functions are nested deeper than "
                          << kMaxCallDepth;
  inlinedNodes += function.node_size();
  if (inlinedNodes > kMaxInlinedNodes)
    return emitError(loc) << "inlining functions makes more than "
                          << kMaxInlinedNodes << " nodes";
  int outputs = countOutputs(call);
  if (call.input_size() > function.input_size() ||
      outputs > function.output_size())
    return emitError(loc) << "function " << operatorText(call) << " has "
                          << function.input_size() << " inputs and "
                          << function.output_size()
                          << " outputs, but is called with "
                          << call.input_size() << " and " << outputs;

  Scope body;
  body.isFunction = true;
  body.locate = [&](int index) {
    return index < function.node_size() ? locateBelow(loc, function.node(index))
                                        : loc;
  };
  body.resolve = [&](StringRef name) -> FailureOr<Value> {
    return emitError(loc) << "function " << operatorText(call)
                          << " does not define '" << name << "'";
  };
  if (failed(checkFunction(function, body)) ||
      failed(bindAttributes(function, call, scope, body, loc)))
    return failure();
  body.opsets = functionSets[&function].get();
  for (int i = 0; i < function.input_size(); ++i) {
    Value value;
    if (i < call.input_size() && !call.input(i).empty()) {
      FailureOr<Value> actual = lookUp(call.input(i), scope);
      if (failed(actual))
        return failure();
      value = isa<NoneType>(actual->getType()) ? Value() : *actual;
    }
    body.values[function.input(i)] = value;
  }

  callStack.push_back(&function);
  LogicalResult imported = importNodes(function.node(), body);
  callStack.pop_back();
  if (failed(imported))
    return failure();
  for (int i = 0; i < outputs; ++i) {
    if (call.output(i).empty())
      continue;
    FailureOr<Value> value = lookUp(function.output(i), body);
    if (failed(value))
      return failure();
    scope.values[call.output(i)] = *value;
  }
  return success();
}
