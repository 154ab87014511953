#include "compiler/Pipelines/Pipelines.h"

#include "compiler/Conversion/Bufferize/Passes.h"
#include "compiler/Conversion/ExpandHalf/Passes.h"
#include "compiler/Conversion/KernelToGPU/Passes.h"
#include "compiler/Conversion/KernelToSPIRV/Passes.h"
#include "compiler/Conversion/LanesToThreads/Passes.h"
#include "compiler/Conversion/LinalgToParallel/Passes.h"
#include "compiler/Conversion/MathToPolynomial/Passes.h"
#include "compiler/Conversion/RTToLLVM/Passes.h"
#include "compiler/Conversion/TernaryToDense/Passes.h"
#include "compiler/Conversion/TernaryToThreads/Passes.h"
#include "compiler/Conversion/TernaryToVector/Passes.h"
#include "compiler/Conversion/TransformerToVector/Passes.h"
#include "compiler/Recognize/Passes.h"
#include "dialects/Device/Transforms/Passes.h"
#include "dialects/Onnx/Transforms/Passes.h"
#include "dialects/RT/Transforms/Passes.h"
#include "dialects/Ternary/Transforms/Passes.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace bitnet;

static constexpr llvm::StringLiteral phaseNames[numPhases] = {
    "import",    "normalize", "recognize", "plan",   "pack",
    "bufferize", "lower",     "device",    "codegen"};

llvm::StringRef bitnet::getPhaseName(Phase phase) {
  return phaseNames[unsigned(phase)];
}

std::optional<Phase> bitnet::parsePhase(llvm::StringRef name) {
  for (unsigned i = 0; i < numPhases; ++i)
    if (phaseNames[i] == name)
      return Phase(i);
  return std::nullopt;
}

static void buildNormalize(OpPassManager &passes) {
  passes.addPass(recognize::createMergeBranchesPass());
  OpPassManager &functions = passes.nest<func::FuncOp>();
  functions.addPass(onnx::createInferShapesPass());
  functions.addPass(onnx::createDecomposePass());
  functions.addPass(onnx::createFoldConstantsPass());
  functions.addPass(onnx::createNormalizePass());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(onnx::createFoldShapesPass());
  // Only now is all known that the graph itself says.
  onnx::InferShapesPassOptions infer;
  infer.fromProducts = true;
  functions.addPass(onnx::createInferShapesPass(infer));
  functions.addPass(onnx::createFoldConstantsPass());
  functions.addPass(onnx::createNormalizePass());
  functions.addPass(createCSEPass());
}

void bitnet::buildPlanKernels(OpPassManager &passes,
                              const PipelineOptions &options) {
  ternary::TernaryPlanPassOptions plan;
  plan.strategy = options.strategy;
  plan.layout = options.layout;
  plan.anyArithmetic = options.anyArithmetic;
  plan.scheduleFile = options.schedule;
  plan.givenLayouts = options.severalTargets;
  passes.addPass(ternary::createTernaryPlanPass(plan));
}

static void buildPlanLayouts(OpPassManager &passes,
                             const PipelineOptions &options) {
  ternary::TernaryPlanLayoutsPassOptions plan;
  plan.strategy = options.strategy;
  plan.layout = options.layout;
  plan.anyArithmetic = options.anyArithmetic;
  passes.addPass(ternary::createTernaryPlanLayoutsPass(plan));
}

static void buildPlan(OpPassManager &passes, const PipelineOptions &options) {
  passes.addPass(transformer::createFoldTransposesPass());
  rt::SetCacheTypePassOptions caches;
  caches.element = options.kv;
  passes.addPass(rt::createSetCacheTypePass(caches));
  passes.addPass(ternary::createTernaryFuseSiblingsPass());
  passes.addPass(transformer::createRollLayersPass());
  passes.addPass(transformer::createGlobalizeConstantsPass());
  transformer::PackRowsPassOptions rows;
  rows.head = options.head;
  passes.addPass(transformer::createPackRowsPass(rows));
  if (!options.dense.empty()) {
    TernaryToDensePassOptions dense;
    dense.type = options.dense;
    passes.addPass(createTernaryToDensePass(dense));
  }
  if (options.severalTargets)
    buildPlanLayouts(passes, options);
  else if (options.planKernels)
    buildPlanKernels(passes, options);
}

static void buildBufferize(OpPassManager &passes) {
  passes.addPass(rt::createDescribeSignaturePass());
  passes.addPass(createBufferizePass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

/// Simple operations of a unit where each has an invocation of its own; threads
/// of a warp have an element each, so that they read what lies side by side.
static constexpr int64_t invocationWork = 64, threadWork = 1;

static void buildLower(OpPassManager &passes, const PipelineOptions &options) {
  if (options.severalTargets)
    buildPlanKernels(passes, options);
  passes.addNestedPass<func::FuncOp>(rt::createForwardCopiesPass());
  passes.addPass(transformer::createFuseRowsPass());
  if (options.threads)
    passes.addPass(createTernaryLowerToThreadsPass());
  else
    passes.addPass(ternary::createTernaryTilePass());
  passes.addPass(createTernaryLowerToVectorPass());
  transformer::LowerTransformerToVectorOptions vectors;
  vectors.vectorBits = options.vectorBits;
  vectors.threads = options.threads;
  passes.addPass(transformer::createLowerTransformerToVector(vectors));
  if (!options.threads || options.certify) {
    ternary::TernaryCertifyPassOptions certify;
    certify.onlyMarked = !options.certify;
    passes.addPass(ternary::createTernaryCertifyPass(certify));
  }
  passes.addPass(rt::createExpandCopiesPass());
  LinalgToParallelPassOptions elements;
  if (options.threads) {
    elements.unitWork = options.shaders ? invocationWork : threadWork;
    elements.elements = true;
  }
  passes.addPass(createLinalgToParallelPass(elements));
  passes.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  if (options.threads && options.shaders)
    passes.addPass(createMathLanesToLoop());
  passes.addPass(createMathToPolynomial());
  passes.addPass(createExpandHalf());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void bitnet::buildPlanMemory(OpPassManager &passes, bool forDevice) {
  if (forDevice)
    passes.addPass(device::createConstantsToWeightsPass());
  passes.addPass(rt::createPlanArenaPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(rt::createAssignWeightsPass());
  passes.addPass(rt::createOutlineParallelPass());
}

void bitnet::buildDevice(OpPassManager &passes, bool shaders) {
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createLoopInvariantCodeMotionPass());
  if (shaders) {
    KernelToSPIRVPassOptions kernels;
    kernels.hostFallback = true;
    passes.addPass(createKernelToSPIRVPass(kernels));
  } else {
    passes.addPass(createLanesToThreadsPass());
    KernelToGPUPassOptions kernels;
    kernels.hostFallback = true;
    passes.addPass(createKernelToGPUPass(kernels));
  }
  passes.addPass(device::createAwaitPass());
}

void bitnet::buildToLLVM(OpPassManager &passes) {
  OpPassManager &functions = passes.nest<func::FuncOp>();
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(rt::createHoistStackPass());
  functions.addPass(createLowerAffinePass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createLoopInvariantCodeMotionPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(rt::createConvertRTToLLVMPass());
  ConvertVectorToLLVMPassOptions vectors;
  vectors.x86Vector = true;
  vectors.armNeon = true;
  passes.addPass(createConvertVectorToLLVMPass(vectors));
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createConvertMathToLibmPass());
  passes.addPass(arith::createArithExpandOpsPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void bitnet::buildPhase(Phase phase, OpPassManager &passes,
                        const PipelineOptions &options) {
  switch (phase) {
  case Phase::Import:
    return;
  case Phase::Normalize:
    return buildNormalize(passes);
  case Phase::Recognize:
    return recognize::buildRecognizePipeline(passes, options.integerGroups);
  case Phase::Plan:
    return buildPlan(passes, options);
  case Phase::Pack:
    return passes.addPass(ternary::createTernaryPackPass());
  case Phase::Bufferize:
    return buildBufferize(passes);
  case Phase::Lower:
    return buildLower(passes, options);
  case Phase::Device:
    buildPlanMemory(passes, /*forDevice=*/true);
    return buildDevice(passes, options.shaders);
  case Phase::Codegen:
    buildPlanMemory(passes);
    return buildToLLVM(passes);
  }
}

void bitnet::registerPipelines() {
  for (unsigned i = 1; i < numPhases; ++i)
    PassPipelineRegistration<PipelineOptions>(
        ("bitnet-" + phaseNames[i]).str(),
        ("Phase '" + phaseNames[i] + "' of bitnet-opt compile").str(),
        [i](OpPassManager &passes, const PipelineOptions &options) {
          buildPhase(Phase(i), passes, options);
        });
}
