/// What the files of the Vulkan driver share.
#ifndef BITNET_RUNTIME_VULKAN_H
#define BITNET_RUNTIME_VULKAN_H

#include "device_memory.h"

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan_core.h>

/// The functions of Vulkan that are used, found when the library is loaded: of
/// the loader, of an instance, of a device.
#define BN_VULKAN_LOADER(X)                                                    \
  X(CreateInstance)                                                            \
  X(EnumerateInstanceVersion)
#define BN_VULKAN_INSTANCE(X)                                                  \
  X(DestroyInstance)                                                           \
  X(EnumeratePhysicalDevices)                                                  \
  X(GetPhysicalDeviceProperties2)                                              \
  X(GetPhysicalDeviceFeatures2)                                                \
  X(GetPhysicalDeviceMemoryProperties)                                         \
  X(GetPhysicalDeviceQueueFamilyProperties)                                    \
  X(CreateDevice)                                                              \
  X(GetDeviceProcAddr)
#define BN_VULKAN_DEVICE(X)                                                    \
  X(DestroyDevice)                                                             \
  X(GetDeviceQueue)                                                            \
  X(CreateBuffer)                                                              \
  X(DestroyBuffer)                                                             \
  X(GetBufferMemoryRequirements)                                               \
  X(GetBufferDeviceAddress)                                                    \
  X(AllocateMemory)                                                            \
  X(FreeMemory)                                                                \
  X(BindBufferMemory)                                                          \
  X(MapMemory)                                                                 \
  X(CreateShaderModule)                                                        \
  X(DestroyShaderModule)                                                       \
  X(CreatePipelineLayout)                                                      \
  X(DestroyPipelineLayout)                                                     \
  X(CreateComputePipelines)                                                    \
  X(DestroyPipeline)                                                           \
  X(CreateCommandPool)                                                         \
  X(DestroyCommandPool)                                                        \
  X(AllocateCommandBuffers)                                                    \
  X(BeginCommandBuffer)                                                        \
  X(EndCommandBuffer)                                                          \
  X(CmdBindPipeline)                                                           \
  X(CmdPushConstants)                                                          \
  X(CmdPipelineBarrier)                                                        \
  X(CmdDispatch)                                                               \
  X(CreateFence)                                                               \
  X(DestroyFence)                                                              \
  X(ResetFences)                                                               \
  X(WaitForFences)                                                             \
  X(QueueSubmit)

/// Memory that host and device see.
typedef struct bn_vulkan_block {
  bn_device_block base;
  VkBuffer buffer;
  VkDeviceMemory memory;
} bn_vulkan_block;

/// A device with the kernels of one model. Queues of several threads use it.
struct bn_device {
  const bitnet_module *module;
  bitnet_allocator allocator; ///< of what only the host sees
  void *library;
  PFN_vkGetInstanceProcAddr GetInstanceProcAddr;
#define BN_DECLARE(name) PFN_vk##name name;
  BN_VULKAN_LOADER(BN_DECLARE)
  BN_VULKAN_INSTANCE(BN_DECLARE)
  BN_VULKAN_DEVICE(BN_DECLARE)
#undef BN_DECLARE
  VkInstance instance;
  VkPhysicalDevice physical;
  VkDevice device;
  VkQueue queue;
  uint32_t family;
  /// Types of memory that both see, those near the device first.
  uint32_t memory_types[VK_MAX_MEMORY_TYPES], num_memory_types;
  char name[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
  uint64_t largest_block; ///< most bytes of one block
  uint32_t most_groups;   ///< most workgroups of a dispatch
  VkPipelineLayout layout;
  VkPipeline *pipelines;   ///< one for each kernel
  pthread_mutex_t lock;    ///< of submitting to `queue`
  bn_device_blocks blocks; ///< each the base of a bn_vulkan_block
};

/// The name of a VkResult, or its number, in `buffer`.
const char *bn_vulkan_result(VkResult result, char *buffer, size_t size);

// ---- vulkan_setup.c --------------------------------------------------------

int32_t bn_vulkan_open(const bitnet_module *module,
                       const bitnet_allocator *allocator, bn_device **out,
                       bitnet_error *error);
void bn_vulkan_close(bn_device *device);

// ---- vulkan_memory.c -------------------------------------------------------

/// NULL: out of memory. Not cleared.
bn_device_block *bn_vulkan_allocate(bn_device *device, uint64_t bytes);
void bn_vulkan_free(bn_device *device, bn_device_block *block);
/// An allocator of blocks, cleared.
bitnet_allocator bn_vulkan_allocator(bn_device *device, enum bn_place place);

// ---- vulkan_queue.c --------------------------------------------------------

int32_t bn_vulkan_queue_create(bn_device *device, bn_queue **out,
                               bitnet_error *error);
void bn_vulkan_queue_destroy(bn_queue *queue);
void bn_vulkan_dispatch(bn_queue *queue, int32_t kernel,
                        const uint64_t *captures, int64_t count);
bool bn_vulkan_await(bn_queue *queue);
int32_t bn_vulkan_check(bn_queue *queue, bitnet_error *error);

#endif // BITNET_RUNTIME_VULKAN_H
