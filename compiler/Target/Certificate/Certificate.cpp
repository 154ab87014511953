#include "compiler/Target/Certificate/Certificate.h"
#include "compiler/Target/Certificate/InstructionClasses.h"
#include "compiler/Target/Certificate/Kernels.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <array>

using namespace llvm;
using namespace bitnet;

using Counts = std::array<uint64_t, numInstructionClasses>;

static Error refuse(const Kernel &kernel,
                    const bitnet::Instruction &instruction, const Twine &why) {
  uint64_t offset = instruction.address - kernel.instructions[0].address;
  return createStringError("kernel " + kernel.name + " has '" +
                           instruction.text + "' at +0x" + utohexstr(offset) +
                           ", " + why);
}

static bool isHarmlessCallee(StringRef name) {
  return isLibraryFunction(name) || name.starts_with(kernelPrefix);
}

static Error count(const Kernel &kernel, Triple::ArchType arch,
                   Counts &counts) {
  for (const bitnet::Instruction &instruction : kernel.instructions) {
    std::optional<InstructionClass> found =
        classify(instruction.mnemonic, arch);
    if (!found)
      return refuse(kernel, instruction,
                    "which is no add, subtract, look-up, mask or move");
    // In an innermost loop there may be data, of which no weight is a constant.
    bool mayBeData =
        instruction.inInnermostLoop && !instruction.hasConstantFactor;
    if (*found == InstructionClass::AddressMultiply &&
        (!instruction.isScalar64 || mayBeData))
      return refuse(
          kernel, instruction,
          instruction.isScalar64
              ? "an integer multiply or division in an innermost loop"
              : "an integer multiply or division of less than 64 bits");
    if (*found == InstructionClass::Call &&
        !isHarmlessCallee(instruction.callee))
      return refuse(kernel, instruction,
                    "a call of " + (instruction.callee.empty()
                                        ? Twine("something unknown")
                                        : Twine(instruction.callee)));
    ++counts[unsigned(*found)];
  }
  return Error::success();
}

static void print(raw_ostream &out, const Kernel &kernel,
                  const Counts &counts) {
  out << "  " << kernel.name << ": " << kernel.instructions.size()
      << " instructions:";
  StringRef separator = " ";
  for (unsigned i = 0; i < numInstructionClasses; ++i) {
    if (counts[i] == 0)
      continue;
    out << separator << counts[i] << ' ' << getName(InstructionClass(i));
    separator = ", ";
  }
  out << '\n';
}

Expected<std::string> bitnet::certifyMachineCode(StringRef elf,
                                                 StringRef fileName,
                                                 bool requireKernels) {
  Expected<std::unique_ptr<object::ObjectFile>> parsed =
      object::ObjectFile::createObjectFile(MemoryBufferRef(elf, fileName));
  if (!parsed)
    return createStringError("not an object, library or executable: " +
                             toString(parsed.takeError()));
  auto *file = dyn_cast<object::ELFObjectFileBase>(parsed->get());
  if (!file || !canClassify(file->makeTriple().getArch()))
    return createStringError("cannot certify code of " +
                             (*parsed)->makeTriple().str() +
                             ", expected ELF for x86-64, AArch64 or RISC-V");
  Expected<std::vector<Kernel>> kernels = disassembleKernels(*file);
  if (!kernels)
    return kernels.takeError();
  if (kernels->empty() && requireKernels)
    return createStringError("no function " + kernelPrefix +
                             "* was found: nothing to certify, or stripped");
  std::string text;
  raw_string_ostream out(text);
  out << "certificate: " << kernels->size()
      << " BitLinear kernels, no multiplication by a weight in any\n";
  for (const Kernel &kernel : *kernels) {
    Counts counts = {};
    if (Error error = count(kernel, file->makeTriple().getArch(), counts))
      return std::move(error);
    print(out, kernel, counts);
  }
  return text;
}
