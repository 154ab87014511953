#ifndef DIALECTS_TRANSFORMER_TRANSFORMS_HEAD_H
#define DIALECTS_TRANSFORMER_TRANSFORMS_HEAD_H

#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/BuiltinOps.h"

namespace bitnet::transformer {

/// The op on tensors that makes the logits, which `@main` may return scaled,
/// capped, rounded or of the last position only; by `bitnet.role`. Null without
/// logits.
mlir::Operation *findHead(mlir::ModuleOp module);

/// Why a head cannot tell its largest logits through a narrow copy, for people;
/// empty where it can. What it tells of are its own logits, of the positions
/// that logits are asked for of: nothing may change them on their way out.
std::string whyNotScreened(LinearOp head);

/// How a dense layer's weights are stored, for people: "bf16". Empty for other
/// ops.
std::string describeStorage(mlir::Operation *op);

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_TRANSFORMS_HEAD_H
