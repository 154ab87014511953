#include "device_memory.h"

#include <string.h>

void bn_device_blocks_add(bn_device_blocks *blocks, bn_device_block *block) {
  pthread_mutex_lock(&blocks->lock);
  block->next = blocks->first;
  blocks->first = block;
  pthread_mutex_unlock(&blocks->lock);
}

void bn_device_blocks_remove(bn_device_blocks *blocks, bn_device_block *block) {
  pthread_mutex_lock(&blocks->lock);
  bn_device_block **at = &blocks->first;
  while (*at && *at != block)
    at = &(*at)->next;
  if (*at)
    *at = block->next;
  pthread_mutex_unlock(&blocks->lock);
}

bn_device_block *bn_device_blocks_find(bn_device_blocks *blocks,
                                       const void *host) {
  pthread_mutex_lock(&blocks->lock);
  bn_device_block *found = NULL;
  for (bn_device_block *block = blocks->first; block; block = block->next) {
    if (!block->host)
      continue;
    uint64_t at = (uintptr_t)host - (uintptr_t)block->host;
    if (at <= block->bytes)
      found = block;
    if (at < block->bytes)
      break;
  }
  pthread_mutex_unlock(&blocks->lock);
  return found;
}

uint64_t bn_device_blocks_address(bn_device_blocks *blocks, const void *host) {
  bn_device_block *block = bn_device_blocks_find(blocks, host);
  return block ? block->device + ((uintptr_t)host - (uintptr_t)block->host) : 0;
}

uint64_t bn_captures_bytes(const bitnet_kernel *kernel) {
  uint64_t bytes = (uint64_t)kernel->num_words * sizeof(uint64_t);
  // Behind them is room for what a masked load reads and does not use.
  return (bytes + BN_ALIGNMENT - 1) / BN_ALIGNMENT * BN_ALIGNMENT +
         BN_ALIGNMENT;
}

bool bn_captures_copy(bn_device_blocks *blocks, const bitnet_kernel *kernel,
                      const uint64_t *captures, const bn_device_block *place,
                      uint64_t at) {
  uint64_t *words = (uint64_t *)((uintptr_t)place->host + at);
  memcpy(words, captures, (size_t)kernel->num_words * sizeof(*words));
  for (int32_t i = 0; i < kernel->num_addresses; ++i) {
    uint64_t *word = &words[kernel->addresses[i]];
    *word = bn_device_blocks_address(blocks, (const void *)(uintptr_t)*word);
    if (!*word)
      return false;
  }
  return true;
}

uint64_t bn_scratch_bytes(const bitnet_module *module) {
  uint64_t most = 0;
  for (int64_t i = 0; i < module->num_kernels; ++i) {
    const bitnet_kernel *kernel = &module->kernels[i];
    uint64_t bytes =
        (uint64_t)kernel->scratch_bytes * (uint64_t)kernel->workgroup;
    most = bytes > most ? bytes : most;
  }
  return most;
}
