#include "compiler/Conversion/TernaryToDense/Passes.h"
#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringSwitch.h"

#include <cstring>

namespace bitnet {
#define GEN_PASS_DEF_TERNARYTODENSEPASS
#include "compiler/Conversion/TernaryToDense/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

namespace {

struct TernaryToDense : bitnet::impl::TernaryToDensePassBase<TernaryToDense> {
  using TernaryToDensePassBase::TernaryToDensePassBase;

  void runOnOperation() override;

private:
  LogicalResult replace(ternary::LinearOp op);
  FailureOr<Value> denseWeights(ternary::LinearOp op, unsigned index);
  FailureOr<ArrayAttr> scalesOf(ternary::LinearOp op, unsigned index,
                                Value layer, size_t layers);
  FailureOr<Value> biasOf(ternary::LinearOp op, unsigned index);

  Type element;
  std::optional<SymbolTable> symbols;
  /// Dense globals by the trits' global and the scales.
  DenseMap<std::pair<Attribute, Attribute>, rt::GlobalOp> made;
};

} // namespace

/// Whether the weight scale divides the sum.
static bool dividesByScale(ternary::RescaleForm form) {
  return form == ternary::RescaleForm::DivByProduct ||
         form == ternary::RescaleForm::DivDiv;
}

/// The elements of an op that is a constant.
static ElementsAttr constantElements(Value value) {
  Operation *op = value.getDefiningOp();
  return op && op->getNumOperands() == 0
             ? op->getAttrOfType<ElementsAttr>("value")
             : ElementsAttr();
}

/// The values of an f32 attribute; nothing if it has no data.
static std::optional<SmallVector<float>> floatsOf(Attribute attribute) {
  auto elements = dyn_cast<ElementsAttr>(attribute);
  if (!elements || !elements.getElementType().isF32())
    return std::nullopt;
  SmallVector<float> values(elements.getNumElements());
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    llvm::copy(dense.getValues<float>(), values.begin());
    return values;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  if (!blob || blob->getData().size() != values.size() * sizeof(float))
    return std::nullopt;
  std::memcpy(values.data(), blob->getData().data(), blob->getData().size());
  return values;
}

/// What codes have before they are multiplied by the activation's scale: steps
/// of the largest magnitude are divided by the range only afterwards.
static float rangeOf(ternary::LinearOp op) {
  if (op.getRescale() == ternary::RescaleForm::Mul)
    return 1;
  auto quantize = op.getCodes().getDefiningOp<ternary::QuantizeOp>();
  bool isLargest =
      quantize && (quantize.getForm() == ternary::ScaleForm::Largest ||
                   quantize.getForm() == ternary::ScaleForm::Unit);
  return isLargest ? quantize.getRange().convertToFloat() : 1;
}

/// What each trit is multiplied by: the scales, or 1 / scale, which is exact
/// for trits.
static FailureOr<Attribute> factors(ternary::LinearOp op, Attribute scales) {
  std::optional<SmallVector<float>> values = floatsOf(scales);
  if (!values)
    return op.emitOpError("has scales without data, expected f32 values");
  if (dividesByScale(op.getRescale()))
    for (float &value : *values)
      value = 1 / value;
  for (float &value : *values)
    value *= rangeOf(op);
  auto type = RankedTensorType::get({int64_t(values->size())},
                                    Float32Type::get(op.getContext()));
  return Attribute(DenseElementsAttr::get(type, ArrayRef<float>(*values)));
}

/// The factors of each of `layers` values: from a global that the same layer
/// indexes, or a constant that all share.
FailureOr<ArrayAttr> TernaryToDense::scalesOf(ternary::LinearOp op,
                                              unsigned index, Value layer,
                                              size_t layers) {
  Value scale = op.getWeightScales()[index];
  SmallVector<Attribute> sources;
  if (ElementsAttr elements = constantElements(scale)) {
    sources.assign(layers, elements);
  } else if (auto get = scale.getDefiningOp<rt::GetGlobalOp>()) {
    auto global = symbols->lookup<rt::GlobalOp>(get.getGlobal());
    if (!get.getLayer())
      sources.assign(layers, global.getValues()[0]);
    else if (get.getLayer() == layer && global.getValues().size() == layers)
      llvm::append_range(sources, global.getValues());
  }
  if (sources.empty())
    return op.emitOpError("has weight scales that are computed, expected a "
                          "constant or a global");
  SmallVector<Attribute> result;
  for (Attribute source : sources) {
    FailureOr<Attribute> value = factors(op, source);
    if (failed(value))
      return failure();
    result.push_back(*value);
  }
  return ArrayAttr::get(op.getContext(), result);
}

FailureOr<Value> TernaryToDense::denseWeights(ternary::LinearOp op,
                                              unsigned index) {
  // Trits of each layer, and where they come from.
  ArrayAttr values;
  Attribute key;
  Value layer;
  std::string name = "ternary";
  Operation *source = op.getWeights()[index].getDefiningOp();
  if (auto constant = dyn_cast_or_null<ternary::ConstantOp>(source)) {
    key = constant.getValue();
    values = ArrayAttr::get(op.getContext(), constant.getValue());
  } else if (auto get = dyn_cast_or_null<rt::GetGlobalOp>(source)) {
    auto trits = symbols->lookup<rt::GlobalOp>(get.getGlobal());
    key = trits.getSymNameAttr();
    values = trits.getValues();
    layer = get.getLayer();
    name = trits.getSymName().str();
  } else {
    return op.emitOpError("has weights that are computed, expected a constant "
                          "or a global");
  }
  auto type = cast<RankedTensorType>(
      cast<RankedTensorType>(op.getWeights()[index].getType()).clone(element));
  FailureOr<ArrayAttr> scales = scalesOf(op, index, layer, values.size());
  if (failed(scales))
    return failure();
  OpBuilder builder(op);
  rt::GlobalOp &global = made[{key, *scales}];
  if (!global) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(getOperation().getBody());
    global = rt::GlobalOp::create(builder, op.getLoc(), name + "_dense", type,
                                  values, Attribute(), *scales);
    symbols->insert(global, getOperation().getBody()->begin());
  }
  return Value(rt::GetGlobalOp::create(
      builder, op.getLoc(), type,
      FlatSymbolRefAttr::get(global.getSymNameAttr()), layer, Value()));
}

/// The bias with N elements; null if there is none.
FailureOr<Value> TernaryToDense::biasOf(ternary::LinearOp op, unsigned index) {
  if (op.getBiases().empty())
    return Value();
  Value bias = op.getBiases()[index];
  int64_t n =
      cast<RankedTensorType>(op.getResult(index).getType()).getShape().back();
  if (cast<RankedTensorType>(bias.getType()).getNumElements() != n)
    return op.emitOpError("has a bias of one element for ")
           << n << " outputs, which a dense layer has not";
  return bias;
}

/// What the dense layer reads: the quantiser's input, or the codes as floats
/// where the graph itself applies the quantiser's scale to the sums.
static Value denseInput(OpBuilder &builder, ternary::LinearOp op,
                        ternary::QuantizeOp quantize) {
  if (op.getRescale() != ternary::RescaleForm::Mul)
    return quantize.getInput();
  auto codes = cast<RankedTensorType>(op.getCodes().getType());
  constexpr int64_t f32 = 1; // in TensorProto.DataType
  return onnx::CastOp::create(
             builder, op.getLoc(), TypeRange(codes.clone(builder.getF32Type())),
             ValueRange(op.getCodes()),
             builder.getNamedAttr("to", builder.getI64IntegerAttr(f32)))
      ->getResult(0);
}

LogicalResult TernaryToDense::replace(ternary::LinearOp op) {
  auto quantize = op.getCodes().getDefiningOp<ternary::QuantizeOp>();
  if (!quantize)
    return op.emitOpError("cannot be dense: its codes are computed elsewhere");
  for (unsigned i = 0, e = op.getNumResults(); i != e; ++i)
    if (op.getGroup() && op.hasGroupScales(i))
      return op.emitOpError(
          "cannot be dense: its weights have scales in groups");
  OpBuilder builder(op);
  Value input = denseInput(builder, op, quantize);
  for (unsigned i = 0, e = op.getNumResults(); i != e; ++i) {
    FailureOr<Value> weights = denseWeights(op, i), bias = biasOf(op, i);
    if (failed(weights) || failed(bias))
      return failure();
    auto dense = transformer::LinearOp::create(
        builder, op.getLoc(), op.getResult(i).getType(), input, *weights, *bias,
        ValueRange(), Value());
    op.getResult(i).replaceAllUsesWith(dense.getResult());
  }
  op.erase();
  if (quantize->use_empty())
    quantize.erase();
  return success();
}

void TernaryToDense::runOnOperation() {
  Builder builder(&getContext());
  element = llvm::StringSwitch<Type>(type)
                .Case("f32", builder.getF32Type())
                .Case("f16", builder.getF16Type())
                .Case("bf16", builder.getBF16Type())
                .Default(Type());
  if (!element) {
    getOperation().emitError("type is '")
        << type << "', expected f32, f16 or bf16";
    return signalPassFailure();
  }
  made.clear();
  symbols.emplace(getOperation());
  SmallVector<ternary::LinearOp> linears;
  getOperation().walk([&](ternary::LinearOp op) { linears.push_back(op); });
  for (ternary::LinearOp op : linears)
    if (failed(replace(op)))
      return signalPassFailure();
  // Trits and scales that nothing reads take no place in the file.
  getOperation().walk([](Operation *op) {
    if (isa<rt::GetGlobalOp, ternary::ConstantOp>(op) && op->use_empty())
      op->erase();
  });
  for (auto global :
       llvm::make_early_inc_range(getOperation().getOps<rt::GlobalOp>()))
    if (SymbolTable::symbolKnownUseEmpty(global, getOperation()))
      symbols->erase(global);
}
