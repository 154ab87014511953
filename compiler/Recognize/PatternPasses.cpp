#include "compiler/Recognize/Passes.h"
#include "compiler/Recognize/Patterns.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace bitnet::recognize {
#define GEN_PASS_DEF_RECOGNIZENORMSPASS
#define GEN_PASS_DEF_RECOGNIZEROTARYPASS
#define GEN_PASS_DEF_RECOGNIZEATTENTIONPASS
#define GEN_PASS_DEF_RECOGNIZEGATEDACTIVATIONSPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet::recognize;

using Populate = void (*)(RewritePatternSet &);

/// Applies one family after the other. Folding stays off: the graph is
/// normalised already, and a fold would hide what another family looks for.
static LogicalResult apply(Operation *root, ArrayRef<Populate> families) {
  for (Populate populate : families) {
    RewritePatternSet patterns(root->getContext());
    populate(patterns);
    GreedyRewriteConfig config;
    config.setUseTopDownTraversal()
        .enableFolding(false)
        .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(root, std::move(patterns), config)))
      return failure();
  }
  return success();
}

namespace {

struct RecognizeNormsPass
    : bitnet::recognize::impl::RecognizeNormsPassBase<RecognizeNormsPass> {
  void runOnOperation() override {
    if (failed(apply(getOperation(), populateNormPatterns)))
      signalPassFailure();
  }
};

struct RecognizeRotaryPass
    : bitnet::recognize::impl::RecognizeRotaryPassBase<RecognizeRotaryPass> {
  void runOnOperation() override {
    if (failed(apply(getOperation(), populateRotaryPatterns)))
      signalPassFailure();
  }
};

struct RecognizeAttentionPass
    : bitnet::recognize::impl::RecognizeAttentionPassBase<
          RecognizeAttentionPass> {
  void runOnOperation() override {
    if (failed(apply(getOperation(), {populateGroupQueryAttentionPatterns,
                                      populateStandardAttentionPatterns,
                                      populateAttentionPatterns})))
      signalPassFailure();
  }
};

struct RecognizeGatedActivationsPass
    : bitnet::recognize::impl::RecognizeGatedActivationsPassBase<
          RecognizeGatedActivationsPass> {
  void runOnOperation() override {
    if (failed(apply(getOperation(), {populateGatedActivationPatterns,
                                      populateActivationPatterns})))
      signalPassFailure();
  }
};

} // namespace
