/// What the tests of narrow LM heads share.
#ifndef TEST_UNIT_TRANSFORMER_HEAD_H
#define TEST_UNIT_TRANSFORMER_HEAD_H

#include "transformer/Kernels.h"
#include "transformer/Packing.h"

namespace bitnet::test {

/// Ways of multiplying bytes: portable code, and what x86 has.
struct ByteVariant {
  std::string facts; ///< of bitnet.target
  int vectorBits;
  JitOptions target;
};

inline std::vector<ByteVariant> byteVariants() {
  std::vector<ByteVariant> all = {{"", 128, {}}};
  std::vector<JitOptions> targets = otherTargets();
  if (!targets.empty())
    all.push_back({"avx2 = true, vector_bits = 256 : i64", 256, targets[0]});
  if (targets.size() > 1)
    all.push_back({"avx2 = true, avx512bw = true, vector_bits = 512 : i64", 512,
                   targets[1]});
  return all;
}

inline std::string withFacts(const std::string &facts,
                             const std::string &text) {
  return "module attributes {bitnet.target = {" + facts + "}} {\n" + text +
         "}\n";
}

/// Element [token, row] in the order that docs/architecture.md fixes.
inline float dotInFixedOrder(const float *x, const float *w, int64_t depth) {
  float lanes[16] = {};
  for (int64_t k = 0; k < depth; ++k)
    lanes[k % 16] = std::fma(w[k], x[k], lanes[k % 16]);
  for (int half = 8; half; half /= 2)
    for (int lane = 0; lane < half; ++lane)
      lanes[lane] += lanes[lane + half];
  return lanes[0];
}

/// A position as transformer.quantized_linear quantises it.
struct QuantizedPosition {
  float scale;
  std::vector<int32_t> values;
};

inline QuantizedPosition quantizePosition(const float *x, int64_t depth) {
  float limit = float(std::min<int64_t>(32767, INT32_MAX / (127 * depth)));
  float largest = 0;
  for (int64_t k = 0; k < depth; ++k)
    largest = std::isfinite(x[k]) ? std::max(largest, std::fabs(x[k])) : NAN;
  QuantizedPosition q = {largest / limit, {}};
  float factor = largest > 0 ? limit / largest : 0;
  for (int64_t k = 0; k < depth; ++k)
    q.values.push_back(std::isnan(q.scale)
                           ? 0
                           : int32_t(std::nearbyint(std::max(
                                 -limit, std::min(limit, x[k] * factor)))));
  return q;
}

} // namespace bitnet::test

#endif // TEST_UNIT_TRANSFORMER_HEAD_H
