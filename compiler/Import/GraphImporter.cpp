#include "compiler/Import/GraphImporter.h"

#include "compiler/Import/Import.h"
#include "compiler/Import/ValueInfo.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace bitnet;
using ::onnx::TensorProto;
using ::onnx::ValueInfoProto;

GraphImporter::GraphImporter(const ::onnx::ModelProto &model,
                             TensorReader &tensors, StringRef file,
                             MLIRContext &context, ArrayRef<FrozenInput> frozen)
    : model(model), graph(model.graph()), tensors(tensors), builder(&context),
      file(builder.getStringAttr(file)),
      fileLoc(FileLineColLoc::get(this->file, 0, 0)), frozen(frozen),
      nodes(model, tensors, builder) {}

Location GraphImporter::locateName(StringRef name) {
  return NameLoc::get(builder.getStringAttr(name), fileLoc);
}

Location GraphImporter::locateNode(int index) {
  return NameLoc::get(builder.getStringAttr(nodeName(graph.node(index))),
                      FileLineColLoc::get(file, index, 0));
}

LogicalResult GraphImporter::checkModel() {
  if (model.ir_version() > kMaxIRVersion)
    return emitError(fileLoc)
           << "IR version " << model.ir_version()
           << " is newer than supported, expected at most " << kMaxIRVersion;
  if (model.ir_version() < 1)
    return emitError(fileLoc) << "the model has no IR version";
  FailureOr<OperatorSets> read =
      readOperatorSets(model.opset_import(), /*needsDefault=*/true, fileLoc);
  if (failed(read))
    return failure();
  opsets = std::move(*read);
  return nodes.addFunctions(fileLoc);
}

LogicalResult GraphImporter::collectInitializers() {
  if (graph.sparse_initializer_size() != 0)
    return emitError(fileLoc) << "sparse initializers are not supported";
  for (const TensorProto &tensor : graph.initializer())
    if (!initializers.try_emplace(tensor.name(), &tensor).second)
      return emitError(locateName(tensor.name()))
             << "initializer '" << tensor.name() << "' is defined twice";
  return success();
}

/// Checks order and names of the whole graph before any op is made.
LogicalResult GraphImporter::checkOrder() {
  llvm::StringSet<> defined;
  for (const auto &entry : initializers)
    defined.insert(entry.getKey());
  llvm::StringSet<> inputs;
  for (const ValueInfoProto &input : graph.input()) {
    if (!inputs.insert(input.name()).second)
      return emitError(locateName(input.name()))
             << "graph input '" << input.name() << "' is defined twice";
    defined.insert(input.name());
  }
  return checkGraphOrder(graph.node(), defined,
                         [&](int index) { return locateNode(index); });
}

FailureOr<Value> GraphImporter::createInitializer(StringRef name,
                                                  Scope &scope) {
  const TensorProto *tensor = initializers.lookup(name);
  std::string what = ("initializer '" + name + "'").str();
  Location loc = locateName(name);
  if (!tensor)
    return emitError(loc) << "value '" << name << "' is not defined";
  ElementsAttr value = tensors.read(*tensor, what, loc);
  if (!value)
    return failure();
  return scope.values[name] = nodes.createOutside(value, loc);
}

//===-- Inputs and outputs
//-------------------------------------------------===//

DictionaryAttr GraphImporter::portAttributes(StringRef name,
                                             RankedTensorType type,
                                             ArrayRef<std::string> dims) {
  SmallVector<StringRef> names(dims.begin(), dims.end());
  names.resize(type.getRank());
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (!type.isDynamicDim(axis))
      names[axis] = "";
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("onnx.name", builder.getStringAttr(name)),
       builder.getNamedAttr("onnx.dims", builder.getStrArrayAttr(names))});
}

const FrozenInput *GraphImporter::findFrozen(StringRef name) const {
  const FrozenInput *found = llvm::find_if(
      frozen, [&](const FrozenInput &input) { return input.name == name; });
  return found == frozen.end() ? nullptr : found;
}

/// Each frozen input is one of the graph's, and there once.
LogicalResult GraphImporter::checkFrozen() {
  for (const FrozenInput &input : frozen) {
    if (findFrozen(input.name) != &input)
      return emitError(fileLoc) << "--set " << input.name << "=" << input.text
                                << ": the input is set twice";
    std::string names;
    bool exists = false;
    for (const ValueInfoProto &other : graph.input()) {
      if (initializers.contains(other.name()))
        continue;
      exists |= other.name() == input.name;
      names += (names.empty() ? "'" : ", '") + other.name() + "'";
    }
    if (!exists)
      return emitError(fileLoc)
             << "--set " << input.name << "=" << input.text
             << ": the graph has no such input, expected one of " << names;
  }
  return success();
}

LogicalResult GraphImporter::importInputs(Scope &scope, func::FuncOp main) {
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  for (const ValueInfoProto &input : graph.input()) {
    // An initializer that is also an input is a default value, which nobody
    // can override here: it is a constant.
    if (initializers.contains(input.name()))
      continue;
    FailureOr<Port> port =
        readPort(input, "graph input", locateName(input.name()));
    if (failed(port))
      return failure();
    if (const FrozenInput *constant = findFrozen(input.name())) {
      ElementsAttr value =
          readFrozenInput(*constant, port->type, locateName(input.name()));
      if (!value)
        return failure();
      scope.values[input.name()] =
          nodes.createConstant(value, locateName(input.name()));
      continue;
    }
    scope.values[input.name()] =
        main.getBody().addArgument(port->type, locateName(input.name()));
    types.push_back(port->type);
    attributes.push_back(portAttributes(input.name(), port->type, port->dims));
  }
  main.setFunctionType(builder.getFunctionType(types, {}));
  main.setArgAttrsAttr(builder.getArrayAttr(attributes));
  return success();
}

LogicalResult GraphImporter::importOutputs(Scope &scope, func::FuncOp main) {
  if (graph.output_size() == 0)
    return emitError(fileLoc) << "the graph has no outputs";
  SmallVector<Value> results;
  SmallVector<Attribute> attributes;
  llvm::StringSet<> names;
  for (const ValueInfoProto &output : graph.output()) {
    // Outputs are asked for by name.
    if (!names.insert(output.name()).second)
      return emitError(locateName(output.name()))
             << "graph output '" << output.name()
             << "' is there twice, expected one of each name";
    auto known = scope.values.find(output.name());
    FailureOr<Value> value = failure();
    if (known != scope.values.end())
      value = known->second;
    else if (initializers.contains(output.name()))
      value = createInitializer(output.name(), scope);
    else
      return emitError(locateName(output.name()))
             << "graph output '" << output.name()
             << "' is not defined by any node, input or initializer";
    if (failed(value))
      return failure();
    auto type = dyn_cast<RankedTensorType>(value->getType());
    if (!type)
      return emitError(locateName(output.name()))
             << "graph output '" << output.name() << "' is "
             << (isSequence(*value) ? "a sequence, expected a tensor"
                                    : "absent");
    SmallVector<std::string> dims;
    if (failed(checkOutputType(output, "graph output", type,
                               locateName(output.name()), dims)))
      return failure();
    results.push_back(*value);
    attributes.push_back(portAttributes(output.name(), type, dims));
  }
  func::ReturnOp::create(builder, fileLoc, results);
  main.setFunctionType(
      builder.getFunctionType(main.getArgumentTypes(),
                              llvm::to_vector(ValueRange(results).getTypes())));
  main.setResAttrsAttr(builder.getArrayAttr(attributes));
  return success();
}

OwningOpRef<ModuleOp> GraphImporter::import() {
  if (failed(checkModel()) || failed(collectInitializers()) ||
      failed(checkFrozen()) || failed(checkOrder()))
    return {};
  OwningOpRef<ModuleOp> module = ModuleOp::create(fileLoc);
  Operation *op = module->getOperation();
  op->setAttr("onnx.opset", builder.getI64IntegerAttr(opsets[""]));
  op->setAttr("onnx.ir_version", builder.getI64IntegerAttr(model.ir_version()));
  op->setAttr(
      "onnx.producer",
      builder.getStringAttr(model.producer_name() +
                            (model.producer_version().empty() ? "" : " ") +
                            model.producer_version()));

  builder.setInsertionPointToEnd(module->getBody());
  auto main = func::FuncOp::create(builder, fileLoc, "main",
                                   builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(main.addEntryBlock());
  Scope scope;
  scope.opsets = &opsets;
  scope.locate = [&](int index) { return locateNode(index); };
  scope.declares = [&](StringRef name) { return initializers.contains(name); };
  scope.resolve = [&](StringRef name) {
    return createInitializer(name, scope);
  };
  if (failed(importInputs(scope, main)) ||
      failed(nodes.importNodes(graph.node(), scope)) ||
      failed(importOutputs(scope, main)))
    return {};
  SequenceImporter::erase(*module);
  if (failed(verify(*module)))
    return {};
  return module;
}
