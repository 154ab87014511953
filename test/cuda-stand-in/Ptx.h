/// The text of a PTX module as it is written: declarations, statements,
/// operands. What an instruction means is Decode.h's affair.
#ifndef TEST_CUDASTANDIN_PTX_H
#define TEST_CUDASTANDIN_PTX_H

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace standin {

/// What is wrong with a module, with the line: "line 7: ...".
struct PtxError : std::runtime_error {
  PtxError(int line, const std::string &text)
      : std::runtime_error("line " + std::to_string(line) + ": " + text) {}
};

struct Operand {
  enum Kind {
    Word,    ///< a register, variable, label or special register
    Number,  ///< bits of an integer or a float
    Address, ///< [text + offset], or [offset] where text is empty
    Vector,  ///< {a, b, ...}
    Pair,    ///< a|b
    List     ///< (a, b, ...) of a call
  } kind = Word;
  std::string text;
  bool negated = false; ///< !%p
  int64_t number = 0;   ///< or the offset of an address
  int floatBits = 0;    ///< 32: 0f..., 64: 0d...
  std::vector<Operand> parts;
};

struct Instruction {
  int line = 0;
  std::string name;  ///< "ld.global.v4.b32"
  std::string guard; ///< register; empty: none
  bool guardNegated = false;
  std::vector<Operand> operands;
};

/// A register, or memory of a state space.
struct Variable {
  std::string space; ///< reg, local, shared, param, global, const
  std::string type;  ///< "b32"
  std::string name;
  int64_t count = 0; ///< "<16>" of registers, 0: that name alone
  uint64_t align = 0, bytes = 0;
  std::vector<uint8_t> init; ///< empty: none
  int line = 0;
};

struct Statement {
  enum Kind { Code, Declaration, Label, Targets, Open, Close } kind = Code;
  Instruction code;
  Variable variable;
  std::string label;                ///< of Label and Targets
  std::vector<std::string> targets; ///< of .branchtargets
};

struct Function {
  int line = 0;
  bool entry = false, defined = false;
  std::string name;
  std::vector<Variable> results, parameters;
  int64_t reqntid = 0, maxntid = 0; ///< along x; 0: not said
  std::vector<Statement> body;
};

struct Ptx {
  int version = 0; ///< 10 * major + minor
  int target = 0;  ///< of "sm_80": 80
  char targetSuffix = 0;
  std::vector<Variable> variables;
  std::map<std::string, Function> functions;
};

/// Bits of a fundamental type such as "b32"; 1 of "pred"; 0: no such type.
int bitsOfType(const std::string &type);

/// Throws PtxError.
Ptx parsePtx(const std::string &text);

} // namespace standin

#endif // TEST_CUDASTANDIN_PTX_H
