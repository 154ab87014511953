#include "dialects/Transformer/IR/GroupQuantizer.h"

#include "dialects/Transformer/IR/NarrowFloats.h"

#include <cmath>
#include <cstring>

using namespace bitnet::transformer;

static constexpr int64_t kGroup = PackedGroups::group;

static uint16_t asBF16(float value) {
  return toBF16(llvm::bit_cast<uint32_t>(value));
}

/// Codes of `weights` with a scale, to nearest even, and the squared error.
static float fit(const GroupWeights &weights, float scale, float *codes) {
  // Lanes, so that compilers need no leave to reorder the sum.
  constexpr int64_t width = 8;
  constexpr float magic = 0x1.8p23f; // what is added to it has no bits below 1
  float inverse = 1 / scale, errors[width] = {};
  for (int64_t first = 0; first < kGroup; first += width)
    for (int64_t lane = 0; lane < width; ++lane) {
      float weight = weights[first + lane];
      float code = (weight * inverse + magic) - magic;
      code = code < 7 ? code : 7;
      code = code > -8 ? code : -8;
      codes[first + lane] = code;
      float rest = weight - scale * code;
      errors[lane] += rest * rest;
    }
  for (int64_t half = width / 2; half; half /= 2)
    for (int64_t lane = 0; lane < half; ++lane)
      errors[lane] += errors[lane + half];
  return errors[0];
}

namespace {
/// The best scale of some, for weights whose largest is in [1, 2).
struct Search {
  const GroupWeights &weights;
  float error = INFINITY, scale = 0;
  float codes[kGroup] = {};

  explicit Search(const GroupWeights &weights) : weights(weights) {}

  void offer(float candidate) {
    float rounded = fromBF16(asBF16(candidate)), found[kGroup];
    float left = fit(weights, rounded, found);
    if (left >= error)
      return;
    error = left;
    scale = rounded;
    std::memcpy(codes, found, sizeof(codes));
  }
  /// The scale that suits the codes best.
  float leastSquares() const {
    float product = 0, square = 0;
    for (int64_t i = 0; i < kGroup; ++i) {
      product += weights[i] * codes[i];
      square += codes[i] * codes[i];
    }
    return product / square;
  }
};
} // namespace

GroupCodes bitnet::transformer::quantizeGroup4(const GroupWeights &weights) {
  GroupCodes result = {};
  float peak = 0;
  for (float weight : weights) {
    if (!std::isfinite(weight)) {
      result.scale = asBF16(NAN);
      return result;
    }
    if (std::fabs(weight) > std::fabs(peak))
      peak = weight;
  }
  if (peak == 0)
    return result;
  // By a power of two: exact but for weights that are next to nothing.
  int exponent = std::ilogb(peak);
  double factor = std::ldexp(1.0, -exponent);
  GroupWeights scaled;
  for (int64_t i = 0; i < kGroup; ++i)
    scaled[i] = static_cast<float>(weights[i] * factor);
  float largest = static_cast<float>(peak * factor);
  Search search(scaled);
  for (float code : {-8.0f, -7.5f, -7.0f, -8.5f, -6.5f, -9.0f, -6.0f, 7.0f,
                     7.5f, 6.5f, 8.0f})
    search.offer(largest / code);
  search.offer(search.leastSquares());
  result.scale = asBF16(std::ldexp(search.scale, exponent));
  for (int64_t i = 0; i < kGroup; ++i)
    result.codes[i] = static_cast<int8_t>(search.codes[i]);
  return result;
}

void bitnet::transformer::packChunk4(
    const std::array<GroupCodes, PackedGroups::groups> rows[PackedGroups::rows],
    char *to) {
  constexpr int64_t width = PackedGroups::vectorBytes / PackedGroups::rows;
  for (int64_t r = 0; r < PackedGroups::rows; ++r)
    for (int64_t g = 0; g < PackedGroups::groups; ++g) {
      const GroupCodes &group = rows[r][g];
      char *word = to + r * width;
      word[2 * g] = static_cast<char>(group.scale & 0xff);
      word[2 * g + 1] = static_cast<char>(group.scale >> 8);
      for (int64_t i = 0; i < kGroup / 2; ++i) {
        int low = group.codes[i] + 8, high = group.codes[i + kGroup / 2] + 8;
        int64_t vector = 1 + g * PackedGroups::codeVectors + i / width;
        word[vector * PackedGroups::vectorBytes + i % width] =
            static_cast<char>(low | high << 4);
      }
    }
}
