//===- AttentionTest.cpp - attention against f64
//---------------------------===//

#include "transformer/Kernels.h"

#include <limits>

using namespace bitnet::test;

namespace {
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLowest = std::numeric_limits<float>::lowest();

struct Shape {
  int64_t batch = 1, heads = 4, kvHeads = 2, depth = 32, width = 32;
  double softcap = 0; ///< 0: none
};

struct Mask {
  std::string type; ///< memref type; empty: no mask
  std::vector<int64_t> dims;
  std::vector<float> values;  ///< as floats; true is 1 for i1
  std::vector<uint8_t> bytes; ///< of i1

  /// What it adds to a score; -infinity where an i1 is false.
  double at(std::vector<int64_t> position) const {
    if (type.empty())
      return 0;
    int64_t offset = 0;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      int64_t index = position[axis + 4 - dims.size()];
      offset = offset * dims[axis] + (dims[axis] == 1 ? 0 : index);
    }
    if (!bytes.empty())
      return bytes[offset] ? 0 : -kInfinity;
    return values[offset];
  }
  void *data() {
    return bytes.empty() ? static_cast<void *>(values.data()) : bytes.data();
  }
};

std::string attentionModule(const Shape &s, const Mask &mask, bool causal,
                            bool cached, const std::string &cacheElement,
                            bool tokenMajor = false) {
  auto type = [&](int64_t heads, int64_t size, const std::string &kind,
                  const std::string &element) {
    std::string axis = std::to_string(heads);
    bool swap = tokenMajor && kind == "memref";
    return kind + (swap ? "<?x?x" + axis : "<?x" + axis + "x?") + "x" +
           std::to_string(size) + "x" + element + ">";
  };
  std::string q = type(s.heads, s.depth, "memref", "f32");
  std::string k = type(s.kvHeads, s.depth, "memref", "f32");
  std::string v = type(s.kvHeads, s.width, "memref", "f32");
  std::string out = type(s.heads, s.width, "memref", "f32");
  std::string symbols;
  if (cached)
    symbols =
        "rt.kv_cache @k : " + type(s.kvHeads, s.depth, "tensor", cacheElement) +
        " inputs [3] outputs [1]\nrt.kv_cache @v : " +
        type(s.kvHeads, s.width, "tensor", cacheElement) +
        " inputs [4] outputs [2]\n";
  bool masked = !mask.type.empty();
  return kernelModule(
      {q, k, v, out, masked ? mask.type : "memref<?xf32>"},
      std::string("  transformer.attention %a0, %a1, %a2") +
          (masked ? " mask(%a4)" : "") +
          " outs(%a3) exec %exec {scale = 0.25 : f32" +
          (s.softcap > 0 ? ", softcap = " + std::to_string(s.softcap) + " : f32"
                         : "") +
          (causal ? ", causal" : "") + (tokenMajor ? ", token_major" : "") +
          (cached ? ", key_cache = @k, value_cache = @v" : "") + "} : (" + q +
          ", " + k + ", " + v + (masked ? " mask(" + mask.type + ")" : "") +
          " outs(" + out + "))",
      symbols);
}

/// Attention of `rows` queries, the last of `total` positions.
std::vector<double> reference(const Shape &s, const Mask &mask, bool causal,
                              int64_t rows, int64_t total,
                              const std::vector<float> &q,
                              const std::vector<float> &k,
                              const std::vector<float> &v) {
  std::vector<double> out;
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t h = 0; h < s.heads; ++h)
      for (int64_t i = 0; i < rows; ++i) {
        int64_t kv = b * s.kvHeads + h / (s.heads / s.kvHeads);
        const float *query = &q[((b * s.heads + h) * rows + i) * s.depth];
        std::vector<double> scores;
        double maximum = -kInfinity;
        for (int64_t j = 0; j < total; ++j) {
          double dot = 0;
          for (int64_t d = 0; d < s.depth; ++d)
            dot += double(query[d]) * k[(kv * total + j) * s.depth + d];
          double score = dot * 0.25;
          if (s.softcap > 0)
            score = s.softcap * std::tanh(score / s.softcap);
          score += mask.at({b, h, i, j});
          if (causal && j > i + total - rows)
            score = -kInfinity;
          scores.push_back(score);
          maximum = std::max(maximum, score);
        }
        double sum = 0;
        for (double &score : scores) {
          score = maximum == -kInfinity ? 0 : std::exp(score - maximum);
          sum += score;
        }
        for (int64_t d = 0; d < s.width; ++d) {
          double value = 0;
          for (int64_t j = 0; j < total; ++j)
            value += scores[j] * v[(kv * total + j) * s.width + d];
          out.push_back(sum == 0 ? 0 : value / sum);
        }
      }
  return out;
}

/// All rows at once, without caches.
void checkPlain(const Shape &s, Mask mask, bool causal, int64_t rows,
                int64_t total, std::vector<float> *result = nullptr) {
  std::vector<float> q = randomFloats(s.batch * s.heads * rows * s.depth, 41);
  std::vector<float> k =
      randomFloats(s.batch * s.kvHeads * total * s.depth, 42);
  std::vector<float> v =
      randomFloats(s.batch * s.kvHeads * total * s.width, 43);
  std::vector<float> first;
  for (const Variant &variant : variants()) {
    auto module = compileKernels(attentionModule(s, mask, causal, false, ""),
                                 variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      std::vector<float> out(s.batch * s.heads * rows * s.width, 77);
      JitState state;
      state.part = part;
      module->run({{q.data(), {s.batch, s.heads, rows, s.depth}},
                   {k.data(), {s.batch, s.kvHeads, total, s.depth}},
                   {v.data(), {s.batch, s.kvHeads, total, s.width}},
                   {out.data(), {s.batch, s.heads, rows, s.width}},
                   {mask.data(), mask.dims}},
                  state);
      if (first.empty())
        first = out;
      expectSameBits(out, first, "attention");
    }
  }
  expectNear(first, reference(s, mask, causal, rows, total, q, k, v), 3e-6);
  if (result)
    *result = first;
}

TEST(Attention, Plain) {
  for (int64_t total : {1, 2, 15, 16, 17, 32, 33, 70})
    checkPlain({}, {}, false, 3, total);
}
TEST(Attention, Causal) {
  for (int64_t total : {1, 15, 16, 17, 40})
    checkPlain({}, {}, true, std::min<int64_t>(total, 5), total);
  checkPlain({}, {}, true, 40, 40);
}
/// Queries before the first key see nothing.
TEST(Attention, MoreRowsThanKeys) { checkPlain({}, {}, true, 6, 2); }
TEST(Attention, Empty) {
  checkPlain({}, {}, false, 0, 0);
  checkPlain({}, {}, false, 3, 0);
  checkPlain({}, {}, true, 0, 5);
  checkPlain({0, 4, 2, 32, 32}, {}, true, 2, 5);
}
TEST(Attention, Groups) {
  for (int64_t kvHeads : {1, 2, 3, 6})
    checkPlain({2, 6, kvHeads, 16, 16}, {}, true, 4, 20);
}
/// Tiles of one row and more slots than fit one, and the rest of a tile.
TEST(Attention, ManyRows) {
  checkPlain({1, 20, 1, 16, 16}, {}, true, 9, 140);
  checkPlain({1, 3, 1, 16, 16}, {}, true, 17, 140);
  checkPlain({1, 4, 4, 16, 16}, {}, false, 35, 129);
}
TEST(Attention, HeadSizes) {
  for (int64_t size : {1, 15, 17, 36, 64, 80, 128, 272})
    checkPlain({1, 2, 1, size, size}, {}, true, 3, 19);
  checkPlain({1, 4, 2, 36, 20}, {}, false, 3, 19);
  checkPlain({1, 4, 2, 20, 100}, {}, false, 3, 19);
}

/// Scores within a cap, which the mask is added to.
TEST(Attention, Softcap) {
  Shape s = {2, 4, 2, 32, 16, 0.75};
  checkPlain(s, {}, true, 5, 37);
  Mask mask = {"memref<?x?xf32>", {5, 37}, randomFloats(5 * 37, 51), {}};
  for (size_t i = 0; i < mask.values.size(); i += 3)
    mask.values[i] = kLowest;
  checkPlain(s, mask, false, 5, 37);
}

/// An additive mask of `dims` over `total` keys, some of them masked.
Mask additive(const std::string &type, std::vector<int64_t> dims, float low) {
  Mask mask = {type, dims, {}, {}};
  int64_t count = 1;
  for (int64_t size : dims)
    count *= size;
  mask.values = randomFloats(count, 51);
  for (int64_t i = 0; i < count; ++i)
    if (i % 3 == 1)
      mask.values[i] = low;
  return mask;
}

TEST(Attention, AdditiveMasks) {
  for (float low : {-kInfinity, kLowest, -1e4f}) {
    checkPlain({2, 4, 2, 16, 16},
               additive("memref<?x1x?x?xf32>", {2, 1, 3, 37}, low), false, 3,
               37);
    checkPlain({2, 4, 2, 16, 16},
               additive("memref<?x?x?x?xf32>", {1, 4, 1, 37}, low), true, 3,
               37);
    checkPlain({2, 4, 2, 16, 16}, additive("memref<?x?xf32>", {3, 37}, low),
               false, 3, 37);
    checkPlain({2, 4, 2, 16, 16}, additive("memref<37xf32>", {37}, low), false,
               3, 37);
  }
}
/// One mask value for all keys, known when compiling or only when running.
TEST(Attention, MaskOfOneColumn) {
  checkPlain({1, 4, 2, 16, 16}, additive("memref<?x1xf32>", {3, 1}, -2), false,
             3, 21);
  checkPlain({1, 4, 2, 16, 16}, additive("memref<?x?xf32>", {3, 1}, -2), false,
             3, 21);
}
TEST(Attention, BoolMask) {
  for (int64_t total : {5, 16, 37}) {
    Mask mask = {"memref<?x1x?x?xi1>", {2, 1, 3, total}, {}, {}};
    for (int64_t i = 0; i < 6 * total; ++i)
      mask.bytes.push_back(i % 5 != 2);
    checkPlain({2, 4, 2, 16, 16}, mask, false, 3, total);
  }
  Mask single = {"memref<?x?xi1>", {3, 1}, {}, {1, 0, 1}};
  checkPlain({1, 4, 2, 16, 16}, single, false, 3, 21);
}
TEST(Attention, RowsWithoutKeysGiveZeros) {
  Mask mask = {
      "memref<?x?xf32>", {2, 20}, std::vector<float>(40, -kInfinity), {}};
  std::fill(mask.values.begin() + 20, mask.values.end(), 0.5f);
  std::vector<float> out;
  checkPlain({1, 2, 1, 16, 16}, mask, false, 2, 20, &out);
  for (int d = 0; d < 16; ++d) {
    EXPECT_EQ(out[d], 0);
    EXPECT_EQ(out[32 + d], 0);
  }
}

/// Rows that a large negative mask leaves no key weigh all keys alike, as in
/// ONNX, in the same tile as rows whose masked keys are skipped.
TEST(Attention, RowsWhoseKeysAreAllFilled) {
  Mask mask = {
      "memref<?x?xf32>", {40, 300}, std::vector<float>(40 * 300, kLowest), {}};
  for (int64_t row = 0; row < 40; ++row)
    for (int64_t key = 150 + row; row % 7 != 3 && key < 190 + 2 * row; ++key)
      mask.values[row * 300 + key] = 0.25f;
  checkPlain({1, 4, 2, 16, 16}, mask, false, 40, 300);
}
/// Skipping a block of keys must not skip a NaN of the mask.
TEST(Attention, NaNOfAMaskReachesItsRow) {
  Mask mask = {"memref<?x?xf32>", {8, 300}, std::vector<float>(2400), {}};
  std::fill(mask.values.begin(), mask.values.end(), kLowest);
  for (int64_t row = 0; row < 8; ++row)
    mask.values[row * 300] = 0;
  mask.values[5 * 300 + 290] = std::numeric_limits<float>::quiet_NaN();
  auto module = compileKernels(
      attentionModule({1, 1, 1, 16, 16}, mask, false, false, ""));
  ASSERT_TRUE(module);
  std::vector<float> q = randomFloats(8 * 16, 41);
  std::vector<float> k = randomFloats(300 * 16, 42), out(8 * 16);
  module->run({{q.data(), {1, 1, 8, 16}},
               {k.data(), {1, 1, 300, 16}},
               {k.data(), {1, 1, 300, 16}},
               {out.data(), {1, 1, 8, 16}},
               {mask.data(), mask.dims}});
  for (int64_t i = 0; i < 8 * 16; ++i)
    EXPECT_EQ(std::isnan(out[i]), i / 16 == 5) << i;
}

/// [B, H, S, D] as [B, S, H, D].
std::vector<float> swapMiddle(const std::vector<float> &x, int64_t batch,
                              int64_t heads, int64_t length, int64_t size) {
  std::vector<float> out(x.size());
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t s = 0; s < length; ++s)
        std::copy_n(&x[((b * heads + h) * length + s) * size], size,
                    &out[((b * length + s) * heads + h) * size]);
  return out;
}
/// The same bits whichever way operands and result lie.
TEST(Attention, TokenMajor) {
  Shape s = {2, 6, 2, 20, 36};
  int64_t rows = 9, total = 140;
  std::vector<float> want;
  checkPlain(s, {}, true, rows, total, &want);
  auto q = swapMiddle(randomFloats(2 * 6 * rows * 20, 41), 2, 6, rows, 20);
  auto k = swapMiddle(randomFloats(2 * 2 * total * 20, 42), 2, 2, total, 20);
  auto v = swapMiddle(randomFloats(2 * 2 * total * 36, 43), 2, 2, total, 36);
  auto module = compileKernels(attentionModule(s, {}, true, false, "", true));
  ASSERT_TRUE(module);
  std::vector<float> out(want.size());
  module->run({{q.data(), {2, rows, 6, 20}},
               {k.data(), {2, total, 2, 20}},
               {v.data(), {2, total, 2, 36}},
               {out.data(), {2, rows, 6, 36}},
               {nullptr, {0}}});
  expectSameBits(swapMiddle(out, 2, rows, 6, 36), want, "token major");
}

/// One head and key: the value itself, whatever the score.
TEST(Attention, LargeScores) {
  Shape s = {1, 1, 1, 16, 16};
  std::vector<float> q(16, 1e15f), k(48, 1e15f), v = randomFloats(48, 61);
  for (int d = 0; d < 16; ++d)
    k[16 + d] = 1e10f; // Far below the others.
  auto module = compileKernels(attentionModule(s, {}, false, false, ""));
  ASSERT_TRUE(module);
  std::vector<float> out(16);
  module->run({{q.data(), {1, 1, 1, 16}},
               {k.data(), {1, 1, 3, 16}},
               {v.data(), {1, 1, 3, 16}},
               {out.data(), {1, 1, 1, 16}},
               {nullptr, {0}}});
  for (int d = 0; d < 16; ++d)
    EXPECT_FLOAT_EQ(out[d], (v[d] + v[32 + d]) / 2);
}

//===- with caches
//---------------------------------------------------------===//

/// [batch, heads, length, size] rows [begin, end) of axis 2.
std::vector<float> cut(const std::vector<float> &x, int64_t outer,
                       int64_t length, int64_t size, int64_t begin,
                       int64_t end) {
  std::vector<float> out;
  for (int64_t i = 0; i < outer; ++i)
    out.insert(out.end(), x.begin() + (i * length + begin) * size,
               x.begin() + (i * length + end) * size);
  return out;
}

/// Runs `total` tokens in chunks; gives the results as [B, Hq, total, Dv].
std::vector<float> runChunks(JitModule &module, const Shape &s, int64_t total,
                             int64_t capacity,
                             const std::vector<int64_t> &chunks, bool masked,
                             float low, int64_t part, size_t cacheBytes,
                             std::vector<uint8_t> *keyCache) {
  std::vector<float> q = randomFloats(s.batch * s.heads * total * s.depth, 71);
  std::vector<float> k =
      randomFloats(s.batch * s.kvHeads * total * s.depth, 72);
  std::vector<float> v =
      randomFloats(s.batch * s.kvHeads * total * s.width, 73);
  // NaN everywhere: nothing behind the end may be used.
  auto entryBytes = [&](int64_t size) {
    return size * cacheBytes + (cacheBytes == 1 ? BITNET_KV_SCALE_BYTES : 0);
  };
  std::vector<uint8_t> keys(
      s.batch * s.kvHeads * capacity * entryBytes(s.depth), 0xff);
  std::vector<uint8_t> values(
      s.batch * s.kvHeads * capacity * entryBytes(s.width), 0xff);
  std::vector<float> result(s.batch * s.heads * total * s.width);
  int64_t past = 0;
  for (int64_t chunk : chunks) {
    int64_t end = past + chunk;
    auto qc = cut(q, s.batch * s.heads, total, s.depth, past, end);
    auto kc = cut(k, s.batch * s.kvHeads, total, s.depth, past, end);
    auto vc = cut(v, s.batch * s.kvHeads, total, s.width, past, end);
    std::vector<float> out(s.batch * s.heads * chunk * s.width);
    std::vector<float> mask;
    for (int64_t i = past; i < end && masked; ++i)
      for (int64_t j = 0; j < end; ++j)
        mask.push_back(j <= i ? 0 : low);
    JitState state;
    state.kv = {keys.data(), values.data()};
    state.kvCapacity = capacity;
    state.kvBatch = s.batch;
    state.pastLength = past;
    state.part = part;
    module.run({{qc.data(), {s.batch, s.heads, chunk, s.depth}},
                {kc.data(), {s.batch, s.kvHeads, chunk, s.depth}},
                {vc.data(), {s.batch, s.kvHeads, chunk, s.width}},
                {out.data(), {s.batch, s.heads, chunk, s.width}},
                {mask.data(), {1, 1, chunk, end}}},
               state);
    for (int64_t i = 0; i < s.batch * s.heads; ++i)
      std::copy(out.begin() + i * chunk * s.width,
                out.begin() + (i + 1) * chunk * s.width,
                result.begin() + (i * total + past) * s.width);
    past = end;
  }
  if (keyCache)
    *keyCache = keys;
  return result;
}

/// Token by token, at once and in uneven chunks: the same bits.
/// Within `tolerance` of attention over the numbers before they were rounded to
/// the cache's type.
void checkChunks(const Shape &s, int64_t total, bool masked, float low,
                 const std::string &element, double tolerance = 3e-6) {
  Mask mask;
  if (masked)
    mask.type = "memref<1x1x?x?xf32>";
  size_t bytes = element == "i8" ? 1 : element == "f16" ? 2 : 4;
  std::vector<float> first;
  std::vector<int64_t> single(total, 1), uneven = {1, total / 2, 3};
  uneven.push_back(total - 4 - total / 2);
  for (const Variant &variant : variants()) {
    auto module =
        compileKernels(attentionModule(s, mask, !masked, true, element),
                       variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (const auto &chunks : {std::vector<int64_t>{total}, single, uneven})
      for (int64_t part : {0, 1}) {
        auto out = runChunks(*module, s, total, total + 7, chunks, masked, low,
                             part, bytes, nullptr);
        if (first.empty())
          first = out;
        expectSameBits(out, first, "chunks");
      }
  }
  auto q = randomFloats(s.batch * s.heads * total * s.depth, 71);
  auto k = randomFloats(s.batch * s.kvHeads * total * s.depth, 72);
  auto v = randomFloats(s.batch * s.kvHeads * total * s.width, 73);
  expectNear(first, reference(s, {}, true, total, total, q, k, v), tolerance);
}

TEST(AttentionCache, CausalChunks) {
  checkChunks({}, 45, false, 0, "f32");
  checkChunks({2, 6, 2, 36, 20}, 21, false, 0, "f32");
}
TEST(AttentionCache, MaskedChunks) {
  checkChunks({}, 45, true, kLowest, "f32");
  checkChunks({}, 45, true, -kInfinity, "f32");
}
TEST(AttentionCache, HalfPrecision) {
  checkChunks({}, 45, false, 0, "f16", 1e-3);
  checkChunks({1, 6, 2, 36, 20}, 150, false, 0, "f16", 1e-3);
}
TEST(AttentionCache, EightBits) {
  checkChunks({}, 45, false, 0, "i8", 1.5e-2);
  checkChunks({1, 6, 2, 36, 20}, 150, false, 0, "i8", 1.5e-2);
  checkChunks({2, 1, 1, 17, 15}, 140, true, kLowest, "i8", 1.5e-2);
}

/// One entry in a cache of `element`, as bytes.
std::vector<uint8_t> appended(std::vector<float> entry,
                              const std::string &element, size_t bytes) {
  int64_t size = entry.size();
  Shape s = {1, 1, 1, size, size};
  std::vector<uint8_t> first;
  for (const Variant &variant : variants()) {
    auto module = compileKernels(attentionModule(s, {}, true, true, element),
                                 variant.vectorBits, variant.target);
    EXPECT_TRUE(module);
    std::vector<uint8_t> keys(bytes), values(bytes);
    std::vector<float> out(size);
    JitState state;
    state.kv = {keys.data(), values.data()};
    state.kvCapacity = 1;
    module->run({{entry.data(), {1, 1, 1, size}},
                 {entry.data(), {1, 1, 1, size}},
                 {entry.data(), {1, 1, 1, size}},
                 {out.data(), {1, 1, 1, size}},
                 {nullptr, {0}}},
                state);
    EXPECT_EQ(keys, values);
    if (first.empty())
      first = keys;
    EXPECT_EQ(keys, first);
  }
  return first;
}

/// The exact bytes of 8-bit entries.
TEST(AttentionCache, EightBitEntries) {
  auto check = [](std::vector<float> entry) {
    auto got = appended(entry, "i8", entry.size() + BITNET_KV_SCALE_BYTES);
    float largest = 0;
    for (float x : entry)
      largest = std::max(largest, std::abs(x));
    bool tiny = largest < 0x1p-120f;
    float scale = tiny ? 0 : largest / 127, stored;
    std::memcpy(&stored, &got[entry.size()], 4);
    EXPECT_EQ(stored, scale);
    for (size_t i = 0; i < entry.size(); ++i) {
      float product = tiny ? 0 : entry[i] * (127 / largest);
      EXPECT_EQ(int8_t(got[i]), int(std::nearbyint(product))) << entry[i];
    }
  };
  for (size_t size : {1, 15, 16, 33})
    check(randomFloats(size, 81));
  check({127, 0.5f, 1.5f, -0.5f, -2.5f, 126.5f, -126.5f, -127, 0, 64});
  check(std::vector<float>(20, 0));
  check(std::vector<float>(20, 1e-40f));
  check(std::vector<float>(20, -3e38f));
}
/// An entry that is no number stays none.
TEST(AttentionCache, EightBitEntriesOfNaN) {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
    std::vector<float> entry(20, 1);
    entry[17] = bad;
    auto got = appended(entry, "i8", 20 + BITNET_KV_SCALE_BYTES);
    float scale;
    std::memcpy(&scale, &got[20], 4);
    EXPECT_FALSE(std::isfinite(scale));
    EXPECT_TRUE(std::isnan(int8_t(got[17]) * scale));
  }
}
/// Numbers beyond f16 become its largest, halves round to even.
TEST(AttentionCache, HalfEntries) {
  auto got = appended({1e6f, -1e6f, 65519, 1 + 0x1p-11f, 1 + 0x3p-11f, 0.1f},
                      "f16", 12);
  std::vector<uint16_t> codes(6);
  std::memcpy(codes.data(), got.data(), 12);
  EXPECT_EQ(codes, (std::vector<uint16_t>{0x7bff, 0xfbff, 0x7bff, 0x3c00,
                                          0x3c02, 0x2e66}));
}
/// Several blocks of keys: one token has them split between threads, a prompt
/// does not.
TEST(AttentionCache, ManyBlocks) {
  checkChunks({1, 4, 1, 16, 36}, 300, false, 0, "f32");
  checkChunks({1, 2, 2, 16, 16}, 270, true, kLowest, "f32");
  checkChunks({1, 3, 1, 20, 16}, 257, true, -kInfinity, "f32");
}

/// Only the entries of the step are written.
TEST(AttentionCache, AppendsInPlace) {
  Shape s = {2, 4, 2, 16, 16};
  auto module = compileKernels(attentionModule(s, {}, true, true, "f32"));
  ASSERT_TRUE(module);
  std::vector<uint8_t> cache;
  runChunks(*module, s, 6, 9, {4, 2}, false, 0, 0, 4, &cache);
  auto k = randomFloats(2 * 2 * 6 * 16, 72);
  for (int64_t head = 0; head < 4; ++head)
    for (int64_t i = 0; i < 9 * 16; ++i) {
      float got;
      std::memcpy(&got, &cache[(head * 9 * 16 + i) * 4], 4);
      if (i < 6 * 16)
        EXPECT_EQ(got, k[head * 6 * 16 + i]);
      else
        EXPECT_TRUE(std::isnan(got));
    }
}
} // namespace
