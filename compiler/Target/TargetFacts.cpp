#include "compiler/Target/TargetFacts.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace bitnet;

std::optional<TargetFacts> TargetFacts::named(StringRef name) {
  TargetFacts facts;
  int level = llvm::StringSwitch<int>(name)
                  .Case("generic", 0)
                  .Case("x86-ssse3", 1)
                  .Case("x86-avx2", 2)
                  .Case("x86-avx512bw", 3)
                  .Case("x86-avx512vnni", 4)
                  .Case("x86-avx512vbmi", 5)
                  .Default(-1);
  if (level < 0)
    return std::nullopt;
  facts.x86 = level >= 1;
  facts.ssse3 = level >= 1;
  facts.avx2 = level >= 2;
  facts.avx512bw = level >= 3;
  facts.avx512vnni = level >= 4;
  facts.avx512vbmi = level >= 5;
  facts.vectorBits = level >= 3 ? 512 : level == 2 ? 256 : 128;
  facts.vectorRegisters = level >= 3 ? 32 : 16;
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
  return builder.getDictionaryAttr(entries);
}

SmallVector<std::pair<StringRef, int64_t>> TargetFacts::list() const {
  SmallVector<std::pair<StringRef, int64_t>> facts;
  forEachFact(*this, [&](StringRef name, int64_t value) {
    facts.emplace_back(name, value);
  });
  return facts;
}

StringRef TargetFacts::name() const {
  SmallVector<StringRef> known;
  names().split(known, ", ");
  StringRef best = known.front();
  for (StringRef name : known) {
    TargetFacts other = *named(name);
    bool has = (x86 || !other.x86) && (ssse3 || !other.ssse3) &&
               (avx2 || !other.avx2) && (avx512bw || !other.avx512bw) &&
               (avx512vbmi || !other.avx512vbmi) &&
               (avx512vnni || !other.avx512vnni);
    if (has)
      best = name;
  }
  return best;
}

TargetFacts TargetFacts::of(Operation *op) {
  TargetFacts facts;
  for (; op; op = op->getParentOp()) {
    auto dictionary = op->getAttrOfType<DictionaryAttr>(attrName);
    if (!dictionary)
      continue;
    forEachFact(facts, [&](StringRef name, auto &value) {
      if (auto attr = dictionary.getAs<IntegerAttr>(name))
        value = attr.getValue().getSExtValue();
      if (auto attr = dictionary.getAs<BoolAttr>(name))
        value = attr.getValue();
    });
    break;
  }
  return facts;
}

std::optional<TargetFacts> TargetFacts::choose(Operation *op, StringRef name) {
  if (name.empty())
    return of(op);
  std::optional<TargetFacts> facts = named(name);
  if (!facts)
    op->emitError("unknown target '")
        << name << "', expected one of " << names();
  return facts;
}
