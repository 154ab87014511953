/// Compiled models written by hand, small enough to know every result.
#ifndef TEST_UNIT_RUNTIME_FAKEMODULE_H
#define TEST_UNIT_RUNTIME_FAKEMODULE_H

#include "bitnet/bitnet.h"

#include <string>
#include <vector>

constexpr int64_t kFakeVocab = 11;

/// What a fake language model has.
struct FakeOptions {
  bool caches = true; ///< two of shape [batch, 2, past, 3]
  int32_t cacheType = BITNET_FLOAT32;
  int32_t pastType = BITNET_FLOAT32; ///< of the graph's past and present
  bool stacked = false; ///< the caches are parts of one past and one present
  bool newOnly = false; ///< presents hold the new entries alone
  bool allRows = false; ///< gives logits of all positions, whatever is asked
  int32_t logitsType = BITNET_FLOAT32;
  int64_t fixedTokens = 0; ///< static seq; 0: dynamic
  bool tokenLocal = true;  ///< says that a text may be run in pieces
  int64_t contextLength = 64;
  bool allocates = false; ///< asks for memory while it runs
  int32_t tokenType = BITNET_INT64;
  bool positionsOfRank1 = false;
  int64_t table = 0; ///< rows of a table that it slices at [past, past + seq)
};

/// A language model whose logits at position p depend on every token up to p
/// and on its place:
///
///     logits[p][v] = sum over j <= p of weight[v] * token[j] * (j + 1)
///
/// in exact small integers. Inputs tokens, mask, positions, past_k, past_v;
/// outputs logits, present_k, present_v. Stacked: past and present.
class FakeModel {
public:
  explicit FakeModel(const FakeOptions &options = {});
  FakeModel(const FakeModel &) = delete;

  bitnet_module module = {};
  std::string weights; ///< a whole weights file

  /// logits[p][v] after `tokens`.
  static float logit(const std::vector<int32_t> &tokens, size_t position,
                     int64_t v);

  /// Opens it with the weights in memory; nullptr and a test failure otherwise.
  bitnet_model *open(const bitnet_allocator *allocator = nullptr);

private:
  std::vector<bitnet_value_desc> inputs, outputs;
  std::vector<bitnet_kv_desc> caches;
  std::vector<std::vector<int64_t>> dims;
  std::vector<char> aligned;
};

/// x [rows, inner] f32, y [inner, 4] f32, flag [] bool -> z [rows, 4] = x * y.
const bitnet_module *fakeProduct();

/// A weights file of `data` that belongs to `module`, which gets its hash.
std::string makeWeights(bitnet_module &module, const std::string &data);

/// The bytes at a 64-byte aligned address.
class AlignedBytes {
public:
  explicit AlignedBytes(const std::string &bytes);
  ~AlignedBytes();
  AlignedBytes(const AlignedBytes &) = delete;
  void *data;
  size_t size;
};

/// A file that is gone at the end of the test.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &bytes);
  ~TemporaryFile();
  std::string path;
};

#endif // TEST_UNIT_RUNTIME_FAKEMODULE_H
