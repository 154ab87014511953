#ifndef DIALECTS_RT_IR_RTOPS_H
#define DIALECTS_RT_IR_RTOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/RT/IR/RTInterfaces.h.inc"

#include "dialects/RT/IR/RTAttrInterfaces.h.inc"

#include "dialects/RT/IR/RTDialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/RT/IR/RTTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/RT/IR/RTOps.h.inc"

namespace bitnet::rt {
using MemoryEffects = ::llvm::SmallVectorImpl<
    ::mlir::SideEffects::EffectInstance<::mlir::MemoryEffects::Effect>>;

/// Effects of an op with a tensor and a memref form: none on tensors; on
/// memrefs it reads its inputs and writes its `outs`.
void getDestinationFormEffects(DestinationFormOpInterface op,
                               MemoryEffects &effects);
} // namespace bitnet::rt

namespace bitnet::rt {

/// Bytes of one layer's value of `global` in the weights file; one byte for an i1.
/// The element type is an integer, float or index.
uint64_t getGlobalBytes(GlobalOp global);

} // namespace bitnet::rt

#endif // DIALECTS_RT_IR_RTOPS_H
