#include "Decoder.h"

#include <cstring>

using namespace standin;

namespace {
/// Widths of the operands of an instruction that a table has; 1: a predicate.
std::vector<int> widthsOf(const std::vector<std::string> &parts, size_t count) {
  const std::string &op = parts[0];
  int bits = bitsOfType(parts.back());
  std::vector<int> widths(count, bits);
  auto set = [&](std::initializer_list<int> given) {
    size_t i = 0;
    for (int width : given)
      if (i < count)
        widths[i++] = width;
  };
  if (parts.size() > 1 && parts[1] == "wide")
    set({2 * bits, bits, bits, 2 * bits});
  else if (op == "shl" || op == "shr" || op == "bfe")
    set({bits, bits, 32, 32});
  else if (op == "bfi")
    set({bits, bits, bits, 32, 32});
  else if (isOneOf(op, {"popc", "clz", "bfind"}))
    set({32, bits});
  else if (op == "selp")
    set({bits, bits, bits, 1});
  else if (op == "testp")
    set({1, bits});
  else if (op == "cvt")
    set({bitsOfType(parts[parts.size() - 2]), bits, bits});
  return widths;
}

struct Requirement {
  const char *begin, *part;
  int version, target;
};
/// What an instruction that begins so, and has this part, asks for.
const Requirement requirements[] = {
    {"redux", "", 70, 80},       {"mma", "m16n8k32", 70, 80},
    {"mma", "m16n8k16", 70, 80}, {"mma", "", 65, 75},
    {"match", "", 60, 70},       {"activemask", "", 62, 30},
    {"dp4a", "", 50, 61},        {"nanosleep", "", 63, 70},
    {"add", "bf16", 78, 90},     {"sub", "bf16", 78, 90},
    {"mul", "bf16", 78, 90},     {"fma", "bf16", 70, 80},
    {"setp", "bf16", 78, 90},    {"min", "bf16", 70, 80},
    {"max", "bf16", 70, 80},     {"abs", "bf16", 70, 80},
    {"neg", "bf16", 70, 80},     {"min", "NaN", 70, 80},
    {"max", "NaN", 70, 80},      {"min", "f16", 70, 80},
    {"max", "f16", 70, 80},      {"fma", "f16", 42, 53},
    {"add", "u16x2", 80, 90},    {"add", "s16x2", 80, 90},
    {"min", "u16x2", 80, 90},    {"min", "s16x2", 80, 90},
    {"max", "u16x2", 80, 90},    {"max", "s16x2", 80, 90},
    {"cvt", "f16x2", 70, 80},    {"cvt", "bf16x2", 70, 80}};
} // namespace

void Decoder::checkRequirements(const Instruction &in) const {
  std::vector<std::string> parts = splitName(in.name);
  auto check = [&](int version, int target) {
    if (ptx.version < version || ptx.target < target)
      fail("'" + in.name + "' needs PTX " + std::to_string(version / 10) + "." +
           std::to_string(version % 10) + " and sm_" + std::to_string(target) +
           ", the module is for PTX " + std::to_string(ptx.version / 10) + "." +
           std::to_string(ptx.version % 10) + " and sm_" +
           std::to_string(ptx.target));
  };
  for (const Requirement &r : requirements) {
    bool has = !*r.part;
    for (const std::string &part : parts)
      has |= part == r.part;
    if (parts[0] == r.begin && has) {
      check(r.version, r.target);
      break;
    }
  }
  if (parts[0] == "cvt" && parts.back() == "bf16")
    check(78, 90);
  if (parts[0] == "cvt" && parts.size() > 2 &&
      parts[parts.size() - 2] == "bf16")
    check(parts.back() == "f32" ? 70 : 78, parts.back() == "f32" ? 80 : 90);
}

void Decoder::unknown(const Instruction &in) const {
  std::vector<std::string> parts = splitName(in.name);
  const std::string &type = parts.back();
  auto has = [&](const char *word) {
    for (const std::string &part : parts)
      if (part == word)
        return true;
    return false;
  };
  if (has("approx") || has("full"))
    fail("'" + in.name +
         "' is an approximation, which is not the same on "
         "every device");
  if (has("ftz"))
    fail("'" + in.name + "' flushes subnormal numbers");
  if (isOneOf(parts[0], {"add", "sub", "mul"}) && type.find('f') != type.npos)
    fail("'" + in.name + "' has no .rn: a compiler may fuse it with another");
  fail("unknown instruction '" + in.name + "'");
}

// ---- operands ---------------------------------------------------------------

uint32_t Decoder::predicate(const Operand &o) {
  if (o.kind == Operand::Number)
    return constant(1, o.number ? 1 : 0);
  if (o.kind != Operand::Word)
    fail("expected a predicate");
  const Symbol &s = symbol(o.text);
  if (s.kind != Symbol::Register || s.bits != 1)
    fail("'" + o.text + "' is no predicate");
  if (!o.negated)
    return s.offset;
  uint32_t from = s.offset, to = slot(1);
  Inst &inst = emit("not.pred");
  inst.ops[0] = to;
  inst.ops[1] = from;
  return to;
}

uint32_t Decoder::source(const Operand &o, int bits) {
  if (bits == 1)
    return predicate(o);
  if (o.kind == Operand::Number) {
    uint64_t value = (uint64_t)o.number;
    if (o.floatBits && o.floatBits != bits) {
      if (o.floatBits != 64 || bits != 32)
        fail("a float of " + std::to_string(o.floatBits) + " bits, expected " +
             std::to_string(bits));
      double wide;
      memcpy(&wide, &value, 8);
      float narrow = (float)wide;
      uint32_t word;
      memcpy(&word, &narrow, 4);
      value = word;
    }
    return constant(bits, value);
  }
  if (o.kind != Operand::Word || o.negated)
    fail("expected a register or a number");
  if (o.text[0] == '%' && !findSymbol(o.text))
    return bits == 32 ? special(o.text)
                      : (fail("'" + o.text + "' is not declared"), 0);
  const Symbol &s = symbol(o.text);
  if (s.kind == Symbol::Parameter)
    fail("the address of parameter '" + o.text + "' is not supported");
  if (s.kind == Symbol::Memory)
    return bits == 64 ? constant(64, s.address)
                      : (fail("an address has 64 bits"), 0);
  if (s.bits == bits)
    return s.offset;
  if (s.bits < bits)
    fail("'" + o.text + "' has " + std::to_string(s.bits) + " bits, expected " +
         std::to_string(bits));
  uint32_t from = s.offset, to = slot(bits);
  Inst &inst =
      emit("trunc." + std::to_string(s.bits) + "." + std::to_string(bits));
  inst.ops[0] = to;
  inst.ops[1] = from;
  return to;
}

Decoder::Destination Decoder::destination(const Operand &o, int bits) {
  Destination d;
  if (o.kind != Operand::Word)
    fail("expected a register to write");
  if (o.text == "_")
    return d;
  const Symbol &s = symbol(o.text);
  if (s.kind != Symbol::Register || (s.bits == 1) != (bits == 1) ||
      s.bits < bits)
    fail("'" + o.text + "' cannot hold " + std::to_string(bits) + " bits");
  d.target = s.offset;
  d.bits = bits;
  d.targetBits = s.bits;
  d.written = s.bits == bits ? s.offset : slot(bits);
  return d;
}

Decoder::Destination Decoder::result(const Operand &o, int bits) {
  Destination d = destination(o, bits);
  if (d.target == kNone)
    fail("'" + current->name + "' has no result");
  return d;
}

void Decoder::finish(const Destination &d, bool isSigned) {
  if (d.written == d.target)
    return;
  Inst &inst = emit((isSigned ? "sext." : "zext.") + std::to_string(d.bits) +
                    "." + std::to_string(d.targetBits));
  inst.ops[0] = d.target;
  inst.ops[1] = d.written;
}

// ---- what tables have -------------------------------------------------------

void Decoder::general(const Instruction &in, const std::string &name,
                      const std::vector<int> &widths, bool isSigned) {
  if (!findHandler(name) || in.operands.empty())
    unknown(in);
  uint32_t ops[8];
  for (size_t i = 1; i < in.operands.size(); ++i)
    ops[i] = source(in.operands[i], widths[i]);
  Destination d = result(in.operands[0], widths[0]);
  Inst &inst = emit(name);
  inst.ops[0] = d.written;
  for (size_t i = 1; i < in.operands.size(); ++i)
    inst.ops[i] = ops[i];
  finish(d, isSigned);
}

/// How many operands each instruction of a table has.
static size_t operandCount(const std::vector<std::string> &parts) {
  const std::string &op = parts[0];
  if (isOneOf(op, {"mad", "fma", "bfe", "prmt", "shf", "dp4a", "selp"}))
    return 4;
  if (op == "bfi" || op == "lop3")
    return 5;
  if (isOneOf(op, {"abs", "neg", "not", "cnot", "popc", "clz", "bfind", "brev",
                   "rcp", "sqrt", "testp", "cvta", "mov", "activemask"}))
    return op == "activemask" ? 1 : 2;
  if (op == "cvt")
    return parts[parts.size() - 2].find("x2") != std::string::npos ? 3 : 2;
  return 3;
}

void Decoder::move(const Instruction &in) {
  int bits = bitsOfType(splitName(in.name).back());
  if (in.operands.size() != 2 || !bits)
    unknown(in);
  if (in.operands[0].kind == Operand::Vector ||
      in.operands[1].kind == Operand::Vector)
    return joinOrSplit(in, bits);
  general(in, in.name, {bits, bits}, false);
}

/// mov.b64 %rd1, {%r1, %r2} and the opposite.
void Decoder::joinOrSplit(const Instruction &in, int bits) {
  bool split = in.operands[0].kind == Operand::Vector;
  const std::vector<Operand> &parts = in.operands[split ? 0 : 1].parts;
  size_t count = parts.size();
  std::string name = std::string(split ? "split" : "join") + ".b" +
                     std::to_string(bits) + "." + std::to_string(count);
  if (!findHandler(name))
    unknown(in);
  int width = bits / (int)count;
  std::vector<Destination> destinations;
  std::vector<uint32_t> sources;
  if (split) {
    sources.push_back(source(in.operands[1], bits));
    for (const Operand &part : parts)
      destinations.push_back(destination(part, width));
  } else {
    for (const Operand &part : parts)
      sources.push_back(source(part, width));
    destinations.push_back(result(in.operands[0], bits));
  }
  Inst &inst = emit(name);
  size_t at = 0;
  for (const Destination &d : destinations)
    inst.ops[at++] = d.written;
  for (uint32_t s : sources)
    inst.ops[at++] = s;
  for (const Destination &d : destinations)
    finish(d, false);
}

/// setp.lt.and.s32 p|q, a, b, c: p = (a < b) and c, q = !(a < b) and c.
void Decoder::setPredicate(const Instruction &in) {
  std::vector<std::string> parts = splitName(in.name);
  bool combined = parts.size() == 4;
  if (in.operands.size() != (combined ? 4u : 3u) ||
      (parts.size() != 3 && !combined))
    unknown(in);
  int bits = bitsOfType(parts.back());
  uint32_t a = source(in.operands[1], bits), b = source(in.operands[2], bits);
  uint32_t c = combined ? predicate(in.operands[3]) : kNone;
  const Operand &first = in.operands[0];
  bool pair = first.kind == Operand::Pair;
  Destination p = pair ? destination(first.parts[0], 1) : result(first, 1);
  Destination q = pair ? destination(first.parts[1], 1) : Destination();
  uint32_t plain = combined || pair ? slot(1) : p.target;
  Inst &inst = emit("setp." + parts[1] + "." + parts.back());
  inst.ops[0] = plain;
  inst.ops[1] = a;
  inst.ops[2] = b;
  auto write = [&](uint32_t to, uint32_t from) {
    if (to == kNone || to == from)
      return;
    Inst &last = emit(combined ? parts[2] + ".pred" : "mov.pred");
    last.ops[0] = to;
    last.ops[1] = from;
    last.ops[2] = c;
  };
  if (pair) {
    uint32_t inverse = slot(1);
    Inst &invert = emit("not.pred");
    invert.ops[0] = inverse;
    invert.ops[1] = plain;
    // p may be c: q first, by way of a register of its own.
    uint32_t other = q.target == kNone ? kNone : slot(1);
    write(other, inverse);
    write(p.target, plain);
    if (other != kNone) {
      Inst &last = emit("mov.pred");
      last.ops[0] = q.target;
      last.ops[1] = other;
    }
    return;
  }
  write(p.target, plain);
}

// ---- what lanes do together -------------------------------------------------

void Decoder::shuffle(const Instruction &in) {
  std::vector<std::string> parts = splitName(in.name);
  if (parts.size() != 4 || parts[1] != "sync" || in.operands.size() != 5)
    unknown(in);
  const Operand &first = in.operands[0];
  bool pair = first.kind == Operand::Pair;
  uint32_t ops[4];
  for (size_t i = 0; i < 4; ++i)
    ops[i] = source(in.operands[1 + i], 32);
  Destination d = result(pair ? first.parts[0] : first, 32);
  Destination p = pair ? destination(first.parts[1], 1) : Destination();
  Inst &inst = emit("shfl." + parts[2] + "." + parts[3], Flow::Sync);
  inst.ops[0] = d.written;
  inst.ops[1] = p.written;
  for (size_t i = 0; i < 4; ++i)
    inst.ops[2 + i] = ops[i];
  inst.member = 5;
  finish(d, false);
}

/// vote, match, redux: result, source, members.
void Decoder::together(const Instruction &in) {
  std::vector<std::string> parts = splitName(in.name);
  if (in.name == "bar.warp.sync" && in.operands.size() == 1) {
    uint32_t members = source(in.operands[0], 32);
    emit("bar.warp", Flow::Sync).ops[0] = members;
    return;
  }
  if (parts[0] == "match" && parts.size() == 4)
    std::swap(parts[1], parts[2]); // match.any.sync, but vote.sync.any
  if (parts.size() != 4 || parts[1] != "sync" || in.operands.size() != 3)
    unknown(in);
  std::string name = parts[0] + "." + parts[2] + "." + parts[3];
  int bits = bitsOfType(parts[3]);
  int from = parts[0] == "vote" ? 1 : bits;
  int to = name == "vote.ballot.b32" || parts[0] == "match" ? 32 : bits;
  uint32_t value = source(in.operands[1], from),
           members = source(in.operands[2], 32);
  Destination d = result(in.operands[0], to);
  Inst &inst = emit(name, Flow::Sync);
  inst.ops[0] = d.written;
  inst.ops[1] = value;
  inst.ops[2] = members;
  inst.member = 2;
  finish(d, false);
}

/// mma: all operands are vectors of 32-bit registers.
void Decoder::multiply(const Instruction &in) {
  if (in.name.compare(0, 9, "mma.sync.") || in.operands.size() != 4)
    unknown(in);
  std::string name = "mma." + in.name.substr(9);
  if (!findHandler(name))
    unknown(in);
  int m = name.find("m16") == std::string::npos ? 8 : 16;
  int k = name.find("k32") == std::string::npos ? 16 : 32;
  const size_t sizes[] = {(size_t)m / 4, (size_t)(m * k) / 128, (size_t)k / 16,
                          (size_t)m / 4};
  std::vector<uint32_t> ops;
  for (size_t i = 0; i < 4; ++i) {
    std::vector<Operand> values = {in.operands[i]};
    if (in.operands[i].kind == Operand::Vector)
      values = in.operands[i].parts;
    if (values.size() != sizes[i])
      fail("operand " + std::to_string(i) + " of '" + in.name + "' has " +
           std::to_string(values.size()) + " registers, expected " +
           std::to_string(sizes[i]));
    for (const Operand &value : values)
      ops.push_back(i ? source(value, 32) : result(value, 32).written);
  }
  uint32_t members = constant(32, ~0u);
  Inst &inst = emit(name, Flow::Sync);
  for (size_t i = 0; i < ops.size(); ++i)
    inst.ops[i] = ops[i];
  inst.member = (uint8_t)ops.size();
  inst.ops[inst.member] = members;
}

// ---- all --------------------------------------------------------------------

void Decoder::instruction(const Instruction &in) {
  guard(in);
  checkRequirements(in);
  if (control(in)) {
    guardRegister = kNone;
    return;
  }
  std::vector<std::string> parts = splitName(in.name);
  const std::string &op = parts[0];
  if (op == "mov")
    move(in);
  else if (op == "setp")
    setPredicate(in);
  else if (op == "ld" || op == "ldu" || op == "st")
    loadStore(in);
  else if (op == "atom" || op == "red")
    atomic(in);
  else if (op == "shfl")
    shuffle(in);
  else if (op == "mma")
    multiply(in);
  else if (isOneOf(op, {"vote", "match", "redux"}) ||
           in.name == "bar.warp.sync")
    together(in);
  else if (isOneOf(op, {"membar", "fence", "nanosleep"}))
    emit(in.name);
  else {
    if (in.operands.size() != operandCount(parts))
      unknown(in);
    std::string type = op == "cvt" ? parts[parts.size() - 2] : parts.back();
    general(in, in.name, widthsOf(parts, in.operands.size()), type[0] == 's');
  }
  guardRegister = kNone;
}
