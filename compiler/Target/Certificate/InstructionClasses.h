#ifndef COMPILER_TARGET_CERTIFICATE_INSTRUCTIONCLASSES_H
#define COMPILER_TARGET_CERTIFICATE_INSTRUCTIONCLASSES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/TargetParser/Triple.h"

#include <optional>

namespace bitnet {

/// What an instruction of a BitLinear kernel may be for.
enum class InstructionClass {
  AddSub,          ///< integer add, subtract, negate, sum of differences
  LookUp,          ///< shuffles, permutes, table look-ups, blends
  Logic,           ///< bits, shifts, compares, masks, min and max
  Move,            ///< loads, stores, copies, conversions of width
  Rescale,         ///< f32 arithmetic on finished sums
  AddressMultiply, ///< 64-bit scalar multiply, for addresses only
  Control,         ///< branches, returns
  Call
};
inline constexpr unsigned numInstructionClasses = 8;

/// For messages, e.g. "add/sub".
llvm::StringRef getName(InstructionClass instructionClass);

/// A mnemonic, or with a '*' at its end all that begin so.
struct InstructionRule {
  llvm::StringLiteral pattern;
  InstructionClass instructionClass;

  bool matches(llvm::StringRef mnemonic) const {
    llvm::StringRef text = pattern;
    return text.consume_back("*") ? mnemonic.starts_with(text)
                                  : mnemonic == text;
  }
};

/// The class by the first rule that matches.
inline std::optional<InstructionClass>
findClass(llvm::ArrayRef<InstructionRule> rules, llvm::StringRef mnemonic) {
  for (const InstructionRule &rule : rules)
    if (rule.matches(mnemonic))
      return rule.instructionClass;
  return std::nullopt;
}

/// Class of a mnemonic (Intel's spelling on x86). An allow-list: nullopt for
/// integer multiplies, dot products and whatever is not known.
std::optional<InstructionClass> classify(llvm::StringRef mnemonic,
                                         llvm::Triple::ArchType arch);

/// Whether mnemonics of `arch` are known.
bool canClassify(llvm::Triple::ArchType arch);

} // namespace bitnet

#endif // COMPILER_TARGET_CERTIFICATE_INSTRUCTIONCLASSES_H
