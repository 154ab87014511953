#include "cuda.h"

#include <string.h>

/// Bytes that go to the device at once: a driver stages copies from memory that
/// is not its own, and a file's pages need not all be read before the first go.
#define BN_UPLOAD_BYTES ((uint64_t)64 << 20)

/// Makes the memory of `block`.
static CUresult makeBlock(bn_device *d, enum bn_cuda_kind kind,
                          bn_device_block *block) {
  if (kind == BN_CUDA_DEVICE)
    return d->MemAlloc(&block->device, block->bytes);
  if (kind == BN_CUDA_MANAGED) {
    CUresult result =
        d->MemAllocManaged(&block->device, block->bytes, CU_MEM_ATTACH_GLOBAL);
    block->host = result ? NULL : (const uint8_t *)(uintptr_t)block->device;
    return result;
  }
  void *host = NULL;
  CUresult result =
      d->MemHostAlloc(&host, block->bytes,
                      CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP);
  if (result)
    return result;
  result = d->MemHostGetDevicePointer(&block->device, host, 0);
  if (result)
    d->MemFreeHost(host);
  else
    block->host = (const uint8_t *)host;
  return result;
}

static enum bn_cuda_kind kindOf(const bn_device_block *block) {
  return ((const bn_cuda_block *)block)->kind;
}

static void freeMemory(bn_device *d, const bn_device_block *block) {
  if (kindOf(block) == BN_CUDA_PINNED)
    d->MemFreeHost((void *)(uintptr_t)block->host);
  else
    d->MemFree(block->device);
}

bn_device_block *bn_cuda_allocate(bn_device *d, enum bn_cuda_kind kind,
                                  const void *host, uint64_t bytes,
                                  CUresult *result) {
  bn_cuda_block *block =
      (bn_cuda_block *)bn_allocate(&d->allocator, sizeof(*block));
  *result = CUDA_ERROR_OUT_OF_MEMORY;
  if (!block)
    return NULL;
  block->kind = kind;
  block->base.host = (const uint8_t *)host;
  block->base.bytes = bytes ? bytes : 1;
  *result = makeBlock(d, kind, &block->base);
  if (!*result && !bn_device_blocks_add(&d->blocks, &block->base)) {
    freeMemory(d, &block->base);
    *result = CUDA_ERROR_OUT_OF_MEMORY;
  }
  if (!*result)
    return &block->base;
  bn_release(&d->allocator, block, sizeof(*block));
  return NULL;
}

void bn_cuda_free(bn_device *d, bn_device_block *block) {
  bn_device_blocks_remove(&d->blocks, block);
  freeMemory(d, block);
  bn_release(&d->allocator, block, sizeof(bn_cuda_block));
}

/// Says where pages should lie. Devices that cannot heed it refuse.
static void advise(bn_device *d, bn_device_block *block, enum bn_place place) {
  if (!d->MemAdvise || kindOf(block) != BN_CUDA_MANAGED)
    return;
  bool nearHost = place == BN_NEAR_HOST;
  d->MemAdvise(block->device, block->bytes,
               CU_MEM_ADVISE_SET_PREFERRED_LOCATION,
               nearHost ? CU_DEVICE_CPU : d->device);
  // What the device reads once it reads there; pages stay.
  if (nearHost)
    d->MemAdvise(block->device, block->bytes, CU_MEM_ADVISE_SET_ACCESSED_BY,
                 d->device);
}

/// Zeros where the block lies: pages that the device will use need not travel
/// there first.
static CUresult clear(bn_device *d, bn_device_block *block,
                      enum bn_place place) {
  if (kindOf(block) == BN_CUDA_PINNED || place == BN_NEAR_HOST) {
    memset((void *)(uintptr_t)block->host, 0, block->bytes);
    return 0;
  }
  CUresult result = d->MemsetD8Async(block->device, 0, block->bytes, d->stream);
  return result ? result : d->StreamSynchronize(d->stream);
}

static void *allocateCleared(bn_device *d, size_t bytes, enum bn_place place) {
  if (bn_cuda_enter(d))
    return NULL;
  CUresult result;
  bn_device_block *block = bn_cuda_allocate(d, d->shared, NULL, bytes, &result);
  if (block) {
    advise(d, block, place);
    if (clear(d, block, place)) {
      bn_cuda_free(d, block);
      block = NULL;
    }
  }
  bn_cuda_leave(d);
  return block ? (void *)(uintptr_t)block->host : NULL;
}

// Of CUDA's memory the alignment is 256 at least.
static void *allocateNearDevice(void *context, size_t bytes, size_t alignment) {
  (void)alignment;
  return allocateCleared((bn_device *)context, bytes, BN_NEAR_DEVICE);
}
static void *allocateNearHost(void *context, size_t bytes, size_t alignment) {
  (void)alignment;
  return allocateCleared((bn_device *)context, bytes, BN_NEAR_HOST);
}

static void release(void *context, void *memory, size_t bytes) {
  (void)bytes;
  bn_device *d = (bn_device *)context;
  bn_device_block *block = bn_device_blocks_find(&d->blocks, memory);
  bool entered = !bn_cuda_enter(d);
  if (block)
    bn_cuda_free(d, block);
  if (entered)
    bn_cuda_leave(d);
}

bitnet_allocator bn_cuda_allocator(bn_device *d, enum bn_place place) {
  bitnet_allocator allocator = {
      d, place == BN_NEAR_HOST ? allocateNearHost : allocateNearDevice,
      release};
  return allocator;
}

static CUresult copy(bn_device *d, bn_device_block *block,
                     const uint8_t *data) {
  for (uint64_t at = 0; at < block->bytes; at += BN_UPLOAD_BYTES) {
    uint64_t left = block->bytes - at;
    CUresult result = d->MemcpyHtoDAsync(
        block->device + at, data + at,
        left < BN_UPLOAD_BYTES ? left : BN_UPLOAD_BYTES, d->stream);
    if (result)
      return result;
  }
  return d->StreamSynchronize(d->stream);
}

int32_t bn_cuda_upload(bn_device *d, const void *data, uint64_t bytes,
                       bitnet_error *error) {
  if (!bytes)
    return BITNET_OK;
  CUresult result = bn_cuda_enter(d);
  if (!result) {
    bn_device_block *block =
        bn_cuda_allocate(d, BN_CUDA_DEVICE, data, bytes, &result);
    if (block)
      result = copy(d, block, (const uint8_t *)data);
    bn_cuda_leave(d);
  }
  if (!result)
    return BITNET_OK;
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory of '%s': %llu bytes for the weights", d->name,
                   (unsigned long long)bytes);
  char text[256];
  return bn_fail(error, BITNET_RUN_FAILED,
                 "cannot copy the weights to '%s': %s", d->name,
                 bn_cuda_result(d, result, text, sizeof(text)));
}
