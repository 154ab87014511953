#ifndef DIALECTS_TERNARY_TRANSFORMS_PASSES_H
#define DIALECTS_TERNARY_TRANSFORMS_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace bitnet::ternary {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Ternary/Transforms/Passes.h.inc"

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_PASSES_H
