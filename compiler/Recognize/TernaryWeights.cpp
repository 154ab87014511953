#include "compiler/Recognize/TernaryWeights.h"

#include "compiler/Recognize/Matchers.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Parallel.h"

#include <atomic>
#include <cmath>
#include <cstring>
#include <optional>

using namespace mlir;

namespace bitnet::recognize {

/// Distinct values counted for the report; a dense layer has more.
static constexpr size_t kMaxCounted = 4096;

bool isWeightType(Type element) {
  return element.isF32() || element.isF16() || element.isBF16() ||
         element.isSignlessInteger(32);
}

WeightView WeightView::get(const onnx::HostTensor &tensor,
                           bool rowsAreOutputs) {
  ArrayRef<int64_t> shape = tensor.shape();
  assert(shape.size() == 2 && "a weight matrix has two axes");
  return {&tensor, rowsAreOutputs, rowsAreOutputs ? shape[0] : shape[1],
          rowsAreOutputs ? shape[1] : shape[0]};
}

static float widen(Type element, const char *bytes, int64_t index) {
  if (element.isF32())
    return reinterpret_cast<const float *>(bytes)[index];
  if (element.isInteger(32))
    return static_cast<float>(reinterpret_cast<const int32_t *>(bytes)[index]);
  uint16_t bits = reinterpret_cast<const uint16_t *>(bytes)[index];
  if (element.isBF16())
    return llvm::bit_cast<float>(uint32_t(bits) << 16);
  APFloat half(APFloat::IEEEhalf(), APInt(16, bits));
  bool losesInfo;
  half.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &losesInfo);
  return half.convertToFloat();
}

float WeightView::at(int64_t row, int64_t column) const {
  return widen(tensor->type.getElementType(), tensor->bytes.data(),
               rowsAreOutputs ? row * k + column : column * n + row);
}

void WeightView::readRows(int64_t begin, int64_t end,
                          MutableArrayRef<float> out) const {
  Type element = tensor->type.getElementType();
  const char *bytes = tensor->bytes.data();
  if (rowsAreOutputs && element.isF32()) {
    std::memcpy(out.data(), bytes + begin * k * sizeof(float),
                (end - begin) * k * sizeof(float));
  } else if (rowsAreOutputs) {
    for (int64_t i = begin * k; i < end * k; ++i)
      out[i - begin * k] = widen(element, bytes, i);
  } else {
    for (int64_t column = 0; column < k; ++column)
      for (int64_t row = begin; row < end; ++row)
        out[(row - begin) * k + column] =
            widen(element, bytes, column * n + row);
  }
}

std::string WeightView::describe(int64_t row, int64_t column) const {
  int64_t first = rowsAreOutputs ? row : column;
  int64_t second = rowsAreOutputs ? column : row;
  return llvm::formatv("[{0}, {1}]", first, second);
}

/// How far a value may lie from -a or a, relative to a. Exact forms need
/// none; the straight-through sum rounds to the type a few times.
static float toleranceOf(Type element) {
  if (element.isF32())
    return 16 * 0x1p-23f;
  if (element.isInteger(32))
    return 0;
  return element.isF16() ? 2 * 0x1p-10f : 2 * 0x1p-7f;
}

namespace {

/// Rows read at once: a cache line of a column, and whole bytes of codes.
constexpr int64_t kBlockRows = 16;

/// A value that fits no scale, with its place and the scale it was held to.
struct Misfit {
  int64_t row, column;
  float found, scale;
};

/// How often each magnitude occurs. Ternary weights have a handful.
class Histogram {
public:
  void add(float magnitude, int64_t times = 1) {
    if (last < counts.size() && counts[last].first == magnitude) {
      counts[last].second += times;
      return;
    }
    for (last = 0; last < counts.size(); ++last)
      if (counts[last].first == magnitude)
        break;
    if (last == counts.size())
      counts.push_back({magnitude, 0});
    counts[last].second += times;
  }
  void add(const Histogram &other) {
    for (auto [magnitude, times] : other.counts)
      add(magnitude, times);
  }
  /// The most frequent magnitude, the smallest of equally frequent ones: the
  /// scale before rounding scattered it. 1 if nothing was counted.
  float typical() const {
    float best = 1;
    int64_t most = 0;
    for (auto [magnitude, times] : counts)
      if (times > most || (times == most && magnitude < best)) {
        best = magnitude;
        most = times;
      }
    return best;
  }

private:
  SmallVector<std::pair<float, int64_t>, 8> counts;
  size_t last = 0;
};

/// What packing a block of rows found.
struct PackedBlock {
  std::optional<Misfit> misfit;
  Histogram magnitudes; // of the block, with one scale
  int64_t zeros = 0;
};

} // namespace

/// Calls body(block, first row, end row, weights [rows, K]) for all blocks of
/// rows, on several threads.
static void forEachBlock(
    const WeightView &view,
    llvm::function_ref<void(size_t, int64_t, int64_t, ArrayRef<float>)> body) {
  llvm::parallelFor(0, llvm::divideCeil(view.n, kBlockRows), [&](size_t block) {
    int64_t begin = block * kBlockRows;
    int64_t end = std::min(begin + kBlockRows, view.n);
    std::vector<float> rows((end - begin) * view.k);
    view.readRows(begin, end, rows);
    body(block, begin, end, rows);
  });
}

/// The first weight that is no finite number.
static std::optional<std::pair<int64_t, int64_t>>
findNotFinite(const WeightView &view, ArrayRef<float> largest) {
  for (int64_t row = 0; row < view.n; ++row)
    if (!std::isfinite(largest[row]))
      for (int64_t column = 0; column < view.k; ++column)
        if (!std::isfinite(view.at(row, column)))
          return std::pair(row, column);
  return std::nullopt;
}

/// The largest magnitude; NaN where a weight is not finite.
static float largestOf(ArrayRef<float> weights) {
  // As integers, magnitudes keep their order, and what is not finite lies above
  // all numbers.
  uint32_t most = 0;
  for (float weight : weights)
    most = std::max(most, llvm::bit_cast<uint32_t>(weight) & 0x7FFFFFFF);
  return llvm::bit_cast<float>(most);
}

/// The largest magnitude of each row; NaN where a weight is not finite.
static std::vector<float> largestOfRows(const WeightView &view) {
  std::vector<float> largest(view.n);
  forEachBlock(
      view, [&](size_t, int64_t begin, int64_t end, ArrayRef<float> rows) {
        for (int64_t row = begin; row < end; ++row)
          largest[row] = largestOf(rows.slice((row - begin) * view.k, view.k));
      });
  return largest;
}

/// Judges one row: its codes, a byte each, and what they amount to. The first
/// column that is not ternary, or K.
static int64_t classifyRow(ArrayRef<float> weights, float a, float tolerance,
                           uint8_t *codes, PackedBlock &block) {
  float slack = tolerance * a;
  int64_t k = weights.size(), zeros = 0, misfits = 0, exact = 0;
  for (int64_t column = 0; column < k; ++column) {
    float weight = weights[column], magnitude = std::fabs(weight);
    // Every form's zeros are exact: w + (0 - w) is, too.
    bool isZero = magnitude == 0;
    zeros += isZero;
    exact += magnitude == a;
    misfits += !isZero & !(std::fabs(magnitude - a) <= slack);
    codes[column] = isZero ? 1 : weight < 0 ? 0 : 2;
  }
  block.zeros += zeros;
  if (misfits == 0 && zeros + exact == k) {
    block.magnitudes.add(a, exact);
    return k;
  }
  for (int64_t column = 0; column < k; ++column) {
    float magnitude = std::fabs(weights[column]);
    if (magnitude == 0)
      continue;
    if (!(std::fabs(magnitude - a) <= slack))
      return column;
    block.magnitudes.add(magnitude);
  }
  return k;
}

/// Four codes a byte, the first one lowest; the rest of the last byte is 0.
static void packCodes(ArrayRef<uint8_t> codes, char *out) {
  size_t whole = codes.size() / 4;
  for (size_t i = 0; i < whole; ++i)
    out[i] = codes[4 * i] | codes[4 * i + 1] << 2 | codes[4 * i + 2] << 4 |
             codes[4 * i + 3] << 6;
  for (auto [i, code] : llvm::enumerate(codes.drop_front(whole * 4)))
    out[whole] |= code << (2 * i);
}

/// Fills `out` if each row holds -a, 0 and a for its scale of `largest` (one,
/// or one a row); otherwise gives the first value that does not fit.
static std::optional<Misfit> packRows(const WeightView &view,
                                      ArrayRef<float> largest, float tolerance,
                                      TernaryWeights &out) {
  bool oneScale = largest.size() == 1;
  std::vector<PackedBlock> blocks(llvm::divideCeil(view.n, kBlockRows));
  std::vector<float> scales(oneScale ? 1 : view.n);
  std::atomic<size_t> firstBad = blocks.size();
  out.codes.assign(llvm::divideCeil(view.n * view.k, 4), 0);
  forEachBlock(
      view, [&](size_t at, int64_t begin, int64_t end, ArrayRef<float> rows) {
        PackedBlock &block = blocks[at];
        std::vector<uint8_t> codes(rows.size());
        for (int64_t row = begin; row < end && firstBad >= at; ++row) {
          float a = largest[oneScale ? 0 : row];
          int64_t offset = (row - begin) * view.k;
          ArrayRef<float> weights = rows.slice(offset, view.k);
          int64_t fitting =
              classifyRow(weights, a, tolerance, codes.data() + offset, block);
          if (fitting < view.k) {
            block.misfit = Misfit{row, fitting, weights[fitting], a};
            size_t first = firstBad;
            while (at < first && !firstBad.compare_exchange_weak(first, at))
              ;
            return;
          }
          if (oneScale)
            continue;
          scales[row] = block.magnitudes.typical();
          block.magnitudes = Histogram();
        }
        packCodes(codes, out.codes.data() + begin * view.k / 4);
      });
  if (firstBad < blocks.size())
    return blocks[firstBad].misfit;
  Histogram magnitudes;
  out.zeros = 0;
  for (const PackedBlock &block : blocks) {
    magnitudes.add(block.magnitudes);
    out.zeros += block.zeros;
  }
  if (oneScale)
    scales[0] = magnitudes.typical();
  out.scales = std::move(scales);
  return std::nullopt;
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

/// Fills `out` with a scale for each `group` terms of a row; false if a value
/// does not fit.
static bool packGroups(const WeightView &view, int64_t group, float tolerance,
                       TernaryWeights &out) {
  std::atomic<bool> fits = true;
  std::atomic<int64_t> zeros = 0;
  out.codes.assign(llvm::divideCeil(view.n * view.k, 4), 0);
  out.scales.assign(llvm::divideCeil(view.k, group) * view.n, 0);
  forEachBlock(view, [&](size_t, int64_t begin, int64_t end,
                         ArrayRef<float> rows) {
    std::vector<uint8_t> codes(rows.size());
    PackedBlock block;
    for (int64_t row = begin; row < end && fits; ++row)
      for (int64_t first = 0; first < view.k; first += group) {
        int64_t offset = (row - begin) * view.k + first;
        ArrayRef<float> weights =
            rows.slice(offset, std::min(group, view.k - first));
        block.magnitudes = Histogram();
        if (classifyRow(weights, largestOf(weights), tolerance,
                        codes.data() + offset,
                        block) < int64_t(weights.size())) {
          fits = false;
          return;
        }
        out.scales[first / group * view.n + row] = block.magnitudes.typical();
      }
    zeros += block.zeros;
    packCodes(codes, out.codes.data() + begin * view.k / 4);
  });
  out.group = group;
  out.zeros = zeros;
  return fits;
}

/// Whether the first row fits: what dense weights fail at once.
static bool firstRowFits(const WeightView &view, int64_t group,
                         float tolerance) {
  std::vector<float> row(view.k);
  std::vector<uint8_t> codes(group);
  PackedBlock block;
  view.readRows(0, 1, row);
  for (int64_t first = 0; first < view.k; first += group) {
    ArrayRef<float> weights =
        ArrayRef(row).slice(first, std::min(group, view.k - first));
    if (classifyRow(weights, largestOf(weights), tolerance, codes.data(),
                    block) < int64_t(weights.size()))
      return false;
  }
  return true;
}

/// The longest groups in which the weights are ternary.
static bool matchGroups(const WeightView &view, float tolerance,
                        TernaryWeights &out) {
  constexpr int64_t shortest = 16, longest = 1024;
  for (int64_t group = longest; group >= shortest; group /= 2)
    if (group < view.k && firstRowFits(view, group, tolerance) &&
        packGroups(view, group, tolerance, out))
      return true;
  return false;
}

WeightVerdict testTernary(const WeightView &view) {
  WeightVerdict verdict{WeightVerdict::Kind::NotTernary, {}, {}};
  std::vector<float> largest = largestOfRows(view);
  if (auto place = findNotFinite(view, largest)) {
    auto [row, column] = *place;
    bool isNan = std::isnan(view.at(row, column));
    verdict.kind =
        isNan ? WeightVerdict::Kind::Broken : WeightVerdict::Kind::NotTernary;
    verdict.reason =
        llvm::formatv("found {0} at {1}, expected finite weights",
                      isNan ? "nan" : "infinity", view.describe(row, column));
    return verdict;
  }
  float tolerance = toleranceOf(view.tensor->type.getElementType());
  float tensorLargest = *llvm::max_element(largest);

  TernaryWeights &weights = verdict.weights;
  weights.n = view.n;
  weights.k = view.k;
  if (packRows(view, tensorLargest, tolerance, weights))
    if (auto misfit = packRows(view, largest, tolerance, weights)) {
      if (matchGroups(view, tolerance, weights)) {
        verdict.kind = WeightVerdict::Kind::Ternary;
        return verdict;
      }
      verdict.reason = describeMisfit(view, *misfit);
      weights = {};
      return verdict;
    }
  verdict.kind = WeightVerdict::Kind::Ternary;
  return verdict;
}

} // namespace bitnet::recognize
