#include "compiler/Target/Family.h"
#include "compiler/Target/X86/Instructions.h"

#include "bitnet/module.h"

#include "llvm/ADT/STLExtras.h"

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

struct X86Family : TargetFamily {
  llvm::Triple::ArchType getArch() const override {
    return llvm::Triple::x86_64;
  }
  StringRef getTriple() const override { return "x86_64-linux-gnu"; }
  ArrayRef<NamedTarget> getNames() const override;
  StringRef getBaseCpu() const override { return "x86-64"; }
  ArrayRef<CheckedFeature> getCheckedFeatures() const override;
  void setFacts(HasFeature has, TargetFacts &facts) const override;
  StringRef getLoader() const override { return "/lib64/ld-linux-x86-64.so.2"; }

  std::optional<InstructionClass> classify(StringRef mnemonic) const override {
    return x86::classify(mnemonic);
  }
  bool isGeneral64(StringRef operand) const override;
  unsigned getAssemblySyntax() const override { return 1; } // Intel's
  bool isProductFree(LLVM::CallIntrinsicOp call) const override;

  Value shuffleBytes(OpBuilder &builder, Location loc, const TargetFacts &facts,
                     Value table, Value indices) const override;
  Value addDots(OpBuilder &builder, Location loc, const TargetFacts &facts,
                Value sum, Value codes, Value elements,
                bool wide) const override;
};

} // namespace

const TargetFamily &bitnet::getX86Family() {
  static const X86Family family;
  return family;
}

ArrayRef<NamedTarget> X86Family::getNames() const {
  static constexpr NamedTarget names[] = {
      {"x86-ssse3", "x86-64-v2", "+ssse3"},
      {"x86-avx2", "x86-64-v3", "+ssse3,+avx2,+f16c"},
      {"x86-avx512bw", "x86-64-v4", "+ssse3,+avx2,+f16c,+avx512bw,+avx512vl"},
      {"x86-avx512vnni", "x86-64-v4",
       "+ssse3,+avx2,+f16c,+avx512bw,+avx512vl,+avx512vnni"},
      {"x86-avx512vbmi", "x86-64-v4",
       "+ssse3,+avx2,+f16c,+avx512bw,+avx512vl,+avx512vnni,"
       "+avx512vbmi"}};
  return names;
}

ArrayRef<CheckedFeature> X86Family::getCheckedFeatures() const {
  static constexpr CheckedFeature features[] = {
      {"ssse3", BITNET_CPU_SSSE3},
      {"sse4.1", BITNET_CPU_SSE41},
      {"sse4.2", BITNET_CPU_SSE42},
      {"popcnt", BITNET_CPU_POPCNT},
      {"avx", BITNET_CPU_AVX},
      {"avx2", BITNET_CPU_AVX2},
      {"fma", BITNET_CPU_FMA},
      {"f16c", BITNET_CPU_F16C},
      {"bmi2", BITNET_CPU_BMI2},
      {"avx512f", BITNET_CPU_AVX512F},
      {"avx512cd", BITNET_CPU_AVX512CD},
      {"avx512bw", BITNET_CPU_AVX512BW},
      {"avx512dq", BITNET_CPU_AVX512DQ},
      {"avx512vl", BITNET_CPU_AVX512VL},
      {"avx512vnni", BITNET_CPU_AVX512VNNI},
      {"avx512vbmi", BITNET_CPU_AVX512VBMI}};
  return features;
}

void X86Family::setFacts(HasFeature has, TargetFacts &facts) const {
  facts.x86 = true;
  facts.ssse3 = has("ssse3");
  facts.avx2 = has("avx2");
  facts.avx512bw = has("avx512bw") && has("avx512vl");
  facts.avx512vbmi = facts.avx512bw && has("avx512vbmi");
  facts.avx512vnni = facts.avx512bw && has("avx512vnni");
  facts.convertsHalf = has("f16c");
  facts.vectorBits = facts.avx512bw ? 512 : facts.avx2 ? 256 : 128;
  facts.vectorRegisters = facts.avx512bw ? 32 : 16;
}

/// rax to r15.
bool X86Family::isGeneral64(StringRef operand) const {
  return operand.consume_front("r") && operand.size() <= 2 &&
         !operand.ends_with("d") && !operand.ends_with("w") &&
         !operand.ends_with("b") && !operand.contains(' ');
}

bool X86Family::isProductFree(LLVM::CallIntrinsicOp call) const {
  static constexpr StringLiteral names[] = {
      "llvm.x86.ssse3.pshuf.b.128", "llvm.x86.avx2.pshuf.b",
      "llvm.x86.avx512.pshuf.b.512", "llvm.x86.avx512.vpermi2var.qi.512"};
  return llvm::is_contained(names, call.getIntrin());
}

Value X86Family::shuffleBytes(OpBuilder &builder, Location loc,
                              const TargetFacts &facts, Value table,
                              Value indices) const {
  int64_t bytes = facts.shuffleBytes();
  StringRef name = bytes == 64   ? "llvm.x86.avx512.pshuf.b.512"
                   : bytes == 32 ? "llvm.x86.avx2.pshuf.b"
                                 : "llvm.x86.ssse3.pshuf.b.128";
  return call(builder, loc, name, table.getType(), {table, indices});
}

Value X86Family::addDots(OpBuilder &builder, Location loc,
                         const TargetFacts &facts, Value sum, Value codes,
                         Value elements, bool wide) const {
  return call(builder, loc, "llvm.x86.avx512.vpdpbusd.512", sum.getType(),
              {sum, codes, elements});
}
