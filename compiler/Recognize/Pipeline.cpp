#include "compiler/Recognize/Passes.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace bitnet::recognize;

void bitnet::recognize::buildRecognizePipeline(OpPassManager &manager,
                                               bool integerGroups) {
  manager.addPass(createRecordSignaturePass());
  RecognizeBitLinearPassOptions linears;
  linears.integerGroups = integerGroups;
  manager.addPass(createRecognizeBitLinearPass(linears));
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createRecognizeDenseLinearPass());
  functions.addPass(createRecognizeNormsPass());
  functions.addPass(createRecognizeGatedActivationsPass());
  functions.addPass(createRecognizeRotaryPass());
  functions.addPass(createRecognizeAttentionPass());
  manager.addPass(createRecognizeKVCachePass());
  // What is left of constant chains (tables, masks) is computed once, here.
  onnx::FoldConstantsPassOptions fold;
  fold.maxElements = int64_t(1) << 26;
  fold.frontier = true;
  manager.addNestedPass<func::FuncOp>(onnx::createFoldConstantsPass(fold));
  manager.addNestedPass<func::FuncOp>(createShareConstantsPass());
  manager.addPass(createCSEPass());
  manager.addPass(createRecognizeRolesPass());
  manager.addPass(createRecognizeTokenLocalityPass());
}

void bitnet::recognize::registerRecognizePipeline() {
  PassPipelineRegistration<>("recognize",
                             "onnx ops -> ternary, transformer and rt.kv_cache",
                             [](OpPassManager &manager) {
                               buildRecognizePipeline(manager,
                                                      /*integerGroups=*/true);
                             });
}
