//===- Generate.cpp - from the lowered module to code and text ------------===//

#include "compiler/Driver/Compilation.h"
#include "compiler/Target/Certificate/Certificate.h"
#include "compiler/Target/TargetList.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace bitnet;

llvm::raw_ostream *Compilation::textOutput() {
  progress.finish();
  if (text)
    return text;
  if (options.output.empty() || options.output == "-")
    text = &llvm::outs();
  else if (OutputFile *file = open(options.output))
    text = &file->stream();
  return text;
}

LogicalResult Compilation::printIR() {
  bool first = !text;
  llvm::raw_ostream *out = textOutput();
  if (!out)
    return failure();
  if (hasSeveral() && !(*module)->hasAttr(targetListAttrName))
    *out << (first ? "" : "// -----\n") << "// target " << spec.name << '\n';
  OpPrintingFlags flags;
  // On a screen nobody wants a model's weights.
  if (out == &llvm::outs())
    flags.elideLargeElementsAttrs(64).elideLargeResourceString(64);
  module->print(*out, flags);
  return success();
}

LogicalResult Compilation::generate() {
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> code;
  auto generateOne = [&]() -> LogicalResult {
    if (hasSeveral() && failed(runPhases(Phase::Lower, Phase::Lower)))
      return failure();
    return generateCode(llvmContext, code);
  };
  if (failed(forEachTarget(generateOne)))
    return failure();
  if (!code)
    return success();
  if (options.emit == Emit::LLVM || options.emit == Emit::Asm)
    return emitText(*code);
  progress.phase("object");
  llvm::raw_svector_ostream stream(object);
  if (failed(check(
          emitCode(*code, spec, options.optLevel, /*assembly=*/false, stream))))
    return failure();
  return failed(certifyObject()) ? failure() : link();
}

LogicalResult Compilation::describe() {
  std::optional<ModuleDescription> described = describeModule(*module);
  if (!described)
    return failure();
  description = std::move(*described);
  description.name = llvm::sys::path::filename(outputBase()).str();
  description.target = spec.describe();
  description.targetName = spec.name;
  description.requiredCpu = spec.requiredCpu;
  auto symbolOf = [](const TargetSpec &better) {
    return "bitnet_module." + better.name;
  };
  if (spec.name != specs.front().name)
    description.symbol = symbolOf(spec);
  else
    for (const TargetSpec &better : llvm::drop_begin(specs))
      description.better.push_back(symbolOf(better));
  if (!description.vocabSize || largestTokenId < description.vocabSize)
    return success();
  return check(llvm::createStringError(
                   "the tokenizer does not fit the model: found token id " +
                   llvm::Twine(largestTokenId) + ", expected ids below " +
                   llvm::Twine(description.vocabSize)),
               options.tokenizer.empty() ? options.input : options.tokenizer);
}

LogicalResult Compilation::placeWeights() {
  SmallVector<Attribute> globals;
  for (auto global : module->getOps<rt::GlobalOp>())
    globals.push_back(global->getAttrDictionary());
  auto placed = ArrayAttr::get(&context, globals);
  if (!writtenGlobals) {
    writtenGlobals = placed;
    if (failed(writeWeightsFile()))
      return failure();
  } else if (placed != writtenGlobals) {
    return check(llvm::createStringError("the code for " + spec.name +
                                         " wants other weights than that for " +
                                         specs.front().name));
  }
  description.weightsHash = weights.hash;
  return success();
}

LogicalResult Compilation::generateCode(llvm::LLVMContext &llvmContext,
                                        std::unique_ptr<llvm::Module> &code) {
  OpPassManager planMemory(ModuleOp::getOperationName());
  bool forDevice = spec.device != Device::CPU;
  buildPlanMemory(planMemory, forDevice);
  if (failed(runPasses("memory", planMemory)))
    return failure();
  if (forDevice && failed(makeKernels()))
    return failure();
  if (options.stopAfter == Phase::Device)
    return printIR();
  if (failed(describe()) || (forDevice && failed(takeKernels())))
    return failure();
  if (options.emit == Emit::Kernels)
    return writeKernelFiles();
  if (failed(placeWeights()))
    return failure();
  OpPassManager toLLVM(ModuleOp::getOperationName());
  buildToLLVM(toLLVM);
  if (failed(runPasses("codegen", toLLVM)))
    return failure();
  if (options.stopAfter)
    return printIR();
  progress.phase("optimise");
  std::unique_ptr<llvm::Module> own =
      translate(*module, description, spec, options.optLevel, llvmContext);
  if (!own)
    return failure();
  if (hasSeveral())
    nameFunctions(*own, spec.name);
  if (code)
    return check(mergeCode(*code, std::move(own), description.symbol));
  code = std::move(own);
  return success();
}

LogicalResult Compilation::emitText(llvm::Module &code) {
  llvm::SmallVector<char, 0> buffer;
  llvm::raw_svector_ostream stream(buffer);
  if (options.emit == Emit::LLVM)
    code.print(stream, nullptr);
  else if (failed(check(emitCode(code, spec, options.optLevel,
                                 /*assembly=*/true, stream))))
    return failure();
  llvm::raw_ostream *out = textOutput();
  if (!out)
    return failure();
  *out << stream.str();
  return success();
}

LogicalResult Compilation::certifyObject() {
  if (!options.certify)
    return success();
  llvm::Expected<std::string> text =
      certifyMachineCode(llvm::StringRef(object.data(), object.size()),
                         description.name, /*requireKernels=*/false);
  if (!text)
    return check(text.takeError(), options.input);
  certificate = std::move(*text);
  return success();
}
