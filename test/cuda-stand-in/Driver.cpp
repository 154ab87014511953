// The functions of CUDA's driver that the runtime calls, for one device that is
// this machine's CPU. Stricter than CUDA: see README.md.
#include "Context.h"

#include <cstdlib>
#include <cstring>

using namespace standin;

namespace {
/// Of this thread: how many contexts were pushed. There is but one to push.
thread_local int pushed = 0;
char contextHandle;

/// What a function gives that must fail.
Result failure(const char *name) {
  const char *text = strchr(setting("FAIL"), '=');
  if (text)
    return (Result)atoi(text + 1);
  return strstr(name, "Alloc") ? OutOfMemory : Unknown;
}

/// Begins every function: one at a time, failures that are asked for, and that
/// a context is there.
#define ENTER(needsContext)                                                    \
  State &s = state();                                                          \
  std::lock_guard<std::mutex> guard(s.lock);                                   \
  if (mustFail(__func__))                                                      \
    return failure(__func__);                                                  \
  if (!s.initialized)                                                          \
    return NotInitialized;                                                     \
  if (needsContext && (!pushed || !s.retained))                                \
    return InvalidContext;                                                     \
  if (needsContext && s.sticky)                                                \
  return s.sticky

const struct {
  Result result;
  const char *name, *meaning;
} results[] = {
    {Success, "CUDA_SUCCESS", "no error"},
    {InvalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NotInitialized, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {NoDevice, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {InvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {InvalidContext, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {NoBinaryForGpu, "CUDA_ERROR_NO_BINARY_FOR_GPU",
     "no kernel image is available for execution on the device"},
    {InvalidPtx, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {InvalidHandle, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NotFound, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {IllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS",
     "an illegal memory access was encountered"},
    {LaunchTimeout, "CUDA_ERROR_LAUNCH_TIMEOUT",
     "the launch timed out and was terminated"},
    {IllegalInstruction, "CUDA_ERROR_ILLEGAL_INSTRUCTION",
     "an illegal instruction was encountered"},
    {MisalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {LaunchFailed, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {Unknown, "CUDA_ERROR_UNKNOWN", "unknown error"}};
} // namespace

#define API extern "C" __attribute__((visibility("default"))) int

API cuInit(unsigned flags) {
  State &s = state();
  std::lock_guard<std::mutex> guard(s.lock);
  if (!s.retained)
    s.calls.clear();
  if (mustFail(__func__))
    return Unknown;
  if (flags)
    return InvalidValue;
  const char *devices = setting("DEVICES");
  if (devices && !atoi(devices))
    return NoDevice; // as CUDA does
  s.initialized = true;
  return Success;
}

API cuGetErrorName(int code, const char **out) {
  for (const auto &known : results)
    if (known.result == code) {
      *out = known.name;
      return Success;
    }
  *out = nullptr;
  return InvalidValue;
}

/// Says for what a kernel has done where and how.
API cuGetErrorString(int code, const char **out) {
  static thread_local std::string text;
  State &s = state();
  std::lock_guard<std::mutex> guard(s.lock);
  for (const auto &known : results)
    if (known.result == code) {
      text = known.meaning;
      if (code == s.sticky && code)
        text += ": " + s.failure;
      *out = text.c_str();
      return Success;
    }
  *out = nullptr;
  return InvalidValue;
}

API cuDeviceGetCount(int *out) {
  ENTER(false);
  const char *devices = setting("DEVICES");
  *out = devices ? atoi(devices) : 1;
  return Success;
}

API cuDeviceGet(int *out, int ordinal) {
  ENTER(false);
  *out = ordinal;
  return Success;
}

API cuDeviceGetName(char *out, int size, int) {
  ENTER(false);
  snprintf(out, (size_t)size, "a CPU that stands in");
  return Success;
}

API cuDeviceGetAttribute(int *out, int attribute, int) {
  ENTER(false);
  const char *managed = setting("MANAGED");
  switch (attribute) {
  case 16: // multiprocessors: few, so that tests have small blocks and large
    *out = 2;
    return Success;
  case 41: // unified addressing
    *out = setting("UNIFIED") ? atoi(setting("UNIFIED")) : 1;
    return Success;
  case 75: // compute capability
    *out = capability() / 10;
    return Success;
  case 76:
    *out = capability() % 10;
    return Success;
  case 89: // managed memory while kernels run
    *out = managed ? atoi(managed) : 1;
    return Success;
  default:
    return InvalidValue;
  }
}

API cuDevicePrimaryCtxRetain(void **out, int) {
  ENTER(false);
  ++s.retained;
  *out = &contextHandle;
  return Success;
}

/// The same.
API cuDevicePrimaryCtxRelease_v2(int) {
  State &s = state();
  std::lock_guard<std::mutex> guard(s.lock);
  Result result = mustFail(__func__) ? Unknown : Success;
  if (!s.retained)
    return InvalidContext;
  if (--s.retained)
    return result;
  // The context ends with all that is in it.
  flushAll(s);
  while (!s.modules.empty())
    unload(s, s.modules.begin()->first);
  s.streams.clear();
  while (!s.blocks.empty())
    release(s, s.blocks.begin()->first);
  s.sticky = Success;
  s.failure.clear();
  if (setting("STATISTICS"))
    fprintf(stderr, "%llu launches, %llu instructions of warps\n",
            (unsigned long long)s.launched,
            (unsigned long long)(s.machine ? s.machine->executed() : 0));
  return result;
}

API cuCtxPushCurrent_v2(void *context) {
  ENTER(false);
  if (context != &contextHandle || !s.retained)
    return InvalidContext;
  ++pushed;
  return Success;
}

/// Does its work also where it is to fail: nobody could do it again.
API cuCtxPopCurrent_v2(void **out) {
  State &s = state();
  std::lock_guard<std::mutex> guard(s.lock);
  if (!pushed)
    return InvalidContext;
  --pushed;
  *out = &contextHandle;
  return mustFail(__func__) ? Unknown : Success;
}

API cuModuleLoadDataEx(void **out, const void *image, unsigned count,
                       int *options, void **values) {
  ENTER(true);
  char *log = nullptr;
  size_t logBytes = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (options[i] == 5)
      log = (char *)values[i];
    else if (options[i] == 6)
      logBytes = (size_t)(uintptr_t)values[i];
    else
      return InvalidValue;
  }
  auto module = std::make_unique<Module>();
  std::string text;
  Result result = load(s, (const char *)image, *module, text);
  if (result) {
    for (uint64_t address : module->globals)
      release(s, address);
    if (log && logBytes)
      snprintf(log, logBytes, "%s", text.c_str());
    return result;
  }
  *out = module.get();
  s.modules[module.get()] = std::move(module);
  return Success;
}

API cuModuleUnload(void *module) {
  ENTER(true);
  if (!s.modules.count((Module *)module))
    return InvalidHandle;
  unload(s, (Module *)module);
  return Success;
}

API cuModuleGetFunction(void **out, void *module, const char *name) {
  ENTER(true);
  if (!s.modules.count((Module *)module))
    return InvalidHandle;
  auto &functions = ((Module *)module)->functions;
  auto found = functions.find(name);
  if (found == functions.end())
    return NotFound;
  *out = &found->second;
  return Success;
}

API cuFuncGetAttribute(int *out, int attribute, void *function) {
  ENTER(true);
  if (attribute)
    return InvalidValue;
  const Kernel &kernel = *((Entry *)function)->kernel;
  int64_t most = kernel.reqntid ? kernel.reqntid : kernel.maxntid;
  *out = most ? (int)most : 1024;
  return Success;
}

API cuMemAlloc_v2(uint64_t *out, size_t bytes) {
  ENTER(true);
  *out = allocate(s, bytes, kDevice);
  return *out ? Success : OutOfMemory;
}

API cuMemAllocManaged(uint64_t *out, size_t bytes, unsigned flags) {
  ENTER(true);
  if (flags != 1)
    return InvalidValue;
  *out = allocate(s, bytes, 0);
  return *out ? Success : OutOfMemory;
}

/// Memory that launches which have not run may use is still in use: a driver
/// that does not wait by itself would give it to others.
static void checkFree(State &s) {
  if (!setting("FREE") || s.sticky)
    return;
  for (const auto &entry : s.streams)
    if (!entry.second->launches.empty()) {
      s.sticky = IllegalAddress;
      s.failure = "memory is given back before launches have run";
    }
}

API cuMemFree_v2(uint64_t memory) {
  ENTER(true);
  checkFree(s);
  return release(s, memory) ? Success : InvalidValue;
}

API cuMemHostAlloc(void **out, size_t bytes, unsigned flags) {
  ENTER(true);
  if (flags != 3)
    return InvalidValue;
  *out = (void *)(uintptr_t)allocate(s, bytes, 0);
  return *out ? Success : OutOfMemory;
}

API cuMemFreeHost(void *memory) {
  ENTER(true);
  checkFree(s);
  return release(s, (uint64_t)(uintptr_t)memory) ? Success : InvalidValue;
}

API cuMemHostGetDevicePointer_v2(uint64_t *out, void *memory, unsigned flags) {
  ENTER(true);
  if (flags || !s.blocks.count((uint64_t)(uintptr_t)memory))
    return InvalidValue;
  *out = (uint64_t)(uintptr_t)memory;
  return Success;
}

/// Done at once, but in a stream of one's own: the default one would hold up
/// the program around a model.
API cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes,
                         void *stream) {
  ENTER(true);
  if (!s.streams.count((Stream *)stream))
    return InvalidHandle;
  uint8_t *memory = inside(s, to, bytes);
  if (!memory)
    return InvalidValue;
  memcpy(memory, from, bytes);
  return Success;
}

API cuMemsetD8Async(uint64_t to, unsigned char byte, size_t count,
                    void *stream) {
  ENTER(true);
  if (!s.streams.count((Stream *)stream))
    return InvalidHandle;
  uint8_t *memory = inside(s, to, count);
  if (!memory)
    return InvalidValue;
  memset(memory, byte, count);
  return Success;
}

/// Remembers what is known of a whole allocation of managed memory.
API cuMemAdvise(uint64_t memory, size_t bytes, int advice, int device) {
  ENTER(true);
  auto found = s.blocks.find(memory);
  if (found == s.blocks.end() || !inside(s, memory, bytes) || device < -1 ||
      device > 0 || (advice != 3 && advice != 5))
    return InvalidValue;
  s.advice[memory] +=
      (advice == 3 ? "lies at " : "used by ") + std::to_string(device) + ";";
  return Success;
}

API cuStreamCreate(void **out, unsigned flags) {
  ENTER(true);
  if (flags != 1)
    return InvalidValue;
  auto stream = std::make_unique<Stream>();
  *out = stream.get();
  s.streams[stream.get()] = std::move(stream);
  return Success;
}

API cuStreamDestroy_v2(void *stream) {
  ENTER(true);
  auto found = s.streams.find((Stream *)stream);
  if (found == s.streams.end())
    return InvalidHandle;
  flush(s, *found->second);
  s.streams.erase(found);
  return Success;
}

API cuStreamSynchronize(void *stream) {
  ENTER(true);
  auto found = s.streams.find((Stream *)stream);
  return found == s.streams.end() ? InvalidHandle : flush(s, *found->second);
}

/// The parameters of a launch: an address for each, or all of them in one
/// place, whose size must be right.
static Result setParameters(const Kernel &kernel, void **parameters,
                            void **extra, std::vector<uint8_t> &out) {
  out.resize(kernel.parameterBytes + 1);
  if (!extra) {
    for (size_t i = 0; i < kernel.parameterOffsets.size(); ++i)
      memcpy(out.data() + kernel.parameterOffsets[i], parameters[i],
             kernel.parameterSizes[i]);
    return Success;
  }
  bool known = !parameters && extra[0] == (void *)1 && extra[2] == (void *)2 &&
               !extra[4];
  if (!known || *(const size_t *)extra[3] != kernel.parameterBytes)
    return InvalidValue;
  memcpy(out.data(), extra[1], kernel.parameterBytes);
  return Success;
}

API cuLaunchKernel(void *function, unsigned gridX, unsigned gridY,
                   unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned sharedBytes, void *stream,
                   void **parameters, void **extra) {
  ENTER(true);
  auto found = s.streams.find((Stream *)stream);
  if (found == s.streams.end())
    return InvalidHandle;
  const auto &kernel = ((Entry *)function)->kernel;
  bool oneDimension = gridY == 1 && gridZ == 1 && blockY == 1 && blockZ == 1;
  bool fits = blockX && blockX <= 1024 &&
              (!kernel->reqntid || blockX == kernel->reqntid) &&
              (!kernel->maxntid || blockX <= kernel->maxntid);
  if (!oneDimension || !fits || !gridX || gridX > 0x7fffffff || sharedBytes)
    return InvalidValue;
  Launch launch;
  launch.kernel = kernel;
  launch.blocks = gridX;
  launch.threads = blockX;
  if (Result wrong =
          setParameters(*kernel, parameters, extra, launch.parameters))
    return wrong;
  found->second->launches.push_back(std::move(launch));
  return Success;
}

/// Of the stand-in alone: what cuMemAdvise was told of an allocation.
extern "C" __attribute__((visibility("default"))) const char *
standInAdvice(uint64_t memory) {
  State &s = state();
  std::lock_guard<std::mutex> guard(s.lock);
  auto found = s.advice.find(memory);
  return found == s.advice.end() ? "" : found->second.c_str();
}

/// Of the stand-in alone: what is there and was not given back, contexts that
/// this thread has pushed included.
API standInOutstanding() {
  State &s = state();
  std::lock_guard<std::mutex> guard(s.lock);
  return s.retained + pushed +
         (int)(s.blocks.size() + s.modules.size() + s.streams.size());
}
