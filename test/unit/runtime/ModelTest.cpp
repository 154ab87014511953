#include "FakeModule.h"

#include "internal.h"

#include <gtest/gtest.h>

TEST(Model, DescribesItsInputsAndOutputs) {
  FakeModel fake;
  bitnet_model *model = fake.open();
  bitnet_model_info info;
  bitnet_model_get_info(model, &info);
  EXPECT_STREQ(info.name, "fake");
  EXPECT_EQ(info.is_generative, 1);
  EXPECT_EQ(info.num_caches, 2);
  EXPECT_EQ(info.vocab_size, kFakeVocab);
  EXPECT_EQ(info.token_local, 1);
  bitnet_value_info value;
  bitnet_error error;
  ASSERT_EQ(bitnet_model_get_input(model, 3, &value, &error), BITNET_OK);
  EXPECT_STREQ(value.name, "past_k");
  EXPECT_EQ(value.dims[0], -1);
  EXPECT_STREQ(value.symbols[0], "batch");
  EXPECT_EQ(value.dims[1], 2);
  EXPECT_EQ(value.symbols[1], nullptr);
  EXPECT_EQ(bitnet_model_get_input(model, 5, &value, &error), BITNET_NOT_FOUND);
  EXPECT_STREQ(error.message, "input 5 does not exist, 'fake' has 5");
  EXPECT_EQ(bitnet_model_get_output(model, -1, &value, &error),
            BITNET_NOT_FOUND);
  bitnet_model_close(model);
  bitnet_model_close(nullptr);
}

static int32_t openError(bitnet_module module, const FakeModel &fake,
                         std::string &message) {
  AlignedBytes bytes(fake.weights);
  bitnet_weights_source source = {nullptr, 0, bytes.size, bytes.data};
  bitnet_model *model = nullptr;
  bitnet_error error = {};
  int32_t code = bitnet_model_open(&module, &source, nullptr, &model, &error);
  EXPECT_EQ(model, nullptr);
  message = error.message;
  return code;
}

TEST(Model, RefusesOtherModuleVersions) {
  FakeModel fake;
  bitnet_module module = fake.module;
  module.abi = BITNET_MODULE_ABI + 1;
  std::string message;
  EXPECT_EQ(openError(module, fake, message), BITNET_UNSUPPORTED);
  std::string expected = "module ABI " + std::to_string(module.abi) +
                         ", this runtime has " +
                         std::to_string(BITNET_MODULE_ABI);
  EXPECT_NE(message.find(expected), std::string::npos) << message;
}

TEST(Model, NamesMissingCpuFeatures) {
  FakeModel fake;
  bitnet_module module = fake.module;
  // Bits that no CPU has stand for features that this one lacks.
  module.required_cpu =
      1u << 31 | 1u << 30 | (bn_cpu_features() & BITNET_CPU_SSSE3);
  std::string message;
  EXPECT_EQ(openError(module, fake, message), BITNET_UNSUPPORTED_CPU);
  EXPECT_NE(message.find("this CPU lacks feature 30, feature 31;"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("or for several with a list such as --target="),
            std::string::npos)
      << message;
  char names[256];
  EXPECT_STREQ(bn_cpu_feature_names(BITNET_CPU_AVX512VNNI | BITNET_CPU_AVX2,
                                    names, sizeof(names)),
               "avx2, avx512vnni");
  EXPECT_STREQ(bn_cpu_feature_names(0, names, sizeof(names)), "");
}

namespace {
/// A model with code for three targets, of which the last one needs a feature
/// that no CPU has.
struct SeveralCodes {
  SeveralCodes() {
    least = better = best = fake.module;
    least.target_name = "least";
    better.target_name = "better";
    best.target_name = "best";
    best.required_cpu = 1u << 31;
    least.better = list;
    least.num_better = 2;
  }

  FakeModel fake;
  bitnet_module least, better, best;
  const bitnet_module *list[2] = {&better, &best};
};

/// The target whose code is taken when `name` (may be NULL) is asked for, else
/// the error.
std::string takenTarget(const SeveralCodes &codes, const char *name,
                        int32_t expected) {
  AlignedBytes bytes(codes.fake.weights);
  bitnet_weights_source source = {nullptr, 0, bytes.size, bytes.data};
  bitnet_model_options options = {sizeof(options), 0, nullptr, name};
  bitnet_model *model = nullptr;
  bitnet_error error = {};
  EXPECT_EQ(bitnet_model_open(&codes.least, &source, &options, &model, &error),
            expected);
  if (expected)
    return error.message;
  bitnet_model_info info;
  bitnet_model_get_info(model, &info);
  std::string taken = info.target_name;
  bitnet_model_close(model);
  return taken;
}
} // namespace

TEST(Model, TakesTheBestCodeThatRuns) {
  SeveralCodes codes;
  EXPECT_EQ(takenTarget(codes, nullptr, BITNET_OK), "better");
  codes.best.required_cpu = 0;
  EXPECT_EQ(takenTarget(codes, nullptr, BITNET_OK), "best");
  codes.best.required_cpu = codes.better.required_cpu = 1u << 31;
  EXPECT_EQ(takenTarget(codes, nullptr, BITNET_OK), "least");
}

TEST(Model, TakesTheCodeThatIsAskedFor) {
  SeveralCodes codes;
  EXPECT_EQ(takenTarget(codes, "least", BITNET_OK), "least");
  EXPECT_EQ(takenTarget(codes, "better", BITNET_OK), "better");
  EXPECT_EQ(takenTarget(codes, "best", BITNET_UNSUPPORTED_CPU),
            "'fake' cannot run its code for target 'best': this CPU lacks "
            "feature 31");
  EXPECT_EQ(takenTarget(codes, "bett", BITNET_NOT_FOUND),
            "'fake' has no code for target 'bett', expected least, better, "
            "best");
  codes.least.num_better = 0;
  EXPECT_EQ(takenTarget(codes, "better", BITNET_NOT_FOUND),
            "'fake' has no code for target 'better', expected least");
}

TEST(Model, SaysWhatEachCodeLacks) {
  SeveralCodes codes;
  codes.least.required_cpu = 1u << 30;
  codes.better.required_cpu = 1u << 30 | 1u << 31;
  EXPECT_EQ(takenTarget(codes, nullptr, BITNET_UNSUPPORTED_CPU),
            "'fake' has no code that this CPU runs: least needs feature 30; "
            "better needs feature 30, feature 31; best needs feature 31; "
            "compile it with an older target, too");
  // Names that are too long for the message are cut, nothing else.
  std::string name(2000, 'x');
  codes.least.target_name = name.c_str();
  std::string message = takenTarget(codes, nullptr, BITNET_UNSUPPORTED_CPU);
  EXPECT_NE(message.find("xxx"), std::string::npos) << message;
  EXPECT_NE(message.find("older target, too"), std::string::npos) << message;
}

TEST(Model, NamesOfCodesAndTypes) {
  EXPECT_EQ(bitnet_abi_version(), BITNET_ABI_VERSION);
  EXPECT_STREQ(bitnet_code_name(BITNET_CONTEXT_FULL), "context full");
  EXPECT_STREQ(bitnet_code_name(BITNET_INTERNAL), "internal error");
  EXPECT_STREQ(bitnet_code_name(99), "unknown");
  EXPECT_STREQ(bitnet_code_name(-1), "unknown");
  EXPECT_STREQ(bitnet_dtype_name(BITNET_BFLOAT16), "bfloat16");
  EXPECT_EQ(bitnet_dtype_name(8), nullptr);
  EXPECT_EQ(bitnet_dtype_size(8), 0u);
  EXPECT_EQ(bitnet_dtype_size(BITNET_FLOAT16), 2u);
}

TEST(Sha256, KnownDigests) {
  auto hex = [](const std::string &text) {
    uint8_t hash[32];
    bn_sha256(text.data(), text.size(), hash);
    std::string out;
    for (uint8_t byte : hash) {
      char digits[3];
      snprintf(digits, sizeof(digits), "%02x", byte);
      out += digits;
    }
    return out;
  };
  EXPECT_EQ(hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
