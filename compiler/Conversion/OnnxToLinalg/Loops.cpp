#include "compiler/Conversion/OnnxToLinalg/Loops.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;

SmallVector<Value> bitnet::foldLoops(
    BufferLowering &lowering, ArrayRef<Number> sizes, ValueRange initial,
    function_ref<SmallVector<Value>(ArrayRef<Number>, ValueRange)> body) {
  OpBuilder &builder = lowering.builder;
  IndexMath &math = lowering.math;
  Numbers indices;
  std::function<SmallVector<Value>(ValueRange)> nest =
      [&](ValueRange state) -> SmallVector<Value> {
    size_t axis = indices.size();
    if (axis == sizes.size())
      return body(indices, state);
    if (IndexMath::is(sizes[axis], 1)) {
      indices.push_back(math.constant(0));
      SmallVector<Value> next = nest(state);
      indices.pop_back();
      return next;
    }
    Value zero = math.value(math.constant(0)),
          one = math.value(math.constant(1));
    auto loop = scf::ForOp::create(builder, lowering.getLoc(), zero,
                                   math.value(sizes[axis]), one, state);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    indices.push_back(loop.getInductionVar());
    SmallVector<Value> next = nest(loop.getRegionIterArgs());
    indices.pop_back();
    if (!next.empty())
      scf::YieldOp::create(builder, lowering.getLoc(), next);
    return SmallVector<Value>(loop.getResults());
  };
  return nest(initial);
}

Type bitnet::getAccumulatorType(Type type) {
  return isa<FloatType>(type) ? Float64Type::get(type.getContext()) : type;
}
