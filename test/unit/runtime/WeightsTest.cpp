// Every way in which a weights file can be wrong is an error, never a crash.
#include "FakeModule.h"

#include "internal.h"

#include <cstring>
#include <gtest/gtest.h>

static int32_t open(const bitnet_module &module,
                    const bitnet_weights_source &source, std::string &message,
                    bool verify = false) {
  bitnet_model_options options = {sizeof(options), verify, nullptr, nullptr};
  bitnet_model *model = nullptr;
  bitnet_error error = {};
  int32_t code = bitnet_model_open(&module, &source, &options, &model, &error);
  EXPECT_EQ(code == BITNET_OK, model != nullptr);
  message = error.message;
  bitnet_model_close(model);
  return code;
}

static int32_t openBytes(const bitnet_module &module, const std::string &bytes,
                         std::string &message, bool verify = false) {
  AlignedBytes aligned(bytes);
  return open(module, {nullptr, 0, aligned.size, aligned.data}, message,
              verify);
}

static bitnet_weights_source
fileSource(const std::string &path, uint64_t offset = 0, uint64_t bytes = 0) {
  return {path.c_str(), offset, bytes, nullptr};
}

TEST(Weights, FromAFile) {
  FakeModel fake;
  TemporaryFile file(fake.weights);
  std::string message;
  EXPECT_EQ(open(fake.module, fileSource(file.path), message, true), BITNET_OK)
      << message;
}

TEST(Weights, InsideAnotherFile) {
  FakeModel fake;
  std::string message;
  for (size_t offset : {64, 4096, 4160, 12288}) {
    TemporaryFile file(std::string(offset, 'x') + fake.weights + "behind");
    EXPECT_EQ(open(fake.module,
                   fileSource(file.path, offset, fake.weights.size()), message,
                   true),
              BITNET_OK)
        << offset << ": " << message;
  }
  TemporaryFile file(fake.weights);
  EXPECT_EQ(open(fake.module, fileSource(file.path, 32), message),
            BITNET_INVALID_ARGUMENT);
  EXPECT_EQ(open(fake.module, fileSource(file.path, 1 << 20), message),
            BITNET_BAD_WEIGHTS);
  EXPECT_EQ(open(fake.module, fileSource(file.path, 0, fake.weights.size() + 1),
                 message),
            BITNET_BAD_WEIGHTS);
}

TEST(Weights, NotAFile) {
  FakeModel fake;
  std::string message;
  EXPECT_EQ(open(fake.module, fileSource("/no/such/file"), message),
            BITNET_IO_ERROR);
  EXPECT_EQ(message, "/no/such/file: cannot open: No such file or directory");
  EXPECT_EQ(open(fake.module, fileSource("/tmp"), message), BITNET_IO_ERROR);
  EXPECT_EQ(message, "/tmp: not a regular file");
  EXPECT_EQ(open(fake.module, {}, message), BITNET_INVALID_ARGUMENT);
}

TEST(Weights, TruncatedAnywhere) {
  FakeModel fake;
  std::string message;
  size_t header = sizeof(bitnet_weights_header);
  for (size_t length = 0; length < fake.weights.size();
       length += length < header + 2 ? 1 : 61) {
    ASSERT_EQ(openBytes(fake.module, fake.weights.substr(0, length), message),
              BITNET_BAD_WEIGHTS)
        << length;
    ASSERT_NE(message.find("truncated"), std::string::npos) << message;
  }
  for (size_t length :
       {size_t(0), header - 1, header, fake.weights.size() - 1}) {
    TemporaryFile file(fake.weights.substr(0, length));
    EXPECT_EQ(open(fake.module, fileSource(file.path), message),
              BITNET_BAD_WEIGHTS)
        << length;
  }
  EXPECT_EQ(openBytes(fake.module, fake.weights, message), BITNET_OK);
}

TEST(Weights, EveryDamagedByteOfTheHeader) {
  FakeModel fake;
  std::string message;
  for (size_t i = 0; i < sizeof(bitnet_weights_header); ++i) {
    std::string bytes = fake.weights;
    bytes[i] = char(bytes[i] ^ 0x10);
    EXPECT_EQ(openBytes(fake.module, bytes, message), BITNET_BAD_WEIGHTS) << i;
  }
}

/// The file with another header, whose hash is right.
template <typename Change>
static std::string withHeader(const FakeModel &fake, Change change) {
  bitnet_weights_header header;
  std::string bytes = fake.weights;
  memcpy(&header, bytes.data(), sizeof(header));
  change(header);
  bn_sha256(&header, offsetof(bitnet_weights_header, header_hash),
            header.header_hash);
  memcpy(&bytes[0], &header, sizeof(header));
  return bytes;
}

TEST(Weights, HeadersThatLie) {
  FakeModel fake;
  std::string message;
  using Header = bitnet_weights_header;
  EXPECT_EQ(
      openBytes(fake.module,
                withHeader(
                    fake, [](Header &h) { h.data_offset = UINT64_MAX - 4095; }),
                message),
      BITNET_BAD_WEIGHTS);
  EXPECT_EQ(
      openBytes(fake.module,
                withHeader(fake, [](Header &h) { h.data_bytes = UINT64_MAX; }),
                message),
      BITNET_BAD_WEIGHTS);
  EXPECT_EQ(openBytes(fake.module,
                      withHeader(fake, [](Header &h) { h.data_offset = 0; }),
                      message),
            BITNET_BAD_WEIGHTS);
  EXPECT_EQ(openBytes(fake.module,
                      withHeader(fake, [](Header &h) { h.data_offset = 4097; }),
                      message),
            BITNET_BAD_WEIGHTS);
  EXPECT_EQ(openBytes(fake.module,
                      withHeader(fake, [](Header &h) { h.data_bytes -= 1; }),
                      message),
            BITNET_BAD_WEIGHTS);
  EXPECT_EQ(message,
            "weights: 127 bytes of data, the code of 'fake' needs 128");
  EXPECT_EQ(openBytes(fake.module,
                      withHeader(fake, [](Header &h) { h.version = 2; }),
                      message),
            BITNET_BAD_WEIGHTS);
  EXPECT_NE(message.find("format version 2"), std::string::npos) << message;
}

TEST(Weights, OfAnotherModel) {
  FakeModel fake;
  bitnet_module other = fake.module;
  makeWeights(other, "other data");
  std::string message;
  EXPECT_EQ(openBytes(other, fake.weights, message), BITNET_BAD_WEIGHTS);
  EXPECT_NE(message.find("weights of another model or compilation"),
            std::string::npos)
      << message;
}

TEST(Weights, VerifyHashesTheData) {
  FakeModel fake;
  std::string bytes = fake.weights, message;
  bytes.back() = char(bytes.back() ^ 1);
  EXPECT_EQ(openBytes(fake.module, bytes, message, false), BITNET_OK);
  EXPECT_EQ(openBytes(fake.module, bytes, message, true), BITNET_BAD_WEIGHTS);
  EXPECT_EQ(message, "weights: damaged: the data does not match its hash");
}
