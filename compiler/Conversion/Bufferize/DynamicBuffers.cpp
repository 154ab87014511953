#include "compiler/Conversion/Bufferize/FunctionLowering.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bitnet;

namespace {
/// Which numbers follow from sizes of inputs alone.
class StaticNumbers {
public:
  bool contains(Value value) {
    auto [found, isNew] = known.try_emplace(value, false);
    if (!isNew)
      return found->second;
    bool result = compute(value);
    known[value] = result;
    return result;
  }

private:
  bool compute(Value value) {
    Operation *def = value.getDefiningOp();
    if (!def)
      return false;
    if (isa<rt::PastLengthOp, rt::LogitRowsOp>(def))
      return true;
    if (auto dim = dyn_cast<memref::DimOp>(def)) {
      Operation *source = dim.getSource().getDefiningOp();
      return isa_and_nonnull<rt::InputOp, rt::GetGlobalOp>(source);
    }
    return isa<arith::ArithDialect>(def->getDialect()) &&
           llvm::all_of(def->getOperands(),
                        [&](Value operand) { return contains(operand); });
  }

  llvm::DenseMap<Value, bool> known;
};
} // namespace

void bitnet::markDynamicBuffers(func::FuncOp main) {
  StaticNumbers numbers;
  main.walk([&](memref::AllocOp alloc) {
    if (!llvm::all_of(alloc.getDynamicSizes(),
                      [&](Value size) { return numbers.contains(size); }))
      alloc->setAttr("rt.dynamic", UnitAttr::get(alloc.getContext()));
  });
}
