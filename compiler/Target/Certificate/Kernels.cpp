#include "compiler/Target/Certificate/Kernels.h"
#include "compiler/Target/Certificate/ConstantFactors.h"
#include "compiler/Target/Codegen/TargetSpec.h"
#include "compiler/Target/Family.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrDesc.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"

#include <map>
#include <set>

using namespace llvm;
using namespace llvm::object;
using namespace bitnet;

namespace {

/// LLVM's disassembler of one target, with everything it needs.
class Disassembler {
public:
  static Expected<std::unique_ptr<Disassembler>> create(const Triple &triple);

  /// Decodes the instruction at the start of `bytes`; its size, 0 for none.
  uint64_t decode(ArrayRef<uint8_t> bytes, uint64_t address, MCInst &inst,
                  bitnet::Instruction &out);

  const MCSubtargetInfo &subtarget() const { return *subtargetInfo; }
  InstructionInfo info() const { return {*instructions, *registers}; }

private:
  Flow flowOf(const MCInst &inst, StringRef text) const;

  Triple triple;
  const TargetFamily *family = nullptr;
  MCTargetOptions options;
  std::unique_ptr<MCRegisterInfo> registers;
  std::unique_ptr<MCAsmInfo> assembly;
  std::unique_ptr<MCSubtargetInfo> subtargetInfo;
  std::unique_ptr<MCInstrInfo> instructions;
  std::unique_ptr<MCContext> context;
  std::unique_ptr<MCDisassembler> decoder;
  std::unique_ptr<MCInstPrinter> printer;
  std::unique_ptr<MCInstrAnalysis> analysis;
};

} // namespace

Expected<std::unique_ptr<Disassembler>>
Disassembler::create(const Triple &triple) {
  initializeTargets();
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError("cannot disassemble for " + triple.str() + ": " +
                             message);
  auto result = std::make_unique<Disassembler>();
  result->triple = triple;
  result->registers.reset(target->createMCRegInfo(triple));
  result->assembly.reset(
      target->createMCAsmInfo(*result->registers, triple, result->options));
  // Every feature, so that no instruction is unknown for want of one.
  result->family = findFamily(triple.getArch());
  StringRef features =
      result->family ? result->family->getDisassemblerFeatures() : "";
  result->subtargetInfo.reset(
      target->createMCSubtargetInfo(triple, "", features));
  result->instructions.reset(target->createMCInstrInfo());
  result->context = std::make_unique<MCContext>(triple, result->assembly.get(),
                                                result->registers.get(),
                                                result->subtargetInfo.get());
  result->decoder.reset(
      target->createMCDisassembler(*result->subtargetInfo, *result->context));
  unsigned variant = result->family ? result->family->getAssemblySyntax() : 0;
  result->printer.reset(
      target->createMCInstPrinter(triple, variant, *result->assembly,
                                  *result->instructions, *result->registers));
  result->analysis.reset(
      target->createMCInstrAnalysis(result->instructions.get()));
  if (!result->decoder || !result->printer || !result->analysis)
    return createStringError("no disassembler for " + triple.str());
  return std::move(result);
}

Flow Disassembler::flowOf(const MCInst &inst, StringRef text) const {
  // To LLVM other jumps to an address in a register may be returns, too.
  if (analysis->isReturn(inst) && text == "ret")
    return Flow::Return;
  if (analysis->isCall(inst))
    return Flow::Call;
  return analysis->isBranch(inst) || analysis->isReturn(inst) ? Flow::Branch
                                                              : Flow::Next;
}

uint64_t Disassembler::decode(ArrayRef<uint8_t> bytes, uint64_t address,
                              MCInst &inst, bitnet::Instruction &out) {
  uint64_t size = 0;
  if (decoder->getInstruction(inst, size, bytes, address, nulls()) !=
      MCDisassembler::Success)
    return 0;
  out.address = address;
  raw_string_ostream stream(out.text);
  printer->printInst(&inst, address, "", *subtargetInfo, stream);
  out.text = StringRef(out.text).trim().str();
  for (char &c : out.text)
    c = c == '\t' ? ' ' : c;
  StringRef text = out.text;
  // Prefixes are printed before the mnemonic.
  for (StringRef prefix : {"{evex} ", "{vex} ", "{vex3} ", "rep ", "notrack "})
    text.consume_front(prefix);
  out.mnemonic = text.take_until([](char c) { return c == ' '; }).lower();
  out.flow = flowOf(inst, text);
  uint64_t target = 0;
  if ((out.flow == Flow::Call || out.flow == Flow::Branch) &&
      analysis->evaluateBranch(inst, address, size, target))
    out.target = target;
  // What it wrote may be the address of the next branch.
  analysis->updateState(inst, address);
  StringRef operands = text.drop_front(out.mnemonic.size()).trim();
  StringRef first = operands.take_until([](char c) { return c == ','; });
  out.isScalar64 = family && family->isGeneral64(first);
  return size;
}

bool bitnet::isLibraryFunction(StringRef name) {
  return name == "memcpy" || name == "memmove" || name == "memset";
}

/// Marks what any instruction of the kernel may follow on.
static void markUnknownFlow(Kernel &kernel) {
  std::set<uint64_t> places;
  for (const bitnet::Instruction &instruction : kernel.instructions)
    places.insert(instruction.address);
  for (bitnet::Instruction &instruction : kernel.instructions) {
    if (isLibraryFunction(instruction.callee))
      continue;
    // A kernel that is called may be this one.
    if (instruction.flow == Flow::Call)
      instruction.goesAnywhere = true;
    if (instruction.flow == Flow::Branch)
      instruction.goesAnywhere = instruction.isRelocated ||
                                 !instruction.target ||
                                 !places.count(*instruction.target);
  }
}

/// Marks what lies in loops that hold no other: a branch backwards makes a
/// loop of all that is between, and one to anywhere may do so.
static void markInnermostLoops(Kernel &kernel) {
  std::vector<std::pair<uint64_t, uint64_t>> loops;
  if (kernel.instructions.empty())
    return;
  bool anyLoop = any_of(kernel.instructions, [](const auto &instruction) {
    return instruction.goesAnywhere;
  });
  uint64_t begin = kernel.instructions.front().address;
  for (bitnet::Instruction &instruction : kernel.instructions) {
    instruction.inInnermostLoop = anyLoop;
    if (instruction.target && *instruction.target >= begin &&
        *instruction.target <= instruction.address &&
        instruction.callee.empty())
      loops.push_back({*instruction.target, instruction.address});
  }
  for (auto [first, last] : loops) {
    bool holdsAnother =
        any_of(loops, [&, first = first, last = last](auto other) {
          return other != std::make_pair(first, last) && other.first >= first &&
                 other.second <= last;
        });
    if (holdsAnother)
      continue;
    for (bitnet::Instruction &instruction : kernel.instructions)
      if (instruction.address >= first && instruction.address <= last)
        instruction.inInnermostLoop = true;
  }
}

/// Names of functions by the address that a call to them goes to.
static std::map<uint64_t, std::string>
calledNames(const ELFObjectFileBase &file, const MCSubtargetInfo &subtarget) {
  std::map<uint64_t, std::string> names;
  if (file.isRelocatableObject())
    return names;
  for (const ELFSymbolRef &symbol : file.symbols()) {
    Expected<uint64_t> address = symbol.getAddress();
    Expected<StringRef> name = symbol.getName();
    if (address && name && symbol.getELFType() == ELF::STT_FUNC)
      names[*address] = name->str();
    consumeError(address.takeError());
    consumeError(name.takeError());
  }
  for (const ELFPltEntry &entry : file.getPltEntries(subtarget)) {
    if (!entry.Symbol)
      continue;
    Expected<StringRef> name = SymbolRef(*entry.Symbol, &file).getName();
    if (name)
      names[entry.Address] = name->str();
    consumeError(name.takeError());
  }
  return names;
}

/// How far behind a relocation's position the call is that it belongs to: on
/// RISC-V one relocation stands for a pair of auipc and jalr.
static uint64_t callOffset(const ObjectFile &file,
                           const RelocationRef &relocation) {
  bool isPair = file.getArch() == Triple::riscv64 &&
                is_contained({ELF::R_RISCV_CALL, ELF::R_RISCV_CALL_PLT},
                             relocation.getType());
  return isPair ? 4 : 0;
}

/// What the linker fills in, by position, in an object file: names of
/// functions, at a call's address, and of other symbols, which may have none.
static std::map<uint64_t, std::string>
relocatedNames(const SectionRef &section) {
  std::map<uint64_t, std::string> names;
  for (const SectionRef &other : section.getObject()->sections()) {
    Expected<section_iterator> relocated = other.getRelocatedSection();
    if (!relocated || *relocated == section.getObject()->section_end() ||
        **relocated != section) {
      consumeError(relocated.takeError());
      continue;
    }
    for (const RelocationRef &relocation : other.relocations()) {
      std::string &at = names[relocation.getOffset() +
                              callOffset(*section.getObject(), relocation)];
      symbol_iterator symbol = relocation.getSymbol();
      if (symbol == section.getObject()->symbol_end())
        continue;
      Expected<StringRef> name = symbol->getName();
      if (name)
        at = name->str();
      consumeError(name.takeError());
    }
  }
  return names;
}

static Expected<Kernel> disassemble(const ELFObjectFileBase &file,
                                    const ELFSymbolRef &symbol, StringRef name,
                                    Disassembler &disassembler) {
  Expected<section_iterator> section = symbol.getSection();
  if (!section)
    return section.takeError();
  Expected<uint64_t> address = symbol.getAddress();
  if (!address)
    return address.takeError();
  if (*section == file.section_end())
    return createStringError("kernel " + name + " has no code");
  Expected<StringRef> contents = (*section)->getContents();
  if (!contents)
    return contents.takeError();
  uint64_t base = (*section)->getAddress(), offset = *address - base;
  if (offset > contents->size() ||
      symbol.getSize() > contents->size() - offset || symbol.getSize() == 0)
    return createStringError("kernel " + name + " has no size");
  std::map<uint64_t, std::string> relocated = relocatedNames(**section);
  std::map<uint64_t, std::string> called =
      calledNames(file, disassembler.subtarget());
  ArrayRef<uint8_t> bytes =
      arrayRefFromStringRef(contents->substr(offset, symbol.getSize()));
  Kernel kernel;
  std::vector<MCInst> decoded;
  kernel.name = name.str();
  for (uint64_t at = 0; at < bytes.size();) {
    bitnet::Instruction instruction;
    uint64_t size = disassembler.decode(bytes.drop_front(at), *address + at,
                                        decoded.emplace_back(), instruction);
    if (size == 0)
      return createStringError("kernel " + name + " has bytes at +0x" +
                               utohexstr(at) + " that are no instruction");
    for (uint64_t i = 0; i < size; ++i)
      if (auto found = relocated.find(offset + at + i);
          found != relocated.end()) {
        instruction.isRelocated = true;
        instruction.callee = found->second;
      }
    bool leaves = instruction.target &&
                  (*instruction.target < *address ||
                   *instruction.target >= *address + symbol.getSize());
    if (leaves)
      if (auto found = called.find(*instruction.target); found != called.end())
        instruction.callee = found->second;
    kernel.instructions.push_back(std::move(instruction));
    at += size;
  }
  markUnknownFlow(kernel);
  markInnermostLoops(kernel);
  markConstantFactors(kernel, decoded, disassembler.info(), file.getArch());
  return kernel;
}

Expected<std::vector<Kernel>>
bitnet::disassembleKernels(const ELFObjectFileBase &file) {
  Triple triple = file.makeTriple();
  Expected<std::unique_ptr<Disassembler>> disassembler =
      Disassembler::create(triple);
  if (!disassembler)
    return disassembler.takeError();
  std::vector<Kernel> kernels;
  for (const ELFSymbolRef &symbol : file.symbols()) {
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (!name->starts_with(kernelPrefix) ||
        symbol.getELFType() != ELF::STT_FUNC)
      continue;
    Expected<Kernel> kernel = disassemble(file, symbol, *name, **disassembler);
    if (!kernel)
      return kernel.takeError();
    kernels.push_back(std::move(*kernel));
  }
  return kernels;
}
