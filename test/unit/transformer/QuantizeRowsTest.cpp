//===- QuantizeRowsTest.cpp - fused rows have the bits of the ops alone ---===//

#include "transformer/Kernels.h"

#include <limits>

using namespace bitnet::test;

namespace {
struct Case {
  int64_t rows, size;
  /// "", "add", or the name of an activation.
  std::string first;
  bool up, norm, gain;
  std::string quantizer;
};

const char *const usual =
    "form = #ternary.scale_form<mul_reciprocal>, range = 127.0 : f32, eps = "
    "1.0e-5 : f32";
/// Codes leave the range: they are clamped.
const char *const clamped =
    "form = #ternary.scale_form<div>, range = 9.0 : f32, eps = 0.0 : f32, qmin "
    "= -7 : i64, qmax = 6 : i64";

/// The chain of ops on buffers: %a0 input, %a1 up or addend, %a2 gain, %a3
/// codes, %a4 scale, %a5 sum.
std::string chainModule(const Case &c) {
  std::string k = std::to_string(c.size), x = "memref<?x" + k + "xf32>";
  std::string v = "memref<" + k + "xf32>", q = "memref<?x" + k + "xi8>";
  std::string s = "memref<?x1xf32>", body = "  %c0 = arith.constant 0 : index\n"
                                            "  %d = memref.dim %a0, %c0 : " +
                                            x + "\n";
  auto alloc = [&](std::string name) {
    body += "  " + name + " = memref.alloc(%d) : " + x + "\n";
  };
  std::string at = "%a0";
  if (c.first == "add") {
    body += "  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types "
            "= [\"parallel\", \"parallel\"]} ins(%a0, %a1 : " +
            x + ", " + x + ") outs(%a5 : " + x +
            ") {\n  ^bb0(%l: f32, %r: f32, %o: f32):\n    %t = arith.addf %l, "
            "%r : f32\n    linalg.yield %t : f32\n  }\n";
    at = "%a5";
  } else if (!c.first.empty()) {
    // Fusion wants memory of its own.
    alloc("%gate");
    alloc("%gated");
    body += "  memref.copy %a0, %gate : " + x + " to " + x +
            "\n  transformer.gated_activation %gate" +
            (c.up ? " up(%a1)" : "") +
            " outs(%gated) exec %exec {activation = "
            "#transformer.activation<" +
            c.first + ">} : (" + x + (c.up ? " up(" + x + ")" : "") + " outs(" +
            x + "))\n";
    at = "%gated";
  }
  if (c.norm) {
    alloc("%n");
    body += "  transformer.rms_norm " + at + (c.gain ? " gain(%a2)" : "") +
            " outs(%n) exec %exec {eps = 1.0e-6 : f32} : (" + x +
            (c.gain ? " gain(" + v + ")" : "") + " outs(" + x + "))\n";
    at = "%n";
  }
  body += "  ternary.quantize " + at + " outs(%a3, %a4 : " + q + ", " + s +
          ") exec %exec {" + c.quantizer + "} : " + x + "\n";
  return kernelModule({x, x, v, q, s, x}, body,
                      "#id = affine_map<(d0, d1) -> (d0, d1)>\n");
}

struct Result {
  std::vector<int8_t> codes;
  std::vector<float> scales, sums;
};

Result run(const Case &c, const Variant &variant, bool fuse,
           std::vector<float> input, std::vector<float> other,
           std::vector<float> gain, int64_t part) {
  JitOptions options = variant.target;
  options.passes =
      std::string(fuse ? "transformer-fuse-rows," : "") +
      "ternary-lower-to-vector{target=x86-avx2},transformer-lower-to-vector{"
      "vector-bits=" +
      std::to_string(variant.vectorBits) +
      "},func.func(convert-linalg-to-loops),math-to-polynomial,canonicalize,"
      "cse";
  Result result{std::vector<int8_t>(input.size()), std::vector<float>(c.rows),
                std::vector<float>(input.size())};
  auto module = JitModule::compile(chainModule(c), options);
  EXPECT_TRUE(module) << chainModule(c);
  JitState state;
  state.part = part;
  if (module)
    EXPECT_EQ(module->run({{input.data(), {c.rows, c.size}},
                           {other.data(), {c.rows, c.size}},
                           {gain.data(), {c.size}},
                           {result.codes.data(), {c.rows, c.size}},
                           {result.scales.data(), {c.rows, 1}},
                           {result.sums.data(), {c.rows, c.size}}},
                          state),
              BITNET_RUN_OK);
  return result;
}

void checkFused(const Case &c, const std::vector<float> &input) {
  std::vector<float> other = randomFloats(input.size(), 2, 2);
  std::vector<float> gain = randomFloats(c.size, 3);
  for (const Variant &variant : variants()) {
    Result want = run(c, variant, false, input, other, gain, 0);
    for (int64_t part : {0, 1}) {
      Result got = run(c, variant, true, input, other, gain, part);
      EXPECT_EQ(got.codes, want.codes) << chainModule(c);
      for (int64_t row = 0; row < c.rows; ++row)
        EXPECT_TRUE(
            got.scales[row] == want.scales[row] ||
            (std::isnan(got.scales[row]) && std::isnan(want.scales[row])))
            << got.scales[row] << " and " << want.scales[row];
      expectSameBits(got.sums, want.sums, "sums");
    }
  }
}

std::vector<float> inputOf(const Case &c) {
  return randomFloats(c.rows * c.size, 1, 3);
}
} // namespace

TEST(QuantizeRows, EveryChainHasTheBitsOfItsOps) {
  for (int64_t size : {37, 64})
    for (const char *first : {"", "add", "relu2", "silu"})
      for (bool norm : {false, true}) {
        bool isGated = *first && std::string(first) != "add";
        Case c{5, size, first, isGated, norm, norm, usual};
        if (*first || norm)
          checkFused(c, inputOf(c));
      }
}

TEST(QuantizeRows, PartsMayBeAbsentAndCodesClamped) {
  for (Case c : {Case{3, 1, "add", false, true, true, usual},
                 Case{2, 100, "relu2", true, true, false, usual},
                 Case{3, 37, "gelu", false, true, false, usual},
                 Case{3, 37, "relu", false, false, false, clamped},
                 Case{3, 64, "", false, true, false, clamped},
                 Case{3, 19, "add", false, true, true, clamped}})
    checkFused(c, inputOf(c));
}

TEST(QuantizeRows, RowsOfZerosInfinitiesAndNaNs) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const char *first : {"", "add", "relu2"})
    for (bool norm : {false, true}) {
      Case c{5, 37, first, std::string(first) == "relu2", norm, norm, usual};
      if (!*first && !norm)
        continue;
      std::vector<float> input = inputOf(c);
      std::fill_n(input.begin(), 37, 0.0f);
      input[37 + 36] = std::nanf("");
      input[2 * 37 + 3] = infinity;
      input[3 * 37] = -infinity;
      input[4 * 37 + 20] = 1e30f;
      checkFused(c, input);
    }
}
