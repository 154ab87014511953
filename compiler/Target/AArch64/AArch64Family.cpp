#include "compiler/Target/AArch64/Instructions.h"
#include "compiler/Target/Family.h"

#include "bitnet/module.h"

#include "llvm/ADT/STLExtras.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace bitnet;
using llvm::StringLiteral;

static Value call(OpBuilder &builder, Location loc, StringRef name, Type type,
                  ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(builder, loc, type,
                                       builder.getStringAttr(name), operands)
      .getResult(0);
}

namespace {

struct AArch64Family : TargetFamily {
  llvm::Triple::ArchType getArch() const override {
    return llvm::Triple::aarch64;
  }
  StringRef getTriple() const override { return "aarch64-linux-gnu"; }
  ArrayRef<NamedTarget> getNames() const override;
  ArrayRef<CheckedFeature> getCheckedFeatures() const override;
  void setFacts(HasFeature has, TargetFacts &facts) const override;
  StringRef getLoader() const override { return "/lib/ld-linux-aarch64.so.1"; }
  SmallVector<std::string> getEmulator(const TargetFacts &) const override {
    return {"qemu-aarch64", "-cpu", "max"};
  }
  StringRef getScheduledCpu() const override { return "neoverse-n1"; }

  std::optional<InstructionClass> classify(StringRef mnemonic) const override {
    return aarch64::classify(mnemonic);
  }
  /// x0 to x30.
  bool isGeneral64(StringRef operand) const override {
    return operand.consume_front("x") && llvm::all_of(operand, llvm::isDigit);
  }
  StringRef getDisassemblerFeatures() const override { return "+all"; }
  bool isProductFree(LLVM::CallIntrinsicOp call) const override;

  Value shuffleBytes(OpBuilder &builder, Location loc, const TargetFacts &facts,
                     Value table, Value indices) const override;
  Value addDots(OpBuilder &builder, Location loc, const TargetFacts &facts,
                Value sum, Value codes, Value elements,
                bool wide) const override;
  Value addMatrixDots(OpBuilder &builder, Location loc, Value sum, Value codes,
                      Value elements) const override {
    return call(builder, loc, "llvm.aarch64.neon.usmmla.v4i32.v16i8",
                sum.getType(), {sum, codes, elements});
  }
};

} // namespace

const TargetFamily &bitnet::getAArch64Family() {
  static const AArch64Family family;
  return family;
}

ArrayRef<NamedTarget> AArch64Family::getNames() const {
  static constexpr NamedTarget names[] = {
      {"aarch64-neon", "", ""},
      {"aarch64-dotprod", "", "+dotprod"},
      {"aarch64-i8mm", "", "+dotprod,+i8mm"}};
  return names;
}

ArrayRef<CheckedFeature> AArch64Family::getCheckedFeatures() const {
  static constexpr CheckedFeature features[] = {
      {"dotprod", BITNET_CPU_DOTPROD},
      {"i8mm", BITNET_CPU_I8MM},
      {"fullfp16", BITNET_CPU_FULLFP16}};
  return features;
}

void AArch64Family::setFacts(HasFeature has, TargetFacts &facts) const {
  facts.neon = true;
  facts.dotprod = has("dotprod");
  facts.i8mm = has("i8mm");
  facts.vectorBits = 128;
  facts.vectorRegisters = 32;
}

bool AArch64Family::isProductFree(LLVM::CallIntrinsicOp call) const {
  static constexpr StringLiteral names[] = {"llvm.aarch64.neon.tbl1.v16i8"};
  return llvm::is_contained(names, call.getIntrin());
}

Value AArch64Family::shuffleBytes(OpBuilder &builder, Location loc,
                                  const TargetFacts &facts, Value table,
                                  Value indices) const {
  return call(builder, loc, "llvm.aarch64.neon.tbl1.v16i8", table.getType(),
              {table, indices});
}

/// usdot takes any unsigned bytes; sdot takes them where they are below 128.
Value AArch64Family::addDots(OpBuilder &builder, Location loc,
                             const TargetFacts &facts, Value sum, Value codes,
                             Value elements, bool wide) const {
  StringRef name = wide ? "llvm.aarch64.neon.usdot.v4i32.v16i8"
                        : "llvm.aarch64.neon.sdot.v4i32.v16i8";
  return call(builder, loc, name, sum.getType(), {sum, codes, elements});
}
