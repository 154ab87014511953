#ifndef DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H
#define DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H

#include "dialects/RT/IR/RTOps.h"

#include "dialects/Transformer/IR/TransformerDialect.h.inc"
#include "dialects/Transformer/IR/TransformerEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Transformer/IR/TransformerAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Transformer/IR/TransformerOps.h.inc"

#endif // DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H
