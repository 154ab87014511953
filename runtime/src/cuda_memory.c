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

bn_device_block *bn_cuda_allocate(bn_device *d, enum bn_cuda_kind kind,
                                  uint64_t bytes, CUresult *result) {
  bn_cuda_block *block =
      (bn_cuda_block *)bn_allocate(&d->allocator, sizeof(*block));
  *result = CUDA_ERROR_OUT_OF_MEMORY;
  if (!block)
    return NULL;
  block->kind = kind;
  block->base.bytes = bytes ? bytes : 1;
  *result = makeBlock(d, kind, &block->base);
  if (*result) {
    bn_release(&d->allocator, block, sizeof(*block));
    return NULL;
  }
  bn_device_blocks_add(&d->blocks, &block->base);
  return &block->base;
}

void bn_cuda_free(bn_device *d, bn_device_block *block) {
  bn_device_blocks_remove(&d->blocks, block);
  if (kindOf(block) == BN_CUDA_PINNED)
    d->MemFreeHost((void *)(uintptr_t)block->host);
  else
    d->MemFree(block->device);
  bn_release(&d->allocator, block, sizeof(bn_cuda_block));
}

/// Zeros where the block lies: pages that the device will use need not travel
/// there first.
static CUresult clear(bn_device *d, bn_device_block *block) {
  if (kindOf(block) == BN_CUDA_PINNED) {
    memset((void *)(uintptr_t)block->host, 0, block->bytes);
    return 0;
  }
  CUresult result = d->MemsetD8Async(block->device, 0, block->bytes, d->stream);
  return result ? result : d->StreamSynchronize(d->stream);
}

static void *allocateCleared(void *context, size_t bytes, size_t alignment) {
  (void)alignment; // of CUDA's memory: 256
  bn_device *d = (bn_device *)context;
  if (bn_cuda_enter(d))
    return NULL;
  CUresult result;
  bn_device_block *block = bn_cuda_allocate(d, d->shared, bytes, &result);
  if (block && clear(d, block)) {
    bn_cuda_free(d, block);
    block = NULL;
  }
  bn_cuda_leave(d);
  return block ? (void *)(uintptr_t)block->host : NULL;
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

bitnet_allocator bn_cuda_allocator(bn_device *d) {
  bitnet_allocator allocator = {d, allocateCleared, release};
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
        bn_cuda_allocate(d, BN_CUDA_DEVICE, bytes, &result);
    if (block && !(result = copy(d, block, (const uint8_t *)data)))
      block->host = (const uint8_t *)data;
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
