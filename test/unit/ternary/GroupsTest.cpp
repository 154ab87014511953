// Every kernel of scales in groups against sums and scales one by one.

#include "dialects/Ternary/IR/Layout.h"
#include "dialects/Ternary/Transforms/Strategy.h"
#include "support/JitHarness.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace bitnet;
using namespace bitnet::test;
using namespace bitnet::ternary;

namespace {

/// One target, strategy and layout; `cpu` is what the code is compiled for, and
/// empty where the strategy is plain loops.
struct Kernel {
  const char *target, *cpu, *strategy, *layout;
  int64_t rows;

  std::string name() const {
    std::string text = std::string(*cpu ? target : "loops") + "_" + strategy +
                       "_" + layout + "_" + std::to_string(rows);
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
  }
};

bool runsHere(const Kernel &kernel) {
#if defined(__x86_64__)
  std::string cpu = kernel.cpu;
  return cpu == "x86-64-v4"   ? __builtin_cpu_supports("avx512bw")
         : cpu == "x86-64-v3" ? __builtin_cpu_supports("avx2")
                              : true;
#else
  return !*kernel.cpu;
#endif
}

/// What the scales of a weight matrix are of.
enum class Scales { Tensor, Row, Group };

struct Matrix {
  int64_t n;
  Scales kind;
  bool bias;
  std::vector<int8_t> trits;
  std::vector<float> scales, addend;
};

/// Matrices that share an input of `terms` terms in groups.
struct Problem {
  int64_t terms, group;
  std::vector<Matrix> matrices;

  Problem(int64_t terms, int64_t group, std::vector<Matrix> wanted)
      : terms(terms), group(group), matrices(std::move(wanted)) {
    std::mt19937 random(terms + group);
    for (Matrix &matrix : matrices) {
      matrix.trits.resize(matrix.n * terms);
      for (int8_t &trit : matrix.trits)
        trit = int(random() % 3) - 1;
      // The first row holds +1 only and the second -1 only.
      std::fill_n(matrix.trits.begin(), terms, 1);
      if (matrix.n > 1)
        std::fill_n(matrix.trits.begin() + terms, terms, -1);
      int64_t count = matrix.kind == Scales::Tensor ? 1
                      : matrix.kind == Scales::Row
                          ? matrix.n
                          : blocks(matrix) * groups() * LinearOp::scaleRows;
      matrix.scales = randomFloats(count, matrix.n + 1);
      matrix.addend = randomFloats(matrix.n, matrix.n + 2);
    }
  }

  int64_t groups() const { return llvm::divideCeil(terms, group); }
  static int64_t blocks(const Matrix &matrix) {
    return llvm::divideCeil(matrix.n, LinearOp::scaleRows);
  }
  std::string scaleType(const Matrix &matrix) const {
    std::string shape = matrix.kind == Scales::Tensor ? "1"
                        : matrix.kind == Scales::Row
                            ? std::to_string(matrix.n)
                            : std::to_string(blocks(matrix)) + "x" +
                                  std::to_string(groups()) + "x64";
    return "memref<" + shape + "xf32>";
  }
  std::vector<int64_t> scaleShape(const Matrix &matrix) const {
    if (matrix.kind == Scales::Group)
      return {blocks(matrix), groups(), LinearOp::scaleRows};
    return {int64_t(matrix.scales.size())};
  }

  std::vector<int8_t> codes(int64_t tokens) const {
    std::mt19937 random(tokens);
    std::vector<int8_t> codes(tokens * terms);
    for (int64_t m = 0; m < tokens; ++m)
      for (int64_t k = 0; k < terms; ++k)
        codes[m * terms + k] = m % 5 == 1   ? -128
                               : m % 5 == 3 ? 127
                                            : int(random() % 256) - 128;
    return codes;
  }

  /// As ternary.linear defines it: each operation rounded.
  float expected(const Matrix &matrix, const std::vector<int8_t> &codes,
                 const std::vector<float> &scales, int64_t m, int64_t n) const {
    volatile float total = 0;
    for (int64_t g = 0; g < groups(); ++g) {
      int32_t sum = 0;
      for (int64_t k = g * group; k < std::min(terms, (g + 1) * group); ++k)
        sum += codes[m * terms + k] * matrix.trits[n * terms + k];
      volatile float scale = scales[m * groups() + g];
      if (matrix.kind == Scales::Group)
        scale = scale * matrix.scales[((n / 64) * groups() + g) * 64 + n % 64];
      volatile float scaled = float(sum) * scale;
      total = total + scaled;
    }
    if (matrix.kind != Scales::Group)
      total = total * matrix.scales[matrix.kind == Scales::Row ? n : 0];
    if (matrix.bias)
      total = total + matrix.addend[n];
    return total;
  }
};

class Groups : public testing::TestWithParam<Kernel> {
protected:
  Groups() { context.loadDialect<TernaryDialect>(); }

  LayoutAttr layout() {
    return LayoutAttr::get(&context, *symbolizeLayoutKind(GetParam().layout),
                           GetParam().rows);
  }
  std::string module(const Problem &problem, const std::string &tile);
  void check(const Problem &problem, const std::vector<int64_t> &tokens,
             const std::string &tile = "");
  void compare(const Problem &problem, int64_t tokens, int64_t part,
               JitModule &code, std::vector<std::vector<uint8_t>> &packed);

  mlir::MLIRContext context;
};

std::string Groups::module(const Problem &problem, const std::string &tile) {
  std::string k = std::to_string(problem.terms), text, lists[4], types[4], rows;
  unsigned input = 0;
  auto join = [](std::string &list, const std::string &item) {
    list += (list.empty() ? "" : ", ") + item;
  };
  auto read = [&](const std::string &name, const std::string &type) {
    text += "  %" + name + " = rt.input %exec[" + std::to_string(input++) +
            "] : " + type + "\n";
  };
  std::string codeType = "memref<?x" + k + "xi8>";
  std::string scaleType =
      "memref<?x" + std::to_string(problem.groups()) + "xf32>";
  text = "func.func @main(%exec: !rt.exec) {\n";
  read("q", codeType);
  read("s", scaleType);
  bool hasBias = problem.matrices.front().bias;
  for (auto [i, matrix] : llvm::enumerate(problem.matrices)) {
    std::string id = std::to_string(i), n = std::to_string(matrix.n);
    std::string each[] = {
        "memref<" +
            std::to_string(layout().getPackedBytes(matrix.n, problem.terms)) +
            "xi8>",
        problem.scaleType(matrix), "memref<" + n + "xf32>",
        "memref<?x" + n + "xf32>"};
    for (int part = 0; part < 4; ++part) {
      std::string name = std::string(1, "wvbo"[part]) + id;
      read(name, each[part]);
      join(lists[part], "%" + name);
      join(types[part], each[part]);
    }
    join(rows, n);
  }
  std::string biases = hasBias ? " biases(" + lists[2] + ")" : "";
  std::string biasTypes = hasBias ? " biases(" + types[2] + ")" : "";
  return text + "  ternary.linear %q, %s weights(" + lists[0] + ") scales(" +
         lists[1] + ")" + biases + " outs(" + lists[3] +
         ") exec %exec {rescale = #ternary.rescale_form<mul_prod>, group = " +
         std::to_string(problem.group) + " : i64, layout = #ternary.layout<" +
         GetParam().layout + ", rows = " + std::to_string(GetParam().rows) +
         ">, rows_of = array<i64: " + rows +
         ">, strategy = #ternary.strategy<" + GetParam().strategy + ">" + tile +
         "} : (" + codeType + ", " + scaleType + " weights(" + types[0] +
         ") scales(" + types[1] + ")" + biasTypes + " outs(" + types[3] +
         "))\n  return\n}\n";
}

void Groups::compare(const Problem &problem, int64_t tokens, int64_t part,
                     JitModule &code,
                     std::vector<std::vector<uint8_t>> &packed) {
  std::vector<int8_t> codes = problem.codes(tokens);
  std::vector<float> scales = randomFloats(tokens * problem.groups(), tokens);
  std::vector<JitBuffer> buffers = {
      {codes.data(), {tokens, problem.terms}},
      {scales.data(), {tokens, problem.groups()}}};
  std::vector<std::vector<float>> got;
  for (const Matrix &matrix : problem.matrices)
    got.emplace_back(tokens * matrix.n + 1, -7.5f);
  for (auto [i, matrix] : llvm::enumerate(problem.matrices)) {
    buffers.push_back({packed[i].data(), {int64_t(packed[i].size())}});
    buffers.push_back({const_cast<float *>(matrix.scales.data()),
                       problem.scaleShape(matrix)});
    buffers.push_back({const_cast<float *>(matrix.addend.data()), {matrix.n}});
    buffers.push_back({got[i].data(), {tokens, matrix.n}});
  }
  JitState state;
  state.part = part;
  ASSERT_EQ(code.run(buffers, state), BITNET_RUN_OK);
  for (auto [i, matrix] : llvm::enumerate(problem.matrices)) {
    for (int64_t t = 0; t < tokens; ++t)
      for (int64_t n = 0; n < matrix.n; ++n)
        ASSERT_EQ(got[i][t * matrix.n + n],
                  problem.expected(matrix, codes, scales, t, n))
            << "K " << problem.terms << " group " << problem.group << " N "
            << matrix.n << " M " << tokens << " token " << t << " row " << n
            << " part " << part;
    ASSERT_EQ(got[i].back(), -7.5f) << "wrote behind its end";
  }
}

void Groups::check(const Problem &problem, const std::vector<int64_t> &tokens,
                   const std::string &tile) {
  const KernelStrategy &strategy =
      getStrategy(*symbolizeStrategy(GetParam().strategy));
  ASSERT_TRUE(strategy.takesGroups(layout().getKind()));
  JitOptions options;
  options.cpu = GetParam().cpu;
  options.features =
      std::string(GetParam().target) == "x86-avx512vnni" ? "+avx512vnni" : "";
  // What unpacks weights is certified where they are known to be weights.
  bool certified = !strategy.multiplies() && strategy.lists(layout());
  options.passes =
      *GetParam().cpu
          ? std::string("ternary-tile,ternary-lower-to-vector{target=") +
                GetParam().target + "}," +
                (certified ? "ternary-certify," : "") + "canonicalize,cse"
          : "ternary-lower-to-loops,canonicalize,cse";
  auto code = JitModule::compile(module(problem, tile), options);
  ASSERT_TRUE(code);
  std::vector<std::vector<uint8_t>> packed;
  for (const Matrix &matrix : problem.matrices) {
    std::vector<uint8_t> two(getCodeBytes(matrix.n, problem.terms));
    for (int64_t j = 0; j < matrix.n * problem.terms; ++j)
      two[j / 4] |= (matrix.trits[j] + 1) << (2 * (j % 4));
    packed.emplace_back(layout().getPackedBytes(matrix.n, problem.terms));
    packTrits(layout(), two, matrix.n, problem.terms, packed.back());
  }
  for (int64_t m : tokens)
    for (int64_t part : {0, 1})
      ASSERT_NO_FATAL_FAILURE(compare(problem, m, part, *code, packed));
}

Matrix matrix(int64_t n, Scales kind, bool bias = false) {
  return {n, kind, bias, {}, {}, {}};
}

} // namespace

// Sizes around every tile: groups of 4 terms, of scales, blocks of 64 rows,
// tiles of 16 and 32 tokens. Siblings have scales of all kinds.
TEST_P(Groups, AreExact) {
  if (!runsHere(GetParam()))
    GTEST_SKIP() << "this CPU lacks " << GetParam().target;
  struct {
    int64_t terms, group;
  } shapes[] = {{33, 16}, {100, 32}, {257, 128}, {500, 240}};
  for (auto [terms, group] : shapes) {
    bool bias = terms % 2;
    Problem problem(terms, group,
                    {matrix(100, Scales::Group, bias),
                     matrix(64, Scales::Tensor, bias),
                     matrix(37, Scales::Row, bias)});
    ASSERT_NO_FATAL_FAILURE(check(problem, {1, 2, 16, 31, 33}));
  }
}

// Tables of 252 groups of 4 terms, and passes of 1024 rows and more.
TEST_P(Groups, LongRowsAndManyAreExact) {
  if (!runsHere(GetParam()))
    GTEST_SKIP() << "this CPU lacks " << GetParam().target;
  check(Problem(2050, 128, {matrix(130, Scales::Group)}), {1, 5, 33});
  check(Problem(2050, 128, {matrix(130, Scales::Tensor)}), {1, 33});
  check(Problem(64, 32, {matrix(4200, Scales::Group)}), {1, 40});
}

// What ternary-plan may choose.
TEST_P(Groups, TilesDoNotChangeResults) {
  if (!runsHere(GetParam()) || !*GetParam().cpu)
    GTEST_SKIP() << "no tiles, or this CPU lacks " << GetParam().target;
  std::vector<const char *> tiles = {", tile = {}"};
  std::string strategy = GetParam().strategy;
  if (strategy == "lookup")
    tiles = {
        ", tile = {tokens = 0 : i64, row_blocks = 2 : i64}",
        ", tile = {tokens = 16 : i64, min_tokens = 1 : i64, groups = 8 : i64, "
        "pass_rows = 64 : i64}",
        ", tile = {tokens = 32 : i64, min_tokens = 32 : i64, groups = 63 : "
        "i64, pass_rows = 128 : i64, row_blocks = 3 : i64}",
        ", tile = {tokens = 0 : i64, table_groups = 6 : i64, slots = 2 : i64}"};
  if (strategy == "dot")
    tiles = {
        ", tile = {tokens = 1 : i64, chunk = 3 : i64, prefetch = 0 : i64}",
        ", tile = {tokens = 8 : i64, chunk = 24 : i64, prefetch = 64 : i64}"};
  for (const char *tile : tiles)
    check(Problem(300, 32,
                  {matrix(100, Scales::Tensor), matrix(200, Scales::Group)}),
          {1, 20, 31, 70}, tile);
}

INSTANTIATE_TEST_SUITE_P(
    All, Groups,
    testing::Values(Kernel{"generic", "", "lookup", "pairs", 64},
                    Kernel{"generic", "", "masked", "planes", 64},
                    Kernel{"generic", "x86-64", "masked", "planes", 64},
                    Kernel{"x86-avx2", "x86-64-v3", "masked", "planes", 64},
                    Kernel{"x86-avx2", "x86-64-v3", "masked", "quints", 64},
                    Kernel{"x86-ssse3", "x86-64-v2", "lookup", "pairs", 64},
                    Kernel{"x86-avx2", "x86-64-v3", "lookup", "pairs", 64},
                    Kernel{"x86-avx512bw", "x86-64-v4", "lookup", "pairs", 64},
                    Kernel{"generic", "x86-64", "dot", "rows4", 16},
                    Kernel{"x86-ssse3", "x86-64-v2", "dot", "rows4", 16},
                    Kernel{"x86-avx2", "x86-64-v3", "dot", "rows4", 32},
                    Kernel{"x86-avx2", "x86-64-v3", "dot", "rows4", 64},
                    Kernel{"x86-avx512bw", "x86-64-v4", "dot", "rows4", 64},
                    Kernel{"x86-avx512vnni", "x86-64-v4", "dot", "rows4", 64}),
    [](const testing::TestParamInfo<Kernel> &info) {
      return info.param.name();
    });
