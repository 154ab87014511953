#ifndef DIALECTS_TERNARY_IR_TERNARYOPS_H
#define DIALECTS_TERNARY_IR_TERNARYOPS_H

#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/Kinds.h"

#include "dialects/Ternary/IR/TernaryDialect.h.inc"
#include "dialects/Ternary/IR/TernaryEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Ternary/IR/TernaryTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Ternary/IR/TernaryAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Ternary/IR/TernaryOps.h.inc"

#endif // DIALECTS_TERNARY_IR_TERNARYOPS_H
