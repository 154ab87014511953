#include "compiler/Conversion/RTToLLVM/RTPattern.h"
#include "dialects/Device/IR/CaptureLayout.h"
#include "dialects/Device/IR/DeviceOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::rt;
using namespace bitnet::rt::lowering;
using device::CaptureLayout;

namespace {

struct LowerDispatch : CallPattern<device::DispatchOp> {
  using CallPattern::CallPattern;
  LogicalResult
  matchAndRewrite(device::DispatchOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    CaptureLayout layout{TypeRange(op.getCaptures())};
    Value words = stackWords(op, layout.numWords, rewriter);
    for (auto [capture, value, first] :
         llvm::zip_equal(op.getCaptures(), adaptor.getCaptures(), layout.words))
      storeCapture(rewriter, loc, capture.getType(), value,
                   at(rewriter, loc, words, first * CaptureLayout::wordBytes));
    Value number = LLVM::ConstantOp::create(rewriter, loc, op.getNumberAttr());
    call(rewriter, loc, adaptor.getExec(), offsetof(bitnet_exec, dispatch),
         LLVM::LLVMVoidType::get(getContext()),
         {number, words, adaptor.getCount()});
    rewriter.eraseOp(op);
    return success();
  }

  /// One buffer for all iterations of a loop around, as for a fork.
  Value stackWords(Operation *op, int64_t count,
                   ConversionPatternRewriter &rewriter) const {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(
        &op->getParentOfType<func::FuncOp>().getBody().front());
    return LLVM::AllocaOp::create(
        rewriter, op->getLoc(), pointerType(), rewriter.getI64Type(),
        integer(rewriter, op->getLoc(), count), /*alignment=*/0);
  }

  void storeCapture(ConversionPatternRewriter &rewriter, Location loc,
                    Type type, Value value, Value to) const {
    auto store = [&](Value word) {
      LLVM::StoreOp::create(rewriter, loc, word, to);
      to = at(rewriter, loc, to, CaptureLayout::wordBytes);
    };
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref)
      return store(value);
    MemRefDescriptor descriptor(value);
    store(descriptor.alignedPtr(rewriter, loc));
    store(descriptor.offset(rewriter, loc));
    for (int64_t axis = 0; axis < memref.getRank(); ++axis)
      store(descriptor.size(rewriter, loc, axis));
    for (int64_t axis = 0; axis < memref.getRank(); ++axis)
      store(descriptor.stride(rewriter, loc, axis));
  }
};

struct LowerAwait : CallPattern<device::AwaitOp> {
  using CallPattern::CallPattern;
  LogicalResult
  matchAndRewrite(device::AwaitOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type i32 = rewriter.getI32Type();
    Value status = call(rewriter, loc, adaptor.getExec(),
                        offsetof(bitnet_exec, await), i32, {})
                       .getResult();
    Value ok = LLVM::ConstantOp::create(rewriter, loc, i32, BITNET_RUN_OK);
    Value failed = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::ne,
                                        status, ok);
    if (mlir::failed(endIf(rewriter, op, failed, BITNET_RUN_DEVICE_FAILED)))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

} // namespace

void bitnet::rt::lowering::populateDeviceToLLVM(
    const LLVMTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerDispatch, LowerAwait>(converter);
}
