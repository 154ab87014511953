#include "compiler/Driver/Costs.h"

#include "compiler/Recognize/Matchers.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Ternary/Transforms/CostModel.h"
#include "dialects/Transformer/IR/TransformerOps.h"
#include "dialects/Transformer/Transforms/Head.h"

#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace bitnet;

llvm::ArrayRef<EnergyTable> bitnet::getEnergyTables() {
  static constexpr EnergyTable tables[] = {
      {45, 0.03, 0.2, 0.4, 1.1, 0.9, 3.7},
      {7, 0.007, 0.07, 0.16, 0.34, 0.38, 1.31}};
  return tables;
}

double LinearCost::intensity(int64_t tokens) const {
  bool hasCodes = arithmetic == Arithmetic::AddInt8 ||
                  arithmetic == Arithmetic::MultiplyInt8;
  double inputBytes = hasCodes ? 1 : 4;
  double moved = weightBytes + double(tokens) * double(k) * inputBytes +
                 double(tokens) * double(n) * 4;
  return macs() * double(tokens) / moved;
}

double LinearCost::matrixEnergy(const EnergyTable &table) const {
  switch (arithmetic) {
  case Arithmetic::AddInt8:
    return macs() * table.int8Add;
  case Arithmetic::MultiplyInt8:
    return macs() * (table.int8Mul + table.int8Add);
  case Arithmetic::AddFloat32:
    return macs() * table.fp32Add;
  case Arithmetic::MultiplyFloat16:
    return denseEnergy(table);
  }
  return 0;
}

double LinearCost::scaleEnergy(const EnergyTable &table) const {
  switch (arithmetic) {
  case Arithmetic::AddInt8:
  case Arithmetic::MultiplyInt8:
    return (double(k) + 2 * double(n) * double(groups)) * table.fp32Mul;
  case Arithmetic::AddFloat32:
    return double(n) * table.fp32Mul;
  case Arithmetic::MultiplyFloat16:
    return 0;
  }
  return 0;
}

double LinearCost::denseEnergy(const EnergyTable &table) const {
  return macs() * (table.fp16Mul + table.fp16Add);
}

static rt::GlobalOp findGlobal(Value value) {
  auto get = value.getDefiningOp<rt::GetGlobalOp>();
  return get ? SymbolTable::lookupNearestSymbolFrom<rt::GlobalOp>(
                   get, get.getGlobalAttr())
             : nullptr;
}

/// Layers that a value's weights are of.
static int64_t countLayers(Value weights) {
  rt::GlobalOp global = findGlobal(weights);
  return global ? global.getValues().size() : 1;
}

static double bytesOf(Value value) {
  auto type = cast<ShapedType>(value.getType());
  if (!type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return 0;
  return double(type.getNumElements()) *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8u);
}

/// The kernel that `plan` chose; nullopt before it, or with --dense.
static std::optional<ternary::KernelChoice> choiceOf(ternary::LinearOp op) {
  if (!op.getStrategy() || !op.getLayoutAttr())
    return std::nullopt;
  ternary::KernelChoice choice{
      {op.getLayoutAttr().getKind(), op.getLayoutAttr().getRows()}, {}};
  for (const ternary::TileParameter &parameter :
       ternary::getStrategy(*op.getStrategy()).getTileParameters())
    choice.tile.push_back(
        {parameter.name,
         ternary::getStrategy(*op.getStrategy()).getTile(op, parameter.name)});
  return choice;
}

static void addTernary(ternary::LinearOp op, const TargetFacts *facts,
                       bool fromMemory, std::vector<LinearCost> &costs) {
  std::optional<ternary::KernelChoice> choice = choiceOf(op);
  for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i) {
    LinearCost cost;
    cost.name = recognize::describeLoc(op);
    if (e > 1)
      cost.name += " (" + std::to_string(i + 1) + " of " + std::to_string(e) +
                   " that share their input)";
    cost.arithmetic = Arithmetic::AddInt8;
    cost.n = op.getN(i);
    cost.k = op.getK();
    cost.count = countLayers(op.getWeights()[i]);
    if (op.getGroup())
      cost.groups = llvm::divideCeil(op.getK(), *op.getGroup());
    cost.weightBytes = cost.macs() / 4;
    if (choice) {
      const ternary::KernelStrategy &strategy =
          ternary::getStrategy(*op.getStrategy());
      if (strategy.multiplies())
        cost.arithmetic = Arithmetic::MultiplyInt8;
      cost.kernel = (strategy.getName() + " on " +
                     ternary::stringifyLayoutKind(choice->layout.kind))
                        .str();
      ternary::LinearShape shape;
      shape.rows = {cost.n};
      shape.k = cost.k;
      cost.weightBytes = ternary::getPackedBytes(shape, choice->layout);
      if (op.getGroup() && op.hasGroupScales(i))
        cost.weightBytes += bytesOf(op.getWeightScales()[i]);
      std::optional<ternary::Estimate> estimate;
      if (facts)
        estimate =
            ternary::estimate(strategy, *choice, shape, *facts, fromMemory);
      if (estimate)
        cost.seconds.assign(estimate->seconds.begin(), estimate->seconds.end());
    }
    costs.push_back(cost);
  }
}

static void addFloat(ternary::FloatLinearOp op,
                     std::vector<LinearCost> &costs) {
  LinearCost cost;
  cost.name = recognize::describeLoc(op);
  cost.kernel = "float activations on planes";
  cost.arithmetic = Arithmetic::AddFloat32;
  cost.k = cast<ShapedType>(op.getInput().getType()).getShape().back();
  cost.n = op.getRows();
  cost.count = countLayers(op.getPlanes());
  cost.weightBytes = bytesOf(op.getPlanes()) + bytesOf(op.getScales());
  costs.push_back(cost);
}

/// A dense layer on constant weights. An exact head reads its narrow copy.
static void addDense(Operation *op, std::vector<LinearCost> &costs) {
  LinearCost cost;
  cost.name = recognize::describeLoc(op);
  cost.kernel = "dense " + transformer::describeStorage(op);
  cost.k = cast<ShapedType>(op->getOperand(0).getType()).getShape().back();
  cost.n = cast<ShapedType>(op->getResult(0).getType()).getShape().back();
  bool screened = isa<transformer::ScreenedLinearOp>(op);
  for (Value operand : op->getOperands().drop_front(screened ? 2 : 1))
    cost.weightBytes += bytesOf(operand);
  cost.count = countLayers(op->getOperand(1));
  costs.push_back(cost);
}

std::vector<LinearCost> bitnet::collectCosts(ModuleOp module,
                                             const TargetFacts *facts) {
  std::vector<LinearCost> costs;
  bool fromMemory = facts && ternary::areWeightsInMemory(module, *facts);
  module.walk([&](Operation *op) {
    if (auto linear = dyn_cast<ternary::LinearOp>(op))
      addTernary(linear, facts, fromMemory, costs);
    else if (auto linear = dyn_cast<ternary::FloatLinearOp>(op))
      addFloat(linear, costs);
    else if (isa<transformer::LinearOp, transformer::QuantizedLinearOp,
                 transformer::GroupedLinearOp, transformer::ScreenedLinearOp>(
                 op) &&
             op->getNumResults() == 1)
      addDense(op, costs);
  });
  return costs;
}
