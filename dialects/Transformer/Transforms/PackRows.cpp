#include "compiler/Target/TargetFacts.h"
#include "dialects/Transformer/IR/NarrowFloats.h"
#include "dialects/Transformer/Transforms/Head.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "bitnet/module.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/StringSwitch.h"

#include <atomic>
#include <cstring>

namespace bitnet::transformer {
#define GEN_PASS_DEF_PACKROWSPASS
#include "dialects/Transformer/Transforms/Passes.h.inc"
} // namespace bitnet::transformer

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {

/// Who reads a matrix, by way of rt.get_global.
struct Readers {
  SmallVector<rt::GetGlobalOp> gets;
  SmallVector<LinearOp> linears;
  SmallVector<Operation *> gathers; ///< onnx.Gather of rows
  bool others = false;
};

} // namespace

static ArrayRef<char> bytesOf(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : ArrayRef<char>();
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  return dense ? dense.getRawData() : ArrayRef<char>();
}

/// Whether all f32 in `data` satisfy `holds`, a function of their bits.
template <typename Predicate>
static bool allOf(MLIRContext *context, ArrayRef<char> data, Predicate holds) {
  constexpr size_t part = 1 << 20;
  std::atomic<bool> good = true;
  parallelFor(context, 0, llvm::divideCeil(data.size(), part), [&](size_t i) {
    if (!good.load(std::memory_order_relaxed))
      return;
    ArrayRef<char> mine = data.drop_front(i * part).take_front(part);
    bool all = true;
    for (size_t at = 0; at + 4 <= mine.size(); at += 4) {
      uint32_t bits;
      std::memcpy(&bits, mine.data() + at, 4);
      all &= holds(bits);
    }
    if (!all)
      good.store(false, std::memory_order_relaxed);
  });
  return good;
}

/// The narrowest float type that holds every value of `global` exactly.
static Type narrowestType(rt::GlobalOp global) {
  MLIRContext *context = global.getContext();
  Type element = cast<RankedTensorType>(global.getType()).getElementType();
  if (!element.isF32())
    return element;
  auto values = global.getValues().getAsRange<ElementsAttr>();
  auto fits = [&](auto holds) {
    return llvm::all_of(values, [&](ElementsAttr value) {
      ArrayRef<char> data = bytesOf(value);
      return !data.empty() && allOf(context, data, holds);
    });
  };
  if (fits(isBF16))
    return BFloat16Type::get(context);
  if (fits(isF16))
    return Float16Type::get(context);
  return element;
}

static bool isRowGather(OpOperand &use) {
  Operation *op = use.getOwner();
  if (op->getName().getStringRef() != "onnx.Gather" ||
      use.getOperandNumber() != 0)
    return false;
  auto axis = op->getAttrOfType<IntegerAttr>("axis");
  auto ids = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  return (!axis || axis.getValue().isZero()) && ids &&
         ids.getElementType().isSignlessInteger() &&
         isa<RankedTensorType>(op->getResult(0).getType());
}

namespace {

/// What becomes of the LM head.
enum class HeadKind { Lossless, Graph, BF16, F16, I8, I4, Exact };

struct PackRows : transformer::impl::PackRowsPassBase<PackRows> {
  using PackRowsPassBase::PackRowsPassBase;

  void runOnOperation() override {
    std::optional<TargetFacts> facts =
        TargetFacts::choose(getOperation(), target);
    if (!facts || failed(chooseHead()))
      return signalPassFailure();
    blockRows = PackedRows::rowsFor(facts->vectorBits);
    DenseMap<StringAttr, Readers> readers = findReaders();
    SmallVector<rt::GlobalOp> globals(getOperation().getOps<rt::GlobalOp>());
    for (rt::GlobalOp global : globals) {
      auto found = readers.find(global.getSymNameAttr());
      if (found != readers.end() && canPack(global, found->second))
        pack(global, found->second);
    }
    if (headKind != HeadKind::Lossless && headKind != HeadKind::Graph &&
        !headIsDone) {
      getOperation().emitError("--head=")
          << headName << " needs an LM head of dense weights that nothing but "
          << "linear layers and embeddings read";
      signalPassFailure();
    }
  }

private:
  LogicalResult chooseHead();
  DenseMap<StringAttr, Readers> findReaders();
  bool canPack(rt::GlobalOp global, const Readers &readers);
  void pack(rt::GlobalOp global, Readers &readers);
  void replaceGather(Operation *gather, Value table, int64_t rows);
  Value addGlobal(rt::GlobalOp source, Type stored, EncodingKind kind,
                  StringRef name);
  void separateHead(rt::GlobalOp global);
  void quantizeHead(rt::GlobalOp global);
  void screenHead(rt::GlobalOp global);

  int64_t blockRows = 0;
  std::string headName;
  HeadKind headKind = HeadKind::Lossless;
  LinearOp headOp; ///< null where no dense layer makes logits
  bool headIsDone = false;
};

} // namespace

/// Whether the narrow copy of an exact head is worth its memory: where the
/// matrix does not fit a cache.
static bool isLarge(LinearOp head) {
  return cast<ShapedType>(head.getWeights().getType()).getNumElements() >=
         int64_t(1) << 25;
}

LogicalResult PackRows::chooseHead() {
  headOp = dyn_cast_if_present<LinearOp>(findHead(getOperation()));
  headName = head;
  headIsDone = false;
  auto kind = llvm::StringSwitch<std::optional<HeadKind>>(headName)
                  .Case("auto", HeadKind::Lossless)
                  .Case("graph", HeadKind::Graph)
                  .Case("bf16", HeadKind::BF16)
                  .Case("f16", HeadKind::F16)
                  .Case("i8", HeadKind::I8)
                  .Case("i4", HeadKind::I4)
                  .Case("exact", HeadKind::Exact)
                  .Default(std::nullopt);
  if (!kind)
    return getOperation().emitError("unknown head '")
           << headName << "', expected auto, graph, bf16, f16, i8, i4 or "
           << "exact";
  headKind = *kind;
  std::string whyNot = headOp ? whyNotScreened(headOp) : "";
  if (headName == "auto" && headOp && isLarge(headOp) && whyNot.empty())
    headKind = HeadKind::Exact;
  if (headKind == HeadKind::Exact && !whyNot.empty())
    return headOp.emitError("--head=exact needs an LM head without bias that "
                            "reads the last positions only and whose logits "
                            "leave the graph as they are, but ")
           << whyNot;
  return success();
}

DenseMap<StringAttr, Readers> PackRows::findReaders() {
  DenseMap<StringAttr, Readers> readers;
  getOperation().walk([&](rt::GetGlobalOp get) {
    Readers &own = readers[get.getGlobalAttr().getAttr()];
    own.gets.push_back(get);
    for (OpOperand &use : get->getUses()) {
      auto linear = dyn_cast<LinearOp>(use.getOwner());
      if (linear && use.getOperandNumber() == 1)
        own.linears.push_back(linear);
      else if (isRowGather(use))
        own.gathers.push_back(use.getOwner());
      else
        own.others = true;
    }
  });
  return readers;
}

bool PackRows::canPack(rt::GlobalOp global, const Readers &readers) {
  auto type = cast<RankedTensorType>(global.getType());
  return !global.getEncodingAttr() && !readers.others && type.getRank() == 2 &&
         type.hasStaticShape() && type.getNumElements() > 0 &&
         isa<Float32Type, Float16Type, BFloat16Type>(type.getElementType()) &&
         llvm::all_of(global.getValues().getAsRange<ElementsAttr>(),
                      [&](ElementsAttr value) {
                        return value.getElementType() == type.getElementType();
                      });
}

/// onnx.Gather of rows -> transformer.embedding, in the graph's type.
void PackRows::replaceGather(Operation *gather, Value table, int64_t rows) {
  OpBuilder builder(gather);
  auto type = cast<RankedTensorType>(gather->getResult(0).getType());
  Value result = EmbeddingOp::create(builder, gather->getLoc(),
                                     type.clone(builder.getF32Type()),
                                     gather->getOperand(1), table, ValueRange(),
                                     Value(), builder.getI64IntegerAttr(rows))
                     .getResult();
  if (!type.getElementType().isF32()) {
    OperationState cast(gather->getLoc(), "onnx.Cast");
    cast.addOperands(result);
    cast.addTypes(type);
    cast.addAttribute("to",
                      builder.getI64IntegerAttr(type.getElementType().isF16()
                                                    ? BITNET_FLOAT16
                                                    : BITNET_BFLOAT16));
    result = builder.create(cast)->getResult(0);
  }
  gather->getResult(0).replaceAllUsesWith(result);
  gather->erase();
}

/// Another global of the same values, read before the head.
Value PackRows::addGlobal(rt::GlobalOp source, Type stored, EncodingKind kind,
                          StringRef name) {
  OpBuilder builder(headOp);
  auto type = cast<RankedTensorType>(stored);
  auto global = rt::GlobalOp::create(
      builder, source.getLoc(), (source.getSymName() + "_" + name).str(), type,
      source.getValues(),
      EncodingAttr::get(&getContext(), kind, /*transposed=*/false),
      ArrayAttr());
  global->remove();
  SymbolTable(getOperation())
      .insert(global, std::next(Block::iterator(source)));
  return rt::GetGlobalOp::create(
      builder, headOp.getLoc(), type,
      FlatSymbolRefAttr::get(global.getSymNameAttr()), Value(), Value());
}

/// A head whose weights are no longer those of the table.
void PackRows::separateHead(rt::GlobalOp global) {
  headIsDone = true;
  if (headKind == HeadKind::I8 || headKind == HeadKind::I4)
    return quantizeHead(global);
  auto type = cast<RankedTensorType>(headOp.getWeights().getType());
  OpBuilder builder(headOp);
  Type element = headKind == HeadKind::BF16 ? Type(builder.getBF16Type())
                                            : Type(builder.getF16Type());
  headOp.getWeightsMutable().assign(
      addGlobal(global,
                PackedRows::getType(type.getDimSize(0), type.getDimSize(1),
                                    element, blockRows),
                EncodingKind::Values, "head"));
}

/// A head with codes of 8 or 4 bits.
void PackRows::quantizeHead(rt::GlobalOp global) {
  auto type = cast<RankedTensorType>(headOp.getWeights().getType());
  int64_t n = type.getDimSize(0), k = type.getDimSize(1);
  OpBuilder builder(headOp);
  Value quantized;
  if (headKind == HeadKind::I4) {
    Value groups = addGlobal(global, PackedGroups::getType(&getContext(), n, k),
                             EncodingKind::Groups4, "groups");
    quantized =
        GroupedLinearOp::create(builder, headOp.getLoc(),
                                headOp.getResult().getType(), headOp.getInput(),
                                groups, headOp.getBias(), ValueRange(), Value())
            .getResult();
  } else {
    Value codes = addGlobal(
        global, PackedRows::getType(n, k, builder.getI8Type(), blockRows),
        EncodingKind::Codes8, "codes");
    Value scales =
        addGlobal(global, RankedTensorType::get({n}, builder.getF32Type()),
                  EncodingKind::Scales8, "scales");
    quantized = QuantizedLinearOp::create(
                    builder, headOp.getLoc(), headOp.getResult().getType(),
                    headOp.getInput(), codes, scales, headOp.getBias(),
                    ValueRange(), Value())
                    .getResult();
  }
  headOp.getResult().replaceAllUsesWith(quantized);
  headOp.erase();
  headOp = {};
}

/// Adds the narrow copy to a head whose weights are packed.
void PackRows::screenHead(rt::GlobalOp global) {
  auto written = cast<ShapedType>(headOp.getResult().getType());
  auto input = cast<ShapedType>(headOp.getInput().getType());
  int64_t n = written.getShape().back(), k = input.getShape().back();
  OpBuilder builder(headOp);
  auto vector = RankedTensorType::get({n}, builder.getF32Type());
  Value codes = addGlobal(
      global, PackedRows::getType(n, k, builder.getI8Type(), blockRows),
      EncodingKind::Codes8, "codes");
  Value scales = addGlobal(global, vector, EncodingKind::Scales8, "scales");
  Value errors = addGlobal(global, vector, EncodingKind::Errors8, "errors");
  Value norms = addGlobal(global, vector, EncodingKind::Norms, "norms");
  auto screened = ScreenedLinearOp::create(
      builder, headOp.getLoc(), headOp.getResult().getType(), headOp.getInput(),
      headOp.getWeights(), codes, scales, errors, norms, ValueRange(), Value());
  headOp.getResult().replaceAllUsesWith(screened.getResult());
  headOp.erase();
  headOp = {};
  headIsDone = true;
}

void PackRows::pack(rt::GlobalOp global, Readers &readers) {
  auto type = cast<RankedTensorType>(global.getType());
  int64_t n = type.getDimSize(0), k = type.getDimSize(1);
  bool isHead = headOp && llvm::is_contained(readers.linears, headOp);
  Type element = isHead && headKind == HeadKind::Graph ? type.getElementType()
                                                       : narrowestType(global);
  bool isSame = headKind == HeadKind::Exact || headKind == HeadKind::Lossless ||
                headKind == HeadKind::Graph ||
                (headKind == HeadKind::BF16 && element.isBF16()) ||
                (headKind == HeadKind::F16 && element.isF16());
  if (isHead && !isSame) {
    llvm::erase(readers.linears, headOp);
    separateHead(global);
  } else if (isHead) {
    headIsDone = true;
  }
  bool isPacked = !readers.linears.empty();
  // Whether something is left to do: a table alone is best read row by row.
  bool isRead = isPacked || !readers.gathers.empty();
  if (!isRead) {
    for (rt::GetGlobalOp get : readers.gets)
      get.erase();
    return global.erase();
  }
  if (!isPacked && element == type.getElementType())
    return;
  auto stored = isPacked ? PackedRows::getType(n, k, element, blockRows)
                         : RankedTensorType::get({n, k}, element);
  global.setType(stored);
  global.setEncodingAttr(
      EncodingAttr::get(&getContext(), EncodingKind::Values, false));
  for (rt::GetGlobalOp get : readers.gets)
    get.getResult().setType(stored);
  for (Operation *gather : readers.gathers)
    replaceGather(gather, gather->getOperand(0), n);
  if (isHead && headKind == HeadKind::Exact)
    screenHead(global);
  remark::passed(global.getLoc(),
                 remark::RemarkOpts::name("PackRows").category("transformer"))
      << remark::metric("N", n) << remark::metric("K", k)
      << remark::metric("Bits", element.getIntOrFloatBitWidth())
      << remark::metric("Rows", isPacked ? blockRows : 1);
}
