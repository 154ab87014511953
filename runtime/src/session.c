#include "internal.h"

#include <string.h>

#define BN_DEFAULT_CONTEXT 2048
#define BN_DEFAULT_CHUNK 128

/// Memory that a session owns besides its runner.
enum { TOKENS, MASK, POSITIONS, HISTORY, LOGITS, NUM_BUFFERS };

typedef struct {
  void *data;
  int64_t bytes;
} bn_memory;

struct bitnet_session {
  bn_runner runner;
  const bitnet_module *module;
  const bitnet_model *model;
  int64_t length, capacity, batch, chunk, rows;
  int32_t tokens, mask, positions, logits; ///< graph positions, -1: none
  bn_memory buffers[NUM_BUFFERS];
  bn_memory *kv; ///< one for each cache
};

int32_t bn_check_generative(const bitnet_module *module, bitnet_error *error) {
  int32_t tokens = bn_find_input(module, BITNET_ROLE_TOKENS);
  if (tokens < 0)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "'%s' has no input that takes tokens: invoke it instead",
                   module->name);
  if (module->inputs[tokens].rank != 2)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "tokens of '%s' have rank %d, expected 2", module->name,
                   module->inputs[tokens].rank);
  int32_t logits = bn_find_output(module, BITNET_ROLE_LOGITS);
  if (logits < 0 ||
      (module->outputs[logits].rank != 3 &&
       module->outputs[logits].rank != 2) ||
      module->vocab_size <= 0)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "'%s' has no output of logits: invoke it instead",
                   module->name);
  for (int32_t i = 0; i < module->num_inputs; ++i) {
    const bitnet_value_desc *desc = &module->inputs[i];
    if (desc->role == BITNET_ROLE_NONE || desc->role == BITNET_ROLE_LOGITS)
      return bn_fail(error, BITNET_UNSUPPORTED,
                     "input '%s' of '%s' is neither tokens, mask, positions "
                     "nor a cache: invoke it "
                     "instead",
                     desc->name, module->name);
    // Nothing but the past's length depends on it, which a session knows.
    if (desc->role == BITNET_ROLE_USE_PAST)
      continue;
    bool integer = desc->dtype == BITNET_INT64 || desc->dtype == BITNET_INT32;
    if (desc->role != BITNET_ROLE_KV && !integer)
      return bn_fail(error, BITNET_UNSUPPORTED,
                     "input '%s' of '%s' is %s, expected int64 or int32",
                     desc->name, module->name, bitnet_dtype_name(desc->dtype));
  }
  return BITNET_OK;
}

/// The dim of the tokens on `axis`, or -1 where it is dynamic.
static int64_t staticDim(const bitnet_module *module, int32_t input,
                         int32_t axis) {
  int64_t dim = module->inputs[input].dims[axis];
  return dim < 0 ? -1 : dim;
}

/// Whether the graph gives the logits of a step's last position only: [batch,
/// vocabulary], or with an axis of 1 between.
static bool givesLastOnly(const bitnet_session *s) {
  const bitnet_value_desc *logits = &s->module->outputs[s->logits];
  return logits->rank == 2 || logits->dims[1] == 1;
}

static int32_t range(bitnet_error *error, const char *what, int64_t value,
                     int64_t low, int64_t high) {
  if (value >= low && value <= high)
    return BITNET_OK;
  return bn_fail(error, BITNET_INVALID_ARGUMENT,
                 "%s is %lld, expected %lld to %lld", what, (long long)value,
                 (long long)low, (long long)high);
}

/// Fills in the session's sizes from the options and the graph's static dims.
static int32_t chooseSizes(bitnet_session *s, const bitnet_session_options *o,
                           bitnet_error *error) {
  const bitnet_module *module = s->module;
  // Compiled code takes lengths for no more than dims of inputs may be.
  int64_t limit =
      module->context_length > 0 && module->context_length < INT32_MAX
          ? module->context_length
          : INT32_MAX;
  s->capacity = o->context_length;
  if (!s->capacity)
    s->capacity = module->context_length > 0 ? limit : BN_DEFAULT_CONTEXT;
  int32_t code = range(error, "context length", s->capacity, 1, limit);
  int64_t fixedBatch = staticDim(module, s->tokens, 0);
  s->batch = o->batch ? o->batch : fixedBatch > 0 ? fixedBatch : 1;
  if (!code)
    code = range(error, "batch", s->batch, fixedBatch >= 0 ? fixedBatch : 1,
                 fixedBatch >= 0 ? fixedBatch : 65536);
  // Without caches every step runs the whole text again, in one piece.
  int64_t fixedChunk = staticDim(module, s->tokens, 1);
  if (!code && !module->num_kv && fixedChunk >= 0)
    code = bn_fail(
        error, BITNET_UNSUPPORTED,
        "'%s' takes exactly %lld tokens and has no cache: invoke it instead",
        module->name, (long long)fixedChunk);
  if (!code)
    code = range(error, "longest chunk", o->max_chunk, 0, INT32_MAX);
  if (code)
    return code;
  // Tokens that depend on those beside them are run together.
  int64_t chunk = module->token_local ? BN_DEFAULT_CHUNK : s->capacity;
  s->chunk = fixedChunk > 0 ? fixedChunk : o->max_chunk ? o->max_chunk : chunk;
  if (fixedChunk > s->capacity)
    return bn_fail(
        error, BITNET_INVALID_ARGUMENT,
        "context length is %lld, but '%s' takes %lld tokens at a time",
        (long long)s->capacity, module->name, (long long)fixedChunk);
  if (s->chunk > s->capacity || !module->num_kv)
    s->chunk = s->capacity;
  s->rows = o->max_logit_rows ? o->max_logit_rows : 1;
  return range(error, "most rows of logits", s->rows, 1,
               givesLastOnly(s) ? 1 : s->chunk);
}

static int32_t make(const bitnet_allocator *allocator, bn_memory *memory,
                    const char *what, int64_t a, int64_t b, int64_t c,
                    bitnet_error *error) {
  int64_t bytes;
  if (!bn_multiply(a, b, &bytes) || !bn_multiply(bytes, c, &bytes))
    return bn_fail(error, BITNET_OUT_OF_MEMORY, "%s would exceed 2^63 bytes",
                   what);
  memory->data = bn_allocate(allocator, (size_t)bytes);
  if (!memory->data)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory: %lld bytes for %s", (long long)bytes, what);
  memory->bytes = bytes;
  return BITNET_OK;
}

static void fillOnes(int32_t dtype, void *data, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (dtype == BITNET_INT64)
      ((int64_t *)data)[i] = 1;
    else
      ((int32_t *)data)[i] = 1;
  }
}

static int32_t makeBuffers(bitnet_session *s, bitnet_error *error) {
  const bitnet_module *module = s->module;
  const bitnet_value_desc *inputs = module->inputs;
  const bitnet_allocator *near = &s->model->inputs;
  int64_t cells = s->batch * s->chunk;
  int32_t code = make(near, &s->buffers[TOKENS], "tokens", cells, 8, 1, error);
  if (!code && s->positions >= 0)
    code = make(near, &s->buffers[POSITIONS], "positions", cells, 8, 1, error);
  if (!code && s->mask >= 0) {
    code = make(near, &s->buffers[MASK], "the attention mask", s->batch,
                s->capacity, 8, error);
    // Sequences of a session have the same length, so nothing is ever masked.
    if (!code)
      fillOnes(inputs[s->mask].dtype, s->buffers[MASK].data,
               s->batch * s->capacity);
  }
  if (!code && !module->num_kv)
    code = make(near, &s->buffers[HISTORY], "the text so far", s->batch,
                s->capacity, 4, error);
  // Logits that do not leave the graph as one block of float32 are gathered.
  bool gathered =
      s->batch > 1 || module->outputs[s->logits].dtype != BITNET_FLOAT32;
  int64_t rows;
  if (!code && gathered && !bn_multiply(s->batch, s->rows, &rows))
    rows = -1;
  if (!code && gathered)
    code = make(near, &s->buffers[LOGITS], "logits", rows, module->vocab_size,
                4, error);
  if (!code && module->num_kv) {
    s->kv = (bn_memory *)bn_allocate(
        &s->model->allocator, sizeof(bn_memory) * (size_t)module->num_kv);
    if (!s->kv)
      return bn_fail(error, BITNET_OUT_OF_MEMORY,
                     "out of memory for the list of caches");
  }
  for (int32_t i = 0; !code && i < module->num_kv; ++i) {
    const bitnet_kv_desc *kv = &module->kv[i];
    int64_t lines;
    if (!bn_multiply(s->batch, kv->heads, &lines) ||
        !bn_multiply(lines, s->capacity, &lines))
      lines = -1;
    code = make(&s->model->shared, &s->kv[i], "a cache", lines,
                bn_entry_bytes(kv->dtype, kv->head_dim), 1, error);
    if (!code)
      s->runner.exec.kv[i] = s->kv[i].data;
  }
  return code;
}

static void setDims(bitnet_session *s, int32_t input, int64_t batch,
                    int64_t length) {
  if (input < 0)
    return;
  int64_t *dims = s->runner.exec.inputs[input].dims;
  int32_t rank = s->module->inputs[input].rank;
  if (rank == 2)
    dims[0] = batch;
  if (rank > 0)
    dims[rank - 1] = length;
}

/// Describes a run over `count` tokens behind `past` ones.
static void describe(bitnet_session *s, int64_t past, int64_t count,
                     int64_t rows) {
  bitnet_exec *exec = &s->runner.exec;
  exec->past_length = past;
  exec->logit_rows = rows;
  setDims(s, s->tokens, s->batch, count);
  setDims(s, s->positions, s->batch, count);
  setDims(s, s->mask, s->batch, past + count);
}

/// Positions of rank 1 [seq] or 2 [batch, seq], a mask of rank 2.
static int32_t checkRanks(const bitnet_session *s, bitnet_error *error) {
  const bitnet_value_desc *inputs = s->module->inputs;
  if (s->positions >= 0 && inputs[s->positions].rank != 1 &&
      inputs[s->positions].rank != 2)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "positions '%s' have rank %d, expected 1 or 2",
                   inputs[s->positions].name, inputs[s->positions].rank);
  if (s->mask >= 0 && inputs[s->mask].rank != 2)
    return bn_fail(error, BITNET_UNSUPPORTED,
                   "attention mask '%s' has rank %d, expected 2",
                   inputs[s->mask].name, inputs[s->mask].rank);
  return BITNET_OK;
}

/// Arena that every step fits in. It need not grow with the past: a slice
/// [past, past + count) of a table is cut off at the table's end. So the first
/// step, the last whole chunk and the end of the context are all asked for,
/// with the longest chunk and with one token. Negative: above 2^63.
static int64_t mostArenaBytes(bitnet_session *s) {
  int64_t last = s->capacity - 1;
  const int64_t pasts[] = {0, s->capacity - s->chunk, last};
  const int64_t counts[] = {s->chunk, 1};
  int numPasts = s->module->num_kv ? 3 : 1;
  int numCounts = staticDim(s->module, s->tokens, 1) > 0 ? 1 : 2;
  int64_t most = 0;
  for (int i = 0; i < numPasts; ++i)
    for (int j = 0; j < numCounts; ++j) {
      int64_t count = counts[j];
      describe(s, pasts[i], count, s->rows < count ? s->rows : count);
      int64_t bytes = s->module->arena_bytes(&s->runner.exec);
      if (bytes < 0)
        return bytes;
      if (bytes > most)
        most = bytes;
    }
  return most;
}

/// Lets the system give the pages of zeros now and not in the first step; not
/// more than a few milliseconds' worth.
static void touchPages(uint8_t *memory, int64_t bytes) {
  const int64_t most = (int64_t)32 << 20, page = 4096;
  for (int64_t at = 0; at < bytes && at < most; at += page)
    *(volatile uint8_t *)(memory + at) = 0;
}

static int32_t setUp(bitnet_session *s, const bitnet_session_options *options,
                     bitnet_error *error) {
  int32_t code = chooseSizes(s, options, error);
  if (!code)
    code = checkRanks(s, error);
  if (!code)
    code =
        bn_runner_create(&s->runner, s->runner.model, options->threads, error);
  if (!code)
    code = makeBuffers(s, error);
  if (code)
    return code;
  bitnet_exec *exec = &s->runner.exec;
  exec->kv_capacity = s->module->num_kv ? s->capacity : 0;
  exec->kv_batch = s->batch;
  exec->inputs[s->tokens].data = s->buffers[TOKENS].data;
  if (s->positions >= 0)
    exec->inputs[s->positions].data = s->buffers[POSITIONS].data;
  if (s->mask >= 0)
    exec->inputs[s->mask].data = s->buffers[MASK].data;
  code = bn_runner_reserve(&s->runner, mostArenaBytes(s), error);
  // What a device shares was cleared where it lies.
  if (!code && !s->model->device)
    touchPages(exec->arena, s->runner.arena_bytes);
  return code;
}

int32_t bitnet_session_create(const bitnet_model *model,
                              const bitnet_session_options *options,
                              bitnet_session **out, bitnet_error *error) {
  if (!model || !out)
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "model and out must not be NULL");
  *out = NULL;
  bitnet_session_options defaults = {sizeof(defaults), 0, 0, 0, 0, 0};
  if (!options)
    options = &defaults;
  if (options->struct_bytes != sizeof(*options))
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "session options of %u bytes, expected %zu",
                   options->struct_bytes, sizeof(*options));
  int32_t code = bn_check_generative(model->module, error);
  if (code)
    return code;
  bitnet_session *s =
      (bitnet_session *)bn_allocate(&model->allocator, sizeof(*s));
  if (!s)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the session's handle");
  s->module = model->module;
  s->model = model;
  s->runner.model = model;
  s->tokens = bn_find_input(s->module, BITNET_ROLE_TOKENS);
  s->mask = bn_find_input(s->module, BITNET_ROLE_ATTENTION_MASK);
  s->positions = bn_find_input(s->module, BITNET_ROLE_POSITIONS);
  s->logits = bn_find_output(s->module, BITNET_ROLE_LOGITS);
  code = setUp(s, options, error);
  if (code) {
    bitnet_session_destroy(s);
    return code;
  }
  *out = s;
  return BITNET_OK;
}

void bitnet_session_destroy(bitnet_session *s) {
  if (!s)
    return;
  const bitnet_model *model = s->model;
  if (s->runner.exec.runtime)
    bn_runner_destroy(&s->runner);
  for (int32_t i = 0; s->kv && i < s->module->num_kv; ++i)
    bn_release(&model->shared, s->kv[i].data, (size_t)s->kv[i].bytes);
  bn_release(&model->allocator, s->kv,
             sizeof(bn_memory) * (size_t)s->module->num_kv);
  for (int i = 0; i < NUM_BUFFERS; ++i)
    bn_release(&model->inputs, s->buffers[i].data, (size_t)s->buffers[i].bytes);
  bn_release(&model->allocator, s, sizeof(*s));
}

static void put(int32_t dtype, void *data, int64_t index, int64_t value) {
  if (dtype == BITNET_INT64)
    ((int64_t *)data)[index] = value;
  else
    ((int32_t *)data)[index] = (int32_t)value;
}

/// Runs [begin, begin + count) of the step's tokens behind s->length ones.
static int32_t runChunk(bitnet_session *s, const int32_t *tokens, int64_t total,
                        int64_t begin, int64_t count, int64_t rows,
                        bitnet_error *error) {
  const bitnet_value_desc *inputs = s->module->inputs;
  int32_t tokenType = inputs[s->tokens].dtype;
  void *ids = s->buffers[TOKENS].data;
  int64_t past = s->length + begin;
  if (!s->module->num_kv) {
    // The whole text: history, then the new tokens.
    const int32_t *history = (const int32_t *)s->buffers[HISTORY].data;
    for (int64_t b = 0, at = 0; b < s->batch; ++b) {
      for (int64_t i = 0; i < s->length; ++i)
        put(tokenType, ids, at++, history[b * s->capacity + i]);
      for (int64_t i = 0; i < count; ++i)
        put(tokenType, ids, at++, tokens[b * total + i]);
    }
    count += s->length;
    past = 0;
  } else {
    for (int64_t b = 0; b < s->batch; ++b)
      for (int64_t i = 0; i < count; ++i)
        put(tokenType, ids, b * count + i, tokens[b * total + begin + i]);
  }
  if (s->positions >= 0) {
    int64_t lines = inputs[s->positions].rank == 2 ? s->batch : 1;
    for (int64_t b = 0; b < lines; ++b)
      for (int64_t i = 0; i < count; ++i)
        put(inputs[s->positions].dtype, s->buffers[POSITIONS].data,
            b * count + i, past + i);
  }
  describe(s, past, count, rows);
  return bn_runner_run(&s->runner, error);
}

/// Finds the last `rows` rows of each sequence in what the graph gave: the rows
/// asked for, or those of all `count` positions.
static int32_t takeLogits(bitnet_session *s, int64_t rows, const float **out,
                          bitnet_error *error) {
  const bitnet_buffer *from = &s->runner.exec.outputs[s->logits];
  int32_t rank = s->module->outputs[s->logits].rank;
  int64_t given = rank == 3 ? from->dims[1] : 1;
  int64_t vocab = s->module->vocab_size;
  if (!from->data || from->dims[0] != s->batch || given < rows ||
      from->dims[rank - 1] != vocab) {
    char found[128];
    return bn_fail(error, BITNET_INTERNAL,
                   "logits have shape %s, expected [%lld, %lld, %lld]",
                   bn_shape_string(found, sizeof(found), from->dims, rank),
                   (long long)s->batch, (long long)rows, (long long)vocab);
  }
  int32_t dtype = s->module->outputs[s->logits].dtype;
  int64_t size = (int64_t)bitnet_dtype_size(dtype);
  const uint8_t *data = (const uint8_t *)from->data;
  if (dtype == BITNET_FLOAT32 && (s->batch == 1 || given == rows)) {
    *out = (const float *)(data + (given - rows) * vocab * size);
    return BITNET_OK;
  }
  float *to = (float *)s->buffers[LOGITS].data;
  for (int64_t b = 0; b < s->batch; ++b)
    if (!bn_convert(BITNET_FLOAT32, to + b * rows * vocab, dtype,
                    data + (b * given + given - rows) * vocab * size,
                    rows * vocab))
      return bn_fail(error, BITNET_UNSUPPORTED,
                     "logits are %s, expected a float type",
                     bitnet_dtype_name(dtype));
  *out = to;
  return BITNET_OK;
}

/// The largest logits of each sequence's last position: what compiled code has
/// offered, or from the graph's output.
static int32_t takeTop(bitnet_session *s, int32_t *ids, float *values,
                       bitnet_error *error) {
  const bn_runner *runner = &s->runner;
  if (runner->offered == s->batch)
    return BITNET_OK;
  if (runner->offered)
    return bn_fail(error, BITNET_INTERNAL,
                   "the code offered logits of %lld rows, expected %lld",
                   (long long)runner->offered, (long long)s->batch);
  const float *logits;
  int32_t code = takeLogits(s, 1, &logits, error);
  int64_t k = runner->exec.top, vocab = s->module->vocab_size;
  for (int64_t b = 0; !code && b < s->batch; ++b) {
    bn_top top;
    bn_top_start(&top, k, ids + b * k, values + b * k);
    bn_top_add(&top, NULL, logits + b * vocab, vocab);
    bn_top_finish(&top);
  }
  return code;
}

static int32_t checkStep(const bitnet_session *s, const int32_t *tokens,
                         int64_t count, int64_t rows, bitnet_error *error) {
  if (!tokens)
    return bn_fail(error, BITNET_INVALID_ARGUMENT, "tokens must not be NULL");
  int32_t code = range(error, "number of tokens", count, 1, INT32_MAX);
  if (code)
    return code;
  if (count > s->capacity - s->length)
    return bn_fail(
        error, BITNET_CONTEXT_FULL,
        "context full: %lld tokens behind %lld do not fit the context of %lld",
        (long long)count, (long long)s->length, (long long)s->capacity);
  code = range(error, "rows of logits", rows, 0,
               s->rows < count ? s->rows : count);
  for (int64_t i = 0; !code && i < s->batch * count; ++i)
    if (tokens[i] < 0 || tokens[i] >= s->module->vocab_size)
      code =
          bn_fail(error, BITNET_INVALID_ARGUMENT,
                  "token %d at position %lld is outside the vocabulary of %lld",
                  tokens[i], (long long)(s->length + i % count),
                  (long long)s->module->vocab_size);
  return code;
}

/// Tokens of the chunk that begins at `begin`: the last one holds all the rows
/// that are asked for.
static int64_t chunkAt(const bitnet_session *s, int64_t begin, int64_t count,
                       int64_t rows) {
  int64_t left = count - begin;
  if (left <= s->chunk)
    return left;
  int64_t before = left - (rows > 1 ? rows : 1);
  return before < s->chunk ? before : s->chunk;
}

/// Runs the step's tokens, `rows` rows of logits or, with top > 0, the largest
/// ones at its end. The session's length stays.
static int32_t runStep(bitnet_session *s, const int32_t *tokens, int64_t count,
                       int64_t rows, int64_t top, bitnet_error *error) {
  int64_t fixed = staticDim(s->module, s->tokens, 1);
  if (fixed > 0 && count % fixed)
    return bn_fail(error, BITNET_SHAPE_MISMATCH,
                   "'%s' takes %lld tokens at a time, found %lld",
                   s->module->name, (long long)fixed, (long long)count);
  int32_t code = BITNET_OK;
  bool pieces = s->module->num_kv != 0;
  for (int64_t begin = 0, size; !code && begin < count; begin += size) {
    size = !pieces ? count : fixed > 0 ? fixed : chunkAt(s, begin, count, rows);
    bool last = begin + size == count;
    s->runner.exec.top = last ? top : 0;
    // No logits are -1 rows of them: 0 are all. A graph that takes the last
    // position itself needs one.
    int64_t none = givesLastOnly(s) ? 1 : -1;
    code = runChunk(s, tokens, count, begin, size, last && rows ? rows : none,
                    error);
  }
  return code;
}

/// The step has succeeded.
static void append(bitnet_session *s, const int32_t *tokens, int64_t count) {
  int32_t *history = (int32_t *)s->buffers[HISTORY].data;
  for (int64_t b = 0; history && b < s->batch; ++b)
    memcpy(history + b * s->capacity + s->length, tokens + b * count,
           (size_t)count * 4);
  s->length += count;
}

int32_t bitnet_session_step(bitnet_session *s, const int32_t *tokens,
                            int64_t count, int64_t logit_rows,
                            const float **logits, bitnet_error *error) {
  int32_t code = checkStep(s, tokens, count, logit_rows, error);
  if (!code && logit_rows && !logits)
    code = bn_fail(error, BITNET_INVALID_ARGUMENT, "logits must not be NULL");
  if (!code)
    code = runStep(s, tokens, count, logit_rows, 0, error);
  if (!code && logit_rows)
    code = takeLogits(s, logit_rows, logits, error);
  if (!code)
    append(s, tokens, count);
  return code;
}

int32_t bitnet_session_step_top(bitnet_session *s, const int32_t *tokens,
                                int64_t count, int64_t k, int32_t *ids,
                                float *logits, bitnet_error *error) {
  int32_t code = checkStep(s, tokens, count, 1, error);
  if (!code && (!ids || !logits))
    code = bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "ids and logits must not be NULL");
  if (!code)
    code =
        range(error, "number of likeliest tokens", k, 1, s->module->vocab_size);
  if (code)
    return code;
  bn_runner *runner = &s->runner;
  runner->top_ids = ids;
  runner->top_logits = logits;
  runner->top_rows = s->batch;
  code = runStep(s, tokens, count, 1, k, error);
  if (!code)
    code = takeTop(s, ids, logits, error);
  runner->exec.top = 0;
  if (!code)
    append(s, tokens, count);
  return code;
}

int32_t bitnet_session_rewind(bitnet_session *s, int64_t length,
                              bitnet_error *error) {
  int32_t code = range(error, "length to rewind to", length, 0, s->length);
  if (!code)
    s->length = length;
  return code;
}

void bitnet_session_reset(bitnet_session *s) { s->length = 0; }

void bitnet_session_get_info(const bitnet_session *s,
                             bitnet_session_info *out) {
  memset(out, 0, sizeof(*out));
  out->length = s->length;
  out->context_length = s->capacity;
  out->batch = s->batch;
  out->max_chunk = s->chunk;
  out->max_logit_rows = s->rows;
  out->threads = bn_pool_threads(s->runner.pool);
  for (int32_t i = 0; i < s->module->num_kv; ++i)
    out->cache_bytes += (uint64_t)s->kv[i].bytes;
  out->arena_bytes = (uint64_t)s->runner.arena_bytes;
}
