#include "compiler/Target/Certificate/InstructionClasses.h"
#include "compiler/Target/Family.h"

using namespace llvm;
using namespace bitnet;

StringRef bitnet::getName(InstructionClass instructionClass) {
  switch (instructionClass) {
  case InstructionClass::AddSub:
    return "add/sub";
  case InstructionClass::LookUp:
    return "look-up";
  case InstructionClass::Logic:
    return "logic";
  case InstructionClass::Move:
    return "move";
  case InstructionClass::Rescale:
    return "f32 rescale";
  case InstructionClass::AddressMultiply:
    return "address multiply";
  case InstructionClass::Control:
    return "control";
  case InstructionClass::Call:
    return "call";
  }
  return "";
}

bool bitnet::canClassify(Triple::ArchType arch) { return findFamily(arch); }

std::optional<InstructionClass> bitnet::classify(StringRef mnemonic,
                                                 Triple::ArchType arch) {
  const TargetFamily *family = findFamily(arch);
  return family ? family->classify(mnemonic) : std::nullopt;
}
