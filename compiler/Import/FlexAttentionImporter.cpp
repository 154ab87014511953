//===- FlexAttentionImporter.cpp - FlexAttention --------------------------===//
//
// Its graphs work on tensors of all scores: they are inlined between the
// operators that Attention stands for.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NodeImporter.h"

#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using bitnet::onnx::OpEmitter;
using bitnet::onnx::typeOf;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

/// Q, K and V are what Attention takes, with 4 axes of one element type.
static LogicalResult checkInputs(ArrayRef<Value> inputs,
                                 const NamedAttrList &attributes,
                                 Location loc) {
  Type element = typeOf(inputs.front()).getElementType();
  for (Value input : inputs) {
    RankedTensorType type = typeOf(input);
    if (type.getRank() != 4 || type.isDynamicDim(1) || type.isDynamicDim(3) ||
        type.getElementType() != element)
      return emitError(loc)
             << "FlexAttention has an input of type " << type
             << ", expected 4 axes, of which heads and features are known, and "
                "elements of type "
             << element;
  }
  MLIRContext *context = loc.getContext();
  SmallVector<Type> types;
  bitnet::onnx::Inference in(context, loc, "FlexAttention", inputs,
                             attributes.getDictionary(context), types);
  return failure(failed(in.checkAttributes()) ||
                 failed(bitnet::onnx::inferAttention(in)));
}

FailureOr<Value> NodeImporter::modifyScores(const NodeProto &node,
                                            StringRef name, Value scores,
                                            Scope &scope, Location loc) {
  bool isGiven =
      llvm::any_of(node.attribute(), [&](const AttributeProto &attribute) {
        return attribute.name() == name;
      });
  if (!isGiven)
    return scores;
  const GraphProto *graph = findGraph(node, name, scope, loc);
  if (!graph)
    return failure();
  if (graph->input_size() != 1 || graph->output_size() != 1)
    return emitError(loc) << "`" << name << "` of FlexAttention has "
                          << graph->input_size() << " inputs and "
                          << graph->output_size()
                          << " outputs, expected one of each";
  SmallVector<Value> outputs;
  if (failed(checkGraphInput(graph->input(0), scores, loc)) ||
      failed(importGraph(*graph, "a graph of FlexAttention", scores, scope, loc,
                         outputs)))
    return failure();
  Type expected = scores.getType(), found = outputs.front().getType();
  if (getElementTypeOrSelf(expected) != getElementTypeOrSelf(found) ||
      failed(verifyCompatibleShape(expected, found)))
    return emitError(loc) << "`" << name << "` of FlexAttention makes " << found
                          << " of " << expected << ", expected the same type";
  return OpEmitter(builder, loc).checkShape(outputs.front(), scores);
}

LogicalResult NodeImporter::importFlexAttention(const NodeProto &node,
                                                Scope &scope, Location loc) {
  int64_t opset = scope.opsets->lookup(node.domain());
  if (opset != 1)
    return emitError(loc) << "FlexAttention is of opset " << opset << " of "
                          << node.domain() << ", expected opset 1";
  FailureOr<SmallVector<Value>> inputs = lookUpTensors(node, 0, scope, loc);
  if (failed(inputs))
    return failure();
  if (inputs->size() != 3 || node.output_size() != 1)
    return emitError(loc) << "FlexAttention has " << inputs->size()
                          << " inputs and " << node.output_size()
                          << " outputs, expected 3 and 1";
  NamedAttrList attributes;
  auto isKnown = [](StringRef name) {
    return name == "scale" || name == "softmax_precision";
  };
  if (failed(importAttributes(node, scope, isKnown, {"score_mod", "prob_mod"},
                              attributes, loc)) ||
      failed(checkInputs(*inputs, attributes, loc)))
    return failure();

  OpEmitter emit(builder, loc);
  Value query = (*inputs)[0], batch = emit.sizeOf(query, 0);
  Value key = emit.checkSizes((*inputs)[1], 0, batch);
  Value value =
      emit.checkSizes((*inputs)[2], {0, 2}, {batch, emit.sizeOf(key, 2)});
  Type element = typeOf(query).getElementType();
  auto precision =
      dyn_cast_or_null<IntegerAttr>(attributes.get("softmax_precision"));
  Type wide = precision && precision.getInt() != 0
                  ? bitnet::onnx::getElementType(builder.getContext(),
                                                 precision.getInt())
                  : bitnet::onnx::getWide(query);
  if (wide == element &&
      node.attribute_size() == int(attributes.getAttrs().size())) {
    // Without graphs it is an Attention, as recognition knows it.
    bindOutputs(
        node,
        emit.make("Attention", {query, key, value}, attributes.getAttrs()),
        scope);
    return success();
  }
  int64_t heads = typeOf(query).getDimSize(1);
  auto given = dyn_cast_or_null<FloatAttr>(attributes.get("scale"));
  double scale = given ? given.getValueAsDouble()
                       : 1 / std::sqrt(double(typeOf(query).getDimSize(3)));
  // Half of the scale on either side, as ONNX says.
  Value root = emit.scalar(element, std::sqrt(scale));
  Value keys = emit.mul(emit.repeatHeads(key, heads), root);
  Value scores = emit.make(
      "MatMul", {emit.mul(query, root), emit.transpose(keys, {0, 1, 3, 2})});
  FailureOr<Value> modified =
      modifyScores(node, "score_mod", emit.cast(scores, wide), scope, loc);
  if (failed(modified))
    return failure();
  Value weights = emit.make("Softmax", *modified, emit.attr("axis", -1));
  modified = modifyScores(node, "prob_mod", weights, scope, loc);
  if (failed(modified))
    return failure();
  Value values = emit.cast(emit.repeatHeads(value, heads), wide);
  Value y = emit.make("MatMul", {*modified, values});
  bindOutputs(node, emit.cast(y, element), scope);
  return success();
}
