/// What the functions of Driver.cpp work on: one device, its context, modules,
/// streams, memory.
#ifndef TEST_CUDASTANDIN_CONTEXT_H
#define TEST_CUDASTANDIN_CONTEXT_H

#include "Machine.h"

#include <mutex>

namespace standin {

enum Result {
  Success = 0,
  InvalidValue = 1,
  OutOfMemory = 2,
  NotInitialized = 3,
  NoDevice = 100,
  InvalidDevice = 101,
  InvalidContext = 201,
  NoBinaryForGpu = 209,
  InvalidPtx = 218,
  InvalidHandle = 400,
  NotFound = 500,
  IllegalAddress = 700,
  LaunchTimeout = 702,
  IllegalInstruction = 715,
  MisalignedAddress = 716,
  LaunchFailed = 719,
  Unknown = 999
};

struct Module;
/// A kernel, as cuModuleGetFunction gives it.
struct Entry {
  Module *module;
  std::shared_ptr<const Kernel> kernel;
};
struct Module {
  std::map<std::string, Entry> functions;
  std::vector<uint64_t> globals;
};
struct Stream {
  std::vector<Launch> launches; ///< run when they are waited for
};

/// All there is: one device, its primary context and what lives there.
struct State {
  std::mutex lock;
  bool initialized = false;
  int retained = 0; ///< of the primary context
  Result sticky = Success;
  std::string failure; ///< what cuGetErrorString adds
  std::map<std::string, int> calls;
  Memory memory;
  std::map<uint64_t, void *> blocks; ///< by address for kernels
  std::map<uint64_t, std::string> advice;
  std::map<Module *, std::unique_ptr<Module>> modules;
  std::map<Stream *, std::unique_ptr<Stream>> streams;
  std::unique_ptr<Machine> machine;
  uint64_t launched = 0;
};

/// The only one. Everything below is called with its lock held.
State &state();

/// The value of BITNET_CUDA_STAND_IN_`name`; null where it is empty or not set.
const char *setting(const char *name);
/// Compute capability: 10 * major + minor.
int capability();
/// Whether BITNET_CUDA_STAND_IN_FAIL, "cuMemAlloc_v2:3", wants this call, the
/// third of this function, to fail; "cuMemAlloc_v2:3=2": with result 2.
bool mustFail(const char *name);

/// Runs what a stream was asked for. As with CUDA, a context in which a kernel
/// has failed is of no more use.
Result flush(State &s, Stream &stream);
Result flushAll(State &s);

/// `bytes` of rubbish that kernels see at the host's address + window; 0: none.
uint64_t allocate(State &s, uint64_t bytes, uint64_t window,
                  bool writable = true);
/// False: nothing begins at that address.
bool release(State &s, uint64_t address);
/// Our address of [to, to + bytes); null: not all of it is there.
uint8_t *inside(const State &s, uint64_t to, uint64_t bytes);

/// Fills in `module`; where that fails, `log` says why.
Result load(State &s, const char *text, Module &module, std::string &log);
void unload(State &s, Module *module);

} // namespace standin

#endif // TEST_CUDASTANDIN_CONTEXT_H
