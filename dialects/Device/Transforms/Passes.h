#ifndef DIALECTS_DEVICE_TRANSFORMS_PASSES_H
#define DIALECTS_DEVICE_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet::device {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Device/Transforms/Passes.h.inc"

} // namespace bitnet::device

#endif // DIALECTS_DEVICE_TRANSFORMS_PASSES_H
