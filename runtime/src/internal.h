/// What the runtime's files share. Nothing here is visible outside the library.
#ifndef BITNET_RUNTIME_INTERNAL_H
#define BITNET_RUNTIME_INTERNAL_H

#include "bitnet/bitnet.h"

#include <stdbool.h>

typedef struct bitnet_module bitnet_module;

#ifdef __cplusplus
extern "C" {
#endif

#define BN_ALIGNMENT 64

// ---- error.c ---------------------------------------------------------------

/// Writes the message where `error` is not NULL; returns `code`.
int32_t bn_fail(bitnet_error *error, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// "[2, 3, ?]" with ? for negative dims, cut to `size`; returns `buffer`.
const char *bn_shape_string(char *buffer, size_t size, const int64_t *dims,
                            int32_t rank);

// ---- memory.c --------------------------------------------------------------

/// The given allocator, or malloc below and mmap from 64 KiB on.
bitnet_allocator bn_allocator_or_default(const bitnet_allocator *allocator);
/// Zero-filled; never NULL for 0 bytes (gives 1). NULL: out of memory.
void *bn_allocate(const bitnet_allocator *allocator, size_t bytes);
void bn_release(const bitnet_allocator *allocator, void *memory, size_t bytes);

/// a * b in *out; false: negative or beyond INT64_MAX.
bool bn_multiply(int64_t a, int64_t b, int64_t *out);
/// Bytes of a contiguous tensor; false: negative dim, unknown dtype, overflow.
bool bn_tensor_bytes(int32_t dtype, const int64_t *dims, int32_t rank,
                     int64_t *out);

// ---- sha256.c --------------------------------------------------------------

void bn_sha256(const void *data, size_t bytes, uint8_t out[32]);

// ---- cpu.c -----------------------------------------------------------------

/// Bits of enum bitnet_cpu that this CPU and operating system offer.
uint32_t bn_cpu_features(void);
/// Names of the set bits, ", " between them.
const char *bn_cpu_feature_names(uint32_t features, char *buffer, size_t size);
/// CPUs that this process may run on, at least 1.
int32_t bn_cpu_count(void);
/// A value of --target that gives code for several CPUs of this architecture.
extern const char *const bn_cpu_target_list;

// ---- choose.c --------------------------------------------------------------

/// Replaces *module by the code of it that this CPU runs: the best, or the one
/// whose target has that name.
int32_t bn_choose_code(const bitnet_module **module, const char *name,
                       bitnet_error *error);

// ---- convert.c -------------------------------------------------------------

/// Converts between float32, float16, bfloat16 and float64 (round to nearest
/// even) or copies equal types; false: no such conversion.
bool bn_convert(int32_t to, void *out, int32_t from, const void *in,
                int64_t count);

/// Bytes of one entry of a cache, or of the graph's tensor for it.
int64_t bn_entry_bytes(int32_t dtype, int64_t head_dim);
/// Converts one entry between the types of a cache and a graph's float types;
/// int8 as compiled code rounds it. false: no such conversion.
bool bn_convert_entry(int32_t to, void *out, int32_t from, const void *in,
                      int64_t head_dim);

// ---- weights.c -------------------------------------------------------------

typedef struct bn_weights {
  const uint8_t *data; ///< the data section
  void *map;           ///< NULL: the caller's memory
  size_t map_bytes;
} bn_weights;

int32_t bn_weights_open(const bitnet_module *module,
                        const bitnet_weights_source *source, bool verify,
                        bn_weights *out, bitnet_error *error);
void bn_weights_close(bn_weights *weights);

// ---- pool.c ----------------------------------------------------------------

typedef struct bn_pool bn_pool;

/// A team of `threads` >= 1, the caller of bn_pool_run being one of them.
int32_t bn_pool_create(const bitnet_allocator *allocator, int32_t threads,
                       bn_pool **out, bitnet_error *error);
void bn_pool_destroy(bn_pool *pool);
int32_t bn_pool_threads(const bn_pool *pool);
/// Runs fn on contiguous parts of [0, count), each a multiple of `grain` but
/// the last; returns when all are done. Inside a part it runs serially.
void bn_pool_run(bn_pool *pool, bitnet_range_fn fn, void *args, int64_t count,
                 int64_t grain);

// ---- top.c -----------------------------------------------------------------

/// The k largest of the logits added so far: a heap in the caller's memory.
typedef struct bn_top {
  int64_t k, count;
  int32_t *ids;  ///< [k]
  float *logits; ///< [k]
} bn_top;

void bn_top_start(bn_top *top, int64_t k, int32_t *ids, float *logits);
/// Adds logits of the tokens `ids`, or of 0, 1, 2, ... where that is NULL.
/// Larger logits rank higher, then lower ids; NaN counts as -infinity.
void bn_top_add(bn_top *top, const int32_t *ids, const float *logits,
                int64_t count);
/// Sorts what was found, the highest first.
void bn_top_finish(bn_top *top);
/// What bitnet_exec::screen is; `top` is a just started heap, left unusable.
int64_t bn_top_screen(bn_top *top, const float *lower, const float *upper,
                      int64_t count, int32_t *ids, int64_t capacity);

// ---- devices ---------------------------------------------------------------

typedef struct bn_device bn_device; ///< one device with a model's kernels
typedef struct bn_queue bn_queue;   ///< what one execution asks of it, in order

/// Who uses memory most.
enum bn_place { BN_NEAR_DEVICE, BN_NEAR_HOST };

/// What a kind of device can do; a model's code names its driver, so that
/// others are not linked.
struct bitnet_driver {
  int32_t (*open)(const bitnet_module *module,
                  const bitnet_allocator *allocator, bn_device **out,
                  bitnet_error *error);
  void (*close)(bn_device *device);
  /// Of memory that host and device share, which lies near the one that uses it
  /// most; any thread may use it, and release what either has given.
  bitnet_allocator (*allocator)(bn_device *device, enum bn_place place);
  /// Copies to memory of the device alone what the host has at `data` and keeps
  /// as it is: there the device finds it until it is closed. NULL: the device
  /// has no memory of its own.
  int32_t (*upload)(bn_device *device, const void *data, uint64_t bytes,
                    bitnet_error *error);
  int32_t (*queue_create)(bn_device *device, bn_queue **out,
                          bitnet_error *error);
  void (*queue_destroy)(bn_queue *queue);
  /// bitnet_exec's functions of these names; whether nothing has failed so far.
  void (*dispatch)(bn_queue *queue, int32_t kernel, const uint64_t *captures,
                   int64_t count);
  bool (*await)(bn_queue *queue);
  /// The first failure since the last call: until then nothing is done.
  int32_t (*check)(bn_queue *queue, bitnet_error *error);
};

// ---- model.c ---------------------------------------------------------------

struct bitnet_model {
  const bitnet_module *module;
  bitnet_allocator allocator;
  bn_weights weights;
  bn_device *device; ///< NULL: the CPU
  /// Of what compiled code reads and writes, arenas and caches, and of what it
  /// reads only, inputs. Those of the device where there is one, else
  /// `allocator`.
  bitnet_allocator shared, inputs;
  void *device_weights; ///< the weights in memory of `shared`, or NULL
};

/// OK where a session can feed the graph: tokens in, logits out, every other
/// input of a role that the runtime fills.
int32_t bn_check_generative(const bitnet_module *module, bitnet_error *error);
/// Index of the graph input (output) of that role, or -1.
int32_t bn_find_input(const bitnet_module *module, int32_t role);
int32_t bn_find_output(const bitnet_module *module, int32_t role);

// ---- shapes.c --------------------------------------------------------------

/// Values of the symbols met so far, and where each was met first.
typedef struct bn_bindings {
  int64_t *values; ///< -1: unbound
  int32_t *inputs;
  int32_t *axes;
} bn_bindings;

/// Checks dims of graph input `index` against its declaration and binds its
/// symbols.
int32_t bn_check_shape(const bitnet_module *module, int32_t index,
                       const int64_t *dims, int32_t rank, bn_bindings *bindings,
                       bitnet_error *error);

// ---- runner.c --------------------------------------------------------------

/// A block that compiled code asked for while it ran.
typedef struct bn_block {
  struct bn_block *next;
  void *memory; ///< of the model's `shared`, which its device reads and writes
  size_t bytes;
  int64_t slot; ///< negative: none
} bn_block;

/// What one execution needs: pool, arena and the exec that compiled code sees.
typedef struct bn_runner {
  const bitnet_model *model;
  bn_pool *pool;
  bn_queue *queue; ///< NULL: the CPU
  bitnet_exec exec;
  int64_t arena_bytes;
  bn_block *blocks;
  // Where exec.top is positive:
  int32_t *top_ids;  ///< [rows, top]
  float *top_logits; ///< [rows, top]
  int64_t top_rows;  ///< rows there is room for
  int64_t offered;   ///< rows that compiled code has offered
} bn_runner;

/// threads 0: as many as CPUs.
int32_t bn_runner_create(bn_runner *runner, const bitnet_model *model,
                         int32_t threads, bitnet_error *error);
void bn_runner_destroy(bn_runner *runner);
/// Makes the arena: what the module's arena_bytes gave; negative is an error.
int32_t bn_runner_reserve(bn_runner *runner, int64_t bytes,
                          bitnet_error *error);
/// Runs once; frees what the run before had asked for.
int32_t bn_runner_run(bn_runner *runner, bitnet_error *error);

#ifdef __cplusplus
}
#endif

#endif // BITNET_RUNTIME_INTERNAL_H
