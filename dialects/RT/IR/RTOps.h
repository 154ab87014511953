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

#include "dialects/RT/IR/RTDialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/RT/IR/RTTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/RT/IR/RTOps.h.inc"

#endif // DIALECTS_RT_IR_RTOPS_H
