#ifndef COMPILER_CONVERSION_RTTOLLVM_RTPATTERN_H
#define COMPILER_CONVERSION_RTTOLLVM_RTPATTERN_H

#include "dialects/RT/IR/RTOps.h"

#include "bitnet/module.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace bitnet::rt::lowering {

using namespace mlir;

/// What every pattern here does: fields of C structures, memrefs from pointers.
template <typename Op>
struct RTPattern : ConvertOpToLLVMPattern<Op> {
  using ConvertOpToLLVMPattern<Op>::ConvertOpToLLVMPattern;
  using Rewriter = ConversionPatternRewriter;

  Type pointerType() const {
    return LLVM::LLVMPointerType::get(this->getContext());
  }
  static Value integer(Rewriter &rewriter, Location loc, int64_t value) {
    return LLVM::ConstantOp::create(rewriter, loc, rewriter.getI64Type(),
                                    value);
  }
  /// Address `bytes` behind `base`.
  Value at(Rewriter &rewriter, Location loc, Value base, Value bytes) const {
    return LLVM::GEPOp::create(rewriter, loc, pointerType(),
                               rewriter.getI8Type(), base, ValueRange{bytes});
  }
  Value at(Rewriter &rewriter, Location loc, Value base, int64_t bytes) const {
    return LLVM::GEPOp::create(rewriter, loc, pointerType(),
                               rewriter.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{int32_t(bytes)});
  }
  Value load(Rewriter &rewriter, Location loc, Type type, Value base,
             int64_t offset) const {
    return LLVM::LoadOp::create(rewriter, loc, type,
                                at(rewriter, loc, base, offset));
  }
  Value loadPointer(Rewriter &rewriter, Location loc, Value base,
                    int64_t offset) const {
    return load(rewriter, loc, pointerType(), base, offset);
  }
  Value loadInteger(Rewriter &rewriter, Location loc, Value base,
                    int64_t offset) const {
    return load(rewriter, loc, rewriter.getI64Type(), base, offset);
  }

  /// Descriptor of a contiguous memref; `sizeOf` gives its dynamic sizes.
  Value describe(Rewriter &rewriter, Location loc, MemRefType type,
                 Value pointer, function_ref<Value(unsigned)> sizeOf) const {
    SmallVector<Value> sizes, strides(type.getRank());
    for (unsigned axis = 0; axis < type.getRank(); ++axis)
      sizes.push_back(type.isDynamicDim(axis)
                          ? sizeOf(axis)
                          : integer(rewriter, loc, type.getDimSize(axis)));
    Value stride = integer(rewriter, loc, 1);
    for (int64_t axis = type.getRank() - 1; axis >= 0; --axis) {
      strides[axis] = stride;
      stride = LLVM::MulOp::create(rewriter, loc, stride, sizes[axis]);
    }
    auto descriptor = MemRefDescriptor::poison(
        rewriter, loc, this->getTypeConverter()->convertType(type));
    descriptor.setAllocatedPtr(rewriter, loc, pointer);
    descriptor.setAlignedPtr(rewriter, loc, pointer);
    descriptor.setOffset(rewriter, loc, integer(rewriter, loc, 0));
    for (auto [axis, size] : llvm::enumerate(sizes)) {
      descriptor.setSize(rewriter, loc, axis, size);
      descriptor.setStride(rewriter, loc, axis, strides[axis]);
    }
    return descriptor;
  }
  Value describeBytes(Rewriter &rewriter, Location loc, MemRefType type,
                      Value pointer, Value bytes) const {
    return describe(rewriter, loc, type, pointer,
                    [&](unsigned) { return bytes; });
  }

  /// A new block with the rest of `op`'s, reached when `condition` is false;
  /// else the execution ends with `status`. Continues before `op`.
  LogicalResult endIf(Rewriter &rewriter, Operation *op, Value condition,
                      int64_t status) const {
    Location loc = op->getLoc();
    if (op->getParentOfType<func::FuncOp>().getNumResults() != 1)
      return op->emitOpError("is in a parallel region, which cannot end the "
                             "execution");
    Block *block = op->getBlock();
    Block *rest = rewriter.splitBlock(block, op->getIterator());
    Block *leave =
        rewriter.createBlock(block->getParent(), block->getParent()->end());
    Value code = arith::ConstantOp::create(rewriter, loc,
                                           rewriter.getI32IntegerAttr(status));
    func::ReturnOp::create(rewriter, loc, code);
    rewriter.setInsertionPointToEnd(block);
    // Not LLVM's: blocks may yet be merged, with arguments that are no types of
    // LLVM.
    cf::CondBranchOp::create(rewriter, loc, condition, leave, rest);
    rewriter.setInsertionPoint(op);
    return success();
  }
};

/// A call of one of the execution's functions.
template <typename Op>
struct CallPattern : RTPattern<Op> {
  using RTPattern<Op>::RTPattern;

  LLVM::CallOp call(ConversionPatternRewriter &rewriter, Location loc,
                    Value exec, int64_t field, Type result,
                    ArrayRef<Value> arguments) const {
    Value function = this->loadPointer(rewriter, loc, exec, field);
    SmallVector<Value> operands = {function, exec};
    llvm::append_range(operands, arguments);
    SmallVector<Type> types;
    for (Value operand : ArrayRef(operands).drop_front())
      types.push_back(operand.getType());
    auto type = LLVM::LLVMFunctionType::get(result, types);
    return LLVM::CallOp::create(rewriter, loc, type, operands);
  }
  /// Address of a memref's first element.
  Value pointer(ConversionPatternRewriter &rewriter, Location loc, Value memref,
                Value descriptor) const {
    return MemRefDescriptor(descriptor)
        .bufferPtr(rewriter, loc, *this->getTypeConverter(),
                   cast<MemRefType>(memref.getType()));
  }
};

/// Patterns for the ops of dialect `device`.
void populateDeviceToLLVM(const LLVMTypeConverter &converter,
                          RewritePatternSet &patterns);

} // namespace bitnet::rt::lowering

#endif // COMPILER_CONVERSION_RTTOLLVM_RTPATTERN_H
