#include "dialects/Onnx/Transforms/DeadOps.h"

#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

void bitnet::onnx::eraseDeadOps(Operation *root) {
  // Users come before what they use.
  root->walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isa_and_nonnull<OnnxDialect>(op->getDialect()) && isOpTriviallyDead(op))
      op->erase();
  });
}
