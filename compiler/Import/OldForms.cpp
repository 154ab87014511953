#include "compiler/Import/OldForms.h"

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using bitnet::onnx::ConstantReader;
using bitnet::onnx::getConstant;
using bitnet::onnx::OpEmitter;
using ::onnx::NodeProto;

static RankedTensorType getType(const OperationState &state, unsigned index) {
  return index < state.operands.size()
             ? dyn_cast<RankedTensorType>(state.operands[index].getType())
             : RankedTensorType();
}

static std::optional<int64_t> getInt(const OperationState &state,
                                     StringRef name) {
  auto value = dyn_cast_or_null<IntegerAttr>(state.attributes.get(name));
  return value ? std::optional(value.getInt()) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Attributes that came later
//===----------------------------------------------------------------------===//

/// Without these an operator means something else; other attributes that came
/// late only say what was so before.
static LogicalResult checkAttributes(const NodeProto &node, int64_t opset,
                                     const OperationState &state) {
  struct Entry {
    StringRef op, attribute;
    int64_t since;
  };
  static const Entry entries[] = {
      {"DequantizeLinear", "axis", 13},
      {"DequantizeLinear", "block_size", 21},
      {"DequantizeLinear", "output_dtype", 23},
      {"QuantizeLinear", "axis", 13},
      {"QuantizeLinear", "saturate", 19},
      {"QuantizeLinear", "block_size", 21},
      {"QuantizeLinear", "output_dtype", 21},
      {"QuantizeLinear", "precision", 23},
      {"Resize", "coordinate_transformation_mode", 11},
      {"Resize", "exclude_outside", 11},
      {"Resize", "nearest_mode", 11},
      {"Resize", "antialias", 18},
      {"Resize", "axes", 18},
      {"Resize", "keep_aspect_ratio_policy", 18}};
  for (const Entry &entry : entries)
    if (entry.op == node.op_type() && opset < entry.since &&
        state.attributes.get(entry.attribute))
      return emitError(state.location)
             << entry.op << " has no attribute '" << entry.attribute
             << "' in opset " << opset << ", it came with opset "
             << entry.since;
  return success();
}

/// Quantisation before opset 13: of the whole tensor.
static LogicalResult checkOneScale(const NodeProto &node, int64_t opset,
                                   const OperationState &state) {
  for (unsigned index : {1, 2}) {
    RankedTensorType type = getType(state, index);
    if (type && (!type.hasStaticShape() || type.getNumElements() != 1))
      return emitError(state.location)
             << node.op_type() << " of opset " << opset << " has operand "
             << index << " of type " << type
             << ", expected one element, scales of an axis came with opset 13";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Softmax, LogSoftmax and Hardmax before opset 13
//===----------------------------------------------------------------------===//

static bool isSoftmax(const NodeProto &node, int64_t opset) {
  return opset < 13 && llvm::is_contained({"Softmax", "LogSoftmax", "Hardmax"},
                                          StringRef(node.op_type()));
}

/// Axes from `axis` (1 where absent) on are one: they are flattened, unless
/// there is only one.
static LogicalResult flatten(const NodeProto &node, OperationState &state,
                             OpBuilder &builder) {
  RankedTensorType type = getType(state, 0);
  if (!type)
    return success();
  int64_t rank = type.getRank(), axis = getInt(state, "axis").value_or(1);
  if (axis < -rank || axis >= rank)
    return emitError(state.location)
           << node.op_type() << " has axis " << axis << ", expected one in ["
           << -rank << ", " << rank - 1 << "]";
  axis += axis < 0 ? rank : 0;
  OpEmitter emit(builder, state.location);
  bool isLast = axis == rank - 1;
  if (!isLast)
    state.operands[0] =
        emit.make("Flatten", state.operands[0], emit.attr("axis", axis));
  state.attributes.set("axis", builder.getI64IntegerAttr(isLast ? axis : 1));
  return success();
}

//===----------------------------------------------------------------------===//
// GroupNormalization before opset 21
//===----------------------------------------------------------------------===//

/// Scale and bias have an element for each group: it is repeated for the
/// group's channels. What does not fit otherwise inference refuses.
static LogicalResult repeatForChannels(const NodeProto &node, int64_t opset,
                                       OperationState &state,
                                       OpBuilder &builder) {
  RankedTensorType type = getType(state, 0);
  int64_t groups = getInt(state, "num_groups").value_or(0);
  bool isKnown = type && type.getRank() > 1 && !type.isDynamicDim(1) &&
                 groups > 0 && type.getDimSize(1) % groups == 0;
  if (!isKnown)
    return success();
  OpEmitter emit(builder, state.location);
  for (unsigned index : {1, 2}) {
    RankedTensorType own = getType(state, index);
    if (!own)
      continue;
    if (own.getRank() != 1 || own.getDimSize(0) != groups)
      return emitError(state.location)
             << node.op_type() << " of opset " << opset << " has operand "
             << index << " of type " << own << ", expected an element for each"
             << " of " << groups << " groups";
    Value &each = state.operands[index];
    each =
        emit.make("Expand", {emit.unsqueeze(each, 1),
                             emit.ints({groups, type.getDimSize(1) / groups})});
    each = emit.reshape(each, -1);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Resize before opset 11
//===----------------------------------------------------------------------===//

/// Whether inference takes `scales` for `x`, as far as it can tell.
static bool areScales(Value x, Value scales) {
  auto type = dyn_cast<RankedTensorType>(x.getType());
  auto own = dyn_cast<RankedTensorType>(scales.getType());
  if (!type || type.getRank() == 0 || !type.getElementType().isIntOrFloat() ||
      !own || !own.getElementType().isF32() || own.getRank() != 1 ||
      own.getDimSize(0) != type.getRank())
    return false;
  unsigned bits = type.getElementTypeBitWidth();
  if (bits != 1 && bits < (isa<FloatType>(type.getElementType()) ? 16 : 8))
    return false;
  if (std::optional<ConstantReader> constant = getConstant(scales))
    for (int64_t i = 0; i < constant->size(); ++i)
      if (!(constant->getFloat(i) > 0) || std::isinf(constant->getFloat(i)))
        return false;
  return true;
}

/// `scales`, those above (with `isDown`) or below 1 being 1.
static Value boundScales(Value scales, bool isDown, OpEmitter &emit) {
  std::optional<ConstantReader> constant = getConstant(scales);
  Type f32 = emit.builder.getF32Type();
  if (!constant)
    return emit.make(isDown ? "Min" : "Max", {scales, emit.scalar(f32, 1)});
  SmallVector<float> bounded;
  for (int64_t i = 0; i < constant->size(); ++i) {
    float scale = constant->getFloat(i);
    bounded.push_back(isDown ? std::min(scale, 1.f) : std::max(scale, 1.f));
  }
  return emit.constant(DenseElementsAttr::get(
      RankedTensorType::get(constant->size(), f32), ArrayRef(bounded)));
}

/// The operator of scales alone. Its places are x / scale; the nearest element
/// is the one before where there are to be more, the one behind where there are
/// to be less: two operators of today.
static LogicalResult splitResize(OperationState &state, OpBuilder &builder) {
  if (state.operands.size() != 2)
    return emitError(state.location)
           << "Resize of opset 10 has " << state.operands.size()
           << " operands, expected the tensor and scales";
  OpEmitter emit(builder, state.location);
  Value x = state.operands[0], scales = state.operands[1];
  Value none = emit.orNone(Value());
  NamedAttribute places = builder.getNamedAttr(
      "coordinate_transformation_mode", builder.getStringAttr("asymmetric"));
  state.addAttributes(places);
  auto mode = dyn_cast_or_null<StringAttr>(state.attributes.get("mode"));
  if (areScales(x, scales) && (!mode || mode == "nearest")) {
    auto rounding = [&](StringRef name) {
      return builder.getNamedAttr("nearest_mode", builder.getStringAttr(name));
    };
    x = emit.make("Resize", {x, none, boundScales(scales, true, emit)},
                  {places, rounding("ceil")});
    scales = boundScales(scales, false, emit);
    state.addAttributes(rounding("floor"));
  }
  state.operands = {x, none, scales};
  return success();
}

LogicalResult bitnet::modernizeNode(const NodeProto &node, int64_t opset,
                                    OperationState &state, OpBuilder &builder) {
  StringRef name = node.op_type();
  if (failed(checkAttributes(node, opset, state)))
    return failure();
  if (opset < 13 && (name == "DequantizeLinear" || name == "QuantizeLinear"))
    return checkOneScale(node, opset, state);
  if (isSoftmax(node, opset))
    return flatten(node, state, builder);
  if (opset < 11 && name == "Resize")
    return splitResize(state, builder);
  if (opset < 21 && name == "GroupNormalization")
    return repeatForChannels(node, opset, state, builder);
  return success();
}

Value bitnet::modernizeResult(const NodeProto &node, int64_t opset,
                              Value operand, Operation *op,
                              OpBuilder &builder) {
  Value result = op->getResult(0);
  if (!isSoftmax(node, opset) || op->getOperand(0) == operand)
    return result;
  OpEmitter emit(builder, op->getLoc());
  return emit.make("Reshape", {result, emit.make("Shape", operand)});
}
