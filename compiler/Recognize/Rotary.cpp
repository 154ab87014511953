#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Patterns.h"
#include "compiler/Recognize/ShapeTracer.h"

#include "dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

static bool isLastAxis(int64_t axis, Value of) {
  return axis == -1 || axis == rankedType(of).getRank() - 1;
}

/// The tensor of which `value` is the first (`half` = 0) or second half of the
/// last axis, as Slice or Split; null otherwise.
static Value halfOf(Value value, int half, ShapeTracer &tracer) {
  value = skipNoOps(value);
  if (Operation *split = onnxDef(value, "Split")) {
    Value source = split->getOperand(0);
    std::optional<int64_t> size = lastSize(source);
    bool equal = size && lastSize(split->getResult(0)) == *size / 2;
    if (split->getNumResults() != 2 || !equal ||
        !isLastAxis(intAttr(split, "axis", 0), source) ||
        value != split->getResult(half))
      return {};
    return skipNoOps(source);
  }
  Operation *slice = onnxDef(value, "Slice");
  std::optional<int64_t> size =
      slice ? lastSize(slice->getOperand(0)) : std::nullopt;
  if (!size || *size % 2 != 0)
    return {};
  auto number = [&](unsigned index) -> std::optional<int64_t> {
    Value operand = operandOrNull(slice, index);
    std::optional<SmallVector<int64_t>> values =
        operand ? tracer.constants(operand) : std::nullopt;
    return values && values->size() == 1 ? std::optional<int64_t>((*values)[0])
                                         : std::nullopt;
  };
  std::optional<int64_t> start = number(1), end = number(2), axis = number(3);
  bool unitStep = !operandOrNull(slice, 4) || number(4) == 1;
  if (!start || !end || !axis || !unitStep ||
      !isLastAxis(*axis, slice->getOperand(0)))
    return {};
  int64_t middle = *size / 2;
  int64_t from = *start < 0 ? *start + *size : *start;
  int64_t to = std::min(*end < 0 ? *end + *size : *end, *size);
  bool matches =
      half == 0 ? from == 0 && to == middle : from == middle && to == *size;
  return matches ? skipNoOps(slice->getOperand(0)) : Value();
}

/// x of concat(-x[D/2:], x[:D/2]).
static Value rotatedBase(Value value, ShapeTracer &tracer) {
  Operation *concat = onnxDef(skipNoOps(value), "Concat");
  if (!concat || concat->getNumOperands() != 2 ||
      !isLastAxis(intAttr(concat, "axis", 0), concat->getResult(0)))
    return {};
  Operation *neg = onnxDef(skipNoOps(concat->getOperand(0)), "Neg");
  Value base = neg ? halfOf(neg->getOperand(0), 1, tracer) : Value();
  return base && halfOf(concat->getOperand(1), 0, tracer) == base ? base
                                                                  : Value();
}

/// Whether `table` broadcasts to x without making it larger, as (C1) of the
/// op wants.
static bool isTable(Value table, Value x) {
  RankedTensorType type = rankedType(table), input = rankedType(x);
  return type && type.getRank() >= 2 && type.getRank() <= 4 &&
         isModelFloat(elementType(table)) &&
         type.getShape().back() == input.getShape().back();
}

namespace {

/// x * cos + rotate_half(x) * sin. In f16 and bf16, too, it is computed in f32
/// and rounded at its end.
struct RecognizeRotary : RewritePattern {
  RecognizeRotary(MLIRContext *context)
      : RewritePattern("onnx.Add", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    ShapeTracer tracer;
    Value x, cos, sin;
    auto matchTerms = [&](Value plain, Value rotated) {
      bool found = matchCommutative(rotated, "Mul", [&](Value r, Value table) {
        x = rotatedBase(r, tracer);
        sin = table;
        return x != Value();
      });
      return found && matchCommutative(plain, "Mul", [&](Value a, Value table) {
               cos = table;
               return a == x;
             });
    };
    if (!matchCommutative(op->getResult(0), "Add", matchTerms))
      return rewriter.notifyMatchFailure(
          op, "is not x * cos + concat(-x2, x1) * sin");
    RankedTensorType type = rankedType(x);
    if (type.getRank() != 4 || !isModelFloat(elementType(x)) ||
        op->getResult(0).getType() != type)
      return rewriter.notifyMatchFailure(op, "x is no float of rank 4");
    if (!isTable(cos, x) || !isTable(sin, x))
      return rewriter.notifyMatchFailure(
          op, "cos or sin has no rank of 2 to 4 or another last axis");
    Location loc = op->getLoc();
    Type f32 = rewriter.getF32Type();
    Value wide = castTo(rewriter, loc, x, f32);
    Value y = transformer::RotaryOp::create(rewriter, loc, wide.getType(), wide,
                                            castTo(rewriter, loc, cos, f32),
                                            castTo(rewriter, loc, sin, f32),
                                            ValueRange(), Value(), UnitAttr())
                  .getResult();
    rewriter.replaceOp(op, castTo(rewriter, loc, y, elementType(x)));
    return success();
  }
};

} // namespace

void bitnet::recognize::populateRotaryPatterns(RewritePatternSet &patterns) {
  patterns.add<RecognizeRotary>(patterns.getContext());
}
