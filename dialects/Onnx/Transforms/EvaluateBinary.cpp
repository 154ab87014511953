#include "dialects/Onnx/Transforms/BroadcastLoop.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

/// Unsigned type in which integers of T are added and multiplied: wrapping is
/// then defined, and nothing is promoted to a signed int.
template <typename T>
using Wrapping = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

struct OnNumbers {
  template <typename T>
  static constexpr bool defined = !std::is_same_v<T, Bool>;
};
struct OnIntegers {
  template <typename T>
  static constexpr bool defined = std::is_integral_v<T>;
};
struct OnBools {
  template <typename T>
  static constexpr bool defined = std::is_same_v<T, Bool>;
};
struct OnAll {
  template <typename T>
  static constexpr bool defined = true;
};

struct Add : OnNumbers {
  template <typename C>
  static C apply(C a, C b) {
    if constexpr (std::is_integral_v<C>)
      return static_cast<C>(static_cast<Wrapping<C>>(a) +
                            static_cast<Wrapping<C>>(b));
    else
      return a + b;
  }
};
struct Sub : OnNumbers {
  template <typename C>
  static C apply(C a, C b) {
    if constexpr (std::is_integral_v<C>)
      return static_cast<C>(static_cast<Wrapping<C>>(a) -
                            static_cast<Wrapping<C>>(b));
    else
      return a - b;
  }
};
struct Mul : OnNumbers {
  template <typename C>
  static C apply(C a, C b) {
    if constexpr (std::is_integral_v<C>)
      return static_cast<C>(static_cast<Wrapping<C>>(a) *
                            static_cast<Wrapping<C>>(b));
    else
      return a * b;
  }
};
struct Div : OnNumbers {
  /// Integers truncate; b is not zero. The least integer by -1 wraps.
  template <typename C>
  static C apply(C a, C b) {
    if constexpr (std::is_integral_v<C> && std::is_signed_v<C>) {
      if (b == C(-1))
        return Sub::apply(C(0), a);
    }
    return static_cast<C>(a / b);
  }
};
struct FloorMod : OnNumbers {
  /// The sign is the divisor's.
  template <typename C>
  static C apply(C a, C b) {
    if constexpr (std::is_floating_point_v<C>) {
      C rest = std::fmod(a, b);
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    } else {
      if (b == static_cast<C>(-1))
        return std::is_signed_v<C> ? C(0) : static_cast<C>(a % b);
      C rest = static_cast<C>(a % b);
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<C>(rest + b)
                                                : rest;
    }
  }
};
struct TruncatedMod : OnNumbers {
  /// The sign is the dividend's.
  template <typename C>
  static C apply(C a, C b) {
    if constexpr (std::is_floating_point_v<C>) {
      return std::fmod(a, b);
    } else {
      if constexpr (std::is_signed_v<C>)
        if (b == C(-1))
          return C(0);
      return static_cast<C>(a % b);
    }
  }
};
struct Pow : OnNumbers {
  /// Integers by squaring; a negative exponent truncates 1 / |a|^|b|.
  template <typename C>
  static C apply(C a, C b) {
    if constexpr (std::is_floating_point_v<C>) {
      return b == C(2) ? a * a : std::pow(a, b);
    } else {
      if (std::is_signed_v<C> && b < 0) {
        if (a == 1)
          return C(1);
        bool isMinusOne = std::is_signed_v<C> && a == static_cast<C>(-1);
        return isMinusOne ? static_cast<C>(b % 2 != 0 ? -1 : 1) : C(0);
      }
      C result = 1;
      for (; b != 0; b = static_cast<C>(b >> 1)) {
        if (b & 1)
          result = Mul::apply(result, a);
        a = Mul::apply(a, a);
      }
      return result;
    }
  }
};
struct Max : OnNumbers {
  /// NaN where an operand is: a NaN in b fails the first comparison.
  template <typename C>
  static C apply(C a, C b) {
    return a > b || a != a ? a : b;
  }
};
struct Min : OnNumbers {
  template <typename C>
  static C apply(C a, C b) {
    return a < b || a != a ? a : b;
  }
};
struct BitwiseAnd : OnIntegers {
  template <typename C>
  static C apply(C a, C b) {
    return static_cast<C>(a & b);
  }
};
struct BitwiseOr : OnIntegers {
  template <typename C>
  static C apply(C a, C b) {
    return static_cast<C>(a | b);
  }
};
struct BitwiseXor : OnIntegers {
  template <typename C>
  static C apply(C a, C b) {
    return static_cast<C>(a ^ b);
  }
};
/// Shifting by the width or more leaves what shifting bit by bit does.
template <typename C>
static bool shiftsOut(C by) {
  return static_cast<Wrapping<C>>(by) >= sizeof(C) * 8;
}
struct ShiftLeft : OnIntegers {
  template <typename C>
  static C apply(C a, C by) {
    auto bits = static_cast<Wrapping<C>>(a);
    return shiftsOut(by) ? C(0) : static_cast<C>(bits << by);
  }
};
struct ShiftRight : OnIntegers {
  template <typename C>
  static C apply(C a, C by) {
    C all = static_cast<C>(a >> (sizeof(C) * 8 - 1));
    C out = std::is_signed_v<C> ? all : C(0);
    return shiftsOut(by) ? out : static_cast<C>(a >> by);
  }
};

// Functions whose result is a truth value.
struct Equal : OnAll {
  template <typename C>
  static bool apply(C a, C b) {
    return a == b;
  }
};
struct Less : OnNumbers {
  template <typename C>
  static bool apply(C a, C b) {
    return a < b;
  }
};
struct LessOrEqual : OnNumbers {
  template <typename C>
  static bool apply(C a, C b) {
    return a <= b;
  }
};
struct Greater : OnNumbers {
  template <typename C>
  static bool apply(C a, C b) {
    return a > b;
  }
};
struct GreaterOrEqual : OnNumbers {
  template <typename C>
  static bool apply(C a, C b) {
    return a >= b;
  }
};
struct And : OnBools {
  template <typename C>
  static bool apply(C a, C b) {
    return a && b;
  }
};
struct Or : OnBools {
  template <typename C>
  static bool apply(C a, C b) {
    return a || b;
  }
};
struct Xor : OnBools {
  template <typename C>
  static bool apply(C a, C b) {
    return static_cast<bool>(a) != static_cast<bool>(b);
  }
};

} // namespace

FailureOr<SmallVector<int64_t>>
bitnet::onnx::broadcastShapes(Evaluation &evaluation, ArrayRef<int64_t> a,
                              ArrayRef<int64_t> b) {
  size_t rank = std::max(a.size(), b.size());
  auto sizeAt = [&](ArrayRef<int64_t> shape, size_t axis) {
    size_t missing = rank - shape.size();
    return axis < missing ? 1 : shape[axis - missing];
  };
  SmallVector<int64_t> shape;
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t left = sizeAt(a, axis), right = sizeAt(b, axis);
    if (left != right && left != 1 && right != 1)
      return evaluation.op->emitOpError("operands of shapes [")
             << a << "] and [" << b << "] do not broadcast";
    shape.push_back(left == 1 ? right : left);
  }
  if (failed(resultType(evaluation, shape,
                        Float64Type::get(evaluation.op->getContext()))))
    return failure();
  return shape;
}

/// out[i] = Fn(a[i], b[i]) over broadcast operands.
template <typename Fn, typename T, typename R>
static void runBinary(const BroadcastLoop<2> &loop, const T *a, const T *b,
                      R *out) {
  using C = typename ComputeType<T>::type;
  auto compute = [](T x, T y) {
    return static_cast<R>(
        Fn::template apply<C>(static_cast<C>(x), static_cast<C>(y)));
  };
  int64_t stepA = loop.step(0), stepB = loop.step(1);
  loop.forEachRow(
      [&](std::array<int64_t, 2> offsets, int64_t at, int64_t length) {
        const T *x = a + offsets[0], *y = b + offsets[1];
        R *r = out + at;
        if (stepA == 1 && stepB == 1) {
          BITNET_INDEPENDENT_LOOP
          for (int64_t i = 0; i < length; ++i)
            r[i] = compute(x[i], y[i]);
        } else if (stepA == 1) {
          T scalar = *y;
          BITNET_INDEPENDENT_LOOP
          for (int64_t i = 0; i < length; ++i)
            r[i] = compute(x[i], scalar);
        } else if (stepB == 1) {
          T scalar = *x;
          BITNET_INDEPENDENT_LOOP
          for (int64_t i = 0; i < length; ++i)
            r[i] = compute(scalar, y[i]);
        } else {
          std::fill_n(r, length, compute(*x, *y));
        }
      });
}

/// Computes Fn of `a` and `b` and appends it to the outputs. The result has
/// the operands' element type, or i1 if `isTest`.
template <typename Fn, bool isTest>
static LogicalResult combine(Evaluation &evaluation, const HostTensor &a,
                             const HostTensor &b, ArrayRef<unsigned> reusable) {
  Type element = a.type.getElementType();
  if (element != b.type.getElementType())
    return evaluation.op->emitOpError("has operands of different types, ")
           << a.type << " and " << b.type;
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShapes(evaluation, a.shape(), b.shape());
  if (failed(shape))
    return failure();
  Type resultElement =
      isTest ? IntegerType::get(element.getContext(), 1) : element;
  auto type = RankedTensorType::get(*shape, resultElement);
  return dispatchElement(element, [&](auto tag) -> LogicalResult {
    using T = typename decltype(tag)::type;
    using R = std::conditional_t<isTest, Bool, T>;
    if constexpr (!Fn::template defined<T>) {
      return evaluation.op->emitOpError("is not defined on elements of ")
             << element;
    } else {
      BroadcastLoop<2> loop(*shape, {a.shape(), b.shape()});
      const T *left = a.values<T>().data(), *right = b.values<T>().data();
      char *out = evaluation.allocateOutput(type, reusable);
      runBinary<Fn>(loop, left, right, reinterpret_cast<R *>(out));
      return success();
    }
  });
}

static LogicalResult requireTwo(Evaluation &evaluation) {
  if (evaluation.input(0) && evaluation.input(1))
    return success();
  return evaluation.op->emitOpError("lacks an operand");
}

template <typename Fn, bool isTest = false>
static LogicalResult evaluateBinary(Evaluation &evaluation) {
  if (failed(requireTwo(evaluation)))
    return failure();
  return combine<Fn, isTest>(evaluation, *evaluation.input(0),
                             *evaluation.input(1), {0, 1});
}

/// Division of integers by zero has no value.
static LogicalResult requireNonZero(Evaluation &evaluation) {
  if (failed(requireTwo(evaluation)))
    return failure();
  const HostTensor &divisor = *evaluation.input(1);
  return dispatchElement(divisor.type.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_integral_v<T>)
      if (llvm::is_contained(divisor.values<T>(), T(0)))
        return LogicalResult(
            evaluation.op->emitOpError("divides an integer by zero"));
    return success();
  });
}

static LogicalResult evaluateDiv(Evaluation &evaluation) {
  if (failed(requireNonZero(evaluation)))
    return failure();
  return evaluateBinary<Div>(evaluation);
}

static LogicalResult evaluateMod(Evaluation &evaluation) {
  if (failed(requireNonZero(evaluation)))
    return failure();
  return evaluation.intAttr("fmod", 0) != 0
             ? evaluateBinary<TruncatedMod>(evaluation)
             : evaluateBinary<FloorMod>(evaluation);
}

static LogicalResult evaluateBitShift(Evaluation &evaluation) {
  auto direction = evaluation.op->getAttrOfType<StringAttr>("direction");
  if (direction && direction.getValue() == "LEFT")
    return evaluateBinary<ShiftLeft>(evaluation);
  return evaluateBinary<ShiftRight>(evaluation);
}

/// The exponent's elements as those of the base.
static LogicalResult evaluatePow(Evaluation &evaluation) {
  if (failed(requireTwo(evaluation)))
    return failure();
  const HostTensor &exponent = *evaluation.input(1);
  Type base = evaluation.input(0)->type.getElementType();
  if (exponent.type.getElementType() != base) {
    char *data;
    HostTensor converted = HostTensor::allocate(
        RankedTensorType::get(exponent.shape(), base), data);
    bool isExact = true;
    dispatchElement(exponent.type.getElementType(), [&](auto from) {
      dispatchElement(base, [&](auto to) {
        using From = typename decltype(from)::type;
        using To = typename decltype(to)::type;
        using C = typename ComputeType<To>::type;
        To *out = reinterpret_cast<To *>(data);
        for (From value : exponent.values<From>()) {
          double wide = static_cast<double>(value);
          if constexpr (!isFloatElement<To>)
            isExact = isExact && wide == std::trunc(wide) &&
                      std::fabs(wide) < 0x1p31 &&
                      (std::is_signed_v<C> || wide >= 0);
          *out++ = isExact ? To(static_cast<C>(wide)) : To();
        }
      });
    });
    if (!isExact)
      return evaluation.op->emitOpError("raises integers to a fraction");
    evaluation.inputs[1] = converted;
  }
  return evaluateBinary<Pow>(evaluation);
}

/// Max, Min and Sum of any number of operands, from the first to the last.
template <typename Fn>
static LogicalResult evaluateVariadic(Evaluation &evaluation) {
  if (!evaluation.input(0))
    return evaluation.op->emitOpError("has no operands");
  HostTensor result = *evaluation.input(0);
  for (unsigned i = 1; i < evaluation.inputs.size(); ++i) {
    if (!evaluation.input(i))
      continue;
    if (failed(
            combine<Fn, false>(evaluation, result, *evaluation.input(i), {})))
      return failure();
    result = evaluation.outputs.pop_back_val();
  }
  evaluation.outputs.push_back(std::move(result));
  return success();
}

Kernel bitnet::onnx::lookUpBinaryKernel(StringRef name) {
  return llvm::StringSwitch<Kernel>(name)
      .Case("Add", evaluateBinary<Add>)
      .Case("Sub", evaluateBinary<Sub>)
      .Case("Mul", evaluateBinary<Mul>)
      .Case("Div", evaluateDiv)
      .Case("Mod", evaluateMod)
      .Case("Pow", evaluatePow)
      .Case("BitShift", evaluateBitShift)
      .Case("BitwiseAnd", evaluateBinary<BitwiseAnd>)
      .Case("BitwiseOr", evaluateBinary<BitwiseOr>)
      .Case("BitwiseXor", evaluateBinary<BitwiseXor>)
      .Case("Equal", evaluateBinary<Equal, true>)
      .Case("Less", evaluateBinary<Less, true>)
      .Case("LessOrEqual", evaluateBinary<LessOrEqual, true>)
      .Case("Greater", evaluateBinary<Greater, true>)
      .Case("GreaterOrEqual", evaluateBinary<GreaterOrEqual, true>)
      .Case("And", evaluateBinary<And, true>)
      .Case("Or", evaluateBinary<Or, true>)
      .Case("Xor", evaluateBinary<Xor, true>)
      .Case("Max", evaluateVariadic<Max>)
      .Case("Min", evaluateVariadic<Min>)
      .Case("Sum", evaluateVariadic<Add>)
      .Default(nullptr);
}
