//===- DecomposeEinsum.cpp - Einsum as products and sums ------------------===//
//
// Operands are combined from the first to the last. Labels that nothing else
// needs are summed over as early as they can be; what two operands share and
// nothing else needs is contracted by a MatMul, whose batch axes are what both
// share and something needs.
//
//===----------------------------------------------------------------------===//

#include "dialects/Onnx/IR/EinsumEquation.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

namespace {
using Labels = SmallVector<int>;

/// A tensor with a label for each axis.
struct Part {
  Value value;
  Labels labels;

  bool has(int label) const { return llvm::is_contained(labels, label); }
  int64_t axisOf(int label) const {
    return llvm::find(labels, label) - labels.begin();
  }
};

class EinsumBuilder {
public:
  explicit EinsumBuilder(OpEmitter &emit) : emit(emit) {}

  Value build(ArrayRef<Part> operands, const Labels &result);

private:
  Part takeDiagonals(Part part);
  /// The elements of `part` that have one place on axes i and j, which are to
  /// have one size: that axis comes first in the result.
  Value takeDiagonal(const Part &part, int64_t i, int64_t j);
  /// Sums over the labels that are not in `needed`.
  Part sumOver(Part part, const Labels &needed);
  Part multiply(Part a, Part b);
  Part contract(Part a, Part b, const Labels &needed);
  Part reorder(Part part, const Labels &labels);
  /// The product of the sizes of `labels`, a vector of one element.
  Value sizeOf(const Part &part, ArrayRef<int> labels);
  /// `part`, of axes `batch`, `first` and `second`, with one axis for each of
  /// the last two groups.
  Value group(const Part &part, const Labels &batch, const Labels &first,
              const Labels &second);
  /// `part` with the sizes that `model` has along `shared`, or a run that ends:
  /// one axis for all of them would hide that 2 and 3 are not 3 and 2.
  Part matchSizes(Part part, const Part &model, const Labels &shared);

  OpEmitter &emit;
};
} // namespace

Value EinsumBuilder::sizeOf(const Part &part, ArrayRef<int> labels) {
  Value size = emit.ints({1});
  for (auto [i, label] : llvm::enumerate(labels)) {
    Value own = emit.sizeOf(part.value, part.axisOf(label));
    size = i == 0 ? own : emit.mul(size, own);
  }
  return size;
}

Value EinsumBuilder::takeDiagonal(const Part &part, int64_t i, int64_t j) {
  auto type = cast<RankedTensorType>(part.value.getType());
  SmallVector<int64_t> perm = {i, j};
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (axis != i && axis != j)
      perm.push_back(axis);
  // As many places as the longer one has: the other one refuses the last.
  Value count = emit.scalarSizeOf(part.value, i);
  if (type.isDynamicDim(i) || type.isDynamicDim(j))
    count = emit.make("Max", {count, emit.scalarSizeOf(part.value, j)});
  Type i64 = emit.builder.getI64Type();
  Value places =
      emit.make("Range", {emit.scalar(i64, 0), count, emit.scalar(i64, 1)});
  places = emit.unsqueeze(places, {1});
  Value moved =
      llvm::is_sorted(perm) ? part.value : emit.transpose(part.value, perm);
  return emit.make("GatherND", {moved, emit.concat({places, places}, 1)});
}

Part EinsumBuilder::takeDiagonals(Part part) {
  for (size_t j = 1; j < part.labels.size(); ++j) {
    int label = part.labels[j];
    int64_t i = part.axisOf(label);
    if (i == static_cast<int64_t>(j))
      continue;
    part.value = takeDiagonal(part, i, j);
    part.labels.erase(part.labels.begin() + j);
    part.labels.erase(part.labels.begin() + i);
    part.labels.insert(part.labels.begin(), label);
    j = 0;
  }
  return part;
}

Part EinsumBuilder::sumOver(Part part, const Labels &needed) {
  SmallVector<int64_t> axes;
  Labels kept;
  for (auto [axis, label] : llvm::enumerate(part.labels)) {
    if (llvm::is_contained(needed, label))
      kept.push_back(label);
    else
      axes.push_back(axis);
  }
  if (axes.empty())
    return part;
  return {emit.reduceSum(part.value, axes), kept};
}

Part EinsumBuilder::reorder(Part part, const Labels &labels) {
  if (part.labels == labels)
    return part;
  SmallVector<int64_t> perm = llvm::map_to_vector(
      labels, [&](int label) { return part.axisOf(label); });
  return {emit.transpose(part.value, perm), labels};
}

Part EinsumBuilder::multiply(Part a, Part b) {
  Labels all = a.labels;
  llvm::copy_if(b.labels, std::back_inserter(all),
                [&](int label) { return !a.has(label); });
  auto spread = [&](Part part) -> Value {
    Labels own;
    SmallVector<int64_t> missing;
    for (auto [axis, label] : llvm::enumerate(all)) {
      if (part.has(label))
        own.push_back(label);
      else
        missing.push_back(axis);
    }
    Value value = reorder(part, own).value;
    return missing.empty() ? value : emit.unsqueeze(value, missing);
  };
  return {emit.mul(spread(a), spread(b)), all};
}

Value EinsumBuilder::group(const Part &part, const Labels &batch,
                           const Labels &first, const Labels &second) {
  Labels all = batch;
  llvm::append_range(all, first);
  llvm::append_range(all, second);
  Value value = reorder(part, all).value;
  if (first.size() == 1 && second.size() == 1)
    return value;
  SmallVector<Value> sizes;
  for (int label : batch)
    sizes.push_back(sizeOf(part, label));
  sizes.push_back(sizeOf(part, first));
  sizes.push_back(sizeOf(part, second));
  return emit.reshapeTo(value, sizes);
}

Part EinsumBuilder::matchSizes(Part part, const Part &model,
                               const Labels &shared) {
  auto isStatic = [](const Part &part, int label) {
    return !cast<RankedTensorType>(part.value.getType())
                .isDynamicDim(part.axisOf(label));
  };
  bool areStatic = llvm::all_of(shared, [&](int label) {
    return isStatic(part, label) && isStatic(model, label);
  });
  if (shared.size() < 2 || areStatic)
    return part;
  SmallVector<Value> sizes;
  for (int label : part.labels)
    sizes.push_back(
        sizeOf(llvm::is_contained(shared, label) ? model : part, label));
  part.value = emit.make("Expand", {part.value, emit.concat(sizes, 0)});
  return part;
}

Part EinsumBuilder::contract(Part a, Part b, const Labels &needed) {
  Labels batch, left, right, shared;
  for (int label : a.labels) {
    bool isNeeded = llvm::is_contained(needed, label);
    (!b.has(label) ? left : isNeeded ? batch : shared).push_back(label);
  }
  for (int label : b.labels)
    if (!a.has(label))
      right.push_back(label);
  // Axes that may be repeated cannot be contracted.
  if (shared.empty() || llvm::any_of(shared, [](int label) {
        return label >= EinsumEquation::kEllipsis;
      }))
    return multiply(a, b);
  b = matchSizes(b, a, shared);
  Labels labels = batch;
  llvm::append_range(labels, left);
  llvm::append_range(labels, right);
  // Axes of `a` that come before those of the product, as they are: a matrix
  // `b` is multiplied by many of them.
  Labels lead = batch;
  if (batch.empty())
    while (left.size() > 1) {
      lead.push_back(left.front());
      left.erase(left.begin());
    }
  Value product = emit.make(
      "MatMul", {group(a, lead, left, shared), group(b, batch, shared, right)});
  if (left.size() == 1 && right.size() == 1)
    return {product, labels};
  SmallVector<Value> sizes;
  for (size_t i = 0; i < lead.size(); ++i)
    sizes.push_back(emit.sizeOf(product, i));
  for (int label : left)
    sizes.push_back(sizeOf(a, label));
  for (int label : right)
    sizes.push_back(sizeOf(b, label));
  return {emit.reshapeTo(product, sizes), labels};
}

Value EinsumBuilder::build(ArrayRef<Part> operands, const Labels &result) {
  SmallVector<Part> parts;
  for (const Part &operand : operands)
    parts.push_back(takeDiagonals(operand));
  // What the result and all parts from `first` on need, but for `except`.
  auto needs = [&](size_t first, size_t except) {
    Labels needed = result;
    for (size_t i = first; i < parts.size(); ++i)
      if (i != except)
        llvm::append_range(needed, parts[i].labels);
    return needed;
  };
  for (size_t i = 0; i < parts.size(); ++i)
    parts[i] = sumOver(parts[i], needs(0, i));
  Part all = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) {
    Labels needed = needs(i + 1, parts.size());
    all = sumOver(contract(all, parts[i], needed), needed);
  }
  return reorder(sumOver(all, result), result).value;
}

namespace {
struct DecomposeEinsum : OpRewritePattern<EinsumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EinsumOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> ranks;
    for (Value operand : op->getOperands())
      ranks.push_back(cast<ShapedType>(operand.getType()).getRank());
    std::string message;
    std::optional<EinsumEquation> equation =
        EinsumEquation::parse(op.getEquation(), ranks, message);
    if (!equation)
      return op.emitOpError() << "`equation` " << message;
    SmallVector<Part> parts;
    for (auto [operand, labels] :
         llvm::zip_equal(op->getOperands(), equation->operands))
      parts.push_back({operand, labels});
    OpEmitter emit(rewriter, op.getLoc());
    replaceOp(rewriter, op, EinsumBuilder(emit).build(parts, equation->result));
    return success();
  }
};
} // namespace

void bitnet::onnx::populateDecomposeEinsumPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeEinsum>(patterns.getContext());
}
