#include "compiler/Lab/Tune.h"
#include "compiler/Lab/Measure.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <numeric>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::lab;

namespace {

/// A kernel that was measured.
struct Tried {
  ternary::ScheduleEntry entry;
  /// Weighted seconds; infinite where the kernel cannot be made.
  double total = std::numeric_limits<double>::infinity();
};

/// Tunes one shape. Siblings are measured as one matrix with the rows of all.
class ShapeTuner {
public:
  ShapeTuner(MLIRContext &context, const TuneTask &task, Team &team,
             const ternary::LinearShape &shape, double end)
      : context(context), task(task), team(team), shape(shape),
        problem(
            std::accumulate(shape.rows.begin(), shape.rows.end(), int64_t(0)),
            shape.k),
        end(end) {}

  llvm::Expected<ternary::ScheduleEntry> run();

private:
  llvm::Error tryAll();
  llvm::Error tryTiles();
  llvm::Error tryOne(const PlanRequest &request);
  llvm::Error measure(const Kernel &kernel, StringRef object, Tried &tried);
  bool isLate() const { return now() > end; }

  MLIRContext &context;
  const TuneTask &task;
  Team &team;
  const ternary::LinearShape &shape;
  Problem problem;
  double end;
  Tried best;
};

} // namespace

llvm::Error ShapeTuner::measure(const Kernel &kernel, StringRef object,
                                Tried &tried) {
  // Twice the last cache, so that each copy has left it when it is read again.
  int64_t copies = 1;
  if (task.fromMemory)
    copies += 2 * task.spec.facts().l3Bytes /
              std::max<int64_t>(kernel.getPackedBytes(), 4096);
  auto bench = Bench::create(kernel, object, team, copies);
  if (!bench)
    return bench.takeError();
  tried.total = 0;
  for (const ternary::TokenClass &tokens : ternary::getTokenClasses()) {
    // Sums of many tokens take the reference long; their kernels are those that
    // the tests check.
    MeasureOptions options{0.03, tokens.tokens <= 8, /*limits=*/false};
    auto measured = (*bench)->measure(tokens.tokens, options);
    if (!measured)
      return measured.takeError();
    if (measured->wrong.first >= 0)
      return llvm::createStringError(
          "a kernel is wrong: " + stringifyStrategy(tried.entry.strategy) +
          " for N " + llvm::Twine(problem.getN()) + ", K " +
          llvm::Twine(problem.getK()) + ", M " + llvm::Twine(tokens.tokens));
    tried.total += tokens.weight * measured->shortest;
    tried.entry.microseconds.emplace_back(tokens.tokens,
                                          measured->shortest * 1e6);
  }
  return llvm::Error::success();
}

/// What cannot be made is passed over: a tile may be too large for a target.
llvm::Error ShapeTuner::tryOne(const PlanRequest &request) {
  Kernel kernel(problem, task.spec, task.level);
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> code;
  {
    ScopedDiagnosticHandler quiet(&context,
                                  [](Diagnostic &) { return success(); });
    if (succeeded(kernel.lower(context, request)))
      code = kernel.translate(llvmContext);
  }
  if (!code)
    return llvm::Error::success();
  llvm::SmallVector<char, 0> object;
  if (llvm::Error error = kernel.emit(*code, /*assembly=*/false, object))
    return error;
  Tried tried{kernel.getPlan()};
  tried.entry.shape = shape;
  if (llvm::Error error =
          measure(kernel, StringRef(object.data(), object.size()), tried))
    return error;
  // A later one has to be better by more than noise.
  if (tried.total < 0.98 * best.total)
    best = std::move(tried);
  return llvm::Error::success();
}

llvm::Error ShapeTuner::tryAll() {
  for (const ternary::KernelStrategy *strategy : ternary::getStrategies()) {
    if (!strategy->whyNot(task.spec.facts()).empty() ||
        (task.strategy.empty() ? strategy->multiplies() && !task.anyArithmetic
                               : strategy->getName() != task.strategy))
      continue;
    for (ternary::BlockLayout layout : strategy->getLayouts()) {
      if (!strategy->whyNotLayout(layout.kind, task.spec.facts()).empty() ||
          (!task.layout.empty() &&
           stringifyLayoutKind(layout.kind) != task.layout))
        continue;
      PlanRequest request;
      request.strategy = strategy->getName().str();
      request.layout = stringifyLayoutKind(layout.kind).str();
      request.rows = layout.rows;
      if (llvm::Error error = tryOne(request))
        return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error ShapeTuner::tryTiles() {
  const ternary::KernelStrategy &strategy =
      ternary::getStrategy(best.entry.strategy);
  for (const ternary::TileParameter &parameter : strategy.getTileParameters())
    for (bool doubled : {false, true}) {
      auto now = llvm::find_if(best.entry.tile, [&](const auto &entry) {
        return entry.first == parameter.name;
      });
      if (now == best.entry.tile.end() || now->second == 0 || isLate())
        break;
      int64_t value = doubled ? now->second * 2 : now->second / 2;
      if (value < parameter.least || value > parameter.most ||
          value % parameter.multiple != 0 || value == 0)
        continue;
      PlanRequest request;
      request.strategy = strategy.getName().str();
      request.layout = stringifyLayoutKind(best.entry.layout.kind).str();
      request.rows = best.entry.layout.rows;
      request.tile = best.entry.tile;
      request.tile[now - best.entry.tile.begin()].second = value;
      if (llvm::Error error = tryOne(request))
        return error;
    }
  return llvm::Error::success();
}

llvm::Expected<ternary::ScheduleEntry> ShapeTuner::run() {
  if (llvm::Error error = tryAll())
    return std::move(error);
  if (best.entry.shape.rows.empty())
    return llvm::createStringError("no kernel can be made for K " +
                                   llvm::Twine(shape.k));
  if (llvm::Error error = tryTiles())
    return std::move(error);
  return best.entry;
}

llvm::Expected<ternary::Schedule> bitnet::lab::tune(MLIRContext &context,
                                                    const TuneTask &task) {
  auto team = Team::create(task.threads);
  if (!team)
    return team.takeError();
  ternary::Schedule schedule;
  schedule.target = task.spec.facts().name().str();
  double start = now();
  for (auto [i, shape] : llvm::enumerate(task.shapes)) {
    double end = start + task.seconds * (i + 1) / task.shapes.size();
    auto entry = ShapeTuner(context, task, **team, shape, end).run();
    if (!entry)
      return entry.takeError();
    schedule.entries.push_back(std::move(*entry));
  }
  return schedule;
}
