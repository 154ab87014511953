#include "dialects/Onnx/IR/ShapeAnalysis.h"

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet::onnx;

static RankedTensorType getRanked(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The symbol that stands for axis `axis` of `value` alone.
static Extent ownDim(Value value, int64_t axis) {
  return Extent::symbol(value.getAsOpaquePointer(), axis);
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

/// E where axis `axis` of `value` is cut from a longer one, or one of at least
/// one element, by a Slice of [0, E): its size is E, or less. A table of
/// positions, cut to the length of a text, is such a thing.
static std::optional<Extent> limitOf(ShapeAnalysis &shapes, Value value,
                                     int64_t axis) {
  while (Operation *op = value.getDefiningOp()) {
    if (value != op->getResult(0))
      return std::nullopt;
    if (auto slice = dyn_cast<SliceOp>(op)) {
      auto starts = shapes.getNumbers(slice.getStarts());
      auto ends = shapes.getElements(slice.getEnds());
      auto axes = getNumbers(slice.getAxes());
      auto steps = getNumbers(slice.getSteps());
      RankedTensorType data = getRanked(slice.getData());
      if (!starts || !ends || ends->size() != 1 || !axes || axes->size() != 1 ||
          (*axes)[0] != axis || (*starts)[0] != 0 ||
          (slice.getSteps() && (!steps || (*steps)[0] != 1)) ||
          data.isDynamicDim(axis) || data.getDimSize(axis) < 1 ||
          ends->front().isKnown() || ends->front().place < 0)
        return std::nullopt;
      return ends->front();
    }
    if (auto gather = dyn_cast<GatherOp>(op)) {
      int64_t dataRank = getRanked(gather.getData()).getRank();
      int64_t indexRank = getRanked(gather.getIndices()).getRank();
      int64_t at = gather.getAxis() + (gather.getAxis() < 0 ? dataRank : 0);
      if (axis < at || axis >= at + indexRank)
        return std::nullopt;
      value = gather.getIndices();
      axis -= at;
      continue;
    }
    auto elements = dyn_cast<GatherElementsOp>(op);
    if (!elements && !op->hasTrait<SameShape>())
      return std::nullopt;
    value = elements ? elements.getIndices() : op->getOperand(0);
  }
  return std::nullopt;
}

Extent ShapeAnalysis::traceBroadcastDim(Operation *op, int64_t axis,
                                        int64_t rank) {
  struct Size {
    Extent extent;
    std::optional<Extent> limit;
  };
  SmallVector<Size> sizes;
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
    sizes.push_back({extent, limitOf(*this, operand, operandAxis)});
  }
  if (sizes.empty())
    return Extent::known(1);
  // Against E, a size of E or less is E or 1: with others the run ends.
  for (const Size &whole : sizes)
    if (llvm::all_of(sizes, [&](const Size &size) {
          return size.extent == whole.extent || size.limit == whole.extent;
        }))
      return whole.extent;
  return ownDim(op->getResult(0), axis);
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
        if (data.is(1) || data == target ||
            (dataAxis >= 0 &&
             limitOf(*this, expand.getInput(), dataAxis) == target))
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
      .Case<TopKOp>([&](TopKOp top) {
        int64_t cut = top.getAxis() + (top.getAxis() < 0 ? rank : 0);
        return axis == cut ? own() : getDim(top.getX(), axis);
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
      .Case<AttentionOp>([&](AttentionOp attention) {
        if (number == 0) {
          if (axis < rank - 1)
            return getDim(attention.getQ(), axis);
          return rank == 4 && getRanked(attention.getV()).getRank() == 4
                     ? getDim(attention.getV(), 3)
                     : own();
        }
        if (number == 3)
          return axis == 0 ? getDim(attention.getQ(), 0) : own();
        // Keys and values behind the past: of other lengths.
        Value fresh = number == 1 ? attention.getK() : attention.getV();
        bool isKept =
            axis == 0 || (axis != 2 && getRanked(fresh).getRank() == 4);
        return isKept ? getDim(fresh, axis) : own();
      })
      .Case<LinearAttentionOp>([&](LinearAttentionOp attention) {
        bool isKept = axis == 0 || (number == 0 && axis == 1);
        return isKept ? getDim(attention.getQuery(), axis) : own();
      })
      .Case<MsMultiHeadAttentionOp>([&](MsMultiHeadAttentionOp attention) {
        bool isKept = axis == 0 || (number == 0 && axis == 1);
        return isKept ? getDim(attention.getQuery(), axis) : own();
      })
      .Case<MsGroupQueryAttentionOp>([&](MsGroupQueryAttentionOp attention) {
        if (number == 0 && axis < 2)
          return getDim(attention.getQuery(), axis);
        return axis == 0 ? getDim(attention.getQuery(), 0) : own();
      })
      .Default([&](Operation *) { return own(); });
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
