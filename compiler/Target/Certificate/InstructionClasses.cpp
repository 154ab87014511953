#include "compiler/Target/Certificate/InstructionClasses.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"

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

namespace {

/// A mnemonic, or with a '*' at its end all that begin so.
struct Rule {
  StringLiteral pattern;
  InstructionClass instructionClass;

  bool matches(StringRef mnemonic) const {
    StringRef text = pattern;
    return text.consume_back("*") ? mnemonic.starts_with(text)
                                  : mnemonic == text;
  }
};

} // namespace

using C = InstructionClass;

/// Mnemonics without a leading v; the first rule that matches decides.
static constexpr Rule x86Rules[] = {
    // Looks like a multiply by name, but shifts.
    {"pmultishiftqb", C::Logic},
    // Integer sums.
    {"add", C::AddSub},
    {"sub", C::AddSub},
    {"inc", C::AddSub},
    {"dec", C::AddSub},
    {"neg", C::AddSub},
    {"adc", C::AddSub},
    {"sbb", C::AddSub},
    {"padd*", C::AddSub},
    {"psub*", C::AddSub},
    {"phadd*", C::AddSub},
    {"phsub*", C::AddSub},
    {"psadbw", C::AddSub},
    {"pabs*", C::AddSub},
    {"lea", C::AddSub},
    // Shuffles and tables.
    {"pshuf*", C::LookUp},
    {"perm*", C::LookUp},
    {"punpck*", C::LookUp},
    {"unpck*", C::LookUp},
    {"shuf*", C::LookUp},
    {"palignr", C::LookUp},
    {"align*", C::LookUp},
    {"pblend*", C::LookUp},
    {"blend*", C::LookUp},
    {"pack*", C::LookUp},
    {"pgather*", C::LookUp},
    {"pcompress*", C::LookUp},
    {"pexpand*", C::LookUp},
    {"compressp*", C::LookUp},
    {"expandp*", C::LookUp},
    {"gatherd*", C::LookUp},
    {"gatherq*", C::LookUp},
    // Bits, compares, masks.
    {"and", C::Logic},
    {"andn", C::Logic},
    {"or", C::Logic},
    {"xor", C::Logic},
    {"not", C::Logic},
    {"test", C::Logic},
    {"cmp", C::Logic},
    {"shl", C::Logic},
    {"shr", C::Logic},
    {"sar", C::Logic},
    {"sal", C::Logic},
    {"rol", C::Logic},
    {"ror", C::Logic},
    {"shlx", C::Logic},
    {"shrx", C::Logic},
    {"sarx", C::Logic},
    {"rorx", C::Logic},
    {"shld", C::Logic},
    {"shrd", C::Logic},
    {"bextr", C::Logic},
    {"bls*", C::Logic},
    {"pdep", C::Logic},
    {"pext", C::Logic},
    {"bzhi", C::Logic},
    {"bt", C::Logic},
    {"bts", C::Logic},
    {"btr", C::Logic},
    {"bsf", C::Logic},
    {"bsr", C::Logic},
    {"tzcnt", C::Logic},
    {"lzcnt", C::Logic},
    {"popcnt", C::Logic},
    {"bswap", C::Logic},
    {"pand*", C::Logic},
    {"por*", C::Logic},
    {"pxor*", C::Logic},
    {"pternlog*", C::Logic},
    {"psll*", C::Logic},
    {"psrl*", C::Logic},
    {"psra*", C::Logic},
    {"prol*", C::Logic},
    {"pror*", C::Logic},
    {"pshl*", C::Logic},
    {"pshr*", C::Logic},
    {"pcmp*", C::Logic},
    {"ptest*", C::Logic},
    {"pmax*", C::Logic},
    {"pmin*", C::Logic},
    {"andp*", C::Logic},
    {"andnp*", C::Logic},
    {"orp*", C::Logic},
    {"xorp*", C::Logic},
    {"kand*", C::Logic},
    {"kor*", C::Logic},
    {"kxor*", C::Logic},
    {"kxnor*", C::Logic},
    {"knot*", C::Logic},
    {"kshift*", C::Logic},
    {"kunpck*", C::Logic},
    {"ktest*", C::Logic},
    {"pcmov", C::Logic},
    // Moves and widths.
    {"mov*", C::Move},
    {"pmov*", C::Move},
    {"kmov*", C::Move},
    {"cmov*", C::Move},
    {"set*", C::Move},
    {"push", C::Move},
    {"pop", C::Move},
    {"xchg", C::Move},
    {"broadcast*", C::Move},
    {"pbroadcast*", C::Move},
    {"insert*", C::Move},
    {"extract*", C::Move},
    {"pinsr*", C::Move},
    {"pextr*", C::Move},
    {"zeroupper", C::Move},
    {"zeroall", C::Move},
    {"cdqe", C::Move},
    {"cwde", C::Move},
    {"cbw", C::Move},
    {"cdq", C::Move},
    {"cqo", C::Move},
    {"lddqu", C::Move},
    {"maskmov*", C::Move},
    {"pmaskmov*", C::Move},
    {"prefetch*", C::Move},
    {"pscatter*", C::Move},
    {"sahf", C::Move},
    {"leave", C::Move},
    // The f32 rescaling of finished sums: separate multiplies, no fused ones.
    {"cvt*", C::Rescale},
    {"mulss", C::Rescale},
    {"mulps", C::Rescale},
    {"divss", C::Rescale},
    {"divps", C::Rescale},
    {"addss", C::Rescale},
    {"addps", C::Rescale},
    {"subss", C::Rescale},
    {"subps", C::Rescale},
    {"maxss", C::Rescale},
    {"maxps", C::Rescale},
    {"minss", C::Rescale},
    {"minps", C::Rescale},
    {"cmpps", C::Logic},
    {"cmpss", C::Logic},
    {"comiss", C::Logic},
    {"ucomiss", C::Logic},
    {"cmp*ps", C::Logic},
    {"cmpeq*", C::Logic},
    {"cmplt*", C::Logic},
    {"cmpunord*", C::Logic},
    // The only integer multiplies and divisions, of addresses: see
    // Certificate.cpp for where they may stand.
    {"div", C::AddressMultiply},
    {"idiv", C::AddressMultiply},
    {"imul", C::AddressMultiply},
    {"mulx", C::AddressMultiply},
    {"mul", C::AddressMultiply},
    {"jmp", C::Control},
    {"ret", C::Control},
    {"nop", C::Control},
    {"endbr64", C::Control},
    {"int3", C::Control},
    {"ud2", C::Control},
    {"data16", C::Control},
    {"cs", C::Control},
    {"loop*", C::Control},
    {"j*", C::Control},
    {"call", C::Call},
};

static constexpr Rule aarch64Rules[] = {
    {"add", C::AddSub},
    {"adds", C::AddSub},
    {"addv", C::AddSub},
    {"addp", C::AddSub},
    {"adrp", C::Move},
    {"adr", C::Move},
    {"sub", C::AddSub},
    {"subs", C::AddSub},
    {"neg", C::AddSub},
    {"negs", C::AddSub},
    {"abs", C::AddSub},
    {"saddl*", C::AddSub},
    {"uaddl*", C::AddSub},
    {"saddw*", C::AddSub},
    {"uaddw*", C::AddSub},
    {"ssubl*", C::AddSub},
    {"usubl*", C::AddSub},
    {"ssubw*", C::AddSub},
    {"usubw*", C::AddSub},
    {"sadalp", C::AddSub},
    {"uadalp", C::AddSub},
    {"shadd", C::AddSub},
    {"tbl", C::LookUp},
    {"tbx", C::LookUp},
    {"zip*", C::LookUp},
    {"uzp*", C::LookUp},
    {"trn*", C::LookUp},
    {"ext", C::LookUp},
    {"rev*", C::LookUp},
    {"and", C::Logic},
    {"ands", C::Logic},
    {"orr", C::Logic},
    {"orn", C::Logic},
    {"eor", C::Logic},
    {"bic", C::Logic},
    {"mvn", C::Logic},
    {"not", C::Logic},
    {"bsl", C::Logic},
    {"bit", C::Logic},
    {"bif", C::Logic},
    {"lsl", C::Logic},
    {"lsr", C::Logic},
    {"asr", C::Logic},
    {"shl", C::Logic},
    {"shll*", C::Logic},
    {"sshr", C::Logic},
    {"ushr", C::Logic},
    {"sshl*", C::Logic},
    {"ushl*", C::Logic},
    {"ssra", C::Logic},
    {"usra", C::Logic},
    {"sli", C::Logic},
    {"sri", C::Logic},
    {"shrn*", C::Logic},
    {"cmp", C::Logic},
    {"cmn", C::Logic},
    {"tst", C::Logic},
    {"cm*", C::Logic},
    {"ccmp", C::Logic},
    {"ccmn", C::Logic},
    {"ubfx", C::Logic},
    {"sbfx", C::Logic},
    {"ubfiz", C::Logic},
    {"sbfiz", C::Logic},
    {"bfi", C::Logic},
    {"bfxil", C::Logic},
    {"clz", C::Logic},
    {"rbit", C::Logic},
    {"cnt", C::Logic},
    {"smax*", C::Logic},
    {"smin*", C::Logic},
    {"umax*", C::Logic},
    {"umin*", C::Logic},
    {"mov*", C::Move},
    {"fmov", C::Move},
    {"dup", C::Move},
    {"ins", C::Move},
    {"umov", C::Move},
    {"smov", C::Move},
    {"ld*", C::Move},
    {"st*", C::Move},
    {"sxt*", C::Move},
    {"uxt*", C::Move},
    {"xtn*", C::Move},
    {"cset*", C::Move},
    {"csel", C::Move},
    {"csinc", C::Move},
    {"csneg", C::Move},
    {"csinv", C::Move},
    {"cinc", C::Move},
    {"prfm", C::Move},
    {"fcvt*", C::Rescale},
    {"scvtf", C::Rescale},
    {"ucvtf", C::Rescale},
    {"fmul", C::Rescale},
    {"fdiv", C::Rescale},
    {"fadd", C::Rescale},
    {"fsub", C::Rescale},
    {"fmax*", C::Rescale},
    {"fmin*", C::Rescale},
    {"fcmp", C::Logic},
    {"fcsel", C::Move},
    {"mul", C::AddressMultiply},
    {"madd", C::AddressMultiply},
    {"msub", C::AddressMultiply},
    {"b", C::Control},
    {"b.*", C::Control},
    {"cbz", C::Control},
    {"cbnz", C::Control},
    {"tbz", C::Control},
    {"tbnz", C::Control},
    {"ret", C::Control},
    {"nop", C::Control},
    {"bti", C::Control},
    {"brk", C::Control},
    {"udf", C::Control},
    {"bl", C::Call},
    {"blr", C::Call},
};

bool bitnet::canClassify(Triple::ArchType arch) {
  return arch == Triple::x86_64 || arch == Triple::aarch64;
}

std::optional<InstructionClass> bitnet::classify(StringRef mnemonic,
                                                 Triple::ArchType arch) {
  ArrayRef<Rule> rules = aarch64Rules;
  if (arch == Triple::x86_64) {
    rules = x86Rules;
    mnemonic.consume_front("v");
  }
  for (const Rule &rule : rules)
    if (rule.matches(mnemonic))
      return rule.instructionClass;
  return std::nullopt;
}
