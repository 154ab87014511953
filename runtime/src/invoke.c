#include "internal.h"

#include <stdio.h>
#include <string.h>

/// One execution of a graph and what it gave.
struct bitnet_results {
  bn_runner runner;
  const bitnet_module *module;
  const bitnet_model *model;
  bitnet_allocator allocator;
  const bitnet_tensor **given; ///< the caller's tensor for each graph input
  /// The caller's data in the device's memory, for each graph input; NULL
  /// without a device.
  void **copies;
  int64_t *copy_bytes;
  bn_bindings bindings;
  void **kv;      ///< memory of each cache
  void **present; ///< for each graph output, what its caches hold after the run
  int64_t *kv_bytes, *present_bytes;
  int64_t batch, past, seq;
  int64_t capacity; ///< entries of each cache, at least past + seq
};

static size_t arrayBytes(int32_t count, size_t each) {
  return (size_t)count * each;
}

static int32_t makeArrays(bitnet_results *r, bitnet_error *error) {
  const bitnet_module *m = r->module;
  const bitnet_allocator *a = &r->allocator;
  r->given = (const bitnet_tensor **)bn_allocate(
      a, arrayBytes(m->num_inputs, sizeof(*r->given)));
  r->bindings.values =
      (int64_t *)bn_allocate(a, arrayBytes(m->num_symbols, sizeof(int64_t)));
  r->bindings.inputs =
      (int32_t *)bn_allocate(a, arrayBytes(m->num_symbols, sizeof(int32_t)));
  r->bindings.axes =
      (int32_t *)bn_allocate(a, arrayBytes(m->num_symbols, sizeof(int32_t)));
  r->kv = (void **)bn_allocate(a, arrayBytes(m->num_kv, sizeof(void *)));
  r->present =
      (void **)bn_allocate(a, arrayBytes(m->num_outputs, sizeof(void *)));
  r->kv_bytes =
      (int64_t *)bn_allocate(a, arrayBytes(m->num_kv, sizeof(int64_t)));
  r->present_bytes =
      (int64_t *)bn_allocate(a, arrayBytes(m->num_outputs, sizeof(int64_t)));
  if (r->model->device) {
    r->copies =
        (void **)bn_allocate(a, arrayBytes(m->num_inputs, sizeof(void *)));
    r->copy_bytes =
        (int64_t *)bn_allocate(a, arrayBytes(m->num_inputs, sizeof(int64_t)));
    if (!r->copies || !r->copy_bytes)
      return bn_fail(error, BITNET_OUT_OF_MEMORY,
                     "out of memory for the lists of inputs");
  }
  if (!r->given || !r->bindings.values || !r->bindings.inputs ||
      !r->bindings.axes || !r->kv || !r->present || !r->kv_bytes ||
      !r->present_bytes)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the lists of inputs and caches");
  for (int32_t i = 0; i < m->num_symbols; ++i)
    r->bindings.values[i] = -1;
  return BITNET_OK;
}

void bitnet_results_destroy(bitnet_results *r) {
  if (!r)
    return;
  const bitnet_module *m = r->module;
  bitnet_allocator a = r->allocator;
  const bitnet_allocator *shared = &r->model->shared;
  for (int32_t i = 0; r->copies && r->copy_bytes && i < m->num_inputs; ++i)
    bn_release(&r->model->inputs, r->copies[i], (size_t)r->copy_bytes[i]);
  for (int32_t i = 0; r->kv && r->kv_bytes && i < m->num_kv; ++i)
    bn_release(shared, r->kv[i], (size_t)r->kv_bytes[i]);
  for (int32_t i = 0; r->present && r->present_bytes && i < m->num_outputs; ++i)
    bn_release(&a, r->present[i], (size_t)r->present_bytes[i]);
  if (r->runner.exec.runtime)
    bn_runner_destroy(&r->runner);
  bn_release(&a, r->copies, arrayBytes(m->num_inputs, sizeof(void *)));
  bn_release(&a, r->copy_bytes, arrayBytes(m->num_inputs, sizeof(int64_t)));
  bn_release(&a, r->given, arrayBytes(m->num_inputs, sizeof(*r->given)));
  bn_release(&a, r->bindings.values,
             arrayBytes(m->num_symbols, sizeof(int64_t)));
  bn_release(&a, r->bindings.inputs,
             arrayBytes(m->num_symbols, sizeof(int32_t)));
  bn_release(&a, r->bindings.axes, arrayBytes(m->num_symbols, sizeof(int32_t)));
  bn_release(&a, r->kv, arrayBytes(m->num_kv, sizeof(void *)));
  bn_release(&a, r->present, arrayBytes(m->num_outputs, sizeof(void *)));
  bn_release(&a, r->kv_bytes, arrayBytes(m->num_kv, sizeof(int64_t)));
  bn_release(&a, r->present_bytes, arrayBytes(m->num_outputs, sizeof(int64_t)));
  bn_release(&a, r, sizeof(*r));
}

/// "'a', 'b', 'c'", cut to `size`.
static const char *inputNames(const bitnet_module *m, char *buffer,
                              size_t size) {
  size_t used = 0;
  buffer[0] = 0;
  for (int32_t i = 0; i < m->num_inputs && used < size; ++i)
    used += (size_t)snprintf(buffer + used, size - used, "%s'%s'",
                             i ? ", " : "", m->inputs[i].name);
  return buffer;
}

/// Where the code finds the caller's `bytes` for a graph input: there, or in a
/// copy that the device sees. What is empty has a place there, too, which
/// kernels are given. False: out of memory.
static bool place(bitnet_results *r, int32_t input, const void *data,
                  int64_t bytes, void **out) {
  *out = (void *)(uintptr_t)data;
  if (!r->copies || r->module->inputs[input].role == BITNET_ROLE_KV)
    return true;
  *out = bn_allocate(&r->model->inputs, (size_t)bytes);
  r->copies[input] = *out;
  r->copy_bytes[input] = bytes;
  if (*out && bytes)
    memcpy(*out, data, (size_t)bytes);
  return *out;
}

/// Pairs the caller's tensors with the graph's inputs and checks them.
static int32_t bind(bitnet_results *r, const bitnet_tensor *inputs,
                    int32_t count, bitnet_error *error) {
  const bitnet_module *m = r->module;
  char names[512];
  for (int32_t i = 0; i < count; ++i) {
    int32_t at = 0;
    while (at < m->num_inputs &&
           (!inputs[i].name || strcmp(inputs[i].name, m->inputs[at].name)))
      ++at;
    if (at == m->num_inputs)
      return bn_fail(error, BITNET_NOT_FOUND,
                     "'%s' has no input '%s'; its inputs are %s", m->name,
                     inputs[i].name ? inputs[i].name : "",
                     inputNames(m, names, sizeof(names)));
    if (r->given[at])
      return bn_fail(error, BITNET_INVALID_ARGUMENT,
                     "input '%s' is given twice", inputs[i].name);
    r->given[at] = &inputs[i];
  }
  for (int32_t i = 0; i < m->num_inputs; ++i) {
    const bitnet_value_desc *desc = &m->inputs[i];
    const bitnet_tensor *tensor = r->given[i];
    if (!tensor)
      return bn_fail(error, BITNET_NOT_FOUND,
                     "input '%s' is missing; the inputs of '%s' are %s",
                     desc->name, m->name, inputNames(m, names, sizeof(names)));
    if (tensor->dtype != desc->dtype) {
      const char *found = bitnet_dtype_name(tensor->dtype);
      return bn_fail(error, BITNET_SHAPE_MISMATCH,
                     "input '%s' is %s, expected %s", desc->name,
                     found ? found : "of an unknown type",
                     bitnet_dtype_name(desc->dtype));
    }
    int32_t code =
        bn_check_shape(m, i, tensor->dims, tensor->rank, &r->bindings, error);
    if (code)
      return code;
    int64_t bytes;
    if (!bn_tensor_bytes(tensor->dtype, tensor->dims, tensor->rank, &bytes))
      return bn_fail(error, BITNET_SHAPE_MISMATCH,
                     "input '%s' would exceed 2^63 bytes", desc->name);
    if (bytes && !tensor->data)
      return bn_fail(error, BITNET_INVALID_ARGUMENT, "input '%s' has no data",
                     desc->name);
    bitnet_buffer *buffer = &r->runner.exec.inputs[i];
    if (!place(r, i, tensor->data, bytes, &buffer->data))
      return bn_fail(error, BITNET_OUT_OF_MEMORY,
                     "out of device memory: %lld bytes for input '%s'",
                     (long long)bytes, desc->name);
    for (int32_t axis = 0; axis < tensor->rank; ++axis)
      buffer->dims[axis] = tensor->dims[axis];
  }
  return BITNET_OK;
}

/// The axis of a past or present along which tokens lie.
static int32_t lengthAxis(const bitnet_kv_desc *kv) {
  return kv->length_first ? 1 : 2;
}

/// The sizes of a past as if it held one cache.
static const int64_t *cacheDims(const bitnet_tensor *past) {
  return past->dims + (past->rank - 4);
}

/// Reads batch, past and seq off the inputs of a graph with caches.
static int32_t readLengths(bitnet_results *r, bitnet_error *error) {
  const bitnet_module *m = r->module;
  r->seq = m->appended_axis;
  if (m->appended_input >= 0)
    r->seq = r->given[m->appended_input]->dims[m->appended_axis];
  const bitnet_tensor *first = r->given[m->kv[0].input];
  r->batch = cacheDims(first)[0];
  r->past = cacheDims(first)[lengthAxis(&m->kv[0])];
  if (__builtin_add_overflow(r->past, r->seq, &r->capacity))
    return bn_fail(error, BITNET_SHAPE_MISMATCH, "input '%s' is too long",
                   first->name);
  const bitnet_tensor *other =
      m->batch_input < 0 ? NULL : r->given[m->batch_input];
  if (other && other->dims[m->batch_axis] != r->batch)
    return bn_fail(error, BITNET_SHAPE_MISMATCH,
                   "input '%s' has a batch of %lld, but '%s' one of %lld",
                   first->name, (long long)r->batch, other->name,
                   (long long)other->dims[m->batch_axis]);
  for (int32_t i = 0; i < m->num_kv; ++i) {
    const bitnet_tensor *past = r->given[m->kv[i].input];
    const int64_t *dims = cacheDims(past);
    int64_t length = dims[lengthAxis(&m->kv[i])];
    int64_t heads = dims[3 - lengthAxis(&m->kv[i])];
    if (dims[0] != r->batch || length != r->past)
      return bn_fail(error, BITNET_SHAPE_MISMATCH,
                     "input '%s' has batch %lld and length %lld, but '%s' has "
                     "%lld and %lld",
                     past->name, (long long)dims[0], (long long)length,
                     first->name, (long long)r->batch, (long long)r->past);
    if (heads != m->kv[i].heads || dims[3] != m->kv[i].head_dim)
      return bn_fail(error, BITNET_SHAPE_MISMATCH,
                     "input '%s' has %lld heads of %lld, expected %lld of %lld",
                     past->name, (long long)heads, (long long)dims[3],
                     (long long)m->kv[i].heads, (long long)m->kv[i].head_dim);
  }
  return BITNET_OK;
}

/// An input may say that the past counts for nothing.
static void readUsePast(bitnet_results *r) {
  int32_t input = bn_find_input(r->module, BITNET_ROLE_USE_PAST);
  if (input >= 0 && !*(const uint8_t *)r->given[input]->data)
    r->past = 0;
}

/// Keys or values in memory; `rows` counts the tokens that there is room for.
typedef struct cache_view {
  uint8_t *data;
  int32_t dtype;
  bool length_first; ///< [batch, rows, heads, head_dim], else [batch, heads,
                     ///< rows, head_dim]
  int64_t rows;
} cache_view;

/// Moves `v` behind the parts in front of one of a tensor.
static void skipParts(cache_view *v, const bitnet_kv_desc *kv, int64_t batch,
                      int64_t parts) {
  if (parts)
    v->data += parts * batch * kv->heads * v->rows *
               bn_entry_bytes(v->dtype, kv->head_dim);
}

/// Where the entry of one token and head lies.
static uint8_t *entryOf(const cache_view *v, const bitnet_kv_desc *kv,
                        int64_t batch, int64_t head, int64_t row) {
  int64_t at = v->length_first ? (batch * v->rows + row) * kv->heads + head
                               : (batch * kv->heads + head) * v->rows + row;
  return v->data + at * bn_entry_bytes(v->dtype, kv->head_dim);
}

/// Copies `rows` tokens of each head, `first` being the first one of `from`.
static bool copyCache(const bitnet_kv_desc *kv, int64_t batch, int64_t rows,
                      const cache_view *to, const cache_view *from,
                      int64_t first) {
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t head = 0; head < kv->heads; ++head)
      for (int64_t row = 0; row < rows; ++row)
        if (!bn_convert_entry(
                to->dtype, entryOf(to, kv, b, head, row), from->dtype,
                entryOf(from, kv, b, head, first + row), kv->head_dim))
          return false;
  return true;
}

/// Makes the caches with room for the new entries and copies the past in.
static int32_t loadCaches(bitnet_results *r, bitnet_error *error) {
  const bitnet_module *m = r->module;
  bitnet_exec *exec = &r->runner.exec;
  int64_t capacity = r->capacity;
  exec->past_length = r->past;
  exec->kv_capacity = capacity;
  exec->kv_batch = r->batch;
  for (int32_t i = 0; i < m->num_kv; ++i) {
    const bitnet_kv_desc *kv = &m->kv[i];
    const bitnet_tensor *past = r->given[kv->input];
    const int64_t dims[4] = {r->batch, kv->heads, capacity,
                             bn_entry_bytes(kv->dtype, kv->head_dim)};
    int64_t bytes;
    if (!bn_tensor_bytes(BITNET_UINT8, dims, 4, &bytes) ||
        !(r->kv[i] = bn_allocate(&r->model->shared, (size_t)bytes)))
      return bn_fail(error, BITNET_OUT_OF_MEMORY,
                     "out of memory for the cache of '%s'", past->name);
    r->kv_bytes[i] = bytes;
    exec->kv[i] = r->kv[i];
    cache_view cache = {r->kv[i], kv->dtype, false, capacity};
    cache_view given = {(uint8_t *)(uintptr_t)past->data, past->dtype,
                        kv->length_first != 0, r->past};
    skipParts(&given, kv, r->batch, kv->input_part);
    if (!copyCache(kv, r->batch, r->past, &cache, &given, 0))
      return bn_fail(error, BITNET_UNSUPPORTED,
                     "input '%s' is %s, which its %s cache cannot take",
                     past->name, bitnet_dtype_name(past->dtype),
                     bitnet_dtype_name(kv->dtype));
  }
  return BITNET_OK;
}

/// Tokens of a present.
static int64_t presentLength(const bitnet_results *r,
                             const bitnet_kv_desc *kv) {
  return kv->new_only ? r->seq : r->past + r->seq;
}

/// The shape of a present; what is in front of a cache's axes is static.
static void presentDims(const bitnet_results *r, const bitnet_kv_desc *kv,
                        int64_t dims[BITNET_MAX_RANK]) {
  const bitnet_value_desc *desc = &r->module->outputs[kv->output];
  int32_t leading = desc->rank - 4;
  memcpy(dims, desc->dims, sizeof(int64_t) * (size_t)leading);
  dims += leading;
  dims[0] = r->batch;
  dims[3 - lengthAxis(kv)] = kv->heads;
  dims[lengthAxis(kv)] = presentLength(r, kv);
  dims[3] = kv->head_dim;
}

/// Makes the memory of the output that a cache is a part of, once.
static int32_t makePresent(bitnet_results *r, const bitnet_kv_desc *kv,
                           bitnet_error *error) {
  const bitnet_value_desc *desc = &r->module->outputs[kv->output];
  int64_t dims[BITNET_MAX_RANK], bytes;
  if (r->present[kv->output])
    return BITNET_OK;
  presentDims(r, kv, dims);
  if (!bn_tensor_bytes(desc->dtype, dims, desc->rank, &bytes) ||
      !(r->present[kv->output] = bn_allocate(&r->allocator, (size_t)bytes)))
    return bn_fail(error, BITNET_OUT_OF_MEMORY, "out of memory for output '%s'",
                   desc->name);
  r->present_bytes[kv->output] = bytes;
  return BITNET_OK;
}

/// Copies the caches out, in the type of their graph outputs.
static int32_t storeCaches(bitnet_results *r, bitnet_error *error) {
  const bitnet_module *m = r->module;
  for (int32_t i = 0; i < m->num_kv; ++i) {
    const bitnet_kv_desc *kv = &m->kv[i];
    const bitnet_value_desc *desc = &m->outputs[kv->output];
    int64_t length = presentLength(r, kv);
    int32_t code = makePresent(r, kv, error);
    if (code)
      return code;
    cache_view present = {r->present[kv->output], desc->dtype,
                          kv->length_first != 0, length};
    cache_view cache = {r->kv[i], kv->dtype, false, r->capacity};
    skipParts(&present, kv, r->batch, kv->output_part);
    if (!copyCache(kv, r->batch, length, &present, &cache,
                   r->past + r->seq - length))
      return bn_fail(error, BITNET_UNSUPPORTED,
                     "output '%s' is %s, which its %s cache cannot give",
                     desc->name, bitnet_dtype_name(desc->dtype),
                     bitnet_dtype_name(kv->dtype));
  }
  return BITNET_OK;
}

static int32_t execute(bitnet_results *r, const bitnet_invoke_options *options,
                       const bitnet_tensor *inputs, int32_t count,
                       bitnet_error *error) {
  int32_t code = bn_runner_create(&r->runner, r->model,
                                  options ? options->threads : 0, error);
  if (!code)
    code = makeArrays(r, error);
  if (!code)
    code = bind(r, inputs, count, error);
  if (!code && r->module->num_kv)
    code = readLengths(r, error);
  if (!code && r->module->num_kv) {
    readUsePast(r);
    code = loadCaches(r, error);
  }
  if (!code)
    code = bn_runner_reserve(&r->runner,
                             r->module->arena_bytes(&r->runner.exec), error);
  if (!code)
    code = bn_runner_run(&r->runner, error);
  if (!code)
    code = storeCaches(r, error);
  return code;
}

int32_t bitnet_invoke(const bitnet_model *model,
                      const bitnet_invoke_options *options,
                      const bitnet_tensor *inputs, int32_t num_inputs,
                      bitnet_results **out, bitnet_error *error) {
  if (!model || !out || num_inputs < 0 || (num_inputs && !inputs))
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "model, inputs and out must not be NULL");
  *out = NULL;
  if (options && options->struct_bytes != sizeof(*options))
    return bn_fail(error, BITNET_INVALID_ARGUMENT,
                   "invoke options of %u bytes, expected %zu",
                   options->struct_bytes, sizeof(*options));
  bitnet_results *r =
      (bitnet_results *)bn_allocate(&model->allocator, sizeof(*r));
  if (!r)
    return bn_fail(error, BITNET_OUT_OF_MEMORY,
                   "out of memory for the results' handle");
  r->module = model->module;
  r->allocator = model->allocator;
  r->model = r->runner.model = model;
  int32_t code = execute(r, options, inputs, num_inputs, error);
  if (code) {
    bitnet_results_destroy(r);
    return code;
  }
  *out = r;
  return BITNET_OK;
}

int32_t bitnet_results_get(const bitnet_results *r, int32_t index,
                           bitnet_tensor *out, bitnet_error *error) {
  const bitnet_module *m = r->module;
  if (index < 0 || index >= m->num_outputs)
    return bn_fail(error, BITNET_NOT_FOUND,
                   "output %d does not exist, '%s' has %d", index, m->name,
                   m->num_outputs);
  const bitnet_value_desc *desc = &m->outputs[index];
  memset(out, 0, sizeof(*out));
  out->name = desc->name;
  out->dtype = desc->dtype;
  out->rank = desc->rank;
  if (desc->role == BITNET_ROLE_KV) {
    const bitnet_kv_desc *kv = &m->kv[desc->kv];
    presentDims(r, kv, out->dims);
    out->data = r->present[index];
    return BITNET_OK;
  }
  const bitnet_buffer *buffer = &r->runner.exec.outputs[index];
  memcpy(out->dims, buffer->dims, sizeof(int64_t) * (size_t)desc->rank);
  out->data = buffer->data;
  return BITNET_OK;
}
