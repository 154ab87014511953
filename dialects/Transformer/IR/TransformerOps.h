#ifndef DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H
#define DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H

#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/PackedGroups.h"
#include "dialects/Transformer/IR/PackedRows.h"

#include "dialects/Transformer/IR/TransformerDialect.h.inc"
#include "dialects/Transformer/IR/TransformerEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Transformer/IR/TransformerAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Transformer/IR/TransformerOps.h.inc"

namespace bitnet::transformer {

/// A key with a mask of this size or below weighs nothing beside any key that
/// is kept: the exponential of the difference is 0.
constexpr float kAbsorbingMask = -1e9f;

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_H
