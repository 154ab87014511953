#include "dialects/Transformer/Transforms/Globals.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

ElementsAttr transformer::getConstantElements(Operation *op) {
  if (!op || op->getNumOperands() != 0 || op->getNumResults() != 1 ||
      op->getNumRegions() != 0 ||
      !isa<RankedTensorType>(op->getResult(0).getType()))
    return {};
  return dyn_cast_if_present<ElementsAttr>(op->getAttr("value"));
}

/// The bytes behind an attribute, for comparison. Splats give one element.
static ArrayRef<char> getBytes(ElementsAttr attr) {
  if (auto dense = dyn_cast<DenseElementsAttr>(attr))
    return dense.getRawData();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return blob->getData();
  return {};
}

static bool sameContents(ElementsAttr a, ElementsAttr b) {
  if (a == b)
    return true;
  if (a.getType() != b.getType() ||
      isa<DenseElementsAttr>(a) != isa<DenseElementsAttr>(b))
    return false;
  ArrayRef<char> bytes = getBytes(a);
  return !bytes.empty() && bytes == getBytes(b);
}

static uint64_t hashOf(RankedTensorType type, ArrayRef<ElementsAttr> values) {
  llvm::hash_code hash = hash_value(type);
  for (ElementsAttr value : values) {
    ArrayRef<char> bytes = getBytes(value);
    hash = llvm::hash_combine(
        hash, llvm::xxh3_64bits(StringRef(bytes.data(), bytes.size())));
  }
  return hash;
}

GlobalTable::GlobalTable(ModuleOp module) : module(module), symbols(module) {
  for (auto global : module.getOps<rt::GlobalOp>()) {
    SmallVector<ElementsAttr> values(
        global.getValues().getAsRange<ElementsAttr>());
    byHash[hashOf(cast<RankedTensorType>(global.getType()), values)].push_back(
        global);
  }
}

rt::GlobalOp GlobalTable::getOrCreate(Location loc, RankedTensorType type,
                                      ArrayRef<ElementsAttr> values) {
  SmallVector<rt::GlobalOp, 1> &candidates = byHash[hashOf(type, values)];
  for (rt::GlobalOp global : candidates) {
    auto held = global.getValues().getAsRange<ElementsAttr>();
    if (global.getType() == type &&
        global.getValues().size() == values.size() &&
        llvm::all_of(llvm::zip(held, values), [](auto pair) {
          return sameContents(std::get<0>(pair), std::get<1>(pair));
        }))
      return global;
  }
  OpBuilder builder(module.getContext());
  SmallVector<Attribute> attributes(values.begin(), values.end());
  auto global = rt::GlobalOp::create(builder, loc, "w", type,
                                     builder.getArrayAttr(attributes));
  // Globals keep the order of their creation, so that two compilations of one
  // model lay out the weights file alike.
  auto existing = module.getOps<rt::GlobalOp>();
  Block::iterator position = module.getBody()->begin();
  if (!existing.empty()) {
    rt::GlobalOp last = *existing.begin();
    for (rt::GlobalOp next : existing)
      last = next;
    position = std::next(last->getIterator());
  }
  symbols.insert(global, position);
  candidates.push_back(global);
  return global;
}
