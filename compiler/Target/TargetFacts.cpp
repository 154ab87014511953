#include "compiler/Target/TargetFacts.h"
#include "compiler/Target/Family.h"
#include "compiler/Target/GPU/GpuFamily.h"
#include "compiler/Target/TargetList.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace bitnet;
using llvm::StringLiteral;

/// The name that no family has.
static constexpr StringLiteral genericName = "generic";
/// The fact that names a plug-in's target.
static constexpr StringLiteral pluginName = "plugin";
/// The fact that names a GPU.
static constexpr StringLiteral gpuName = "gpu";

SmallVector<StringRef> TargetFacts::names() {
  SmallVector<StringRef> names = {genericName};
  for (const TargetFamily *family : getFamilies())
    for (const NamedTarget &target : family->getNames())
      names.push_back(target.name);
  for (const GpuFamily *family : getGpuFamilies())
    for (const NamedGpu &gpu : family->getNames())
      names.push_back(gpu.name);
  return names;
}

std::optional<TargetFacts> TargetFacts::named(StringRef name) {
  TargetFacts facts;
  if (name == genericName)
    return facts;
  if (const NamedGpu *gpu = findGpu(name).second) {
    facts.gpu = gpu;
    facts.warps = true;
    facts.tiles = gpu->multipliesTiles;
    return facts;
  }
  FamilyName known = findName(name);
  if (!known.family)
    return std::nullopt;
  SmallVector<StringRef> features;
  StringRef(known.target->features).split(features, ',');
  known.family->setFacts(
      [&](StringRef feature) {
        return llvm::is_contained(features, ("+" + feature).str());
      },
      facts);
  if (known.isPlugin)
    facts.plugin = known.target;
  return facts;
}

/// Calls `field(name, member)` for each fact: the one list of them.
template <typename Facts, typename Fn>
static void forEachFact(Facts &facts, Fn field) {
  field("vector_bits", facts.vectorBits);
  field("vector_registers", facts.vectorRegisters);
  field("x86", facts.x86);
  field("ssse3", facts.ssse3);
  field("avx2", facts.avx2);
  field("avx512bw", facts.avx512bw);
  field("avx512vbmi", facts.avx512vbmi);
  field("avx512vnni", facts.avx512vnni);
  field("neon", facts.neon);
  field("dotprod", facts.dotprod);
  field("i8mm", facts.i8mm);
  field("rvv", facts.rvv);
  field("warps", facts.warps);
  field("tiles", facts.tiles);
  field("converts_half", facts.convertsHalf);
  field("l1_bytes", facts.l1Bytes);
  field("l2_bytes", facts.l2Bytes);
  field("l3_bytes", facts.l3Bytes);
  field("clock_mhz", facts.clockMHz);
  field("read_mb_s", facts.readMBs);
  field("threads", facts.threads);
}

DictionaryAttr TargetFacts::toAttr(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<NamedAttribute> entries;
  forEachFact(*this, [&](StringRef name, auto value) {
    if constexpr (std::is_same_v<decltype(value), bool>)
      entries.push_back(builder.getNamedAttr(name, builder.getBoolAttr(value)));
    else
      entries.push_back(
          builder.getNamedAttr(name, builder.getI64IntegerAttr(value)));
  });
  for (const auto &[name, value] : more)
    entries.push_back(
        builder.getNamedAttr(name, builder.getI64IntegerAttr(value)));
  if (plugin)
    entries.push_back(
        builder.getNamedAttr(pluginName, builder.getStringAttr(plugin->name)));
  if (gpu)
    entries.push_back(
        builder.getNamedAttr(gpuName, builder.getStringAttr(gpu->name)));
  return builder.getDictionaryAttr(entries);
}

SmallVector<std::pair<StringRef, int64_t>> TargetFacts::list() const {
  SmallVector<std::pair<StringRef, int64_t>> facts;
  forEachFact(*this, [&](StringRef name, int64_t value) {
    facts.emplace_back(name, value);
  });
  for (const auto &[name, value] : more)
    facts.emplace_back(name, value);
  return facts;
}

/// The facts of instructions, in a fixed order.
static SmallVector<bool> flagsOf(const TargetFacts &facts) {
  SmallVector<bool> flags;
  forEachFact(facts, [&](StringRef, auto value) {
    if constexpr (std::is_same_v<decltype(value), bool>)
      flags.push_back(value);
  });
  return flags;
}

StringRef TargetFacts::name() const {
  if (plugin)
    return plugin->name;
  if (gpu)
    return gpu->name;
  StringRef best = genericName;
  for (StringRef name : names()) {
    TargetFacts other = *named(name);
    if (other.plugin)
      continue;
    bool has = other.vectorBits <= vectorBits;
    for (auto [mine, theirs] : llvm::zip(flagsOf(*this), flagsOf(other)))
      has &= mine || !theirs;
    if (has)
      best = name;
  }
  return best;
}

static TargetFacts readFacts(DictionaryAttr dictionary) {
  TargetFacts facts;
  DenseSet<StringRef> known;
  forEachFact(facts, [&](StringRef name, auto &value) {
    known.insert(name);
    if (auto attr = dictionary.getAs<IntegerAttr>(name))
      value = attr.getValue().getSExtValue();
    if (auto attr = dictionary.getAs<BoolAttr>(name))
      value = attr.getValue();
  });
  for (NamedAttribute entry : dictionary)
    if (auto attr = dyn_cast<IntegerAttr>(entry.getValue());
        attr && !known.contains(entry.getName()))
      facts.more[entry.getName().str()] = attr.getValue().getSExtValue();
  if (auto name = dictionary.getAs<StringAttr>(pluginName))
    facts.plugin = findName(name).target;
  if (auto name = dictionary.getAs<StringAttr>(gpuName))
    facts.gpu = findGpu(name).second;
  return facts;
}

/// The dictionary that says what `op` is compiled for; null without one.
static DictionaryAttr findFacts(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto facts = op->getAttrOfType<DictionaryAttr>(TargetFacts::attrName))
      return facts;
  return {};
}

TargetFacts TargetFacts::of(Operation *op) {
  DictionaryAttr facts = findFacts(op);
  return facts ? readFacts(facts) : TargetFacts();
}

std::optional<TargetFacts> TargetFacts::choose(Operation *op, StringRef name) {
  if (name.empty()) {
    DictionaryAttr facts = findFacts(op);
    auto plugin = facts ? facts.getAs<StringAttr>(pluginName) : StringAttr();
    if (!plugin || findName(plugin).isPlugin)
      return of(op);
    op->emitError("is for target '")
        << plugin.getValue()
        << "' of a plug-in, expected it with --load-target";
    return std::nullopt;
  }
  std::optional<TargetFacts> facts = named(name);
  if (!facts)
    op->emitError("unknown target '")
        << name << "', expected one of " << llvm::join(names(), ", ");
  return facts;
}

ArrayAttr bitnet::makeTargetList(MLIRContext *context,
                                 ArrayRef<ListedTarget> targets) {
  Builder builder(context);
  SmallVector<Attribute> list;
  for (const ListedTarget &target : targets)
    list.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("name", builder.getStringAttr(target.name)),
         builder.getNamedAttr("facts", target.facts.toAttr(context))}));
  return builder.getArrayAttr(list);
}

SmallVector<ListedTarget> bitnet::readTargetList(Operation *module) {
  SmallVector<ListedTarget> targets;
  auto list = module->getAttrOfType<ArrayAttr>(targetListAttrName);
  for (Attribute attribute : list ? list.getValue() : ArrayRef<Attribute>()) {
    auto entry = dyn_cast<DictionaryAttr>(attribute);
    auto name = entry ? entry.getAs<StringAttr>("name") : StringAttr();
    auto facts = entry ? entry.getAs<DictionaryAttr>("facts") : nullptr;
    if (name && facts)
      targets.push_back({name.str(), readFacts(facts)});
  }
  return targets;
}
