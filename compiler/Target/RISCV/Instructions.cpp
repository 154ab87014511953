#include "compiler/Target/RISCV/Instructions.h"

#include "llvm/ADT/SmallVector.h"

using namespace llvm;
using namespace bitnet;

using C = InstructionClass;

/// No pattern is so short that it lets vmul, vmacc, vmadd, vnmsub, vsmul or
/// their widening forms in.
static constexpr InstructionRule rules[] = {
    // Integer sums.
    {"add", C::AddSub},
    {"addi", C::AddSub},
    {"addw", C::AddSub},
    {"addiw", C::AddSub},
    {"sub", C::AddSub},
    {"subw", C::AddSub},
    {"neg", C::AddSub},
    {"negw", C::AddSub},
    {"sh1add*", C::AddSub},
    {"sh2add*", C::AddSub},
    {"sh3add*", C::AddSub},
    {"vadd.*", C::AddSub},
    {"vsub.*", C::AddSub},
    {"vrsub.*", C::AddSub},
    {"vneg.v", C::AddSub},
    {"vwadd.*", C::AddSub},
    {"vwaddu.*", C::AddSub},
    {"vwsub.*", C::AddSub},
    {"vwsubu.*", C::AddSub},
    {"vredsum.*", C::AddSub},
    {"vwredsum.*", C::AddSub},
    {"vwredsumu.*", C::AddSub},
    // Gathers and slides.
    {"vrgather*", C::LookUp},
    {"vslide*", C::LookUp},
    {"vfslide*", C::LookUp},
    {"vcompress.*", C::LookUp},
    {"vmerge.*", C::LookUp},
    {"vfmerge.*", C::LookUp},
    {"vid.v", C::LookUp},
    {"viota.m", C::LookUp},
    // Bits, compares, masks.
    {"and", C::Logic},
    {"andi", C::Logic},
    {"or", C::Logic},
    {"ori", C::Logic},
    {"xor", C::Logic},
    {"xori", C::Logic},
    {"not", C::Logic},
    {"sll*", C::Logic},
    {"srl*", C::Logic},
    {"sra*", C::Logic},
    {"slt*", C::Logic},
    {"seqz", C::Logic},
    {"snez", C::Logic},
    {"sgtz", C::Logic},
    {"min*", C::Logic},
    {"max*", C::Logic},
    {"vand.*", C::Logic},
    {"vor.*", C::Logic},
    {"vxor.*", C::Logic},
    {"vnot.v", C::Logic},
    {"vsll.*", C::Logic},
    {"vsrl.*", C::Logic},
    {"vsra.*", C::Logic},
    {"vnsrl.*", C::Logic},
    {"vnsra.*", C::Logic},
    {"vmseq.*", C::Logic},
    {"vmsne.*", C::Logic},
    {"vmslt*", C::Logic},
    {"vmsle*", C::Logic},
    {"vmsgt*", C::Logic},
    {"vmsge*", C::Logic},
    {"vmf*", C::Logic},
    {"vmand*", C::Logic},
    {"vmnand*", C::Logic},
    {"vmor*", C::Logic},
    {"vmnor*", C::Logic},
    {"vmxor*", C::Logic},
    {"vmxnor*", C::Logic},
    {"vmnot*", C::Logic},
    {"vmclr.m", C::Logic},
    {"vmset.m", C::Logic},
    {"vmin*", C::Logic},
    {"vmax*", C::Logic},
    {"vcpop.m", C::Logic},
    {"vfirst.m", C::Logic},
    {"feq.s", C::Logic},
    {"flt.s", C::Logic},
    {"fle.s", C::Logic},
    {"fclass.s", C::Logic},
    {"fsgnj*", C::Logic},
    {"fneg.s", C::Logic},
    {"fabs.s", C::Logic},
    {"vfsgnj*", C::Logic},
    {"vfneg.v", C::Logic},
    {"vfabs.v", C::Logic},
    // Loads, stores, copies, widths.
    {"mv", C::Move},
    {"li", C::Move},
    {"lui", C::Move},
    {"auipc", C::Move},
    {"lb*", C::Move},
    {"lh*", C::Move},
    {"lw*", C::Move},
    {"ld", C::Move},
    {"sb", C::Move},
    {"sh", C::Move},
    {"sw", C::Move},
    {"sd", C::Move},
    {"flw", C::Move},
    {"fld", C::Move},
    {"fsw", C::Move},
    {"fsd", C::Move},
    {"fmv*", C::Move},
    {"sext*", C::Move},
    {"zext*", C::Move},
    {"vmv*", C::Move},
    {"vfmv*", C::Move},
    {"vl*", C::Move},
    {"vse8.v", C::Move},
    {"vse16.v", C::Move},
    {"vse32.v", C::Move},
    {"vse64.v", C::Move},
    {"vsse*", C::Move},
    {"vsm.v", C::Move},
    {"vs1r.v", C::Move},
    {"vs2r.v", C::Move},
    {"vs4r.v", C::Move},
    {"vs8r.v", C::Move},
    {"vsuxei*", C::Move},
    {"vsoxei*", C::Move},
    {"vsext.*", C::Move},
    {"vzext.*", C::Move},
    {"vwcvt*", C::Move},
    {"vncvt*", C::Move},
    {"vset*", C::Move},
    {"csrr", C::Move},
    {"prefetch*", C::Move},
    // f32 arithmetic on finished sums.
    {"fcvt*", C::Rescale},
    {"fadd.s", C::Rescale},
    {"fsub.s", C::Rescale},
    {"fmul.s", C::Rescale},
    {"fdiv.s", C::Rescale},
    {"fmin.s", C::Rescale},
    {"fmax.s", C::Rescale},
    {"vfcvt*", C::Rescale},
    {"vfwcvt*", C::Rescale},
    {"vfncvt*", C::Rescale},
    {"vfadd.*", C::Rescale},
    {"vfsub.*", C::Rescale},
    {"vfrsub.*", C::Rescale},
    {"vfmul.*", C::Rescale},
    {"vfdiv.*", C::Rescale},
    {"vfrdiv.*", C::Rescale},
    {"vfmin.*", C::Rescale},
    {"vfmax.*", C::Rescale},
    // Of 64 bits: those of 32 end in w.
    {"mul", C::AddressMultiply},
    {"mulh", C::AddressMultiply},
    {"mulhu", C::AddressMultiply},
    {"mulhsu", C::AddressMultiply},
    {"div", C::AddressMultiply},
    {"divu", C::AddressMultiply},
    {"rem", C::AddressMultiply},
    {"remu", C::AddressMultiply},
    {"beq*", C::Control},
    {"bne*", C::Control},
    {"blt*", C::Control},
    {"bge*", C::Control},
    {"bgt*", C::Control},
    {"ble*", C::Control},
    {"j", C::Control},
    {"jr", C::Control},
    {"ret", C::Control},
    {"nop", C::Control},
    {"unimp", C::Control},
    {"ebreak", C::Control},
    {"jal", C::Call},
    {"jalr", C::Call},
};

std::optional<InstructionClass> riscv::classify(StringRef mnemonic) {
  return findClass(rules, mnemonic);
}

static SmallVector<StringRef>
operandsOf(const bitnet::Instruction &instruction) {
  SmallVector<StringRef> operands;
  StringRef(instruction.text)
      .drop_front(instruction.mnemonic.size())
      .split(operands, ',', -1, /*KeepEmpty=*/false);
  for (StringRef &operand : operands)
    operand = operand.trim();
  return operands;
}

/// The instruction that writes `reg` before `index` whatever way led there;
/// null where a branch may come in between, or a call.
static const bitnet::Instruction *findWriter(const Kernel &kernel, size_t index,
                                             StringRef reg) {
  auto isTarget = [&](uint64_t address) {
    return any_of(kernel.instructions, [&](const bitnet::Instruction &other) {
      return other.target == address;
    });
  };
  while (index > 0) {
    // A label: who jumps here has other values.
    if (isTarget(kernel.instructions[index].address))
      return nullptr;
    const bitnet::Instruction &before = kernel.instructions[--index];
    std::optional<InstructionClass> found = riscv::classify(before.mnemonic);
    if (!found || *found == C::Call || *found == C::Control)
      return nullptr;
    // Stores do not write their first operand: taken for writers, they refuse.
    SmallVector<StringRef> operands = operandsOf(before);
    if (!operands.empty() && operands[0] == reg)
      return &before;
  }
  return nullptr;
}

bool riscv::makesAddress(const Kernel &kernel, size_t index) {
  const bitnet::Instruction &product = kernel.instructions[index];
  SmallVector<StringRef> operands = operandsOf(product);
  if (product.mnemonic != "mul" || operands.size() != 3)
    return false;
  bool length = false, constant = false;
  for (StringRef factor : {operands[1], operands[2]}) {
    const bitnet::Instruction *writer = findWriter(kernel, index, factor);
    if (!writer)
      return false;
    length |= writer->mnemonic == "csrr" && operandsOf(*writer)[1] == "vlenb";
    constant |= writer->mnemonic == "li";
  }
  return length && constant;
}
