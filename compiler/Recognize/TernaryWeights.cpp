#include "compiler/Recognize/TernaryWeights.h"

#include "compiler/Recognize/Matchers.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <map>
#include <optional>

using namespace mlir;

namespace bitnet::recognize {

/// Distinct values counted for the report; a dense layer has more.
static constexpr size_t kMaxCounted = 4096;

bool isWeightType(Type element) {
  return element.isF32() || element.isF16() || element.isBF16();
}

WeightView WeightView::get(const onnx::HostTensor &tensor,
                           bool rowsAreOutputs) {
  ArrayRef<int64_t> shape = tensor.shape();
  assert(shape.size() == 2 && "a weight matrix has two axes");
  return {&tensor, rowsAreOutputs, rowsAreOutputs ? shape[0] : shape[1],
          rowsAreOutputs ? shape[1] : shape[0]};
}

float WeightView::at(int64_t row, int64_t column) const {
  int64_t index = rowsAreOutputs ? row * k + column : column * n + row;
  Type element = tensor->type.getElementType();
  if (element.isF32())
    return tensor->values<float>()[index];
  uint16_t bits = tensor->values<uint16_t>()[index];
  if (element.isBF16())
    return llvm::bit_cast<float>(uint32_t(bits) << 16);
  APFloat half(APFloat::IEEEhalf(), APInt(16, bits));
  bool losesInfo;
  half.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &losesInfo);
  return half.convertToFloat();
}

std::string WeightView::describe(int64_t row, int64_t column) const {
  int64_t first = rowsAreOutputs ? row : column;
  int64_t second = rowsAreOutputs ? column : row;
  return llvm::formatv("[{0}, {1}]", first, second);
}

/// How far a value may lie from -a, 0 or a, relative to a. Exact forms need
/// none; the straight-through sum rounds to the type a few times.
static float toleranceOf(Type element) {
  if (element.isF32())
    return 16 * 0x1p-23f;
  return element.isF16() ? 2 * 0x1p-10f : 2 * 0x1p-7f;
}

namespace {
/// A value that fits no scale, with its place and the scale it was held to.
struct Misfit {
  int64_t row, column;
  float found, scale;
};
} // namespace

/// The trit that `value` is under scale `a`: -1, 0, 1; nothing if it is none.
static std::optional<int> tritOf(float value, float a, float tolerance) {
  float magnitude = std::fabs(value);
  if (magnitude <= tolerance * a)
    return 0;
  if (std::fabs(magnitude - a) <= tolerance * a)
    return value < 0 ? -1 : 1;
  return std::nullopt;
}

static float largestInRow(const WeightView &view, int64_t row) {
  float largest = 0;
  for (int64_t column = 0; column < view.k; ++column)
    largest = std::max(largest, std::fabs(view.at(row, column)));
  return largest;
}

/// Finds a value that is not ternary under the largest magnitude of its row or
/// of the tensor.
static std::optional<Misfit>
findMisfit(const WeightView &view, ArrayRef<float> largest, float tolerance) {
  for (int64_t row = 0; row < view.n; ++row) {
    float a = largest.size() == 1 ? largest[0] : largest[row];
    for (int64_t column = 0; column < view.k; ++column)
      if (!tritOf(view.at(row, column), a, tolerance))
        return Misfit{row, column, view.at(row, column), a};
  }
  return std::nullopt;
}

/// The most frequent magnitude among the non-zero weights of rows [begin,
/// end): the scale before rounding scattered it. 1 where all are zero.
static float typicalMagnitude(const WeightView &view, int64_t begin,
                              int64_t end, float tolerance, float largest) {
  std::map<float, int64_t> counts;
  for (int64_t row = begin; row < end; ++row)
    for (int64_t column = 0; column < view.k; ++column) {
      float magnitude = std::fabs(view.at(row, column));
      if (magnitude > tolerance * largest)
        ++counts[magnitude];
    }
  float typical = 1;
  int64_t most = 0;
  for (auto [magnitude, count] : counts)
    if (count > most) {
      typical = magnitude;
      most = count;
    }
  return typical;
}

/// Number of distinct values, counted up to kMaxCounted + 1.
static size_t countDistinct(const WeightView &view) {
  llvm::DenseSet<uint64_t> seen;
  for (int64_t row = 0; row < view.n; ++row)
    for (int64_t column = 0; column < view.k; ++column) {
      seen.insert(llvm::bit_cast<uint32_t>(view.at(row, column)));
      if (seen.size() > kMaxCounted)
        return seen.size();
    }
  return seen.size();
}

static std::string describeMisfit(const WeightView &view, Misfit misfit) {
  size_t distinct = countDistinct(view);
  std::string count = distinct > kMaxCounted
                          ? llvm::formatv("more than {0}", kMaxCounted).str()
                          : std::to_string(distinct);
  std::string scale = formatNumber(misfit.scale);
  return llvm::formatv("{0} distinct values: found {1} at {2}, expected -{3}, "
                       "0 or {3}",
                       count, formatNumber(misfit.found),
                       view.describe(misfit.row, misfit.column), scale);
}

static void packCodes(const WeightView &view, ArrayRef<float> largest,
                      float tolerance, TernaryWeights &out) {
  out.codes.assign(llvm::divideCeil(view.n * view.k, 4), 0);
  int64_t index = 0;
  for (int64_t row = 0; row < view.n; ++row) {
    float a = largest.size() == 1 ? largest[0] : largest[row];
    for (int64_t column = 0; column < view.k; ++column, ++index) {
      int trit = *tritOf(view.at(row, column), a, tolerance);
      out.zeros += trit == 0;
      out.codes[index / 4] |= (trit + 1) << (2 * (index % 4));
    }
  }
}

WeightVerdict testTernary(const WeightView &view) {
  WeightVerdict verdict{WeightVerdict::Kind::NotTernary, {}, {}};
  std::vector<float> largest(view.n);
  for (int64_t row = 0; row < view.n; ++row) {
    for (int64_t column = 0; column < view.k; ++column) {
      float value = view.at(row, column);
      if (std::isfinite(value))
        continue;
      verdict.kind = std::isnan(value) ? WeightVerdict::Kind::Broken
                                       : WeightVerdict::Kind::NotTernary;
      verdict.reason = llvm::formatv(
          "found {0} at {1}, expected finite weights",
          std::isnan(value) ? "nan" : "infinity", view.describe(row, column));
      return verdict;
    }
    largest[row] = largestInRow(view, row);
  }
  float tolerance = toleranceOf(view.tensor->type.getElementType());
  float tensorLargest = 0;
  for (float value : largest)
    tensorLargest = std::max(tensorLargest, value);

  bool oneScale = !findMisfit(view, tensorLargest, tolerance);
  if (!oneScale)
    if (std::optional<Misfit> misfit = findMisfit(view, largest, tolerance)) {
      verdict.reason = describeMisfit(view, *misfit);
      return verdict;
    }

  verdict.kind = WeightVerdict::Kind::Ternary;
  TernaryWeights &weights = verdict.weights;
  weights.n = view.n;
  weights.k = view.k;
  if (oneScale) {
    weights.scales = {
        typicalMagnitude(view, 0, view.n, tolerance, tensorLargest)};
    packCodes(view, tensorLargest, tolerance, weights);
    return verdict;
  }
  for (int64_t row = 0; row < view.n; ++row)
    weights.scales.push_back(
        typicalMagnitude(view, row, row + 1, tolerance, largest[row]));
  packCodes(view, largest, tolerance, weights);
  return verdict;
}

} // namespace bitnet::recognize
