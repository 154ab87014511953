// Loads, stores and atomic operations.
#include "Decoder.h"

using namespace standin;

/// Words of a name of ld, st, atom and red that say nothing here.
static bool isQualifier(const std::string &word) {
  return isOneOf(word, {"volatile", "relaxed", "acquire", "release", "acq_rel",
                        "weak", "cta", "gpu", "sys", "cluster", "ca", "cg",
                        "cs", "lu", "cv", "wb", "wt", "nc"}) ||
         !word.compare(0, 4, "L1::") || !word.compare(0, 4, "L2::");
}

uint32_t Decoder::address(const Operand &o, const std::string &space,
                          int64_t &offset) {
  if (o.kind != Operand::Address)
    fail("expected an address");
  offset = o.number;
  if (o.text.empty())
    return constant(64, 0);
  const Symbol &s = symbol(o.text);
  if (s.kind == Symbol::Register) {
    if (s.bits == 64)
      return s.offset;
    if (s.bits != 32)
      fail("'" + o.text + "' is no address");
    uint32_t from = s.offset, to = slot(64);
    Inst &inst = emit("zext.32.64");
    inst.ops[0] = to;
    inst.ops[1] = from;
    return to;
  }
  bool fits = s.kind == Symbol::Memory &&
              (s.space == space || (space == "generic" && s.space == "global"));
  if (!fits)
    fail("'" + o.text + "' does not lie in ." + space);
  return constant(64, s.address);
}

/// What the name of a load or store says.
struct Decoder::Access {
  bool load = false;
  std::string space = "generic", type;
  size_t count = 1; ///< of a vector
  int bits = 0;     ///< of an element
};

Decoder::Access Decoder::accessOf(const Instruction &in) {
  std::vector<std::string> parts = splitName(in.name);
  Access a;
  a.load = parts[0] != "st";
  a.type = parts.back();
  a.bits = bitsOfType(a.type);
  for (size_t i = 1; i + 1 < parts.size(); ++i) {
    std::string word = parts[i].substr(0, parts[i].find("::"));
    if (isOneOf(word, {"global", "shared", "local", "param", "const"}))
      a.space = word;
    else if (word == "v2" || word == "v4")
      a.count = (size_t)(word[1] - '0');
    else if (!isQualifier(parts[i]))
      unknown(in);
  }
  if (in.operands.size() != 2 || a.bits < 8 || a.bits > 64 ||
      (!a.load && a.space == "const"))
    unknown(in);
  return a;
}

/// Where `o` is. A kernel's parameter has no base register; parameters of
/// functions lie in local memory.
uint32_t Decoder::placeOf(const Instruction &in, const Operand &o, Access &a,
                          int64_t &offset) {
  if (a.space != "param") {
    uint32_t base = address(o, a.space, offset);
    if (a.space == "const")
      a.space = "global";
    return base;
  }
  const Symbol &s = symbol(o.text);
  uint64_t end = (uint64_t)o.number + a.count * (uint64_t)a.bits / 8;
  if (s.kind == Symbol::Register || o.number < 0 || end > s.bytes)
    fail("'" + in.name + "' outside of a parameter");
  if (s.kind == Symbol::Parameter) {
    if (!a.load)
      fail("a kernel's parameter is written");
    offset = (int64_t)s.address + o.number;
    return kNone;
  }
  a.space = "local";
  offset = o.number;
  return constant(64, s.address);
}

void Decoder::loadStore(const Instruction &in) {
  Access a = accessOf(in);
  int64_t offset = 0;
  uint32_t base = placeOf(in, in.operands[a.load ? 1 : 0], a, offset);
  const Operand &value = in.operands[a.load ? 0 : 1];
  std::vector<Operand> values = {value};
  if (value.kind == Operand::Vector)
    values = value.parts;
  if (values.size() != a.count)
    fail("'" + in.name + "' with " + std::to_string(values.size()) + " values");
  std::vector<Destination> destinations;
  std::vector<uint32_t> ops;
  if (!a.load)
    ops.push_back(base);
  for (const Operand &v : values) {
    if (a.load)
      destinations.push_back(destination(v, a.bits));
    ops.push_back(a.load ? destinations.back().written : source(v, a.bits));
  }
  if (a.load)
    ops.push_back(base);
  Inst &inst = emit((a.load ? "ld." : "st.") + a.space + "." +
                        std::to_string(a.bits) + "." + std::to_string(a.count),
                    Flow::Memory);
  inst.imm = offset;
  std::copy(ops.begin(), ops.end(), inst.ops);
  for (const Destination &d : destinations)
    finish(d, a.type[0] == 's');
}

void Decoder::atomic(const Instruction &in) {
  std::vector<std::string> parts = splitName(in.name);
  bool result = parts[0] == "atom";
  std::string space = "generic", op;
  for (size_t i = 1; i + 1 < parts.size(); ++i) {
    std::string word = parts[i].substr(0, parts[i].find("::"));
    if (word == "global" || word == "shared")
      space = word;
    else if (!isQualifier(parts[i]))
      op = word;
  }
  int bits = bitsOfType(parts.back());
  size_t first = result ? 1 : 0, count = first + (op == "cas" ? 3 : 2);
  std::string name = "atom." + space + "." + op + "." + parts.back();
  if (!findHandler(name) || in.operands.size() != count)
    unknown(in);
  int64_t offset;
  uint32_t base = address(in.operands[first], space, offset);
  uint32_t b = source(in.operands[first + 1], bits), c = kNone;
  if (op == "cas")
    c = source(in.operands[first + 2], bits);
  Destination d;
  if (result)
    d = destination(in.operands[0], bits);
  Inst &inst = emit(name, Flow::Memory);
  inst.imm = offset;
  inst.ops[0] = d.written;
  inst.ops[1] = base;
  inst.ops[2] = b;
  inst.ops[3] = c;
  if (result)
    finish(d, false);
}
