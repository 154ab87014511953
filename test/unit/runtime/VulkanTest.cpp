// A model on a device: memory of both, every allocation fails once, kernels
// that need many dispatches. What kernels compute is tested end to end.
#include "vulkan.h"
#include "CountKernel.h"
#include "FakeModule.h"
#include "internal.h"

#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <gtest/gtest.h>
#include <thread>

namespace {
struct Counter {
  int64_t calls = 0, failAt = -1, outstanding = 0;
};

void *countedAllocate(void *context, size_t bytes, size_t alignment) {
  auto *counter = static_cast<Counter *>(context);
  void *memory = nullptr;
  if (counter->calls++ == counter->failAt ||
      posix_memalign(&memory, alignment, bytes))
    return nullptr;
  ++counter->outstanding;
  return memset(memory, 0, bytes);
}

void countedRelease(void *context, void *memory, size_t) {
  --static_cast<Counter *>(context)->outstanding;
  free(memory);
}

bitnet_allocator allocatorOf(Counter &counter) {
  return {&counter, countedAllocate, countedRelease};
}

/// Mesa's software device, whatever else the machine has; the name of its file
/// ends with the machine's.
void useSoftwareDevice() {
  const char *folder = "/usr/share/vulkan/icd.d/";
  std::string found;
  if (DIR *files = opendir(folder)) {
    while (dirent *file = readdir(files))
      if (!strncmp(file->d_name, "lvp_icd", 7))
        found = std::string(folder) + file->d_name;
    closedir(files);
  }
  ASSERT_FALSE(found.empty()) << "mesa-vulkan-drivers is not installed";
  setenv("VK_ICD_FILENAMES", found.c_str(), 1);
  setenv("VK_DRIVER_FILES", found.c_str(), 1);
}

/// Steps and invokes; the first code that is not OK.
int32_t everything(FakeModel &fake, const bitnet_allocator &allocator,
                   std::vector<float> &results) {
  AlignedBytes weights(fake.weights);
  bitnet_weights_source source = {nullptr, 0, weights.size, weights.data};
  bitnet_model_options options = {sizeof(options), 0, &allocator, nullptr};
  bitnet_model *model = nullptr;
  bitnet_error error = {};
  int32_t code =
      bitnet_model_open(&fake.module, &source, &options, &model, &error);
  if (!code) {
    bitnet_session *session = nullptr;
    code = bitnet_session_create(model, nullptr, &session, &error);
    const int32_t tokens[] = {1, 2, 3};
    const float *logits;
    for (int i = 0; !code && i < 2; ++i) {
      code = bitnet_session_step(session, tokens, 3, 1, &logits, &error);
      if (!code)
        results.insert(results.end(), logits, logits + kFakeVocab);
    }
    bitnet_session_destroy(session);
    const int64_t ids[] = {1, 2}, mask[] = {1, 1}, positions[] = {0, 1};
    const bitnet_tensor inputs[] = {
        {"tokens", ids, BITNET_INT64, 2, {1, 2}},
        {"mask", mask, BITNET_INT64, 2, {1, 2}},
        {"positions", positions, BITNET_INT64, 2, {1, 2}},
        {"past_k", nullptr, BITNET_FLOAT32, 4, {1, 2, 0, 3}},
        {"past_v", nullptr, BITNET_FLOAT32, 4, {1, 2, 0, 3}}};
    bitnet_results *outputs = nullptr;
    if (!code)
      code = bitnet_invoke(model, nullptr, inputs, fake.module.num_inputs,
                           &outputs, &error);
    bitnet_tensor tensor;
    if (!code)
      code = bitnet_results_get(outputs, 0, &tensor, &error);
    if (!code)
      results.insert(results.end(), (const float *)tensor.data,
                     (const float *)tensor.data + kFakeVocab);
    bitnet_results_destroy(outputs);
    bitnet_model_close(model);
  }
  if (code) {
    EXPECT_NE(std::string(error.message).find("out of "), std::string::npos)
        << error.message;
  }
  return code;
}
} // namespace

TEST(Vulkan, SharedMemoryHoldsWhatTheHostPutsThere) {
  useSoftwareDevice();
  FakeModel host, device;
  device.module.driver = &bitnet_vulkan_driver;
  Counter counter;
  std::vector<float> want, got;
  ASSERT_EQ(everything(host, allocatorOf(counter), want), BITNET_OK);
  ASSERT_EQ(everything(device, allocatorOf(counter), got), BITNET_OK);
  EXPECT_EQ(got, want);
  EXPECT_EQ(counter.outstanding, 0);
}

TEST(Vulkan, EachFailureIsAStatus) {
  useSoftwareDevice();
  FakeOptions options;
  options.allocates = true;
  FakeModel fake(options);
  fake.module.driver = &bitnet_vulkan_driver;
  Counter counter;
  std::vector<float> results;
  ASSERT_EQ(everything(fake, allocatorOf(counter), results), BITNET_OK);
  EXPECT_EQ(counter.outstanding, 0);
  ASSERT_GT(counter.calls, 20);
  for (int64_t n = 0; n < counter.calls; ++n) {
    Counter failing;
    failing.failAt = n;
    ASSERT_EQ(everything(fake, allocatorOf(failing), results),
              BITNET_OUT_OF_MEMORY)
        << "allocation " << n;
    ASSERT_EQ(failing.outstanding, 0) << "allocation " << n;
  }
}

namespace {
/// The kernel that counts, on a device.
struct Counting {
  Counting() {
    useSoftwareDevice();
    module.name = "counting";
    module.target = "a test";
    module.kernels = &kCountKernel;
    module.num_kernels = 1;
    bitnet_allocator plain = bn_allocator_or_default(nullptr);
    bitnet_error error = {};
    EXPECT_EQ(driver.open(&module, &plain, &device, &error), BITNET_OK)
        << error.message;
    shared = driver.allocator(device, BN_NEAR_DEVICE);
    EXPECT_EQ(driver.queue_create(device, &queue, &error), BITNET_OK)
        << error.message;
    x = static_cast<int32_t *>(bn_allocate(&shared, size * sizeof(int32_t)));
  }
  ~Counting() {
    driver.queue_destroy(queue);
    bn_release(&shared, x, size * sizeof(int32_t));
    driver.close(device);
  }
  void dispatch(const void *memory, int64_t count) {
    const uint64_t captures[] = {reinterpret_cast<uintptr_t>(memory), 0, size,
                                 1};
    driver.dispatch(queue, 0, captures, count);
  }

  static constexpr uint64_t size = 100;
  const bitnet_driver &driver = bitnet_vulkan_driver;
  bitnet_module module = {};
  bn_device *device = nullptr;
  bn_queue *queue = nullptr;
  bitnet_allocator shared = {};
  int32_t *x = nullptr;
};
} // namespace

// Scratch memory has room for one workgroup: 34 parts take five dispatches. The
// last part is shorter, and nothing behind the count is touched.
TEST(Vulkan, ScratchMemoryCutsADispatch) {
  Counting counting;
  counting.dispatch(counting.x, 98);
  counting.driver.await(counting.queue);
  ASSERT_EQ(counting.driver.check(counting.queue, nullptr), BITNET_OK);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(counting.x[i], i < 98) << i;
}

// Each sees what the one before has written, also where the room for captures
// is used up between two waits of the host.
TEST(Vulkan, DispatchesFollowEachOther) {
  Counting counting;
  for (int i = 0; i < 5000; ++i)
    counting.dispatch(counting.x, i % 2 ? 4 : 7);
  counting.dispatch(counting.x, 0);
  counting.driver.await(counting.queue);
  ASSERT_EQ(counting.driver.check(counting.queue, nullptr), BITNET_OK);
  EXPECT_EQ(counting.x[3], 5000);
  EXPECT_EQ(counting.x[6], 2500);
  EXPECT_EQ(counting.x[7], 0);
}

// Sessions of one model run on threads of their own, each with its queue.
TEST(Vulkan, ThreadsShareADevice) {
  Counting counting;
  auto count = [&] {
    bn_queue *queue = nullptr;
    ASSERT_EQ(counting.driver.queue_create(counting.device, &queue, nullptr),
              BITNET_OK);
    void *memory = bn_allocate(&counting.shared, Counting::size * 4);
    const uint64_t captures[] = {reinterpret_cast<uintptr_t>(memory), 0,
                                 Counting::size, 1};
    for (int i = 0; i < 100; ++i) {
      counting.driver.dispatch(queue, 0, captures, 20);
      counting.driver.await(queue);
    }
    EXPECT_EQ(counting.driver.check(queue, nullptr), BITNET_OK);
    EXPECT_EQ(static_cast<int32_t *>(memory)[19], 100);
    counting.driver.queue_destroy(queue);
    bn_release(&counting.shared, memory, Counting::size * 4);
  };
  std::thread other(count);
  count();
  other.join();
}

namespace {
PFN_vkAllocateMemory allocateMemory;
int refusals;
/// Whose heap is full for the first times.
VKAPI_ATTR VkResult VKAPI_CALL refuse(VkDevice device,
                                      const VkMemoryAllocateInfo *info,
                                      const VkAllocationCallbacks *callbacks,
                                      VkDeviceMemory *out) {
  return refusals-- > 0 ? VK_ERROR_OUT_OF_DEVICE_MEMORY
                        : allocateMemory(device, info, callbacks, out);
}
} // namespace

// The heap of one type of memory may be full, another may not suit a buffer.
TEST(Vulkan, TypesOfMemoryAreTriedInOrder) {
  Counting counting;
  bn_device *device = counting.device;
  ASSERT_GE(device->num_memory_types, 1u);
  uint32_t good = device->memory_types[0], count = device->num_memory_types;
  allocateMemory = device->AllocateMemory;
  device->AllocateMemory = refuse;
  device->memory_types[0] = device->memory_types[2] = good;
  device->memory_types[1] = 31;
  device->num_memory_types = 3;
  refusals = 1;
  void *memory = bn_allocate(&counting.shared, 1000);
  EXPECT_NE(memory, nullptr);
  bn_release(&counting.shared, memory, 1000);
  refusals = 2;
  EXPECT_EQ(bn_allocate(&counting.shared, 1000), nullptr);
  device->num_memory_types = count;
}

namespace {
VKAPI_ATTR VkResult VKAPI_CALL loseDevice(VkQueue, uint32_t,
                                          const VkSubmitInfo *, VkFence) {
  return VK_ERROR_DEVICE_LOST;
}
} // namespace

TEST(Vulkan, WaitingSaysThatTheDeviceHasFailed) {
  Counting counting;
  bitnet_error error = {};
  PFN_vkQueueSubmit submit = counting.device->QueueSubmit;
  counting.device->QueueSubmit = loseDevice;
  counting.dispatch(counting.x, 100);
  EXPECT_FALSE(counting.driver.await(counting.queue));
  EXPECT_FALSE(counting.driver.await(counting.queue));
  EXPECT_EQ(counting.driver.check(counting.queue, &error), BITNET_RUN_FAILED);
  counting.device->QueueSubmit = submit;
  counting.dispatch(counting.x, 100);
  EXPECT_TRUE(counting.driver.await(counting.queue));
  EXPECT_EQ(counting.x[99], 1);
}

TEST(Vulkan, MemoryOfTheHostAloneIsNoMemoryOfAKernel) {
  Counting counting;
  int32_t own[100] = {};
  bitnet_error error = {};
  counting.dispatch(own, 100);
  counting.driver.await(counting.queue);
  EXPECT_EQ(counting.driver.check(counting.queue, &error), BITNET_INTERNAL);
  EXPECT_NE(
      std::string(error.message).find("kernel 'count' was given memory that '"),
      std::string::npos)
      << error.message;
  // The next execution is not concerned.
  counting.dispatch(counting.x, 100);
  counting.driver.await(counting.queue);
  EXPECT_EQ(counting.driver.check(counting.queue, &error), BITNET_OK);
  EXPECT_EQ(counting.x[99], 1);
}

TEST(Vulkan, WithoutADriverTheMessageSaysSo) {
  setenv("VK_ICD_FILENAMES", "/nonexistent", 1);
  setenv("VK_DRIVER_FILES", "/nonexistent", 1);
  FakeModel fake;
  fake.module.driver = &bitnet_vulkan_driver;
  AlignedBytes weights(fake.weights);
  bitnet_weights_source source = {nullptr, 0, weights.size, weights.data};
  bitnet_model *model = nullptr;
  bitnet_error error;
  Counter counter;
  bitnet_allocator allocator = allocatorOf(counter);
  bitnet_model_options options = {sizeof(options), 0, &allocator, nullptr};
  EXPECT_EQ(bitnet_model_open(&fake.module, &source, &options, &model, &error),
            BITNET_UNSUPPORTED);
  EXPECT_EQ(model, nullptr);
  EXPECT_EQ(counter.outstanding, 0);
  EXPECT_NE(std::string(error.message).find("no Vulkan device for '"),
            std::string::npos)
      << error.message;
}
