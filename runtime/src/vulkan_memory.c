#include "vulkan.h"

#include <string.h>

/// Makes and maps the buffer of `block`; what it made stays in it.
static VkResult makeBlock(bn_device *d, bn_vulkan_block *block) {
  VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                             .size = block->base.bytes,
                             .usage =
                                 VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                                 VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT};
  VkResult result = d->CreateBuffer(d->device, &info, NULL, &block->buffer);
  if (result)
    return result;
  VkMemoryRequirements needs;
  d->GetBufferMemoryRequirements(d->device, block->buffer, &needs);
  VkMemoryAllocateFlagsInfo flags = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
      .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
  // The heap of one type may be full where that of another is not.
  result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
  for (uint32_t i = 0; result && i < d->num_memory_types; ++i) {
    VkMemoryAllocateInfo memory = {.sType =
                                       VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                   .pNext = &flags,
                                   .allocationSize = needs.size,
                                   .memoryTypeIndex = d->memory_types[i]};
    if (needs.memoryTypeBits >> d->memory_types[i] & 1)
      result = d->AllocateMemory(d->device, &memory, NULL, &block->memory);
  }
  if (result)
    block->memory = VK_NULL_HANDLE;
  else
    result = d->BindBufferMemory(d->device, block->buffer, block->memory, 0);
  void *host = NULL;
  if (!result)
    result = d->MapMemory(d->device, block->memory, 0, VK_WHOLE_SIZE, 0, &host);
  if (result)
    return result;
  block->base.host = (const uint8_t *)host;
  VkBufferDeviceAddressInfo address = {
      .sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
      .buffer = block->buffer};
  block->base.device = d->GetBufferDeviceAddress(d->device, &address);
  return VK_SUCCESS;
}

/// Handles that are 0 are ignored by Vulkan; freeing memory unmaps it.
static void destroyBlock(bn_device *d, bn_vulkan_block *block) {
  d->DestroyBuffer(d->device, block->buffer, NULL);
  d->FreeMemory(d->device, block->memory, NULL);
  bn_release(&d->allocator, block, sizeof(*block));
}

bn_device_block *bn_vulkan_allocate(bn_device *d, uint64_t bytes) {
  if (bytes > d->largest_block)
    return NULL;
  bn_vulkan_block *block =
      (bn_vulkan_block *)bn_allocate(&d->allocator, sizeof(*block));
  if (!block)
    return NULL;
  block->base.bytes = bytes ? bytes : 1;
  if (makeBlock(d, block) || !bn_device_blocks_add(&d->blocks, &block->base)) {
    destroyBlock(d, block);
    return NULL;
  }
  return &block->base;
}

void bn_vulkan_free(bn_device *d, bn_device_block *block) {
  bn_device_blocks_remove(&d->blocks, block);
  destroyBlock(d, (bn_vulkan_block *)block);
}

static void *allocateCleared(void *context, size_t bytes, size_t alignment) {
  (void)alignment; // of mapped memory: at least 64
  bn_device_block *block = bn_vulkan_allocate((bn_device *)context, bytes);
  return block ? memset((void *)(uintptr_t)block->host, 0, block->bytes) : NULL;
}

static void release(void *context, void *memory, size_t bytes) {
  (void)bytes;
  bn_device *d = (bn_device *)context;
  bn_device_block *block = bn_device_blocks_find(&d->blocks, memory);
  if (block)
    bn_vulkan_free(d, block);
}

bitnet_allocator bn_vulkan_allocator(bn_device *d, enum bn_place place) {
  (void)place; // all of it is mapped
  bitnet_allocator allocator = {d, allocateCleared, release};
  return allocator;
}
