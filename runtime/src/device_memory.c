#include "device_memory.h"

#include <string.h>

void bn_device_blocks_init(bn_device_blocks *blocks,
                           const bitnet_allocator *allocator) {
  pthread_mutex_init(&blocks->lock, NULL);
  blocks->allocator = *allocator;
}

void bn_device_blocks_destroy(bn_device_blocks *blocks) {
  bn_release(&blocks->allocator, blocks->sorted,
             blocks->room * sizeof(*blocks->sorted));
  pthread_mutex_destroy(&blocks->lock);
}

/// How many blocks begin at or below `host`: those in front of it.
static size_t countUpTo(const bn_device_blocks *blocks, const uint8_t *host) {
  size_t low = 0, high = blocks->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if ((uintptr_t)blocks->sorted[middle]->host <= (uintptr_t)host)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/// Room for one more; false: out of memory.
static bool grow(bn_device_blocks *blocks) {
  if (blocks->count < blocks->room)
    return true;
  size_t room = blocks->room ? 2 * blocks->room : 32;
  bn_device_block **sorted = (bn_device_block **)bn_allocate(
      &blocks->allocator, room * sizeof(*sorted));
  if (!sorted)
    return false;
  if (blocks->count)
    memcpy(sorted, blocks->sorted, blocks->count * sizeof(*sorted));
  bn_release(&blocks->allocator, blocks->sorted,
             blocks->room * sizeof(*sorted));
  blocks->sorted = sorted;
  blocks->room = room;
  return true;
}

bool bn_device_blocks_add(bn_device_blocks *blocks, bn_device_block *block) {
  pthread_mutex_lock(&blocks->lock);
  bool fits = grow(blocks);
  if (fits) {
    size_t at = countUpTo(blocks, block->host);
    memmove(blocks->sorted + at + 1, blocks->sorted + at,
            (blocks->count - at) * sizeof(*blocks->sorted));
    blocks->sorted[at] = block;
    ++blocks->count;
  }
  pthread_mutex_unlock(&blocks->lock);
  return fits;
}

void bn_device_blocks_remove(bn_device_blocks *blocks, bn_device_block *block) {
  pthread_mutex_lock(&blocks->lock);
  size_t at = countUpTo(blocks, block->host);
  while (at && blocks->sorted[at - 1] != block)
    --at;
  if (at) {
    memmove(blocks->sorted + at - 1, blocks->sorted + at,
            (blocks->count - at) * sizeof(*blocks->sorted));
    --blocks->count;
  }
  pthread_mutex_unlock(&blocks->lock);
}

/// Blocks do not overlap: the last one that begins there or before.
static bn_device_block *find(const bn_device_blocks *blocks, const void *host) {
  size_t at = countUpTo(blocks, (const uint8_t *)host);
  bn_device_block *block = at ? blocks->sorted[at - 1] : NULL;
  return block && block->host &&
                 (uintptr_t)host - (uintptr_t)block->host <= block->bytes
             ? block
             : NULL;
}

bn_device_block *bn_device_blocks_find(bn_device_blocks *blocks,
                                       const void *host) {
  pthread_mutex_lock(&blocks->lock);
  bn_device_block *found = find(blocks, host);
  pthread_mutex_unlock(&blocks->lock);
  return found;
}

uint64_t bn_captures_bytes(const bitnet_kernel *kernel) {
  uint64_t bytes = (uint64_t)kernel->num_words * sizeof(uint64_t);
  // Behind them is room for what a masked load reads and does not use.
  return (bytes + BN_ALIGNMENT - 1) / BN_ALIGNMENT * BN_ALIGNMENT +
         BN_ALIGNMENT;
}

bool bn_captures_copy(bn_device_blocks *blocks, const bitnet_kernel *kernel,
                      const uint64_t *captures, uint64_t *words) {
  memcpy(words, captures, (size_t)kernel->num_words * sizeof(*words));
  pthread_mutex_lock(&blocks->lock);
  bool found = true;
  for (int32_t i = 0; found && i < kernel->num_addresses; ++i) {
    uint64_t *word = &words[kernel->addresses[i]];
    const bn_device_block *block = find(blocks, (const void *)(uintptr_t)*word);
    found = block != NULL;
    if (found)
      *word = block->device + (*word - (uintptr_t)block->host);
  }
  pthread_mutex_unlock(&blocks->lock);
  return found;
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
