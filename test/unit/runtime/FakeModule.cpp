#include "FakeModule.h"

#include "internal.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace {
constexpr int64_t kHeads = 2, kHeadDim = 3;
constexpr int kBatch = 0, kSeq = 1, kTotal = 2, kPast = 3;
const char *const kSymbols[] = {"batch", "seq",   "total",     "past",
                                "rows",  "inner", "past + seq"};

int64_t symbol(int index) { return -(1 + int64_t(index)); }

/// Places of the inputs and outputs.
struct Layout {
  int tokens, mask, positions, logits;
};
const Layout kLayout = {0, 1, 2, 0};

struct Task {
  bitnet_exec *exec;
  const FakeOptions *options;
  float *out;
  int64_t batch, seq, rows;
};

int64_t tokenAt(const FakeOptions &o, const void *data, int64_t i) {
  return o.tokenType == BITNET_INT64 ? static_cast<const int64_t *>(data)[i]
                                     : static_cast<const int32_t *>(data)[i];
}

float readCache(const FakeOptions &o, const void *memory, int64_t i) {
  float value;
  bn_convert(BITNET_FLOAT32, &value, o.cacheType,
             static_cast<const char *>(memory) +
                 i * bitnet_dtype_size(o.cacheType),
             1);
  return value;
}

void writeCache(const FakeOptions &o, void *memory, int64_t i, float value) {
  bn_convert(o.cacheType,
             static_cast<char *>(memory) + i * bitnet_dtype_size(o.cacheType),
             BITNET_FLOAT32, &value, 1);
}

/// Rows [begin, end) of batch * rows.
void computeRows(void *args, int64_t begin, int64_t end) {
  Task &task = *static_cast<Task *>(args);
  bitnet_exec *exec = task.exec;
  const float *weights = reinterpret_cast<const float *>(exec->weights);
  int64_t past = task.options->caches ? exec->past_length : 0;
  for (int64_t row = begin; row < end; ++row) {
    int64_t b = row / task.rows,
            position = past + task.seq - task.rows + row % task.rows;
    for (int64_t v = 0; v < kFakeVocab; ++v) {
      float sum = 0;
      for (int64_t j = 0; j <= position; ++j) {
        float token;
        if (task.options->caches) {
          // Head 1, last element, so that wrong strides show.
          int64_t at =
              ((b * kHeads + 1) * exec->kv_capacity + j) * kHeadDim + 2;
          token = readCache(*task.options, exec->kv[0], at) +
                  readCache(*task.options, exec->kv[1], at);
        } else {
          token =
              float(tokenAt(*task.options, exec->inputs[kLayout.tokens].data,
                            b * task.seq + j));
        }
        sum += weights[v] * token * float(j + 1);
      }
      task.out[row * kFakeVocab + v] = sum;
    }
  }
}

template <typename T>
T align(T value) {
  return (value + 63) / 64 * 64;
}
} // namespace

/// run() sees nothing but the exec: the data section holds a pointer to the
/// options.
static const FakeOptions &optionsOf(const bitnet_exec *exec) {
  const FakeOptions *options;
  memcpy(&options, exec->weights + 64, sizeof(options));
  return *options;
}

static int64_t rowsOf(const bitnet_exec *exec) {
  int64_t seq = exec->inputs[kLayout.tokens].dims[1];
  return exec->logit_rows && !optionsOf(exec).allRows
             ? std::clamp<int64_t>(exec->logit_rows, 0, seq)
             : seq;
}

static int64_t languageArena(const bitnet_exec *exec) {
  int64_t batch = exec->inputs[kLayout.tokens].dims[0];
  int64_t table = optionsOf(exec).table, past = exec->past_length,
          seq = exec->inputs[kLayout.tokens].dims[1];
  int64_t slice = std::min(past + seq, table) - std::min(past, table);
  return align(batch * rowsOf(exec) * kFakeVocab * int64_t(sizeof(float))) * 2 +
         slice * 64;
}

/// Two slots grow in turns: each keeps what it holds. False: out of memory.
static bool growSlots(bitnet_exec *exec) {
  const int64_t sizes[] = {10, 200, 5000, 50};
  for (int round = 0; round < 4; ++round)
    for (int64_t slot : {0, 1}) {
      auto *memory =
          static_cast<char *>(exec->allocate(exec, sizes[round], slot));
      if (!memory)
        return false;
      int64_t held = round == 0 ? 0 : std::min(sizes[round - 1], sizes[round]);
      for (int64_t i = 0; i < held; ++i)
        if (memory[i] != char(slot + 1))
          abort();
      memset(memory, int(slot + 1), sizes[round]);
    }
  return true;
}

static int32_t languageRun(bitnet_exec *exec) {
  const FakeOptions &o = optionsOf(exec);
  const bitnet_buffer &tokens = exec->inputs[kLayout.tokens],
                      &mask = exec->inputs[kLayout.mask],
                      &positions = exec->inputs[kLayout.positions];
  int64_t batch = tokens.dims[0], seq = tokens.dims[1],
          past = o.caches ? exec->past_length : 0;
  if (mask.dims[0] != batch || mask.dims[1] != past + seq)
    return BITNET_RUN_BAD_SHAPE;
  for (int64_t i = 0; i < batch * (past + seq); ++i)
    if (static_cast<const int64_t *>(mask.data)[i] != 1)
      return BITNET_RUN_BAD_INDEX;
  int64_t lines = o.positionsOfRank1 ? 1 : batch;
  for (int64_t i = 0; i < lines * seq; ++i)
    if (static_cast<const int64_t *>(positions.data)[i] != past + i % seq)
      return BITNET_RUN_BAD_INDEX;
  if (o.allocates) {
    for (int i = 0; i < 2; ++i) {
      auto *memory = static_cast<char *>(exec->allocate(exec, 100, -1));
      if (!memory)
        return BITNET_RUN_OUT_OF_MEMORY;
      if (reinterpret_cast<uintptr_t>(memory) % 64)
        abort();
      memset(memory, 0x55, 100);
    }
    if (!growSlots(exec))
      return BITNET_RUN_OUT_OF_MEMORY;
  }
  // Each cache holds half of the token in every element; the sum is exact.
  for (int64_t b = 0; o.caches && b < batch; ++b)
    for (int64_t h = 0; h < kHeads; ++h)
      for (int64_t i = 0; i < seq; ++i)
        for (int64_t d = 0; d < kHeadDim; ++d)
          for (int k = 0; k < 2; ++k)
            writeCache(o, exec->kv[k],
                       ((b * kHeads + h) * exec->kv_capacity + past + i) *
                               kHeadDim +
                           d,
                       float(tokenAt(o, tokens.data, b * seq + i)) / 2);
  Task task = {exec,  &o,  reinterpret_cast<float *>(exec->arena),
               batch, seq, rowsOf(exec)};
  exec->parallel(exec, computeRows, &task, batch * task.rows, 1);
  int64_t count = batch * task.rows * kFakeVocab;
  void *out = task.out;
  if (o.logitsType != BITNET_FLOAT32) {
    out = exec->arena + align(count * int64_t(sizeof(float)));
    bn_convert(o.logitsType, out, BITNET_FLOAT32, task.out, count);
  }
  exec->outputs[kLayout.logits] = {out, {batch, task.rows, kFakeVocab}};
  return BITNET_RUN_OK;
}

float FakeModel::logit(const std::vector<int32_t> &tokens, size_t position,
                       int64_t v) {
  float sum = 0;
  for (size_t j = 0; j <= position; ++j)
    sum += float(v + 1) * float(tokens[j]) * float(j + 1);
  return sum;
}

FakeModel::FakeModel(const FakeOptions &o) {
  auto shape = [&](std::vector<int64_t> s) {
    dims.push_back(std::move(s));
    return dims.back().data();
  };
  dims.reserve(16);
  int64_t seq = o.fixedTokens ? o.fixedTokens : symbol(kSeq);
  inputs = {{"tokens", o.tokenType, BITNET_ROLE_TOKENS, -1, 2,
             shape({symbol(kBatch), seq})},
            {"mask", BITNET_INT64, BITNET_ROLE_ATTENTION_MASK, -1, 2,
             shape({symbol(kBatch), symbol(kTotal)})}};
  if (o.positionsOfRank1)
    inputs.push_back({"positions", BITNET_INT64, BITNET_ROLE_POSITIONS, -1, 1,
                      shape({seq})});
  else
    inputs.push_back({"positions", BITNET_INT64, BITNET_ROLE_POSITIONS, -1, 2,
                      shape({symbol(kBatch), seq})});
  outputs = {{"logits", o.logitsType, BITNET_ROLE_LOGITS, -1, 3,
              shape({symbol(kBatch), seq, kFakeVocab})}};
  if (o.stacked) {
    inputs.push_back(
        {"past", o.pastType, BITNET_ROLE_KV, 1, 5,
         shape({2, symbol(kBatch), kHeads, symbol(kPast), kHeadDim})});
    outputs.push_back(
        {"present", o.pastType, BITNET_ROLE_KV, 1, 5,
         shape({2, symbol(kBatch), kHeads, symbol(6), kHeadDim})});
    for (int i = 0; i < 2; ++i)
      caches.push_back(
          {3, 1, o.cacheType, 0, kHeads, kHeadDim, i, i, o.newOnly});
  } else if (o.caches)
    for (int i = 0; i < 2; ++i) {
      inputs.push_back(
          {i ? "past_v" : "past_k", o.pastType, BITNET_ROLE_KV, i, 4,
           shape({symbol(kBatch), kHeads, symbol(kPast), kHeadDim})});
      outputs.push_back({i ? "present_v" : "present_k", o.pastType,
                         BITNET_ROLE_KV, i, 4,
                         shape({symbol(kBatch), kHeads, symbol(6), kHeadDim})});
      caches.push_back(
          {3 + i, 1 + i, o.cacheType, 0, kHeads, kHeadDim, 0, 0, o.newOnly});
    }
  module.abi = BITNET_MODULE_ABI;
  module.target_name = "fake";
  module.name = "fake";
  module.target = "any machine";
  module.inputs = inputs.data();
  module.outputs = outputs.data();
  module.kv = caches.data();
  module.symbols = kSymbols;
  module.num_inputs = int32_t(inputs.size());
  module.num_outputs = int32_t(outputs.size());
  module.num_kv = int32_t(caches.size());
  module.num_symbols = 7;
  module.context_length = o.contextLength;
  module.vocab_size = kFakeVocab;
  module.token_local = o.tokenLocal;
  module.appended_axis = 1;
  module.arena_bytes = languageArena;
  module.run = languageRun;
  std::string data(128, 0);
  for (int64_t v = 0; v < kFakeVocab; ++v) {
    float weight = float(v + 1);
    memcpy(&data[v * 4], &weight, 4);
  }
  auto *copy = new FakeOptions(o); // lives as long as the tests
  static std::vector<std::unique_ptr<FakeOptions>> kept;
  kept.emplace_back(copy);
  memcpy(&data[64], &copy, sizeof(copy));
  weights = makeWeights(module, data);
  aligned.resize(weights.size() + 64);
}

static int64_t productArena(const bitnet_exec *exec) {
  int64_t bytes;
  return bn_multiply(exec->inputs[0].dims[0], 16, &bytes) ? bytes : -1;
}

static int32_t productRun(bitnet_exec *exec) {
  const bitnet_buffer &x = exec->inputs[0], &y = exec->inputs[1];
  auto *z = reinterpret_cast<float *>(exec->arena);
  for (int64_t i = 0; i < x.dims[0]; ++i)
    for (int64_t j = 0; j < 4; ++j) {
      float sum = 0;
      for (int64_t k = 0; k < x.dims[1]; ++k)
        sum += static_cast<const float *>(x.data)[i * x.dims[1] + k] *
               static_cast<const float *>(y.data)[k * 4 + j];
      z[i * 4 + j] = sum;
    }
  exec->outputs[0] = {z, {x.dims[0], 4}};
  return BITNET_RUN_OK;
}

const bitnet_module *fakeProduct() {
  static const int64_t x[] = {symbol(4), symbol(5)}, y[] = {symbol(5), 4},
                       z[] = {symbol(4), 4};
  static const bitnet_value_desc inputs[] = {
      {"x", BITNET_FLOAT32, BITNET_ROLE_NONE, -1, 2, x},
      {"y", BITNET_FLOAT32, BITNET_ROLE_NONE, -1, 2, y},
      {"flag", BITNET_BOOL, BITNET_ROLE_NONE, -1, 0, x}};
  static const bitnet_value_desc outputs[] = {
      {"z", BITNET_FLOAT32, BITNET_ROLE_NONE, -1, 2, z}};
  static bitnet_module module = [] {
    bitnet_module m = {};
    m.abi = BITNET_MODULE_ABI;
    m.target_name = "fake";
    m.name = "product";
    m.target = "any machine";
    m.inputs = inputs;
    m.outputs = outputs;
    m.symbols = kSymbols;
    m.num_inputs = 3;
    m.num_outputs = 1;
    m.num_symbols = 7;
    m.arena_bytes = productArena;
    m.run = productRun;
    return m;
  }();
  return &module;
}

std::string makeWeights(bitnet_module &module, const std::string &data) {
  bitnet_weights_header header = {};
  memcpy(header.magic, "BITNETW", 8);
  header.version = 1;
  header.header_bytes = sizeof(header);
  header.data_offset = 4096;
  header.data_bytes = data.size();
  bn_sha256(data.data(), data.size(), header.hash);
  bn_sha256(&header, offsetof(bitnet_weights_header, header_hash),
            header.header_hash);
  memcpy(module.weights_hash, header.hash, sizeof(header.hash));
  module.weights_bytes = data.size();
  std::string file(4096, 0);
  memcpy(&file[0], &header, sizeof(header));
  return file + data;
}
