/// What the drivers of devices share: the memory that a device sees, and the
/// captures of its kernels.
#ifndef BITNET_RUNTIME_DEVICE_MEMORY_H
#define BITNET_RUNTIME_DEVICE_MEMORY_H

#include "bitnet/module.h"
#include "internal.h"

#include <pthread.h>

/// Memory of a device: `bytes` from `device` on. What the host has at `host`
/// lies there, or the device's copy of it; NULL: the device's alone. A driver's
/// own block begins with one.
typedef struct bn_device_block {
  const uint8_t *host;
  uint64_t device;
  uint64_t bytes;
} bn_device_block;

/// All blocks of a device. Any thread may use them.
typedef struct bn_device_blocks {
  pthread_mutex_t lock;
  bitnet_allocator allocator; ///< of `sorted`
  bn_device_block **sorted;   ///< by `host`
  size_t count, room;
} bn_device_blocks;

void bn_device_blocks_init(bn_device_blocks *blocks,
                           const bitnet_allocator *allocator);
/// Of no blocks any more.
void bn_device_blocks_destroy(bn_device_blocks *blocks);
/// False: out of memory.
bool bn_device_blocks_add(bn_device_blocks *blocks, bn_device_block *block);
void bn_device_blocks_remove(bn_device_blocks *blocks, bn_device_block *block);
/// The block that holds `host`, or that ends there: an empty buffer may lie at
/// the end. NULL: none.
bn_device_block *bn_device_blocks_find(bn_device_blocks *blocks,
                                       const void *host);

/// Bytes that a kernel's captures take where the device reads them.
uint64_t bn_captures_bytes(const bitnet_kernel *kernel);
/// Copies them to `words`, addresses as the device's; false: one of them lies
/// in none of the blocks.
bool bn_captures_copy(bn_device_blocks *blocks, const bitnet_kernel *kernel,
                      const uint64_t *captures, uint64_t *words);

/// Bytes that the threads of one workgroup need, of the kernel that needs most.
uint64_t bn_scratch_bytes(const bitnet_module *module);

#endif // BITNET_RUNTIME_DEVICE_MEMORY_H
