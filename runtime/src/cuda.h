/// What the files of the CUDA driver share. NVIDIA's headers are not needed:
/// the few types and functions are declared here as cuda.h has them.
#ifndef BITNET_RUNTIME_CUDA_H
#define BITNET_RUNTIME_CUDA_H

#include "device_memory.h"

typedef int CUresult; ///< 0: success
typedef int CUdevice;
typedef uint64_t CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;

/// Keys of what a launch is given in `extra`.
#define CU_LAUNCH_PARAM_END ((void *)0)
#define CU_LAUNCH_PARAM_BUFFER_POINTER ((void *)1)
#define CU_LAUNCH_PARAM_BUFFER_SIZE ((void *)2)

enum { CUDA_ERROR_OUT_OF_MEMORY = 2, CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222 };

enum {
  CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING = 41,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS = 89,
  CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK = 0,
  CU_JIT_ERROR_LOG_BUFFER = 5,
  CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
  CU_MEM_ADVISE_SET_PREFERRED_LOCATION = 3,
  CU_MEM_ADVISE_SET_ACCESSED_BY = 5,
  CU_MEM_ATTACH_GLOBAL = 1,
  CU_MEMHOSTALLOC_PORTABLE = 1,
  CU_MEMHOSTALLOC_DEVICEMAP = 2,
  CU_STREAM_NON_BLOCKING = 1
};
#define CU_DEVICE_CPU ((CUdevice) - 1)

/// The functions of libcuda.so.1 that are used: member, symbol, parameters.
#define BN_CUDA_FUNCTIONS(X)                                                   \
  X(Init, cuInit, (unsigned flags))                                            \
  X(GetErrorName, cuGetErrorName, (CUresult code, const char **out))           \
  X(GetErrorString, cuGetErrorString, (CUresult code, const char **out))       \
  X(DeviceGetCount, cuDeviceGetCount, (int *out))                              \
  X(DeviceGet, cuDeviceGet, (CUdevice * out, int ordinal))                     \
  X(DeviceGetName, cuDeviceGetName, (char *out, int size, CUdevice device))    \
  X(DeviceGetAttribute, cuDeviceGetAttribute,                                  \
    (int *out, int attribute, CUdevice device))                                \
  X(DevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain,                          \
    (CUcontext * out, CUdevice device))                                        \
  X(DevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2, (CUdevice device))  \
  X(CtxPushCurrent, cuCtxPushCurrent_v2, (CUcontext context))                  \
  X(CtxPopCurrent, cuCtxPopCurrent_v2, (CUcontext * out))                      \
  X(ModuleLoadDataEx, cuModuleLoadDataEx,                                      \
    (CUmodule * out, const void *image, unsigned count, int *options,          \
     void **values))                                                           \
  X(ModuleUnload, cuModuleUnload, (CUmodule module))                           \
  X(ModuleGetFunction, cuModuleGetFunction,                                    \
    (CUfunction * out, CUmodule module, const char *name))                     \
  X(FuncGetAttribute, cuFuncGetAttribute,                                      \
    (int *out, int attribute, CUfunction function))                            \
  X(MemAlloc, cuMemAlloc_v2, (CUdeviceptr * out, size_t bytes))                \
  X(MemFree, cuMemFree_v2, (CUdeviceptr memory))                               \
  X(MemAllocManaged, cuMemAllocManaged,                                        \
    (CUdeviceptr * out, size_t bytes, unsigned flags))                         \
  X(MemHostAlloc, cuMemHostAlloc, (void **out, size_t bytes, unsigned flags))  \
  X(MemFreeHost, cuMemFreeHost, (void *memory))                                \
  X(MemHostGetDevicePointer, cuMemHostGetDevicePointer_v2,                     \
    (CUdeviceptr * out, void *memory, unsigned flags))                         \
  X(MemcpyHtoDAsync, cuMemcpyHtoDAsync_v2,                                     \
    (CUdeviceptr to, const void *from, size_t bytes, CUstream stream))         \
  X(MemsetD8Async, cuMemsetD8Async,                                            \
    (CUdeviceptr to, unsigned char byte, size_t n, CUstream stream))           \
  X(StreamCreate, cuStreamCreate, (CUstream * out, unsigned flags))            \
  X(StreamDestroy, cuStreamDestroy_v2, (CUstream stream))                      \
  X(StreamSynchronize, cuStreamSynchronize, (CUstream stream))                 \
  X(LaunchKernel, cuLaunchKernel,                                              \
    (CUfunction function, unsigned gridX, unsigned gridY, unsigned gridZ,      \
     unsigned blockX, unsigned blockY, unsigned blockZ, unsigned sharedBytes,  \
     CUstream stream, void **parameters, void **extra))

/// How a block came to be, and so how it is freed.
enum bn_cuda_kind { BN_CUDA_DEVICE, BN_CUDA_MANAGED, BN_CUDA_PINNED };

typedef struct bn_cuda_block {
  bn_device_block base;
  enum bn_cuda_kind kind;
} bn_cuda_block;

/// A device with the kernels of one model. Queues of several threads use it.
struct bn_device {
  const bitnet_module *module;
  bitnet_allocator allocator; ///< of what only the host sees
  void *library;
#define BN_DECLARE(name, symbol, parameters) CUresult(*name) parameters;
  BN_CUDA_FUNCTIONS(BN_DECLARE)
#undef BN_DECLARE
  /// NULL: the driver has none.
  CUresult (*MemAdvise)(CUdeviceptr memory, size_t bytes, int advice,
                        CUdevice device);
  CUdevice device;
  CUcontext context; ///< the primary one; current only inside our functions
  /// Of clearing and copying; queues have their own. The default stream would
  /// wait for all that the program does with CUDA, and hold it up.
  CUstream stream;
  char name[96];
  int capability; ///< 10 * major + minor
  int multiprocessors;
  enum bn_cuda_kind shared; ///< kind of memory that host and device share
  CUmodule *modules;        ///< one for each kernel
  CUfunction *functions;
  bn_device_blocks blocks; ///< each the base of a bn_cuda_block
};

// ---- cuda_setup.c ----------------------------------------------------------

int32_t bn_cuda_open(const bitnet_module *module,
                     const bitnet_allocator *allocator, bn_device **out,
                     bitnet_error *error);
void bn_cuda_close(bn_device *device);

/// What CUDA calls `result`, and what it means, in `buffer`.
const char *bn_cuda_result(const bn_device *device, CUresult result,
                           char *buffer, size_t size);
/// Makes the device's context that of this thread, until bn_cuda_leave.
CUresult bn_cuda_enter(bn_device *device);
void bn_cuda_leave(bn_device *device);

// ---- cuda_memory.c: inside the device's context ----------------------------

/// A block, not cleared; of kind BN_CUDA_DEVICE: what the host has at `host`,
/// or NULL. NULL: its reason in *result.
bn_device_block *bn_cuda_allocate(bn_device *device, enum bn_cuda_kind kind,
                                  const void *host, uint64_t bytes,
                                  CUresult *result);
void bn_cuda_free(bn_device *device, bn_device_block *block);

/// Outside of it: an allocator of blocks that both see, cleared.
bitnet_allocator bn_cuda_allocator(bn_device *device, enum bn_place place);
int32_t bn_cuda_upload(bn_device *device, const void *data, uint64_t bytes,
                       bitnet_error *error);

// ---- cuda_queue.c ----------------------------------------------------------

int32_t bn_cuda_queue_create(bn_device *device, bn_queue **out,
                             bitnet_error *error);
void bn_cuda_queue_destroy(bn_queue *queue);
void bn_cuda_dispatch(bn_queue *queue, int32_t kernel, const uint64_t *captures,
                      int64_t count);
bool bn_cuda_await(bn_queue *queue);
int32_t bn_cuda_check(bn_queue *queue, bitnet_error *error);

#endif // BITNET_RUNTIME_CUDA_H
