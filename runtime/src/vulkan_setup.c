#include "vulkan.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

const char *bn_vulkan_result(VkResult result, char *buffer, size_t size) {
  static const struct {
    VkResult result;
    const char *name;
  } known[] = {{VK_ERROR_OUT_OF_HOST_MEMORY, "out of host memory"},
               {VK_ERROR_OUT_OF_DEVICE_MEMORY, "out of device memory"},
               {VK_ERROR_INITIALIZATION_FAILED, "initialization failed"},
               {VK_ERROR_DEVICE_LOST, "device lost"},
               {VK_ERROR_INCOMPATIBLE_DRIVER, "no driver found"}};
  for (size_t i = 0; i < sizeof(known) / sizeof(*known); ++i)
    if (known[i].result == result)
      return known[i].name;
  snprintf(buffer, size, "VkResult %d", (int)result);
  return buffer;
}

/// What every message about a missing device begins with.
static int32_t noDevice(const bn_device *d, bitnet_error *error,
                        const char *reason) {
  return bn_fail(error, BITNET_UNSUPPORTED,
                 "no Vulkan device for '%s', which was compiled for %s: %s",
                 d->module->name, d->module->target, reason);
}

static int32_t createInstance(bn_device *d, bitnet_error *error) {
  char text[32], reason[128];
  d->library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!d->library)
    return noDevice(d, error, dlerror());
  d->GetInstanceProcAddr =
      (PFN_vkGetInstanceProcAddr)dlsym(d->library, "vkGetInstanceProcAddr");
  if (!d->GetInstanceProcAddr)
    return noDevice(d, error, "libvulkan.so.1 lacks vkGetInstanceProcAddr");
#define BN_LOAD(name)                                                          \
  d->name = (PFN_vk##name)d->GetInstanceProcAddr(NULL, "vk" #name);
  BN_VULKAN_LOADER(BN_LOAD)
#undef BN_LOAD
  uint32_t version = VK_API_VERSION_1_0;
  if (d->EnumerateInstanceVersion)
    d->EnumerateInstanceVersion(&version);
  if (version < VK_API_VERSION_1_3)
    return noDevice(d, error, "libvulkan.so.1 is older than Vulkan 1.3");
  VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                   .pApplicationName = d->module->name,
                                   .pEngineName = "bitnet",
                                   .apiVersion = VK_API_VERSION_1_3};
  VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                               .pApplicationInfo = &application};
  VkResult result = d->CreateInstance(&info, NULL, &d->instance);
  if (result) {
    d->instance = NULL;
    snprintf(reason, sizeof(reason), "vkCreateInstance: %s",
             bn_vulkan_result(result, text, sizeof(text)));
    return noDevice(d, error, reason);
  }
#define BN_LOAD(name)                                                          \
  d->name = (PFN_vk##name)d->GetInstanceProcAddr(d->instance, "vk" #name);     \
  if (!d->name)                                                                \
    return noDevice(d, error, "libvulkan.so.1 lacks vk" #name);
  BN_VULKAN_INSTANCE(BN_LOAD)
#undef BN_LOAD
  return BITNET_OK;
}

//===- choosing a device --------------------------------------------------===//

/// The features that kernels use, and their name where one lacks.
typedef struct bn_features {
  VkPhysicalDeviceVulkan12Features v12;
  VkPhysicalDeviceVulkan11Features v11;
  VkPhysicalDeviceFeatures2 base;
} bn_features;

static void chainFeatures(bn_features *f) {
  memset(f, 0, sizeof(*f));
  f->v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  f->v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
  f->v11.pNext = &f->v12;
  f->base.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  f->base.pNext = &f->v11;
}

/// Sets the features that are needed where `has` is NULL; else gives the name
/// of the first that it lacks, or NULL.
static const char *needFeatures(bn_features *f, const bn_features *has) {
#define BN_NEED(field, name)                                                   \
  f->field.name = VK_TRUE;                                                     \
  if (has && !has->field.name)                                                 \
    return #name;
  BN_NEED(base.features, shaderInt64)
  BN_NEED(base.features, shaderInt16)
  BN_NEED(base.features, shaderFloat64)
  BN_NEED(v11, storageBuffer16BitAccess)
  BN_NEED(v12, storageBuffer8BitAccess)
  BN_NEED(v12, shaderInt8)
  BN_NEED(v12, shaderFloat16)
  BN_NEED(v12, bufferDeviceAddress)
#undef BN_NEED
  return NULL;
}

/// A family of queues that computes, or UINT32_MAX.
static uint32_t findFamily(bn_device *d, VkPhysicalDevice physical) {
  VkQueueFamilyProperties families[16];
  uint32_t count = 16;
  d->GetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
  for (uint32_t i = 0; i < count; ++i)
    if (families[i].queueCount && families[i].queueFlags & VK_QUEUE_COMPUTE_BIT)
      return i;
  return UINT32_MAX;
}

/// Types of memory that the host can map and both see at once, those near the
/// device first; their number.
static uint32_t findMemory(bn_device *d, VkPhysicalDevice physical,
                           uint32_t out[VK_MAX_MEMORY_TYPES]) {
  VkPhysicalDeviceMemoryProperties properties;
  d->GetPhysicalDeviceMemoryProperties(physical, &properties);
  const VkMemoryPropertyFlags shared = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                       VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  const VkMemoryPropertyFlags wanted[] = {
      shared | VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT |
          VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
      shared | VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, shared};
  uint32_t count = 0, taken = 0;
  for (size_t w = 0; w < sizeof(wanted) / sizeof(*wanted); ++w)
    for (uint32_t i = 0; i < properties.memoryTypeCount; ++i)
      if (!(taken >> i & 1) &&
          (properties.memoryTypes[i].propertyFlags & wanted[w]) == wanted[w]) {
        taken |= 1u << i;
        out[count++] = i;
      }
  return count;
}

/// Why a device cannot run the kernels, or NULL.
static const char *whyNot(bn_device *d, VkPhysicalDevice physical,
                          const VkPhysicalDeviceProperties *properties) {
  if (properties->apiVersion < VK_API_VERSION_1_3)
    return "Vulkan 1.3";
  if (findFamily(d, physical) == UINT32_MAX)
    return "a compute queue";
  uint32_t types[VK_MAX_MEMORY_TYPES];
  if (!findMemory(d, physical, types))
    return "memory that the host can map";
  bn_features has, needed;
  chainFeatures(&has);
  chainFeatures(&needed);
  d->GetPhysicalDeviceFeatures2(physical, &has.base);
  return needFeatures(&needed, &has);
}

/// GPUs of their own first, software last.
static int rankOf(VkPhysicalDeviceType type) {
  switch (type) {
  case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
    return 4;
  case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
    return 3;
  case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
    return 2;
  default:
    return 1;
  }
}

static int32_t choosePhysical(bn_device *d, bitnet_error *error) {
  VkPhysicalDevice all[16];
  uint32_t count = 16;
  VkResult result = d->EnumeratePhysicalDevices(d->instance, &count, all);
  if ((result && result != VK_INCOMPLETE) || !count)
    return noDevice(d, error, "the loader found none");
  char reason[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE + 64];
  int best = 0;
  for (uint32_t i = 0; i < count; ++i) {
    VkPhysicalDeviceMaintenance3Properties memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
    VkPhysicalDeviceProperties2 properties = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
        .pNext = &memory};
    d->GetPhysicalDeviceProperties2(all[i], &properties);
    const VkPhysicalDeviceProperties *base = &properties.properties;
    const char *lacks = whyNot(d, all[i], base);
    if (lacks)
      snprintf(reason, sizeof(reason), "'%s' lacks %s", base->deviceName,
               lacks);
    int rank = lacks ? 0 : rankOf(base->deviceType);
    if (rank <= best)
      continue;
    best = rank;
    d->physical = all[i];
    memcpy(d->name, base->deviceName, sizeof(d->name));
    d->largest_block = memory.maxMemoryAllocationSize;
    d->most_groups = base->limits.maxComputeWorkGroupCount[0];
  }
  return best ? BITNET_OK : noDevice(d, error, reason);
}

static int32_t createDevice(bn_device *d, bitnet_error *error) {
  d->family = findFamily(d, d->physical);
  d->num_memory_types = findMemory(d, d->physical, d->memory_types);
  bn_features needed;
  chainFeatures(&needed);
  needFeatures(&needed, NULL);
  float priority = 1;
  VkDeviceQueueCreateInfo queue = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
      .queueFamilyIndex = d->family,
      .queueCount = 1,
      .pQueuePriorities = &priority};
  VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                             .pNext = &needed.base,
                             .queueCreateInfoCount = 1,
                             .pQueueCreateInfos = &queue};
  VkResult result = d->CreateDevice(d->physical, &info, NULL, &d->device);
  if (result) {
    char text[32], reason[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE + 64];
    d->device = NULL;
    snprintf(reason, sizeof(reason), "'%s' cannot be opened: %s", d->name,
             bn_vulkan_result(result, text, sizeof(text)));
    return noDevice(d, error, reason);
  }
#define BN_LOAD(name)                                                          \
  d->name = (PFN_vk##name)d->GetDeviceProcAddr(d->device, "vk" #name);         \
  if (!d->name)                                                                \
    return noDevice(d, error, "its driver lacks vk" #name);
  BN_VULKAN_DEVICE(BN_LOAD)
#undef BN_LOAD
  d->GetDeviceQueue(d->device, d->family, 0, &d->queue);
  return BITNET_OK;
}

//===- kernels ------------------------------------------------------------===//

static VkResult createPipeline(bn_device *d, const bitnet_kernel *kernel,
                               VkPipeline *out) {
  VkShaderModuleCreateInfo code = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
      .codeSize = kernel->code_bytes,
      .pCode = (const uint32_t *)kernel->code};
  VkShaderModule shader;
  VkResult result = d->CreateShaderModule(d->device, &code, NULL, &shader);
  if (result)
    return result;
  VkComputePipelineCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
      .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                .module = shader,
                .pName = "main"},
      .layout = d->layout};
  result = d->CreateComputePipelines(d->device, NULL, 1, &info, NULL, out);
  d->DestroyShaderModule(d->device, shader, NULL);
  return result;
}

static int32_t createPipelines(bn_device *d, bitnet_error *error) {
  const bitnet_module *module = d->module;
  d->pipelines = (VkPipeline *)bn_allocate(
      &d->allocator, sizeof(VkPipeline) * (size_t)module->num_kernels);
  if (!d->pipelines)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the list of kernels");
  VkPushConstantRange push = {VK_SHADER_STAGE_COMPUTE_BIT, 0,
                              sizeof(bitnet_push)};
  VkPipelineLayoutCreateInfo layout = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
      .pushConstantRangeCount = 1,
      .pPushConstantRanges = &push};
  VkResult result =
      d->CreatePipelineLayout(d->device, &layout, NULL, &d->layout);
  const char *name = "the kernels' parameters";
  for (int64_t i = 0; !result && i < module->num_kernels; ++i) {
    name = module->kernels[i].name;
    result = createPipeline(d, &module->kernels[i], &d->pipelines[i]);
  }
  char text[32];
  return result ? bn_fail(error, BITNET_UNSUPPORTED,
                          "the Vulkan driver of '%s' cannot compile '%s': %s",
                          d->name, name,
                          bn_vulkan_result(result, text, sizeof(text)))
                : BITNET_OK;
}

int32_t bn_vulkan_open(const bitnet_module *module,
                       const bitnet_allocator *allocator, bn_device **out,
                       bitnet_error *error) {
  bn_device *d = (bn_device *)bn_allocate(allocator, sizeof(*d));
  if (!d)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the device's handle");
  d->module = module;
  d->allocator = *allocator;
  pthread_mutex_init(&d->lock, NULL);
  bn_device_blocks_init(&d->blocks, allocator);
  int32_t code = createInstance(d, error);
  if (!code)
    code = choosePhysical(d, error);
  if (!code)
    code = createDevice(d, error);
  if (!code)
    code = createPipelines(d, error);
  if (code)
    bn_vulkan_close(d);
  else
    *out = d;
  return code;
}

void bn_vulkan_close(bn_device *d) {
  if (!d)
    return;
  while (d->blocks.count)
    bn_vulkan_free(d, d->blocks.sorted[0]);
  const bitnet_module *module = d->module;
  for (int64_t i = 0; d->pipelines && i < module->num_kernels; ++i)
    d->DestroyPipeline(d->device, d->pipelines[i], NULL);
  if (d->layout)
    d->DestroyPipelineLayout(d->device, d->layout, NULL);
  if (d->device && d->DestroyDevice)
    d->DestroyDevice(d->device, NULL);
  if (d->instance && d->DestroyInstance)
    d->DestroyInstance(d->instance, NULL);
  if (d->library)
    dlclose(d->library);
  pthread_mutex_destroy(&d->lock);
  bn_device_blocks_destroy(&d->blocks);
  bitnet_allocator allocator = d->allocator;
  bn_release(&allocator, d->pipelines,
             sizeof(VkPipeline) * (size_t)module->num_kernels);
  bn_release(&allocator, d, sizeof(*d));
}
