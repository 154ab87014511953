#include "Sampler.h"

#include <algorithm>
#include <cmath>

using namespace bitnet::run;

Random::Random(uint64_t seed) {
  for (uint64_t &word : state) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

static uint64_t rotateLeft(uint64_t x, int n) { return x << n | x >> (64 - n); }

uint64_t Random::next() {
  uint64_t result = rotateLeft(state[1] * 5, 7) * 9;
  uint64_t shifted = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotateLeft(state[3], 45);
  return result;
}

/// Never NaN, so that it orders.
static float ordered(float logit) {
  return std::isnan(logit) ? -INFINITY : logit;
}

int32_t Sampler::sample(const float *logits, int64_t vocab) {
  if (options.temperature <= 0) {
    int64_t best = 0;
    for (int64_t i = 1; i < vocab; ++i)
      if (ordered(logits[i]) > ordered(logits[best]))
        best = i;
    return static_cast<int32_t>(best);
  }
  candidates.clear();
  for (int64_t i = 0; i < vocab; ++i)
    candidates.emplace_back(ordered(logits[i]), static_cast<int32_t>(i));
  auto likelier = [](const auto &a, const auto &b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  };
  int64_t kept = options.topK > 0 ? std::min(options.topK, vocab) : vocab;
  // Only a nucleus or a top-k needs order.
  bool nucleus = options.topP < 1;
  if (nucleus || kept < vocab)
    std::partial_sort(candidates.begin(), candidates.begin() + kept,
                      candidates.end(), likelier);
  candidates.resize(kept);
  return draw();
}

int64_t Sampler::countWanted(int64_t vocab) const {
  if (options.temperature <= 0)
    return 1;
  return options.topK > 0 ? std::min(options.topK, vocab) : 0;
}

int32_t Sampler::sampleTop(const int32_t *ids, const float *logits,
                           int64_t count) {
  if (options.temperature <= 0)
    return ids[0];
  candidates.clear();
  for (int64_t i = 0; i < count; ++i)
    candidates.emplace_back(ordered(logits[i]), ids[i]);
  return draw();
}

int32_t Sampler::draw() {
  bool nucleus = options.topP < 1;
  float highest = std::max_element(candidates.begin(), candidates.end())->first;
  weights.clear();
  double sum = 0;
  for (auto [logit, id] : candidates) {
    weights.push_back(logit == highest ? 1
                                       : std::exp((double(logit) - highest) /
                                                  options.temperature));
    sum += weights.back();
  }
  if (nucleus) {
    double reached = 0;
    size_t count = 0;
    while (count < weights.size() &&
           (count == 0 || reached < options.topP * sum))
      reached += weights[count++];
    weights.resize(count);
    sum = reached;
  }
  double left = random.uniform() * sum;
  for (size_t i = 0; i < weights.size(); ++i)
    if ((left -= weights[i]) < 0)
      return candidates[i].second;
  // Rounding may leave a little: the last one that can be drawn.
  size_t last = weights.size() - 1;
  while (last && weights[last] == 0)
    --last;
  return candidates[last].second;
}
