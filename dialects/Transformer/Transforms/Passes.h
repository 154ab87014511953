#ifndef DIALECTS_TRANSFORMER_TRANSFORMS_PASSES_H
#define DIALECTS_TRANSFORMER_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet::transformer {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Transformer/Transforms/Passes.h.inc"

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_TRANSFORMS_PASSES_H
