#include "compiler/Driver/Registration.h"

#include "compiler/Conversion/Bufferize/Passes.h"
#include "compiler/Conversion/ExpandHalf/Passes.h"
#include "compiler/Conversion/KernelToGPU/Passes.h"
#include "compiler/Conversion/KernelToSPIRV/Passes.h"
#include "compiler/Conversion/LanesToThreads/Passes.h"
#include "compiler/Conversion/LinalgToParallel/Passes.h"
#include "compiler/Conversion/MathToPolynomial/Passes.h"
#include "compiler/Conversion/RTToLLVM/Passes.h"
#include "compiler/Conversion/TernaryToDense/Passes.h"
#include "compiler/Conversion/TernaryToLoops/Passes.h"
#include "compiler/Conversion/TernaryToThreads/Passes.h"
#include "compiler/Conversion/TernaryToVector/Passes.h"
#include "compiler/Conversion/TransformerToVector/Passes.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Recognize/Passes.h"
#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/Device/Transforms/Passes.h"
#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/Transforms/Passes.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/Transforms/Passes.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Ternary/Transforms/Passes.h"
#include "dialects/Transformer/IR/TransformerOps.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllPasses.h"

void bitnet::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  registry.insert<device::DeviceDialect, onnx::OnnxDialect, rt::RTDialect,
                  ternary::TernaryDialect, transformer::TransformerDialect>();
}

void bitnet::registerAllPasses() {
  mlir::registerAllPasses();
  onnx::registerOnnxPasses();
  recognize::registerRecognizePasses();
  recognize::registerRecognizePipeline();
  registerBufferizePasses();
  registerExpandHalfPasses();
  device::registerDevicePasses();
  rt::registerRTPasses();
  rt::registerRTToLLVMPasses();
  registerKernelToGPUPasses();
  registerKernelToSPIRVPasses();
  registerLanesToThreadsPasses();
  registerLinalgToParallelPasses();
  registerMathToPolynomialPasses();
  transformer::registerTransformerToVectorPasses();
  transformer::registerTransformerPasses();
  registerPipelines();
  ternary::registerTernaryPasses();
  registerTernaryToDensePasses();
  registerTernaryToLoopsPasses();
  registerTernaryToThreadsPasses();
  registerTernaryToVectorPasses();
}
