#include "dialects/Onnx/Transforms/BroadcastLoop.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

// Each function says on which elements it is defined and, in the type that
// arithmetic is done in, what it gives.

struct OnFloats {
  template <typename T>
  static constexpr bool defined = isFloatElement<T>;
};
struct OnNumbers {
  template <typename T>
  static constexpr bool defined = !std::is_same_v<T, Bool>;
};
struct OnIntegers {
  template <typename T>
  static constexpr bool defined = std::is_integral_v<T>;
};

struct Abs : OnNumbers {
  template <typename C>
  static C apply(C x) {
    if constexpr (std::is_floating_point_v<C>)
      return std::fabs(x);
    else if constexpr (std::is_signed_v<C>)
      return x < 0 ? static_cast<C>(0 - static_cast<uint64_t>(x)) : x;
    else
      return x;
  }
};
struct Neg : OnNumbers {
  template <typename C>
  static C apply(C x) {
    if constexpr (std::is_floating_point_v<C>)
      return -x;
    else
      return static_cast<C>(0 - static_cast<uint64_t>(x));
  }
};
struct Sign : OnNumbers {
  template <typename C>
  static C apply(C x) {
    C sign = static_cast<C>((x > C(0)) - (x < C(0)));
    return x != x ? x : sign;
  }
};
struct Relu : OnNumbers {
  template <typename C>
  static C apply(C x) {
    return x < C(0) ? C(0) : x;
  }
};
struct Ceil : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::ceil(x);
  }
};
struct Floor : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::floor(x);
  }
};
struct Round : OnFloats {
  /// Half to even. Below 2^52 (2^23) adding that number leaves no place for a
  /// fraction; this vectorises where the rounding instruction is missing.
  template <typename C>
  static C apply(C x) {
    constexpr C big = sizeof(C) == 4 ? C(0x1p23) : C(0x1p52);
    C magnitude = std::fabs(x);
    C rounded = std::copysign((magnitude + big) - big, x);
    return magnitude < big ? rounded : x;
  }
};
struct Reciprocal : OnFloats {
  template <typename C>
  static C apply(C x) {
    return C(1) / x;
  }
};
struct Sqrt : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::sqrt(x);
  }
};
struct Exp : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::exp(x);
  }
};
struct Log : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::log(x);
  }
};
struct Erf : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::erf(x);
  }
};
struct Sin : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::sin(x);
  }
};
struct Cos : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::cos(x);
  }
};
struct Tanh : OnFloats {
  template <typename C>
  static C apply(C x) {
    return std::tanh(x);
  }
};
struct Sigmoid : OnFloats {
  /// Never overflows: the exponential is of a negative number.
  template <typename C>
  static C apply(C x) {
    C e = std::exp(-std::fabs(x));
    return x < C(0) ? e / (C(1) + e) : C(1) / (C(1) + e);
  }
};
struct BitwiseNot : OnIntegers {
  template <typename C>
  static C apply(C x) {
    return static_cast<C>(~x);
  }
};

} // namespace

static LogicalResult emitUndefined(Evaluation &evaluation) {
  return evaluation.op->emitOpError("is not defined on elements of ")
         << evaluation.input(0)->type.getElementType();
}

static LogicalResult requireOperand(Evaluation &evaluation) {
  if (evaluation.input(0))
    return success();
  return evaluation.op->emitOpError("lacks operand #0");
}

template <typename Fn>
static LogicalResult evaluateUnary(Evaluation &evaluation) {
  if (failed(requireOperand(evaluation)))
    return failure();
  const HostTensor &x = *evaluation.input(0);
  return dispatchElement(x.type.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = typename ComputeType<T>::type;
    if constexpr (!Fn::template defined<T>) {
      return emitUndefined(evaluation);
    } else {
      const T *in = x.values<T>().data();
      T *out = reinterpret_cast<T *>(evaluation.allocateOutput(x.type, {0}));
      forEachPiece(x.size(), [&](int64_t begin, int64_t end) {
        BITNET_INDEPENDENT_LOOP
        for (int64_t i = begin; i < end; ++i)
          out[i] = static_cast<T>(Fn::template apply<C>(static_cast<C>(in[i])));
      });
      return success();
    }
  });
}

/// IsNaN and IsInf.
template <typename Fn>
static LogicalResult evaluateTest(Evaluation &evaluation, Fn test) {
  if (failed(requireOperand(evaluation)))
    return failure();
  const HostTensor &x = *evaluation.input(0);
  return dispatchElement(x.type.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (!isFloatElement<T>) {
      return emitUndefined(evaluation);
    } else {
      ArrayRef<T> in = x.values<T>();
      char *out = evaluation.allocateOutput(RankedTensorType::get(
          x.shape(), IntegerType::get(evaluation.op->getContext(), 1)));
      for (auto [i, value] : llvm::enumerate(in))
        out[i] = test(static_cast<double>(value));
      return success();
    }
  });
}

static LogicalResult evaluateIsNaN(Evaluation &evaluation) {
  return evaluateTest(evaluation, [](double x) { return std::isnan(x); });
}

static LogicalResult evaluateIsInf(Evaluation &evaluation) {
  bool negative = evaluation.intAttr("detect_negative", 1) != 0;
  bool positive = evaluation.intAttr("detect_positive", 1) != 0;
  return evaluateTest(evaluation, [=](double x) {
    return std::isinf(x) && (x < 0 ? negative : positive);
  });
}

static LogicalResult evaluateNot(Evaluation &evaluation) {
  if (failed(requireOperand(evaluation)))
    return failure();
  const HostTensor &x = *evaluation.input(0);
  if (!x.type.getElementType().isInteger(1))
    return emitUndefined(evaluation);
  ArrayRef<uint8_t> in = x.values<uint8_t>();
  char *out = evaluation.allocateOutput(x.type, {0});
  for (auto [i, value] : llvm::enumerate(in))
    out[i] = value == 0;
  return success();
}

static LogicalResult evaluateIdentity(Evaluation &evaluation) {
  if (failed(requireOperand(evaluation)))
    return failure();
  evaluation.shareOutput(*evaluation.input(0), evaluation.input(0)->shape());
  return success();
}

static LogicalResult evaluateCheckSizes(Evaluation &evaluation) {
  if (failed(requireOperand(evaluation)))
    return failure();
  FailureOr<SmallVector<int64_t>> sizes = readInts(evaluation, 1);
  if (failed(sizes))
    return failure();
  ArrayRef<int64_t> shape = evaluation.input(0)->shape();
  auto axes = evaluation.op->getAttrOfType<DenseI64ArrayAttr>("axes");
  for (auto [axis, size] : llvm::zip_equal(axes.asArrayRef(), *sizes))
    if (shape[axis] != size)
      return evaluation.op->emitOpError("has size ")
             << shape[axis] << " at axis " << axis << ", expected " << size;
  evaluation.shareOutput(*evaluation.input(0), shape);
  return success();
}

Kernel bitnet::onnx::lookUpUnaryKernel(StringRef name) {
  return llvm::StringSwitch<Kernel>(name)
      .Case("Abs", evaluateUnary<Abs>)
      .Case("Neg", evaluateUnary<Neg>)
      .Case("Sign", evaluateUnary<Sign>)
      .Case("Relu", evaluateUnary<Relu>)
      .Case("Ceil", evaluateUnary<Ceil>)
      .Case("Floor", evaluateUnary<Floor>)
      .Case("Round", evaluateUnary<Round>)
      .Case("Reciprocal", evaluateUnary<Reciprocal>)
      .Case("Sqrt", evaluateUnary<Sqrt>)
      .Case("Exp", evaluateUnary<Exp>)
      .Case("Log", evaluateUnary<Log>)
      .Case("Erf", evaluateUnary<Erf>)
      .Case("Sin", evaluateUnary<Sin>)
      .Case("Cos", evaluateUnary<Cos>)
      .Case("Tanh", evaluateUnary<Tanh>)
      .Case("Sigmoid", evaluateUnary<Sigmoid>)
      .Case("BitwiseNot", evaluateUnary<BitwiseNot>)
      .Case("Not", evaluateNot)
      .Case("IsNaN", evaluateIsNaN)
      .Case("IsInf", evaluateIsInf)
      .Case("Identity", evaluateIdentity)
      .Case("CheckSizes", evaluateCheckSizes)
      .Default(nullptr);
}
