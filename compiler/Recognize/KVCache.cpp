//===- KVCache.cpp - past -> Concat -> present becomes session state ------===//

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Passes.h"
#include "compiler/Recognize/ShapeTracer.h"
#include "compiler/Recognize/StackedCaches.h"

#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/BitVector.h"

namespace bitnet::recognize {
#define GEN_PASS_DEF_RECOGNIZEKVCACHEPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;
using transformer::AttentionOp;

namespace {

/// Keys or values of one attention: Concat(past, fresh) along the length,
/// or what `steps` make of that. The Concat, or fresh itself, is a graph
/// output.
struct CachedOperand {
  Operation *concat = nullptr;
  BlockArgument past;
  Value fresh;
  unsigned output = 0; // position in the return
  /// What lies between the Concat and the attention, from there backwards: a
  /// Cast to f32, and a Transpose that swaps length and heads.
  SmallVector<Operation *, 2> steps;
  /// The Concat is of [batch, length, heads, head_dim], which a Transpose
  /// swaps, and not of [batch, heads, length, head_dim].
  bool lengthFirst = false;
  /// The graph output is `fresh`.
  bool isNewOnly = false;
  /// A run has to check that `fresh` is as long as the others'.
  bool checksLength = false;

  int64_t lengthAxis() const { return lengthFirst ? 1 : 2; }
  int64_t headsAxis() const { return lengthFirst ? 2 : 1; }
};

struct CachedAttention {
  AttentionOp op;
  CachedOperand key, value;
};

class KVCacheRecognizer {
public:
  explicit KVCacheRecognizer(func::FuncOp main)
      : main(main), module(main->getParentOfType<ModuleOp>()),
        terminator(main.getBody().front().getTerminator()) {}

  /// Whether there are caches, which are state then.
  bool run();
  /// Tells whoever expected a session why there is none.
  void warnOfInputs();

private:
  bool bypassConditions();
  void restoreConditions();
  bool areConditionsOf(ArrayRef<CachedAttention> all);
  bool looksCached(Value operand);
  std::optional<CachedOperand> matchOperand(Value operand, AttentionOp user);
  std::optional<SmallVector<CachedAttention>> matchAll();
  bool coversStacks(ArrayRef<CachedAttention> all,
                    const llvm::SmallDenseSet<BlockArgument> &pasts);
  StringRef dimName(BlockArgument argument, unsigned axis);
  bool findBatch(const CachedOperand &cached,
                 const llvm::SmallDenseSet<BlockArgument> &pasts);
  bool findAppended(MutableArrayRef<CachedAttention> all,
                    const llvm::SmallDenseSet<BlockArgument> &pasts);
  bool areSameSize(Dim a, Dim b);
  void describeSizes();
  Value sizeOf(OpBuilder &builder, Location loc, const CachedOperand &cached,
               int64_t axis, bool present);
  void replaceShape(Operation *shape, const CachedOperand &cached,
                    bool present);
  FlatSymbolRefAttr createCache(const CachedOperand &cached, StringRef name);
  void rewriteOperand(const CachedOperand &cached, OpOperand &use);

  func::FuncOp main;
  ModuleOp module;
  Operation *terminator;
  /// onnx.KeepIf ops that make pasts of arguments, and who reads them.
  SmallVector<std::pair<Operation *, SmallVector<OpOperand *>>> conditions;
  /// Where the batch size is read once the pasts are gone.
  BlockArgument batchSource;
  unsigned batchAxis = 0;
  /// Entries that a run appends to each cache.
  Dim appended = Dim::constant(0);
};

} // namespace

static bool swapsLength(Operation *op) {
  auto perm = isOnnx(op, "Transpose")
                  ? op->getAttrOfType<DenseI64ArrayAttr>("perm")
                  : DenseI64ArrayAttr();
  return perm && perm.asArrayRef() == ArrayRef<int64_t>{0, 2, 1, 3};
}

/// Whether `op` widens the floats of a cache for the attention.
static bool widens(Operation *op) {
  return isOnnx(op, "Cast") && elementType(op->getResult(0)).isF32() &&
         isModelFloat(elementType(op->getOperand(0)));
}

/// The Concat behind `operand` and the steps from there to it; no Concat where
/// there is none.
static CachedOperand traceConcat(Value operand) {
  CachedOperand cached;
  bool wide = false;
  for (Operation *op = operand.getDefiningOp(); op;
       op = op->getOperand(0).getDefiningOp()) {
    if (isOnnx(op, "Concat")) {
      cached.concat = op;
      break;
    }
    bool swaps = swapsLength(op);
    if ((swaps && cached.lengthFirst) || (!swaps && (wide || !widens(op))))
      break;
    (swaps ? cached.lengthFirst : wide) = true;
    cached.steps.push_back(op);
  }
  return cached;
}

/// Lets readers of pasts that an input empties (onnx.KeepIf) read the arguments
/// instead: the runtime does what the input says. False where it cannot.
bool KVCacheRecognizer::bypassConditions() {
  bool fits = true;
  Value condition;
  for (Operation &op : main.getBody().front()) {
    if (!isOnnx(&op, "KeepIf"))
      continue;
    Value past = op.getOperand(0), own = op.getOperand(1);
    fits &= isa<BlockArgument>(past) && isa<BlockArgument>(own) &&
            past.hasOneUse() && past.getType() == op.getResult(0).getType() &&
            (!condition || own == condition) && !op.use_empty();
    condition = own;
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : op.getResult(0).getUses())
      uses.push_back(&use);
    conditions.emplace_back(&op, uses);
  }
  if (!condition)
    return true;
  fits &= llvm::range_size(condition.getUses()) == conditions.size();
  if (!fits)
    return false;
  for (auto &[op, uses] : conditions) {
    for (OpOperand *use : uses)
      use->set(op->getOperand(0));
    op->setOperand(0, op->getResult(0));
  }
  return true;
}

void KVCacheRecognizer::restoreConditions() {
  for (auto &[op, uses] : conditions) {
    op->setOperand(0, uses.front()->get());
    for (OpOperand *use : uses)
      use->set(op->getResult(0));
  }
}

bool KVCacheRecognizer::looksCached(Value operand) {
  Operation *concat = traceConcat(operand).concat;
  auto past =
      concat ? dyn_cast<BlockArgument>(concat->getOperand(0)) : BlockArgument();
  // What a loop carries is no input of the graph.
  return past && past.getOwner() == &main.getBody().front();
}

StringRef KVCacheRecognizer::dimName(BlockArgument argument, unsigned axis) {
  auto dims =
      main.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), "onnx.dims");
  if (!dims || axis >= dims.size())
    return {};
  auto name = dyn_cast<StringAttr>(dims[axis]);
  return name ? name.getValue() : StringRef();
}

std::optional<CachedOperand> KVCacheRecognizer::matchOperand(Value operand,
                                                             AttentionOp user) {
  CachedOperand cached = traceConcat(operand);
  Operation *concat = cached.concat;
  if (!concat || concat->getNumOperands() != 2)
    return std::nullopt;
  cached.past = dyn_cast<BlockArgument>(concat->getOperand(0));
  cached.fresh = concat->getOperand(1);
  RankedTensorType type = rankedType(cached.past);
  RankedTensorType fresh = rankedType(cached.fresh);
  int64_t axis = intAttr(concat, "axis", 0), length = cached.lengthAxis();
  if (!cached.past || !type || type.getRank() != 4 ||
      (axis != length && axis != length - 4) ||
      !isModelFloat(type.getElementType()) || !type.isDynamicDim(length) ||
      !fresh || fresh.getRank() != 4 ||
      fresh.isDynamicDim(cached.headsAxis()) || fresh.isDynamicDim(3))
    return std::nullopt;
  // The Concat goes away: what else the attention reads must not be it, nor
  // may the new entries be the past.
  if (cached.fresh == cached.past || user.getQuery() == operand ||
      user.getMask() == operand)
    return std::nullopt;
  auto isShape = [](Operation *op) { return isOnnx(op, "Shape"); };
  for (Operation *reader : cached.past.getUsers())
    if (reader != concat && !isShape(reader))
      return std::nullopt;
  unsigned returned = 0;
  Operation *reader = cached.steps.empty() ? user : cached.steps.back();
  for (OpOperand &use : concat->getResult(0).getUses()) {
    if (use.getOwner() == terminator) {
      cached.output = use.getOperandNumber();
      ++returned;
    } else if (use.getOwner() != reader && !isShape(use.getOwner())) {
      return std::nullopt;
    }
  }
  if (returned == 0) {
    cached.isNewOnly = true;
    for (OpOperand &use : cached.fresh.getUses())
      if (use.getOwner() == terminator) {
        cached.output = use.getOperandNumber();
        ++returned;
      }
  }
  bool isOnlyReader = llvm::all_of(cached.steps, [](Operation *step) {
    return step->getResult(0).hasOneUse();
  });
  if (returned != 1 || !isOnlyReader)
    return std::nullopt;
  return cached;
}

/// All caches of the function, or nothing if one does not fit: a session has
/// one past length, so either all of them are state or none is.
std::optional<SmallVector<CachedAttention>> KVCacheRecognizer::matchAll() {
  SmallVector<CachedAttention> all;
  bool fits = true;
  main.walk([&](AttentionOp op) {
    if (!looksCached(op.getKey()) && !looksCached(op.getValue()))
      return;
    // The graph appends to a past whether or not a branch reads it.
    if (op->getBlock() != &main.getBody().front()) {
      fits = false;
      return;
    }
    std::optional<CachedOperand> key = matchOperand(op.getKey(), op);
    std::optional<CachedOperand> value = matchOperand(op.getValue(), op);
    if (key && value && key->past != value->past)
      all.push_back({op, *key, *value});
    else
      fits = false;
  });
  if (!fits || all.empty())
    return std::nullopt;
  llvm::SmallDenseSet<BlockArgument> pasts;
  for (const CachedAttention &attention : all)
    for (BlockArgument past : {attention.key.past, attention.value.past})
      if (!pasts.insert(past).second)
        return std::nullopt;
  if (!coversStacks(all, pasts) || !findBatch(all.front().key, pasts) ||
      !findAppended(all, pasts))
    return std::nullopt;
  return all;
}

/// Whether no part of a stack would stay an argument or a result.
bool KVCacheRecognizer::coversStacks(
    ArrayRef<CachedAttention> all,
    const llvm::SmallDenseSet<BlockArgument> &pasts) {
  llvm::SmallDenseSet<unsigned> outputs;
  for (const CachedAttention &attention : all)
    for (const CachedOperand &cached : {attention.key, attention.value})
      outputs.insert(cached.output);
  for (BlockArgument argument : main.getArguments())
    if (main.getArgAttr(argument.getArgNumber(), kPartAttr) &&
        !pasts.contains(argument))
      return false;
  for (unsigned i = 0, e = main.getNumResults(); i != e; ++i)
    if (main.getResultAttr(i, kPartAttr) && !outputs.contains(i))
      return false;
  return true;
}

/// Finds an argument that stays and whose axis is the past's batch: one of the
/// same name, or the one that the new entries' batch comes from.
bool KVCacheRecognizer::findBatch(
    const CachedOperand &cached,
    const llvm::SmallDenseSet<BlockArgument> &pasts) {
  if (!rankedType(cached.past).isDynamicDim(0))
    return true;
  StringRef name = dimName(cached.past, 0);
  for (BlockArgument argument : main.getArguments()) {
    RankedTensorType type = rankedType(argument);
    if (name.empty() || !type || pasts.contains(argument))
      continue;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (dimName(argument, axis) == name) {
        batchSource = argument;
        batchAxis = axis;
        return true;
      }
  }
  ShapeTracer tracer;
  Dim batch = tracer.sizeOf(cached.fresh, 0);
  auto argument = dyn_cast_or_null<BlockArgument>(batch.value);
  if (batch.kind != Dim::Kind::Axis || !argument || pasts.contains(argument))
    return false;
  batchSource = argument;
  batchAxis = batch.number;
  return true;
}

/// Whether two sizes are one: sizes of inputs of the same name are.
bool KVCacheRecognizer::areSameSize(Dim a, Dim b) {
  auto x = dyn_cast_or_null<BlockArgument>(a.value);
  auto y = dyn_cast_or_null<BlockArgument>(b.value);
  if (a == b || !x || !y)
    return a == b;
  StringRef name = dimName(x, a.number);
  return !name.empty() && name == dimName(y, b.number);
}

/// Finds the axis of an argument that stays, or the number, which says how many
/// entries a run appends: one for all, as there is one length of the past.
/// Behind a sum of layers a size is not always told: the run checks it then.
bool KVCacheRecognizer::findAppended(
    MutableArrayRef<CachedAttention> all,
    const llvm::SmallDenseSet<BlockArgument> &pasts) {
  ShapeTracer tracer;
  std::optional<Dim> common;
  bool checks = false;
  for (CachedAttention &attention : all)
    for (CachedOperand *cached : {&attention.key, &attention.value}) {
      Dim size = tracer.sizeOf(cached->fresh, cached->lengthAxis());
      auto argument = dyn_cast_or_null<BlockArgument>(size.value);
      bool isKnown = size.kind == Dim::Kind::Constant ||
                     (size.kind == Dim::Kind::Axis && argument &&
                      argument.getOwner() == &main.getBody().front() &&
                      !pasts.contains(argument));
      Operation *op = size.value ? size.value.getDefiningOp() : nullptr;
      if (size.kind == Dim::Kind::Axis && op &&
          op->hasTrait<onnx::Broadcasting>()) {
        checks = true;
        continue;
      }
      if (!isKnown || (common && !areSameSize(*common, size)))
        return false;
      common = size;
    }
  if (!common)
    return false;
  appended = *common;
  // Of all, that layers stay alike.
  for (CachedAttention &attention : all)
    attention.key.checksLength = attention.value.checksLength = checks;
  return true;
}

static Value axisSize(OpBuilder &builder, Location loc, Value tensor,
                      int64_t axis) {
  auto type = RankedTensorType::get({1}, builder.getI64Type());
  return createOnnx(
      builder, loc, "Shape", type, tensor,
      {builder.getNamedAttr("start", builder.getI64IntegerAttr(axis)),
       builder.getNamedAttr("end", builder.getI64IntegerAttr(axis + 1))});
}

/// The type of a cache. Heads and head size may be known of the new entries
/// only: Concat makes both equal.
static RankedTensorType cacheType(const CachedOperand &cached) {
  RankedTensorType past = rankedType(cached.past);
  RankedTensorType fresh = rankedType(cached.fresh);
  return RankedTensorType::get({past.getDimSize(0),
                                fresh.getDimSize(cached.headsAxis()),
                                ShapedType::kDynamic, fresh.getDimSize(3)},
                               past.getElementType());
}

/// The size of an axis of past or present without either.
Value KVCacheRecognizer::sizeOf(OpBuilder &builder, Location loc,
                                const CachedOperand &cached, int64_t axis,
                                bool present) {
  RankedTensorType cache = cacheType(cached);
  if (axis == 0 && cache.isDynamicDim(0))
    return axisSize(builder, loc, batchSource, batchAxis);
  if (axis != cached.lengthAxis())
    return createIndices(
        builder, loc, cache.getDimSize(axis == cached.headsAxis() ? 1 : axis));
  auto type = RankedTensorType::get({1}, builder.getI64Type());
  Value length = rt::PastLengthOp::create(builder, loc, type, Value());
  if (!present)
    return length;
  Value fresh = axisSize(builder, loc, cached.fresh, axis);
  return createOnnx(builder, loc, "Add", type, {length, fresh});
}

void KVCacheRecognizer::replaceShape(Operation *shape,
                                     const CachedOperand &cached,
                                     bool present) {
  OpBuilder builder(shape);
  Location loc = shape->getLoc();
  auto clamp = [](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + 4 : at, 0, 4);
  };
  SmallVector<Value> sizes;
  for (int64_t axis = clamp(intAttr(shape, "start", 0)),
               end = clamp(intAttr(shape, "end", 4));
       axis < end; ++axis)
    sizes.push_back(sizeOf(builder, loc, cached, axis, present));
  Value whole;
  if (sizes.empty())
    whole = createIndices(builder, loc, {});
  else if (sizes.size() == 1)
    whole = sizes.front();
  else
    whole = createOnnx(
        builder, loc, "Concat",
        RankedTensorType::get({int64_t(sizes.size())}, builder.getI64Type()),
        sizes, builder.getNamedAttr("axis", builder.getI64IntegerAttr(0)));
  replaceValue(shape->getResult(0), whole);
  shape->erase();
}

/// The number of the part that a value with `attributes` is, if it is one.
static DenseI64ArrayAttr partOf(DictionaryAttr attributes) {
  auto part =
      attributes ? attributes.getAs<IntegerAttr>(kPartAttr) : IntegerAttr();
  return part ? DenseI64ArrayAttr::get(part.getContext(), part.getInt())
              : DenseI64ArrayAttr();
}

/// The number of a graph input or output, by the attribute that remembers it.
static int64_t indexOf(IntegerAttr attr, unsigned fallback) {
  return attr ? attr.getInt() : fallback;
}

/// Says on the module which axes of graph inputs the runtime reads.
void KVCacheRecognizer::describeSizes() {
  Builder builder(module.getContext());
  auto describe = [&](StringRef name, BlockArgument argument, int64_t number) {
    int64_t input = -1;
    if (argument)
      input = indexOf(main.getArgAttrOfType<IntegerAttr>(
                          argument.getArgNumber(), "bitnet.index"),
                      argument.getArgNumber());
    module->setAttr(name, builder.getDenseI64ArrayAttr({input, number}));
  };
  describe("bitnet.appended", dyn_cast_or_null<BlockArgument>(appended.value),
           appended.number);
  if (batchSource)
    describe("bitnet.cache_batch", batchSource, batchAxis);
}

FlatSymbolRefAttr KVCacheRecognizer::createCache(const CachedOperand &cached,
                                                 StringRef name) {
  OpBuilder builder(module.getContext());
  unsigned input = cached.past.getArgNumber();
  auto nameOf = [&](Attribute attr) {
    return builder.getArrayAttr(attr ? attr : builder.getStringAttr(""));
  };
  auto cache = rt::KVCacheOp::create(
      builder, cached.concat->getLoc(), builder.getStringAttr(name),
      TypeAttr::get(cacheType(cached)),
      builder.getDenseI64ArrayAttr(indexOf(
          main.getArgAttrOfType<IntegerAttr>(input, "bitnet.index"), input)),
      builder.getDenseI64ArrayAttr(indexOf(
          main.getResultAttrOfType<IntegerAttr>(cached.output, "bitnet.index"),
          cached.output)),
      nameOf(main.getArgAttr(input, "onnx.name")),
      nameOf(main.getResultAttr(cached.output, "onnx.name")),
      cached.lengthFirst ? builder.getUnitAttr() : UnitAttr(),
      partOf(main.getArgAttrDict(input)),
      partOf(main.getResultAttrDict(cached.output)),
      cached.isNewOnly ? builder.getUnitAttr() : UnitAttr());
  // In front of the function, in the order of the layers.
  SymbolTable(module).insert(cache, Block::iterator(main));
  return FlatSymbolRefAttr::get(cache.getSymNameAttr());
}

void KVCacheRecognizer::rewriteOperand(const CachedOperand &cached,
                                       OpOperand &use) {
  Value operand = cached.fresh;
  if (cached.checksLength) {
    OpBuilder builder(cached.concat);
    Location loc = cached.concat->getLoc();
    Value size = appended.value
                     ? axisSize(builder, loc, appended.value, appended.number)
                     : createIndices(builder, loc, appended.number);
    operand = createOnnx(
        builder, loc, "CheckSizes", operand.getType(), {operand, size},
        builder.getNamedAttr(
            "axes", builder.getDenseI64ArrayAttr({cached.lengthAxis()})));
  }
  for (Operation *step : llvm::reverse(cached.steps)) {
    SmallVector<int64_t> shape(rankedType(operand).getShape());
    if (swapsLength(step))
      std::swap(shape[1], shape[2]);
    OpBuilder builder(step);
    operand = createOnnx(
        builder, step->getLoc(), step->getName().stripDialect(),
        RankedTensorType::get(shape, elementType(step->getResult(0))), operand,
        step->getAttrs());
  }
  use.set(operand);
  for (Operation *step : cached.steps)
    step->erase();
  for (auto [tensor, present] :
       {std::pair<Value, bool>(cached.past, false),
        std::pair<Value, bool>(cached.concat->getResult(0), true)})
    for (Operation *user : llvm::make_early_inc_range(tensor.getUsers()))
      if (isOnnx(user, "Shape"))
        replaceShape(user, cached, present);
}

/// An input that grows along an axis into a result stays an input: whoever
/// expected a session is told.
void KVCacheRecognizer::warnOfInputs() {
  for (Operation &op : main.getBody().front()) {
    auto past = isOnnx(&op, "Concat") && op.getNumOperands() == 2
                    ? dyn_cast<BlockArgument>(op.getOperand(0))
                    : BlockArgument();
    RankedTensorType type = rankedType(past);
    bool isReturned =
        past && llvm::is_contained(op.getResult(0).getUsers(), terminator);
    if (!isReturned || !type || type.getRank() != 4)
      continue;
    auto name =
        main.getArgAttrOfType<StringAttr>(past.getArgNumber(), "onnx.name");
    bool isRead = false;
    main.walk([&](AttentionOp attention) {
      isRead |=
          looksCached(attention.getKey()) || looksCached(attention.getValue());
    });
    op.emitWarning("input '")
        << (name ? name.getValue() : "")
        << "' grows by this Concat but is no cache of a session: "
        << (isRead ? "not all such inputs are keys or values whose "
                     "length is dynamic and that one attention alone reads"
                   : "no attention that was recognised reads it");
    return;
  }
}

/// Whether there is no condition, or one that empties all pasts and nothing
/// else, each along its length.
bool KVCacheRecognizer::areConditionsOf(ArrayRef<CachedAttention> all) {
  llvm::SmallDenseMap<Value, int64_t> lengths;
  for (const CachedAttention &attention : all)
    for (const CachedOperand &cached : {attention.key, attention.value})
      lengths[cached.past] = cached.lengthAxis();
  for (auto &[op, uses] : conditions) {
    auto found = lengths.find(uses.front()->get());
    if (found == lengths.end() || found->second != intAttr(op, "axis", 0))
      return false;
  }
  return conditions.empty() || conditions.size() == lengths.size();
}

bool KVCacheRecognizer::run() {
  if (!bypassConditions())
    return false;
  std::optional<SmallVector<CachedAttention>> all = matchAll();
  if (!all || !areConditionsOf(*all)) {
    restoreConditions();
    return false;
  }
  for (auto &[op, uses] : conditions) {
    auto condition = cast<BlockArgument>(op->getOperand(1));
    main.setArgAttr(condition.getArgNumber(), "bitnet.role",
                    StringAttr::get(module.getContext(), "use_past"));
    op->dropAllReferences();
    op->erase();
  }
  describeSizes();
  llvm::BitVector arguments(main.getNumArguments());
  llvm::BitVector results(main.getNumResults());
  for (CachedAttention &attention : *all) {
    attention.op.setKeyCacheAttr(createCache(attention.key, "keys"));
    attention.op.setValueCacheAttr(createCache(attention.value, "values"));
    rewriteOperand(attention.key, attention.op.getKeyMutable());
    rewriteOperand(attention.value, attention.op.getValueMutable());
    for (const CachedOperand &cached : {attention.key, attention.value}) {
      arguments.set(cached.past.getArgNumber());
      results.set(cached.output);
    }
  }
  terminator->eraseOperands(results);
  for (const CachedAttention &attention : *all)
    for (const CachedOperand &cached : {attention.key, attention.value})
      cached.concat->erase();
  (void)main.eraseArguments(arguments);
  (void)main.eraseResults(results);
  return true;
}

namespace {

struct RecognizeKVCachePass
    : bitnet::recognize::impl::RecognizeKVCachePassBase<RecognizeKVCachePass> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock())
      return;
    if (hasStackedCaches(main))
      return recognizeStacks(main);
    KVCacheRecognizer recognizer(main);
    if (!recognizer.run())
      recognizer.warnOfInputs();
  }

  /// Tries what becomes of the function if each part of a stack is an argument;
  /// without caches the stacks stay.
  void recognizeStacks(func::FuncOp main) {
    std::string name = main.getSymName().str();
    auto unstacked = main.clone();
    unstacked.setSymName("unstacked");
    SymbolTable(getOperation())
        .insert(unstacked, std::next(Block::iterator(main)));
    unstackCaches(unstacked);
    if (KVCacheRecognizer(unstacked).run()) {
      main.erase();
      unstacked.setSymName(name);
      return;
    }
    unstacked.erase();
    main.emitWarning("an input that holds several keys and values is no cache "
                     "of a session: not all of its parts are those of one "
                     "attention each, with a dynamic length");
  }
};

} // namespace
