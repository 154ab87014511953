#include "compiler/Driver/Compilation.h"

#include "compiler/Driver/Costs.h"
#include "compiler/Import/Import.h"
#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Report.h"
#include "compiler/Support/Json.h"
#include "compiler/Target/TargetList.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Ternary/Transforms/Strategy.h"
#include "dialects/Transformer/Transforms/Head.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace bitnet;

Compilation::Compilation(const char *argv0, CompileOptions options,
                         MLIRContext &context)
    : argv0(argv0), options(std::move(options)), context(context),
      diagnostics(context, llvm::errs(), this->options.verbose),
      progress(this->options.verbose) {
  // Pointers to files are held while more are opened.
  files.reserve(8);
}

LogicalResult Compilation::check(llvm::Error error, llvm::StringRef place) {
  if (!error)
    return success();
  progress.finish();
  diagnostics.error(place, llvm::toString(std::move(error)));
  return failure();
}

OutputFile *Compilation::open(llvm::StringRef path, bool executable) {
  for (const OutputFile &other : files)
    if (other.hasName(path)) {
      (void)check(llvm::createStringError(
                      "two outputs go there, expected a name for each"),
                  path);
      return nullptr;
    }
  llvm::Expected<OutputFile> file = OutputFile::create(path, executable);
  if (!file) {
    (void)check(file.takeError());
    return nullptr;
  }
  return &files.emplace_back(std::move(*file));
}

std::string Compilation::outputBase() const {
  if (!options.output.empty())
    return options.output;
  return llvm::sys::path::stem(options.input).str();
}

LogicalResult Compilation::run() {
  if (failed(readTargets()) || failed(checkDevice()) ||
      failed(readTokenizer()) || failed(load()) || failed(runSharedPhases()) ||
      failed(produce()) || failed(writeReportFile()) ||
      failed(check(commitAll(files))))
    return failure();
  if (!staleFile.empty())
    llvm::sys::fs::remove(staleFile);
  progress.finish();
  if (!printsIR() && !options.quiet)
    printSummary();
  return success();
}

LogicalResult Compilation::produce() {
  if (!printsIR() || lastPhase() > Phase::Lower)
    return generate();
  if (options.printSchedule)
    return printSchedules();
  if (!hasSeveral() || lastPhase() < Phase::Lower)
    return printIR();
  return forEachTarget([&] {
    return failed(runPhases(Phase::Lower, Phase::Lower)) ? failure()
                                                         : printIR();
  });
}

/// The largest token id of a tokenizer.json.
static llvm::Expected<int64_t> findLargestTokenId(llvm::StringRef text) {
  llvm::Expected<llvm::json::Value> parsed = parseJson(text);
  if (!parsed)
    return llvm::createStringError("not a tokenizer.json: " +
                                   llvm::toString(parsed.takeError()));
  const llvm::json::Object *root = parsed->getAsObject();
  const llvm::json::Object *model = root ? root->getObject("model") : nullptr;
  const llvm::json::Object *vocab = model ? model->getObject("vocab") : nullptr;
  if (!vocab)
    return llvm::createStringError(
        "not a tokenizer.json: found no model.vocab, expected an object of "
        "tokens and ids");
  int64_t largest = -1;
  for (const auto &entry : *vocab)
    if (std::optional<int64_t> id = entry.second.getAsInteger())
      largest = std::max(largest, *id);
  if (const llvm::json::Array *added = root->getArray("added_tokens"))
    for (const llvm::json::Value &token : *added)
      if (const llvm::json::Object *object = token.getAsObject())
        largest = std::max(largest, object->getInteger("id").value_or(-1));
  return largest;
}

LogicalResult Compilation::readTokenizer() {
  bool wanted =
      options.emit == Emit::Executable || options.emit == Emit::Library;
  std::string path = options.tokenizer;
  if (path.empty() && wanted) {
    llvm::SmallString<256> beside(llvm::sys::path::parent_path(options.input));
    llvm::sys::path::append(beside, "tokenizer.json");
    if (llvm::sys::fs::exists(beside))
      path = std::string(beside);
  }
  if (path.empty())
    return success();
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return check(llvm::createStringError("cannot read the tokenizer: " +
                                         buffer.getError().message()),
                 path);
  tokenizerText = (*buffer)->getBuffer().str();
  llvm::Expected<int64_t> largest = findLargestTokenId(tokenizerText);
  if (!largest)
    return check(largest.takeError(), path);
  largestTokenId = *largest;
  return success();
}

LogicalResult Compilation::load() {
  progress.phase(getPhaseName(Phase::Import));
  llvm::StringRef extension = llvm::sys::path::extension(options.input);
  bool isMLIR = extension == ".mlir" || extension == ".mlirbc";
  if (isMLIR && !options.frozen.empty())
    diagnostics.error(options.input, "--set takes inputs of ONNX models");
  else if (isMLIR)
    module = parseSourceFile<ModuleOp>(options.input, &context);
  else
    module = importOnnx(options.input, context, options.frozen);
  if (module)
    return success();
  progress.finish();
  if (!diagnostics.hadErrors())
    diagnostics.error(options.input, "cannot be read");
  return failure();
}

LogicalResult Compilation::runPasses(llvm::StringRef name,
                                     OpPassManager &passes) {
  progress.phase(name);
  PassManager manager(&context, ModuleOp::getOperationName());
  static_cast<OpPassManager &>(manager) = passes;
  // Patterns cannot fail a pass: an error of theirs does here.
  if (succeeded(manager.run(*module)) && !diagnostics.hadErrors())
    return success();
  progress.finish();
  if (!diagnostics.hadErrors())
    diagnostics.error(options.input, "phase '" + name + "' failed");
  return failure();
}

/// Whether `@main` is on memrefs already: an .mlir file may enter there.
static bool isBufferized(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  return main &&
         llvm::any_of(main.getArgumentTypes(), llvm::IsaPred<rt::ExecType>);
}

LogicalResult Compilation::runSharedPhases() {
  (*module)->setAttr(TargetFacts::attrName, spec.facts().toAttr(&context));
  Phase last = std::min(lastPhase(), Phase::Lower);
  if (hasSeveral()) {
    last = std::min(last, Phase::Bufferize);
    llvm::SmallVector<ListedTarget> targets;
    for (const TargetSpec &one : specs)
      targets.push_back({one.name, one.facts()});
    (*module)->setAttr(targetListAttrName, makeTargetList(&context, targets));
  }
  Phase first = isBufferized(*module) ? Phase::Lower : Phase::Normalize;
  return runPhases(first, last);
}

void Compilation::fillOptions(PipelineOptions &phaseOptions) {
  phaseOptions.strategy = options.strategy;
  phaseOptions.head = options.head;
  phaseOptions.anyArithmetic = options.anyArithmetic();
  phaseOptions.kv = options.kv;
  phaseOptions.layout = options.layout;
  phaseOptions.dense = options.dense;
  // Dense layers and GPUs take the input as it is.
  phaseOptions.integerGroups =
      options.dense.empty() && llvm::all_of(specs, [](const TargetSpec &one) {
        return one.device == Device::CPU;
      });
  phaseOptions.schedule = options.schedule;
  phaseOptions.planKernels = options.tune.empty();
  phaseOptions.severalTargets = hasSeveral();
  phaseOptions.certify = options.certify;
  phaseOptions.threads = spec.device != Device::CPU;
  phaseOptions.shaders = spec.device == Device::Vulkan;
  phaseOptions.vectorBits = spec.facts().vectorBits;
}

LogicalResult Compilation::runPhases(Phase first, Phase last) {
  PipelineOptions phaseOptions;
  fillOptions(phaseOptions);
  for (unsigned i = unsigned(first); i <= unsigned(last); ++i) {
    OpPassManager passes(ModuleOp::getOperationName());
    buildPhase(Phase(i), passes, phaseOptions);
    if (failed(runPasses(getPhaseName(Phase(i)), passes)))
      return failure();
    if (Phase(i) == Phase::Plan && !options.tune.empty() &&
        failed(planTuned(phaseOptions)))
      return failure();
    if (Phase(i) == Phase::Recognize && failed(checkLinears()))
      return failure();
    if (Phase(i) == Phase::Plan) {
      recordStorage();
      describeCosts(spec.facts());
    }
    if (Phase(i) == Phase::Pack)
      measureWeights();
  }
  return success();
}

LogicalResult Compilation::checkLinears() {
  for (const recognize::LinearRecord &record : recognize::getRecords(*module)) {
    ++linears;
    ternaryLinears += record.ternary;
    if (record.ternary || !options.requireTernary)
      continue;
    progress.finish();
    diagnostics.error(options.input + ":" + record.name,
                      "linear layer is not ternary: " + record.reason);
    return failure();
  }
  if (linears && !ternaryLinears) {
    progress.finish();
    recognize::LinearRecord first = recognize::getRecords(*module).front();
    diagnostics.warning(options.input + ":" + first.name,
                        "no linear layer is ternary, all run dense: " +
                            first.reason);
  }
  return success();
}

void Compilation::recordStorage() {
  llvm::StringMap<std::string> all;
  (*module).walk([&](Operation *op) {
    std::string stored = transformer::describeStorage(op);
    if (!stored.empty())
      all[recognize::describeLoc(op)] = stored;
  });
  if (!all.empty())
    recognize::setStored(*module, all);
  if (Operation *head = transformer::findHead(*module))
    headStorage = transformer::describeStorage(head);
}

void Compilation::measureWeights() {
  (*module).walk([&](ternary::LinearOp op) {
    for (auto [i, packed] : llvm::enumerate(op.getWeights())) {
      ternaryWeights += double(op.getN(i)) * op.getK();
      ternaryBits += 8.0 * cast<ShapedType>(packed.getType()).getNumElements();
    }
  });
}

static bool isPage(llvm::StringRef report) {
  return llvm::sys::path::extension(report) == ".html";
}

void Compilation::describeCosts(const TargetFacts &facts) {
  // The figures of kernels are those of CPUs.
  const TargetFacts *known = spec.device == Device::CPU ? &facts : nullptr;
  if (isPage(options.report))
    costPage =
        makeCostPage(llvm::sys::path::filename(options.input), spec.describe(),
                     known, collectCosts(*module, known));
}

LogicalResult Compilation::writeReportFile() {
  if (options.report.empty())
    return success();
  if (isPage(options.report) && costPage.empty())
    return check(llvm::createStringError(
                     "no costs: the model is not planned before it is "
                     "printed; use another ending than .html"),
                 options.report);
  bool json = llvm::sys::path::extension(options.report) == ".json";
  if (options.report == "-") {
    recognize::writeReport(*module, llvm::outs(), json);
    return success();
  }
  OutputFile *file = open(options.report);
  if (!file)
    return failure();
  if (isPage(options.report))
    file->stream() << costPage;
  else
    recognize::writeReport(*module, file->stream(), json);
  return success();
}
