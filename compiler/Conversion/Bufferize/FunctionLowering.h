#ifndef COMPILER_CONVERSION_BUFFERIZE_FUNCTIONLOWERING_H
#define COMPILER_CONVERSION_BUFFERIZE_FUNCTIONLOWERING_H

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"
#include "dialects/Onnx/IR/OnnxControl.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace bitnet {

/// Lowers the ops of one function in order.
class FunctionLowering {
public:
  FunctionLowering(BufferLowering &lowering, const LoweringRegistry &registry)
      : lowering(lowering), registry(registry) {}

  /// Makes memrefs of `main`'s arguments. `exec` is where they come from.
  void lowerArguments(mlir::func::FuncOp main);
  /// Lowers all ops of `block` but its terminator.
  mlir::LogicalResult lowerBlock(mlir::Block &block);
  /// Hands the operands of `main`'s return out.
  mlir::LogicalResult lowerReturn(mlir::func::FuncOp main);

private:
  mlir::LogicalResult lowerOp(mlir::Operation *op);
  mlir::LogicalResult lowerIf(onnx::IfOp op);
  mlir::LogicalResult lowerLoop(onnx::LoopOp op);
  mlir::LogicalResult lowerRegion(mlir::Region &region,
                                  llvm::SmallVectorImpl<BufferView> &out);
  mlir::LogicalResult lowerFor(mlir::scf::ForOp loop);
  mlir::LogicalResult lowerYield(mlir::scf::ForOp loop,
                                 llvm::ArrayRef<BufferView> buffers);

  BufferLowering &lowering;
  const LoweringRegistry &registry;
  /// Slots of rt.allocate that are taken.
  int64_t numSlots = 0;
};

/// Lowers an op that implements DestinationFormOpInterface.
mlir::LogicalResult lowerDestinationForm(mlir::Operation *op,
                                         BufferLowering &lowering);
/// Ops of rt and transformer that need more than buffers.
void populateStructuralOps(LoweringRegistry &registry);
/// Marks buffers whose size depends on data with `rt.dynamic`.
void markDynamicBuffers(mlir::func::FuncOp main);

} // namespace bitnet

#endif // COMPILER_CONVERSION_BUFFERIZE_FUNCTIONLOWERING_H
