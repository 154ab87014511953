//===- Targets.cpp - code for one CPU or for several ----------------------===//

#include "compiler/Driver/Compilation.h"
#include "compiler/Target/TargetList.h"

#include "llvm/Support/Path.h"

using namespace mlir;
using namespace bitnet;

LogicalResult Compilation::readTargets() {
  llvm::Expected<std::vector<TargetSpec>> read =
      parseTargets(options.target, options.cpu, options.attributes);
  if (!read)
    return check(read.takeError());
  specs = std::move(*read);
  spec = specs.front();
  return hasSeveral() ? checkSeveral() : success();
}

/// What is of one target only.
LogicalResult Compilation::checkSeveral() {
  auto refuse = [&](llvm::StringRef flag, llvm::StringRef expected) {
    return check(llvm::createStringError(
        flag + " is of one target, but --target has " +
        llvm::Twine(specs.size()) + ", expected " + expected));
  };
  llvm::StringRef forAll = "one of them, or --strategy and --layout, which are "
                           "of all";
  if (!options.tune.empty())
    return refuse("--tune", forAll);
  if (!options.schedule.empty())
    return refuse("--schedule", forAll);
  if (llvm::sys::path::extension(options.report) == ".html")
    return refuse("--report=FILE.html",
                  "one of them, or a report of text or .json, which is of all");
  return success();
}

LogicalResult
Compilation::forEachTarget(llvm::function_ref<LogicalResult()> body) {
  if (!hasSeveral())
    return body();
  OwningOpRef<ModuleOp> shared = std::move(module);
  for (const TargetSpec &one : specs) {
    spec = one;
    module = shared->clone();
    (*module)->removeAttr(targetListAttrName);
    (*module)->setAttr(TargetFacts::attrName, spec.facts().toAttr(&context));
    if (failed(body()))
      return failure();
  }
  spec = specs.front();
  return success();
}
