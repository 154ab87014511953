// Every kernel against sums computed one term at a time.

#include "dialects/Ternary/IR/Layout.h"
#include "dialects/Ternary/Transforms/Strategy.h"
#include "support/JitHarness.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>
#include <random>

using namespace bitnet;
using namespace bitnet::test;
using namespace bitnet::ternary;

namespace {

/// One target and strategy; `cpu` is what the code is compiled for.
struct Kernel {
  const char *target, *cpu, *strategy;
  bool loops = false;
  /// Of the layouts that the strategy takes.
  unsigned layout = 0;

  std::string features() const {
    std::string name = target;
    return name == "x86-avx512vnni"   ? "+avx512vnni"
           : name == "x86-avx512vbmi" ? "+avx512vnni,+avx512vbmi"
                                      : "";
  }
  const KernelStrategy &getStrategy() const {
    return ternary::getStrategy(*symbolizeStrategy(strategy));
  }
  BlockLayout getLayout() const { return getStrategy().getLayouts()[layout]; }
};

bool runsHere(const Kernel &kernel) {
#if defined(__x86_64__)
  std::string target = kernel.target;
  if (target == "x86-avx512vbmi" && !__builtin_cpu_supports("avx512vbmi"))
    return false;
  if (target == "x86-avx512bw" || target == "x86-avx512vbmi")
    return __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw");
  if (target == "x86-avx512vnni" || target == "x86-avx512vbmi")
    return __builtin_cpu_supports("avx512vnni") &&
           (target == "x86-avx512vnni" || __builtin_cpu_supports("avx512vbmi"));
  return target != "x86-avx2" || __builtin_cpu_supports("avx2");
#else
  return std::string(kernel.target) == "generic";
#endif
}

/// Trits of all siblings, row-major, and codes of tokens.
struct Problem {
  std::vector<int64_t> rows;
  int64_t terms;
  std::vector<std::vector<int8_t>> trits;

  Problem(std::vector<int64_t> rows, int64_t terms) : rows(rows), terms(terms) {
    std::mt19937 random(terms);
    for (int64_t n : rows) {
      std::vector<int8_t> matrix(n * terms);
      for (int8_t &trit : matrix)
        trit = int(random() % 3) - 1;
      // The first row holds +1 only and the second -1 only.
      std::fill_n(matrix.begin(), terms, 1);
      if (n > 1)
        std::fill_n(matrix.begin() + terms, terms, -1);
      trits.push_back(matrix);
    }
  }

  /// Some tokens hold one extreme only; one alone does where `seed` is odd.
  std::vector<int8_t> codes(int64_t tokens, uint32_t seed) const {
    std::mt19937 random(seed);
    std::vector<int8_t> codes(tokens * terms);
    int64_t least = tokens == 1 && seed % 2 ? 0 : 1;
    for (int64_t m = 0; m < tokens; ++m)
      for (int64_t k = 0; k < terms; ++k)
        codes[m * terms + k] = m % 5 == least ? -128
                               : m % 5 == 3   ? 127
                                              : int(random() % 256) - 128;
    return codes;
  }
};

class Kernels : public testing::TestWithParam<Kernel> {
protected:
  Kernels() { context.loadDialect<TernaryDialect>(); }

  LayoutAttr layout() {
    BlockLayout preferred = GetParam().getLayout();
    return LayoutAttr::get(&context, preferred.kind, preferred.rows);
  }
  std::string module(const Problem &problem, const std::string &tile);
  void check(const Problem &problem, const std::vector<int64_t> &tokens,
             const std::string &tile = "");

  mlir::MLIRContext context;
};

/// Scales of 1, so that the outputs are the sums.
std::string Kernels::module(const Problem &problem, const std::string &tile) {
  std::string k = std::to_string(problem.terms);
  std::string text = "func.func @main(%exec: !rt.exec) {\n"
                     "  %q = rt.input %exec[0] : memref<?x" +
                     k +
                     "xi8>\n"
                     "  %s = rt.input %exec[1] : memref<?x1xf32>\n"
                     "  %ws = rt.input %exec[2] : memref<1xf32>\n";
  std::string weights, scales, outs, weightTypes, scaleTypes, outTypes, rows;
  unsigned input = 3;
  auto join = [](std::string &list, const std::string &item) {
    list += (list.empty() ? "" : ", ") + item;
  };
  for (size_t i = 0; i < problem.rows.size(); ++i) {
    int64_t n = problem.rows[i];
    std::string id = std::to_string(i);
    std::string weightType =
        "memref<" + std::to_string(layout().getPackedBytes(n, problem.terms)) +
        "xi8>";
    std::string outType = "memref<?x" + std::to_string(n) + "xf32>";
    text += "  %w" + id + " = rt.input %exec[" + std::to_string(input++) +
            "] : " + weightType + "\n";
    text += "  %o" + id + " = rt.input %exec[" + std::to_string(input++) +
            "] : " + outType + "\n";
    join(weights, "%w" + id);
    join(scales, "%ws");
    join(outs, "%o" + id);
    join(weightTypes, weightType);
    join(scaleTypes, "memref<1xf32>");
    join(outTypes, outType);
    join(rows, std::to_string(n));
  }
  std::string kind = stringifyLayoutKind(layout().getKind()).str();
  text += "  ternary.linear %q, %s weights(" + weights + ") scales(" + scales +
          ") outs(" + outs +
          ") exec %exec {rescale = #ternary.rescale_form<mul_mul>, layout = "
          "#ternary.layout<" +
          kind + ", rows = " + std::to_string(layout().getRows()) +
          ">, rows_of = array<i64: " + rows +
          ">, strategy = #ternary.strategy<" + GetParam().strategy + ">" +
          tile + "} : (memref<?x" + k + "xi8>, memref<?x1xf32> weights(" +
          weightTypes + ") scales(" + scaleTypes + ") outs(" + outTypes +
          "))\n  return\n}\n";
  return text;
}

void Kernels::check(const Problem &problem, const std::vector<int64_t> &tokens,
                    const std::string &tile) {
  JitOptions options;
  options.cpu = GetParam().cpu;
  options.features = GetParam().features();
  bool multiplies = GetParam().getStrategy().multiplies();
  options.passes =
      GetParam().loops
          ? "ternary-lower-to-loops,canonicalize,cse"
          : std::string("ternary-tile,ternary-lower-to-vector{target=") +
                GetParam().target + "}," +
                (multiplies ? "" : "ternary-certify,") + "canonicalize,cse";
  auto code = JitModule::compile(module(problem, tile), options);
  ASSERT_TRUE(code);

  std::vector<std::vector<uint8_t>> packed;
  for (size_t i = 0; i < problem.rows.size(); ++i) {
    int64_t n = problem.rows[i];
    std::vector<uint8_t> two(getCodeBytes(n, problem.terms));
    for (int64_t j = 0; j < n * problem.terms; ++j)
      two[j / 4] |= (problem.trits[i][j] + 1) << (2 * (j % 4));
    packed.emplace_back(layout().getPackedBytes(n, problem.terms));
    packTrits(layout(), two, n, problem.terms, packed.back());
  }
  for (int64_t m : tokens)
    for (int64_t part : {0, 1}) {
      std::vector<int8_t> codes = problem.codes(m, m + part);
      std::vector<float> ones(m, 1.0f), outs;
      float one = 1.0f;
      std::vector<JitBuffer> buffers = {{codes.data(), {m, problem.terms}},
                                        {ones.data(), {m, 1}},
                                        {&one, {1}}};
      std::vector<std::vector<float>> got;
      for (size_t i = 0; i < problem.rows.size(); ++i)
        got.emplace_back(m * problem.rows[i] + 1, -7.5f);
      for (size_t i = 0; i < problem.rows.size(); ++i) {
        buffers.push_back({packed[i].data(), {int64_t(packed[i].size())}});
        buffers.push_back({got[i].data(), {m, problem.rows[i]}});
      }
      JitState state;
      state.part = part;
      ASSERT_EQ(code->run(buffers, state), BITNET_RUN_OK);
      for (size_t i = 0; i < problem.rows.size(); ++i) {
        for (int64_t t = 0; t < m; ++t)
          for (int64_t n = 0; n < problem.rows[i]; ++n) {
            int32_t sum = 0;
            for (int64_t k = 0; k < problem.terms; ++k)
              sum += codes[t * problem.terms + k] *
                     problem.trits[i][n * problem.terms + k];
            ASSERT_EQ(got[i][t * problem.rows[i] + n], float(sum))
                << "K " << problem.terms << " N " << problem.rows[i] << " M "
                << m << " token " << t << " row " << n << " part " << part;
          }
        ASSERT_EQ(got[i].back(), -7.5f) << "wrote behind its end";
      }
    }
}

} // namespace

// Sizes around every tile: groups of 4 terms, blocks of 64 rows, tiles of 16
// and 32 tokens, 63 groups and 255 terms of 16-bit sums.
TEST_P(Kernels, SumsAreExact) {
  if (!runsHere(GetParam()))
    GTEST_SKIP() << "this CPU lacks " << GetParam().target;
  for (int64_t terms : {1, 4, 5, 6, 100, 101, 255, 256, 257})
    check(terms % 2 ? Problem({1, 37, 65, 300}, terms)
                    : Problem({63, 64, 100, 256}, terms),
          {1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 64, 100});
}

// 16-bit sums of byte sums overflow behind 1024 groups, those of quads behind
// 2048; a pass of rows ends at 1024.
TEST_P(Kernels, LongSumsAndManyRowsAreExact) {
  if (!runsHere(GetParam()))
    GTEST_SKIP() << "this CPU lacks " << GetParam().target;
  check(Problem({2, 70}, 1000), {1, 33});
  check(Problem({66}, 2560), {1, 32});
  check(Problem({3}, 4096), {1, 25});
  check(Problem({3}, 4100), {1, 4});
  check(Problem({3}, 8192), {1, 2});
  check(Problem({3}, 8193), {1, 2});
  check(Problem({3}, 8300), {2});
  check(Problem({1100}, 20), {1, 40, 300});
}

// Sums of mixed rows are unmixed every 2^16 terms.
TEST_P(Kernels, VeryLongSumsAreExact) {
  if (!runsHere(GetParam()) || GetParam().loops)
    GTEST_SKIP() << "this CPU lacks " << GetParam().target;
  for (int64_t terms : {65536, 65543, 131076})
    check(Problem({2}, terms), {2, 5});
}

// What ternary-plan may choose.
TEST_P(Kernels, TilesDoNotChangeSums) {
  if (!runsHere(GetParam()) || GetParam().loops)
    GTEST_SKIP() << "no tiles, or this CPU lacks " << GetParam().target;
  std::vector<const char *> tiles = {
      ", tile = {tokens = 0 : i64, row_blocks = 2 : i64}",
      ", tile = {tokens = 16 : i64, min_tokens = 1 : i64, groups = 8 : i64, "
      "pass_rows = 64 : i64}",
      ", tile = {tokens = 32 : i64, min_tokens = 32 : i64, groups = 5 : i64, "
      "pass_rows = 128 : i64, row_blocks = 3 : i64}",
      ", tile = {tokens = 0 : i64, table_groups = 6 : i64, slots = 2 : i64}"};
  if (GetParam().getStrategy().getTileParameters().empty())
    tiles = {", tile = {}"};
  if (GetParam().getStrategy().getKind() == Strategy::Dot)
    tiles = {
        ", tile = {tokens = 1 : i64, chunk = 3 : i64, prefetch = 0 : i64}",
        ", tile = {tokens = 8 : i64, chunk = 24 : i64, prefetch = 64 : i64}"};
  for (const char *tile : tiles)
    check(Problem({100, 200}, 300), {1, 20, 31, 70}, tile);
  // More groups than 16-bit sums take.
  if (GetParam().getStrategy().getKind() == Strategy::Lookup)
    check(Problem({70}, 7300), {1, 3},
          ", tile = {tokens = 0 : i64, table_groups = 1440 : i64}");
}

INSTANTIATE_TEST_SUITE_P(
    All, Kernels,
    testing::Values(
        Kernel{"generic", "", "masked", /*loops=*/true},
        Kernel{"generic", "", "lookup", /*loops=*/true},
        Kernel{"generic", "x86-64", "masked"},
        Kernel{"x86-avx2", "x86-64-v3", "masked"},
        Kernel{"x86-avx512bw", "x86-64-v4", "masked"},
        Kernel{"x86-ssse3", "x86-64-v2", "lookup"},
        Kernel{"x86-avx2", "x86-64-v3", "lookup"},
        Kernel{"x86-avx512bw", "x86-64-v4", "lookup"},
        Kernel{"generic", "", "dot", /*loops=*/true, 0},
        Kernel{"generic", "", "dot", /*loops=*/true, 1},
        Kernel{"generic", "x86-64", "dot", false, 3},
        Kernel{"x86-ssse3", "x86-64-v2", "dot", false, 3},
        Kernel{"x86-avx2", "x86-64-v3", "dot", false, 2},
        Kernel{"x86-avx2", "x86-64-v3", "dot", false, 1},
        Kernel{"x86-avx512bw", "x86-64-v4", "dot", false, 1},
        Kernel{"x86-avx512vnni", "x86-64-v4", "dot", false, 0},
        Kernel{"x86-avx512vnni", "x86-64-v4", "dot", false, 1},
        Kernel{"x86-avx512vbmi", "x86-64-v4", "dot", false, 0},
        Kernel{"generic", "", "lookup", /*loops=*/true, 2},
        Kernel{"x86-avx512vbmi", "icelake-server", "lookup", false, 3},
        Kernel{"x86-avx512vbmi", "icelake-server", "lookup", false, 1},
        Kernel{"generic", "", "lookup", /*loops=*/true, 5},
        Kernel{"x86-avx512vbmi", "icelake-server", "lookup", false, 4},
        Kernel{"x86-avx512vbmi", "icelake-server", "lookup", false, 6}),
    [](const testing::TestParamInfo<Kernel> &info) {
      std::string name =
          std::string(info.param.loops ? "loops" : info.param.target) + "_" +
          info.param.strategy;
      if (info.param.getStrategy().getLayouts().size() > 1)
        name += "_" + stringifyLayoutKind(info.param.getLayout().kind).str() +
                "_" + std::to_string(info.param.getLayout().rows);
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });
