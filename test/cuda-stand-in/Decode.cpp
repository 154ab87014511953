#include "Decoder.h"

#include <set>

using namespace standin;

Kernel standin::decodeKernel(const Ptx &ptx, const Function &entry,
                             const GlobalAddress &globals) {
  return Decoder(ptx, entry, globals).decode();
}

std::vector<std::string> standin::splitName(const std::string &name) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= name.size();) {
    size_t dot = std::min(name.find('.', begin), name.size());
    parts.push_back(name.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return parts;
}

bool standin::isOneOf(const std::string &word,
                      std::initializer_list<const char *> all) {
  for (const char *one : all)
    if (word == one)
      return true;
  return false;
}

Decoder::Decoder(const Ptx &ptx, const Function &entry,
                 const GlobalAddress &globals)
    : ptx(ptx), entry(entry), globals(globals) {}

void Decoder::fail(const std::string &text) const {
  throw PtxError(current ? current->line : entry.line, text);
}

Kernel Decoder::decode() {
  kernel.name = entry.name;
  kernel.reqntid = entry.reqntid;
  kernel.maxntid = entry.maxntid;
  std::map<std::string, Symbol> bound;
  for (const Variable &v : entry.parameters) {
    Symbol s;
    s.kind = Symbol::Parameter;
    s.bytes = v.bytes;
    s.address = allocate(kernel.parameterBytes, v);
    kernel.parameterOffsets.push_back(s.address);
    kernel.parameterSizes.push_back(v.bytes);
    bound[v.name] = s;
  }
  body(entry, std::move(bound));
  emit("", Flow::Exit);
  resolveLabels();
  return std::move(kernel);
}

void Decoder::resolveLabels() {
  auto place = [&](uint32_t number) {
    if (labels[number] == kNone)
      fail("a label is used and not defined");
    return labels[number];
  };
  for (Inst &inst : kernel.code)
    if (inst.flow == Flow::Branch)
      inst.target = place(inst.target);
  for (std::vector<uint32_t> &table : kernel.tables)
    for (uint32_t &target : table)
      target = place(target);
}

// ---- functions --------------------------------------------------------------

void Decoder::body(const Function &function,
                   std::map<std::string, Symbol> bound) {
  for (const Frame &frame : frames)
    if (frame.function == &function)
      fail("'" + function.name + "' calls itself");
  Frame frame;
  frame.function = &function;
  frame.scopes.emplace_back();
  frame.scopes[0].names = std::move(bound);
  labels.push_back(kNone);
  frame.end = (uint32_t)labels.size() - 1;
  for (const Statement &s : function.body)
    if (s.kind == Statement::Targets)
      frame.targets[s.label] = &s;
  frames.push_back(std::move(frame));
  for (const Statement &s : function.body)
    statement(s);
  labels[frames.back().end] = (uint32_t)kernel.code.size();
  frames.pop_back();
}

void Decoder::statement(const Statement &s) {
  Frame &frame = frames.back();
  switch (s.kind) {
  case Statement::Code:
    current = &s.code;
    return instruction(s.code);
  case Statement::Declaration:
    return declare(s.variable);
  case Statement::Label: {
    uint32_t number = label(s.label);
    if (labels[number] != kNone)
      fail("label '" + s.label + "' is defined twice");
    labels[number] = (uint32_t)kernel.code.size();
    return;
  }
  case Statement::Targets:
    return;
  case Statement::Open:
    frame.scopes.emplace_back();
    return;
  case Statement::Close:
    if (frame.scopes.size() > 1)
      frame.scopes.pop_back();
    return;
  }
}

/// Places v behind what `size` bytes hold.
uint64_t Decoder::allocate(uint64_t &size, const Variable &v) {
  uint64_t at = (size + v.align - 1) / v.align * v.align;
  size = at + v.bytes;
  return at;
}

void Decoder::declare(const Variable &v) {
  Scope &scope = frames.back().scopes.back();
  Symbol s;
  s.space = v.space;
  s.bytes = v.bytes;
  if (v.space == "reg") {
    if (v.count) {
      scope.ranges[v.name] = v;
      return;
    }
    s.bits = bitsOfType(v.type);
    s.offset = slot(s.bits);
  } else if (v.space == "shared") {
    std::string name = frames.back().function->name + ":" + v.name;
    if (!shared.count(name))
      shared[name] = allocate(kernel.sharedBytes, v);
    s.kind = Symbol::Memory;
    s.address = shared[name];
  } else {
    // What a call passes lies beside the local variables.
    s.kind = Symbol::Memory;
    s.address = allocate(kernel.localBytes, v);
  }
  scope.names[v.name] = s;
}

/// Registers of a range come to be where they are used first.
const Symbol *Decoder::findSymbol(const std::string &name) {
  size_t digits = name.size();
  while (digits && isdigit((unsigned char)name[digits - 1]))
    --digits;
  std::string prefix = name.substr(0, digits);
  auto &scopes = frames.back().scopes;
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    auto found = scope->names.find(name);
    if (found != scope->names.end())
      return &found->second;
    auto range = scope->ranges.find(prefix);
    if (range == scope->ranges.end() || digits == name.size() ||
        name.size() - digits > 9 ||
        atoll(name.c_str() + digits) >= range->second.count)
      continue;
    Symbol s;
    s.bits = bitsOfType(range->second.type);
    s.offset = slot(s.bits);
    return &(scope->names[name] = s);
  }
  for (const Variable &v : ptx.variables)
    if (v.name == name) {
      Symbol s;
      s.kind = Symbol::Memory;
      s.space = v.space;
      s.bytes = v.bytes;
      if (v.space == "shared") {
        if (!shared.count(name))
          shared[name] = allocate(kernel.sharedBytes, v);
        s.address = shared[name];
      } else {
        s.address = globals(name);
      }
      return &(scopes[0].names[name] = s);
    }
  return nullptr;
}

const Symbol &Decoder::symbol(const std::string &name) {
  const Symbol *s = findSymbol(name);
  if (!s)
    fail("'" + name + "' is not declared");
  return *s;
}

uint32_t Decoder::label(const std::string &name) {
  auto [found, isNew] =
      frames.back().labels.try_emplace(name, (uint32_t)labels.size());
  if (isNew)
    labels.push_back(kNone);
  return found->second;
}

// ---- registers --------------------------------------------------------------

uint32_t Decoder::slot(int bits) {
  if (bits == 1) {
    if (predicatesUsed == 16) {
      predicateBlock = (uint32_t)kernel.registerBytes;
      kernel.registerBytes += 64;
      predicatesUsed = 0;
    }
    return predicateBlock + 4 * predicatesUsed++;
  }
  uint32_t offset = (uint32_t)kernel.registerBytes;
  kernel.registerBytes += bits < 16 ? 64 : (uint64_t)bits / 8 * kLanes;
  if (kernel.registerBytes > (1u << 28))
    fail("more registers than 256 MB");
  return offset;
}

uint32_t Decoder::constant(int bits, uint64_t value) {
  if (bits < 64)
    value &= (1ull << bits) - 1;
  auto [found, isNew] = constants.try_emplace({bits, value}, 0);
  if (isNew) {
    found->second = slot(bits);
    kernel.presets.push_back({found->second, bits, value, ""});
  }
  return found->second;
}

uint32_t Decoder::special(const std::string &name) {
  static const std::set<std::string> known = {
      "%tid.x",       "%tid.y",       "%tid.z",       "%ntid.x",
      "%ntid.y",      "%ntid.z",      "%ctaid.x",     "%ctaid.y",
      "%ctaid.z",     "%nctaid.x",    "%nctaid.y",    "%nctaid.z",
      "%laneid",      "%warpid",      "%nwarpid",     "%lanemask_eq",
      "%lanemask_lt", "%lanemask_le", "%lanemask_gt", "%lanemask_ge"};
  if (!known.count(name))
    fail("'" + name + "' is not declared and no special register");
  auto [found, isNew] = specials.try_emplace(name, 0);
  if (isNew) {
    found->second = slot(32);
    kernel.presets.push_back({found->second, 32, 0, name});
  }
  return found->second;
}

Inst &Decoder::emit(const std::string &handler, Flow flow) {
  Inst inst;
  inst.flow = flow;
  inst.guard = guardRegister;
  inst.guardNegated = guardNegated;
  inst.line = current ? (uint32_t)current->line : (uint32_t)entry.line;
  for (uint32_t &op : inst.ops)
    op = kNone;
  if (!handler.empty()) {
    inst.handler = findHandler(handler);
    if (!inst.handler)
      unknown(*current);
  }
  kernel.code.push_back(inst);
  kernel.sources.push_back(current ? current->name : "the end");
  return kernel.code.back();
}

void Decoder::guard(const Instruction &in) {
  guardRegister = kNone;
  guardNegated = false;
  if (in.guard.empty())
    return;
  const Symbol &p = symbol(in.guard);
  if (p.kind != Symbol::Register || p.bits != 1)
    fail("'" + in.guard + "' is no predicate");
  uint32_t copy = p.offset;
  // The instruction may write its own guard before it is done.
  if (in.name.compare(0, 4, "setp") == 0) {
    copy = slot(1);
    emit("mov.pred").ops[0] = copy;
    kernel.code.back().ops[1] = p.offset;
  }
  guardRegister = copy;
  guardNegated = in.guardNegated;
}

// ---- control flow -----------------------------------------------------------

/// call (results), function, (parameters).
void Decoder::call(const Instruction &in) {
  size_t at = 0;
  std::vector<Operand> results, arguments;
  if (at < in.operands.size() && in.operands[at].kind == Operand::List)
    results = in.operands[at++].parts;
  if (at >= in.operands.size() || in.operands[at].kind != Operand::Word)
    fail("found no function to call");
  auto found = ptx.functions.find(in.operands[at++].text);
  if (found == ptx.functions.end() || !found->second.defined)
    fail("call of '" + in.operands[at - 1].text +
         "', which the module does not define");
  if (at < in.operands.size() && in.operands[at].kind == Operand::List)
    arguments = in.operands[at++].parts;
  if (at != in.operands.size())
    fail("indirect calls are not supported");
  const Function &f = found->second;
  if (arguments.size() != f.parameters.size() ||
      results.size() != f.results.size())
    fail("'" + f.name + "' is called with another number of parameters");
  std::map<std::string, Symbol> bound;
  auto bind = [&](const Variable &formal, const Operand &actual) {
    const Symbol &s = symbol(actual.text);
    if (s.kind != Symbol::Memory || s.space != "param" ||
        s.bytes < formal.bytes)
      fail("'" + actual.text + "' is no .param of " +
           std::to_string(formal.bytes) + " bytes");
    bound[formal.name] = s;
  };
  for (size_t i = 0; i < arguments.size(); ++i)
    bind(f.parameters[i], arguments[i]);
  for (size_t i = 0; i < results.size(); ++i)
    bind(f.results[i], results[i]);
  uint32_t behind = (uint32_t)labels.size();
  labels.push_back(kNone);
  if (guardRegister != kNone) {
    Inst &around = emit("", Flow::Branch);
    around.guardNegated = !guardNegated;
    around.target = behind;
    guardRegister = kNone;
  }
  const Instruction *caller = current;
  body(f, std::move(bound));
  current = caller;
  labels[behind] = (uint32_t)kernel.code.size();
}

void Decoder::table(const Instruction &in) {
  if (in.operands.size() != 2)
    fail("brx.idx needs an index and a list of targets");
  auto found = frames.back().targets.find(in.operands[1].text);
  if (found == frames.back().targets.end())
    fail("'" + in.operands[1].text + "' is no list of targets");
  std::vector<uint32_t> targets;
  for (const std::string &name : found->second->targets)
    targets.push_back(label(name));
  uint32_t index = source(in.operands[0], 32);
  Inst &inst = emit("", Flow::Table);
  inst.ops[0] = index;
  inst.target = (uint32_t)kernel.tables.size();
  kernel.tables.push_back(std::move(targets));
}

/// bar.sync and barrier.sync; ops: number, threads or kNone.
void Decoder::barrier(const Instruction &in) {
  if (in.operands.empty() || in.operands.size() > 2)
    fail(in.name + " needs a barrier and perhaps a number of threads");
  uint32_t number = source(in.operands[0], 32), count = kNone;
  if (in.operands.size() > 1)
    count = source(in.operands[1], 32);
  Inst &inst = emit("", Flow::Barrier);
  inst.ops[0] = number;
  inst.ops[1] = count;
  // Whether a warp must come as a whole.
  inst.member = in.name != "barrier.sync";
}

/// Whether `in` belongs to control flow.
bool Decoder::control(const Instruction &in) {
  const std::string &name = in.name;
  if ((name == "ret" || name == "exit" || name == "trap") &&
      !in.operands.empty())
    fail("'" + name + "' has operands");
  if (name == "bra" || name == "bra.uni") {
    if (in.operands.size() != 1)
      fail("bra needs a label");
    uint32_t target = label(in.operands[0].text);
    emit("", Flow::Branch).target = target;
  } else if (name == "brx.idx" || name == "brx.idx.uni") {
    table(in);
  } else if (name == "ret" || name == "ret.uni") {
    if (frames.size() == 1)
      emit("", Flow::Exit);
    else
      emit("", Flow::Branch).target = frames.back().end;
  } else if (name == "exit") {
    emit("", Flow::Exit);
  } else if (name == "trap") {
    emit("", Flow::Trap);
  } else if (name == "call" || name == "call.uni") {
    call(in);
  } else if (name == "bar.sync" || name == "barrier.sync" ||
             name == "barrier.sync.aligned") {
    barrier(in);
  } else {
    return false;
  }
  return true;
}
