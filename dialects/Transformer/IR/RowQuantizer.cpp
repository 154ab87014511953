#include "dialects/Transformer/IR/RowQuantizer.h"

#include <cmath>
#include <limits>
#include <vector>

using namespace llvm;

/// The norm of `squares`, a sum of at most 2^23 squares in f64, as a f32 that
/// is not smaller.
static float roundedNorm(double squares) {
  // Each addition and the root are off by 2^-53 at most.
  double norm = std::sqrt(squares) * (1 + 0x1p-28);
  if (std::isnan(norm))
    return std::numeric_limits<float>::infinity();
  float rounded = static_cast<float>(norm);
  if (rounded < norm)
    rounded = std::nextafter(rounded, std::numeric_limits<float>::infinity());
  return rounded;
}

float bitnet::transformer::getScale8(ArrayRef<float> row) {
  float largest = 0;
  for (float value : row) {
    if (!std::isfinite(value))
      return std::numeric_limits<float>::quiet_NaN();
    largest = std::max(largest, std::fabs(value));
  }
  return largest / 127;
}

void bitnet::transformer::quantizeRow8(ArrayRef<float> row, float scale,
                                       int8_t *codes) {
  for (float value : row) {
    double code = scale > 0 ? std::nearbyint(double(value) / scale) : 0;
    *codes++ = static_cast<int8_t>(std::max(-127.0, std::min(127.0, code)));
  }
}

float bitnet::transformer::getError8(ArrayRef<float> row) {
  float scale = getScale8(row);
  std::vector<int8_t> codes(row.size());
  quantizeRow8(row, scale, codes.data());
  double squares = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    // The product is exact: 24 and 7 bits.
    double rest = double(row[i]) - double(scale) * codes[i];
    squares += rest * rest;
  }
  return roundedNorm(squares);
}

float bitnet::transformer::getNorm(ArrayRef<float> row) {
  double squares = 0;
  for (float value : row)
    squares += double(value) * value;
  return roundedNorm(squares);
}
