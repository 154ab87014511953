#include "cuda.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What the driver's compiler says about a kernel, of which the first line or
/// two tell what is wrong.
#define BN_LOG_BYTES 512

const char *bn_cuda_result(const bn_device *d, CUresult result, char *buffer,
                           size_t size) {
  const char *name = NULL, *meaning = NULL;
  if (d->GetErrorName)
    d->GetErrorName(result, &name);
  if (d->GetErrorString)
    d->GetErrorString(result, &meaning);
  if (name && meaning)
    snprintf(buffer, size, "%s, %s", name, meaning);
  else
    snprintf(buffer, size, "CUresult %d", result);
  return buffer;
}

CUresult bn_cuda_enter(bn_device *d) { return d->CtxPushCurrent(d->context); }

void bn_cuda_leave(bn_device *d) {
  CUcontext popped;
  d->CtxPopCurrent(&popped);
}

/// What every message about a missing device begins with.
static int32_t noDevice(const bn_device *d, bitnet_error *error,
                        const char *reason) {
  return bn_fail(error, BITNET_UNSUPPORTED,
                 "no CUDA device for '%s', which was compiled for %s: %s",
                 d->module->name, d->module->target, reason);
}

/// The same where the function `name` of CUDA has failed.
static int32_t failedCall(const bn_device *d, bitnet_error *error,
                          const char *name, CUresult result) {
  char text[256], reason[320];
  snprintf(reason, sizeof(reason), "%s: %s", name,
           bn_cuda_result(d, result, text, sizeof(text)));
  return noDevice(d, error, reason);
}

static int32_t loadLibrary(bn_device *d, bitnet_error *error) {
  // CUDA's driver has threads and handlers of its own: it is not unloaded.
  d->library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!d->library)
    return noDevice(d, error, dlerror());
#define BN_LOAD(name, symbol, parameters)                                      \
  d->name = (CUresult(*) parameters)dlsym(d->library, #symbol);                \
  if (!d->name)                                                                \
    return noDevice(d, error, "libcuda.so.1 lacks " #symbol);
  BN_CUDA_FUNCTIONS(BN_LOAD)
#undef BN_LOAD
  d->MemAdvise = (CUresult (*)(CUdeviceptr, size_t, int, CUdevice))dlsym(
      d->library, "cuMemAdvise");
  CUresult result = d->Init(0);
  return result ? failedCall(d, error, "cuInit", result) : BITNET_OK;
}

//===- choosing a device --------------------------------------------------===//

/// What the kernels' PTX names behind ".target sm_": 10 * major + minor, and
/// whether it is for that capability alone ("a") or for its family ("f").
typedef struct bn_needs {
  int capability;
  char suffix;
} bn_needs;

static bn_needs needsOf(const bitnet_module *module) {
  bn_needs needs = {0, 0};
  for (int64_t i = 0; i < module->num_kernels; ++i) {
    const char *text = (const char *)module->kernels[i].code;
    const char *target = strstr(text, ".target sm_");
    if (!target)
      continue;
    char *end;
    int capability = (int)strtol(target + strlen(".target sm_"), &end, 10);
    if (capability > needs.capability) {
      needs.capability = capability;
      needs.suffix = *end == 'a' || *end == 'f' ? *end : 0;
    }
  }
  return needs;
}

static bool runs(bn_needs needs, int capability) {
  if (needs.suffix == 'a')
    return capability == needs.capability;
  if (needs.suffix == 'f' && capability / 10 != needs.capability / 10)
    return false;
  return capability >= needs.capability;
}

/// Fills in name, sizes and kind of memory of d->device; what it lacks is
/// in `reason` then.
static CUresult describe(bn_device *d, bn_needs needs, char *reason,
                         size_t size) {
  int major, minor, unified, managed;
  CUresult result = d->DeviceGetName(d->name, sizeof(d->name), d->device);
  const struct {
    int *out, attribute;
  } wanted[] = {{&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR},
                {&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR},
                {&d->multiprocessors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT},
                {&unified, CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING},
                {&managed, CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS}};
  for (size_t i = 0; !result && i < sizeof(wanted) / sizeof(*wanted); ++i)
    result =
        d->DeviceGetAttribute(wanted[i].out, wanted[i].attribute, d->device);
  if (result)
    return result;
  d->capability = 10 * major + minor;
  d->shared = managed ? BN_CUDA_MANAGED : BN_CUDA_PINNED;
  char suffix[2] = {needs.suffix, 0};
  if (!runs(needs, d->capability))
    snprintf(reason, size,
             "'%s' has compute capability %d.%d, the kernels need %d.%d%s%s",
             d->name, major, minor, needs.capability / 10,
             needs.capability % 10, suffix,
             needs.suffix == 'a' ? " and no other" : " or higher");
  else if (!unified)
    snprintf(reason, size, "'%s' lacks unified addressing", d->name);
  return 0;
}

/// The first device that can run the kernels. CUDA_VISIBLE_DEVICES, which the
/// driver reads, chooses among them and orders them.
static int32_t chooseDevice(bn_device *d, bitnet_error *error) {
  bn_needs needs = needsOf(d->module);
  if (d->module->num_kernels && !needs.capability)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "the kernels of '%s' name no '.target sm_'",
                   d->module->name);
  int count = 0;
  CUresult result = d->DeviceGetCount(&count);
  if (result)
    return failedCall(d, error, "cuDeviceGetCount", result);
  if (count <= 0)
    return noDevice(d, error, "the driver found none");
  char reason[256] = "";
  for (int i = 0; i < count; ++i) {
    char lacks[256] = "";
    result = d->DeviceGet(&d->device, i);
    if (result)
      return failedCall(d, error, "cuDeviceGet", result);
    result = describe(d, needs, lacks, sizeof(lacks));
    if (result)
      return failedCall(d, error, "the attributes of a device", result);
    if (!*lacks)
      return BITNET_OK;
    if (!*reason)
      memcpy(reason, lacks, sizeof(reason));
  }
  return noDevice(d, error, reason);
}

//===- kernels ------------------------------------------------------------===//

static int32_t checkShape(const bn_device *d, const bitnet_kernel *kernel,
                          int most, bitnet_error *error) {
  if (kernel->workgroup > most)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "kernel '%s' has blocks of %lld threads, '%s' runs it with "
                   "%d at most",
                   kernel->name, (long long)kernel->workgroup, d->name, most);
  if (kernel->lanes < 1 || kernel->small_workgroup < 1 ||
      kernel->small_workgroup % kernel->lanes || kernel->workgroup < 1 ||
      kernel->workgroup % kernel->small_workgroup)
    return bn_fail(error, BITNET_INTERNAL,
                   "kernel '%s' has blocks of %lld or %lld threads, expected "
                   "multiples of its %lld lanes",
                   kernel->name, (long long)kernel->small_workgroup,
                   (long long)kernel->workgroup, (long long)kernel->lanes);
  return BITNET_OK;
}

static int32_t loadKernel(bn_device *d, int64_t number, bitnet_error *error) {
  const bitnet_kernel *kernel = &d->module->kernels[number];
  char log[BN_LOG_BYTES] = "", text[256];
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {log, (void *)(uintptr_t)(sizeof(log) - 1)};
  CUresult result = d->ModuleLoadDataEx(&d->modules[number], kernel->code, 2,
                                        options, values);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    d->modules[number] = NULL;
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory of '%s' for the code of '%s'", d->name,
                   kernel->name);
  }
  if (result) {
    d->modules[number] = NULL;
    bn_cuda_result(d, result, text, sizeof(text));
    const char *hint = result == CUDA_ERROR_UNSUPPORTED_PTX_VERSION
                           ? "; a newer driver is needed"
                           : "";
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "the CUDA driver of '%s' cannot compile '%s': %s%s%s%s",
                   d->name, kernel->name, text, hint, *log ? ": " : "", log);
  }
  result = d->ModuleGetFunction(&d->functions[number], d->modules[number],
                                "bitnet_kernel");
  int most = 0;
  if (!result)
    result = d->FuncGetAttribute(&most, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK,
                                 d->functions[number]);
  if (result)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "the CUDA driver of '%s' cannot find the entry of '%s': %s",
                   d->name, kernel->name,
                   bn_cuda_result(d, result, text, sizeof(text)));
  return checkShape(d, kernel, most, error);
}

static int32_t loadKernels(bn_device *d, bitnet_error *error) {
  size_t count = (size_t)d->module->num_kernels;
  d->modules = (CUmodule *)bn_allocate(&d->allocator, sizeof(CUmodule) * count);
  d->functions =
      (CUfunction *)bn_allocate(&d->allocator, sizeof(CUfunction) * count);
  if (!d->modules || !d->functions)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the list of kernels");
  CUresult result = d->DevicePrimaryCtxRetain(&d->context, d->device);
  if (result) {
    d->context = NULL;
    return failedCall(d, error, "cuDevicePrimaryCtxRetain", result);
  }
  result = bn_cuda_enter(d);
  if (result)
    return failedCall(d, error, "cuCtxPushCurrent", result);
  int32_t code = BITNET_OK;
  result = d->StreamCreate(&d->stream, CU_STREAM_NON_BLOCKING);
  if (result) {
    d->stream = NULL;
    code = failedCall(d, error, "cuStreamCreate", result);
  }
  for (int64_t i = 0; !code && i < d->module->num_kernels; ++i)
    code = loadKernel(d, i, error);
  bn_cuda_leave(d);
  return code;
}

int32_t bn_cuda_open(const bitnet_module *module,
                     const bitnet_allocator *allocator, bn_device **out,
                     bitnet_error *error) {
  bn_device *d = (bn_device *)bn_allocate(allocator, sizeof(*d));
  if (!d)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the device's handle");
  d->module = module;
  d->allocator = *allocator;
  bn_device_blocks_init(&d->blocks, allocator);
  int32_t code = loadLibrary(d, error);
  if (!code)
    code = chooseDevice(d, error);
  if (!code)
    code = loadKernels(d, error);
  if (code)
    bn_cuda_close(d);
  else
    *out = d;
  return code;
}

/// What lives in the context, if one can be entered: else its end frees all.
static void freeContents(bn_device *d) {
  bool entered = !bn_cuda_enter(d);
  while (d->blocks.count)
    bn_cuda_free(d, d->blocks.sorted[0]);
  for (int64_t i = 0; d->modules && i < d->module->num_kernels; ++i)
    if (d->modules[i])
      d->ModuleUnload(d->modules[i]);
  if (d->stream)
    d->StreamDestroy(d->stream);
  if (entered)
    bn_cuda_leave(d);
}

void bn_cuda_close(bn_device *d) {
  if (!d)
    return;
  if (d->context) {
    freeContents(d);
    d->DevicePrimaryCtxRelease(d->device);
  }
  if (d->library)
    dlclose(d->library);
  bn_device_blocks_destroy(&d->blocks);
  size_t count = (size_t)d->module->num_kernels;
  bitnet_allocator allocator = d->allocator;
  bn_release(&allocator, d->modules, sizeof(CUmodule) * count);
  bn_release(&allocator, d->functions, sizeof(CUfunction) * count);
  bn_release(&allocator, d, sizeof(*d));
}
