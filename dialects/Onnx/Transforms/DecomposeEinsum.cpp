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
  Part checkSizes(Part part, const Part &model, const Labels &shared);
  /// 0, 1, ... along axis `axis` of `part`, to broadcast with it.
  Value indices(const Part &part, int64_t axis);

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

Value EinsumBuilder::indices(const Part &part, int64_t axis) {
  Type i64 = emit.builder.getI64Type();
  Value range = emit.make("Range", {emit.scalar(i64, 0),
                                    emit.scalarSizeOf(part.value, axis),
                                    emit.scalar(i64, 1)});
  int64_t behind = part.labels.size() - 1 - axis;
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(1, behind + 1));
  return axes.empty() ? range : emit.unsqueeze(range, axes);
}

Part EinsumBuilder::takeDiagonals(Part part) {
  for (size_t j = 1; j < part.labels.size(); ++j) {
    int64_t i = part.axisOf(part.labels[j]);
    if (i == static_cast<int64_t>(j))
      continue;
    part.value = emit.checkSizes(part.value, {static_cast<int64_t>(j)},
                                 emit.sizeOf(part.value, i));
    Value isOn = emit.make("Equal", {indices(part, i), indices(part, j)});
    Type element = getElementTypeOrSelf(part.value.getType());
    Value kept =
        emit.make("Where", {isOn, part.value, emit.scalar(element, 0)});
    part.value = emit.reduceSum(kept, {static_cast<int64_t>(j)});
    part.labels.erase(part.labels.begin() + j--);
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

Part EinsumBuilder::checkSizes(Part part, const Part &model,
                               const Labels &shared) {
  SmallVector<int64_t> axes;
  SmallVector<Value> sizes;
  for (int label : shared) {
    axes.push_back(part.axisOf(label));
    sizes.push_back(sizeOf(model, label));
  }
  part.value = emit.checkSizes(part.value, axes, sizes);
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
  // A single axis is compared by the MatMul.
  if (shared.size() > 1)
    b = checkSizes(b, a, shared);
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
