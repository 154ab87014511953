#ifndef DIALECTS_RT_TRANSFORMS_PASSES_H
#define DIALECTS_RT_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet::rt {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/RT/Transforms/Passes.h.inc"

} // namespace bitnet::rt

#endif // DIALECTS_RT_TRANSFORMS_PASSES_H
