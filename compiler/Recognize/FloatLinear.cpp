#include "compiler/Recognize/FloatLinear.h"

#include "compiler/Recognize/Matchers.h"

#include "dialects/Onnx/Transforms/ElementTypes.h"
#include "dialects/Ternary/IR/TernaryOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

static constexpr int64_t kLanes = ternary::FloatLinearOp::kLanes;

/// `onnx.Constant` of what `fill` writes into zeroed memory.
static Value createConstant(OpBuilder &builder, Location loc,
                            RankedTensorType type, StringRef name,
                            function_ref<void(char *)> fill) {
  char *data;
  onnx::HostTensor tensor = onnx::HostTensor::allocate(type, data);
  std::memset(data, 0, tensor.bytes.size());
  fill(data);
  return createOnnx(builder, loc, "Constant", type, {},
                    builder.getNamedAttr("value", tensor.toAttr(name)));
}

/// The layout that ternary.float_linear describes.
static Value createPlanes(OpBuilder &builder, Location loc,
                          const TernaryWeights &weights) {
  int64_t blocks = llvm::divideCeil(weights.n, kLanes);
  auto type =
      RankedTensorType::get({blocks * weights.k * 4}, builder.getI8Type());
  return createConstant(builder, loc, type, "planes", [&](char *bytes) {
    for (int64_t row = 0; row < weights.n; ++row)
      for (int64_t k = 0; k < weights.k; ++k) {
        int64_t index = row * weights.k + k;
        int code = weights.codes[index / 4] >> (2 * (index % 4)) & 3;
        if (code == 1)
          continue;
        int64_t word = 2 * (row / kLanes * weights.k + k) + (code == 0);
        int64_t bit = row % kLanes;
        bytes[2 * word + bit / 8] |= char(1 << (bit % 8));
      }
  });
}

/// [groups, padded rows], in f16 where that holds every scale.
static Value createScales(OpBuilder &builder, Location loc,
                          const TernaryWeights &weights) {
  int64_t groups =
      weights.group ? llvm::divideCeil(weights.k, weights.group) : 1;
  int64_t padded = llvm::alignTo(weights.n, kLanes);
  bool narrow = llvm::all_of(weights.scales, [](float scale) {
    return float(onnx::Half(scale)) == scale;
  });
  Type element = narrow ? Type(builder.getF16Type()) : builder.getF32Type();
  auto type = RankedTensorType::get({groups, padded}, element);
  return createConstant(builder, loc, type, "scales", [&](char *bytes) {
    for (int64_t g = 0; g < groups; ++g)
      for (int64_t row = 0; row < weights.n; ++row) {
        bool single = weights.scales.size() == 1;
        float scale = weights.scales[single ? 0 : g * weights.n + row];
        int64_t at = g * padded + row;
        if (narrow)
          reinterpret_cast<onnx::Half *>(bytes)[at] = onnx::Half(scale);
        else
          reinterpret_cast<float *>(bytes)[at] = scale;
      }
  });
}

void bitnet::recognize::rewriteFloatLinear(const LinearOperands &linear,
                                           const TernaryWeights &weights,
                                           ArrayRef<float> bias) {
  OpBuilder builder(linear.op);
  Location loc = linear.op->getLoc();
  Type f32 = builder.getF32Type();
  Value input = castTo(builder, loc, linear.input, f32);
  Value planes = createPlanes(builder, loc, weights);
  Value scales = createScales(builder, loc, weights), addend;
  if (!bias.empty()) {
    auto type =
        RankedTensorType::get({int64_t(llvm::alignTo(weights.n, kLanes))}, f32);
    addend = createConstant(builder, loc, type, "bias", [&](char *bytes) {
      std::memcpy(bytes, bias.data(), bias.size() * sizeof(float));
    });
  }
  SmallVector<int64_t> shape(rankedType(input).getShape());
  shape.back() = weights.n;
  int64_t group = weights.group ? weights.group : weights.k;
  auto result = ternary::FloatLinearOp::create(
      builder, loc, RankedTensorType::get(shape, f32), input, planes, scales,
      addend, ValueRange(), Value(), builder.getI64IntegerAttr(weights.n),
      builder.getI64IntegerAttr(group));
  Value old = linear.op->getResult(0);
  replaceValue(old, castTo(builder, loc, result.getResult(), elementType(old)));
}
