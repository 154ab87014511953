//===- LoopImporter.cpp - Loop and Scan -----------------------------------===//

#include "compiler/Import/NodeImporter.h"

#include "dialects/Onnx/IR/OnnxControl.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/HostTensor.h"

using namespace mlir;
using namespace bitnet;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::ValueInfoProto;

//===-- Loops
//--------------------------------------------------------------===//

/// Whether `value`, a bool, is true whatever happens.
static bool isKnownTrue(Value value) {
  bitnet::onnx::ShapeAnalysis shapes;
  std::optional<SmallVector<bitnet::onnx::Extent>> elements =
      shapes.getElements(value);
  return elements && elements->size() == 1 && elements->front().isKnown() &&
         *elements->front().number != 0;
}

/// How often a loop runs, where that is known at compile time.
static int64_t countTrips(Value trip, Value condition, Block &body) {
  Value goesOn = body.getTerminator()->getOperand(0);
  while (auto identity = goesOn.getDefiningOp<bitnet::onnx::IdentityOp>())
    goesOn = identity.getX();
  bool runsAll = (!condition || isKnownTrue(condition)) &&
                 (goesOn == Value(body.getArgument(1)) || isKnownTrue(goesOn));
  std::optional<SmallVector<int64_t>> count =
      runsAll ? bitnet::onnx::getNumbers(trip) : std::nullopt;
  return count && count->size() == 1 ? std::max<int64_t>(count->front(), 0)
                                     : ShapedType::kDynamic;
}

Operation *NodeImporter::createLoop(Value trip, Value condition,
                                    ValueRange inits, TypeRange head,
                                    MakeBody makeBody, Location loc) {
  SmallVector<Type> carried(inits.getTypes());
  // Each round but the last makes a size dynamic.
  Operation *holder = nullptr;
  SmallVector<Value> yielded;
  for (bool changed = true; changed;) {
    if (holder)
      holder->erase();
    OperationState unfinished(loc, "onnx.Loop");
    unfinished.addRegion();
    holder = builder.create(unfinished);
    OpBuilder::InsertionGuard guard(builder);
    Block *body = builder.createBlock(&holder->getRegion(0));
    SmallVector<Type> types(head);
    llvm::append_range(types, carried);
    for (Type type : types)
      body->addArgument(type, loc);
    yielded.clear();
    if (failed(makeBody(body->getArguments(), yielded)))
      return nullptr;
    bitnet::onnx::YieldOp::create(builder, loc, yielded);
    changed = false;
    for (auto [i, type] : llvm::enumerate(carried)) {
      Type next = yielded[i + 1].getType(), joined = joinTypes(type, next);
      if (!joined) {
        emitError(loc) << "a loop carries " << type << ", but gives " << next
                       << " as value #" << i
                       << " for the next iteration, expected one element type "
                          "and rank";
        return nullptr;
      }
      changed |= joined != type;
      type = joined;
    }
  }
  Block &body = holder->getRegion(0).front();
  OperationState state(loc, "onnx.Loop");
  state.addOperands(
      {trip ? trip : getNone(), condition ? condition : getNone()});
  state.addOperands(inits);
  state.addTypes(carried);
  int64_t trips = countTrips(trip, condition, body);
  for (Value scan : ArrayRef(yielded).drop_front(carried.size() + 1)) {
    auto type = cast<RankedTensorType>(scan.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape.insert(shape.begin(), trips);
    SmallVector<int64_t> known(llvm::make_filter_range(
        shape, [](int64_t size) { return !ShapedType::isDynamic(size); }));
    if (bitnet::onnx::checkedElementCount(known) < 0) {
      emitError(loc) << "a loop of " << trips << " iterations collects " << type
                     << " of each, which are more than 2^63 elements";
      return nullptr;
    }
    state.addTypes(RankedTensorType::get(shape, type.getElementType()));
  }
  state.addRegion()->takeBody(holder->getRegion(0));
  holder->erase();
  return builder.create(state);
}

/// The type of a loop's iteration or condition, one `element`: of rank 1 where
/// the graph says so.
static Type scalarType(const ValueInfoProto &input, Type element) {
  const auto &tensor = input.type().tensor_type();
  bool isVector = input.type().has_tensor_type() && tensor.has_shape() &&
                  tensor.shape().dim_size() == 1;
  SmallVector<int64_t> shape(isVector ? 1 : 0, 1);
  return RankedTensorType::get(shape, element);
}

static LogicalResult checkScalar(Value value, StringRef what, unsigned bits,
                                 Location loc) {
  if (!value)
    return success();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && type.getElementType().isSignlessInteger(bits) &&
      type.hasStaticShape() && type.getRank() <= 1 &&
      type.getNumElements() == 1)
    return success();
  return emitError(loc) << "the " << what << " of Loop has type "
                        << value.getType() << ", expected one "
                        << (bits == 1 ? "bool" : "int64");
}

LogicalResult NodeImporter::checkGraphInput(const ValueInfoProto &input,
                                            Value value, Location loc) {
  if (!input.has_type())
    return success();
  if (!input.type().has_tensor_type())
    return emitError(loc) << "input '" << input.name()
                          << "' of a graph in a node is not a tensor";
  Type element = bitnet::onnx::getElementType(
      value.getContext(), input.type().tensor_type().elem_type());
  Type found = cast<RankedTensorType>(value.getType()).getElementType();
  if (element != found)
    return emitError(loc) << "input '" << input.name()
                          << "' of a graph in a node gets " << value.getType()
                          << ", expected elements of type " << element;
  return success();
}

FailureOr<SmallVector<Value>> NodeImporter::lookUpTensors(const NodeProto &node,
                                                          int first,
                                                          Scope &scope,
                                                          Location loc) {
  SmallVector<Value> values;
  for (int i = first; i < node.input_size(); ++i) {
    FailureOr<Value> value = lookUp(node.input(i), scope);
    if (failed(value))
      return failure();
    if (!isa<RankedTensorType>(value->getType()))
      return emitError(loc)
             << "input #" << i << " of " << node.op_type()
             << (isSequence(*value) ? " is a sequence" : " is absent")
             << ", expected a tensor";
    values.push_back(*value);
  }
  return values;
}

LogicalResult NodeImporter::importLoop(const NodeProto &node, Scope &scope,
                                       Location loc) {
  const GraphProto *body = findGraph(node, "body", scope, loc);
  if (!body)
    return failure();
  int carried = node.input_size() - 2;
  if (carried < 0 || node.attribute_size() != 1)
    return emitError(loc) << "Loop has " << node.input_size() << " inputs and "
                          << node.attribute_size()
                          << " attributes, expected at least 2 and 1";
  if (body->input_size() != carried + 2 || body->output_size() <= carried ||
      node.output_size() >= body->output_size())
    return emitError(loc) << "the body of Loop has " << body->input_size()
                          << " inputs and " << body->output_size()
                          << " outputs, which does not go with the loop's "
                          << node.input_size() << " and " << node.output_size();
  Value head[2];
  for (int i : {0, 1}) {
    FailureOr<Value> value = lookUp(node.input(i), scope);
    if (failed(value))
      return failure();
    head[i] = isa<NoneType>(value->getType()) ? Value() : *value;
  }
  FailureOr<SmallVector<Value>> inits = lookUpTensors(node, 2, scope, loc);
  if (failed(inits) || failed(checkScalar(head[0], "trip count", 64, loc)) ||
      failed(checkScalar(head[1], "condition", 1, loc)))
    return failure();
  Type types[] = {scalarType(body->input(0), builder.getI64Type()),
                  scalarType(body->input(1), builder.getI1Type())};
  Operation *loop = createLoop(
      head[0], head[1], *inits, types,
      [&](Block::BlockArgListType arguments, SmallVectorImpl<Value> &yielded) {
        for (auto [input, argument] : llvm::zip(body->input(), arguments))
          if (failed(checkGraphInput(input, argument, loc)))
            return failure();
        SmallVector<Value> inputs(arguments.begin(), arguments.end());
        if (failed(importGraph(*body, "the body of Loop", inputs, scope, loc,
                               yielded)))
          return failure();
        return checkScalar(yielded.front(), "body's condition", 1, loc);
      },
      loc);
  if (!loop)
    return failure();
  bindOutputs(node, loop->getResults(), scope);
  return success();
}

//===-- Scans ------------------------------------------------------------===//

FailureOr<NodeImporter::ScanForm>
NodeImporter::readScanForm(const NodeProto &node, const Scope &scope,
                           Location loc) {
  ScanForm form;
  auto lists = [&](StringRef name) -> SmallVector<int64_t> * {
    return name == "scan_input_axes"          ? &form.inputAxes
           : name == "scan_output_axes"       ? &form.outputAxes
           : name == "scan_input_directions"  ? &form.inputBackwards
           : name == "scan_output_directions" ? &form.outputBackwards
                                              : nullptr;
  };
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.name() == "body")
      continue;
    const AttributeProto *value = resolveAttribute(attribute, scope);
    if (!value && !scope.isFunction)
      return emitOutsideReference(attribute, loc);
    if (!value)
      continue;
    SmallVector<int64_t> *list = lists(attribute.name());
    if (attribute.name() == "num_scan_inputs" &&
        value->type() == AttributeProto::INT)
      form.numScans = value->i();
    else if (list && value->type() == AttributeProto::INTS)
      list->assign(value->ints().begin(), value->ints().end());
    else
      return emitError(loc) << "Scan has no attribute '" << attribute.name()
                            << "' of this type";
  }
  if (form.numScans < 1 || form.numScans > node.input_size())
    return emitError(loc) << "Scan has " << node.input_size()
                          << " inputs, of which num_scan_inputs = "
                          << form.numScans << " are scanned, expected 1 to "
                          << node.input_size();
  return form;
}

/// Fills `list` with zeros where it is absent; each entry is below `limits` of
/// its place, counted from the end where negative.
static LogicalResult completeScanList(SmallVector<int64_t> &list,
                                      ArrayRef<int64_t> limits, StringRef what,
                                      bool fromEnd, Location loc) {
  if (list.empty())
    list.assign(limits.size(), 0);
  if (list.size() != limits.size())
    return emitError(loc) << "Scan has " << list.size() << " " << what
                          << ", expected " << limits.size();
  for (auto [entry, limit] : llvm::zip_equal(list, limits)) {
    int64_t least = fromEnd ? -limit : 0;
    if (entry < least || entry >= limit)
      return emitError(loc)
             << "Scan has " << entry << " among its " << what
             << ", expected one in [" << least << ", " << limit - 1 << "]";
    entry += entry < 0 ? limit : 0;
  }
  return success();
}

static SmallVector<int64_t> ranksOf(ArrayRef<Value> values, int64_t more) {
  return llvm::map_to_vector(values, [&](Value value) {
    return cast<RankedTensorType>(value.getType()).getRank() + more;
  });
}

Value NodeImporter::emitOp(StringRef name, ValueRange operands,
                           ArrayRef<NamedAttribute> attributes, Location loc) {
  OperationState state(loc, ("onnx." + name).str());
  state.addOperands(operands);
  state.addAttributes(attributes);
  if (failed(bitnet::onnx::inferResultTypes(state)))
    return {};
  return builder.create(state)->getResult(0);
}

/// The elements of a scan in the order and along the axis that Scan asks for;
/// null after an error.
Value NodeImporter::arrangeScan(Value scan, int64_t axis, bool backwards,
                                Location loc) {
  auto list = [&](int64_t number) {
    return createConstant(builder.getI64TensorAttr(number), loc);
  };
  if (backwards)
    scan = emitOp("Slice",
                  {scan, list(-1), list(std::numeric_limits<int64_t>::min()),
                   list(0), list(-1)},
                  {}, loc);
  if (!scan || axis == 0)
    return scan;
  int64_t rank = cast<RankedTensorType>(scan.getType()).getRank();
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(1, rank));
  order.insert(order.begin() + axis, 0);
  return emitOp(
      "Transpose", scan,
      builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr(order)), loc);
}

LogicalResult NodeImporter::importScan(const NodeProto &node, Scope &scope,
                                       Location loc) {
  auto opset = scope.opsets->find("");
  if (opset != scope.opsets->end() && opset->second < 9)
    return emitError(loc) << "Scan has a form in opset " << opset->second
                          << " that is not supported, expected opset 9 to "
                          << bitnet::onnx::kNewestOpset;
  const GraphProto *body = findGraph(node, "body", scope, loc);
  if (!body)
    return failure();
  FailureOr<ScanForm> form = readScanForm(node, scope, loc);
  FailureOr<SmallVector<Value>> inputs =
      succeeded(form) ? lookUpTensors(node, 0, scope, loc)
                      : FailureOr<SmallVector<Value>>(failure());
  if (failed(inputs))
    return failure();
  size_t states = inputs->size() - form->numScans;
  if (body->input_size() != static_cast<int>(inputs->size()) ||
      body->output_size() < static_cast<int>(states) ||
      node.output_size() > body->output_size())
    return emitError(loc) << "the body of Scan has " << body->input_size()
                          << " inputs and " << body->output_size()
                          << " outputs, which does not go with the scan's "
                          << node.input_size() << " and " << node.output_size();
  MutableArrayRef<Value> scans = MutableArrayRef(*inputs).drop_front(states);
  SmallVector<int64_t> two(scans.size(), 2);
  if (failed(completeScanList(form->inputAxes, ranksOf(scans, 0), "input axes",
                              true, loc)) ||
      failed(completeScanList(form->inputBackwards, two, "input directions",
                              false, loc)))
    return failure();
  // All scans have one length.
  int64_t axis = form->inputAxes.front();
  Value length =
      emitOp("Shape", scans.front(),
             {builder.getNamedAttr("start", builder.getI64IntegerAttr(axis)),
              builder.getNamedAttr("end", builder.getI64IntegerAttr(axis + 1))},
             loc);
  for (auto [scan, along] :
       llvm::drop_begin(llvm::zip_equal(scans, form->inputAxes)))
    if (!(scan = emitOp(
              "CheckSizes", {scan, length},
              builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(along)),
              loc)))
      return failure();
  Value last = emitOp(
      "Sub",
      {emitOp("Squeeze", length,
              builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(0)),
              loc),
       createConstant(
           DenseElementsAttr::get(
               RankedTensorType::get({}, builder.getI64Type()), int64_t(1)),
           loc)},
      {}, loc);
  Type head[] = {RankedTensorType::get({}, builder.getI64Type()),
                 RankedTensorType::get({}, builder.getI1Type())};
  Operation *loop = createLoop(
      length, Value(), ArrayRef(*inputs).take_front(states), head,
      [&](Block::BlockArgListType arguments, SmallVectorImpl<Value> &yielded) {
        SmallVector<Value> values(arguments.begin() + 2, arguments.end());
        for (auto [i, scan] : llvm::enumerate(scans)) {
          Value at = arguments[0];
          if (form->inputBackwards[i])
            at = emitOp("Sub", {last, at}, {}, loc);
          values.push_back(
              emitOp("Gather", {scan, at},
                     builder.getNamedAttr(
                         "axis", builder.getI64IntegerAttr(form->inputAxes[i])),
                     loc));
        }
        for (auto [input, value] : llvm::zip_equal(body->input(), values))
          if (!value || failed(checkGraphInput(input, value, loc)))
            return failure();
        yielded.push_back(arguments[1]);
        return importGraph(*body, "the body of Scan", values, scope, loc,
                           yielded);
      },
      loc);
  if (!loop)
    return failure();
  SmallVector<Value> results(loop->getResults());
  MutableArrayRef<Value> outputs = MutableArrayRef(results).drop_front(states);
  two.assign(outputs.size(), 2);
  if (failed(completeScanList(form->outputAxes, ranksOf(outputs, 0),
                              "output axes", true, loc)) ||
      failed(completeScanList(form->outputBackwards, two, "output directions",
                              false, loc)))
    return failure();
  for (auto [i, output] : llvm::enumerate(outputs))
    if (!(output = arrangeScan(output, form->outputAxes[i],
                               form->outputBackwards[i], loc)))
      return failure();
  bindOutputs(node, results, scope);
  return success();
}
