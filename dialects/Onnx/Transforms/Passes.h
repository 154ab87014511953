#ifndef DIALECTS_ONNX_TRANSFORMS_PASSES_H
#define DIALECTS_ONNX_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet::onnx {

#define GEN_PASS_DECL
#include "dialects/Onnx/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dialects/Onnx/Transforms/Passes.h.inc"

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_PASSES_H
