//===- TokenLocality.cpp - whether a text may be run in pieces ------------===//

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Passes.h"
#include "compiler/Recognize/TokenFlow.h"

#include "dialects/RT/IR/RTOps.h"

namespace bitnet::recognize {
#define GEN_PASS_DEF_RECOGNIZETOKENLOCALITYPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// What a session gives an argument of that role.
static std::optional<TokenState> argumentOf(StringRef role, int64_t rank) {
  const Axis texts = {Role::Plain, Size{1, 1, 0, 0}};
  const Axis tokens = {Role::Token, Size{1, 0, 1, 0}};
  const Axis keys = {Role::Key, Size{1, 0, 0, 1}};
  TokenState state;
  if (role == "tokens" && rank == 2) {
    state.axes = {texts, tokens};
  } else if (role == "positions" && (rank == 1 || rank == 2)) {
    state.axes.assign(1, tokens);
    if (rank == 2)
      state.axes.insert(state.axes.begin(), texts);
    state.setLinear({1, 0, 1, 0, 0, 0});
  } else if (role == "attention_mask" && rank == 2) {
    // All texts of a session are of one length.
    state.axes = {texts, keys};
    state.setLinear(Linear::number(1));
  } else {
    return std::nullopt;
  }
  return state;
}

namespace {

struct RecognizeTokenLocalityPass
    : bitnet::recognize::impl::RecognizeTokenLocalityPassBase<
          RecognizeTokenLocalityPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock() ||
        module.getOps<rt::KVCacheOp>().empty())
      return;
    std::optional<unsigned> logits = findLogits(main);
    if (!logits)
      return;
    // Runs of a fixed length cut a text in one way only.
    if (!hasFreeLength(main)) {
      module->setAttr("bitnet.token_local", UnitAttr::get(&getContext()));
      return;
    }
    TokenFlow flow;
    setArguments(main, flow);
    Block &block = main.getBody().front();
    for (Operation &op : block.without_terminator())
      flow.visit(&op);
    const TokenState &state =
        flow.of(block.getTerminator()->getOperand(*logits));
    bool isOfTokens = state.isLast || state.find(Role::Token) >= 0;
    if (state.isLocal() && isOfTokens) {
      module->setAttr("bitnet.token_local", UnitAttr::get(&getContext()));
      return;
    }
    Operation *culprit = state.culprit ? state.culprit : main;
    culprit->emitRemark()
        << culprit->getName().stripDialect()
        << " may make what a token becomes depend on other tokens of a run, or "
           "on their number: sessions run a prompt as a whole, with memory for "
           "a context of tokens";
  }

private:
  static StringRef roleOf(func::FuncOp main, unsigned argument) {
    auto role = main.getArgAttrOfType<StringAttr>(argument, "bitnet.role");
    return role ? role.getValue() : "";
  }

  /// Whether a call may have any number of tokens.
  static bool hasFreeLength(func::FuncOp main) {
    for (BlockArgument argument : main.getArguments()) {
      RankedTensorType type = rankedType(argument);
      if (type && type.getRank() == 2 &&
          roleOf(main, argument.getArgNumber()) == "tokens")
        return type.isDynamicDim(1);
    }
    return true;
  }

  static std::optional<unsigned> findLogits(func::FuncOp main) {
    for (unsigned i = 0; i < main.getNumResults(); ++i)
      if (auto role = main.getResultAttrOfType<StringAttr>(i, "bitnet.role");
          role && role.getValue() == "logits")
        return i;
    return std::nullopt;
  }

  static void setArguments(func::FuncOp main, TokenFlow &flow) {
    for (BlockArgument argument : main.getArguments())
      if (RankedTensorType type = rankedType(argument))
        if (std::optional<TokenState> state = argumentOf(
                roleOf(main, argument.getArgNumber()), type.getRank()))
          flow.set(argument, *state);
  }
};

} // namespace
