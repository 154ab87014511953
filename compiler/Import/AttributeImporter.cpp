#include "compiler/Import/NodeImporter.h"

using namespace mlir;
using namespace bitnet;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;

const AttributeProto *
NodeImporter::resolveAttribute(const AttributeProto &attribute,
                               const Scope &scope) {
  if (attribute.ref_attr_name().empty())
    return &attribute;
  return scope.attributes.lookup(attribute.ref_attr_name());
}

Attribute NodeImporter::importAttribute(const AttributeProto &attribute,
                                        StringRef name, Location loc) {
  switch (attribute.type()) {
  case AttributeProto::INT:
    return builder.getI64IntegerAttr(attribute.i());
  case AttributeProto::FLOAT:
    return builder.getF32FloatAttr(attribute.f());
  case AttributeProto::STRING:
    return builder.getStringAttr(attribute.s());
  case AttributeProto::INTS:
    return builder.getDenseI64ArrayAttr(
        SmallVector<int64_t>(attribute.ints().begin(), attribute.ints().end()));
  case AttributeProto::FLOATS:
    return builder.getDenseF32ArrayAttr(SmallVector<float>(
        attribute.floats().begin(), attribute.floats().end()));
  case AttributeProto::STRINGS:
    return builder.getStrArrayAttr(SmallVector<StringRef>(
        attribute.strings().begin(), attribute.strings().end()));
  case AttributeProto::TENSOR:
    return tensors.read(attribute.t(), ("attribute '" + name + "'").str(), loc);
  case AttributeProto::GRAPH:
  case AttributeProto::GRAPHS:
    emitError(loc) << "attribute '" << name
                   << "' is a graph: control flow is not supported";
    return {};
  default:
    emitError(loc) << "attribute '" << name << "' has type "
                   << AttributeProto::AttributeType_Name(attribute.type())
                   << ", which is not supported";
    return {};
  }
}

LogicalResult
NodeImporter::emitOutsideReference(const AttributeProto &attribute,
                                   Location loc) {
  return emitError(loc) << "attribute '" << attribute.name() << "' refers to '"
                        << attribute.ref_attr_name()
                        << "', an attribute of a function, outside of one";
}

LogicalResult
NodeImporter::importAttributes(const NodeProto &node, const Scope &scope,
                               function_ref<bool(StringRef)> isKnown,
                               ArrayRef<StringRef> others,
                               NamedAttrList &attributes, Location loc) {
  for (const AttributeProto &attribute : node.attribute()) {
    StringRef name = attribute.name();
    if (llvm::is_contained(others, name))
      continue;
    // Ignoring what an attribute says would change the result silently.
    if (!isKnown(name))
      return emitError(loc)
             << node.op_type() << " has no attribute '" << name << "'";
    if (attributes.get(name))
      return emitError(loc)
             << node.op_type() << " has attribute '" << name << "' twice";
    const AttributeProto *resolved = resolveAttribute(attribute, scope);
    if (!resolved && !scope.isFunction)
      return emitOutsideReference(attribute, loc);
    if (!resolved)
      continue;
    Attribute value = importAttribute(*resolved, name, loc);
    if (!value)
      return failure();
    attributes.append(name, value);
  }
  return success();
}

/// The value of the scalar and list forms of a Constant node; null if `name`
/// and the attribute's type are not one of them.
static ElementsAttr constantFromNumbers(StringRef name,
                                        const AttributeProto &attribute,
                                        Builder &builder) {
  auto make = [&](ArrayRef<int64_t> shape, Type element, const void *values) {
    char *data;
    bitnet::onnx::HostTensor tensor = bitnet::onnx::HostTensor::allocate(
        RankedTensorType::get(shape, element), data);
    if (!tensor.bytes.empty())
      std::memcpy(data, values, tensor.bytes.size());
    return tensor.toAttr("constant");
  };
  Type f32 = builder.getF32Type(), i64 = builder.getI64Type();
  AttributeProto::AttributeType type = attribute.type();
  if (name == "value_float" && type == AttributeProto::FLOAT) {
    float value = attribute.f();
    return make({}, f32, &value);
  }
  if (name == "value_int" && type == AttributeProto::INT) {
    int64_t value = attribute.i();
    return make({}, i64, &value);
  }
  if (name == "value_floats" && type == AttributeProto::FLOATS)
    return make({attribute.floats_size()}, f32, attribute.floats().data());
  if (name == "value_ints" && type == AttributeProto::INTS)
    return make({attribute.ints_size()}, i64, attribute.ints().data());
  return {};
}

LogicalResult NodeImporter::importConstant(const NodeProto &node, Scope &scope,
                                           Location loc) {
  if (node.attribute_size() != 1 || node.output_size() != 1 ||
      node.input_size() != 0)
    return emitError(loc) << "Constant has " << node.input_size() << " inputs, "
                          << node.attribute_size() << " attributes and "
                          << node.output_size()
                          << " outputs, expected 0, 1 and 1";
  const AttributeProto &attribute = node.attribute(0);
  const AttributeProto *resolved = resolveAttribute(attribute, scope);
  if (!resolved)
    return emitError(loc) << "Constant takes its value from attribute '"
                          << attribute.ref_attr_name()
                          << "', which is not given";
  StringRef name = attribute.name();
  ElementsAttr value;
  if (name == "value" && resolved->type() == AttributeProto::TENSOR) {
    value = tensors.read(resolved->t(), "attribute 'value'", loc);
    if (!value)
      return failure();
  } else {
    value = constantFromNumbers(name, *resolved, builder);
  }
  if (!value)
    return emitError(loc) << "Constant with attribute '" << name << "' of type "
                          << AttributeProto::AttributeType_Name(
                                 resolved->type())
                          << " is not supported";
  scope.values[node.output(0)] = createConstant(value, loc);
  return success();
}
