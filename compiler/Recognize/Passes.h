#ifndef COMPILER_RECOGNIZE_PASSES_H
#define COMPILER_RECOGNIZE_PASSES_H

#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace bitnet::recognize {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Recognize/Passes.h.inc"

/// onnx -> ternary + transformer + rt.kv_cache, on a module that was imported
/// and normalised; `integerGroups` as in recognize-bit-linear.
void buildRecognizePipeline(mlir::OpPassManager &manager, bool integerGroups);

/// Registers the pipeline as `--recognize`.
void registerRecognizePipeline();

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_PASSES_H
