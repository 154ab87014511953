#include "dialects/Onnx/Transforms/BroadcastLoop.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Parallel.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace bitnet::onnx;

//===-- Reductions of contiguous runs
//--------------------------------------===//

/// Sum of a run: floats in double over eight lanes, integers modulo 2^64.
template <typename T>
static auto sumRun(const T *values, int64_t count) {
  using C = typename ComputeType<T>::type;
  using Wide =
      std::conditional_t<std::is_floating_point_v<C>, double, uint64_t>;
  constexpr int64_t lanes = 8;
  Wide sums[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane)
      sums[lane] += static_cast<Wide>(static_cast<C>(values[i + lane]));
  for (; i < count; ++i)
    sums[i % lanes] += static_cast<Wide>(static_cast<C>(values[i]));
  for (int64_t step = lanes / 2; step > 0; step /= 2)
    for (int64_t lane = 0; lane < step; ++lane)
      sums[lane] += sums[lane + step];
  return sums[0];
}

template <typename T, typename Wide>
static T narrow(Wide value) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat>)
    return T(static_cast<float>(value));
  else
    return static_cast<T>(value);
}

namespace {

struct Sum {
  template <typename T>
  static constexpr bool defined = !std::is_same_v<T, Bool>;
  static constexpr bool definedOnNone = true, keepsOne = true;
  template <typename T>
  static T run(const T *values, int64_t count) {
    return narrow<T>(sumRun(values, count));
  }
};

/// Sums of what each element contributes, floats in double; the root of a sum
/// of squares is one of doubles too, which integers would wrap.
enum class Term { Magnitude, Square };
template <Term term, bool root>
struct SumOf {
  template <typename T>
  static constexpr bool defined = !std::is_same_v<T, Bool>;
  static constexpr bool definedOnNone = true, keepsOne = false;
  template <typename T>
  static T run(const T *values, int64_t count) {
    using C = typename ComputeType<T>::type;
    using Wide = std::conditional_t<std::is_floating_point_v<C> || root, double,
                                    uint64_t>;
    Wide sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      C value = static_cast<C>(values[i]);
      Wide wide = static_cast<Wide>(value);
      if (term == Term::Square)
        sum += wide * wide;
      else
        sum += value < C(0) ? Wide(0) - wide : wide;
    }
    if constexpr (root && std::is_integral_v<T>)
      return truncateToInteger<T>(std::sqrt(sum));
    else if constexpr (root)
      return narrow<T>(std::sqrt(sum));
    else
      return narrow<T>(sum);
  }
};

struct Product {
  template <typename T>
  static constexpr bool defined = !std::is_same_v<T, Bool>;
  static constexpr bool definedOnNone = true, keepsOne = true;
  template <typename T>
  static T run(const T *values, int64_t count) {
    using C = typename ComputeType<T>::type;
    using Wide =
        std::conditional_t<std::is_floating_point_v<C>, double, uint64_t>;
    Wide product = 1;
    for (int64_t i = 0; i < count; ++i)
      product *= static_cast<Wide>(static_cast<C>(values[i]));
    return narrow<T>(product);
  }
};

struct Mean {
  template <typename T>
  static constexpr bool defined = !std::is_same_v<T, Bool>;
  static constexpr bool definedOnNone = false, keepsOne = true;
  template <typename T>
  static T run(const T *values, int64_t count) {
    if constexpr (std::is_integral_v<T>) {
      // In double, as a sum of 64 bits might wrap; in the order of a run.
      double sum = 0;
      for (int64_t i = 0; i < count; ++i)
        sum += static_cast<double>(values[i]);
      double mean = sum / static_cast<double>(count);
      constexpr T most = std::numeric_limits<T>::max();
      return mean >= static_cast<double>(most) ? most : static_cast<T>(mean);
    } else {
      auto sum = sumRun(values, count);
      return narrow<T>(sum / static_cast<decltype(sum)>(count));
    }
  }
};

/// NaN where an element is.
template <bool isMax>
struct Extreme {
  template <typename T>
  static constexpr bool defined = true;
  static constexpr bool definedOnNone = false, keepsOne = true;
  template <typename T>
  static T run(const T *values, int64_t count) {
    using C = typename ComputeType<T>::type;
    auto better = [](C a, C b) { return isMax ? a > b : a < b; };
    // Lanes, as one running extreme would wait for each comparison.
    constexpr int64_t lanes = 8;
    C best[lanes];
    std::fill_n(best, lanes, static_cast<C>(values[0]));
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes)
      for (int64_t lane = 0; lane < lanes; ++lane) {
        C value = static_cast<C>(values[i + lane]);
        best[lane] =
            better(value, best[lane]) || value != value ? value : best[lane];
      }
    for (; i < count; ++i) {
      C value = static_cast<C>(values[i]);
      best[0] = better(value, best[0]) || value != value ? value : best[0];
    }
    for (C value : best)
      best[0] = better(value, best[0]) || value != value ? value : best[0];
    return static_cast<T>(best[0]);
  }
};

} // namespace

/// The reduced axes, ascending; empty where the op gives its operand back.
static FailureOr<SmallVector<int64_t>> reducedAxes(Evaluation &evaluation,
                                                   int64_t rank) {
  FailureOr<std::optional<SmallVector<int64_t>>> axes =
      readAxes(evaluation, rank);
  if (failed(axes))
    return failure();
  if (*axes && !(*axes)->empty())
    return **axes;
  SmallVector<int64_t> all;
  if (evaluation.intAttr("noop_with_empty_axes", 0) == 0)
    llvm::append_range(all, llvm::seq<int64_t>(rank));
  return all;
}

template <typename Fn>
static LogicalResult evaluateReduce(Evaluation &evaluation) {
  if (!evaluation.input(0))
    return evaluation.op->emitOpError("lacks operand #0");
  HostTensor x = *evaluation.input(0);
  int64_t rank = x.type.getRank();
  FailureOr<SmallVector<int64_t>> axes = reducedAxes(evaluation, rank);
  if (failed(axes))
    return failure();
  if (axes->empty() && Fn::keepsOne) {
    evaluation.shareOutput(x, x.shape());
    return success();
  }
  bool keepDims = evaluation.intAttr("keepdims", 1) != 0;
  SmallVector<int64_t> permutation, shape, reduced;
  for (int64_t axis = 0; axis < rank; ++axis) {
    bool isReduced = llvm::is_contained(*axes, axis);
    if (isReduced)
      reduced.push_back(x.shape()[axis]);
    else
      permutation.push_back(axis);
    if (!isReduced || keepDims)
      shape.push_back(isReduced ? 1 : x.shape()[axis]);
  }
  llvm::append_range(permutation, *axes);
  if (!llvm::is_sorted(permutation))
    x = transposeTensor(x, permutation);
  Type element = x.type.getElementType();
  FailureOr<RankedTensorType> type = resultType(evaluation, shape, element);
  if (failed(type))
    return failure();
  // Only of an empty tensor may it not fit, and then the result is empty too.
  int64_t count = checkedElementCount(reduced);
  if (count == 0 && !Fn::definedOnNone)
    return evaluation.op->emitOpError("reduces no elements of ") << x.type;
  return dispatchElement(element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    if constexpr (!Fn::template defined<T>) {
      return evaluation.op->emitOpError("is not defined on elements of ")
             << element;
    } else {
      const T *in = x.values<T>().data();
      T *out = reinterpret_cast<T *>(evaluation.allocateOutput(*type));
      llvm::parallelFor(0, type->getNumElements(), [&](size_t i) {
        out[i] = Fn::template run<T>(in + i * count, count);
      });
      return success();
    }
  });
}

//===-- Products
//-----------------------------------------------------------===//

/// out[m, n] = sum over k of a[m, k] b[k, n], accumulated like sumRun's.
template <typename T>
static void multiplyMatrices(const T *a, const T *b, T *out, int64_t m,
                             int64_t k, int64_t n) {
  using C = typename ComputeType<T>::type;
  using Wide =
      std::conditional_t<std::is_floating_point_v<C>, double, uint64_t>;
  llvm::parallelFor(0, m, [&](size_t row) {
    SmallVector<Wide> sums(n, Wide(0));
    for (int64_t i = 0; i < k; ++i) {
      Wide left = static_cast<Wide>(static_cast<C>(a[row * k + i]));
      const T *right = b + i * n;
      for (int64_t j = 0; j < n; ++j)
        sums[j] += left * static_cast<Wide>(static_cast<C>(right[j]));
    }
    for (int64_t j = 0; j < n; ++j)
      out[row * n + j] = narrow<T>(sums[j]);
  });
}

static LogicalResult evaluateMatMul(Evaluation &evaluation) {
  if (!evaluation.input(0) || !evaluation.input(1))
    return evaluation.op->emitOpError("lacks an operand");
  const HostTensor &a = *evaluation.input(0), &b = *evaluation.input(1);
  Type element = a.type.getElementType();
  SmallVector<int64_t> left(a.shape()), right(b.shape());
  bool isRow = left.size() == 1, isColumn = right.size() == 1;
  if (isRow)
    left.insert(left.begin(), 1);
  if (isColumn)
    right.push_back(1);
  if (left.size() < 2 || right.size() < 2 ||
      left.back() != right[right.size() - 2] ||
      element != b.type.getElementType())
    return evaluation.op->emitOpError("multiplies ")
           << a.type << " and " << b.type;
  int64_t k = left.pop_back_val(), m = left.pop_back_val();
  int64_t n = right.pop_back_val();
  right.pop_back();
  FailureOr<SmallVector<int64_t>> batch =
      broadcastShapes(evaluation, left, right);
  if (failed(batch))
    return failure();
  SmallVector<int64_t> shape(*batch);
  if (!isRow)
    shape.push_back(m);
  if (!isColumn)
    shape.push_back(n);
  FailureOr<RankedTensorType> type = resultType(evaluation, shape, element);
  if (failed(type))
    return failure();
  BroadcastLoop<2> loop(*batch, {left, right});
  return dispatchElement(element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, Bool>) {
      return evaluation.op->emitOpError("is not defined on i1");
    } else {
      const T *x = a.values<T>().data(), *y = b.values<T>().data();
      T *out = reinterpret_cast<T *>(evaluation.allocateOutput(*type));
      for (int64_t i = 0; i < loop.size(); ++i) {
        std::array<int64_t, 2> offsets = loop.offsetsOf(i);
        multiplyMatrices(x + offsets[0] * m * k, y + offsets[1] * k * n,
                         out + i * m * n, m, k, n);
      }
      return success();
    }
  });
}

//===-- Running sums
//-------------------------------------------------------===//

static LogicalResult evaluateCumSum(Evaluation &evaluation) {
  if (!evaluation.input(0) || !evaluation.input(1))
    return evaluation.op->emitOpError("lacks an operand");
  const HostTensor &x = *evaluation.input(0);
  FailureOr<SmallVector<int64_t>> axes = readInts(evaluation, 1);
  if (failed(axes))
    return failure();
  if (axes->size() != 1)
    return evaluation.op->emitOpError("has ")
           << axes->size() << " axes, expected 1";
  FailureOr<int64_t> axis =
      normalizeAxis(evaluation, axes->front(), x.type.getRank());
  if (failed(axis))
    return failure();
  bool exclusive = evaluation.intAttr("exclusive", 0) != 0;
  bool reverse = evaluation.intAttr("reverse", 0) != 0;
  int64_t size = x.shape()[*axis];
  int64_t stride = rowMajorStrides(x.shape())[*axis];
  Type element = x.type.getElementType();
  return dispatchElement(element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    using C = typename ComputeType<T>::type;
    if constexpr (std::is_same_v<T, Bool>) {
      return evaluation.op->emitOpError("is not defined on i1");
    } else {
      using Wide = std::conditional_t<std::is_floating_point_v<C>, C, uint64_t>;
      const T *in = x.values<T>().data();
      T *out = reinterpret_cast<T *>(evaluation.allocateOutput(x.type));
      int64_t lines = size == 0 ? 0 : x.size() / size;
      for (int64_t line = 0; line < lines; ++line) {
        int64_t start = line / stride * stride * size + line % stride;
        Wide sum = 0;
        for (int64_t i = 0; i < size; ++i) {
          int64_t at = start + (reverse ? size - 1 - i : i) * stride;
          Wide next = sum + static_cast<Wide>(static_cast<C>(in[at]));
          out[at] = narrow<T>(exclusive ? sum : next);
          sum = next;
        }
      }
      return success();
    }
  });
}

Kernel bitnet::onnx::lookUpReductionKernel(StringRef name) {
  return llvm::StringSwitch<Kernel>(name)
      .Case("ReduceSum", evaluateReduce<Sum>)
      .Case("ReduceMean", evaluateReduce<Mean>)
      .Case("ReduceProd", evaluateReduce<Product>)
      .Case("ReduceL1", evaluateReduce<SumOf<Term::Magnitude, false>>)
      .Case("ReduceL2", evaluateReduce<SumOf<Term::Square, true>>)
      .Case("ReduceSumSquare", evaluateReduce<SumOf<Term::Square, false>>)
      .Case("ReduceMax", evaluateReduce<Extreme<true>>)
      .Case("ReduceMin", evaluateReduce<Extreme<false>>)
      .Case("MatMul", evaluateMatMul)
      .Case("CumSum", evaluateCumSum)
      .Default(nullptr);
}
