#ifndef DIALECTS_TRANSFORMER_TRANSFORMS_HEAD_H
#define DIALECTS_TRANSFORMER_TRANSFORMS_HEAD_H

#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/BuiltinOps.h"

namespace bitnet::transformer {

/// The op on tensors that makes what `@main` returns as logits, by
/// `bitnet.role`; null without logits.
mlir::Operation *findHead(mlir::ModuleOp module);

/// Whether a head gets no more positions than `rt.logit_rows` asks for.
bool readsLastPositions(LinearOp head);

/// How a dense layer's weights are stored, for people: "bf16". Empty for other
/// ops.
std::string describeStorage(mlir::Operation *op);

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_TRANSFORMS_HEAD_H
