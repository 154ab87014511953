#include "vulkan.h"

/// Room for the captures of the dispatches between two waits.
#define BN_CAPTURE_BYTES ((uint64_t)256 << 10)
/// Scratch memory of one dispatch: more invocations go in several.
#define BN_SCRATCH_BYTES ((uint64_t)16 << 20)

/// What one runner asks of the device, in order.
struct bn_queue {
  bn_device *device;
  VkCommandPool pool;
  VkCommandBuffer commands;
  VkFence fence;
  bn_device_block *captures, *scratch;
  uint64_t used;   ///< bytes of `captures` since the last wait
  bool recording;  ///< `commands` holds what was not yet submitted
  VkResult failed; ///< the first failure of an execution
  int32_t stray;   ///< 1 + kernel that was given memory the device cannot see
};

static VkResult createCommands(bn_queue *q) {
  bn_device *d = q->device;
  VkCommandPoolCreateInfo pool = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
      .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
      .queueFamilyIndex = d->family};
  VkResult result = d->CreateCommandPool(d->device, &pool, NULL, &q->pool);
  if (result)
    return result;
  VkCommandBufferAllocateInfo commands = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
      .commandPool = q->pool,
      .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
      .commandBufferCount = 1};
  result = d->AllocateCommandBuffers(d->device, &commands, &q->commands);
  VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  return result ? result : d->CreateFence(d->device, &fence, NULL, &q->fence);
}

/// Scratch memory for the invocations of one workgroup at least.
static uint64_t scratchBytes(const bitnet_module *module) {
  uint64_t most = bn_scratch_bytes(module);
  return most < BN_SCRATCH_BYTES ? BN_SCRATCH_BYTES : most;
}

int32_t bn_vulkan_queue_create(bn_device *d, bn_queue **out,
                               bitnet_error *error) {
  bn_queue *q = (bn_queue *)bn_allocate(&d->allocator, sizeof(*q));
  if (!q)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the device's queue");
  q->device = d;
  VkResult result = createCommands(q);
  if (!result) {
    q->captures = bn_vulkan_allocate(d, BN_CAPTURE_BYTES);
    q->scratch = bn_vulkan_allocate(d, scratchBytes(d->module));
    if (!q->captures || !q->scratch)
      result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
  }
  if (!result) {
    *out = q;
    return BITNET_OK;
  }
  bn_vulkan_queue_destroy(q);
  char text[32];
  return bn_fail(error, BITNET_OUT_OF_MEMORY, "cannot make a queue of '%s': %s",
                 d->name, bn_vulkan_result(result, text, sizeof(text)));
}

void bn_vulkan_queue_destroy(bn_queue *q) {
  if (!q)
    return;
  bn_device *d = q->device;
  bn_vulkan_await(q);
  if (q->captures)
    bn_vulkan_free(d, q->captures);
  if (q->scratch)
    bn_vulkan_free(d, q->scratch);
  d->DestroyFence(d->device, q->fence, NULL);
  d->DestroyCommandPool(d->device, q->pool, NULL);
  bitnet_allocator allocator = d->allocator;
  bn_release(&allocator, q, sizeof(*q));
}

/// Whether commands can be recorded: nothing has failed.
static bool record(bn_queue *q) {
  if (q->failed || q->recording)
    return !q->failed;
  VkCommandBufferBeginInfo info = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
      .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
  q->failed = q->device->BeginCommandBuffer(q->commands, &info);
  q->recording = !q->failed;
  return q->recording;
}

/// Copies the captures to where the device reads them; their address, or 0.
static uint64_t copyCaptures(bn_queue *q, int32_t number,
                             const uint64_t *captures) {
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  uint64_t room = bn_captures_bytes(kernel);
  if (room > BN_CAPTURE_BYTES - q->used)
    bn_vulkan_await(q);
  if (room > BN_CAPTURE_BYTES && !q->failed)
    q->failed = VK_ERROR_OUT_OF_DEVICE_MEMORY;
  if (q->failed)
    return 0;
  uint64_t *words = (uint64_t *)((uintptr_t)q->captures->host + q->used);
  if (!bn_captures_copy(&q->device->blocks, kernel, captures, words)) {
    q->stray = number + 1;
    return 0;
  }
  uint64_t address = q->captures->device + q->used;
  q->used += room;
  return address;
}

/// Runs `groups` workgroups behind all that was recorded before.
static void recordDispatch(bn_queue *q, int32_t kernel, const bitnet_push *push,
                           uint32_t groups) {
  bn_device *d = q->device;
  VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                             .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
                             .dstAccessMask = VK_ACCESS_SHADER_READ_BIT |
                                              VK_ACCESS_SHADER_WRITE_BIT};
  d->CmdPipelineBarrier(q->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                        VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &barrier, 0,
                        NULL, 0, NULL);
  d->CmdBindPipeline(q->commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                     d->pipelines[kernel]);
  d->CmdPushConstants(q->commands, d->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                      sizeof(*push), push);
  d->CmdDispatch(q->commands, groups, 1, 1);
}

void bn_vulkan_dispatch(bn_queue *q, int32_t number, const uint64_t *captures,
                        int64_t count) {
  if (count <= 0 || q->failed || q->stray)
    return;
  const bitnet_kernel *kernel = &q->device->module->kernels[number];
  bitnet_push push = {copyCaptures(q, number, captures), q->scratch->device, 0,
                      count};
  if (!push.captures || !record(q))
    return;
  uint64_t group = (uint64_t)kernel->workgroup;
  uint64_t most = q->scratch->bytes / ((uint64_t)kernel->scratch_bytes * group);
  if (most > q->device->most_groups)
    most = q->device->most_groups;
  int64_t parts = count / kernel->grain + (count % kernel->grain != 0);
  while (push.first < parts) {
    uint64_t left = (uint64_t)(parts - push.first);
    uint64_t groups = left / group + (left % group != 0);
    if (groups > most)
      groups = most;
    recordDispatch(q, number, &push, (uint32_t)groups);
    push.first += (int64_t)(groups * group);
  }
}

bool bn_vulkan_await(bn_queue *q) {
  q->used = 0;
  if (!q->recording)
    return !q->failed && !q->stray;
  q->recording = false;
  bn_device *d = q->device;
  VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                             .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
                             .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
  d->CmdPipelineBarrier(q->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                        VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &barrier, 0, NULL, 0,
                        NULL);
  VkResult result = d->EndCommandBuffer(q->commands);
  if (!result)
    result = d->ResetFences(d->device, 1, &q->fence);
  if (!result) {
    VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                           .commandBufferCount = 1,
                           .pCommandBuffers = &q->commands};
    pthread_mutex_lock(&d->lock);
    result = d->QueueSubmit(d->queue, 1, &submit, q->fence);
    pthread_mutex_unlock(&d->lock);
  }
  if (!result)
    result = d->WaitForFences(d->device, 1, &q->fence, VK_TRUE, UINT64_MAX);
  if (!q->failed)
    q->failed = result;
  return !q->failed && !q->stray;
}

int32_t bn_vulkan_check(bn_queue *q, bitnet_error *error) {
  bn_device *d = q->device;
  VkResult failed = q->failed;
  int32_t stray = q->stray;
  q->failed = VK_SUCCESS;
  q->stray = 0;
  if (stray)
    return bn_fail(error, BITNET_INTERNAL,
                   "kernel '%s' was given memory that '%s' does not see",
                   d->module->kernels[stray - 1].name, d->name);
  char text[32];
  return failed
             ? bn_fail(error, BITNET_RUN_FAILED, "the device '%s' failed: %s",
                       d->name, bn_vulkan_result(failed, text, sizeof(text)))
             : BITNET_OK;
}

const struct bitnet_driver bitnet_vulkan_driver = {
    bn_vulkan_open,         bn_vulkan_close,
    bn_vulkan_allocator,    NULL,
    bn_vulkan_queue_create, bn_vulkan_queue_destroy,
    bn_vulkan_dispatch,     bn_vulkan_await,
    bn_vulkan_check};
