/// Chooses the next token from logits.
#ifndef TOOLS_BITNET_RUN_SAMPLER_H
#define TOOLS_BITNET_RUN_SAMPLER_H

#include <cstdint>
#include <utility>
#include <vector>

namespace bitnet::run {

/// xoshiro256**, seeded through splitmix64: the same numbers everywhere.
class Random {
public:
  explicit Random(uint64_t seed);
  uint64_t next();
  /// In [0, 1), with 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

private:
  uint64_t state[4];
};

struct SamplerOptions {
  double temperature = 0; ///< 0: the likeliest token, always
  int64_t topK = 0;       ///< only so many likeliest tokens; 0: all
  double topP = 1;        ///< only the likeliest tokens that together reach it
  uint64_t seed = 0;
};

class Sampler {
public:
  explicit Sampler(const SamplerOptions &options)
      : options(options), random(options.seed) {}

  /// A token of `logits` [vocab]. Of equal logits the lower id is the likelier.
  int32_t sample(const float *logits, int64_t vocab);
  /// How many of the likeliest tokens `sample` chooses among, where it does not
  /// look at the others; 0 where it does.
  int64_t countWanted(int64_t vocab) const;
  /// The same token as of all logits, from the countWanted likeliest ones, in
  /// order.
  int32_t sampleTop(const int32_t *ids, const float *logits, int64_t count);

private:
  /// Draws from `candidates`, which are in order where the options need it.
  int32_t draw();

  SamplerOptions options;
  Random random;
  std::vector<std::pair<float, int32_t>> candidates; ///< kept between calls
  std::vector<double> weights;
};

} // namespace bitnet::run

#endif // TOOLS_BITNET_RUN_SAMPLER_H
