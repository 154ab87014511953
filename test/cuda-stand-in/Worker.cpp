#include "Worker.h"

#include <cstdlib>
#include <cstring>

using namespace standin;

/// What memory holds before it is written.
constexpr int kRubbish = 0xcb;

bool AlignedMemory::reserve(uint64_t bytes) {
  if (bytes <= size)
    return false;
  free(data);
  size = (bytes + 4095) / 4096 * 4096;
  data = static_cast<uint8_t *>(aligned_alloc(4096, size));
  if (!data)
    abort();
  memset(data, kRubbish, size);
  return true;
}

static uint32_t laneMask(int count) {
  return count >= kLanes ? ~0u : (1u << count) - 1;
}

static void setMask(Warp &w, uint32_t mask) {
  if (w.mask == mask)
    return;
  w.mask = mask;
  w.whole = mask == ~0u;
  for (int l = 0; l < kLanes; ++l)
    w.lanes[l] = -(int32_t)(mask >> l & 1);
}

static const Allocation *findAllocation(const void *memory, uint64_t address) {
  return static_cast<const Memory *>(memory)->find(address);
}

// ---- preparing
// -----------------------------------------------------------------

static void fill(uint8_t *to, int bits, uint64_t value) {
  if (bits == 1) {
    uint32_t mask = value ? ~0u : 0;
    memcpy(to, &mask, 4);
    return;
  }
  for (int l = 0; l < kLanes; ++l)
    memcpy(to + l * (bits / 8), &value, (size_t)bits / 8);
}

void Worker::preset(WarpState &s) {
  for (const Preset &p : kernel->presets)
    if (p.special.empty())
      fill(s.warp.registers + p.offset, p.bits, p.value);
}

void Worker::presetSpecials(WarpState &s, uint32_t warp, uint32_t block) {
  for (const Preset &p : kernel->presets) {
    if (p.special.empty())
      continue;
    const std::string &name = p.special;
    auto *to = reinterpret_cast<uint32_t *>(s.warp.registers + p.offset);
    for (uint32_t l = 0; l < kLanes; ++l) {
      uint32_t value = 0; // of what has only a dimension x
      if (name == "%tid.x")
        value = warp * kLanes + l;
      else if (name == "%ntid.x")
        value = launch->threads;
      else if (name == "%ctaid.x")
        value = block;
      else if (name == "%nctaid.x")
        value = launch->blocks;
      else if (!name.compare(0, 6, "%ntid.") || !name.compare(0, 8, "%nctaid."))
        value = 1;
      else if (name == "%laneid")
        value = l;
      else if (name == "%warpid")
        value = warp;
      else if (name == "%nwarpid")
        value = warpCount;
      else if (name == "%lanemask_eq")
        value = 1u << l;
      else if (name == "%lanemask_lt")
        value = (1u << l) - 1;
      else if (name == "%lanemask_le")
        value = (2u << l) - 1;
      else if (name == "%lanemask_gt")
        value = ~((2u << l) - 1);
      else if (name == "%lanemask_ge")
        value = ~((1u << l) - 1);
      to[l] = value;
    }
  }
}

void Worker::begin(const Launch &l, const Memory &m, uint64_t seed) {
  order = seed;
  bool changed = kernel != l.kernel;
  launch = &l;
  memory = &m;
  kernel = l.kernel;
  warpCount = (l.threads + kLanes - 1) / kLanes;
  uint64_t localStride = (kernel->localBytes + 15) / 16 * 16;
  changed |= registers.reserve(kernel->registerBytes * warpCount + 64);
  changed |= warps.size() < warpCount;
  if (warps.size() < warpCount)
    warps.resize(warpCount);
  shared.reserve(kernel->sharedBytes + 1);
  local.reserve(localStride * kLanes * warpCount + 1);
  for (uint32_t i = 0; i < warpCount; ++i) {
    Warp &w = warps[i].warp;
    w.registers = registers.data + kernel->registerBytes * i;
    w.shared = shared.data;
    w.sharedBytes = kernel->sharedBytes;
    w.local = local.data + localStride * kLanes * i;
    w.localBytes = kernel->localBytes;
    w.localStride = localStride;
    w.parameters = l.parameters.data();
    w.find = findAllocation;
    w.memory = memory;
    for (Allocation &a : w.cache)
      a = Allocation();
    if (changed)
      preset(warps[i]);
  }
}

// ---- one warp ---------------------------------------------------------------

/// A number below `count`, by the seed.
uint32_t Worker::draw(uint32_t count) {
  drawn += 0x9e3779b97f4a7c15;
  uint64_t x = drawn;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return (uint32_t)((x ^ x >> 31) >> 32) % count;
}

/// Lets some lanes fall behind, or others go on: nothing but waiting for them
/// keeps lanes together.
void Worker::stir(WarpState &s) {
  uint32_t behind = s.current.mask & draw(~0u);
  if (draw(8) == 0 && behind && behind != s.current.mask) {
    s.ready.push_back({s.current.pc, behind});
    s.current.mask &= ~behind;
  }
  if (s.current.mask && !s.ready.empty() && draw(3) == 0)
    regroup(s);
}

/// Continues with the least place of all, together with all that are there: so
/// paths that part meet again where they end.
void Worker::regroup(WarpState &s) {
  if (s.current.mask)
    s.ready.push_back(s.current);
  s.current = {~0u, 0};
  for (const Group &g : s.ready)
    s.current.pc = std::min(s.current.pc, g.pc);
  if (order)
    s.current.pc = s.ready[draw((uint32_t)s.ready.size())].pc;
  s.nextPc = ~0u;
  size_t kept = 0;
  for (const Group &g : s.ready) {
    if (g.pc == s.current.pc) {
      s.current.mask |= g.mask;
      continue;
    }
    s.nextPc = order ? ~0u : std::min(s.nextPc, g.pc);
    s.ready[kept++] = g;
  }
  s.ready.resize(kept);
}

/// A group to go on with; false: there is none.
bool Worker::pick(WarpState &s) {
  if (s.ready.empty() && !wake(s))
    return false;
  regroup(s);
  return true;
}

/// Groups whose missing lanes have left in the meantime. False: none.
bool Worker::wake(WarpState &s) {
  std::vector<Group> waiting = std::move(s.waiting);
  s.waiting.clear();
  bool woken = false;
  for (const Group &g : waiting) {
    s.current = g;
    synchronize(s, kernel->code[g.pc], g.mask);
    woken |= s.current.mask != 0;
    if (s.current.mask)
      s.ready.push_back(s.current);
    s.current.mask = 0;
  }
  return woken;
}

/// The lanes of `taken` go to `target`, the rest to the next instruction.
void Worker::split(WarpState &s, uint32_t taken, uint32_t target) {
  uint32_t rest = s.current.mask & ~taken;
  s.current.pc += 1;
  if (!rest) {
    s.current.pc = target;
    return;
  }
  s.current.mask = rest;
  s.ready.push_back({target, taken});
  s.nextPc = order ? ~0u : std::min(s.nextPc, target);
}

void Worker::jumpByTable(WarpState &s, const Inst &inst, uint32_t mask) {
  const std::vector<uint32_t> &targets = kernel->tables[inst.target];
  const auto *index =
      reinterpret_cast<const uint32_t *>(s.warp.registers + inst.ops[0]);
  for (int l = 0; l < kLanes; ++l) {
    if (!(mask >> l & 1))
      continue;
    if (index[l] >= targets.size()) {
      s.warp.fault = {FaultKind::OutOfBounds, l, index[l]};
      return;
    }
    s.ready.push_back({targets[index[l]], 1u << l});
  }
  s.current.mask &= ~mask;
  s.current.pc += 1;
  regroup(s);
}

/// Lanes have come to an instruction that waits for those of their masks. Sets
/// of lanes that are all there do it and go on; the others wait. False: fault.
bool Worker::synchronize(WarpState &s, const Inst &inst, uint32_t arrived) {
  uint32_t pc = s.current.pc, rest = s.current.mask & ~arrived;
  const auto *members = reinterpret_cast<const uint32_t *>(
      s.warp.registers + inst.ops[inst.member]);
  for (size_t i = 0; i < s.waiting.size();) {
    if (s.waiting[i].pc == pc) {
      arrived |= s.waiting[i].mask;
      s.waiting.erase(s.waiting.begin() + (long)i);
    } else {
      ++i;
    }
  }
  uint32_t done = 0, missing = 0;
  while (uint32_t left = arrived & ~done & ~missing) {
    int first = __builtin_ctz(left);
    uint32_t mask = members[first], group = 0;
    for (int l = first; l < kLanes; ++l)
      if (left >> l & 1 && members[l] == mask)
        group |= 1u << l;
    if (group & ~mask) {
      s.warp.fault = {FaultKind::BadMask, first, mask};
      return false;
    }
    if ((mask & s.live) & ~group) {
      missing |= group;
      continue;
    }
    setMask(s.warp, group);
    inst.handler(s.warp, inst);
    if (s.warp.fault.kind != FaultKind::None)
      return false;
    done |= group;
  }
  if (missing)
    s.waiting.push_back({pc, missing});
  s.current = {pc + 1, done | rest};
  return true;
}

/// Why a warp in which no lane can go on has stopped.
Worker::Stop Worker::stopped(WarpState &s) {
  if (s.warp.fault.kind != FaultKind::None)
    return Stop::Fault;
  if (!s.live)
    return Stop::Done;
  if (s.waiting.empty())
    return Stop::Barrier;
  s.current = s.waiting[0];
  s.warp.fault = {FaultKind::Deadlock, __builtin_ctz(s.current.mask), 0};
  return Stop::Fault;
}

/// One instruction that is not plain, for the lanes of `mask`.
void Worker::flow(WarpState &s, const Inst &inst, uint32_t mask) {
  switch (inst.flow) {
  case Flow::Plain:
    break;
  case Flow::Memory:
    inst.handler(s.warp, inst);
    // A fault is described at the place where it was found.
    s.current.pc += s.warp.fault.kind == FaultKind::None;
    break;
  case Flow::Branch:
    split(s, mask, inst.target);
    break;
  case Flow::Table:
    jumpByTable(s, inst, mask);
    break;
  case Flow::Exit:
    s.live &= ~mask;
    s.current = {s.current.pc + 1, s.current.mask & ~mask};
    break;
  case Flow::Trap:
    s.warp.fault = {FaultKind::Trap, __builtin_ctz(mask), 0};
    break;
  case Flow::Sync:
    synchronize(s, inst, mask);
    break;
  case Flow::Barrier:
    s.barrier.push_back({s.current.pc, mask});
    s.current = {s.current.pc + 1, s.current.mask & ~mask};
    break;
  }
}

Worker::Stop Worker::run(WarpState &s) {
  Warp &w = s.warp;
  const Inst *code = kernel->code.data();
  for (;;) {
    if (!s.current.mask && !pick(s))
      return stopped(s);
    if (s.current.pc >= s.nextPc)
      regroup(s);
    const Inst &inst = code[s.current.pc];
    uint32_t mask = s.current.mask;
    ++executed;
    if (inst.guard != kNone) {
      uint32_t p;
      memcpy(&p, w.registers + inst.guard, 4);
      mask &= inst.guardNegated ? ~p : p;
      if (!mask) {
        ++s.current.pc;
        continue;
      }
    }
    setMask(w, mask);
    if (inst.flow == Flow::Plain) {
      inst.handler(w, inst);
      ++s.current.pc;
      continue;
    }
    flow(s, inst, mask);
    if (w.fault.kind != FaultKind::None)
      return Stop::Fault;
    if (order)
      stir(s);
  }
}

// ---- one block --------------------------------------------------------------

/// Barriers to which all have come let them go on; false: none has.
bool Worker::release() {
  uint32_t live = 0;
  std::map<uint32_t, uint32_t> arrived, needed;
  auto read = [](const WarpState &s, uint32_t offset, uint32_t mask) {
    uint32_t value;
    memcpy(&value, s.warp.registers + offset + 4 * __builtin_ctz(mask), 4);
    return value;
  };
  auto numberOf = [&](const WarpState &s, const Group &g) {
    return read(s, kernel->code[g.pc].ops[0], g.mask);
  };
  for (uint32_t i = 0; i < warpCount; ++i)
    live += (uint32_t)__builtin_popcount(warps[i].live);
  for (uint32_t i = 0; i < warpCount; ++i)
    for (const Group &g : warps[i].barrier) {
      uint32_t count = kernel->code[g.pc].ops[1], id = numberOf(warps[i], g);
      // A warp that must come as a whole has come in parts.
      if (kernel->code[g.pc].member && warps[i].barrier.size() > 1 &&
          warps[i].barrier[0].pc != g.pc)
        return false;
      arrived[id] += (uint32_t)__builtin_popcount(g.mask);
      needed[id] = count == kNone ? live : read(warps[i], count, g.mask);
    }
  bool released = false;
  for (uint32_t i = 0; i < warpCount; ++i) {
    WarpState &s = warps[i];
    std::vector<Group> kept;
    for (const Group &g : s.barrier) {
      uint32_t id = numberOf(s, g);
      if (arrived[id] < needed[id]) {
        kept.push_back(g);
        continue;
      }
      s.ready.push_back({g.pc + 1, g.mask});
      released = true;
    }
    s.barrier = std::move(kept);
  }
  return released;
}

Failure Worker::block(uint32_t number) {
  memset(shared.data, kRubbish, kernel->sharedBytes);
  for (uint32_t i = 0; i < warpCount; ++i) {
    WarpState &s = warps[i];
    s.live = laneMask((int)(launch->threads - i * kLanes));
    s.current = {0, s.live};
    s.ready.clear();
    s.waiting.clear();
    s.barrier.clear();
    s.nextPc = ~0u;
    s.warp.fault = Fault();
    presetSpecials(s, i, number);
  }
  drawn = order + number;
  std::vector<uint32_t> turns(warpCount);
  for (uint32_t i = 0; i < warpCount; ++i)
    turns[i] = i;
  for (;;) {
    uint32_t stopped = kNone;
    for (uint32_t i = order ? warpCount : 0; i > 1; --i)
      std::swap(turns[i - 1], turns[draw(i)]);
    for (uint32_t i : turns) {
      Stop stop = run(warps[i]);
      if (stop == Stop::Fault)
        return describe(warps[i], i, number);
      if (stop == Stop::Barrier && stopped == kNone)
        stopped = i;
    }
    if (stopped == kNone)
      return Failure();
    if (release())
      continue;
    WarpState &s = warps[stopped];
    s.current = s.barrier[0];
    s.warp.fault = {FaultKind::Deadlock, __builtin_ctz(s.current.mask), 0};
    return describe(s, stopped, number);
  }
}

Failure Worker::describe(const WarpState &s, uint32_t warp,
                         uint32_t block) const {
  const Fault &fault = s.warp.fault;
  const Inst &inst = kernel->code[s.current.pc];
  char address[32], head[256], text[512];
  snprintf(address, sizeof(address), "0x%llx",
           (unsigned long long)fault.address);
  snprintf(head, sizeof(head),
           "'%.60s' at line %u of '%.60s', block %u, thread %u",
           kernel->sources[s.current.pc].c_str(), inst.line,
           kernel->name.c_str(), block, warp * kLanes + (uint32_t)fault.lane);
  const char *what = "", *where = "";
  switch (fault.kind) {
  case FaultKind::None:
    break;
  case FaultKind::OutOfBounds:
    what = " lies outside of all memory: ", where = address;
    break;
  case FaultKind::Misaligned:
    what = " is misaligned: ", where = address;
    break;
  case FaultKind::ReadOnly:
    what = " writes to constant memory: ", where = address;
    break;
  case FaultKind::BadSource:
    what = " reads a lane that is not in the mask: ", where = address;
    break;
  case FaultKind::BadMask:
    what = " does not suit the mask of lanes ", where = address;
    break;
  case FaultKind::Trap:
    what = " was reached";
    break;
  case FaultKind::Deadlock:
    what = " waits for threads that never come";
    break;
  }
  snprintf(text, sizeof(text), "%s%s%s", head, what, where);
  return {fault.kind, text};
}
