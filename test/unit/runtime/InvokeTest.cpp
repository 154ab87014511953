#include "FakeModule.h"

#include "internal.h"

#include <gtest/gtest.h>

namespace {
/// A float32 tensor over `data`.
bitnet_tensor tensor(const char *name, const std::vector<int64_t> &dims,
                     const void *data, int32_t dtype = BITNET_FLOAT32) {
  bitnet_tensor result = {name, data, dtype, int32_t(dims.size()), {}};
  std::copy(dims.begin(), dims.end(), result.dims);
  return result;
}

class Product : public testing::Test {
protected:
  void SetUp() override {
    module = *fakeProduct();
    weights = std::make_unique<AlignedBytes>(makeWeights(module, "data"));
    bitnet_weights_source source = {nullptr, 0, weights->size, weights->data};
    ASSERT_EQ(bitnet_model_open(&module, &source, nullptr, &model, nullptr),
              BITNET_OK);
  }
  void TearDown() override { bitnet_model_close(model); }

  int32_t invoke(const std::vector<bitnet_tensor> &inputs) {
    return bitnet_invoke(model, nullptr, inputs.data(), int32_t(inputs.size()),
                         &results, &error);
  }
  std::string failure(const std::vector<bitnet_tensor> &inputs) {
    EXPECT_NE(invoke(inputs), BITNET_OK);
    EXPECT_EQ(results, nullptr);
    return error.message;
  }

  bitnet_module module;
  std::unique_ptr<AlignedBytes> weights;
  bitnet_model *model = nullptr;
  bitnet_results *results = nullptr;
  bitnet_error error = {};
  std::vector<float> x = {1, 2, 3, 4, 5, 6}, y = std::vector<float>(12, 1);
  bool flag = true;
  bitnet_tensor flagTensor = tensor("flag", {}, &flag, BITNET_BOOL);
};
} // namespace

TEST_F(Product, RunsInAnyOrderOfInputs) {
  ASSERT_EQ(invoke({tensor("y", {3, 4}, y.data()), flagTensor,
                    tensor("x", {2, 3}, x.data())}),
            BITNET_OK)
      << error.message;
  bitnet_tensor z;
  ASSERT_EQ(bitnet_results_get(results, 0, &z, &error), BITNET_OK);
  EXPECT_STREQ(z.name, "z");
  EXPECT_EQ(z.rank, 2);
  EXPECT_EQ(z.dims[0], 2);
  EXPECT_EQ(z.dims[1], 4);
  EXPECT_EQ(static_cast<const float *>(z.data)[0], 6);
  EXPECT_EQ(static_cast<const float *>(z.data)[7], 15);
  EXPECT_EQ(bitnet_results_get(results, 1, &z, &error), BITNET_NOT_FOUND);
  EXPECT_EQ(bitnet_results_get(results, -1, &z, &error), BITNET_NOT_FOUND);
  bitnet_results_destroy(results);
}

TEST_F(Product, EmptyTensors) {
  ASSERT_EQ(invoke({tensor("x", {0, 3}, nullptr), tensor("y", {3, 4}, y.data()),
                    flagTensor}),
            BITNET_OK)
      << error.message;
  bitnet_tensor z;
  ASSERT_EQ(bitnet_results_get(results, 0, &z, &error), BITNET_OK);
  EXPECT_EQ(z.dims[0], 0);
  bitnet_results_destroy(results);
}

TEST_F(Product, WrongNames) {
  bitnet_tensor good = tensor("x", {2, 3}, x.data());
  EXPECT_EQ(failure({good, tensor("w", {3, 4}, y.data()), flagTensor}),
            "'product' has no input 'w'; its inputs are 'x', 'y', 'flag'");
  EXPECT_EQ(
      failure({good, flagTensor}),
      "input 'y' is missing; the inputs of 'product' are 'x', 'y', 'flag'");
  EXPECT_EQ(failure({good, good, flagTensor}), "input 'x' is given twice");
  EXPECT_EQ(failure({tensor(nullptr, {1}, x.data())}),
            "'product' has no input ''; its inputs are 'x', 'y', 'flag'");
}

TEST_F(Product, WrongShapesNameBothPlaces) {
  bitnet_tensor good = tensor("x", {2, 3}, x.data());
  EXPECT_EQ(failure({good, tensor("y", {2, 4}, y.data()), flagTensor}),
            "input 'y' has shape [2, 4], expected [inner, 4]: 'inner' is 2 on "
            "its axis 0, but 3 on axis 1 of input "
            "'x'");
  EXPECT_EQ(
      failure({good, tensor("y", {3, 5}, y.data()), flagTensor}),
      "input 'y' has shape [3, 5], expected [inner, 4]: axis 1 is 5, not 4");
  EXPECT_EQ(failure({good, tensor("y", {12}, y.data()), flagTensor}),
            "input 'y' has shape [12] of rank 1, expected [inner, 4]");
  EXPECT_EQ(failure({tensor("x", {-2, 3}, x.data()),
                     tensor("y", {3, 4}, y.data()), flagTensor}),
            "input 'x' has a negative dim on axis 0");
  EXPECT_EQ(failure({tensor("x", {int64_t(1) << 59, 0}, x.data()),
                     tensor("y", {3, 4}, y.data()), flagTensor}),
            "input 'x' has shape [576460752303423488, 0]: axis 0 is "
            "576460752303423488, expected at most 2147483647");
}

TEST_F(Product, WrongData) {
  EXPECT_EQ(failure({tensor("x", {2, 3}, x.data(), BITNET_FLOAT16),
                     tensor("y", {3, 4}, y.data()), flagTensor}),
            "input 'x' is float16, expected float32");
  EXPECT_EQ(failure({tensor("x", {2, 3}, x.data(), 99),
                     tensor("y", {3, 4}, y.data()), flagTensor}),
            "input 'x' is of an unknown type, expected float32");
  EXPECT_EQ(failure({tensor("x", {2, 3}, nullptr),
                     tensor("y", {3, 4}, y.data()), flagTensor}),
            "input 'x' has no data");
  EXPECT_EQ(failure({tensor("x", {INT32_MAX, INT32_MAX}, x.data()),
                     tensor("y", {3, 4}, y.data()), flagTensor}),
            "input 'x' would exceed 2^63 bytes");
}

namespace {
/// One invocation of the language model over `past` tokens that went before.
struct Invocation {
  Invocation(FakeModel &fake, bitnet_model *model,
             const std::vector<int64_t> &tokens, int64_t past,
             const std::vector<float> &pastCache,
             int32_t pastType = BITNET_FLOAT32, bool stacked = false) {
    int64_t seq = int64_t(tokens.size());
    std::vector<int64_t> mask(past + seq, 1), positions(seq);
    for (int64_t i = 0; i < seq; ++i)
      positions[i] = past + i;
    std::vector<uint8_t> raw(pastCache.size() * bitnet_dtype_size(pastType) +
                             1);
    bn_convert(pastType, raw.data(), BITNET_FLOAT32, pastCache.data(),
               int64_t(pastCache.size()));
    std::vector<bitnet_tensor> inputs = {
        tensor("tokens", {1, seq}, tokens.data(), BITNET_INT64),
        tensor("mask", {1, past + seq}, mask.data(), BITNET_INT64),
        tensor("positions", {1, seq}, positions.data(), BITNET_INT64)};
    if (stacked)
      inputs.insert(inputs.begin(),
                    tensor("past", {2, 1, 2, past, 3}, raw.data(), pastType));
    else
      for (const char *name : {"past_k", "past_v"})
        inputs.insert(inputs.begin(),
                      tensor(name, {1, 2, past, 3}, raw.data(), pastType));
    code = bitnet_invoke(model, nullptr, inputs.data(), int32_t(inputs.size()),
                         &results, &error);
    EXPECT_EQ(code, BITNET_OK) << error.message;
  }
  ~Invocation() { bitnet_results_destroy(results); }
  std::vector<float> output(int32_t index,
                            std::vector<int64_t> *dims = nullptr) {
    bitnet_tensor out;
    EXPECT_EQ(bitnet_results_get(results, index, &out, nullptr), BITNET_OK);
    int64_t count = 1;
    for (int32_t i = 0; i < out.rank; ++i)
      count *= out.dims[i];
    if (dims)
      dims->assign(out.dims, out.dims + out.rank);
    std::vector<float> values(count);
    EXPECT_TRUE(
        bn_convert(BITNET_FLOAT32, values.data(), out.dtype, out.data, count));
    return values;
  }
  int32_t code;
  bitnet_results *results = nullptr;
  bitnet_error error = {};
};
} // namespace

TEST(InvokeWithCaches, PresentOfOneIsPastOfTheNext) {
  for (int32_t cacheType : {BITNET_FLOAT32, BITNET_FLOAT16, BITNET_BFLOAT16})
    for (int32_t pastType : {BITNET_FLOAT32, BITNET_FLOAT16}) {
      FakeOptions options;
      options.cacheType = cacheType;
      options.pastType = pastType;
      FakeModel fake(options);
      std::unique_ptr<bitnet_model, decltype(&bitnet_model_close)> closer(
          fake.open(), bitnet_model_close);
      bitnet_model *model = closer.get();
      std::vector<int32_t> all = {3, 1, 4, 1, 5};
      Invocation first(fake, model, {3, 1, 4}, 0, {}, pastType);
      std::vector<int64_t> dims;
      std::vector<float> present = first.output(1, &dims);
      EXPECT_EQ(dims, (std::vector<int64_t>{1, 2, 3, 3}));
      EXPECT_EQ(present[0], 1.5f);
      EXPECT_EQ(present, first.output(2));
      EXPECT_EQ(first.output(0, &dims)[2 * kFakeVocab + 4],
                FakeModel::logit(all, 2, 4));
      EXPECT_EQ(dims, (std::vector<int64_t>{1, 3, kFakeVocab}))
          << "all rows, as ONNX gives";
      Invocation second(fake, model, {1, 5}, 3, present, pastType);
      EXPECT_EQ(second.output(0)[kFakeVocab + 7], FakeModel::logit(all, 4, 7));
      second.output(2, &dims);
      EXPECT_EQ(dims, (std::vector<int64_t>{1, 2, 5, 3}));
    }
}

TEST(InvokeWithCaches, PartsOfOneTensor) {
  FakeOptions options;
  options.stacked = true;
  options.pastType = BITNET_FLOAT16;
  FakeModel fake(options);
  std::unique_ptr<bitnet_model, decltype(&bitnet_model_close)> closer(
      fake.open(), bitnet_model_close);
  std::vector<int32_t> all = {3, 1, 4, 1, 5};
  Invocation first(fake, closer.get(), {3, 1, 4}, 0, {}, BITNET_FLOAT16, true);
  std::vector<int64_t> dims;
  std::vector<float> present = first.output(1, &dims);
  EXPECT_EQ(dims, (std::vector<int64_t>{2, 1, 2, 3, 3}));
  EXPECT_EQ(std::count(present.begin(), present.end(), 2.0f), 12)
      << "both parts hold half of a token";
  // All of the tokens in the second part are the same to the model.
  for (size_t i = 0; i < 18; ++i) {
    present[18 + i] += present[i];
    present[i] = 0;
  }
  Invocation second(fake, closer.get(), {1, 5}, 3, present, BITNET_FLOAT16,
                    true);
  EXPECT_EQ(second.output(0)[kFakeVocab + 7], FakeModel::logit(all, 4, 7));
  present = second.output(1, &dims);
  EXPECT_EQ(dims, (std::vector<int64_t>{2, 1, 2, 5, 3}));
  EXPECT_EQ(present[0], 0);
  EXPECT_EQ(present[12], 2.5f);
  EXPECT_EQ(present[30], 3);
  EXPECT_EQ(present[42], 2.5f);
}

TEST(InvokeWithCaches, NewEntriesAlone) {
  FakeOptions options;
  options.newOnly = true;
  FakeModel fake(options);
  std::unique_ptr<bitnet_model, decltype(&bitnet_model_close)> closer(
      fake.open(), bitnet_model_close);
  std::vector<float> past(12, 1.5f);
  Invocation step(fake, closer.get(), {4, 6, 8}, 2, past);
  std::vector<int64_t> dims;
  std::vector<float> present = step.output(2, &dims);
  EXPECT_EQ(dims, (std::vector<int64_t>{1, 2, 3, 3}));
  EXPECT_EQ(present[0], 2);
  EXPECT_EQ(present[8], 4);
  EXPECT_EQ(step.output(0)[2 * kFakeVocab],
            FakeModel::logit({3, 3, 4, 6, 8}, 4, 0));
}

TEST(InvokeWithCaches, PastsMustAgree) {
  FakeModel fake;
  bitnet_model *model = fake.open();
  std::vector<float> cache(64);
  std::vector<int64_t> ids = {1, 1, 1, 1};
  bitnet_error error;
  bitnet_results *results = nullptr;
  auto attempt = [&](std::vector<int64_t> k, std::vector<int64_t> v,
                     int64_t batch) {
    std::vector<bitnet_tensor> inputs = {
        tensor("tokens", {batch, 1}, ids.data(), BITNET_INT64),
        tensor("mask", {batch, 3}, ids.data(), BITNET_INT64),
        tensor("positions", {batch, 1}, ids.data(), BITNET_INT64),
        tensor("past_k", k, cache.data()), tensor("past_v", v, cache.data())};
    EXPECT_NE(bitnet_invoke(model, nullptr, inputs.data(), 5, &results, &error),
              BITNET_OK);
    return std::string(error.message);
  };
  EXPECT_EQ(attempt({1, 2, 2, 3}, {1, 2, 1, 3}, 1),
            "input 'past_v' has shape [1, 2, 1, 3], expected [batch, 2, past, "
            "3]: 'past' is 1 on its axis 2, but 2 on "
            "axis 2 of input 'past_k'");
  EXPECT_EQ(attempt({2, 2, 2, 3}, {2, 2, 2, 3}, 1),
            "input 'past_k' has shape [2, 2, 2, 3], expected [batch, 2, past, "
            "3]: 'batch' is 2 on its axis 0, but 1 on "
            "axis 0 of input 'tokens'");
  bitnet_model_close(model);
}

TEST(InvokeWithCaches, FailuresOfTheGraphAreReported) {
  FakeModel fake;
  bitnet_model *model = fake.open();
  std::vector<int64_t> zero = {0, 0, 0, 0};
  std::vector<bitnet_tensor> inputs = {
      tensor("tokens", {1, 1}, zero.data(), BITNET_INT64),
      tensor("mask", {1, 2}, zero.data(), BITNET_INT64),
      tensor("positions", {1, 1}, zero.data(), BITNET_INT64),
      tensor("past_k", {1, 2, 0, 3}, nullptr),
      tensor("past_v", {1, 2, 0, 3}, nullptr)};
  bitnet_error error;
  bitnet_results *results = nullptr;
  EXPECT_EQ(bitnet_invoke(model, nullptr, inputs.data(), 5, &results, &error),
            BITNET_SHAPE_MISMATCH);
  EXPECT_STREQ(error.message,
               "the graph cannot combine inputs of these shapes");
  inputs[1].dims[1] = 1; // now the fake looks at the zeros in the mask
  EXPECT_EQ(bitnet_invoke(model, nullptr, inputs.data(), 5, &results, &error),
            BITNET_RUN_FAILED);
  bitnet_model_close(model);
}
