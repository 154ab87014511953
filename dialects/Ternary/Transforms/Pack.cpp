#include "dialects/Ternary/IR/Layout.h"
#include "dialects/Ternary/Transforms/Passes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYPACKPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// Trits of one layer as stored, a byte for each four. Splats of small dense
/// attributes are expanded.
struct Codes {
  ArrayRef<uint8_t> bytes;
  SmallVector<uint8_t> expanded;
};

struct TernaryPack : ternary::impl::TernaryPackPassBase<TernaryPack> {
  void runOnOperation() override {
    SmallVector<LinearOp> linears;
    getOperation().walk([&](LinearOp op) {
      if (op.getLayout() && !op.isBufferForm())
        linears.push_back(op);
    });
    SymbolTable symbols(getOperation());
    for (LinearOp op : linears)
      for (OpOperand &weight : op.getWeightsMutable())
        if (failed(packWeight(op, weight, symbols)))
          return signalPassFailure();
  }

private:
  /// Packed globals by what they were made from: a global's name or a
  /// constant's value, its shape and the layout.
  DenseMap<std::tuple<Attribute, Type, Attribute>, rt::GlobalOp> packed;

  LogicalResult packWeight(LinearOp op, OpOperand &weight,
                           SymbolTable &symbols);
  FailureOr<rt::GlobalOp> packGlobal(LinearOp op, Attribute key, ArrayAttr from,
                                     RankedTensorType type, StringRef name,
                                     SymbolTable &symbols);
  FailureOr<Attribute> packLayer(LinearOp op, Attribute from,
                                 RankedTensorType type, RankedTensorType bytes);
  void freeUnread(Operation *source, SymbolTable &symbols);
};

} // namespace

/// The bytes of an i8 attribute, or failure when it holds none (a resource
/// whose data was freed or never given).
static LogicalResult readCodes(Attribute attribute, Codes &codes) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return failure();
    ArrayRef<char> data = blob->getData();
    codes.bytes =
        ArrayRef(reinterpret_cast<const uint8_t *>(data.data()), data.size());
    return success();
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense)
    return failure();
  if (dense.isSplat()) {
    codes.expanded.assign(dense.getNumElements(),
                          dense.getSplatValue<APInt>().getZExtValue());
    codes.bytes = codes.expanded;
    return success();
  }
  ArrayRef<char> data = dense.getRawData();
  codes.bytes =
      ArrayRef(reinterpret_cast<const uint8_t *>(data.data()), data.size());
  return success();
}

FailureOr<Attribute> TernaryPack::packLayer(LinearOp op, Attribute from,
                                            RankedTensorType type,
                                            RankedTensorType bytes) {
  int64_t n = type.getDimSize(0), k = type.getDimSize(1);
  Codes codes;
  if (failed(readCodes(from, codes)) ||
      static_cast<int64_t>(codes.bytes.size()) < getCodeBytes(n, k))
    return op.emitOpError("has weights without data, expected ")
           << getCodeBytes(n, k) << " bytes of 2-bit codes for " << type;
  if (int64_t bad = findBadCode(codes.bytes, n * k); bad >= 0)
    return op.emitOpError("has weights that are not ternary: found code 3 at [")
           << bad / k << ", " << bad % k << "], expected 0, 1 or 2";
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(bytes.getNumElements(),
                                                       /*align=*/64);
  MutableArrayRef<char> data = blob.getMutableData();
  packTrits(
      *op.getLayout(), codes.bytes, n, k,
      MutableArrayRef(reinterpret_cast<uint8_t *>(data.data()), data.size()));
  return Attribute(
      DenseResourceElementsAttr::get(bytes, "ternary_packed", std::move(blob)));
}

FailureOr<rt::GlobalOp> TernaryPack::packGlobal(LinearOp op, Attribute key,
                                                ArrayAttr from,
                                                RankedTensorType type,
                                                StringRef name,
                                                SymbolTable &symbols) {
  rt::GlobalOp &global = packed[{key, type, *op.getLayout()}];
  if (global)
    return global;
  auto i8 = IntegerType::get(&getContext(), 8);
  auto bytes = RankedTensorType::get(
      {op.getLayout()->getPackedBytes(type.getDimSize(0), type.getDimSize(1))},
      i8);
  SmallVector<Attribute> layers;
  for (Attribute layer : from) {
    FailureOr<Attribute> value = packLayer(op, layer, type, bytes);
    if (failed(value))
      return failure();
    layers.push_back(*value);
  }
  OpBuilder builder(&getContext());
  global = rt::GlobalOp::create(builder, op.getLoc(), name, bytes,
                                builder.getArrayAttr(layers));
  symbols.insert(global, getOperation().getBody()->begin());
  return global;
}

LogicalResult TernaryPack::packWeight(LinearOp op, OpOperand &weight,
                                      SymbolTable &symbols) {
  auto type = cast<RankedTensorType>(weight.get().getType());
  if (!isa<TritType>(type.getElementType()))
    return success();
  OpBuilder builder(op);
  Value layer;
  Operation *source = nullptr;
  FailureOr<rt::GlobalOp> global = failure();
  if (auto constant = weight.get().getDefiningOp<ConstantOp>()) {
    global = packGlobal(op, constant.getValue(),
                        builder.getArrayAttr(constant.getValue()), type,
                        "ternary_weights", symbols);
    source = constant;
  } else if (auto get = weight.get().getDefiningOp<rt::GetGlobalOp>()) {
    auto trits = symbols.lookup<rt::GlobalOp>(get.getGlobal());
    std::string name = (trits.getSymName() + "_packed").str();
    global = packGlobal(op, trits.getSymNameAttr(), trits.getValues(), type,
                        name, symbols);
    layer = get.getLayer();
    source = trits;
  } else {
    return op.emitOpError("has weights that are computed, expected a constant "
                          "or a global");
  }
  if (failed(global))
    return failure();
  Value bytes = rt::GetGlobalOp::create(
      builder, op.getLoc(), global->getType(),
      FlatSymbolRefAttr::get(global->getSymNameAttr()), layer, Value());
  Operation *old = weight.get().getDefiningOp();
  weight.set(bytes);
  if (old->use_empty() && !isa<ConstantOp>(old))
    old->erase();
  freeUnread(source, symbols);
  return success();
}

/// Erases `source`, the trits of a weight that was packed, if nothing reads
/// them any more, and frees their memory: at once, so that a model's trits and
/// packed bytes are never held together.
void TernaryPack::freeUnread(Operation *source, SymbolTable &symbols) {
  SmallVector<Attribute> values;
  if (auto constant = dyn_cast<ConstantOp>(source)) {
    if (!constant->use_empty())
      return;
    values.push_back(constant.getValue());
    constant.erase();
  } else {
    auto global = cast<rt::GlobalOp>(source);
    if (!SymbolTable::symbolKnownUseEmpty(global, getOperation()))
      return;
    llvm::append_range(values, global.getValues());
    symbols.erase(global);
  }
  DenseSet<Attribute> read;
  getOperation().walk([&](Operation *op) {
    if (auto constant = dyn_cast<ConstantOp>(op))
      read.insert(constant.getValue());
    if (auto global = dyn_cast<rt::GlobalOp>(op))
      read.insert(global.getValues().begin(), global.getValues().end());
  });
  for (Attribute value : values)
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
      if (!read.contains(value))
        resource.getRawHandle().getResource()->setBlob(AsmResourceBlob());
}
