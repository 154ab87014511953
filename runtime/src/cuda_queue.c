#include "cuda.h"

#include <stdio.h>

/// Room for the captures of the dispatches between two waits, of kernels that
/// take them from memory.
#define BN_CAPTURE_BYTES ((uint64_t)1 << 20)
/// Blocks that every multiprocessor runs at once, if they are small.
#define BN_BLOCKS_AT_ONCE 16
/// Scratch memory of one dispatch: more threads go in several.
#define BN_SCRATCH_BYTES ((uint64_t)64 << 20)
/// Most blocks of a grid along its first axis.
#define BN_MOST_GROUPS ((uint64_t)INT32_MAX)

/// What one runner asks of the device, in order.
struct bn_queue {
  bn_device *device;
  CUstream stream;
  bn_device_block *captures; ///< pinned; NULL: all kernels' are parameters
  bn_device_block *scratch;  ///< NULL: no kernel needs any
  uint64_t used;             ///< bytes of `captures` since the last wait
  bool pending;              ///< something was launched since the last wait
  CUresult failed;           ///< the first failure of an execution
  int32_t kernel;            ///< 1 + kernel whose launch failed; 0: none
  int32_t stray; ///< 1 + kernel that was given memory the device cannot see
};

/// Scratch memory for the threads of one block at least; 0: none.
static uint64_t scratchBytes(const bitnet_module *module) {
  uint64_t most = bn_scratch_bytes(module);
  return most && most < BN_SCRATCH_BYTES ? BN_SCRATCH_BYTES : most;
}

static bool passesCaptures(const bitnet_kernel *kernel) {
  return kernel->num_words <= BITNET_PARAMETER_WORDS;
}

/// Whether the captures of all kernels are parameters.
static bool passesAll(const bitnet_module *module) {
  for (int64_t i = 0; i < module->num_kernels; ++i)
    if (!passesCaptures(&module->kernels[i]))
      return false;
  return true;
}

static CUresult makeQueue(bn_queue *q) {
  bn_device *d = q->device;
  CUresult result = d->StreamCreate(&q->stream, CU_STREAM_NON_BLOCKING);
  if (result) {
    q->stream = NULL;
    return result;
  }
  if (!passesAll(d->module))
    q->captures =
        bn_cuda_allocate(d, BN_CUDA_PINNED, NULL, BN_CAPTURE_BYTES, &result);
  uint64_t scratch = scratchBytes(d->module);
  if (!result && scratch)
    q->scratch = bn_cuda_allocate(d, BN_CUDA_DEVICE, NULL, scratch, &result);
  return result;
}

int32_t bn_cuda_queue_create(bn_device *d, bn_queue **out,
                             bitnet_error *error) {
  bn_queue *q = (bn_queue *)bn_allocate(&d->allocator, sizeof(*q));
  if (!q)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the device's queue");
  q->device = d;
  CUresult result = bn_cuda_enter(d);
  if (!result) {
    result = makeQueue(q);
    bn_cuda_leave(d);
  }
  if (!result) {
    *out = q;
    return BITNET_OK;
  }
  bn_cuda_queue_destroy(q);
  char text[256];
  return bn_fail(error,
                 result == CUDA_ERROR_OUT_OF_MEMORY ? BITNET_OUT_OF_MEMORY
                                                    : BITNET_RUN_FAILED,
                 "cannot make a queue of '%s': %s", d->name,
                 result == CUDA_ERROR_OUT_OF_MEMORY
                     ? "out of memory"
                     : bn_cuda_result(d, result, text, sizeof(text)));
}

void bn_cuda_queue_destroy(bn_queue *q) {
  if (!q)
    return;
  bn_device *d = q->device;
  bn_cuda_await(q);
  bool entered = !bn_cuda_enter(d);
  if (q->captures)
    bn_cuda_free(d, q->captures);
  if (q->scratch)
    bn_cuda_free(d, q->scratch);
  if (q->stream)
    d->StreamDestroy(q->stream);
  if (entered)
    bn_cuda_leave(d);
  bitnet_allocator allocator = d->allocator;
  bn_release(&allocator, q, sizeof(*q));
}

/// What a launch hands a kernel, one parameter behind another.
typedef struct bn_parameters {
  bitnet_push push;
  uint64_t words[BITNET_PARAMETER_WORDS];
} bn_parameters;

/// Room for `bytes` where the device reads captures; NULL: none.
static uint64_t *takeRoom(bn_queue *q, uint64_t bytes) {
  if (bytes > BN_CAPTURE_BYTES - q->used)
    bn_cuda_await(q);
  if (bytes > BN_CAPTURE_BYTES && !q->failed)
    q->failed = CUDA_ERROR_OUT_OF_MEMORY;
  if (q->failed)
    return NULL;
  uint64_t *words = (uint64_t *)((uintptr_t)q->captures->host + q->used);
  q->used += bytes;
  return words;
}

/// Puts the captures where the kernel takes them from; the bytes of its
/// parameters, or 0.
static size_t setCaptures(bn_queue *q, int32_t number, const uint64_t *captures,
                          bn_parameters *parameters) {
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  uint64_t *words = parameters->words;
  size_t bytes = sizeof(parameters->push);
  if (passesCaptures(kernel)) {
    bytes += (size_t)kernel->num_words * sizeof(*words);
  } else {
    words = takeRoom(q, bn_captures_bytes(kernel));
    if (!words)
      return 0;
    parameters->push.captures =
        q->captures->device + ((uintptr_t)words - (uintptr_t)q->captures->host);
  }
  if (bn_captures_copy(&q->device->blocks, kernel, captures, words))
    return bytes;
  q->stray = number + 1;
  return 0;
}

/// Threads of a block for so many parts. Blocks of one warp are spread over
/// more multiprocessors, which run only so many of them at once.
static int64_t blockThreads(const bn_queue *q, const bitnet_kernel *kernel,
                            int64_t parts) {
  int64_t share = kernel->small_workgroup / kernel->lanes;
  int64_t atOnce = (int64_t)q->device->multiprocessors * BN_BLOCKS_AT_ONCE;
  return parts / share < atOnce ? kernel->small_workgroup : kernel->workgroup;
}

/// Blocks of so many threads that one launch may have.
static uint64_t mostGroups(const bn_queue *q, const bitnet_kernel *kernel,
                           int64_t threads) {
  uint64_t bytes = (uint64_t)kernel->scratch_bytes * (uint64_t)threads;
  uint64_t most = bytes ? q->scratch->bytes / bytes : BN_MOST_GROUPS;
  return most < BN_MOST_GROUPS ? most : BN_MOST_GROUPS;
}

/// Launches what runs the parts [0, parts), behind all that was asked before.
static CUresult launch(bn_queue *q, int32_t number, bn_parameters *parameters,
                       size_t bytes, int64_t parts) {
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, parameters,
                   CU_LAUNCH_PARAM_BUFFER_SIZE, &bytes, CU_LAUNCH_PARAM_END};
  int64_t threads = blockThreads(q, kernel, parts);
  uint64_t most = mostGroups(q, kernel, threads);
  // Parts that a block runs.
  uint64_t share = (uint64_t)(threads / kernel->lanes);
  CUresult result = 0;
  while (!result && parameters->push.first < parts) {
    uint64_t left = (uint64_t)(parts - parameters->push.first);
    uint64_t groups = left / share + (left % share != 0);
    if (groups > most)
      groups = most;
    result = q->device->LaunchKernel(q->device->functions[number],
                                     (unsigned)groups, 1, 1, (unsigned)threads,
                                     1, 1, 0, q->stream, NULL, extra);
    q->pending = true;
    parameters->push.first += (int64_t)(groups * share);
  }
  return result;
}

void bn_cuda_dispatch(bn_queue *q, int32_t number, const uint64_t *captures,
                      int64_t count) {
  if (count <= 0 || q->failed || q->stray)
    return;
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  bn_parameters parameters; // cleared, 4 KiB would cost as much as a launch
  bitnet_push push = {0, q->scratch ? q->scratch->device : 0, 0, count};
  parameters.push = push;
  size_t bytes = setCaptures(q, number, captures, &parameters);
  if (!bytes)
    return;
  int64_t parts = count / kernel->grain + (count % kernel->grain != 0);
  q->failed = bn_cuda_enter(q->device);
  if (q->failed)
    return;
  q->failed = launch(q, number, &parameters, bytes, parts);
  q->kernel = q->failed ? number + 1 : 0;
  bn_cuda_leave(q->device);
}

bool bn_cuda_await(bn_queue *q) {
  q->used = 0;
  if (!q->pending)
    return !q->failed && !q->stray;
  q->pending = false;
  CUresult result = bn_cuda_enter(q->device);
  if (!result) {
    result = q->device->StreamSynchronize(q->stream);
    bn_cuda_leave(q->device);
  }
  if (!q->failed)
    q->failed = result;
  return !q->failed && !q->stray;
}

int32_t bn_cuda_check(bn_queue *q, bitnet_error *error) {
  bn_device *d = q->device;
  CUresult failed = q->failed;
  int32_t stray = q->stray, kernel = q->kernel;
  q->failed = 0;
  q->stray = q->kernel = 0;
  if (stray)
    return bn_fail(error, BITNET_INTERNAL,
                   "kernel '%s' was given memory that '%s' does not see",
                   d->module->kernels[stray - 1].name, d->name);
  if (!failed)
    return BITNET_OK;
  char text[512], where[128] = "";
  if (kernel)
    snprintf(where, sizeof(where), " to start kernel '%.80s'",
             d->module->kernels[kernel - 1].name);
  return bn_fail(error, BITNET_RUN_FAILED, "the device '%s' failed%s: %s",
                 d->name, where, bn_cuda_result(d, failed, text, sizeof(text)));
}

const struct bitnet_driver bitnet_cuda_driver = {
    bn_cuda_open,     bn_cuda_close,        bn_cuda_allocator,
    bn_cuda_upload,   bn_cuda_queue_create, bn_cuda_queue_destroy,
    bn_cuda_dispatch, bn_cuda_await,        bn_cuda_check};
