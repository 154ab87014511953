#include "dialects/Onnx/IR/OnnxControl.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

#include <cmath>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

/// One LinearAttention as a loop over the tokens, which carries the state.
/// Query heads of one key/value head are rows of one matrix.
class LinearAttentionEmitter {
public:
  LinearAttentionEmitter(LinearAttentionOp op, PatternRewriter &rewriter)
      : op(op), emit(rewriter, op.getLoc()), wide(getWide(op.getQuery())),
        heads(op.getKvNumHeads()), group(op.getQNumHeads() / heads),
        keySize(typeOf(op.getKey()).getDimSize(2) / heads),
        size(typeOf(op.getValue()).getDimSize(2) / heads),
        batch(emit.sizeOf(op.getQuery(), 0)),
        length(emit.sizeOf(op.getQuery(), 1)) {}

  /// Values for the op's results.
  SmallVector<Value> run();

private:
  Value tokens(Value x, int64_t rows, int64_t columns);
  Value firstState();
  SmallVector<Value> update(Value token, Value state);

  LinearAttentionOp op;
  OpEmitter emit;
  /// What is computed in.
  Type wide;
  /// Key/value heads, query heads of each, features of keys and of values.
  int64_t heads, group, keySize, size;
  Value batch, length;
  /// [B, S, H, rows, columns]; decay and beta are null where the rule has none.
  Value queries, keys, values, decays, betas;
};

} // namespace

/// [B, S, H * rows * columns], where H may be 1, as [B, S, H, rows, columns].
Value LinearAttentionEmitter::tokens(Value x, int64_t rows, int64_t columns) {
  int64_t own = typeOf(x).getDimSize(2) / (rows * columns);
  x = emit.cast(emit.checkSizes(x, {0, 1}, {batch, length}), wide);
  return emit.reshape(x, {0, 0, own, rows, columns});
}

Value LinearAttentionEmitter::firstState() {
  if (Value past = op.getPastState())
    return emit.cast(emit.checkSizes(past, 0, batch), wide);
  Value shape = emit.concat({batch, emit.ints({heads, keySize, size})}, 0);
  return emit.make("Expand", {emit.scalar(wide, 0), shape});
}

/// The state after the token of number `token`, and what it gives the queries.
SmallVector<Value> LinearAttentionEmitter::update(Value token, Value state) {
  auto pick = [&](Value of) {
    return emit.make("Gather", {of, token}, emit.attr("axis", 1));
  };
  if (decays)
    state = emit.mul(state, pick(decays));
  Value key = pick(keys), value = pick(values);
  if (betas)
    value = emit.mul(pick(betas),
                     emit.sub(value, emit.make("MatMul", {key, state})));
  Value column = emit.reshape(key, {0, 0, keySize, 1});
  state = emit.add(state, emit.mul(column, value));
  return {state, emit.make("MatMul", {pick(queries), state})};
}

SmallVector<Value> LinearAttentionEmitter::run() {
  queries = tokens(op.getQuery(), group, keySize);
  keys = tokens(op.getKey(), 1, keySize);
  values = tokens(op.getValue(), 1, size);
  if (Value decay = op.getDecay()) {
    bool isOfHeads = typeOf(decay).getDimSize(2) == heads;
    decays = emit.make("Exp", tokens(decay, isOfHeads ? 1 : keySize, 1));
  }
  if (Value beta = op.getBeta())
    betas = tokens(beta, 1, 1);

  Value init = firstState();
  OpBuilder &builder = emit.builder;
  int64_t steps = typeOf(op.getQuery()).getDimSize(1);
  int64_t entries = typeOf(op.getPresent()).getDimSize(0);
  auto shown =
      RankedTensorType::get({steps, entries, heads, group, size}, wide);
  auto loop =
      LoopOp::create(builder, emit.loc, TypeRange{init.getType(), shown},
                     ValueRange{length, emit.orNone(Value()), init});
  {
    OpBuilder::InsertionGuard guard(builder);
    Type head[] = {RankedTensorType::get({}, builder.getI64Type()),
                   RankedTensorType::get({}, builder.getI1Type()),
                   init.getType()};
    Block *body = builder.createBlock(&loop.getBody(), {}, head,
                                      SmallVector<Location>(3, emit.loc));
    SmallVector<Value> next =
        update(body->getArgument(0), body->getArgument(2));
    YieldOp::create(builder, emit.loc,
                    ValueRange{body->getArgument(1), next[0], next[1]});
  }

  // Sizes are those of Query, which the loop does not tell.
  Value y = emit.transpose(loop.getResult(1), {1, 0, 2, 3, 4});
  y = emit.reshapeTo(y, {batch, length, emit.ints(heads * group * size)});
  double scale = op.getScale().convertToDouble();
  scale = scale == 0 ? 1 / std::sqrt(double(keySize)) : scale;
  y = emit.mul(y, emit.scalar(wide, scale));
  Type element = typeOf(op.getQuery()).getElementType();
  Type stateElement = typeOf(op.getPresent()).getElementType();
  return {emit.cast(y, element), emit.cast(loop.getResult(0), stateElement)};
}

namespace {

struct DecomposeLinearAttention : OpRewritePattern<LinearAttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LinearAttentionOp op,
                                PatternRewriter &rewriter) const override {
    replaceOp(rewriter, op, LinearAttentionEmitter(op, rewriter).run());
    return success();
  }
};

} // namespace

void bitnet::onnx::populateDecomposeLinearAttentionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeLinearAttention>(patterns.getContext());
}
