#ifndef COMPILER_DRIVER_COSTS_H
#define COMPILER_DRIVER_COSTS_H

#include "compiler/Target/TargetFacts.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace bitnet {

/// Energy of arithmetic in pJ, of one process: the table by which the BitNet
/// papers count (arXiv 2310.11453 and 2402.17764, after Horowitz, ISSCC 2014,
/// and Zhang et al., 2022); products of INT8, which those have not, are of
/// Jouppi et al., "Ten Lessons From Three Generations", ISCA 2021, whose other
/// figures are the same.
struct EnergyTable {
  int nanometres;
  double int8Add, int8Mul, fp16Add, fp16Mul, fp32Add, fp32Mul;
};
/// 45 nm and 7 nm.
llvm::ArrayRef<EnergyTable> getEnergyTables();

/// What a linear layer does for each weight: add an integer of 8 bits, multiply
/// and add those (dot products), add a float (ternary weights, inputs that are
/// not quantised), or multiply and add in f16 (dense ones, counted as the
/// papers do whatever their type).
enum class Arithmetic { AddInt8, MultiplyInt8, AddFloat32, MultiplyFloat16 };

/// One linear layer after `plan`, or as many as a rolled loop has.
struct LinearCost {
  /// The graph's name of the product.
  std::string name;
  /// Kernel and layout, or how dense weights are stored.
  std::string kernel;
  Arithmetic arithmetic = Arithmetic::MultiplyFloat16;
  int64_t n = 0, k = 0, count = 1;
  /// Groups of terms whose sums are scaled one by one.
  int64_t groups = 1;
  /// What a token reads of one layer's weights.
  double weightBytes = 0;
  /// Predicted time of one layer for each number of tokens in
  /// `ternary::getTokenClasses`; empty where kernels have no figures.
  std::vector<double> seconds;

  bool isTernary() const { return arithmetic != Arithmetic::MultiplyFloat16; }
  double macs() const { return double(n) * double(k); }
  /// Multiply-adds for each byte moved with `tokens` tokens: weights, f32
  /// inputs or their 8-bit codes, f32 outputs.
  double intensity(int64_t tokens) const;
  /// pJ of one layer's products and sums for a token.
  double matrixEnergy(const EnergyTable &table) const;
  /// pJ of quantising and scaling for a token: K + 2 N products in f32 around
  /// integer sums (2 N for each group of terms), N after float sums.
  double scaleEnergy(const EnergyTable &table) const;
  /// The same layer in f16: a product and a sum for each weight.
  double denseEnergy(const EnergyTable &table) const;
};

/// The linear layers of a module after `plan`, in its order; without `facts`,
/// as for a device, no times.
std::vector<LinearCost> collectCosts(mlir::ModuleOp module,
                                     const TargetFacts *facts);

/// A page of HTML that needs no other file: totals, energy, a roofline, and a
/// row for each layer; without `facts` neither roofline nor times.
std::string makeCostPage(llvm::StringRef model, llvm::StringRef target,
                         const TargetFacts *facts,
                         llvm::ArrayRef<LinearCost> costs);

} // namespace bitnet

#endif // COMPILER_DRIVER_COSTS_H
