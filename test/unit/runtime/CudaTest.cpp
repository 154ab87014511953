// The CUDA driver of the runtime on the stand-in for NVIDIA's: memory of both,
// launches, and every function that fails in turn.
#include "FakeModule.h"
#include "internal.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <thread>

namespace {
/// Loads the stand-in: its name is found before that of a driver on the
/// machine.
void *standIn() {
  static void *library = dlopen(BITNET_CUDA_STAND_IN, RTLD_NOW | RTLD_LOCAL);
  EXPECT_NE(library, nullptr) << dlerror();
  return library;
}

int outstanding() {
  auto *function =
      reinterpret_cast<int (*)()>(dlsym(standIn(), "standInOutstanding"));
  return function();
}

/// A setting of the stand-in for as long as a test runs.
struct Setting {
  Setting(const char *name, const std::string &value)
      : name(std::string("BITNET_CUDA_STAND_IN_") + name) {
    setenv(this->name.c_str(), value.c_str(), 1);
  }
  ~Setting() { unsetenv(name.c_str()); }
  std::string name;
};

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

/// `words` captures are parameters w0, w1, ...
std::string ptxOf(const std::string &body, const char *target = "sm_80",
                  int words = 4) {
  std::string captures;
  for (int i = 0; i < words; ++i)
    captures += ", .param .u64 w" + std::to_string(i);
  return std::string(".version 7.0\n.target ") + target +
         "\n.address_size 64\n"
         ".visible .entry bitnet_kernel(.param .u64 a, .param .u64 b, "
         ".param .u64 c, .param .u64 d" +
         captures + ")\n{\n" +
         R"(	.reg .pred %p<9>;
	.reg .b32 %r<9>;
	.reg .b64 %d<20>, %captures, %scratch, %first, %count, %number;
	ld.param.u64 %captures, [a];
	ld.param.u64 %scratch, [b];
	ld.param.u64 %first, [c];
	ld.param.u64 %count, [d];
	mov.u32 %r1, %ctaid.x;
	mov.u32 %r2, %ntid.x;
	mov.u32 %r3, %tid.x;
	mad.lo.s32 %r4, %r1, %r2, %r3;
	cvt.u64.u32 %number, %r4;
)" + body +
         "\n\tret;\n}\n";
}

/// Adds 1 to the elements [3 * p, 3 * p + 3) of x, by way of scratch memory.
const std::string kCountX = R"(
	add.s64 %d1, %first, %number;
	mul.lo.s64 %d1, %d1, 3;
	add.s64 %d2, %d1, 3;
	min.s64 %d2, %d2, %count;
	mad.lo.s64 %scratch, %number, 2048, %scratch;
$L_next:
	setp.ge.s64 %p1, %d1, %d2;
	@%p1 ret;
	shl.b64 %d4, %d1, 2;
	add.s64 %d4, %d4, %d3;
	ld.global.b32 %r5, [%d4];
	st.global.b32 [%scratch+2044], %r5;
	ld.global.b32 %r6, [%scratch+2044];
	add.s32 %r6, %r6, 1;
	st.global.b32 [%d4], %r6;
	add.s64 %d1, %d1, 1;
	bra.uni $L_next;
)";
const std::string kCount = ptxOf("ld.param.b64 %d3, [w0];" + kCountX);

/// The same of a kernel that has too many captures for parameters.
constexpr int32_t kManyWords = BITNET_PARAMETER_WORDS + 1;
const std::string kCountMany =
    ptxOf("ld.global.b64 %d3, [%captures];" + kCountX, "sm_80", 0);

/// Element 4 * p + lane is what the word of weights there says, lane by lane.
const std::string kLanes = ptxOf(R"(
	shl.b64 %d1, %first, 2;
	add.s64 %d1, %d1, %number;
	setp.ge.s64 %p1, %d1, %count;
	@%p1 ret;
	shl.b64 %d4, %d1, 2;
	ld.param.b64 %d3, [w0];
	ld.param.b64 %d5, [w1];
	add.s64 %d3, %d3, %d4;
	add.s64 %d5, %d5, %d4;
	ld.global.b32 %r5, [%d5];
	st.global.b32 [%d3], %r5;
)");

constexpr int32_t kFirst[] = {0}, kBoth[] = {0, 1};

bitnet_kernel kernelOf(const std::string &ptx) {
  bitnet_kernel kernel = {};
  kernel.name = "count";
  kernel.code = reinterpret_cast<const uint32_t *>(ptx.c_str());
  kernel.code_bytes = ptx.size() + 1;
  kernel.addresses = kFirst;
  kernel.num_addresses = 1;
  kernel.num_words = 4;
  kernel.grain = 3;
  kernel.workgroup = kernel.small_workgroup = 32;
  kernel.scratch_bytes = 2048;
  kernel.lanes = 1;
  return kernel;
}

bitnet_kernel kernelOfMany() {
  bitnet_kernel kernel = kernelOf(kCountMany);
  kernel.num_words = kManyWords;
  return kernel;
}

/// A module of one kernel, its device and a queue.
struct Counting {
  explicit Counting(bitnet_kernel kernel = kernelOf(kCount)) : kernel(kernel) {
    standIn();
    module.name = "counting";
    module.target = "a test";
    module.kernels = &this->kernel;
    module.num_kernels = 1;
    bitnet_allocator plain = allocatorOf(counter);
    code = driver.open(&module, &plain, &device, &error);
    if (code)
      return;
    shared = driver.allocator(device, BN_NEAR_DEVICE);
    code = driver.queue_create(device, &queue, &error);
    x = static_cast<int32_t *>(bn_allocate(&shared, size * sizeof(int32_t)));
  }
  ~Counting() {
    if (device)
      bn_release(&shared, x, size * sizeof(int32_t));
    driver.queue_destroy(queue);
    driver.close(device);
    EXPECT_EQ(outstanding(), 0);
    EXPECT_EQ(counter.outstanding, 0);
  }
  void dispatch(const void *memory, int64_t count) {
    const uint64_t captures[kManyWords] = {reinterpret_cast<uintptr_t>(memory),
                                           0, size, 1};
    driver.dispatch(queue, 0, captures, count);
  }
  int32_t finish() {
    driver.await(queue);
    return driver.check(queue, &error);
  }
  std::string message() const { return error.message; }

  static constexpr uint64_t size = 40000;
  Counter counter;
  bitnet_kernel kernel;
  const bitnet_driver &driver = bitnet_cuda_driver;
  bitnet_module module = {};
  bitnet_error error = {};
  int32_t code = 0;
  bn_device *device = nullptr;
  bn_queue *queue = nullptr;
  bitnet_allocator shared = {};
  int32_t *x = nullptr;
};

void expectNoDevice(const bitnet_kernel &kernel, int32_t code,
                    const std::string &message) {
  Counting counting(kernel);
  EXPECT_EQ(counting.code, code);
  EXPECT_NE(counting.message().find(message), std::string::npos)
      << "found '" << counting.message() << "', expected '" << message << "'";
  EXPECT_EQ(counting.device, nullptr);
}

/// Steps and invokes, then runs a kernel; the first code that is not OK.
int32_t everything(FakeModel &fake, const bitnet_allocator &allocator,
                   std::vector<float> &results, bitnet_error &error) {
  AlignedBytes weights(fake.weights);
  bitnet_weights_source source = {nullptr, 0, weights.size, weights.data};
  bitnet_model_options options = {sizeof(options), 0, &allocator, nullptr};
  bitnet_model *model = nullptr;
  int32_t code =
      bitnet_model_open(&fake.module, &source, &options, &model, &error);
  if (code)
    return code;
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
  bitnet_model_close(model);
  return code;
}

/// The fake model, which runs the counting kernel once in each step.
struct FakeWithKernel : FakeModel {
  FakeWithKernel() : kernel(kernelOfMany()) {
    module.driver = &bitnet_cuda_driver;
    module.kernels = &kernel;
    module.num_kernels = 1;
    inner = module.run;
    module.run = [](bitnet_exec *exec) {
      const uint64_t captures[kManyWords] = {
          reinterpret_cast<uintptr_t>(exec->arena), 0, 1, 1};
      exec->dispatch(exec, 0, captures, 1);
      exec->await(exec);
      return inner(exec);
    };
  }
  static inline int32_t (*inner)(bitnet_exec *);
  bitnet_kernel kernel;
};
} // namespace

TEST(Cuda, SharedMemoryHoldsWhatTheHostPutsThere) {
  standIn();
  for (const char *managed : {"1", "0"}) {
    Setting setting("MANAGED", managed);
    FakeModel host;
    FakeWithKernel device;
    Counter counter;
    std::vector<float> want, got;
    bitnet_error error;
    ASSERT_EQ(everything(host, allocatorOf(counter), want, error), BITNET_OK);
    ASSERT_EQ(everything(device, allocatorOf(counter), got, error), BITNET_OK)
        << error.message;
    EXPECT_EQ(got, want);
    EXPECT_EQ(counter.outstanding, 0);
    EXPECT_EQ(outstanding(), 0);
  }
}

TEST(Cuda, EachAllocationThatFailsIsAStatus) {
  standIn();
  FakeWithKernel fake;
  Counter counter;
  std::vector<float> results;
  bitnet_error error;
  ASSERT_EQ(everything(fake, allocatorOf(counter), results, error), BITNET_OK);
  ASSERT_GT(counter.calls, 15);
  for (int64_t n = 0; n < counter.calls; ++n) {
    Counter failing;
    failing.failAt = n;
    ASSERT_EQ(everything(fake, allocatorOf(failing), results, error),
              BITNET_OUT_OF_MEMORY)
        << "allocation " << n;
    EXPECT_NE(std::string(error.message).find("out of "), std::string::npos)
        << error.message;
    ASSERT_EQ(failing.outstanding, 0) << "allocation " << n;
    ASSERT_EQ(outstanding(), 0) << "allocation " << n;
  }
}

// At each of its calls. What gives back is called once for all that is there
// and has nobody to tell.
TEST(Cuda, EachFunctionThatFailsIsAStatus) {
  standIn();
  FakeWithKernel fake;
  struct {
    const char *name;
    int calls;   ///< at least so many
    bool silent; ///< the run succeeds
  } functions[] = {{"cuInit", 1, false},
                   {"cuDeviceGetCount", 1, false},
                   {"cuDeviceGet", 1, false},
                   {"cuDeviceGetName", 1, false},
                   {"cuDeviceGetAttribute", 4, false},
                   {"cuDevicePrimaryCtxRetain", 1, false},
                   {"cuCtxPushCurrent_v2", 8, false},
                   {"cuCtxPopCurrent_v2", 8, true},
                   {"cuModuleLoadDataEx", 1, false},
                   {"cuModuleGetFunction", 1, false},
                   {"cuFuncGetAttribute", 1, false},
                   {"cuMemAlloc_v2", 2, false},
                   {"cuMemAllocManaged", 4, false},
                   {"cuMemHostAlloc", 1, false},
                   {"cuMemHostGetDevicePointer_v2", 1, false},
                   {"cuMemcpyHtoDAsync_v2", 1, false},
                   {"cuMemsetD8Async", 3, false},
                   {"cuStreamCreate", 2, false},
                   {"cuStreamSynchronize", 6, false},
                   {"cuLaunchKernel", 2, false},
                   {"cuMemFree_v2", 2, true},
                   {"cuMemFreeHost", 1, true},
                   {"cuModuleUnload", 1, true},
                   {"cuStreamDestroy_v2", 2, true},
                   {"cuDevicePrimaryCtxRelease_v2", 1, true}};
  // Later calls may be those that clean up.
  for (auto &f : functions)
    for (int n = 1; n <= f.calls + 20; ++n) {
      std::string which = f.name + (":" + std::to_string(n));
      Setting setting("FAIL", which);
      Counter counter;
      std::vector<float> results;
      bitnet_error error = {};
      int32_t code = everything(fake, allocatorOf(counter), results, error);
      if (n <= f.calls)
        EXPECT_EQ(code == BITNET_OK, f.silent)
            << which << ": " << error.message;
      EXPECT_EQ(*error.message == 0, code == BITNET_OK) << which;
      EXPECT_EQ(counter.outstanding, 0) << which;
      ASSERT_EQ(outstanding(), 0) << which;
    }
}

// 13334 parts at 2048 bytes, and room for 32768 of them; two launches where a
// part has more.
TEST(Cuda, ScratchMemoryCutsALaunch) {
  for (int64_t bytes : {2048, 16384}) {
    bitnet_kernel kernel = kernelOf(kCount);
    kernel.scratch_bytes = bytes;
    Counting counting(kernel);
    ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
    counting.dispatch(counting.x, 39998);
    ASSERT_EQ(counting.finish(), BITNET_OK) << counting.message();
    for (int64_t i = 0; i < 40000; ++i)
      ASSERT_EQ(counting.x[i], i < 39998) << i;
  }
}

// Each sees what the one before has written, also where the room for captures
// is used up between two waits of the host.
TEST(Cuda, LaunchesFollowEachOther) {
  for (const bitnet_kernel &kernel : {kernelOf(kCount), kernelOfMany()}) {
    Counting counting(kernel);
    ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
    for (int i = 0; i < 1200; ++i)
      counting.dispatch(counting.x, i % 2 ? 4 : 7);
    counting.dispatch(counting.x, 0);
    ASSERT_EQ(counting.finish(), BITNET_OK) << counting.message();
    EXPECT_EQ(counting.x[3], 1200);
    EXPECT_EQ(counting.x[6], 600);
    EXPECT_EQ(counting.x[7], 0);
  }
}

// The most captures that are parameters: 4 KiB of them.
TEST(Cuda, ParametersTakeAsMuchAsCudaAllows) {
  std::string ptx = ptxOf("ld.param.b64 %d3, [w507];" + kCountX, "sm_80", 508);
  constexpr int32_t last[] = {507};
  bitnet_kernel kernel = kernelOf(ptx);
  kernel.num_words = BITNET_PARAMETER_WORDS;
  kernel.addresses = last;
  Counting counting(kernel);
  ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
  uint64_t captures[BITNET_PARAMETER_WORDS] = {};
  captures[507] = reinterpret_cast<uintptr_t>(counting.x);
  counting.driver.dispatch(counting.queue, 0, captures, 5);
  ASSERT_EQ(counting.finish(), BITNET_OK) << counting.message();
  EXPECT_EQ(counting.x[4], 1);
  EXPECT_EQ(counting.x[5], 0);
}

TEST(Cuda, ParametersOfAnotherKernelAreRefused) {
  bitnet_kernel kernel = kernelOf(kCount);
  kernel.num_words = 5;
  Counting counting(kernel);
  counting.dispatch(counting.x, 5);
  EXPECT_EQ(counting.finish(), BITNET_RUN_FAILED);
  EXPECT_NE(counting.message().find("CUDA_ERROR_INVALID_VALUE"),
            std::string::npos)
      << counting.message();
}

// Two multiprocessors run 32 blocks at once: 1024 parts in blocks of 32.
TEST(Cuda, BlocksAreSmallWhereAllRunAtOnce) {
  std::string ptx = ptxOf(R"(
	setp.ge.s64 %p1, %number, %count;
	@%p1 ret;
	ld.param.b64 %d3, [w0];
	shl.b64 %d4, %number, 2;
	add.s64 %d4, %d4, %d3;
	st.global.b32 [%d4], %r2;
)");
  bitnet_kernel kernel = kernelOf(ptx);
  kernel.workgroup = 128;
  kernel.grain = 1;
  Counting counting(kernel);
  ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
  counting.dispatch(counting.x, 1023);
  ASSERT_EQ(counting.finish(), BITNET_OK) << counting.message();
  EXPECT_EQ(counting.x[1022], 32);
  counting.dispatch(counting.x, 1025);
  ASSERT_EQ(counting.finish(), BITNET_OK) << counting.message();
  EXPECT_EQ(counting.x[0], 128);
  EXPECT_EQ(counting.x[1024], 128);
}

TEST(Cuda, MemoryLiesNearWhoUsesIt) {
  auto *adviceOf = reinterpret_cast<const char *(*)(uint64_t)>(
      dlsym(standIn(), "standInAdvice"));
  for (const char *managed : {"1", "0"}) {
    Setting setting("MANAGED", managed);
    Counting counting;
    ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
    bitnet_allocator inputs =
        counting.driver.allocator(counting.device, BN_NEAR_HOST);
    auto *input = static_cast<uint8_t *>(bn_allocate(&inputs, 100));
    auto at = [](const void *memory) {
      return reinterpret_cast<uintptr_t>(memory);
    };
    EXPECT_STREQ(adviceOf(at(counting.x)), *managed == '1' ? "lies at 0;" : "");
    EXPECT_STREQ(adviceOf(at(input)),
                 *managed == '1' ? "lies at -1;used by 0;" : "");
    EXPECT_EQ(input[99], 0);
    // A hint alone: nothing depends on it.
    Setting fail("FAIL", "cuMemAdvise");
    void *other = bn_allocate(&inputs, 100);
    EXPECT_NE(other, nullptr);
    bn_release(&inputs, other, 100);
    bn_release(&inputs, input, 100);
  }
}

// Of many blocks that come and go each is found, up to its end.
TEST(Cuda, ManyBlocks) {
  Counting counting;
  ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
  std::vector<int32_t *> blocks;
  for (int i = 0; i < 200; ++i) {
    blocks.push_back(
        static_cast<int32_t *>(bn_allocate(&counting.shared, 400)));
    if (i % 3 == 2) {
      bn_release(&counting.shared, blocks[(size_t)i / 2], 400);
      blocks.erase(blocks.begin() + i / 2);
    }
  }
  for (int32_t *block : blocks) {
    counting.dispatch(block, 100);
    counting.dispatch(block + 99, 1);
  }
  ASSERT_EQ(counting.finish(), BITNET_OK) << counting.message();
  for (int32_t *block : blocks) {
    EXPECT_EQ(block[0], 1);
    EXPECT_EQ(block[98], 1);
    EXPECT_EQ(block[99], 2);
    bn_release(&counting.shared, block, 400);
  }
}

TEST(Cuda, MemoryIsInUseUntilLaunchesHaveRun) {
  Setting setting("FREE", "1");
  Counting counting;
  ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
  void *other = bn_allocate(&counting.shared, 100);
  counting.dispatch(counting.x, 5);
  bn_release(&counting.shared, other, 100);
  EXPECT_EQ(counting.finish(), BITNET_RUN_FAILED);
  EXPECT_NE(counting.message().find("given back before launches have run"),
            std::string::npos)
      << counting.message();
}

// Four lanes run a part; weights lie in memory of the device alone.
TEST(Cuda, LanesAndWeights) {
  bitnet_kernel kernel = kernelOf(kLanes);
  kernel.addresses = kBoth;
  kernel.num_addresses = 2;
  kernel.grain = kernel.lanes = 4;
  kernel.scratch_bytes = 0;
  Counting counting(kernel);
  ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
  std::vector<int32_t> weights(999);
  for (int32_t i = 0; i < 999; ++i)
    weights[(size_t)i] = 5 * i;
  ASSERT_EQ(counting.driver.upload(counting.device, weights.data(), 999 * 4,
                                   &counting.error),
            BITNET_OK)
      << counting.message();
  uint64_t captures[] = {reinterpret_cast<uintptr_t>(counting.x),
                         reinterpret_cast<uintptr_t>(weights.data()), 0, 0};
  counting.driver.dispatch(counting.queue, 0, captures, 998);
  ASSERT_EQ(counting.finish(), BITNET_OK) << counting.message();
  for (int32_t i = 0; i < 1000; ++i)
    ASSERT_EQ(counting.x[i], i < 998 ? 5 * i : 0) << i;
}

// An input of no elements has an address that a kernel may be given.
TEST(Cuda, EmptyInputs) {
  standIn();
  std::string nothing = ptxOf("");
  bitnet_kernel kernel = kernelOf(nothing);
  bitnet_module module = *fakeProduct();
  std::string file = makeWeights(module, "data");
  module.driver = &bitnet_cuda_driver;
  module.kernels = &kernel;
  module.num_kernels = 1;
  static int32_t (*inner)(bitnet_exec *);
  inner = module.run;
  module.run = [](bitnet_exec *exec) {
    const uint64_t captures[] = {
        reinterpret_cast<uintptr_t>(exec->inputs[0].data), 0, 0, 1};
    exec->dispatch(exec, 0, captures, 1);
    return inner(exec);
  };
  AlignedBytes weights(file);
  bitnet_weights_source source = {nullptr, 0, weights.size, weights.data};
  bitnet_model *model = nullptr;
  bitnet_error error = {};
  ASSERT_EQ(bitnet_model_open(&module, &source, nullptr, &model, &error),
            BITNET_OK)
      << error.message;
  const float y[8] = {};
  const bool flag = false;
  const bitnet_tensor inputs[] = {{"x", nullptr, BITNET_FLOAT32, 2, {0, 2}},
                                  {"y", y, BITNET_FLOAT32, 2, {2, 4}},
                                  {"flag", &flag, BITNET_BOOL, 0, {}}};
  bitnet_results *results = nullptr;
  EXPECT_EQ(bitnet_invoke(model, nullptr, inputs, 3, &results, &error),
            BITNET_OK)
      << error.message;
  bitnet_results_destroy(results);
  bitnet_model_close(model);
  EXPECT_EQ(outstanding(), 0);
}

// Sessions of one model run on threads of their own, each with its queue.
TEST(Cuda, ThreadsShareADevice) {
  Counting counting;
  ASSERT_EQ(counting.code, BITNET_OK) << counting.message();
  auto count = [&] {
    bn_queue *queue = nullptr;
    ASSERT_EQ(counting.driver.queue_create(counting.device, &queue, nullptr),
              BITNET_OK);
    void *memory = bn_allocate(&counting.shared, 400);
    const uint64_t captures[] = {reinterpret_cast<uintptr_t>(memory), 0, 100,
                                 1};
    for (int i = 0; i < 100; ++i) {
      counting.driver.dispatch(queue, 0, captures, 20);
      counting.driver.await(queue);
    }
    EXPECT_EQ(counting.driver.check(queue, nullptr), BITNET_OK);
    EXPECT_EQ(static_cast<int32_t *>(memory)[19], 100);
    counting.driver.queue_destroy(queue);
    bn_release(&counting.shared, memory, 400);
  };
  std::thread other(count);
  count();
  other.join();
}

TEST(Cuda, MemoryOfTheHostAloneIsNoMemoryOfAKernel) {
  Counting counting;
  int32_t own[100] = {};
  counting.dispatch(own, 100);
  EXPECT_EQ(counting.finish(), BITNET_INTERNAL);
  EXPECT_NE(counting.message().find("kernel 'count' was given memory that "
                                    "'a CPU that stands in' does not see"),
            std::string::npos)
      << counting.message();
  // The next execution is not concerned.
  counting.dispatch(counting.x, 100);
  EXPECT_EQ(counting.finish(), BITNET_OK);
  EXPECT_EQ(counting.x[99], 1);
}

TEST(Cuda, KernelsThatFail) {
  Counting counting;
  counting.dispatch(counting.x + 39990, 30);
  EXPECT_EQ(counting.finish(), BITNET_RUN_FAILED);
  EXPECT_NE(counting.message().find(
                "the device 'a CPU that stands in' failed: "
                "CUDA_ERROR_ILLEGAL_ADDRESS, an illegal memory access was "
                "encountered: 'ld.global.b32' at line"),
            std::string::npos)
      << counting.message();
  // A context in which a kernel has failed is of no more use.
  counting.dispatch(counting.x, 3);
  EXPECT_EQ(counting.finish(), BITNET_RUN_FAILED);
}

TEST(Cuda, LaunchesThatFail) {
  Counting counting;
  {
    Setting setting("FAIL", "cuLaunchKernel");
    counting.dispatch(counting.x, 3);
    counting.dispatch(counting.x, 3);
    // Compiled code is told until somebody asks why.
    EXPECT_FALSE(counting.driver.await(counting.queue));
    EXPECT_FALSE(counting.driver.await(counting.queue));
    EXPECT_EQ(counting.finish(), BITNET_RUN_FAILED);
  }
  EXPECT_NE(counting.message().find("failed to start kernel 'count': "
                                    "CUDA_ERROR_UNKNOWN, unknown error"),
            std::string::npos)
      << counting.message();
  counting.dispatch(counting.x, 3);
  EXPECT_TRUE(counting.driver.await(counting.queue));
  EXPECT_EQ(counting.finish(), BITNET_OK);
  EXPECT_EQ(counting.x[0], 1);
}

TEST(Cuda, DevicesThatCannotRunTheKernels) {
  bitnet_kernel count = kernelOf(kCount);
  std::string no = "no CUDA device for 'counting', which was compiled for a "
                   "test: ";
  {
    Setting setting("CAPABILITY", "7.5");
    expectNoDevice(count, BITNET_UNSUPPORTED,
                   no + "'a CPU that stands in' has compute capability 7.5, "
                        "the kernels need 8.0 or higher");
  }
  {
    std::string hopper = ptxOf("", "sm_90a");
    Setting setting("CAPABILITY", "10.0");
    expectNoDevice(kernelOf(hopper), BITNET_UNSUPPORTED,
                   no + "'a CPU that stands in' has compute capability 10.0, "
                        "the kernels need 9.0a and no other");
  }
  {
    Setting setting("DEVICES", "0");
    expectNoDevice(count, BITNET_UNSUPPORTED,
                   no + "cuInit: CUDA_ERROR_NO_DEVICE, no CUDA-capable device");
  }
  {
    Setting setting("UNIFIED", "0");
    expectNoDevice(count, BITNET_UNSUPPORTED,
                   no + "'a CPU that stands in' lacks "
                        "unified addressing");
  }
}

TEST(Cuda, KernelsThatDoNotLoad) {
  std::string broken = ptxOf("\tfrob.b32 %r1, %r2;");
  expectNoDevice(
      kernelOf(broken), BITNET_UNSUPPORTED,
      "the CUDA driver of 'a CPU that stands in' cannot compile "
      "'count': CUDA_ERROR_INVALID_PTX, a PTX JIT compilation failed: "
      "ptx: line 18: unknown instruction 'frob.b32'");
  std::string other = ptxOf("");
  other.replace(other.find("bitnet_kernel"), 6, "BITNET");
  expectNoDevice(kernelOf(other), BITNET_UNSUPPORTED,
                 "cannot find the entry of 'count': CUDA_ERROR_NOT_FOUND");
  std::string none = "no PTX at all";
  expectNoDevice(kernelOf(none), BITNET_UNSUPPORTED,
                 "the kernels of 'counting' name no '.target sm_'");
  bitnet_kernel kernel = kernelOf(kCount);
  kernel.workgroup = kernel.small_workgroup = 2048;
  expectNoDevice(
      kernel, BITNET_UNSUPPORTED,
      "kernel 'count' has blocks of 2048 threads, 'a CPU that stands "
      "in' runs it with 1024 at most");
  kernel.workgroup = kernel.small_workgroup = 48;
  kernel.lanes = 32;
  expectNoDevice(kernel, BITNET_INTERNAL,
                 "kernel 'count' has blocks of 48 or 48 threads, expected "
                 "multiples of its 32 lanes");
}

TEST(Cuda, NoMemoryForTheCodeIsNoMemory) {
  Setting setting("FAIL", "cuModuleLoadDataEx=2");
  expectNoDevice(kernelOf(kCount), BITNET_OUT_OF_MEMORY,
                 "out of memory of 'a CPU that stands in' for the code of "
                 "'count'");
}

TEST(Cuda, MemoryThatIsTooSmall) {
  Counting counting;
  Setting setting("MEMORY", "1000");
  EXPECT_EQ(bn_allocate(&counting.shared, 1001), nullptr);
  std::vector<uint8_t> weights(1001);
  EXPECT_EQ(counting.driver.upload(counting.device, weights.data(), 1001,
                                   &counting.error),
            BITNET_OUT_OF_MEMORY);
  EXPECT_EQ(counting.message(), "out of memory of 'a CPU that stands in': 1001 "
                                "bytes for the weights");
  bn_queue *queue = nullptr;
  EXPECT_EQ(
      counting.driver.queue_create(counting.device, &queue, &counting.error),
      BITNET_OUT_OF_MEMORY);
  EXPECT_EQ(counting.message(),
            "cannot make a queue of 'a CPU that stands in': out of memory");
}
