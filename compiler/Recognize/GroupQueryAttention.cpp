#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Patterns.h"

#include "dialects/Onnx/Transforms/OpEmitter.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// Whether `value` depends on shapes and constants only. Then it is the same
/// for every entry of the batch.
static bool dependsOnShapesOnly(Value value) {
  llvm::SetVector<Value> seen;
  seen.insert(value);
  for (unsigned i = 0; i < seen.size(); ++i) {
    Operation *op = seen[i].getDefiningOp();
    // What a region depends on is not among the operands.
    if (!op || op->getNumRegions() != 0)
      return false;
    if (isOnnx(op, "Shape") || isOnnx(op, "Size") || isa<rt::PastLengthOp>(op))
      continue;
    seen.insert(op->operand_begin(), op->operand_end());
  }
  return true;
}

/// What of ms.GroupQueryAttention the rewrite does not know; null if nothing.
static const char *findUnknown(Operation *op) {
  for (unsigned index : {1u, 2u})
    if (!operandOrNull(op, index))
      return "has query, key and value in one operand";
  for (unsigned index = 1; index < 5; ++index)
    if (Value operand = operandOrNull(op, index);
        operand && elementType(operand) != elementType(op->getOperand(0)))
      return "has elements of several types";
  if (intAttr(op, "do_rotary", 0) != 0 &&
      (!operandOrNull(op, 7) || !operandOrNull(op, 8)))
    return "rotates without tables";
  return nullptr;
}

namespace {

/// ms.GroupQueryAttention -> rotary and onnx.Attention with the past.
struct RecognizeGroupQueryAttention : RewritePattern {
  RecognizeGroupQueryAttention(MLIRContext *context)
      : RewritePattern("onnx.ms.GroupQueryAttention", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    // Nothing else lowers the operator: what keeps it here is the user's error.
    if (const char *unknown = findUnknown(op))
      return op->emitOpError("cannot be compiled: it ") << unknown;
    int64_t heads = intAttr(op, "num_heads", 0);
    int64_t groups = intAttr(op, "kv_num_heads", 0);
    std::optional<int64_t> width = lastSize(op->getOperand(0));
    std::optional<int64_t> keyWidth = lastSize(op->getOperand(1));
    std::optional<int64_t> valueWidth = lastSize(op->getOperand(2));
    if (heads <= 0 || groups <= 0 || heads % groups != 0 || !width ||
        *width % heads != 0 || !valueWidth || *valueWidth % groups != 0 ||
        !keyWidth || *keyWidth != *width / heads * groups)
      return op->emitOpError(
          "cannot be compiled: its head sizes are not known");
    auto hasRank = [&](unsigned index, int64_t rank) {
      RankedTensorType type = rankedType(op->getOperand(index));
      return type && type.getRank() == rank;
    };
    if (!hasRank(0, 3) || !hasRank(1, 3) || !hasRank(2, 3))
      return op->emitOpError("cannot be compiled: its query, key or value has "
                             "no 3 axes");
    bool rotates = intAttr(op, "do_rotary", 0) != 0;
    if (rotates && (!hasRank(7, 2) || !hasRank(8, 2) ||
                    (operandOrNull(op, 9) && !hasRank(9, 2))))
      return op->emitOpError("cannot be compiled: its tables or positions of "
                             "the rotation have no 2 axes");

    onnx::OpEmitter emit(rewriter, op->getLoc());
    Value query = emit.splitHeads(op->getOperand(0), heads);
    Value key = emit.splitHeads(op->getOperand(1), groups);
    Value value = emit.splitHeads(op->getOperand(2), groups);
    if (rotates) {
      Value positions = operandOrNull(op, 9);
      if (!positions)
        positions = countPositions(op, query, emit);
      query = rotate(op, query, positions, emit);
      key = rotate(op, key, positions, emit);
    }
    if (!dependsOnShapesOnly(op->getOperand(5)))
      key = checkLengths(op, key, emit);
    attend(op, {query, key, value}, emit, rewriter);
    return success();
  }

  /// Number of keys before the step's, as a vector of one i64.
  static Value pastLength(Operation *op, onnx::OpEmitter &emit) {
    Value past = operandOrNull(op, 3);
    return past ? emit.sizeOf(past, 2) : emit.ints(0);
  }

  /// The positions of the step's tokens behind the past, [1, S].
  static Value countPositions(Operation *op, Value query,
                              onnx::OpEmitter &emit) {
    Value own = emit.count(emit.scalarSizeOf(query, 2));
    return emit.unsqueeze(emit.add(own, pastLength(op, emit)), {0});
  }

  /// `x` [B, H, S, D], turned by the rows of the tables at `positions`.
  static Value rotate(Operation *op, Value x, Value positions,
                      onnx::OpEmitter &emit) {
    Value cos = op->getOperand(7), sin = op->getOperand(8);
    int64_t size = rankedType(x).getDimSize(3);
    bool isWhole = lastSize(cos) == size / 2 && lastSize(sin) == size / 2;
    if (isWhole && intAttr(op, "rotary_interleaved", 0) == 0 &&
        isModelFloat(elementType(x)) && isModelFloat(elementType(cos)) &&
        isModelFloat(elementType(sin))) {
      Type f32 = emit.builder.getF32Type();
      Value wide = emit.cast(x, f32);
      Value y = transformer::RotaryOp::create(
                    emit.builder, emit.loc, wide.getType(), wide,
                    emit.cast(rowsAt(cos, positions, emit), f32),
                    emit.cast(rowsAt(sin, positions, emit), f32), ValueRange(),
                    Value(), UnitAttr())
                    .getResult();
      return emit.cast(y, elementType(x));
    }
    int64_t dim = lastSize(cos).value_or(0) * 2;
    // One row of positions serves all batch entries, but not in that op.
    return emit.make(
        "RotaryEmbedding",
        {x, squeezed(rowsAt(cos, positions, emit), emit),
         squeezed(rowsAt(sin, positions, emit), emit)},
        {emit.attr("interleaved", intAttr(op, "rotary_interleaved", 0)),
         emit.attr("rotary_embedding_dim", dim)});
  }

  /// Rows of a [P, D/2] table for positions [B, S], as [B, 1, S, D/2].
  static Value rowsAt(Value table, Value positions, onnx::OpEmitter &emit) {
    Value rows = emit.make("Gather", {table, positions}, emit.attr("axis", 0));
    return emit.unsqueeze(rows, {1});
  }

  static Value squeezed(Value rows, onnx::OpEmitter &emit) {
    return emit.make("Squeeze", rows,
                     emit.builder.getNamedAttr(
                         "axes", emit.builder.getDenseI64ArrayAttr(1)));
  }

  /// The operator takes new keys of shorter batch entries to other places; here
  /// all have one length.
  static Value checkLengths(Operation *op, Value key, onnx::OpEmitter &emit) {
    // SeqlensK is one less than the length.
    Value last = emit.sub(emit.add(pastLength(op, emit), emit.sizeOf(key, 2)),
                          emit.ints(1));
    return transformer::CheckLengthsOp::create(
        emit.builder, emit.loc, key.getType(), key, op->getOperand(5), last);
  }

  static void attend(Operation *op, ArrayRef<Value> inputs,
                     onnx::OpEmitter &emit, PatternRewriter &rewriter) {
    auto orNone = [&](unsigned index) {
      return emit.orNone(operandOrNull(op, index));
    };
    // Attention alone would take a bias of fewer keys for one that hides the
    // others.
    Value bias = operandOrNull(op, 10);
    if (bias) {
      Value total = emit.add(pastLength(op, emit), emit.sizeOf(inputs[1], 2));
      bias = emit.checkSizes(bias, {2, 3}, {emit.sizeOf(inputs[0], 2), total});
    }
    SmallVector<Value> operands(inputs);
    operands.append({emit.orNone(bias), orNone(3), orNone(4)});
    // The last W keys, the query's own among them.
    int64_t window = intAttr(op, "local_window_size", -1);
    SmallVector<NamedAttribute> attributes = {
        emit.attr("is_causal", 1),
        rewriter.getNamedAttr(kOneLengthAttr, rewriter.getUnitAttr()),
        emit.attr("left_window_size", window > 0 ? window - 1 : window),
        rewriter.getNamedAttr(
            "softcap", rewriter.getF32FloatAttr(floatAttr(op, "softcap", 0)))};
    if (float scale = floatAttr(op, "scale", 0); scale != 0)
      attributes.push_back(
          rewriter.getNamedAttr("scale", rewriter.getF32FloatAttr(scale)));
    SmallVector<Value> results =
        emit.makeAll("Attention", operands, 3, attributes);
    results.front() = emit.joinHeads(results.front());
    results.resize(op->getNumResults());
    onnx::replaceOp(rewriter, op, results);
  }
};

} // namespace

void bitnet::recognize::populateGroupQueryAttentionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<RecognizeGroupQueryAttention>(patterns.getContext());
}
