// Every allocation fails once: each failure is a status, and nothing leaks.
#include "FakeModule.h"

#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

namespace {
struct Counter {
  int64_t calls = 0, failAt = -1, outstanding = 0, bytes = 0;
};

void *countedAllocate(void *context, size_t bytes, size_t alignment) {
  auto *counter = static_cast<Counter *>(context);
  if (counter->calls++ == counter->failAt)
    return nullptr;
  void *memory = nullptr;
  if (posix_memalign(&memory, alignment, bytes))
    return nullptr;
  ++counter->outstanding;
  counter->bytes += int64_t(bytes);
  return memset(memory, 0, bytes);
}

void countedRelease(void *context, void *memory, size_t bytes) {
  auto *counter = static_cast<Counter *>(context);
  --counter->outstanding;
  counter->bytes -= int64_t(bytes);
  free(memory);
}

bitnet_allocator allocatorOf(Counter &counter) {
  return {&counter, countedAllocate, countedRelease};
}

/// Opens, makes a session, steps, invokes; the first code that is not OK.
int32_t everything(FakeModel &fake, const bitnet_allocator &allocator) {
  AlignedBytes weights(fake.weights);
  bitnet_weights_source source = {nullptr, 0, weights.size, weights.data};
  bitnet_model_options options = {sizeof(options), 0, &allocator, nullptr};
  bitnet_model *model = nullptr;
  bitnet_error error;
  int32_t code =
      bitnet_model_open(&fake.module, &source, &options, &model, &error);
  if (code)
    return code;
  bitnet_session_options sessionOptions = {};
  sessionOptions.struct_bytes = sizeof(sessionOptions);
  sessionOptions.threads = 2;
  sessionOptions.batch = 2;
  bitnet_session *session = nullptr;
  code = bitnet_session_create(model, &sessionOptions, &session, &error);
  const int32_t tokens[] = {1, 2, 3, 4};
  const float *logits;
  for (int i = 0; !code && i < 2; ++i)
    code = bitnet_session_step(session, tokens, 2, 1, &logits, &error);
  bitnet_session_destroy(session);
  const int64_t ids[] = {1}, mask[] = {1}, positions[] = {0};
  const bitnet_tensor inputs[] = {
      {"tokens", ids, BITNET_INT64, 2, {1, 1}},
      {"mask", mask, BITNET_INT64, 2, {1, 1}},
      {"positions", positions, BITNET_INT64, 2, {1, 1}},
      {"past_k", nullptr, BITNET_FLOAT32, 4, {1, 2, 0, 3}},
      {"past_v", nullptr, BITNET_FLOAT32, 4, {1, 2, 0, 3}}};
  bitnet_results *results = nullptr;
  if (!code)
    code = bitnet_invoke(model, nullptr, inputs, fake.module.num_inputs,
                         &results, &error);
  bitnet_results_destroy(results);
  bitnet_model_close(model);
  if (code) {
    EXPECT_NE(std::string(error.message).find("out of memory"),
              std::string::npos)
        << error.message;
  }
  return code;
}
} // namespace

TEST(Allocation, EachFailureIsAStatus) {
  for (bool caches : {true, false})
    for (bool allocates : {true, false}) {
      FakeOptions options;
      options.caches = caches;
      options.allocates = allocates;
      FakeModel fake(options);
      Counter counter;
      ASSERT_EQ(everything(fake, allocatorOf(counter)), BITNET_OK);
      EXPECT_EQ(counter.outstanding, 0);
      EXPECT_EQ(counter.bytes, 0) << "released with another size";
      int64_t total = counter.calls;
      ASSERT_GT(total, 15);
      for (int64_t n = 0; n < total; ++n) {
        Counter failing;
        failing.failAt = n;
        ASSERT_EQ(everything(fake, allocatorOf(failing)), BITNET_OUT_OF_MEMORY)
            << "allocation " << n;
        ASSERT_EQ(failing.outstanding, 0) << "allocation " << n;
      }
    }
}

TEST(Allocation, StepsAllocateNothing) {
  FakeModel fake;
  Counter counter;
  bitnet_allocator allocator = allocatorOf(counter);
  bitnet_model *model = fake.open(&allocator);
  bitnet_session *session = nullptr;
  ASSERT_EQ(bitnet_session_create(model, nullptr, &session, nullptr),
            BITNET_OK);
  int64_t before = counter.calls;
  const int32_t tokens[] = {1, 2, 3};
  const float *logits;
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(
        bitnet_session_step(session, tokens, 1 + i % 3, 1, &logits, nullptr),
        BITNET_OK);
  EXPECT_EQ(counter.calls, before);
  bitnet_session_destroy(session);
  bitnet_model_close(model);
  EXPECT_EQ(counter.outstanding, 0);
}

TEST(Allocation, MemoryThatCompiledCodeAsksForIsFreedByTheNextRun) {
  FakeOptions options;
  options.allocates = true;
  FakeModel fake(options);
  Counter counter;
  bitnet_allocator allocator = allocatorOf(counter);
  bitnet_model *model = fake.open(&allocator);
  bitnet_session *session = nullptr;
  ASSERT_EQ(bitnet_session_create(model, nullptr, &session, nullptr),
            BITNET_OK);
  int64_t before = counter.outstanding;
  const int32_t token = 1;
  const float *logits;
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(bitnet_session_step(session, &token, 1, 1, &logits, nullptr),
              BITNET_OK);
    // Two blocks, and two slots, and what is known of each.
    EXPECT_EQ(counter.outstanding, before + 8);
  }
  bitnet_session_destroy(session);
  bitnet_model_close(model);
  EXPECT_EQ(counter.outstanding, 0);
}
