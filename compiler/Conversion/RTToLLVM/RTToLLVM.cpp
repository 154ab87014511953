#include "compiler/Conversion/RTToLLVM/Passes.h"
#include "compiler/Conversion/RTToLLVM/RTPattern.h"
#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/RT/IR/RTOps.h"

#include "bitnet/module.h"

#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_CONVERTRTTOLLVMPASS
#include "compiler/Conversion/RTToLLVM/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;
using namespace bitnet;
using namespace bitnet::rt;
using namespace bitnet::rt::lowering;

namespace {

struct LowerInput : RTPattern<InputOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(InputOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<MemRefType>(op.getType());
    if (type.getRank() > BITNET_MAX_RANK)
      return op.emitOpError("has rank ")
             << type.getRank() << ", expected at most " << BITNET_MAX_RANK;
    Value buffers = loadPointer(rewriter, loc, adaptor.getExec(),
                                offsetof(bitnet_exec, inputs));
    Value buffer =
        at(rewriter, loc, buffers, op.getIndex() * sizeof(bitnet_buffer));
    Value data =
        loadPointer(rewriter, loc, buffer, offsetof(bitnet_buffer, data));
    rewriter.replaceOp(op,
                       describe(rewriter, loc, type, data, [&](unsigned axis) {
                         return loadInteger(rewriter, loc, buffer,
                                            offsetof(bitnet_buffer, dims) +
                                                axis * sizeof(int64_t));
                       }));
    return success();
  }
};

struct LowerOutput : RTPattern<OutputOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(OutputOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<MemRefType>(op.getValue().getType());
    if (type.getRank() > BITNET_MAX_RANK)
      return op.emitOpError("has rank ")
             << type.getRank() << ", expected at most " << BITNET_MAX_RANK;
    Value buffers = loadPointer(rewriter, loc, adaptor.getExec(),
                                offsetof(bitnet_exec, outputs));
    Value buffer =
        at(rewriter, loc, buffers, op.getIndex() * sizeof(bitnet_buffer));
    MemRefDescriptor descriptor(adaptor.getValue());
    Value data = descriptor.bufferPtr(rewriter, loc, *getTypeConverter(), type);
    LLVM::StoreOp::create(
        rewriter, loc, data,
        at(rewriter, loc, buffer, int64_t(offsetof(bitnet_buffer, data))));
    for (unsigned axis = 0; axis < type.getRank(); ++axis)
      LLVM::StoreOp::create(
          rewriter, loc, descriptor.size(rewriter, loc, axis),
          at(rewriter, loc, buffer,
             int64_t(offsetof(bitnet_buffer, dims) + axis * sizeof(int64_t))));
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerGetGlobal : RTPattern<GetGlobalOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(GetGlobalOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto global =
        SymbolTable::lookupNearestSymbolFrom<GlobalOp>(op, op.getGlobalAttr());
    auto offset = global->getAttrOfType<IntegerAttr>("offset");
    auto stride = global->getAttrOfType<IntegerAttr>("stride");
    if (!offset || !stride || !adaptor.getExec())
      return op.emitOpError("reads ")
             << op.getGlobalAttr()
             << ", which rt-assign-weights has not placed";
    Value data = loadPointer(rewriter, loc, adaptor.getExec(),
                             offsetof(bitnet_exec, weights));
    Value bytes = integer(rewriter, loc, offset.getInt());
    if (adaptor.getLayer()) {
      Value step = integer(rewriter, loc, stride.getInt());
      Value behind =
          LLVM::MulOp::create(rewriter, loc, adaptor.getLayer(), step);
      bytes = LLVM::AddOp::create(rewriter, loc, bytes, behind);
    }
    data = at(rewriter, loc, data, bytes);
    auto type = cast<MemRefType>(op.getType());
    rewriter.replaceOp(op, describe(rewriter, loc, type, data, [](unsigned) {
                         return Value(); // static, as its global is
                       }));
    return success();
  }
};

struct LowerKV : RTPattern<KVOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(KVOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto cache =
        SymbolTable::lookupNearestSymbolFrom<KVCacheOp>(op, op.getCacheAttr());
    auto first = cache ? cache->getAttrOfType<IntegerAttr>("first") : nullptr;
    if (!first)
      return op.emitOpError("names ")
             << op.getCacheAttr() << ", which is no rt.kv_cache";
    Value exec = adaptor.getExec();
    Value table = loadPointer(rewriter, loc, exec, offsetof(bitnet_exec, kv));
    Value position = integer(rewriter, loc, first.getInt());
    if (adaptor.getLayer())
      position =
          LLVM::AddOp::create(rewriter, loc, position, adaptor.getLayer());
    Value entry =
        LLVM::GEPOp::create(rewriter, loc, pointerType(), pointerType(), table,
                            ValueRange{position});
    Value data = LLVM::LoadOp::create(rewriter, loc, pointerType(), entry);
    auto type = cast<MemRefType>(op.getType());
    rewriter.replaceOp(
        op, describe(rewriter, loc, type, data, [&](unsigned axis) {
          return loadInteger(rewriter, loc, exec,
                             axis == 0 ? offsetof(bitnet_exec, kv_batch)
                                       : offsetof(bitnet_exec, kv_capacity));
        }));
    return success();
  }
};

template <typename Op, size_t offset>
struct LowerField : RTPattern<Op> {
  using RTPattern<Op>::RTPattern;
  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!adaptor.getExec() || !op.getType().isIndex())
      return op.emitOpError("is on tensors, expected an index from !rt.exec");
    rewriter.replaceOp(op, this->loadInteger(rewriter, op.getLoc(),
                                             adaptor.getExec(), offset));
    return success();
  }
};
using LowerPastLength =
    LowerField<PastLengthOp, offsetof(bitnet_exec, past_length)>;
using LowerLogitRows =
    LowerField<LogitRowsOp, offsetof(bitnet_exec, logit_rows)>;

using LowerTop = LowerField<TopOp, offsetof(bitnet_exec, top)>;

struct LowerScreen : CallPattern<ScreenOp> {
  using CallPattern::CallPattern;
  LogicalResult
  matchAndRewrite(ScreenOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto size = [&](Value descriptor) {
      return MemRefDescriptor(descriptor).size(rewriter, loc, 0);
    };
    Value lower = pointer(rewriter, loc, op.getLower(), adaptor.getLower());
    Value upper = pointer(rewriter, loc, op.getUpper(), adaptor.getUpper());
    Value ids = pointer(rewriter, loc, op.getIds(), adaptor.getIds());
    rewriter.replaceOp(op, call(rewriter, loc, adaptor.getExec(),
                                offsetof(bitnet_exec, screen),
                                rewriter.getI64Type(),
                                {lower, upper, size(adaptor.getLower()), ids,
                                 size(adaptor.getIds())}));
    return success();
  }
};

struct LowerOffer : CallPattern<OfferOp> {
  using CallPattern::CallPattern;
  LogicalResult
  matchAndRewrite(OfferOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value logits = pointer(rewriter, loc, op.getLogits(), adaptor.getLogits());
    Value ids = op.getIds()
                    ? pointer(rewriter, loc, op.getIds(), adaptor.getIds())
                    : LLVM::ZeroOp::create(rewriter, loc, pointerType());
    call(rewriter, loc, adaptor.getExec(), offsetof(bitnet_exec, offer),
         LLVM::LLVMVoidType::get(getContext()),
         {ids, logits, adaptor.getCount()});
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerArena : RTPattern<ArenaOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(ArenaOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value data = loadPointer(rewriter, loc, adaptor.getExec(),
                             offsetof(bitnet_exec, arena));
    // The views' sizes are computed, nothing asks for the arena's.
    rewriter.replaceOp(op, describeBytes(rewriter, loc,
                                         cast<MemRefType>(op.getType()), data,
                                         integer(rewriter, loc, INT64_MAX)));
    return success();
  }
};

struct LowerAllocate : RTPattern<AllocateOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(AllocateOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value function = loadPointer(rewriter, loc, adaptor.getExec(),
                                 offsetof(bitnet_exec, allocate));
    auto type = LLVM::LLVMFunctionType::get(
        pointerType(),
        {pointerType(), rewriter.getI64Type(), rewriter.getI64Type()});
    auto number = op->getAttrOfType<IntegerAttr>("rt.slot");
    Value slot = integer(rewriter, loc, number ? number.getInt() : -1);
    auto call = LLVM::CallOp::create(
        rewriter, loc, type,
        ValueRange{function, adaptor.getExec(), adaptor.getBytes(), slot});
    Value null = LLVM::ZeroOp::create(rewriter, loc, pointerType());
    Value isNull = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::eq,
                                        call.getResult(), null);
    if (failed(endIf(rewriter, op, isNull, BITNET_RUN_OUT_OF_MEMORY)))
      return failure();
    rewriter.replaceOp(op, describeBytes(rewriter, loc,
                                         cast<MemRefType>(op.getType()),
                                         call.getResult(), adaptor.getBytes()));
    return success();
  }
};

struct LowerFailIf : RTPattern<FailIfOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(FailIfOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (failed(endIf(rewriter, op, adaptor.getCondition(), op.getStatus())))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

struct LowerFork : RTPattern<ForkOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(ForkOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value args = packCaptures(op, adaptor.getCaptures(), rewriter);
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        op, op.getCalleeAttr());
    Value symbol = func::ConstantOp::create(
        rewriter, loc, callee.getFunctionType(), op.getCalleeAttr());
    Value body =
        UnrealizedConversionCastOp::create(rewriter, loc, pointerType(), symbol)
            .getResult(0);
    Value exec = adaptor.getExec();
    Value parallel =
        loadPointer(rewriter, loc, exec, offsetof(bitnet_exec, parallel));
    Type pointer = pointerType(), i64 = rewriter.getI64Type();
    auto type =
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(getContext()),
                                    {pointer, pointer, pointer, i64, i64});
    Value grain = integer(rewriter, loc, op.getGrain());
    LLVM::CallOp::create(
        rewriter, loc, type,
        ValueRange{parallel, exec, body, args, adaptor.getCount(), grain});
    rewriter.eraseOp(op);
    return success();
  }

  /// Address of a structure with the captures, one for all iterations of a
  /// loop around: stack taken in a loop is given back only on return.
  Value packCaptures(ForkOp op, ValueRange captures,
                     ConversionPatternRewriter &rewriter) const {
    Location loc = op.getLoc();
    auto type = LLVM::LLVMStructType::getLiteral(
        getContext(), llvm::to_vector(captures.getTypes()));
    Block &entry = op->getParentOfType<func::FuncOp>().getBody().front();
    Value args;
    {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(&entry);
      args = LLVM::AllocaOp::create(rewriter, loc, pointerType(), type,
                                    integer(rewriter, loc, 1), /*alignment=*/0);
    }
    for (auto [i, value] : llvm::enumerate(captures)) {
      Value field =
          LLVM::GEPOp::create(rewriter, loc, pointerType(), type, args,
                              ArrayRef<LLVM::GEPArg>{0, int32_t(i)});
      LLVM::StoreOp::create(rewriter, loc, value, field);
    }
    return args;
  }
};

struct LowerCaptures : RTPattern<CapturesOp> {
  using RTPattern::RTPattern;
  LogicalResult
  matchAndRewrite(CapturesOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    SmallVector<Type> types;
    if (failed(getTypeConverter()->convertTypes(op.getResultTypes(), types)))
      return rewriter.notifyMatchFailure(op,
                                         "captures a type without LLVM form");
    auto type = LLVM::LLVMStructType::getLiteral(getContext(), types);
    SmallVector<Value> values;
    for (auto [i, fieldType] : llvm::enumerate(types)) {
      Value field = LLVM::GEPOp::create(rewriter, loc, pointerType(), type,
                                        adaptor.getArgs(),
                                        ArrayRef<LLVM::GEPArg>{0, int32_t(i)});
      values.push_back(LLVM::LoadOp::create(rewriter, loc, fieldType, field));
    }
    rewriter.replaceOp(op, values);
    return success();
  }
};

struct ConvertRTToLLVM
    : bitnet::rt::impl::ConvertRTToLLVMPassBase<ConvertRTToLLVM> {
  using ConvertRTToLLVMPassBase::ConvertRTToLLVMPassBase;

  void runOnOperation() override {
    numberCaches();
    setSignatures();
    LLVMTypeConverter converter(&getContext());
    converter.addConversion(
        [&](ExecType) { return LLVM::LLVMPointerType::get(&getContext()); });
    RewritePatternSet patterns(&getContext());
    populateDeviceToLLVM(converter, patterns);
    patterns
        .add<LowerInput, LowerOutput, LowerGetGlobal, LowerKV, LowerPastLength,
             LowerLogitRows, LowerArena, LowerAllocate, LowerFailIf, LowerFork,
             LowerCaptures, LowerTop, LowerScreen, LowerOffer>(converter);
    ConversionTarget target(getContext());
    target.addIllegalDialect<RTDialect, device::DeviceDialect>();
    target.addLegalOp<GlobalOp, KVCacheOp>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      return signalPassFailure();
    eraseSymbols();
  }

  /// Caches lie in the execution's table in order of appearance.
  void numberCaches() {
    Builder builder(&getContext());
    int64_t first = 0;
    for (auto cache : getOperation().getOps<KVCacheOp>()) {
      cache->setAttr("first", builder.getI64IntegerAttr(first));
      first += cache.getInputs().size();
    }
  }

  void setSignatures();

  void eraseSymbols() {
    for (Operation &op : llvm::make_early_inc_range(*getOperation().getBody()))
      if (isa<GlobalOp, KVCacheOp>(op))
        op.erase();
  }
};

/// Arguments of type !rt.exec become pointers; @main gives a status.
void ConvertRTToLLVM::setSignatures() {
  auto linkage = LLVM::LinkageAttr::get(&getContext(), LLVM::Linkage::Internal);
  auto pointer = LLVM::LLVMPointerType::get(&getContext());
  OpBuilder builder(&getContext());
  for (auto func : getOperation().getOps<func::FuncOp>()) {
    if (func.isExternal())
      continue;
    SmallVector<Type> inputs(func.getArgumentTypes());
    SmallVector<Type> results(func.getResultTypes());
    for (auto [i, type] : llvm::enumerate(inputs))
      if (isa<ExecType>(type)) {
        type = pointer;
        func.getArgument(i).setType(pointer);
      }
    if (func.getSymName() == "main") {
      results.assign({builder.getI32Type()});
      func.walk([&](func::ReturnOp op) {
        builder.setInsertionPoint(op);
        Value ok = arith::ConstantOp::create(
            builder, op.getLoc(), builder.getI32IntegerAttr(BITNET_RUN_OK));
        op->setOperands(ok);
      });
      func.setSymName(runFunctionName);
    } else if (func.getSymName() == "arena_bytes") {
      func.setSymName(arenaFunctionName);
    }
    func.setType(builder.getFunctionType(inputs, results));
    func->setAttr("llvm.linkage", linkage);
  }
}

} // namespace
