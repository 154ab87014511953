#include "FakeModule.h"

#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <unistd.h>

bitnet_model *FakeModel::open(const bitnet_allocator *allocator) {
  auto *start = reinterpret_cast<char *>(
      (reinterpret_cast<uintptr_t>(aligned.data()) + 63) / 64 * 64);
  memcpy(start, weights.data(), weights.size());
  bitnet_weights_source source = {};
  source.memory = start;
  source.bytes = weights.size();
  bitnet_model_options options = {sizeof(options), 1, allocator, nullptr};
  bitnet_model *model = nullptr;
  bitnet_error error;
  EXPECT_EQ(bitnet_model_open(&module, &source, &options, &model, &error),
            BITNET_OK)
      << error.message;
  return model;
}

AlignedBytes::AlignedBytes(const std::string &bytes)
    : data(nullptr), size(bytes.size()) {
  if (posix_memalign(&data, 64, size + 1))
    abort();
  memcpy(data, bytes.data(), size);
}

AlignedBytes::~AlignedBytes() { free(data); }

TemporaryFile::TemporaryFile(const std::string &bytes) {
  char name[] = "/tmp/bitnet-test-XXXXXX";
  int file = mkstemp(name);
  EXPECT_GE(file, 0);
  EXPECT_EQ(write(file, bytes.data(), bytes.size()), ssize_t(bytes.size()));
  close(file);
  path = name;
}

TemporaryFile::~TemporaryFile() { unlink(path.c_str()); }
