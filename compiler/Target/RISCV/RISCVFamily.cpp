#include "compiler/Target/Family.h"
#include "compiler/Target/RISCV/Instructions.h"

#include "bitnet/module.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bitnet;
using llvm::StringLiteral;

namespace {

struct RISCVFamily : TargetFamily {
  llvm::Triple::ArchType getArch() const override {
    return llvm::Triple::riscv64;
  }
  StringRef getTriple() const override { return "riscv64-linux-gnu"; }
  ArrayRef<NamedTarget> getNames() const override;
  StringRef getBaseCpu() const override { return "generic-rv64"; }
  /// What Linux distributions are built for: rv64gc.
  StringRef getBaseFeatures() const override {
    return "+m,+a,+f,+d,+c,+zicsr,+zifencei";
  }
  ArrayRef<CheckedFeature> getCheckedFeatures() const override;
  StringRef getAbi() const override { return "lp64d"; }
  void setFacts(HasFeature has, TargetFacts &facts) const override;
  StringRef getLoader() const override {
    return "/lib/ld-linux-riscv64-lp64d.so.1";
  }
  SmallVector<std::string>
  getEmulator(const TargetFacts &facts) const override {
    return {"qemu-riscv64", "-cpu",
            "rv64,v=true,vext_spec=v1.0,vlen=" +
                std::to_string(facts.vectorBits)};
  }
  StringRef getScheduledCpu() const override { return "sifive-p670"; }

  std::optional<InstructionClass> classify(StringRef mnemonic) const override {
    return riscv::classify(mnemonic);
  }
  bool isGeneral64(StringRef operand) const override;
  StringRef getDisassemblerFeatures() const override {
    return "+m,+a,+f,+d,+c,+v,+zba,+zbb,+zbs";
  }
  bool isProductFree(LLVM::CallIntrinsicOp call) const override;

  /// a + b * 2^n, by vwaddu and vwmaccu.
  bool interleavesByProducts() const override { return true; }

  Value shuffleBytes(OpBuilder &builder, Location loc, const TargetFacts &facts,
                     Value table, Value indices) const override;
  Value shiftLeft(OpBuilder &builder, Location loc, const TargetFacts &facts,
                  Value vector, int64_t bits) const override;
};

} // namespace

const TargetFamily &bitnet::getRISCVFamily() {
  static const RISCVFamily family;
  return family;
}

ArrayRef<NamedTarget> RISCVFamily::getNames() const {
  static constexpr NamedTarget names[] = {
      {"riscv64-rvv", "", "+v"}, {"riscv64-rvv256", "", "+v,+zvl256b"}};
  return names;
}

/// What else there is, Linux tells by riscv_hwprobe, which is younger than
/// distributions are.
ArrayRef<CheckedFeature> RISCVFamily::getCheckedFeatures() const {
  static constexpr CheckedFeature features[] = {
      {"v", BITNET_CPU_V},
      {"zvl256b", BITNET_CPU_ZVL256B},
      {"zvl512b", BITNET_CPU_ZVL512B}};
  return features;
}

void RISCVFamily::setFacts(HasFeature has, TargetFacts &facts) const {
  facts.rvv = has("v");
  facts.convertsHalf = false;
  facts.vectorRegisters = 32;
  facts.vectorBits = 128;
  if (facts.rvv && has("zvl256b"))
    facts.vectorBits = has("zvl512b") ? 512 : 256;
}

bool RISCVFamily::isGeneral64(StringRef operand) const {
  if (llvm::is_contained({"zero", "ra", "sp", "gp", "tp"}, operand))
    return true;
  bool letter = operand.consume_front("a") || operand.consume_front("s") ||
                operand.consume_front("t");
  unsigned number = 0;
  return letter && !operand.getAsInteger(10, number);
}

static constexpr StringLiteral gather = "llvm.riscv.vrgather.vv",
                               shift = "llvm.riscv.vsll";

/// A shift by what is not constant might multiply by a power of two.
bool RISCVFamily::isProductFree(LLVM::CallIntrinsicOp call) const {
  return call.getIntrin() == gather ||
         (call.getIntrin() == shift &&
          matchPattern(call.getArgs()[2], m_Constant()));
}

/// The result of an intrinsic on whole vectors of any length, of which the
/// lanes of `operands` (all of one type, but for scalars) are used.
static Value callOnWhole(OpBuilder &builder, Location loc,
                         const TargetFacts &facts, StringRef name,
                         ValueRange operands) {
  auto fixed = cast<VectorType>(operands[0].getType());
  int64_t lanes = fixed.getNumElements();
  // LLVM counts lanes for each 64 bits of a register, and knows vector_bits.
  auto whole = VectorType::get(lanes * 64 / facts.vectorBits,
                               fixed.getElementType(), /*scalableDims=*/true);
  Value none = LLVM::PoisonOp::create(builder, loc, whole);
  SmallVector<Value> all = {none};
  for (Value operand : operands)
    all.push_back(
        operand.getType() == fixed
            ? vector::ScalableInsertOp::create(builder, loc, operand, none, 0)
            : operand);
  all.push_back(arith::ConstantIntOp::create(builder, loc, lanes, 64));
  Value result = LLVM::CallIntrinsicOp::create(builder, loc, whole,
                                               builder.getStringAttr(name), all)
                     .getResult(0);
  return vector::ScalableExtractOp::create(builder, loc, fixed, result, 0);
}

/// A gather within one register, whose bytes are those of 16-byte tables that
/// are all the same: an index below 16 finds the first one's.
Value RISCVFamily::shuffleBytes(OpBuilder &builder, Location loc,
                                const TargetFacts &facts, Value table,
                                Value indices) const {
  return callOnWhole(builder, loc, facts, gather, {table, indices});
}

/// LLVM makes vwmul of a shift of widened lanes, but not of its intrinsic.
Value RISCVFamily::shiftLeft(OpBuilder &builder, Location loc,
                             const TargetFacts &facts, Value vector,
                             int64_t bits) const {
  Value amount = arith::ConstantIntOp::create(builder, loc, bits, 64);
  return callOnWhole(builder, loc, facts, shift, {vector, amount});
}
