#include "compiler/Import/SequenceImporter.h"

#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet;
using bitnet::onnx::OpEmitter;
using bitnet::onnx::typeOf;

/// An operator with the number of its inputs (most is -1: any) and its
/// attributes.
struct SequenceImporter::Operator {
  StringLiteral name;
  int least, most;
  StringLiteral attributes[2];
  Result (SequenceImporter::*import)(const SequenceNode &);
};

ArrayRef<SequenceImporter::Operator> SequenceImporter::getOperators() {
  using Self = SequenceImporter;
  static const Operator operators[] = {
      {"ConcatFromSequence",
       1,
       1,
       {"axis", "new_axis"},
       &Self::concatFromSequence},
      {"Optional", 0, 1, {"", ""}, &Self::optional},
      {"OptionalGetElement", 1, 1, {"", ""}, &Self::optionalGetElement},
      {"OptionalHasElement", 0, 1, {"", ""}, &Self::optionalHasElement},
      {"SequenceAt", 2, 2, {"", ""}, &Self::sequenceAt},
      {"SequenceConstruct", 1, -1, {"", ""}, &Self::sequenceConstruct},
      {"SequenceEmpty", 0, 0, {"dtype", ""}, &Self::sequenceConstruct},
      {"SequenceErase", 1, 2, {"", ""}, &Self::sequenceErase},
      {"SequenceInsert", 2, 3, {"", ""}, &Self::sequenceInsert},
      {"SequenceLength", 1, 1, {"", ""}, &Self::sequenceLength},
      {"SplitToSequence", 1, 2, {"axis", "keepdims"}, &Self::splitToSequence}};
  return operators;
}

const SequenceImporter::Operator *SequenceImporter::find(StringRef op) {
  ArrayRef<Operator> operators = getOperators();
  const Operator *found = llvm::find_if(
      operators, [&](const Operator &each) { return each.name == op; });
  return found == operators.end() ? nullptr : found;
}

bool SequenceImporter::handles(StringRef op) { return find(op) != nullptr; }

bool SequenceImporter::hasAttribute(StringRef op, StringRef attribute) {
  return !attribute.empty() &&
         llvm::is_contained(find(op)->attributes, attribute);
}

SequenceImporter::Result SequenceImporter::import(const SequenceNode &node) {
  const Operator &op = *find(node.name);
  int count = node.inputs.size();
  if (count < op.least || (op.most >= 0 && count > op.most))
    return emitError(node.loc)
           << node.name << " has " << count << " inputs, expected "
           << (count < op.least ? "at least " : "at most ")
           << (count < op.least ? op.least : op.most);
  return (this->*op.import)(node);
}

//===-- What nodes hold
//----------------------------------------------------===//

int64_t SequenceNode::getInt(StringRef attribute, int64_t byDefault) const {
  auto value = dyn_cast_or_null<IntegerAttr>(attributes.get(attribute));
  return value ? value.getInt() : byDefault;
}

bool bitnet::isSequence(Value value) { return isa<TupleType>(value.getType()); }

/// Input `i`, a tensor; null after an error.
static Value getTensor(const SequenceNode &node, size_t i) {
  Value value = i < node.inputs.size() ? node.inputs[i] : Value();
  if (value && !isSequence(value))
    return value;
  emitError(node.loc) << node.name << " has " << (value ? "a sequence" : "none")
                      << " as input #" << i << ", expected a tensor";
  return {};
}

/// The elements of input 0, a sequence.
static FailureOr<SmallVector<Value>> getSequence(const SequenceNode &node) {
  Value value = node.inputs.front();
  if (!value || !isSequence(value))
    return emitError(node.loc)
           << node.name << " has " << (value ? "a tensor" : "none")
           << " as input #0, expected a sequence";
  auto made = value.getDefiningOp<UnrealizedConversionCastOp>();
  return llvm::to_vector(made.getInputs());
}

/// The place in a sequence of `size` elements that input `i` counts, from the
/// end where it is negative; `byDefault` where it is absent. With `endToo` it
/// may be behind the last element.
static FailureOr<int64_t> getPosition(const SequenceNode &node, size_t i,
                                      int64_t size, int64_t byDefault,
                                      bool endToo) {
  int64_t position = byDefault;
  if (i < node.inputs.size() && node.inputs[i]) {
    Value value = getTensor(node, i);
    if (!value)
      return failure();
    std::optional<SmallVector<int64_t>> numbers =
        bitnet::onnx::getNumbers(value);
    if (!numbers || numbers->size() != 1)
      return emitError(node.loc)
             << node.name << " counts to a position of type " << value.getType()
             << ", expected one number that is known at compile time";
    position = numbers->front();
  }
  if (position < -size || position >= size + endToo)
    return emitError(node.loc)
           << node.name << " counts to position " << position
           << " of a sequence of " << size << " elements";
  return position < 0 ? position + size : position;
}

/// `axis` made non-negative, of tensors of `rank`.
static FailureOr<int64_t> getAxis(const SequenceNode &node, int64_t rank) {
  int64_t axis = node.getInt("axis", 0);
  if (axis < -rank || axis >= rank)
    return emitError(node.loc)
           << node.name << " has axis " << axis << ", expected one in ["
           << -rank << ", " << rank - 1 << "]";
  return axis < 0 ? axis + rank : axis;
}

//===-- What nodes become
//--------------------------------------------------===//

LogicalResult SequenceImporter::reserve(int64_t count,
                                        const SequenceNode &node) {
  if (count > kMaxElements - numElements)
    return emitError(node.loc) << node.name << " makes sequences of more than "
                               << kMaxElements << " elements in all";
  numElements += count;
  return success();
}

SequenceImporter::Result SequenceImporter::make(ValueRange elements,
                                                const SequenceNode &node) {
  Type element;
  for (Value each : elements) {
    Type own = typeOf(each).getElementType();
    if (element && own != element)
      return emitError(node.loc)
             << node.name << " makes a sequence of " << element << " and "
             << own << ", expected one element type";
    element = own;
  }
  Type type = TupleType::get(builder.getContext(), elements.getTypes());
  return UnrealizedConversionCastOp::create(builder, node.loc, TypeRange{type},
                                            elements)
      .getResult(0);
}

SequenceImporter::Result
SequenceImporter::emit(StringRef name, ValueRange operands,
                       ArrayRef<NamedAttribute> attributes, Location loc) {
  OperationState state(loc, ("onnx." + name).str());
  state.addOperands(operands);
  state.addAttributes(attributes);
  if (failed(bitnet::onnx::inferResultTypes(state)))
    return failure();
  return builder.create(state)->getResult(0);
}

void SequenceImporter::erase(Operation *root) {
  root->walk([](UnrealizedConversionCastOp op) {
    if (isSequence(op.getResult(0)))
      op.erase();
  });
}

SequenceImporter::Result
SequenceImporter::sequenceConstruct(const SequenceNode &node) {
  for (size_t i = 0; i < node.inputs.size(); ++i)
    if (!getTensor(node, i))
      return failure();
  if (failed(reserve(node.inputs.size(), node)))
    return failure();
  return make(node.inputs, node);
}

SequenceImporter::Result
SequenceImporter::sequenceAt(const SequenceNode &node) {
  FailureOr<SmallVector<Value>> elements = getSequence(node);
  if (failed(elements) || !getTensor(node, 1))
    return failure();
  FailureOr<int64_t> position =
      getPosition(node, 1, elements->size(), 0, /*endToo=*/false);
  if (failed(position))
    return failure();
  return (*elements)[*position];
}

SequenceImporter::Result
SequenceImporter::sequenceInsert(const SequenceNode &node) {
  FailureOr<SmallVector<Value>> elements = getSequence(node);
  if (failed(elements))
    return failure();
  Value fresh = getTensor(node, 1);
  if (!fresh)
    return failure();
  int64_t size = elements->size();
  FailureOr<int64_t> position =
      getPosition(node, 2, size, size, /*endToo=*/true);
  if (failed(position) || failed(reserve(size + 1, node)))
    return failure();
  elements->insert(elements->begin() + *position, fresh);
  return make(*elements, node);
}

SequenceImporter::Result
SequenceImporter::sequenceErase(const SequenceNode &node) {
  FailureOr<SmallVector<Value>> elements = getSequence(node);
  if (failed(elements))
    return failure();
  int64_t size = elements->size();
  FailureOr<int64_t> position =
      getPosition(node, 1, size, -1, /*endToo=*/false);
  if (failed(position) || failed(reserve(size - 1, node)))
    return failure();
  elements->erase(elements->begin() + *position);
  return make(*elements, node);
}

SequenceImporter::Result
SequenceImporter::sequenceLength(const SequenceNode &node) {
  FailureOr<SmallVector<Value>> elements = getSequence(node);
  if (failed(elements))
    return failure();
  return OpEmitter(builder, node.loc).integer(elements->size());
}

SequenceImporter::Result
SequenceImporter::concatFromSequence(const SequenceNode &node) {
  FailureOr<SmallVector<Value>> elements = getSequence(node);
  if (failed(elements))
    return failure();
  int64_t isNew = node.getInt("new_axis", 0);
  if (elements->empty() || (isNew != 0 && isNew != 1))
    return emitError(node.loc) << node.name << " joins " << elements->size()
                               << " elements with `new_axis` " << isNew
                               << ", expected one element or more and 0 or 1";
  if (!node.attributes.get("axis"))
    return emitError(node.loc) << node.name << " has no `axis`";
  FailureOr<int64_t> axis =
      getAxis(node, typeOf(elements->front()).getRank() + isNew);
  if (failed(axis))
    return failure();
  for (Value &element : *elements) {
    if (!isNew)
      break;
    Result wider =
        emit("Unsqueeze", element,
             builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(*axis)),
             node.loc);
    if (failed(wider))
      return failure();
    element = *wider;
  }
  return emit("Concat", *elements,
              builder.getNamedAttr("axis", builder.getI64IntegerAttr(*axis)),
              node.loc);
}

/// The sizes of the parts of an axis of `size` elements: those of `split`, as
/// many as `split` says of each, or, where it is null, of one each. `reserve`
/// is asked before there are that many.
static FailureOr<SmallVector<int64_t>>
getParts(const SequenceNode &node, Value split, int64_t size,
         function_ref<LogicalResult(int64_t)> reserve) {
  int64_t length = 1;
  if (split) {
    std::optional<SmallVector<int64_t>> numbers =
        bitnet::onnx::getNumbers(split);
    if (!numbers)
      return emitError(node.loc)
             << node.name << " has parts of type " << split.getType()
             << ", expected few that are known at compile time";
    if (typeOf(split).getRank() == 1) {
      if (failed(reserve(numbers->size())))
        return failure();
      return *numbers;
    }
    length = numbers->front();
  }
  if (ShapedType::isDynamic(size) || length < 1)
    return emitError(node.loc)
           << node.name << " cuts "
           << (ShapedType::isDynamic(size) ? "an axis of unknown size"
                                           : "an axis")
           << " into parts of " << length
           << ", expected a size known at compile time and 1 or more";
  if (failed(reserve(llvm::divideCeil(size, length))))
    return failure();
  SmallVector<int64_t> parts(size / length, length);
  if (size % length != 0)
    parts.push_back(size % length);
  return parts;
}

SequenceImporter::Result
SequenceImporter::splitToSequence(const SequenceNode &node) {
  Value data = getTensor(node, 0);
  Value split = node.inputs.size() > 1 ? node.inputs[1] : Value();
  if (!data || (split && !getTensor(node, 1)))
    return failure();
  int64_t keepdims = node.getInt("keepdims", 1);
  if (keepdims != 0 && keepdims != 1)
    return emitError(node.loc) << node.name << " has `keepdims` " << keepdims
                               << ", expected 0 or 1";
  FailureOr<int64_t> axis = getAxis(node, typeOf(data).getRank());
  if (failed(axis))
    return failure();
  FailureOr<SmallVector<int64_t>> parts =
      getParts(node, split, typeOf(data).getDimSize(*axis),
               [&](int64_t count) { return reserve(count, node); });
  if (failed(parts))
    return failure();
  if (parts->empty())
    return make({}, node);
  auto count = builder.getI64IntegerAttr(parts->size());
  Result first =
      emit("Split", data,
           {builder.getNamedAttr("axis", builder.getI64IntegerAttr(*axis)),
            builder.getNamedAttr("split", builder.getDenseI64ArrayAttr(*parts)),
            builder.getNamedAttr("num_outputs", count)},
           node.loc);
  if (failed(first))
    return failure();
  SmallVector<Value> elements(first->getDefiningOp()->getResults());
  for (Value &element : elements) {
    if (split || keepdims)
      break;
    Result narrow =
        emit("Squeeze", element,
             builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(*axis)),
             node.loc);
    if (failed(narrow))
      return failure();
    element = *narrow;
  }
  return make(elements, node);
}

//===-- Optionals
//----------------------------------------------------------===//

SequenceImporter::Result SequenceImporter::optional(const SequenceNode &node) {
  return node.inputs.empty() ? Value() : node.inputs.front();
}

SequenceImporter::Result
SequenceImporter::optionalGetElement(const SequenceNode &node) {
  if (!node.inputs.front())
    return emitError(node.loc)
           << node.name << " has none as input #0, expected an element";
  return node.inputs.front();
}

SequenceImporter::Result
SequenceImporter::optionalHasElement(const SequenceNode &node) {
  bool has = !node.inputs.empty() && node.inputs.front();
  return OpEmitter(builder, node.loc).scalar(builder.getI1Type(), has);
}
