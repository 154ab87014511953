#include "dialects/Onnx/IR/ShapeAnalysis.h"

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet::onnx;

/// Longest tensor whose elements are traced: shapes, axes, bounds of slices.
static constexpr int64_t maxElements = 1024;
/// Deepest chain that is followed. Real graphs stay far below; a hostile one
/// must not overflow the stack.
static constexpr unsigned maxDepth = 4096;

static RankedTensorType getRanked(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The symbol that stands for axis `axis` of `value` alone.
static Extent ownDim(Value value, int64_t axis) {
  return Extent::symbol(value.getAsOpaquePointer(), axis);
}

/// The symbol that stands for element `i` of `value` alone.
static Extent ownElement(Value value, int64_t i) {
  return Extent::symbol(value.getAsOpaquePointer(), -1 - i);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

bool ExtentProduct::multiply(Extent extent) {
  if (extent.isKnown())
    return !llvm::MulOverflow(known, *extent.number, known);
  unknown.push_back(extent);
  return true;
}

void ExtentProduct::cancel(ExtentProduct &a, ExtentProduct &b) {
  for (Extent *it = a.unknown.begin(); it != a.unknown.end();) {
    Extent *same = llvm::find(b.unknown, *it);
    if (same == b.unknown.end()) {
      ++it;
      continue;
    }
    b.unknown.erase(same);
    it = a.unknown.erase(it);
  }
}

Extent ExtentProduct::divide(const ExtentProduct &a, const ExtentProduct &b) {
  if (b.known == 0 || !b.unknown.empty() || a.known % b.known != 0)
    return Extent();
  if (a.unknown.empty())
    return Extent::known(a.known / b.known);
  return a.unknown.size() == 1 && a.known == b.known ? a.unknown.front()
                                                     : Extent();
}

//===----------------------------------------------------------------------===//
// Sizes of axes
//===----------------------------------------------------------------------===//

Extent ShapeAnalysis::getDim(Value value, int64_t axis) {
  RankedTensorType type = getRanked(value);
  if (!type.isDynamicDim(axis))
    return Extent::known(type.getDimSize(axis));
  auto key = std::make_pair(value, axis);
  auto found = dims.find(key);
  if (found != dims.end())
    return found->second;
  if (depth >= maxDepth)
    return ownDim(value, axis);
  ++depth;
  Extent extent = traceDim(value, axis);
  --depth;
  dims[key] = extent;
  return extent;
}

/// An argument's size: sizes of one name are one size throughout a model.
static Extent getArgumentDim(BlockArgument argument, int64_t axis) {
  auto function =
      dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function || !argument.getOwner()->isEntryBlock())
    return ownDim(argument, axis);
  auto names = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(),
                                                    "onnx.dims");
  if (!names || axis >= (int64_t)names.size())
    return ownDim(argument, axis);
  auto name = dyn_cast<StringAttr>(names[axis]);
  if (!name || name.empty())
    return ownDim(argument, axis);
  return Extent::symbol(name.getAsOpaquePointer(), 0);
}

Extent ShapeAnalysis::traceBroadcastDim(Operation *op, int64_t axis,
                                        int64_t rank) {
  std::optional<Extent> only;
  bool several = false;
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type)
      continue;
    int64_t operandAxis = axis - (rank - type.getRank());
    if (operandAxis < 0)
      continue;
    Extent extent = getDim(operand, operandAxis);
    if (extent.is(1))
      continue;
    if (extent.isKnown())
      return extent;
    several |= only && *only != extent;
    only = extent;
  }
  if (several)
    return ownDim(op->getResult(0), axis);
  return only.value_or(Extent::known(1));
}

/// The axis of the operand that becomes axis `axis` of a Squeeze's or Reduce's
/// result, which lacks `removed`.
static int64_t skipRemoved(int64_t axis, ArrayRef<int64_t> removed) {
  for (int64_t gone : removed)
    axis += gone <= axis;
  return axis;
}

Extent ShapeAnalysis::traceReshapedDim(Operation *op, int64_t axis) {
  Value result = op->getResult(0);
  std::optional<SmallVector<Extent>> shape = getElements(op->getOperand(1));
  if (!shape || axis >= (int64_t)shape->size())
    return ownDim(result, axis);
  Extent extent = (*shape)[axis];
  auto allowzero = op->getAttrOfType<IntegerAttr>("allowzero");
  if (extent.is(0) && !(allowzero && allowzero.getInt() != 0) &&
      axis < getRanked(op->getOperand(0)).getRank())
    return getDim(op->getOperand(0), axis);
  if (!extent.is(-1))
    return extent;
  Value data = op->getOperand(0);
  ExtentProduct all, others;
  bool fits = true;
  for (int64_t i = 0, e = getRanked(data).getRank(); i < e; ++i)
    fits &= all.multiply(getDim(data, i));
  for (int64_t i = 0, e = shape->size(); i < e; ++i) {
    if (i == axis)
      continue;
    Extent size = (*shape)[i];
    if (size.is(0) && i < getRanked(data).getRank())
      size = getDim(data, i);
    fits &= others.multiply(size);
  }
  ExtentProduct::cancel(all, others);
  Extent left = fits ? ExtentProduct::divide(all, others) : Extent();
  return left.isKnown() || left.origin ? left : ownDim(result, axis);
}

Extent ShapeAnalysis::traceDim(Value value, int64_t axis) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getArgumentDim(argument, axis);
  Operation *op = value.getDefiningOp();
  unsigned number = cast<OpResult>(value).getResultNumber();
  int64_t rank = getRanked(value).getRank();
  if (op->hasTrait<SameShape>()) {
    bool isSum = number == 3 && isa<MsSkipSimplifiedLayerNormalizationOp>(op);
    return number == 0 || isSum ? getDim(op->getOperand(0), axis)
                                : ownDim(value, axis);
  }
  if (op->hasTrait<Broadcasting>())
    return traceBroadcastDim(op, axis, rank);

  auto own = [&] { return ownDim(value, axis); };
  return llvm::TypeSwitch<Operation *, Extent>(op)
      .Case<MatMulOp>([&](Operation *) {
        int64_t rankA = getRanked(op->getOperand(0)).getRank();
        int64_t rankB = getRanked(op->getOperand(1)).getRank();
        if (rankA < 2 || rankB < 2)
          return own();
        if (axis == rank - 1)
          return getDim(op->getOperand(1), rankB - 1);
        if (axis == rank - 2)
          return getDim(op->getOperand(0), rankA - 2);
        return traceBroadcastDim(op, axis, rank);
      })
      .Case<MsFusedMatMulOp>([&](MsFusedMatMulOp matmul) {
        // A [.., M, K] times a matrix: the axes before the last are those of A.
        bool plain = !matmul.getTransA() && !matmul.getTransBatchA() &&
                     getRanked(matmul.getB()).getRank() == 2;
        return plain && axis < rank - 1 ? getDim(matmul.getA(), axis) : own();
      })
      .Case<GemmOp>([&](GemmOp gemm) {
        if (axis == 0)
          return getDim(gemm.getA(), gemm.getTransA() ? 1 : 0);
        return getDim(gemm.getB(), gemm.getTransB() ? 0 : 1);
      })
      .Case<TransposeOp>([&](TransposeOp transpose) {
        return getDim(transpose.getData(), transpose.getPermutation()[axis]);
      })
      .Case<SqueezeOp>([&](SqueezeOp squeeze) {
        int64_t dataRank = getRanked(squeeze.getData()).getRank();
        std::optional<SmallVector<int64_t>> axes = getAxes(squeeze, dataRank);
        return axes ? getDim(squeeze.getData(), skipRemoved(axis, *axes))
                    : own();
      })
      .Case<UnsqueezeOp>([&](UnsqueezeOp unsqueeze) {
        std::optional<SmallVector<int64_t>> axes = getAxes(unsqueeze, rank);
        if (!axes)
          return own();
        int64_t before =
            llvm::count_if(*axes, [&](int64_t a) { return a < axis; });
        return getDim(unsqueeze.getData(), axis - before);
      })
      .Case<ReduceMaxOp, ReduceMinOp, ReduceMeanOp, ReduceSumOp, ReduceProdOp,
            ReduceL1Op, ReduceL2Op, ReduceSumSquareOp, ReduceLogSumOp,
            ReduceLogSumExpOp>([&](auto reduce) {
        std::optional<SmallVector<int64_t>> axes = reduce.getReducedAxes();
        if (!axes)
          return own();
        bool keeps = reduce.getKeepdims() != 0;
        return getDim(reduce.getData(),
                      keeps ? axis : skipRemoved(axis, *axes));
      })
      .Case<ReshapeOp>([&](Operation *) { return traceReshapedDim(op, axis); })
      .Case<ExpandOp>([&](ExpandOp expand) {
        int64_t dataRank = getRanked(expand.getInput()).getRank();
        int64_t dataAxis = axis - (rank - dataRank);
        std::optional<SmallVector<Extent>> shape =
            getElements(expand.getShape());
        if (!shape)
          return own();
        int64_t shapeAxis = axis - (rank - (int64_t)shape->size());
        Extent data = dataAxis < 0 ? Extent::known(1)
                                   : getDim(expand.getInput(), dataAxis);
        Extent target = shapeAxis < 0 ? Extent::known(1) : (*shape)[shapeAxis];
        if (data.is(1) || data == target)
          return target;
        return target.is(1) || data.isKnown() ? data : own();
      })
      .Case<ConcatOp>([&](ConcatOp concat) {
        int64_t joined = concat.getAxis() + (concat.getAxis() < 0 ? rank : 0);
        return axis == joined ? own() : getDim(concat.getOperand(0), axis);
      })
      .Case<SplitOp>([&](SplitOp split) {
        int64_t cut = split.getAxis() + (split.getAxis() < 0 ? rank : 0);
        return axis == cut ? own() : getDim(split.getInput(), axis);
      })
      .Case<SliceOp>([&](SliceOp slice) {
        std::optional<SmallVector<int64_t>> axes = getNumbers(slice.getAxes());
        std::optional<SmallVector<int64_t>> starts =
            getNumbers(slice.getStarts());
        if (!slice.getAxes() && starts)
          axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
        if (!axes || llvm::is_contained(*axes, axis) ||
            llvm::is_contained(*axes, axis - rank))
          return own();
        return getDim(slice.getData(), axis);
      })
      .Case<GatherOp>([&](GatherOp gather) {
        int64_t dataRank = getRanked(gather.getData()).getRank();
        int64_t indexRank = getRanked(gather.getIndices()).getRank();
        int64_t at = gather.getAxis() + (gather.getAxis() < 0 ? dataRank : 0);
        if (axis < at)
          return getDim(gather.getData(), axis);
        if (axis < at + indexRank)
          return getDim(gather.getIndices(), axis - at);
        return getDim(gather.getData(), axis - indexRank + 1);
      })
      .Case<GatherNDOp>([&](GatherNDOp gather) {
        int64_t batches = getRanked(gather.getIndices()).getRank() - 1;
        return axis < batches ? getDim(gather.getIndices(), axis) : own();
      })
      .Case<GatherElementsOp>([&](GatherElementsOp gather) {
        return getDim(gather.getIndices(), axis);
      })
      .Case<CheckSizesOp>([&](CheckSizesOp check) {
        std::optional<SmallVector<Extent>> sizes =
            getElements(check.getSizes());
        const int64_t *at = llvm::find(check.getAxes(), axis);
        bool isChecked = sizes && at != check.getAxes().end();
        return isChecked ? (*sizes)[at - check.getAxes().begin()]
                         : getDim(check.getData(), axis);
      })
      .Case<ConstantOfShapeOp>([&](ConstantOfShapeOp fill) {
        std::optional<SmallVector<Extent>> shape = getElements(fill.getInput());
        return shape && axis < (int64_t)shape->size() ? (*shape)[axis] : own();
      })
      .Case<RangeOp>([&](RangeOp range) {
        // 0, 1, .. below n: n elements, n being no size below zero.
        std::optional<SmallVector<Extent>> start =
            getElements(range.getStart());
        std::optional<SmallVector<Extent>> limit =
            getElements(range.getLimit());
        std::optional<SmallVector<Extent>> delta =
            getElements(range.getDelta());
        bool counts =
            start && limit && delta && (*start)[0].is(0) && (*delta)[0].is(1);
        return counts && (*limit)[0].place >= 0 ? (*limit)[0] : own();
      })
      .Case<MsGroupQueryAttentionOp>([&](MsGroupQueryAttentionOp attention) {
        if (number == 0 && axis < 2)
          return getDim(attention.getQuery(), axis);
        return axis == 0 ? getDim(attention.getQuery(), 0) : own();
      })
      .Default([&](Operation *) { return own(); });
}

//===----------------------------------------------------------------------===//
// Elements of small integer tensors
//===----------------------------------------------------------------------===//

std::optional<SmallVector<Extent>> ShapeAnalysis::getElements(Value value) {
  auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
  if (!type || !type.hasStaticShape() || !type.getElementType().isInteger())
    return std::nullopt;
  int64_t count = 1;
  for (int64_t size : type.getShape())
    if (llvm::MulOverflow(count, size, count) || count > maxElements)
      return std::nullopt;
  auto found = elements.find(value);
  if (found != elements.end())
    return found->second;
  SmallVector<Extent> traced;
  if (depth < maxDepth && value.getDefiningOp()) {
    ++depth;
    traced = traceElements(value);
    --depth;
  }
  // Nothing known, or a number that the element type cannot hold.
  if ((int64_t)traced.size() != count) {
    traced.clear();
    for (int64_t i = 0; i < count; ++i)
      traced.push_back(ownElement(value, i));
  }
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  bool isUnsigned = type.getElementType().isUnsignedInteger() || width == 1;
  for (auto [i, extent] : llvm::enumerate(traced)) {
    // A size fits in 32 bits; in fewer it may not.
    bool fits = !extent.isKnown()
                    ? width >= 32 || extent.origin == value.getAsOpaquePointer()
                : isUnsigned ? *extent.number >= 0 &&
                                   (width >= 63 || *extent.number >> width == 0)
                             : llvm::isIntN(width, *extent.number);
    if (!fits || (!extent.isKnown() && !extent.origin))
      traced[i] = ownElement(value, i);
  }
  elements[value] = traced;
  return traced;
}

std::optional<SmallVector<int64_t>> ShapeAnalysis::getNumbers(Value value) {
  std::optional<SmallVector<Extent>> traced = getElements(value);
  if (!traced || getRanked(value).getRank() > 1)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (Extent extent : *traced) {
    if (!extent.isKnown())
      return std::nullopt;
    numbers.push_back(*extent.number);
  }
  return numbers;
}

/// The value of a binary operator on known numbers; nullopt where it overflows
/// or is undefined.
static std::optional<int64_t> compute(Operation *op, int64_t a, int64_t b) {
  int64_t result;
  return llvm::TypeSwitch<Operation *, std::optional<int64_t>>(op)
      .Case<AddOp, SumOp>([&](Operation *) -> std::optional<int64_t> {
        return llvm::AddOverflow(a, b, result) ? std::nullopt
                                               : std::optional(result);
      })
      .Case<SubOp>([&](Operation *) -> std::optional<int64_t> {
        return llvm::SubOverflow(a, b, result) ? std::nullopt
                                               : std::optional(result);
      })
      .Case<MulOp>([&](Operation *) -> std::optional<int64_t> {
        return llvm::MulOverflow(a, b, result) ? std::nullopt
                                               : std::optional(result);
      })
      .Case<DivOp>([&](Operation *) -> std::optional<int64_t> {
        if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min()))
          return std::nullopt;
        return a / b;
      })
      .Case<ModOp>([&](ModOp mod) -> std::optional<int64_t> {
        if (b == 0 || b == -1)
          return b == 0 ? std::nullopt : std::optional<int64_t>(0);
        int64_t rest = a % b;
        return !mod.getFmod() && rest != 0 && (rest < 0) != (b < 0) ? rest + b
                                                                    : rest;
      })
      .Case<MaxOp>([&](Operation *) { return std::max(a, b); })
      .Case<MinOp>([&](Operation *) { return std::min(a, b); })
      .Case<EqualOp>([&](Operation *) { return a == b; })
      .Case<LessOp>([&](Operation *) { return a < b; })
      .Case<LessOrEqualOp>([&](Operation *) { return a <= b; })
      .Case<GreaterOp>([&](Operation *) { return a > b; })
      .Case<GreaterOrEqualOp>([&](Operation *) { return a >= b; })
      .Case<AndOp>([&](Operation *) { return a && b; })
      .Case<OrOp>([&](Operation *) { return a || b; })
      .Case<XorOp>([&](Operation *) { return a != b; })
      .Default([](Operation *) { return std::nullopt; });
}

/// A binary operator on numbers of which one at least is a symbol, where the
/// result is one of them all the same, or known: sizes are not negative.
static std::optional<Extent> computeSymbolic(Operation *op, Extent a,
                                             Extent b) {
  bool isSizeA = !a.isKnown() && a.place >= 0,
       isSizeB = !b.isKnown() && b.place >= 0;
  if (isa<AddOp, SubOp, SumOp>(op) && b.is(0))
    return a;
  if (isa<AddOp, SumOp>(op) && a.is(0))
    return b;
  if (isa<MulOp, DivOp>(op) && b.is(1))
    return a;
  if (isa<MulOp>(op) && a.is(1))
    return b;
  if (isa<MaxOp, MinOp>(op) && a == b)
    return a;
  // A size against the -1 of "keep this size" in an Expand's shape.
  bool sizeAndNegative = (isSizeA && b.isKnown() && *b.number < 0) ||
                         (isSizeB && a.isKnown() && *a.number < 0);
  if (isa<EqualOp>(op) && (sizeAndNegative || a == b))
    return Extent::known(!sizeAndNegative);
  return std::nullopt;
}

/// Place in an operand of shape `from` of the element that broadcasting to
/// `shape` puts at row-major place `place`.
static int64_t getBroadcastPlace(int64_t place, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> from) {
  int64_t result = 0, stride = 1;
  for (int64_t i = 1, e = shape.size(); i <= e; ++i) {
    int64_t index = place % shape[e - i];
    place /= shape[e - i];
    if (i > (int64_t)from.size())
      break;
    int64_t size = from[from.size() - i];
    result += (size == 1 ? 0 : index) * stride;
    stride *= size;
  }
  return result;
}

SmallVector<Extent> ShapeAnalysis::traceArithmetic(Operation *op) {
  Value result = op->getResult(0);
  ArrayRef<int64_t> shape = getRanked(result).getShape();
  SmallVector<SmallVector<Extent>> operands;
  for (Value operand : op->getOperands()) {
    std::optional<SmallVector<Extent>> traced = getElements(operand);
    if (!traced || traced->empty())
      return {};
    operands.push_back(std::move(*traced));
  }
  auto at = [&](unsigned operand, int64_t i) {
    return operands[operand][getBroadcastPlace(
        i, shape, getRanked(op->getOperand(operand)).getShape())];
  };
  SmallVector<Extent> out;
  for (int64_t i = 0, e = getRanked(result).getNumElements(); i < e; ++i) {
    std::optional<Extent> value;
    if (isa<WhereOp>(op)) {
      Extent condition = at(0, i), a = at(1, i), b = at(2, i);
      if (condition.isKnown())
        value = *condition.number ? a : b;
      else if (a == b)
        value = a;
    } else {
      value = at(0, i);
      for (unsigned operand = 1; value && operand < operands.size();
           ++operand) {
        Extent other = at(operand, i);
        if (value->isKnown() && other.isKnown()) {
          std::optional<int64_t> number =
              compute(op, *value->number, *other.number);
          value = number ? std::optional(Extent::known(*number)) : std::nullopt;
        } else {
          value = computeSymbolic(op, *value, other);
        }
      }
    }
    out.push_back(value.value_or(ownElement(result, i)));
  }
  return out;
}

/// The elements that a Slice along the only axis takes; empty where its bounds
/// are not constant.
SmallVector<Extent> ShapeAnalysis::traceSlice(Operation *operation,
                                              ArrayRef<Extent> data) {
  auto op = cast<SliceOp>(operation);
  std::optional<SmallVector<int64_t>> starts = getNumbers(op.getStarts());
  std::optional<SmallVector<int64_t>> ends = getNumbers(op.getEnds());
  std::optional<SmallVector<int64_t>> steps = SmallVector<int64_t>{1};
  if (op.getSteps())
    steps = getNumbers(op.getSteps());
  if (!starts || !ends || !steps || starts->size() != 1 || ends->size() != 1 ||
      steps->size() != 1)
    return {};
  std::optional<SliceBounds> bounds =
      resolveSlice(data.size(), (*starts)[0], (*ends)[0], (*steps)[0]);
  SmallVector<Extent> out;
  for (int64_t i = 0, e = bounds ? bounds->count : 0; i < e; ++i)
    out.push_back(data[bounds->start + i * bounds->step]);
  return out;
}

SmallVector<Extent> ShapeAnalysis::traceElements(Value value) {
  Operation *op = value.getDefiningOp();
  int64_t rank = getRanked(value).getRank();
  auto operand = [&](unsigned i) {
    return getElements(op->getOperand(i)).value_or(SmallVector<Extent>());
  };
  using Result = SmallVector<Extent>;
  if (std::optional<ConstantReader> constant = getConstant(value)) {
    Result out;
    for (int64_t i = 0, e = constant->size(); i < e; ++i)
      out.push_back(Extent::known(constant->getInt(i)));
    return out;
  }
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<ShapeOp>([&](ShapeOp shape) {
        Result out;
        auto [start, end] = getShapeRange(shape->getAttrDictionary(),
                                          getRanked(shape.getData()).getRank());
        for (int64_t axis = start; axis < end; ++axis)
          out.push_back(getDim(shape.getData(), axis));
        return out;
      })
      .Case<SizeOp>([&](SizeOp size) -> Result {
        auto type = getRanked(size.getData());
        int64_t count = 1;
        for (int64_t axis = 0; axis < type.getRank(); ++axis) {
          Extent extent = getDim(size.getData(), axis);
          if (!extent.isKnown() ||
              llvm::MulOverflow(count, *extent.number, count))
            return {};
        }
        return {Extent::known(count)};
      })
      .Case<CastOp, CastLikeOp, IdentityOp, ReshapeOp, SqueezeOp, UnsqueezeOp,
            FlattenOp>([&](Operation *) {
        Result out = operand(0);
        // A conversion to bool compares with zero.
        if (getRanked(value).getElementType().isInteger(1) &&
            isa<CastOp, CastLikeOp>(op))
          for (Extent &extent : out)
            extent = extent.isKnown() ? Extent::known(*extent.number != 0)
                                      : Extent();
        return out;
      })
      .Case<GatherOp>([&](GatherOp gather) -> Result {
        Result data = operand(0), indices = operand(1), out;
        if (getRanked(gather.getData()).getRank() != 1)
          return {};
        for (Extent index : indices) {
          int64_t size = data.size();
          if (!index.isKnown() || *index.number < -size ||
              *index.number >= size)
            return {};
          out.push_back(data[*index.number + (*index.number < 0 ? size : 0)]);
        }
        return out;
      })
      .Case<SliceOp>([&](SliceOp slice) -> Result {
        return rank == 1 ? traceSlice(slice, operand(0)) : Result();
      })
      .Case<SplitOp>([&](SplitOp split) -> Result {
        if (rank != 1)
          return {};
        int64_t skip = 0;
        for (unsigned i = 0; i < cast<OpResult>(value).getResultNumber(); ++i) {
          auto type = getRanked(split.getResults()[i]);
          if (!type.hasStaticShape())
            return {};
          skip += type.getNumElements();
        }
        Result data = operand(0);
        int64_t count = getRanked(value).getNumElements();
        if (skip + count > (int64_t)data.size())
          return {};
        return Result(ArrayRef<Extent>(data).slice(skip, count));
      })
      .Case<ConcatOp>([&](ConcatOp concat) -> Result {
        Result out;
        for (unsigned i = 0; rank == 1 && i < concat.getNumOperands(); ++i)
          llvm::append_range(out, operand(i));
        return out;
      })
      .Case<ConstantOfShapeOp, ExpandOp>([&](Operation *) -> Result {
        int64_t count = getRanked(value).getNumElements();
        if (isa<ExpandOp>(op)) {
          Result data = operand(0), out;
          ArrayRef<int64_t> from = getRanked(op->getOperand(0)).getShape();
          for (int64_t i = 0; !data.empty() && i < count; ++i)
            out.push_back(
                data[getBroadcastPlace(i, getRanked(value).getShape(), from)]);
          return out;
        }
        std::optional<ConstantReader> fill =
            ConstantReader::get(op->getAttr("value"));
        if (!fill || fill->size() != 1)
          return {};
        return Result(count, Extent::known(fill->getInt(0)));
      })
      .Case<RangeOp>([&](RangeOp) -> Result {
        Result start = operand(0), delta = operand(2), out;
        if (start.size() != 1 || delta.size() != 1 || !start[0].isKnown() ||
            !delta[0].isKnown())
          return {};
        int64_t next = *start[0].number;
        for (int64_t i = 0, e = getRanked(value).getNumElements(); i < e; ++i) {
          out.push_back(Extent::known(next));
          if (llvm::AddOverflow(next, *delta[0].number, next) && i + 1 < e)
            return {};
        }
        return out;
      })
      .Case<NotOp, NegOp, AbsOp>([&](Operation *) -> Result {
        Result out = operand(0);
        for (auto [i, extent] : llvm::enumerate(out)) {
          bool negates = isa<NegOp>(op) || extent.number < 0;
          if (!extent.isKnown() ||
              (negates && extent.is(std::numeric_limits<int64_t>::min())))
            extent = ownElement(value, i);
          else if (isa<NotOp>(op))
            extent = Extent::known(!*extent.number);
          else if (negates)
            extent = Extent::known(-*extent.number);
        }
        return out;
      })
      .Case<AddOp, SubOp, MulOp, DivOp, ModOp, MaxOp, MinOp, SumOp, EqualOp,
            LessOp, LessOrEqualOp, GreaterOp, GreaterOrEqualOp, AndOp, OrOp,
            XorOp, WhereOp>([&](Operation *) { return traceArithmetic(op); })
      .Default([](Operation *) { return Result(); });
}

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

std::optional<SmallVector<int64_t>> bitnet::onnx::getNumbers(Value value) {
  ShapeAnalysis analysis;
  return analysis.getNumbers(value);
}

std::optional<SmallVector<int64_t>> bitnet::onnx::getShapeOperand(Value value) {
  ShapeAnalysis analysis;
  std::optional<SmallVector<Extent>> elements = analysis.getElements(value);
  if (!elements)
    return std::nullopt;
  return llvm::map_to_vector(*elements,
                             [](Extent extent) { return extent.asSize(); });
}

bool bitnet::onnx::haveSameDim(Value a, int64_t axis, Value b,
                               int64_t otherAxis) {
  ShapeAnalysis analysis;
  Extent extent = analysis.getDim(a, axis),
         other = analysis.getDim(b, otherAxis);
  return extent == other && (extent.isKnown() || extent.origin);
}
