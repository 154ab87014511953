#include "Context.h"

#include <cstdlib>
#include <cstring>
#include <thread>

using namespace standin;

State &standin::state() {
  static State *s = new State; // outlives what runs at exit
  return *s;
}
const char *standin::setting(const char *name) {
  std::string full = std::string("BITNET_CUDA_STAND_IN_") + name;
  const char *value = getenv(full.c_str());
  return value && *value ? value : nullptr;
}

int standin::capability() {
  const char *text = setting("CAPABILITY");
  if (!text)
    return 90;
  const char *dot = strchr(text, '.');
  return atoi(text) * 10 + (dot ? atoi(dot + 1) : 0);
}

bool standin::mustFail(const char *name) {
  int number = ++state().calls[name];
  const char *text = setting("FAIL");
  size_t length = strlen(name);
  return text && !strncmp(text, name, length) &&
         (!text[length] || text[length] == '=' ||
          (text[length] == ':' && atoi(text + length + 1) == number));
}

static Result resultOf(FaultKind kind) {
  switch (kind) {
  case FaultKind::None:
    return Success;
  case FaultKind::OutOfBounds:
  case FaultKind::ReadOnly:
    return IllegalAddress;
  case FaultKind::Misaligned:
    return MisalignedAddress;
  case FaultKind::Deadlock:
    return LaunchTimeout;
  case FaultKind::Trap:
    return IllegalInstruction;
  case FaultKind::BadSource:
  case FaultKind::BadMask:
    break;
  }
  return LaunchFailed;
}

Result standin::flush(State &s, Stream &stream) {
  if (!s.machine) {
    const char *text = setting("THREADS");
    s.machine = std::make_unique<Machine>(
        text ? (unsigned)atoi(text)
             : std::min(4u, std::thread::hardware_concurrency()));
  }
  const char *seed = setting("ORDER");
  s.machine->shuffle(seed ? strtoull(seed, nullptr, 0) : 0);
  std::vector<Launch> launches = std::move(stream.launches);
  stream.launches.clear();
  for (const Launch &launch : launches) {
    if (s.sticky)
      break;
    Failure failure = s.machine->run(launch, s.memory);
    ++s.launched;
    s.sticky = resultOf(failure.kind);
    s.failure = failure.text;
  }
  return s.sticky;
}

Result standin::flushAll(State &s) {
  for (auto &entry : s.streams)
    flush(s, *entry.second);
  return s.sticky;
}

uint64_t standin::allocate(State &s, uint64_t bytes, uint64_t window,
                           bool writable) {
  const char *limit = setting("MEMORY");
  if (!bytes || (limit && bytes > strtoull(limit, nullptr, 0)))
    return 0;
  void *host = nullptr;
  if (posix_memalign(&host, 256, bytes))
    return 0;
  // Not more than is soon done.
  memset(host, 0xcb, std::min<uint64_t>(bytes, 4 << 20));
  s.memory.add(host, bytes, window, writable);
  uint64_t address = (uint64_t)(uintptr_t)host + window;
  s.blocks[address] = host;
  return address;
}

bool standin::release(State &s, uint64_t address) {
  auto found = s.blocks.find(address);
  if (found == s.blocks.end())
    return false;
  flushAll(s);
  s.memory.remove(address);
  free(found->second);
  s.blocks.erase(found);
  s.advice.erase(address);
  return true;
}

uint8_t *standin::inside(const State &s, uint64_t to, uint64_t bytes) {
  const Allocation *a = s.memory.find(to);
  if (!a || a->bytes - (to - a->base) < bytes)
    return nullptr;
  return reinterpret_cast<uint8_t *>(to + a->toHost);
}

// ---- modules ----------------------------------------------------------------

static void runsHere(const Ptx &ptx) {
  int has = capability();
  bool fits = ptx.targetSuffix == 'a' ? has == ptx.target
              : ptx.targetSuffix == 'f'
                  ? has >= ptx.target && has / 10 == ptx.target / 10
                  : has >= ptx.target;
  if (!fits)
    throw PtxError(0, "the module is for sm_" + std::to_string(ptx.target) +
                          ", the device is sm_" + std::to_string(has));
}

static void makeGlobals(State &s, const Ptx &ptx, Module &module,
                        std::map<std::string, uint64_t> &addresses) {
  for (const Variable &v : ptx.variables) {
    if (v.space == "shared")
      continue;
    uint64_t address = allocate(s, v.bytes, kDevice, v.space != "const");
    if (!address)
      throw PtxError(v.line, "no memory for '" + v.name + "'");
    module.globals.push_back(address);
    addresses[v.name] = address;
    // What has no initialiser is zero.
    uint8_t *to = inside(s, address, v.bytes);
    memset(to, 0, v.bytes);
    if (!v.init.empty())
      memcpy(to, v.init.data(), v.init.size());
  }
}

void standin::unload(State &s, Module *module) {
  flushAll(s);
  for (uint64_t address : module->globals)
    release(s, address);
  s.modules.erase(module);
}

Result standin::load(State &s, const char *text, Module &module,
                     std::string &log) {
  try {
    Ptx ptx = parsePtx(text);
    runsHere(ptx);
    std::map<std::string, uint64_t> addresses;
    makeGlobals(s, ptx, module, addresses);
    for (const auto &entry : ptx.functions) {
      if (!entry.second.entry || !entry.second.defined)
        continue;
      auto kernel = std::make_shared<Kernel>(
          decodeKernel(ptx, entry.second, [&](const std::string &name) {
            return addresses.at(name);
          }));
      if (kernel->sharedBytes > 48 << 10)
        throw PtxError(entry.second.line,
                       "'" + entry.first + "' uses " +
                           std::to_string(kernel->sharedBytes) +
                           " bytes of shared memory, expected at most 49152");
      module.functions[entry.first] = {&module, kernel};
    }
    return Success;
  } catch (const PtxError &error) {
    log = std::string("ptx: ") + error.what();
    return log.find("the device is sm_") == log.npos ? InvalidPtx
                                                     : NoBinaryForGpu;
  }
}
