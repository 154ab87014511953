//===- Scheduling.cpp - kernels measured, and written down ---------------===//

#include "compiler/Driver/Compilation.h"
#include "compiler/Lab/Jit.h"
#include "compiler/Lab/Tune.h"
#include "dialects/Ternary/Transforms/Schedule.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace bitnet;

std::string Compilation::describeSchedule() {
  ternary::Schedule schedule;
  schedule.target = TargetFacts::of(*module).name().str();
  module->walk([&](ternary::LinearOp op) { schedule.add(op); });
  std::string text;
  llvm::raw_string_ostream stream(text);
  schedule.print(stream);
  return text;
}

LogicalResult Compilation::printSchedules() {
  llvm::raw_ostream *out = textOutput();
  if (!out)
    return failure();
  if (!hasSeveral()) {
    *out << describeSchedule();
    return success();
  }
  // Kernels differ, layouts do not.
  llvm::StringRef before = "[\n";
  LogicalResult done = forEachTarget([&] {
    PipelineOptions phaseOptions;
    fillOptions(phaseOptions);
    OpPassManager passes(ModuleOp::getOperationName());
    buildPlanKernels(passes, phaseOptions);
    if (failed(runPasses("plan", passes)))
      return failure();
    *out << before << llvm::StringRef(describeSchedule()).rtrim();
    before = ",\n";
    return success();
  });
  *out << "\n]\n";
  return done;
}

LogicalResult Compilation::planTuned(PipelineOptions &phaseOptions) {
  if (std::string whyNot = lab::whyNotHere(spec); !whyNot.empty())
    return check(
        llvm::createStringError("kernels cannot be measured here: " + whyNot));
  lab::TuneTask task{spec};
  task.level = options.optLevel;
  task.strategy = options.strategy == "auto" ? "" : options.strategy;
  task.layout = options.layout == "auto" ? "" : options.layout;
  task.anyArithmetic = options.anyArithmetic();
  task.fromMemory = ternary::areWeightsInMemory(*module, spec.facts());
  module->walk([&](ternary::LinearOp op) {
    ternary::LinearShape shape = ternary::LinearShape::of(op);
    // Those with scales in groups are left to the cost model.
    if (!op.getGroup() && !llvm::is_contained(task.shapes, shape))
      task.shapes.push_back(shape);
  });
  progress.phase("tune");
  llvm::Expected<ternary::Schedule> schedule = lab::tune(context, task);
  if (!schedule)
    return check(schedule.takeError(), options.tune);
  // Useful whatever comes of the rest, and read by the pass.
  llvm::Expected<OutputFile> file = OutputFile::create(options.tune);
  if (!file)
    return check(file.takeError());
  schedule->print(file->stream());
  if (failed(check(commitAll(*file))))
    return failure();
  phaseOptions.schedule = options.tune;
  OpPassManager passes(ModuleOp::getOperationName());
  buildPlanKernels(passes, phaseOptions);
  return runPasses("plan", passes);
}
