#include "compiler/Recognize/Passes.h"

#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace bitnet::recognize;

void bitnet::recognize::buildRecognizePipeline(OpPassManager &manager) {
  manager.addPass(createRecordSignaturePass());
  manager.addPass(createRecognizeBitLinearPass());
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createRecognizeDenseLinearPass());
  functions.addPass(createRecognizeNormsPass());
  functions.addPass(createRecognizeGatedActivationsPass());
  functions.addPass(createRecognizeRotaryPass());
  functions.addPass(createRecognizeAttentionPass());
  manager.addPass(createRecognizeKVCachePass());
  manager.addNestedPass<func::FuncOp>(createShareConstantsPass());
  manager.addPass(createCSEPass());
  manager.addPass(createRecognizeRolesPass());
}

void bitnet::recognize::registerRecognizePipeline() {
  PassPipelineRegistration<>("recognize",
                             "onnx ops -> ternary, transformer and rt.kv_cache",
                             buildRecognizePipeline);
}
