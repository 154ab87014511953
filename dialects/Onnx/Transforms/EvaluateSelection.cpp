#include "dialects/Onnx/Transforms/BroadcastLoop.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace bitnet::onnx;

//===-- Cast
//---------------------------------------------------------------===//

/// One element from one type to another.
template <typename To, typename From>
static To castElement(From from) {
  using C = typename ComputeType<From>::type;
  C value = static_cast<C>(from);
  if constexpr (std::is_same_v<To, Bool>) {
    return To(value != C(0));
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<C>) {
    return truncateToInteger<To>(value);
  } else if constexpr (std::is_same_v<To, Half> || std::is_same_v<To, BFloat>) {
    return To(static_cast<float>(value));
  } else {
    return static_cast<To>(value);
  }
}

/// The numbers of a tensor of floats of up to 8 bits, which f32 holds.
static HostTensor decodeByteFloats(const HostTensor &x) {
  auto element = cast<FloatType>(x.type.getElementType());
  unsigned width = element.getWidth();
  SmallVector<float> numbers;
  for (unsigned code = 0; code < 1u << width; ++code) {
    llvm::APFloat number(element.getFloatSemantics(), APInt(width, code));
    bool losesInfo;
    number.convert(llvm::APFloat::IEEEsingle(),
                   llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    numbers.push_back(number.convertToFloat());
  }
  char *data;
  HostTensor result = HostTensor::allocate(
      RankedTensorType::get(x.shape(), Float32Type::get(x.type.getContext())),
      data);
  for (auto [i, code] : llvm::enumerate(x.values<uint8_t>()))
    reinterpret_cast<float *>(data)[i] = numbers[code];
  return result;
}

static LogicalResult evaluateCast(Evaluation &evaluation) {
  if (!evaluation.input(0))
    return evaluation.op->emitOpError("lacks operand #0");
  Type given = evaluation.input(0)->type.getElementType();
  if (isa<FloatType>(given) && given.getIntOrFloatBitWidth() <= 8)
    evaluation.inputs[0] = decodeByteFloats(*evaluation.input(0));
  const HostTensor &x = *evaluation.input(0);
  Type from = x.type.getElementType();
  Type to = cast<RankedTensorType>(evaluation.op->getResult(0).getType())
                .getElementType();
  if (from == to) {
    evaluation.shareOutput(x, x.shape());
    return success();
  }
  auto type = RankedTensorType::get(x.shape(), to);
  dispatchElement(from, [&](auto fromTag) {
    dispatchElement(to, [&](auto toTag) {
      using From = typename decltype(fromTag)::type;
      using To = typename decltype(toTag)::type;
      const From *in = x.values<From>().data();
      To *out = reinterpret_cast<To *>(evaluation.allocateOutput(type, {0}));
      forEachPiece(x.size(), [&](int64_t begin, int64_t end) {
        BITNET_INDEPENDENT_LOOP
        for (int64_t i = begin; i < end; ++i)
          out[i] = castElement<To, From>(in[i]);
      });
    });
  });
  return success();
}

//===-- Clip
//---------------------------------------------------------------===//

static LogicalResult evaluateClip(Evaluation &evaluation) {
  if (!evaluation.input(0))
    return evaluation.op->emitOpError("lacks operand #0");
  const HostTensor &x = *evaluation.input(0);
  for (unsigned bound : {1, 2}) {
    const HostTensor *tensor = evaluation.input(bound);
    if (tensor && (tensor->size() != 1 ||
                   tensor->type.getElementType() != x.type.getElementType()))
      return evaluation.op->emitOpError("bound is ")
             << tensor->type << ", expected one element of "
             << x.type.getElementType();
  }
  return dispatchElement(
      x.type.getElementType(), [&](auto tag) -> LogicalResult {
        using T = typename decltype(tag)::type;
        using C = typename ComputeType<T>::type;
        if constexpr (std::is_same_v<T, Bool>) {
          return evaluation.op->emitOpError("is not defined on i1");
        } else {
          using Limits = std::numeric_limits<C>;
          C low = Limits::has_infinity ? -Limits::infinity() : Limits::min();
          C high = Limits::has_infinity ? Limits::infinity() : Limits::max();
          if (const HostTensor *min = evaluation.input(1))
            low = static_cast<C>(min->values<T>()[0]);
          if (const HostTensor *max = evaluation.input(2))
            high = static_cast<C>(max->values<T>()[0]);
          const T *in = x.values<T>().data();
          T *out =
              reinterpret_cast<T *>(evaluation.allocateOutput(x.type, {0}));
          forEachPiece(x.size(), [&](int64_t begin, int64_t end) {
            BITNET_INDEPENDENT_LOOP
            for (int64_t i = begin; i < end; ++i) {
              // NaN fails both comparisons and stays.
              C value = static_cast<C>(in[i]);
              value = value < low ? low : value;
              out[i] = static_cast<T>(value > high ? high : value);
            }
          });
          return success();
        }
      });
}

//===-- Where
//--------------------------------------------------------------===//

template <typename T>
static void runWhere(const BroadcastLoop<3> &loop, const uint8_t *condition,
                     const T *x, const T *y, T *out) {
  int64_t stepC = loop.step(0), stepX = loop.step(1), stepY = loop.step(2);
  loop.forEachRow(
      [&](std::array<int64_t, 3> offsets, int64_t at, int64_t length) {
        const uint8_t *c = condition + offsets[0];
        const T *a = x + offsets[1], *b = y + offsets[2];
        T *r = out + at;
        if (stepC == 1 && stepX == 1 && stepY == 1) {
          BITNET_INDEPENDENT_LOOP
          for (int64_t i = 0; i < length; ++i)
            r[i] = c[i] ? a[i] : b[i];
        } else {
          for (int64_t i = 0; i < length; ++i)
            r[i] = c[i * stepC] ? a[i * stepX] : b[i * stepY];
        }
      });
}

static LogicalResult evaluateWhere(Evaluation &evaluation) {
  const HostTensor *condition = evaluation.input(0), *x = evaluation.input(1),
                   *y = evaluation.input(2);
  if (!condition || !x || !y)
    return evaluation.op->emitOpError("lacks an operand");
  Type element = x->type.getElementType();
  if (!condition->type.getElementType().isInteger(1) ||
      element != y->type.getElementType())
    return evaluation.op->emitOpError("has operands ")
           << condition->type << ", " << x->type << " and " << y->type
           << ", expected i1 and two of one element type";
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShapes(evaluation, x->shape(), y->shape());
  if (succeeded(shape))
    shape = broadcastShapes(evaluation, condition->shape(), *shape);
  if (failed(shape))
    return failure();
  BroadcastLoop<3> loop(*shape, {condition->shape(), x->shape(), y->shape()});
  char *out =
      evaluation.allocateOutput(RankedTensorType::get(*shape, element), {1, 2});
  auto run = [&](auto tag) {
    using T = typename decltype(tag)::type;
    runWhere<T>(loop, condition->values<uint8_t>().data(),
                x->values<T>().data(), y->values<T>().data(),
                reinterpret_cast<T *>(out));
  };
  switch (hostElementBytes(element)) {
  case 1:
    run(TypeTag<uint8_t>());
    break;
  case 2:
    run(TypeTag<uint16_t>());
    break;
  case 4:
    run(TypeTag<uint32_t>());
    break;
  default:
    run(TypeTag<uint64_t>());
    break;
  }
  return success();
}

Kernel bitnet::onnx::lookUpSelectionKernel(StringRef name) {
  return llvm::StringSwitch<Kernel>(name)
      .Cases({"Cast", "CastLike"}, evaluateCast)
      .Case("Clip", evaluateClip)
      .Case("Where", evaluateWhere)
      .Default(nullptr);
}
