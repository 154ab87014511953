#include "dialects/Ternary/Transforms/CostModel.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/LayoutInfo.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// Widest vectors that a kernel was measured with.
enum class Level { Plain, Ssse3, Dotprod, Avx2, Avx512, Vnni };

/// What was measured of one pass of our kernels.
struct Row {
  constexpr Row(Strategy strategy, LayoutKind layout, Level level,
                int64_t tokens, double perTrit, double perTerm, double perRow,
                int64_t tokensPerRead, double perTritRead = 0)
      : strategy(strategy), layout(layout), level(level),
        pass{tokens, perTrit, perTerm, perRow, tokensPerRead, perTritRead} {}

  Strategy strategy;
  LayoutKind layout;
  Level level;
  PassFigures pass;
};

} // namespace

/// Measured on a Zen 4 server core at 3.7 GHz, weights in its caches, with
///   bitnet-opt kernel --target=NAME --strategy=S --m=1,4,8,16,32,64 --n=N
///   --k=K
/// for [N, K] of [2560, 2560], [2560, 512], [512, 2560] and [256, 512]: the
/// least squares of the relative errors of the shortest times. The worst of the
/// four is off by 1 to 4 %, by 8 % for look-ups of one token with AVX2 and
/// SSSE3. Those from memory are of [6912, 2560] and --copies=60, one thread;
/// for pairs and rows4 of one token scaled from a Zen 5 core at 4.2 GHz. A
/// new kernel joins with its row; without one, ternary-plan takes it only where
/// it is asked for or a schedule names it. For a strategy, layout and level the
/// passes are listed from the one with most tokens.
///
/// No AArch64 or RISC-V machine was at hand: their tables of 16 bytes are taken
/// to cost what SSSE3's do, instruction for instruction the same, and sdot to
/// gain over SSSE3's products what vpdpbusd gains over pmaddubsw.
static constexpr Row figures[] = {
    {Strategy::Lookup, LayoutKind::Pairs, Level::Avx512, 32, 0.398, 42.0, 25.0,
     32},
    {Strategy::Lookup, LayoutKind::Pairs, Level::Avx512, 1, 0.0284, 1.93, 0.7,
     8, 0.0334},
    {Strategy::Lookup, LayoutKind::Pairs, Level::Avx2, 16, 0.214, 24.6, 12.5,
     16},
    {Strategy::Lookup, LayoutKind::Pairs, Level::Avx2, 1, 0.0302, 2.78, 0, 8,
     0.0340},
    {Strategy::Lookup, LayoutKind::Pairs, Level::Ssse3, 8, 0.293, 15.5, 12.6,
     8},
    {Strategy::Lookup, LayoutKind::Pairs, Level::Ssse3, 1, 0.0641, 3.06, 0, 8},
    {Strategy::Lookup, LayoutKind::Quads, Level::Vnni, 32, 0.406, 43.6, 23.0,
     32},
    {Strategy::Lookup, LayoutKind::Quads, Level::Vnni, 1, 0.0143, 2.81, 0.11, 8,
     0.0556},
    {Strategy::Lookup, LayoutKind::Quints, Level::Vnni, 32, 0.465, 39.3, 22.7,
     32},
    {Strategy::Lookup, LayoutKind::Quints, Level::Vnni, 1, 0.0168, 5.8, 0.3, 8,
     0.0342},
    {Strategy::Dot, LayoutKind::Rows5, Level::Vnni, 4, 0.0603, 5.06, 1.6, 64},
    {Strategy::Dot, LayoutKind::Rows5, Level::Vnni, 1, 0.0219, 1.75, 0.8, 64,
     0.0247},
    {Strategy::Dot, LayoutKind::Rows4, Level::Vnni, 4, 0.0625, 0.75, 0.9, 64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Vnni, 1, 0.0157, 0.26, 0.2, 64,
     0.0293},
    {Strategy::Dot, LayoutKind::Rows4, Level::Avx512, 4, 0.0893, 0.82, 0.9, 64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Avx512, 1, 0.0267, 0.35, 0.4, 64,
     0.0305},
    {Strategy::Dot, LayoutKind::Rows4, Level::Avx2, 4, 0.0998, 0.89, 0.6, 64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Avx2, 1, 0.0297, 0.33, 0, 64,
     0.0423},
    {Strategy::Dot, LayoutKind::Rows4, Level::Dotprod, 4, 0.160, 0, 2.4, 64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Dotprod, 1, 0.0415, 0.58, 0.2,
     64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Ssse3, 4, 0.229, 0, 2.4, 64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Ssse3, 1, 0.0706, 0.58, 0.2, 64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Plain, 4, 0.667, 0, 1.7, 64},
    {Strategy::Dot, LayoutKind::Rows4, Level::Plain, 1, 0.175, 0, 0.4, 64},
    {Strategy::Masked, LayoutKind::Planes, Level::Avx512, 4, 0.331, 0, 0, 4},
    {Strategy::Masked, LayoutKind::Planes, Level::Avx512, 1, 0.0981, 0, 0, 1},
    {Strategy::Masked, LayoutKind::Planes, Level::Avx2, 4, 0.443, 0, 1.7, 4},
    {Strategy::Masked, LayoutKind::Planes, Level::Avx2, 1, 0.139, 0, 0, 1},
    {Strategy::Masked, LayoutKind::Planes, Level::Plain, 4, 1.46, 0, 2.1, 4},
    {Strategy::Masked, LayoutKind::Planes, Level::Plain, 1, 0.654, 0, 0.2, 1},
};

static Level getLevel(const TargetFacts &facts) {
  return facts.avx512vnni       ? Level::Vnni
         : facts.avx512bw       ? Level::Avx512
         : facts.avx2           ? Level::Avx2
         : facts.dotprod        ? Level::Dotprod
         : facts.shuffleBytes() ? Level::Ssse3
                                : Level::Plain;
}

/// The passes of a kernel: as the strategy says itself, else those with the
/// best level that the target has.
static SmallVector<PassFigures> findPasses(const KernelStrategy &strategy,
                                           LayoutKind layout,
                                           const TargetFacts &facts) {
  SmallVector<PassFigures> passes = strategy.getFigures(layout, facts);
  // The table has none of a GPU.
  if (facts.warps)
    return passes;
  for (int level = int(getLevel(facts)); level >= 0 && passes.empty(); --level)
    for (const Row &row : figures)
      if (row.strategy == strategy.getKind() && row.layout == layout &&
          int(row.level) == level)
        passes.push_back(row.pass);
  return passes;
}

ArrayRef<TokenClass> bitnet::ternary::getTokenClasses() {
  // A conversation: prompts of 512 tokens in pieces of 128, answers of 128
  // tokens, and now and then a short turn.
  static constexpr TokenClass classes[] = {
      {"one", 1, 128}, {"few", 8, 4}, {"many", 128, 4}};
  return classes;
}

LinearShape LinearShape::of(LinearOp op) {
  LinearShape shape;
  for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i)
    shape.rows.push_back(op.getN(i));
  shape.k = op.getK();
  return shape;
}

/// Rows and terms with their padding.
static std::pair<int64_t, int64_t> getPadded(const LinearShape &shape,
                                             BlockLayout layout) {
  int64_t rows = 0;
  for (int64_t n : shape.rows)
    rows += llvm::alignTo(n, layout.rows);
  return {rows, llvm::alignTo(shape.k, getLayoutInfo(layout.kind).group)};
}

int64_t bitnet::ternary::getPackedBytes(const LinearShape &shape,
                                        BlockLayout layout) {
  auto [rows, terms] = getPadded(shape, layout);
  return rows * terms / getLayoutInfo(layout.kind).tritsPerByte;
}

static double getCycles(const PassFigures &pass, const LinearShape &shape,
                        BlockLayout layout) {
  auto [rows, terms] = getPadded(shape, layout);
  return pass.perTrit * rows * terms + pass.perTerm * terms +
         pass.perRow * rows;
}

/// How often each pass runs for `tokens` tokens.
static SmallVector<int64_t> splitTokens(ArrayRef<PassFigures> passes,
                                        const KernelChoice &choice,
                                        int64_t tokens) {
  SmallVector<int64_t> counts;
  for (const PassFigures &pass : passes) {
    int64_t least = pass.tokens;
    // A strategy without tiles has tiles of 0 tokens.
    bool off = false;
    for (auto [name, value] : choice.tile) {
      if (pass.tokens > 1 && name == "min_tokens")
        least = std::clamp<int64_t>(value, 1, pass.tokens);
      off |= pass.tokens > 1 && name == "tokens" && value == 0;
    }
    int64_t count = off ? 0 : (tokens + pass.tokens - least) / pass.tokens;
    counts.push_back(count);
    tokens = std::max<int64_t>(0, tokens - count * pass.tokens);
  }
  return counts;
}

bool bitnet::ternary::areWeightsInMemory(Operation *root,
                                         const TargetFacts &facts) {
  double bytes = 0;
  root->walk([&](LinearOp op) {
    for (auto [i, weight] : llvm::enumerate(op.getWeights())) {
      int64_t layers = 1;
      if (auto get = weight.getDefiningOp<rt::GetGlobalOp>())
        if (auto global = SymbolTable::lookupNearestSymbolFrom<rt::GlobalOp>(
                get, get.getGlobalAttr()))
          layers = global.getValues().size();
      bytes += double(op.getN(i)) * op.getK() / 4 * layers;
    }
  });
  return bytes > facts.l3Bytes;
}

std::optional<Estimate>
bitnet::ternary::estimate(const KernelStrategy &strategy,
                          const KernelChoice &choice, const LinearShape &shape,
                          const TargetFacts &facts, bool fromMemory) {
  SmallVector<PassFigures> passes =
      findPasses(strategy, choice.layout.kind, facts);
  if (passes.empty())
    return std::nullopt;
  double hertz = facts.clockMHz * 1e6 * facts.threads;
  double reading =
      fromMemory ? getPackedBytes(shape, choice.layout) / (facts.readMBs * 1e6)
                 : 0;
  Estimate result;
  for (const TokenClass &tokens : getTokenClasses()) {
    double seconds = 0;
    SmallVector<int64_t> counts = splitTokens(passes, choice, tokens.tokens);
    for (auto [pass, count] : llvm::zip_equal(passes, counts)) {
      double computing = count * getCycles(pass, shape, choice.layout) / hertz;
      int64_t reads = llvm::divideCeil(count * pass.tokens, pass.tokensPerRead);
      // The pass that reads is slower: its loads wait.
      if (fromMemory && pass.perTritRead > pass.perTrit) {
        auto [rows, terms] = getPadded(shape, choice.layout);
        computing += reads * (pass.perTritRead - pass.perTrit) * double(rows) *
                     double(terms) / hertz;
      }
      seconds += std::max(computing, reads * reading);
    }
    result.seconds.push_back(seconds);
    result.total += tokens.weight * seconds;
  }
  result.memoryBound =
      getCycles(passes.back(), shape, choice.layout) / hertz < reading;
  return result;
}

std::optional<int64_t>
bitnet::ternary::getLeastTile(const KernelStrategy &strategy, LayoutKind layout,
                              const LinearShape &shape,
                              const TargetFacts &facts) {
  SmallVector<PassFigures> passes = findPasses(strategy, layout, facts);
  if (passes.size() < 2)
    return std::nullopt;
  // Padding is the same for both: blocks of one row will do.
  BlockLayout plain{layout, 1};
  double tile = getCycles(passes[0], shape, plain);
  double single = getCycles(passes[1], shape, plain) / passes[1].tokens;
  return std::clamp<int64_t>(std::ceil(tile / single), 1, passes[0].tokens);
}
