//===- Roles.cpp - what graph inputs and outputs of a language model are
//---===//

#include "compiler/Recognize/LastPosition.h"
#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Passes.h"

#include "dialects/Onnx/IR/LastPosition.h"

#include "llvm/ADT/SetVector.h"

namespace bitnet::recognize {
#define GEN_PASS_DEF_RECOGNIZEROLESPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

namespace {

/// Where an integer input ends up, shapes left aside.
struct Reach {
  bool indexesTable = false; // rows of a constant float table enter the model
  bool hidden = false;       // norms, linear layers, queries, keys, values
  bool mask = false;         // masks of attention
  bool rotary = false;       // cos or sin of a rotary embedding
  bool counted = false;      // sums of it: a mask is counted into positions
  int64_t tableRows = 0;     // of the table that it indexes
};

} // namespace

/// Whether `op` gathers rows of a constant float matrix by `indices`.
static bool gathersRows(Operation *op, Value indices) {
  if (!isOnnx(op, "Gather") || intAttr(op, "axis", 0) != 0 ||
      op->getOperand(1) != indices)
    return false;
  RankedTensorType table = rankedType(op->getOperand(0));
  return table && table.getRank() == 2 &&
         isa<FloatType>(table.getElementType()) &&
         onnxDef(op->getOperand(0), "Constant");
}

/// Values that depend on a norm, a linear layer or attention.
static DenseSet<Value> hiddenValues(Block &block) {
  DenseSet<Value> hidden;
  auto isHidden = [&](Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    return dialect == "transformer" || dialect == "ternary" ||
           llvm::any_of(op->getOperands(), [&](Value operand) {
             return hidden.contains(operand);
           });
  };
  // What a region reads counts as its op's own.
  for (Operation &op : block)
    if (op.walk([&](Operation *inner) {
            return isHidden(inner) ? WalkResult::interrupt()
                                   : WalkResult::advance();
          }).wasInterrupted())
      hidden.insert(op.result_begin(), op.result_end());
  return hidden;
}

static Reach reachOf(Value argument, const DenseSet<Value> &hidden) {
  Reach reach;
  llvm::SetVector<Value> values;
  values.insert(argument);
  for (unsigned i = 0; i < values.size(); ++i) {
    for (OpOperand &use : values[i].getUses()) {
      Operation *op = use.getOwner();
      if (isOnnx(op, "Shape") || isOnnx(op, "Size"))
        continue;
      if (auto attention = dyn_cast<transformer::AttentionOp>(op)) {
        bool isMask = attention.getMask() == values[i];
        (isMask ? reach.mask : reach.hidden) = true;
        continue;
      }
      // Lengths of attention are as much of a mask as can be computed.
      if (auto check = dyn_cast<transformer::CheckLengthsOp>(op);
          check && check.getLengths() == values[i]) {
        reach.mask = true;
        continue;
      }
      if (isa<transformer::RotaryOp>(op)) {
        (use.getOperandNumber() > 0 ? reach.rotary : reach.hidden) = true;
        continue;
      }
      // A condition that guards attention's result selects, it does not feed.
      if (isOnnx(op, "Where") && use.getOperandNumber() == 0 &&
          (hidden.contains(op->getOperand(1)) ||
           hidden.contains(op->getOperand(2))))
        continue;
      StringRef dialect = op->getName().getDialectNamespace();
      if (dialect == "transformer" || dialect == "ternary") {
        reach.hidden = true;
        continue;
      }
      if (gathersRows(op, values[i])) {
        reach.indexesTable = true;
        reach.tableRows = rankedType(op->getOperand(0)).getDimSize(0);
      }
      reach.counted |= isOnnx(op, "CumSum");
      values.insert(op->result_begin(), op->result_end());
    }
  }
  return reach;
}

/// Rows of the constant table behind cos or sin; 0 if they are computed.
static int64_t tableRows(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isOnnx(op, "Constant")) {
      RankedTensorType type = rankedType(value);
      return type.getRank() == 2 ? type.getDimSize(0) : 0;
    }
    bool passes = isOnnx(op, "Slice") || isOnnx(op, "Gather") ||
                  isOnnx(op, "Unsqueeze") || isOnnx(op, "Reshape") ||
                  isOnnx(op, "Squeeze") || isOnnx(op, "Cast") ||
                  isOnnx(op, "Identity") || isa<tensor::CastOp>(op);
    if (!passes)
      return 0;
    value = op->getOperand(0);
  }
  return 0;
}

static bool isCast(Operation *op) {
  return isOnnx(op, "Cast") || isOnnx(op, "Identity");
}

/// Whether `value` is a constant number or, with `orVector`, a vector of them.
static bool isFactor(Value value, bool orVector) {
  RankedTensorType type = rankedType(value);
  return orVector ? onnxDef(value, "Constant") && type && type.getRank() <= 1
                  : scalarConstant(value).has_value();
}

static bool haveSameRank(Value a, Value b) {
  RankedTensorType first = rankedType(a), second = rankedType(b);
  return first && second && first.getRank() == second.getRank();
}

/// The logits that `op` scales or caps, or null.
static Value scaledLogits(Operation *op) {
  bool divides = isOnnx(op, "Div");
  if (isOnnx(op, "Tanh") || (divides && isFactor(op->getOperand(1), false) &&
                             haveSameRank(op->getOperand(0), op->getResult(0))))
    return op->getOperand(0);
  if (!isOnnx(op, "Mul"))
    return {};
  // A number of rank 3 makes a list of rows something else.
  for (unsigned x : {0, 1})
    if (isFactor(op->getOperand(1 - x), false) &&
        haveSameRank(op->getOperand(x), op->getResult(0)))
      return op->getOperand(x);
  return {};
}

/// What a norm, or a part of one, takes for each position on its own; null for
/// other ops.
static Value normInput(Operation *op) {
  if (isCast(op) || isa<transformer::RMSNormOp, transformer::LayerNormOp>(op))
    return op->getOperand(0);
  if (!isOnnx(op, "Mul"))
    return {};
  for (unsigned x : {0, 1})
    if (isFactor(op->getOperand(1 - x), true))
      return op->getOperand(x);
  return {};
}

namespace {

struct Head {
  Operation *op = nullptr; ///< the linear layer; null: there is none
  /// The graph gives the logits of the last position only.
  bool selectsLast = false;
  /// What the linear layer gives is scaled or capped.
  bool isScaled = false;
  /// Reshapes to [batch * seq, size], before the head and behind it.
  SmallVector<Operation *> flattens;
};

} // namespace

/// The tensor before `op`, which takes the last position or lists positions one
/// behind the other, or null.
static Value skipSelection(Operation *op, Head &head) {
  if (Value last = onnx::lastPositionOf(op)) {
    head.selectsLast = true;
    return last;
  }
  if (Value single = withoutPosition(op))
    return single;
  // Of rows of all positions, none is the last one of a text.
  Value flattened = head.selectsLast ? Value() : flattenedPositions(op);
  if (flattened)
    head.flattens.push_back(op);
  return flattened;
}

/// The linear layer that makes `logits` [batch, seq, vocabulary], or those of
/// the last position, [batch, vocabulary], or of all, [batch * seq,
/// vocabulary].
static Head findHead(Value logits) {
  RankedTensorType type = rankedType(logits);
  if (!type || (type.getRank() != 3 && type.getRank() != 2) ||
      type.isDynamicDim(type.getRank() - 1) ||
      !isa<FloatType>(type.getElementType()))
    return {};
  Head head;
  Value value = logits;
  while (Operation *op = value.getDefiningOp()) {
    if (isa<transformer::LinearOp, ternary::LinearOp, ternary::FloatLinearOp>(
            op)) {
      head.op = op;
      break;
    }
    Value next = isCast(op) ? op->getOperand(0) : skipSelection(op, head);
    if (!next) {
      next = scaledLogits(op);
      head.isScaled = true;
    }
    if (!next)
      return {};
    value = next;
  }
  if (!head.op || type.getRank() == 3)
    return head;
  // The position may be chosen before the head, too. Otherwise a row stands for
  // a text and not for a place in it.
  auto isFound = [&] { return head.selectsLast || !head.flattens.empty(); };
  value = head.op->getOperand(0);
  while (Operation *op = isFound() ? nullptr : value.getDefiningOp()) {
    Value next = skipSelection(op, head);
    value = next ? next : normInput(op);
    if (!value)
      return {};
  }
  return isFound() ? head : Head();
}

/// The first of the ops, up to the head, which only the head needs and which
/// work on each position on its own.
static Operation *firstOfHead(const Head &head) {
  Operation *first = head.op;
  while (Operation *before = first->getOperand(0).getDefiningOp()) {
    bool rowWise = isa<transformer::RMSNormOp, transformer::LayerNormOp,
                       ternary::QuantizeOp>(before) ||
                   llvm::is_contained(head.flattens, before);
    if (!rowWise || !llvm::all_of(before->getUsers(), [&](Operation *user) {
          return user == first;
        }))
      break;
    first = before;
  }
  return first;
}

/// Whether what is computed between `first` and `logits`, `first` included, is
/// read for the logits alone: other readers expect every position.
static bool isReadForLogitsAlone(Operation *first, Value logits) {
  llvm::SetVector<Operation *> chain;
  chain.insert(first);
  for (unsigned next = 0; next < chain.size(); ++next)
    for (Value result : chain[next]->getResults()) {
      if (result == logits)
        continue;
      for (Operation *user : result.getUsers()) {
        if (user->hasTrait<OpTrait::IsTerminator>())
          return false;
        chain.insert(user);
      }
    }
  return llvm::all_of(logits.getUsers(), [](Operation *user) {
    return user->hasTrait<OpTrait::IsTerminator>();
  });
}

/// Lets the head and the norm before it work on the positions asked for only.
/// Says whether they do.
static bool insertLastPositions(const Head &head, Value logits) {
  Operation *first = firstOfHead(head);
  Value hidden = first->getOperand(0);
  if (hidden.getDefiningOp<transformer::LastPositionsOp>())
    return true;
  RankedTensorType type = rankedType(hidden);
  // One position a step: nothing to skip.
  if (type.getRank() != 3 || !type.isDynamicDim(1) ||
      !type.getElementType().isF32() || !isReadForLogitsAlone(first, logits))
    return false;
  OpBuilder builder(first);
  first->setOperand(0, transformer::LastPositionsOp::create(
                           builder, head.op->getLoc(), type, hidden));
  // Those are fewer than a shape may say that the graph computes.
  for (Operation *flatten : head.flattens) {
    builder.setInsertionPoint(flatten);
    int64_t size = rankedType(flatten->getResult(0)).getDimSize(1);
    flatten->setOperand(1,
                        createIndices(builder, flatten->getLoc(), {-1, size}));
  }
  return true;
}

namespace {

struct RecognizeRolesPass
    : bitnet::recognize::impl::RecognizeRolesPassBase<RecognizeRolesPass> {
  void runOnOperation() override {
    module = getOperation();
    main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock() ||
        !recognizeTokens())
      return;
    spellLastPositions(main.getBody().front());
    recognizeOthers();
    recognizeLogits();
    recognizeContext();
  }

  void setRole(BlockArgument argument, StringRef role) {
    main.setArgAttr(argument.getArgNumber(), "bitnet.role",
                    StringAttr::get(&getContext(), role));
  }

  /// Whether some output has a number for each of `rows` tokens.
  bool hasLogitsOf(int64_t rows) {
    Operation *terminator = main.getBody().front().getTerminator();
    return llvm::any_of(terminator->getOperands(), [&](Value output) {
      return findHead(output).op &&
             rankedType(output).getShape().back() == rows;
    });
  }

  /// The integer input whose table rows are the hidden state: of several, the
  /// one whose table has a row for each of the logits, or the first.
  bool recognizeTokens() {
    DenseSet<Value> hidden = hiddenValues(main.getBody().front());
    for (BlockArgument argument : main.getArguments()) {
      // A function that is on memrefs already has other arguments.
      if (!isa<ShapedType>(argument.getType()))
        continue;
      auto type = dyn_cast<IntegerType>(elementType(argument));
      RankedTensorType shape = rankedType(argument);
      if (!type || type.getWidth() < 32 || !shape || shape.getRank() != 2)
        continue;
      Reach reach = reachOf(argument, hidden);
      reaches.push_back({argument, reach});
      bool entersHidden = reach.indexesTable && reach.hidden;
      if (entersHidden && (!tokens || (hasLogitsOf(reach.tableRows) &&
                                       !hasLogitsOf(vocabulary)))) {
        tokens = argument;
        vocabulary = reach.tableRows;
      }
    }
    if (!tokens)
      return false;
    if (!appendsTokens()) {
      main.emitWarning(
          "caches do not grow by the number of tokens: no session");
      return false;
    }
    setRole(tokens, "tokens");
    return true;
  }

  /// Whether a run appends as many entries to each cache as it has tokens.
  bool appendsTokens() {
    auto appended = module->getAttrOfType<DenseI64ArrayAttr>("bitnet.appended");
    if (!appended)
      return true;
    int64_t input = appended[0], number = appended[1];
    if (input < 0)
      return rankedType(tokens).getDimSize(1) == number;
    for (BlockArgument argument : main.getArguments()) {
      auto index = main.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(),
                                                      "bitnet.index");
      if (index ? index.getInt() == input : argument.getArgNumber() == input)
        return (argument == tokens && number == 1) ||
               (lengthName(tokens) &&
                axisName(argument, number) == lengthName(tokens));
    }
    return false;
  }

  Attribute axisName(BlockArgument argument, size_t axis) {
    auto dims =
        main.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), "onnx.dims");
    auto name = dims && axis < dims.size() ? dyn_cast<StringAttr>(dims[axis])
                                           : StringAttr();
    return name && !name.empty() ? name : Attribute();
  }

  Attribute lengthName(BlockArgument argument) {
    RankedTensorType type = rankedType(argument);
    return type && type.getRank() == 2 ? axisName(argument, 1) : Attribute();
  }

  /// Whether rows of a table are added to the tokens', or turn queries, by
  /// their places. Segments of a text index a table, too: the name alone tells.
  bool indexesPositions(BlockArgument argument, const Reach &reach) {
    auto name =
        main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "onnx.name");
    return reach.indexesTable && name &&
           name.getValue().contains_insensitive("position");
  }

  void recognizeOthers() {
    for (auto [argument, reach] : reaches) {
      if (argument == tokens)
        continue;
      // Positions may make a causal mask too, and a padding mask may be
      // counted into positions: the length tells them apart.
      // and, where axes have no names, that nobody counts positions.
      bool asLongAsTokens = lengthName(argument) == lengthName(tokens) &&
                            (lengthName(tokens) || !reach.counted);
      if (asLongAsTokens && indexesPositions(argument, reach)) {
        setRole(argument, "positions");
        positionRows = reach.tableRows;
      } else if (reach.hidden)
        continue;
      else if (reach.rotary && (!reach.mask || asLongAsTokens))
        setRole(argument, "positions");
      else if (reach.mask)
        setRole(argument, "attention_mask");
    }
  }

  void recognizeLogits() {
    Operation *terminator = main.getBody().front().getTerminator();
    for (OpOperand &use : terminator->getOpOperands()) {
      Head head = findHead(use.get());
      if (!head.op)
        continue;
      // Scores of other things than tokens may look like that, too.
      RankedTensorType type = rankedType(use.get());
      bool isOfTokens = (type.getRank() == 3 && !head.isScaled) ||
                        type.getShape().back() == vocabulary;
      if (!isOfTokens)
        continue;
      // A list of the logits of all positions is that of the last ones only
      // where the head makes no others.
      if (!insertLastPositions(head, use.get()) && !head.selectsLast &&
          !head.flattens.empty())
        continue;
      Builder builder(&getContext());
      main.setResultAttr(use.getOperandNumber(), "bitnet.role",
                         builder.getStringAttr("logits"));
      module->setAttr("bitnet.vocab_size",
                      builder.getI64IntegerAttr(type.getShape().back()));
      return;
    }
  }

  void recognizeContext() {
    int64_t rows = positionRows;
    main.walk([&](transformer::RotaryOp op) {
      for (Value table : {op.getCos(), op.getSin()})
        if (int64_t own = tableRows(table))
          rows = rows == 0 ? own : std::min(rows, own);
    });
    if (rows > 0)
      module->setAttr("bitnet.context_length",
                      Builder(&getContext()).getI64IntegerAttr(rows));
  }

  ModuleOp module;
  func::FuncOp main;
  BlockArgument tokens;
  /// Rows of the tables that tokens and positions index; 0: none.
  int64_t vocabulary = 0, positionRows = 0;
  SmallVector<std::pair<BlockArgument, Reach>> reaches;
};

} // namespace
