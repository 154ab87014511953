#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"
#include "dialects/Transformer/Transforms/Globals.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace bitnet::transformer {
#define GEN_PASS_DEF_ROLLLAYERSPASS
#include "dialects/Transformer/Transforms/Passes.h.inc"
} // namespace bitnet::transformer

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {

//===- The sequence of ops that repetitions are looked for in
//--------------===//

/// Ops that start the layers' part of a graph: what depends on none of them is
/// shared by the layers.
bool startsLayers(Operation *op) {
  return isa<ternary::QuantizeOp, ternary::LinearOp, ternary::FloatLinearOp,
             RMSNormOp, LayerNormOp, LinearOp, AttentionOp>(op);
}

/// Splits `block` into what no layer feeds, moved to its start, and the rest,
/// which is returned; both keep their order.
SmallVector<Operation *> separateLayers(Block &block) {
  llvm::SmallPtrSet<Operation *, 32> fed;
  SmallVector<Operation *> layers, others;
  for (Operation &op : block.without_terminator()) {
    bool isFed = startsLayers(&op);
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (Operation *producer = operand.getDefiningOp())
          isFed |= fed.contains(block.findAncestorOpInBlock(*producer));
    });
    if (isFed)
      fed.insert(&op);
    (isFed ? layers : others).push_back(&op);
  }
  for (Operation *op : llvm::reverse(others))
    op->moveBefore(&block, block.begin());
  return layers;
}

bool namesCaches(Operation *op) {
  auto attention = dyn_cast<AttentionOp>(op);
  return attention && attention.getKeyCache().has_value();
}

/// The attributes that equal ops of two layers share: names and values in
/// turns, without the caches.
SmallVector<Attribute> sharedAttributes(Operation *op) {
  SmallVector<Attribute> attributes;
  for (NamedAttribute attr : op->getAttrDictionary()) {
    if (namesCaches(op) &&
        (attr.getName() == "key_cache" || attr.getName() == "value_cache"))
      continue;
    attributes.push_back(attr.getName());
    attributes.push_back(attr.getValue());
  }
  return attributes;
}

/// Whether `a` and `b` may be the same op of two layers. An op with regions (a
/// loop that is rolled already) equals only itself.
bool isSameOp(Operation *a, Operation *b) {
  return a->getName() == b->getName() && namesCaches(a) == namesCaches(b) &&
         (a == b || (a->getNumRegions() == 0 && b->getNumRegions() == 0)) &&
         a->getResultTypes() == b->getResultTypes() &&
         a->getNumOperands() == b->getNumOperands() &&
         sharedAttributes(a) == sharedAttributes(b);
}

/// Equal for ops of which isSameOp holds; seldom for others.
llvm::hash_code fingerprint(Operation *op) {
  SmallVector<Attribute> attributes = sharedAttributes(op);
  llvm::hash_code hash = llvm::hash_combine(
      op->getName(),
      llvm::hash_combine_range(attributes.begin(), attributes.end()),
      op->getNumOperands());
  for (Type type : op->getResultTypes())
    hash = llvm::hash_combine(hash, type);
  return op->getNumRegions() ? llvm::hash_combine(hash, op) : hash;
}

//===- A repetition and what flows through it
//------------------------------===//

/// Where a layer's op takes an operand from.
struct Source {
  enum Kind { Internal, Carried, Shared, Parameter } kind;
  unsigned position =
      0; ///< of the producing op in the layer, or the iteration argument
  unsigned result = 0;
  SmallVector<ElementsAttr> values; ///< of a parameter, one for each layer
};

/// An iteration argument: the value before the first layer and the layer's
/// result that is the next one.
struct Carried {
  Value initial;
  unsigned position, result;
  bool operator==(const Carried &other) const {
    return initial == other.initial && position == other.position &&
           result == other.result;
  }
};

class Repetition {
public:
  Repetition(ArrayRef<Operation *> sequence, unsigned start, unsigned period,
             unsigned layers)
      : ops(sequence.slice(start, period * layers)), period(period),
        layers(layers) {
    for (auto [index, op] : llvm::enumerate(ops))
      positions[op] = index;
  }

  /// Whether the layers can be one loop body; fills what the loop needs.
  bool analyze(const SymbolTable &symbols);
  unsigned numCarried() const { return carried.size(); }
  unsigned numOps() const { return ops.size(); }
  void rewrite(ModuleOp module, GlobalTable &globals);

private:
  Operation *at(unsigned layer, unsigned position) const {
    return ops[layer * period + position];
  }
  std::optional<Source> classify(unsigned position, unsigned operand);
  std::optional<Source> classifyCarried(ArrayRef<Value> values);
  bool usesAreInside() const;
  bool isWorthIt() const;
  bool layersAreEqual(const SymbolTable &symbols) const;
  void mergeCaches(ModuleOp module);

  ArrayRef<Operation *> ops;
  unsigned period, layers;
  llvm::DenseMap<Operation *, unsigned> positions;
  SmallVector<Carried> carried;
  SmallVector<SmallVector<Source>> sources; ///< [position][operand]
};

std::optional<Source> Repetition::classifyCarried(ArrayRef<Value> values) {
  auto next = dyn_cast<OpResult>(values[1]);
  auto found = next ? positions.find(next.getOwner()) : positions.end();
  if (found == positions.end() || found->second >= period)
    return std::nullopt;
  if (Operation *op = values[0].getDefiningOp(); op && positions.contains(op))
    return std::nullopt;
  Carried flow{values[0], found->second, next.getResultNumber()};
  for (unsigned layer = 1; layer < layers; ++layer)
    if (values[layer] != at(layer - 1, flow.position)->getResult(flow.result))
      return std::nullopt;
  auto *known = llvm::find(carried, flow);
  unsigned index = known - carried.begin();
  if (known == carried.end())
    carried.push_back(flow);
  return Source{Source::Carried, index, 0, {}};
}

std::optional<Source> Repetition::classify(unsigned position,
                                           unsigned operand) {
  SmallVector<Value> values;
  for (unsigned layer = 0; layer < layers; ++layer)
    values.push_back(at(layer, position)->getOperand(operand));

  auto first = dyn_cast<OpResult>(values[0]);
  auto producer = first ? positions.find(first.getOwner()) : positions.end();
  if (producer != positions.end() && producer->second < period) {
    unsigned from = producer->second, result = first.getResultNumber();
    for (unsigned layer = 1; layer < layers; ++layer)
      if (values[layer] != at(layer, from)->getResult(result))
        return std::nullopt;
    return Source{Source::Internal, from, result, {}};
  }
  if (llvm::all_equal(values))
    return producer == positions.end()
               ? std::optional<Source>(Source{Source::Shared, 0, 0, {}})
               : std::nullopt;
  Source parameter{Source::Parameter, 0, 0, {}};
  for (Value value : values)
    if (ElementsAttr elements = getConstantElements(value.getDefiningOp()))
      parameter.values.push_back(elements);
  if (parameter.values.size() == layers &&
      llvm::all_equal(
          llvm::map_range(values, [](Value v) { return v.getType(); })) &&
      llvm::all_equal(llvm::map_range(
          parameter.values, [](ElementsAttr attr) { return attr.getType(); })))
    return parameter;
  return classifyCarried(values);
}

/// Only the next layer reads a layer's results, and after the last layer only
/// what is carried.
bool Repetition::usesAreInside() const {
  for (auto [index, op] : llvm::enumerate(ops)) {
    unsigned layer = index / period, position = index % period;
    for (OpResult result : op->getResults()) {
      bool isCarried = llvm::any_of(carried, [&](const Carried &flow) {
        return flow.position == position &&
               flow.result == result.getResultNumber();
      });
      for (Operation *user : result.getUsers()) {
        auto found = positions.find(user);
        if (found != positions.end()) {
          unsigned where = found->second / period;
          if (where != layer && !(isCarried && where == layer + 1))
            return false;
        } else if (!isCarried || layer + 1 != layers) {
          return false;
        }
      }
    }
  }
  return true;
}

/// A decoder layer mixes or projects; a run of equal elementwise ops is none.
bool Repetition::isWorthIt() const {
  unsigned weight = 0;
  for (Operation *op : ops.take_front(period))
    weight += isa<AttentionOp>(op) ? 2 : isa<ternary::LinearOp, LinearOp>(op);
  return weight >= 2 && !carried.empty();
}

/// Whether the layers have the same ops and caches of the same types.
bool Repetition::layersAreEqual(const SymbolTable &symbols) const {
  auto areAlike = [&](StringRef name, StringRef other) {
    auto a = symbols.lookup<rt::KVCacheOp>(name);
    auto b = symbols.lookup<rt::KVCacheOp>(other);
    return a && b && a.getType() == b.getType() &&
           a.getLengthFirst() == b.getLengthFirst() &&
           a.getNewOnly() == b.getNewOnly() &&
           a.getInputParts().has_value() == b.getInputParts().has_value() &&
           a.getOutputParts().has_value() == b.getOutputParts().has_value();
  };
  for (unsigned index = period; index < ops.size(); ++index) {
    Operation *first = ops[index % period], *op = ops[index];
    if (!isSameOp(first, op))
      return false;
    if (!namesCaches(op))
      continue;
    auto a = cast<AttentionOp>(first), b = cast<AttentionOp>(op);
    if (!areAlike(*a.getKeyCache(), *b.getKeyCache()) ||
        !areAlike(*a.getValueCache(), *b.getValueCache()))
      return false;
  }
  return true;
}

bool Repetition::analyze(const SymbolTable &symbols) {
  if (!layersAreEqual(symbols))
    return false;
  sources.resize(period);
  for (unsigned position = 0; position < period; ++position) {
    for (unsigned operand = 0; operand < at(0, position)->getNumOperands();
         ++operand) {
      std::optional<Source> source = classify(position, operand);
      if (!source)
        return false;
      sources[position].push_back(std::move(*source));
    }
  }
  for (const Carried &flow : carried)
    if (!tensor::CastOp::areCastCompatible(
            flow.initial.getType(),
            at(0, flow.position)->getResult(flow.result).getType()))
      return false;
  return isWorthIt() && usesAreInside();
}

/// Makes one cache symbol of those that the layers name at each position.
void Repetition::mergeCaches(ModuleOp module) {
  SymbolTable symbols(module);
  Builder builder(module.getContext());
  auto merge = [&](unsigned position, auto getName, auto setName) {
    SmallVector<int64_t> inputs, outputs, inputParts, outputParts;
    SmallVector<Attribute> inputNames, outputNames;
    rt::KVCacheOp first;
    for (unsigned layer = 0; layer < layers; ++layer) {
      auto attention = cast<AttentionOp>(at(layer, position));
      auto cache = symbols.lookup<rt::KVCacheOp>(getName(attention));
      llvm::append_range(inputs, cache.getInputs());
      llvm::append_range(outputs, cache.getOutputs());
      if (auto parts = cache.getInputParts())
        llvm::append_range(inputParts, *parts);
      if (auto parts = cache.getOutputParts())
        llvm::append_range(outputParts, *parts);
      if (ArrayAttr names = cache.getInputNamesAttr())
        llvm::append_range(inputNames, names);
      if (ArrayAttr names = cache.getOutputNamesAttr())
        llvm::append_range(outputNames, names);
      if (layer == 0)
        first = cache;
      else
        symbols.erase(cache);
      setName(attention, FlatSymbolRefAttr::get(first.getSymNameAttr()));
    }
    first.setInputs(inputs);
    first.setOutputs(outputs);
    if (!inputParts.empty())
      first.setInputParts(inputParts);
    if (!outputParts.empty())
      first.setOutputParts(outputParts);
    if (!inputNames.empty())
      first.setInputNamesAttr(builder.getArrayAttr(inputNames));
    if (!outputNames.empty())
      first.setOutputNamesAttr(builder.getArrayAttr(outputNames));
  };
  for (unsigned position = 0; position < period; ++position) {
    if (!namesCaches(at(0, position)))
      continue;
    merge(
        position, [](AttentionOp op) { return *op.getKeyCache(); },
        [](AttentionOp op, FlatSymbolRefAttr name) {
          op.setKeyCacheAttr(name);
        });
    merge(
        position, [](AttentionOp op) { return *op.getValueCache(); },
        [](AttentionOp op, FlatSymbolRefAttr name) {
          op.setValueCacheAttr(name);
        });
  }
}

void Repetition::rewrite(ModuleOp module, GlobalTable &globals) {
  mergeCaches(module);
  OpBuilder builder(ops.front());
  Location loc = ops.front()->getLoc();

  SmallVector<Value> initial;
  for (const Carried &flow : carried) {
    Type type = at(0, flow.position)->getResult(flow.result).getType();
    initial.push_back(
        flow.initial.getType() == type
            ? flow.initial
            : tensor::CastOp::create(builder, loc, type, flow.initial)
                  .getResult());
  }
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value count = arith::ConstantIndexOp::create(builder, loc, layers);
  auto loop = scf::ForOp::create(builder, loc, zero, count, one, initial);

  builder.setInsertionPointToStart(loop.getBody());
  Value layer = loop.getInductionVar();
  SmallVector<Operation *> clones;
  for (unsigned position = 0; position < period; ++position) {
    Operation *original = at(0, position);
    Operation *clone = original->clone();
    for (auto [index, source] : llvm::enumerate(sources[position])) {
      Value operand = original->getOperand(index);
      switch (source.kind) {
      case Source::Internal:
        operand = clones[source.position]->getResult(source.result);
        break;
      case Source::Carried:
        operand = loop.getRegionIterArg(source.position);
        break;
      case Source::Shared:
        break;
      case Source::Parameter: {
        auto type = cast<RankedTensorType>(operand.getType());
        rt::GlobalOp global =
            globals.getOrCreate(operand.getLoc(), type, source.values);
        operand = rt::GetGlobalOp::create(
            builder, original->getLoc(), type,
            FlatSymbolRefAttr::get(global.getSymNameAttr()), layer,
            /*exec=*/Value());
        break;
      }
      }
      clone->setOperand(index, operand);
    }
    builder.insert(clone);
    if (namesCaches(clone))
      cast<AttentionOp>(clone).getLayerMutable().assign(layer);
    clones.push_back(clone);
  }
  SmallVector<Value> yielded;
  for (const Carried &flow : carried)
    yielded.push_back(clones[flow.position]->getResult(flow.result));
  if (!loop.getBody()->empty() && loop.getBody()->mightHaveTerminator())
    loop.getBody()->getTerminator()->erase();
  builder.setInsertionPointToEnd(loop.getBody());
  scf::YieldOp::create(builder, loc, yielded);

  for (auto [flow, result] : llvm::zip(carried, loop.getResults()))
    at(layers - 1, flow.position)
        ->getResult(flow.result)
        .replaceAllUsesWith(result);
  SmallVector<Operation *> parameters;
  for (Operation *op : ops)
    for (Value operand : op->getOperands())
      if (getConstantElements(operand.getDefiningOp()))
        parameters.push_back(operand.getDefiningOp());
  for (Operation *op : llvm::reverse(ops))
    op->erase();
  for (Operation *op :
       SetVector<Operation *>(parameters.begin(), parameters.end()))
    if (op->use_empty())
      op->erase();
}

//===- Search
//--------------------------------------------------------------===//

/// A run of the sequence in which op i equals op i + period.
struct Run {
  unsigned start, period, length; ///< length: ops, the last period included
};

/// All maximal runs of at least two periods, the one that saves most ops first.
SmallVector<Run> findRuns(ArrayRef<llvm::hash_code> prints) {
  SmallVector<Run> runs;
  unsigned size = prints.size();
  for (unsigned period = 2; period <= size / 2; ++period) {
    for (unsigned i = 0; i + period < size;) {
      unsigned start = i;
      while (i + period < size && prints[i] == prints[i + period])
        ++i;
      if (i - start >= period)
        runs.push_back({start, period, i - start + period});
      ++i;
    }
  }
  auto saved = [](const Run &run) {
    return (run.length / run.period - 1) * run.period;
  };
  llvm::stable_sort(runs, [&](const Run &a, const Run &b) {
    return saved(a) != saved(b) ? saved(a) > saved(b) : a.period < b.period;
  });
  return runs;
}

/// The alignment of `run` that carries the fewest values, if any can be rolled.
std::optional<Repetition> align(ArrayRef<Operation *> sequence, const Run &run,
                                const SymbolTable &symbols) {
  std::optional<Repetition> best;
  for (unsigned layers = run.length / run.period; layers >= 2 && !best;
       --layers) {
    unsigned slack = run.length - layers * run.period;
    for (unsigned shift = 0; shift <= slack; ++shift) {
      Repetition candidate(sequence, run.start + shift, run.period, layers);
      if (candidate.analyze(symbols) &&
          (!best || candidate.numCarried() < best->numCarried()))
        best = std::move(candidate);
    }
    // Fewer layers than two less than possible only hide a mismatch.
    if (layers + 2 <= run.length / run.period)
      break;
  }
  return best;
}

bool rollOnce(ModuleOp module, Block &block, GlobalTable &globals) {
  SmallVector<Operation *> sequence = separateLayers(block);
  SmallVector<llvm::hash_code> prints;
  for (Operation *op : sequence)
    prints.push_back(fingerprint(op));
  // Layers are few and long: a graph that is periodic at all shows it in its
  // first candidates.
  constexpr unsigned maxCandidates = 64;
  SmallVector<Run> runs = findRuns(prints);
  SymbolTable symbols(module);
  for (const Run &run : ArrayRef(runs).take_front(maxCandidates)) {
    if (std::optional<Repetition> repetition = align(sequence, run, symbols)) {
      repetition->rewrite(module, globals);
      return true;
    }
  }
  return false;
}

struct RollLayers : transformer::impl::RollLayersPassBase<RollLayers> {
  void runOnOperation() override {
    GlobalTable globals(getOperation());
    SmallVector<Block *> blocks;
    for (auto function : getOperation().getOps<FunctionOpInterface>())
      function.walk<WalkOrder::PreOrder>(
          [&](Block *block) { blocks.push_back(block); });
    for (Block *block : blocks)
      while (rollOnce(getOperation(), *block, globals)) {
      }
  }
};

} // namespace
