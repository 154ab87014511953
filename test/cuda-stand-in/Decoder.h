/// The decoder of one kernel, in three files: Decode.cpp has names, functions
/// and control flow, DecodeOps.cpp what computes, DecodeMemory.cpp what touches
/// memory.
#ifndef TEST_CUDASTANDIN_DECODER_H
#define TEST_CUDASTANDIN_DECODER_H

#include "Kernel.h"

namespace standin {

struct Symbol {
  enum Kind { Register, Memory, Parameter } kind = Register;
  uint32_t offset = 0; ///< of a register
  int bits = 0;        ///< of a register
  std::string space;   ///< of memory: global, const, shared, local, param
  uint64_t address = 0, bytes = 0;
};

class Decoder {
public:
  Decoder(const Ptx &ptx, const Function &entry, const GlobalAddress &globals);
  Kernel decode();

private:
  /// Names between two braces.
  struct Scope {
    std::map<std::string, Symbol> names;
    std::map<std::string, Variable> ranges; ///< "%r" of "%r<16>"
  };
  /// A function that is being decoded: the kernel, or one that is called.
  struct Frame {
    const Function *function = nullptr;
    std::vector<Scope> scopes;
    std::map<std::string, uint32_t> labels; ///< numbers of labels
    std::map<std::string, const Statement *> targets;
    uint32_t end = 0; ///< label behind its last instruction
  };

  // ---- Decode.cpp
  [[noreturn]] void fail(const std::string &text) const;
  void body(const Function &function, std::map<std::string, Symbol> bound);
  void statement(const Statement &s);
  void declare(const Variable &v);
  const Symbol &symbol(const std::string &name);
  const Symbol *findSymbol(const std::string &name);
  uint32_t label(const std::string &name);
  void call(const Instruction &in);
  bool control(const Instruction &in);
  void barrier(const Instruction &in);
  void table(const Instruction &in);
  void resolveLabels();
  uint64_t allocate(uint64_t &size, const Variable &v);

  // ---- registers
  uint32_t slot(int bits);
  uint32_t constant(int bits, uint64_t value);
  uint32_t special(const std::string &name);

  // ---- DecodeOps.cpp
  void instruction(const Instruction &in);
  void checkRequirements(const Instruction &in) const;
  void general(const Instruction &in, const std::string &name,
               const std::vector<int> &widths, bool isSigned);
  void unknown(const Instruction &in) const;
  void move(const Instruction &in);
  void joinOrSplit(const Instruction &in, int bits);
  void setPredicate(const Instruction &in);
  void together(const Instruction &in);
  void shuffle(const Instruction &in);
  void multiply(const Instruction &in);

  /// A source of `bits` bits as a register: of a wider one the low bits.
  uint32_t source(const Operand &o, int bits);
  uint32_t predicate(const Operand &o);
  /// Where an instruction writes `bits` bits; `finish` then widens them.
  struct Destination {
    uint32_t written = kNone, target = kNone;
    int bits = 0, targetBits = 0;
  };
  Destination destination(const Operand &o, int bits);
  /// The same of what must have a result: "_" is none.
  Destination result(const Operand &o, int bits);
  void finish(const Destination &d, bool isSigned);

  // ---- DecodeMemory.cpp
  struct Access;
  Access accessOf(const Instruction &in);
  uint32_t placeOf(const Instruction &in, const Operand &o, Access &access,
                   int64_t &offset);
  void loadStore(const Instruction &in);
  void atomic(const Instruction &in);
  /// Base register of an address; the rest goes to `offset`.
  uint32_t address(const Operand &o, const std::string &space, int64_t &offset);

  Inst &emit(const std::string &handler, Flow flow = Flow::Plain);
  /// Guards what follows as `in` says.
  void guard(const Instruction &in);

  const Ptx &ptx;
  const Function &entry;
  const GlobalAddress &globals;
  Kernel kernel;
  std::vector<Frame> frames;
  std::vector<uint32_t> labels; ///< places by number
  std::map<std::pair<int, uint64_t>, uint32_t> constants;
  std::map<std::string, uint32_t> specials;
  std::map<std::string, uint64_t> shared; ///< addresses by function and name
  uint32_t predicateBlock = 0, predicatesUsed = 16;
  const Instruction *current = nullptr;
  uint32_t guardRegister = kNone;
  bool guardNegated = false;
};

/// "ld.global.b32" at its dots.
std::vector<std::string> splitName(const std::string &name);
bool isOneOf(const std::string &word, std::initializer_list<const char *> all);

} // namespace standin

#endif // TEST_CUDASTANDIN_DECODER_H
