#include "compiler/Lab/Problem.h"
#include "dialects/Ternary/IR/Layout.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::lab;

/// xorshift64: 2^24 trits take some milliseconds.
static uint64_t nextRandom(uint64_t &state) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

/// Rows of one sign, for the largest sums that there are.
static void setCode(std::vector<uint8_t> &codes, int64_t index, unsigned code) {
  unsigned shift = 2 * (index % 4);
  codes[index / 4] = (codes[index / 4] & ~(3u << shift)) | code << shift;
}

Problem::Problem(int64_t n, int64_t k)
    : n(n), k(k), codes(ternary::getCodeBytes(n, k)) {
  uint64_t state = 0x9e3779b97f4a7c15u ^ uint64_t(n) << 24 ^ uint64_t(k);
  for (uint8_t &byte : codes) {
    // 81 equally likely values of four digits.
    uint64_t value = (nextRandom(state) >> 32) % 81;
    for (unsigned i = 0; i < 4; ++i, value /= 3)
      byte |= (value % 3) << (2 * i);
  }
  for (int64_t row = 0; row < std::min<int64_t>(n, 2); ++row)
    for (int64_t i = 0; i < k; ++i)
      setCode(codes, row * k + i, row == 0 ? 2 : 0);
  // Bits behind the last code are zero.
  for (int64_t i = n * k; i % 4 != 0; ++i)
    setCode(codes, i, 0);
}

std::vector<int8_t> Problem::makeActivations(int64_t m) const {
  uint64_t state = 0x2545f4914f6cdd1du ^ uint64_t(m);
  // A token alone has the extreme at about half of all sizes.
  bool isExtreme = uint64_t(n + 3 * k) * 0x9e3779b97f4a7c15u >> 63;
  int64_t least = m == 1 && isExtreme ? 0 : 1;
  std::vector<int8_t> activations(m * k);
  for (int64_t t = 0; t < m; ++t)
    for (int64_t i = 0; i < k; ++i)
      activations[t * k + i] = t % 5 == least ? -128
                               : t % 5 == 3   ? 127
                                              : int8_t(nextRandom(state) >> 56);
  return activations;
}

std::pair<int64_t, int64_t> Problem::findWrong(ArrayRef<int8_t> activations,
                                               ArrayRef<float> outputs,
                                               int64_t m) const {
  std::vector<int8_t> row(k);
  for (int64_t r = 0; r < n; ++r) {
    for (int64_t i = 0; i < k; ++i) {
      int64_t index = r * k + i;
      row[i] = int8_t((codes[index / 4] >> (2 * (index % 4))) & 3) - 1;
    }
    for (int64_t t = 0; t < m; ++t) {
      const int8_t *token = activations.data() + t * k;
      int32_t sum = 0;
      for (int64_t i = 0; i < k; ++i)
        sum += token[i] * row[i];
      if (outputs[t * n + r] != float(sum))
        return {t, r};
    }
  }
  return {-1, -1};
}

/// Sets what `choice` says as attributes for ternary-plan to keep.
static void setChoice(ternary::LinearOp op, const PlanRequest &choice) {
  MLIRContext *context = op.getContext();
  Builder builder(context);
  if (!choice.strategy.empty())
    op.setStrategy(*ternary::symbolizeStrategy(choice.strategy));
  if (!choice.layout.empty() && choice.rows) {
    op.setLayoutAttr(ternary::LayoutAttr::get(
        context, *ternary::symbolizeLayoutKind(choice.layout), choice.rows));
    op.setRowsOf(ArrayRef<int64_t>(op.getN(0)));
  }
  NamedAttrList tile;
  for (const auto &[name, value] : choice.tile)
    tile.set(name, builder.getI64IntegerAttr(value));
  if (!tile.empty())
    op.setTileAttr(tile.getDictionary(context));
}

OwningOpRef<ModuleOp> Problem::buildModule(MLIRContext &context,
                                           const PlanRequest &choice) const {
  context.loadDialect<func::FuncDialect, ternary::TernaryDialect>();
  Location loc = NameLoc::get(StringAttr::get(&context, "kernel"));
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder builder(module->getBodyRegion());
  auto tensor = [](ArrayRef<int64_t> shape, Type type) {
    return RankedTensorType::get(shape, type);
  };
  constexpr int64_t dynamic = ShapedType::kDynamic;
  Type f32 = builder.getF32Type(), i8 = builder.getI8Type();
  auto input = tensor({dynamic, k}, i8), scale = tensor({dynamic, 1}, f32);
  auto one = tensor({1}, f32), output = tensor({dynamic, n}, f32);
  auto main = func::FuncOp::create(
      builder, loc, "main",
      builder.getFunctionType({input, scale, one}, {output}));
  for (unsigned i = 0; i < 2; ++i)
    main.setArgAttr(i, "onnx.dims", builder.getStrArrayAttr({"tokens", ""}));
  constexpr StringLiteral names[] = {"codes", "scales", "scale"};
  for (auto [i, name] : llvm::enumerate(names))
    main.setArgAttr(i, "onnx.name", builder.getStringAttr(name));
  main.setResultAttr(0, "onnx.name", builder.getStringAttr("sums"));
  Block *body = main.addEntryBlock();
  builder.setInsertionPointToStart(body);

  auto bytes = tensor({int64_t(codes.size())}, i8);
  auto value = DenseResourceElementsAttr::get(
      bytes, "lab_weights",
      UnmanagedAsmResourceBlob::allocateInferAlign(ArrayRef<uint8_t>(codes)));
  auto trits = tensor({n, k}, ternary::TritType::get(&context));
  Value weights = ternary::ConstantOp::create(builder, loc, trits, value);
  auto linear = ternary::LinearOp::create(
      builder, loc, TypeRange(output), body->getArgument(0),
      body->getArgument(1), ValueRange(weights), body->getArgument(2),
      ValueRange(), ValueRange(), ternary::RescaleForm::MulMul,
      ternary::LayoutAttr(), DenseI64ArrayAttr(), ternary::StrategyAttr(),
      DictionaryAttr(), StringAttr(), IntegerAttr(), Value());
  func::ReturnOp::create(builder, loc, linear.getResults());
  setChoice(linear, choice);
  return module;
}
