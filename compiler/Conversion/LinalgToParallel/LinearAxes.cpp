#include "compiler/Conversion/LinalgToParallel/LinearAxes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace bitnet;

LinearAxes::LinearAxes(linalg::GenericOp op, ArrayRef<Value> sizes) : op(op) {
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    if (isConstantIntValue(size, 1))
      continue;
    if (groups.empty() || !areOne(groups.back().back(), axis))
      groups.emplace_back();
    groups.back().push_back(axis);
  }
}

/// Where `axis` is a result of `map`; false: a result computes with it, or
/// there are several.
static bool findAxis(AffineMap map, unsigned axis,
                     std::optional<unsigned> &place) {
  for (auto [i, result] : llvm::enumerate(map.getResults())) {
    if (!result.isFunctionOfDim(axis))
      continue;
    if (!isa<AffineDimExpr>(result) || place)
      return false;
    place = i;
  }
  return true;
}

bool LinearAxes::areOne(unsigned axis, unsigned next) {
  for (auto index : op.getBody()->getOps<linalg::IndexOp>())
    if (index.getDim() == axis || index.getDim() == next)
      return false;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    std::optional<unsigned> first, second;
    if (!findAxis(map, axis, first) || !findAxis(map, next, second))
      return false;
    if (!first && !second)
      continue;
    if (!first || !second || *second < *first || !type.getLayout().isIdentity())
      return false;
    for (unsigned i = *first + 1; i < *second; ++i)
      if (type.getDimSize(i) != 1)
        return false;
  }
  return true;
}

LinearAxes::Operand LinearAxes::collapse(OpBuilder &builder,
                                         OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  Operand result{operand.get(), {}};
  SmallVector<ReassociationIndices> axes;
  for (unsigned i = 0; i < map.getNumResults(); ++i) {
    unsigned last = i;
    auto axis = dyn_cast<AffineDimExpr>(map.getResult(i));
    for (ArrayRef<unsigned> group : groups)
      if (axis && group.front() == axis.getPosition())
        last = *map.getResultPosition(
            getAffineDimExpr(group.back(), op.getContext()));
    result.results.push_back(i);
    axes.push_back(llvm::to_vector(llvm::seq<int64_t>(i, last + 1)));
    i = last;
  }
  if (axes.size() != map.getNumResults())
    result.memref = memref::CollapseShapeOp::create(builder, op.getLoc(),
                                                    operand.get(), axes);
  return result;
}
