#include "compiler/Recognize/ShapeTracer.h"

#include "compiler/Recognize/Matchers.h"

#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SaveAndRestore.h"

#include <algorithm>

using namespace mlir;

namespace bitnet::recognize {

using Dims = SmallVector<Dim>;

/// Elements that a shape computation can have; shapes are short.
static constexpr int64_t kMaxElements = 16;
/// Values that are followed one from the other: what lies deeper is not
/// understood.
static constexpr int kMaxDepth = 512;

/// Whether sizes, and what is told of them, are numbers of `type`.
static bool holdsSizes(Type type) {
  return isa<IndexType>(type) || type.isSignlessInteger(32) ||
         type.isSignlessInteger(64);
}

bool keepsIntegers(Operation *op) {
  if (isOnnx(op, "Cast"))
    return holdsSizes(elementType(op->getOperand(0))) &&
           holdsSizes(elementType(op->getResult(0)));
  bool moves = isOnnx(op, "Identity") || isOnnx(op, "Squeeze") ||
               isOnnx(op, "Unsqueeze") || isOnnx(op, "Reshape");
  return moves && elementType(op->getOperand(0)).isIntOrIndex();
}

Dim ShapeTracer::sizeOf(Value tensor, int64_t axis) {
  RankedTensorType type = rankedType(tensor);
  if (type && axis < type.getRank() && !type.isDynamicDim(axis))
    return Dim::constant(type.getDimSize(axis));
  auto [found, isNew] =
      sizes.try_emplace({tensor, axis}, Dim{Dim::Kind::Axis, axis, tensor});
  if (!isNew || depth >= kMaxDepth)
    return found->second;
  llvm::SaveAndRestore deeper(depth, depth + 1);
  Dim size = computeSize(tensor, axis);
  sizes[{tensor, axis}] = size;
  return size;
}

/// Whether two sizes are one: sizes of inputs of the same name are.
static bool areSame(const Dim &a, const Dim &b) {
  auto nameOf = [](const Dim &dim) {
    auto argument = dyn_cast_or_null<BlockArgument>(dim.value);
    auto function = argument && dim.kind == Dim::Kind::Axis
                        ? dyn_cast_or_null<FunctionOpInterface>(
                              argument.getOwner()->getParentOp())
                        : FunctionOpInterface();
    auto names = function ? function.getArgAttrOfType<ArrayAttr>(
                                argument.getArgNumber(), "onnx.dims")
                          : ArrayAttr();
    return names && dim.number < int64_t(names.size())
               ? dyn_cast<StringAttr>(names[dim.number])
               : StringAttr();
  };
  if (a == b)
    return true;
  StringAttr name = nameOf(a);
  return name && !name.empty() && name == nameOf(b);
}

/// The size that all operands agree on which do not repeat along the axis.
Dim ShapeTracer::broadcastSize(Operation *op, Value tensor, int64_t axis) {
  int64_t rank = rankedType(tensor).getRank();
  std::optional<Dim> agreed;
  for (Value operand : op->getOperands()) {
    RankedTensorType type = rankedType(operand);
    int64_t own = type ? axis - (rank - type.getRank()) : -1;
    if (!type || own < 0)
      continue;
    Dim size = sizeOf(operand, own);
    if (size.isConstant(1))
      continue;
    if (agreed && !areSame(*agreed, size))
      return {Dim::Kind::Axis, axis, tensor};
    agreed = size;
  }
  return agreed ? *agreed : Dim{Dim::Kind::Axis, axis, tensor};
}

Dim ShapeTracer::computeSize(Value tensor, int64_t axis) {
  Dim own{Dim::Kind::Axis, axis, tensor};
  Operation *op = tensor.getDefiningOp();
  RankedTensorType type = rankedType(tensor);
  if (!op || !type || op->getNumOperands() == 0)
    return own;
  Value first = op->getOperand(0);
  RankedTensorType firstType = rankedType(first);
  if (!firstType)
    return own;
  bool isLast = axis == type.getRank() - 1;
  bool isFirst = tensor == op->getResult(0);
  if ((isFirst && op->hasTrait<onnx::SameShape>()) ||
      isOnnx(op, "CheckSizes") ||
      isa<tensor::CastOp, ternary::QuantizeOp, transformer::RMSNormOp,
          transformer::LayerNormOp, transformer::RotaryOp,
          transformer::GatedActivationOp, transformer::CheckLengthsOp>(op))
    return sizeOf(first, axis);
  if (isa<ternary::LinearOp, ternary::FloatLinearOp, transformer::LinearOp,
          transformer::AttentionOp>(op))
    return isLast ? own : sizeOf(first, axis);
  if (op->hasTrait<onnx::Broadcasting>())
    return broadcastSize(op, tensor, axis);
  if (isOnnx(op, "MatMul")) {
    RankedTensorType second = rankedType(op->getOperand(1));
    bool plain = second && second.getRank() == 2 && firstType.getRank() >= 2;
    return plain && !isLast ? sizeOf(first, axis) : own;
  }
  if (isOnnx(op, "Transpose")) {
    auto perm = op->getAttrOfType<DenseI64ArrayAttr>("perm");
    return perm ? sizeOf(first, perm[axis]) : own;
  }
  if (isOnnx(op, "Reshape")) {
    std::optional<Dims> target = elements(op->getOperand(1));
    if (!target || axis >= int64_t(target->size()))
      return own;
    Dim size = (*target)[axis];
    if (size.isConstant(0) && intAttr(op, "allowzero", 0) == 0)
      return axis < firstType.getRank() ? sizeOf(first, axis) : own;
    return size.isConstant(-1) ? own : size;
  }
  if (isOnnx(op, "Unsqueeze")) {
    std::optional<SmallVector<int64_t>> axes = axesOf(op);
    if (!axes)
      return own;
    int64_t before = 0;
    for (int64_t added : *axes)
      before += (added < 0 ? added + type.getRank() : added) < axis;
    return sizeOf(first, axis - before);
  }
  if (isOnnx(op, "Concat") || isOnnx(op, "Split")) {
    int64_t along = intAttr(op, "axis", 0);
    along = along < 0 ? along + type.getRank() : along;
    return along == axis ? own : sizeOf(first, axis);
  }
  if (op->getName().getStringRef().starts_with("onnx.Reduce")) {
    std::optional<SmallVector<int64_t>> axes = axesOf(op);
    bool isKept =
        axes && intAttr(op, "keepdims", 1) == 1 &&
        llvm::none_of(*axes, [&](int64_t reduced) {
          return (reduced < 0 ? reduced + type.getRank() : reduced) == axis;
        });
    return isKept ? sizeOf(first, axis) : own;
  }
  if (isOnnx(op, "Expand")) {
    std::optional<Dims> target = elements(op->getOperand(1));
    bool isSameRank = firstType.getRank() == type.getRank();
    if (!isSameRank || !target || int64_t(target->size()) != type.getRank())
      return own;
    if (sizeOf(first, axis).isConstant(1))
      return (*target)[axis];
    return (*target)[axis].isConstant(1) ? sizeOf(first, axis) : own;
  }
  if (isOnnx(op, "Tile")) {
    std::optional<SmallVector<int64_t>> repeats = constants(op->getOperand(1));
    bool isOnce =
        repeats && axis < int64_t(repeats->size()) && (*repeats)[axis] == 1;
    return isOnce ? sizeOf(first, axis) : own;
  }
  if (isOnnx(op, "TopK")) {
    int64_t along = intAttr(op, "axis", -1);
    along = along < 0 ? along + type.getRank() : along;
    return along == axis ? own : sizeOf(first, axis);
  }
  if (isOnnx(op, "Slice")) {
    std::optional<SmallVector<int64_t>> axes =
        op->getNumOperands() > 3 ? constants(op->getOperand(3)) : std::nullopt;
    bool isCut = !axes || llvm::any_of(*axes, [&](int64_t cut) {
      return (cut < 0 ? cut + type.getRank() : cut) == axis;
    });
    return isCut ? own : sizeOf(first, axis);
  }
  if (isOnnx(op, "ConstantOfShape")) {
    std::optional<Dims> shape = elements(first);
    return shape && axis < int64_t(shape->size()) ? (*shape)[axis] : own;
  }
  if (isOnnx(op, "Gather") && intAttr(op, "axis", 0) == 0) {
    RankedTensorType indices = rankedType(op->getOperand(1));
    return indices && axis < indices.getRank() ? sizeOf(op->getOperand(1), axis)
                                               : own;
  }
  return own;
}

/// Applies slice bounds to a list; null for bounds that are not constant.
static std::optional<Dims> sliceOf(const Dims &list, Operation *op,
                                   ShapeTracer &tracer) {
  auto bound = [&](unsigned index, int64_t fallback) -> std::optional<int64_t> {
    Value operand = operandOrNull(op, index);
    if (!operand)
      return fallback;
    std::optional<SmallVector<int64_t>> values = tracer.constants(operand);
    return values && values->size() == 1 ? std::optional<int64_t>((*values)[0])
                                         : std::nullopt;
  };
  std::optional<int64_t> start = bound(1, 0), end = bound(2, 0);
  std::optional<int64_t> axis = bound(3, 0), step = bound(4, 1);
  if (!start || !end || !axis || !step || *step != 1 ||
      (*axis != 0 && *axis != -1))
    return std::nullopt;
  int64_t size = list.size();
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(
        at < 0 ? std::max<int64_t>(at, -size) + size : at, 0, size);
  };
  int64_t from = clamp(*start), to = std::max(clamp(*end), from);
  return Dims(list.begin() + from, list.begin() + to);
}

/// Sums and products of single numbers.
std::optional<Dims> ShapeTracer::arithmetic(Operation *op) {
  std::optional<Dims> lhs = elements(op->getOperand(0));
  std::optional<Dims> rhs = elements(op->getOperand(1));
  if (!lhs || !rhs || lhs->size() != 1 || rhs->size() != 1)
    return std::nullopt;
  Dim a = lhs->front(), b = rhs->front();
  bool both = a.kind == Dim::Kind::Constant && b.kind == Dim::Kind::Constant;
  int64_t number;
  if (isOnnx(op, "Add")) {
    if (both && !llvm::AddOverflow(a.number, b.number, number))
      return Dims{Dim::constant(number)};
    if (a.isConstant(0) || b.isConstant(0))
      return Dims{a.isConstant(0) ? b : a};
  } else if (isOnnx(op, "Mul")) {
    if (both && !llvm::MulOverflow(a.number, b.number, number))
      return Dims{Dim::constant(number)};
    if (a.isConstant(1) || b.isConstant(1))
      return Dims{a.isConstant(1) ? b : a};
  } else if (isOnnx(op, "Sub")) {
    if (both && !llvm::SubOverflow(a.number, b.number, number))
      return Dims{Dim::constant(number)};
    if (b.isConstant(0))
      return Dims{a};
  } else if (isOnnx(op, "Div") && both && b.number > 0 && a.number >= 0) {
    return Dims{Dim::constant(a.number / b.number)};
  }
  return std::nullopt;
}

/// Where(known, a, b), element by element; nullopt where the condition is not
/// known.
static std::optional<Dims> chosen(Operation *op, ShapeTracer &tracer) {
  Operation *constant = onnxDef(op->getOperand(0), "Constant");
  auto condition = constant
                       ? constant->getAttrOfType<DenseElementsAttr>("value")
                       : DenseElementsAttr();
  RankedTensorType type = rankedType(op->getResult(0));
  if (!condition || !condition.getElementType().isInteger(1) || !type ||
      !type.hasStaticShape())
    return std::nullopt;
  std::optional<Dims> lists[] = {tracer.elements(op->getOperand(2)),
                                 tracer.elements(op->getOperand(1))};
  auto conditions = llvm::to_vector(condition.getValues<bool>());
  Dims dims;
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
    std::optional<Dims> &list =
        lists[conditions[conditions.size() == 1 ? 0 : i]];
    if (!list || (list->size() != 1 && int64_t(list->size()) != e))
      return std::nullopt;
    dims.push_back((*list)[list->size() == 1 ? 0 : i]);
  }
  return dims;
}

/// Where(list == -1, .., list): exporters guard targets of Expand so. Sizes are
/// never negative.
static std::optional<Dims> guarded(Operation *op, ShapeTracer &tracer) {
  if (std::optional<Dims> dims = chosen(op, tracer))
    return dims;
  Operation *equal = onnxDef(op->getOperand(0), "Equal");
  std::optional<Dims> list = tracer.elements(op->getOperand(2));
  if (!equal || !list)
    return std::nullopt;
  std::optional<Dims> compared = tracer.elements(equal->getOperand(0));
  std::optional<SmallVector<int64_t>> against =
      tracer.constants(equal->getOperand(1));
  if (!compared || !against || *compared != *list ||
      !llvm::all_of(*against, [](int64_t number) { return number == -1; }))
    return std::nullopt;
  bool mayBeNegative = llvm::any_of(*list, [](const Dim &dim) {
    return dim.kind == Dim::Kind::Opaque || dim.isConstant(-1);
  });
  return mayBeNegative ? std::nullopt : list;
}

std::optional<Dims> ShapeTracer::computeElements(Value shape) {
  Operation *op = shape.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (std::optional<SmallVector<int64_t>> numbers = intConstants(shape)) {
    Dims dims;
    for (int64_t number : *numbers)
      dims.push_back(Dim::constant(number));
    return dims;
  }
  if (isOnnx(op, "Shape")) {
    RankedTensorType type = rankedType(op->getOperand(0));
    if (!type)
      return std::nullopt;
    int64_t rank = type.getRank();
    auto clamp = [&](int64_t at) {
      return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
    };
    Dims dims;
    for (int64_t axis = clamp(intAttr(op, "start", 0)),
                 end = clamp(intAttr(op, "end", rank));
         axis < end; ++axis)
      dims.push_back(sizeOf(op->getOperand(0), axis));
    return dims;
  }
  if (isOnnx(op, "Concat")) {
    Dims dims;
    for (Value operand : op->getOperands()) {
      std::optional<Dims> part = elements(operand);
      if (!part)
        return std::nullopt;
      dims.append(*part);
    }
    return dims;
  }
  if (keepsIntegers(op))
    return elements(op->getOperand(0));
  if (isOnnx(op, "Slice")) {
    std::optional<Dims> list = elements(op->getOperand(0));
    return list ? sliceOf(*list, op, *this) : std::nullopt;
  }
  if (isOnnx(op, "Gather")) {
    std::optional<Dims> list = elements(op->getOperand(0));
    std::optional<SmallVector<int64_t>> indices = constants(op->getOperand(1));
    if (!list || !indices)
      return std::nullopt;
    Dims dims;
    for (int64_t index : *indices) {
      index = index < 0 ? index + int64_t(list->size()) : index;
      if (index < 0 || index >= int64_t(list->size()))
        return std::nullopt;
      dims.push_back((*list)[index]);
    }
    return dims;
  }
  if (isOnnx(op, "Where"))
    return guarded(op, *this);
  if (op->getNumOperands() == 2)
    return arithmetic(op);
  return std::nullopt;
}

std::optional<Dims> ShapeTracer::elements(Value shape) {
  RankedTensorType type = rankedType(shape);
  if (!type || !type.hasStaticShape() || type.getRank() > 1 ||
      type.getNumElements() > kMaxElements)
    return std::nullopt;
  if (auto known = lists.find(shape); known != lists.end())
    return known->second;
  std::optional<Dims> dims;
  if (depth < kMaxDepth) {
    llvm::SaveAndRestore deeper(depth, depth + 1);
    dims = computeElements(shape);
  }
  if (!dims || int64_t(dims->size()) != type.getNumElements()) {
    dims.emplace();
    for (int64_t index = 0; index < type.getNumElements(); ++index)
      dims->push_back({Dim::Kind::Opaque, index, shape});
  }
  lists[shape] = *dims;
  return dims;
}

std::optional<SmallVector<int64_t>> ShapeTracer::constants(Value shape) {
  std::optional<Dims> dims = elements(shape);
  if (!dims)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (const Dim &dim : *dims) {
    if (dim.kind != Dim::Kind::Constant)
      return std::nullopt;
    numbers.push_back(dim.number);
  }
  return numbers;
}

} // namespace bitnet::recognize
