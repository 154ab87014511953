#include "cuda.h"

#include <stdio.h>

/// Room for the captures of the dispatches between two waits.
#define BN_CAPTURE_BYTES ((uint64_t)1 << 20)
/// Scratch memory of one dispatch: more threads go in several.
#define BN_SCRATCH_BYTES ((uint64_t)64 << 20)
/// Most blocks of a grid along its first axis.
#define BN_MOST_GROUPS ((uint64_t)INT32_MAX)

/// What one runner asks of the device, in order.
struct bn_queue {
  bn_device *device;
  CUstream stream;
  bn_device_block *captures; ///< pinned: the host writes, the device reads
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

static CUresult makeQueue(bn_queue *q) {
  bn_device *d = q->device;
  CUresult result = d->StreamCreate(&q->stream, CU_STREAM_NON_BLOCKING);
  if (result) {
    q->stream = NULL;
    return result;
  }
  q->captures = bn_cuda_allocate(d, BN_CUDA_PINNED, BN_CAPTURE_BYTES, &result);
  uint64_t scratch = scratchBytes(d->module);
  if (q->captures && scratch)
    q->scratch = bn_cuda_allocate(d, BN_CUDA_DEVICE, scratch, &result);
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

/// Copies the captures to where the device reads them; their address, or 0.
static uint64_t copyCaptures(bn_queue *q, int32_t number,
                             const uint64_t *captures) {
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  uint64_t room = bn_captures_bytes(kernel);
  if (room > BN_CAPTURE_BYTES - q->used)
    bn_cuda_await(q);
  if (room > BN_CAPTURE_BYTES && !q->failed)
    q->failed = CUDA_ERROR_OUT_OF_MEMORY;
  if (q->failed)
    return 0;
  if (!bn_captures_copy(&q->device->blocks, kernel, captures, q->captures,
                        q->used)) {
    q->stray = number + 1;
    return 0;
  }
  uint64_t address = q->captures->device + q->used;
  q->used += room;
  return address;
}

/// Blocks that one launch may have.
static uint64_t mostGroups(const bn_queue *q, const bitnet_kernel *kernel) {
  uint64_t bytes =
      (uint64_t)kernel->scratch_bytes * (uint64_t)kernel->workgroup;
  uint64_t most = bytes ? q->scratch->bytes / bytes : BN_MOST_GROUPS;
  return most < BN_MOST_GROUPS ? most : BN_MOST_GROUPS;
}

/// Launches what runs the parts [0, parts), behind all that was asked before.
static CUresult launch(bn_queue *q, int32_t number, bitnet_push push,
                       int64_t parts) {
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  void *parameters[] = {&push.captures, &push.scratch, &push.first,
                        &push.count};
  uint64_t most = mostGroups(q, kernel);
  // Parts that a block runs.
  uint64_t share = (uint64_t)(kernel->workgroup / kernel->lanes);
  CUresult result = 0;
  while (!result && push.first < parts) {
    uint64_t left = (uint64_t)(parts - push.first);
    uint64_t groups = left / share + (left % share != 0);
    if (groups > most)
      groups = most;
    result = q->device->LaunchKernel(
        q->device->functions[number], (unsigned)groups, 1, 1,
        (unsigned)kernel->workgroup, 1, 1, 0, q->stream, parameters, NULL);
    q->pending = true;
    push.first += (int64_t)(groups * share);
  }
  return result;
}

void bn_cuda_dispatch(bn_queue *q, int32_t number, const uint64_t *captures,
                      int64_t count) {
  if (count <= 0 || q->failed || q->stray)
    return;
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  bitnet_push push = {copyCaptures(q, number, captures),
                      q->scratch ? q->scratch->device : 0, 0, count};
  if (!push.captures)
    return;
  int64_t parts = count / kernel->grain + (count % kernel->grain != 0);
  q->failed = bn_cuda_enter(q->device);
  if (q->failed)
    return;
  q->failed = launch(q, number, push, parts);
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
