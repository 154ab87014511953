/// The C interface of a compiled model: open it, make a session and feed it
/// tokens, or run the graph once with named tensors.
///
/// Every function that can fail returns an enum bitnet_code and, where `error`
/// is not NULL, leaves a message there. No function prints, exits or keeps
/// global state. A model is immutable and may be used by several threads at
/// once; a session belongs to one thread at a time.
#ifndef BITNET_BITNET_H
#define BITNET_BITNET_H

#include "bitnet/module.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BITNET_API __attribute__((visibility("default")))

/// Rises with every change that old callers would not survive.
#define BITNET_ABI_VERSION 3u

enum bitnet_code {
  BITNET_OK = 0,
  BITNET_INVALID_ARGUMENT = 1, ///< an argument out of its range
  BITNET_OUT_OF_MEMORY = 2,
  BITNET_IO_ERROR = 3,        ///< the weights cannot be opened or mapped
  BITNET_BAD_WEIGHTS = 4,     ///< truncated, damaged, or of another model
  BITNET_UNSUPPORTED_CPU = 5, ///< the code needs features that the CPU lacks
  BITNET_UNSUPPORTED = 6,     ///< e.g. a session of a graph without tokens
  BITNET_CONTEXT_FULL = 7,    ///< more tokens than the session has room for
  BITNET_SHAPE_MISMATCH = 8,  ///< a tensor that the graph does not take
  BITNET_NOT_FOUND = 9,       ///< no input or output of that name
  BITNET_RUN_FAILED = 10,     ///< the graph met data it cannot work on
  BITNET_INTERNAL = 11        ///< runtime and compiled code disagree
};

/// What went wrong; `message` is one line, lower case, without a full stop.
typedef struct bitnet_error {
  int32_t code;
  char message[1020];
} bitnet_error;

/// Memory of a model and its sessions. `allocate` returns zero-filled memory
/// with the alignment asked for (a power of two, at most 4096) or NULL;
/// `release` gets the same size back. Called only while objects are made and
/// destroyed, by bitnet_invoke, and for tensors whose size depends on data.
typedef struct bitnet_allocator {
  void *context;
  void *(*allocate)(void *context, size_t bytes, size_t alignment);
  void (*release)(void *context, void *memory, size_t bytes);
} bitnet_allocator;

typedef struct bitnet_model bitnet_model;
typedef struct bitnet_session bitnet_session;
typedef struct bitnet_results bitnet_results;

/// Version of this interface that the library was built with.
BITNET_API uint32_t bitnet_abi_version(void);

/// Name of an enum bitnet_code, e.g. "context full".
BITNET_API const char *bitnet_code_name(int32_t code);

/// ONNX name of an enum bitnet_dtype ("float32"), its size in bytes; NULL and
/// 0 for unknown numbers.
BITNET_API const char *bitnet_dtype_name(int32_t dtype);
BITNET_API size_t bitnet_dtype_size(int32_t dtype);

// ---------------------------------------------------------------------------
// Models
// ---------------------------------------------------------------------------

/// Where the weights lie: a file, a part of a file (an executable that carries
/// them), or memory.
typedef struct bitnet_weights_source {
  const char *path;   ///< file, or NULL: `memory`
  uint64_t offset;    ///< of the weights header in the file, multiple of 64
  uint64_t bytes;     ///< length from there; 0: to the end of the file
  const void *memory; ///< 64-byte aligned, outlives the model
} bitnet_weights_source;

typedef struct bitnet_model_options {
  uint32_t struct_bytes;             ///< sizeof(bitnet_model_options)
  int32_t verify;                    ///< also hash the whole data section
  const bitnet_allocator *allocator; ///< NULL: malloc and mmap; copied
  const char *target; ///< name of the code to take; NULL: the best that runs here
} bitnet_model_options;

/// Chooses the code that this CPU runs, where `module` has code for several, maps the weights (read-only, shared between processes) and
/// checks that they belong to `module`, which must outlive the model.
/// `options` may be NULL.
BITNET_API int32_t bitnet_model_open(const struct bitnet_module *module,
                                     const bitnet_weights_source *weights,
                                     const bitnet_model_options *options,
                                     bitnet_model **out, bitnet_error *error);

/// Sessions and results of the model must be gone. NULL is allowed.
BITNET_API void bitnet_model_close(bitnet_model *model);

typedef struct bitnet_model_info {
  const char *name;
  const char *target;      ///< of the code that was taken: triple, CPU and features
  const char *target_name; ///< the same as `compile --target` was told it
  int64_t context_length; ///< most positions; 0: the graph sets no limit
  int64_t vocab_size;     ///< 0: not a language model
  uint64_t weights_bytes;
  int32_t num_inputs;
  int32_t num_outputs;
  int32_t num_caches;    ///< 0: a session runs the whole text again each step
  int32_t is_generative; ///< 1: bitnet_session_create works
  /// 1: a text gives the same however it is cut into runs (bitnet_session_options)
  int32_t token_local;
} bitnet_model_info;

BITNET_API void bitnet_model_get_info(const bitnet_model *model,
                                      bitnet_model_info *out);

/// One graph input or output, as the ONNX file declares it.
typedef struct bitnet_value_info {
  const char *name;
  int32_t dtype;
  int32_t role; ///< enum bitnet_role
  int32_t rank;
  int32_t reserved;
  int64_t dims[BITNET_MAX_RANK];        ///< -1: dynamic
  const char *symbols[BITNET_MAX_RANK]; ///< name of a dynamic axis, else NULL
} bitnet_value_info;

BITNET_API int32_t bitnet_model_get_input(const bitnet_model *model,
                                          int32_t index, bitnet_value_info *out,
                                          bitnet_error *error);
BITNET_API int32_t bitnet_model_get_output(const bitnet_model *model,
                                           int32_t index,
                                           bitnet_value_info *out,
                                           bitnet_error *error);

// ---------------------------------------------------------------------------
// Sessions: tokens in, logits out
// ---------------------------------------------------------------------------

typedef struct bitnet_session_options {
  uint32_t struct_bytes;  ///< sizeof(bitnet_session_options)
  int32_t threads;        ///< 0: the CPUs that this process may use
  int64_t context_length; ///< positions to hold; 0: the model's, or 2048
  int64_t batch;          ///< sequences side by side; 0: 1
  /// Tokens of each sequence run at once; 0: 128, or all of a step where the
  /// compiler has not proven that this gives the same (below).
  int64_t max_chunk;
  int64_t max_logit_rows; ///< most logit_rows of a step; 0: 1
} bitnet_session_options;

/// A step of more than max_chunk tokens is run in pieces. Logits are the same
/// then where each token's depend on its position and on the text before it
/// alone, as in most decoders. They may not be where the graph looks at the
/// number of tokens of a run, or mixes them outside of attention: there, unless
/// max_chunk is given, a step is one run, and the arena holds a context's worth
/// of tokens. Results are then those of the graph; with a shorter max_chunk
/// they are those of the graph run on each piece behind the ones before.
///
/// Makes caches and arena for the longest step: no step allocates. `options`
/// may be NULL.
BITNET_API int32_t bitnet_session_create(const bitnet_model *model,
                                         const bitnet_session_options *options,
                                         bitnet_session **out,
                                         bitnet_error *error);
BITNET_API void bitnet_session_destroy(bitnet_session *session);

/// Appends `count` >= 1 tokens to each sequence. `tokens` is [batch, count],
/// row-major. `logits` becomes [batch, logit_rows, vocab_size] for the last
/// logit_rows positions, in memory of the session that stays valid until its
/// next step; logit_rows may be 0, then `logits` may be NULL. On failure the
/// session is as it was.
BITNET_API int32_t bitnet_session_step(bitnet_session *session,
                                       const int32_t *tokens, int64_t count,
                                       int64_t logit_rows, const float **logits,
                                       bitnet_error *error);

/// The same, but of each sequence's last position only the `k` likeliest tokens
/// are told, 1 <= k <= vocab_size: `ids` and `logits`, both [batch, k], get
/// their numbers and logits, the largest logit first and of equal ones the
/// lower id. NaN counts, and is told, as -infinity. A model with an exact head
/// (see `bitnet-opt compile --head`) reads less memory for it than for all
/// logits; what is told is the same to the bit.
BITNET_API int32_t bitnet_session_step_top(bitnet_session *session,
                                           const int32_t *tokens, int64_t count,
                                           int64_t k, int32_t *ids,
                                           float *logits, bitnet_error *error);

/// Forgets every position from `length` on, 0 <= length <= the session's.
BITNET_API int32_t bitnet_session_rewind(bitnet_session *session,
                                         int64_t length, bitnet_error *error);

/// Forgets everything: rewinds to 0.
BITNET_API void bitnet_session_reset(bitnet_session *session);

typedef struct bitnet_session_info {
  int64_t length;         ///< positions held
  int64_t context_length; ///< positions there is room for
  int64_t batch;
  int64_t max_chunk;
  int64_t max_logit_rows;
  int32_t threads;
  int32_t reserved;
  uint64_t cache_bytes;
  uint64_t arena_bytes;
} bitnet_session_info;

BITNET_API void bitnet_session_get_info(const bitnet_session *session,
                                        bitnet_session_info *out);

// ---------------------------------------------------------------------------
// Running the graph once, as ONNX would
// ---------------------------------------------------------------------------

/// A contiguous row-major tensor in little-endian ONNX layout, one byte for
/// each bool. As a result, `name` and `data` live as long as the results.
typedef struct bitnet_tensor {
  const char *name;
  const void *data;
  int32_t dtype;
  int32_t rank;
  int64_t dims[BITNET_MAX_RANK];
} bitnet_tensor;

typedef struct bitnet_invoke_options {
  uint32_t struct_bytes; ///< sizeof(bitnet_invoke_options)
  int32_t threads;       ///< 0: the CPUs that this process may use
} bitnet_invoke_options;

/// Runs the graph once on every graph input by name, in any order, past caches
/// included. `options` may be NULL.
BITNET_API int32_t bitnet_invoke(const bitnet_model *model,
                                 const bitnet_invoke_options *options,
                                 const bitnet_tensor *inputs,
                                 int32_t num_inputs, bitnet_results **out,
                                 bitnet_error *error);

/// Output `index` in graph order.
BITNET_API int32_t bitnet_results_get(const bitnet_results *results,
                                      int32_t index, bitnet_tensor *out,
                                      bitnet_error *error);
BITNET_API void bitnet_results_destroy(bitnet_results *results);

#ifdef __cplusplus
}
#endif

#endif // BITNET_BITNET_H
