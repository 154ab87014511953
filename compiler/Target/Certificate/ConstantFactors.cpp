#include "compiler/Target/Certificate/ConstantFactors.h"
#include "compiler/Target/Certificate/InstructionClasses.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrDesc.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"

#include <map>

using namespace llvm;
using namespace bitnet;

namespace {

/// Who writes the registers of one kernel.
class Writers {
public:
  Writers(const Kernel &kernel, ArrayRef<MCInst> decoded,
          const InstructionInfo &info, Triple::ArchType arch);

  /// Whether `reg` holds a constant in front of instruction `at`.
  bool isConstant(size_t at, MCRegister reg) const {
    return isKnown && spell(at, reg, 0);
  }

private:
  const MCInstrDesc &describe(size_t i) const {
    return info.instructions.get(decoded[i].getOpcode());
  }
  std::optional<std::string> spell(size_t at, MCRegister reg, int depth) const;
  std::optional<SmallVector<size_t>> findWriters(size_t at,
                                                 MCRegister reg) const;
  bool survivesCalls(MCRegister reg) const;
  bool writes(size_t i, MCRegister reg) const;
  bool writesAll(size_t i, MCRegister reg) const;

  const Kernel &kernel;
  ArrayRef<MCInst> decoded;
  const InstructionInfo &info;
  const Triple::ArchType arch;
  /// The instructions that may come before each one; the first one's callers
  /// are not among them.
  std::vector<SmallVector<size_t, 2>> before;
  /// Whether it is known where all branches and calls go.
  bool isKnown = true;
};

} // namespace

Writers::Writers(const Kernel &kernel, ArrayRef<MCInst> decoded,
                 const InstructionInfo &info, Triple::ArchType arch)
    : kernel(kernel), decoded(decoded), info(info), arch(arch),
      before(decoded.size()) {
  // Targets are whatever bytes say: DenseMap has no place for some of them.
  std::map<uint64_t, size_t> places;
  for (auto [i, instruction] : enumerate(kernel.instructions))
    places[instruction.address] = i;
  for (auto [i, instruction] : enumerate(kernel.instructions)) {
    isKnown &= !instruction.goesAnywhere;
    if (i + 1 < decoded.size() && !describe(i).isBarrier())
      before[i + 1].push_back(i);
    // One to a function of the library ends the kernel.
    if (instruction.flow != Flow::Branch ||
        isLibraryFunction(instruction.callee))
      continue;
    if (auto to = places.find(instruction.target.value_or(0));
        to != places.end())
      before[to->second].push_back(i);
  }
}

bool Writers::writes(size_t i, MCRegister reg) const {
  const MCInstrDesc &desc = describe(i);
  for (unsigned j = 0; j < desc.getNumDefs(); ++j)
    if (const MCOperand &def = decoded[i].getOperand(j);
        def.isReg() && info.registers.regsOverlap(def.getReg(), reg))
      return true;
  return any_of(desc.implicit_defs(), [&](MCPhysReg def) {
    return info.registers.regsOverlap(def, reg);
  });
}

/// Whether instruction `i`, which writes to `reg`, leaves nothing of it: all
/// architectures clear the rest where 32 bits are written, and x86 keeps it
/// where fewer are.
bool Writers::writesAll(size_t i, MCRegister reg) const {
  const MCInstrDesc &desc = describe(i);
  const MCOperand &first = decoded[i].getOperand(0);
  if (desc.getNumDefs() != 1 || !first.isReg())
    return false;
  if (first.getReg() == reg)
    return true;
  int16_t number = desc.operands()[0].RegClass;
  return info.registers.isSuperRegister(first.getReg(), reg) && number >= 0 &&
         info.registers.getRegClass(number).getSizeInBits() == 32;
}

/// Whether a library's function that is called leaves `reg` as it is, by the
/// calling conventions of Linux.
bool Writers::survivesCalls(MCRegister reg) const {
  StringRef name = info.registers.getName(reg);
  unsigned number = 0;
  bool numbered = !name.drop_front().getAsInteger(10, number);
  auto within = [&](unsigned first, unsigned last) {
    return numbered && number >= first && number <= last;
  };
  switch (arch) {
  case Triple::x86_64:
    return name == "RBX" || name == "RBP" ||
           (name.starts_with("R") && within(12, 15));
  case Triple::aarch64:
    return name.starts_with("X") && within(19, 28);
  case Triple::riscv64:
    return name.starts_with("X") && (within(8, 9) || within(18, 27));
  default:
    return false;
  }
}

/// The instructions that may have written `reg` before `at`; nothing where a
/// call or the kernel's caller may have.
std::optional<SmallVector<size_t>> Writers::findWriters(size_t at,
                                                        MCRegister reg) const {
  SmallVector<size_t> found, places = {at};
  std::vector<bool> seen(decoded.size());
  while (!places.empty()) {
    size_t place = places.pop_back_val();
    // Nothing runs before the first instruction but the caller.
    if (place == 0)
      return std::nullopt;
    for (size_t i : before[place]) {
      if (kernel.instructions[i].flow == Flow::Call && !survivesCalls(reg))
        return std::nullopt;
      if (seen[i])
        continue;
      seen[i] = true;
      (writes(i, reg) ? found : places).push_back(i);
    }
  }
  return found;
}

/// Whether an immediate is a number that weights are.
static bool isTrit(int64_t immediate) {
  return immediate >= -1 && immediate <= 1;
}

/// Whether all immediates of an instruction are such numbers.
static bool hasTrits(const MCInst &inst) {
  return all_of(inst, [](const MCOperand &operand) {
    return !operand.isImm() || isTrit(operand.getImm());
  });
}

/// Whether the same text makes another number in another place.
static bool dependsOnPlace(const bitnet::Instruction &instruction) {
  StringRef mnemonic = instruction.mnemonic;
  return instruction.isRelocated || instruction.flow != Flow::Next ||
         mnemonic == "adr" || mnemonic == "adrp" || mnemonic == "auipc";
}

/// The instructions that make the constant in `reg` before `at`, as text; the
/// same for all ways that lead there. Nothing where it is no constant.
std::optional<std::string> Writers::spell(size_t at, MCRegister reg,
                                          int depth) const {
  // A constant of 64 bits takes some instructions; one more in each turn of a
  // loop is none.
  constexpr int most = 8;
  std::optional<SmallVector<size_t>> writers =
      depth < most ? findWriters(at, reg) : std::nullopt;
  std::optional<std::string> common;
  for (size_t writer : writers.value_or(SmallVector<size_t>())) {
    const MCInst &inst = decoded[writer];
    const MCInstrDesc &desc = describe(writer);
    if (dependsOnPlace(kernel.instructions[writer]) ||
        !writesAll(writer, reg) || desc.mayLoad() ||
        desc.hasUnmodeledSideEffects() || !desc.implicit_uses().empty())
      return std::nullopt;
    // What it reads is to be constant, too.
    std::string text;
    for (unsigned j = 1; j < inst.getNumOperands(); ++j) {
      const MCOperand &operand = inst.getOperand(j);
      if (!operand.isReg() || !operand.getReg() ||
          info.registers.isConstant(operand.getReg()))
        continue;
      std::optional<std::string> part =
          spell(writer, operand.getReg(), depth + 1);
      if (!part)
        return std::nullopt;
      text += *part;
    }
    if (depth == 0 && text.empty() && hasTrits(inst))
      return std::nullopt;
    text += kernel.instructions[writer].text + '\n';
    // One of two constants may be chosen by data.
    if (common && *common != text)
      return std::nullopt;
    common = text;
  }
  return common;
}

/// Whether one of the two factors of a product is a constant, and none a trit.
static bool hasConstantFactor(const Writers &writers, size_t at,
                              const MCInst &inst, const MCInstrDesc &desc) {
  unsigned count = inst.getNumOperands();
  // On x86 an immediate factor is the last operand.
  if (count && inst.getOperand(count - 1).isImm())
    return !isTrit(inst.getOperand(count - 1).getImm());
  if (desc.mayLoad() || desc.getNumDefs() != 1 || count < 3)
    return false;
  // What the others may have behind the two factors is an addend.
  return any_of(ArrayRef({1u, 2u}), [&](unsigned factor) {
    const MCOperand &operand = inst.getOperand(factor);
    return operand.isReg() && writers.isConstant(at, operand.getReg());
  });
}

void bitnet::markConstantFactors(Kernel &kernel, ArrayRef<MCInst> decoded,
                                 const InstructionInfo &info,
                                 Triple::ArchType arch) {
  std::optional<Writers> writers;
  for (auto [i, instruction] : enumerate(kernel.instructions)) {
    if (!instruction.isScalar64 || classify(instruction.mnemonic, arch) !=
                                       InstructionClass::AddressMultiply)
      continue;
    if (!writers)
      writers.emplace(kernel, decoded, info, arch);
    instruction.hasConstantFactor = hasConstantFactor(
        *writers, i, decoded[i], info.instructions.get(decoded[i].getOpcode()));
  }
}
