/// What a compiled model and the runtime agree on. Not a stable interface for
/// users: they call bitnet.h. Both sides check `abi`.
#ifndef BITNET_MODULE_H
#define BITNET_MODULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BITNET_MODULE_ABI 9u
#define BITNET_MAX_RANK 8

/// ONNX TensorProto.DataType numbers.
enum bitnet_dtype {
  BITNET_FLOAT32 = 1, BITNET_UINT8 = 2, BITNET_INT8 = 3, BITNET_UINT16 = 4,
  BITNET_INT16 = 5, BITNET_INT32 = 6, BITNET_INT64 = 7, BITNET_BOOL = 9,
  BITNET_FLOAT16 = 10, BITNET_FLOAT64 = 11, BITNET_UINT32 = 12,
  BITNET_UINT64 = 13, BITNET_BFLOAT16 = 16,
  // A byte for each element: the code of a float, an integer extended to it.
  BITNET_FLOAT8E4M3FN = 17, BITNET_FLOAT8E4M3FNUZ = 18,
  BITNET_FLOAT8E5M2 = 19, BITNET_FLOAT8E5M2FNUZ = 20, BITNET_UINT4 = 21,
  BITNET_INT4 = 22, BITNET_FLOAT4E2M1 = 23, BITNET_FLOAT8E8M0 = 24,
  BITNET_UINT2 = 25, BITNET_INT2 = 26
};

/// What a graph input or output means to the runtime.
enum bitnet_role {
  BITNET_ROLE_NONE = 0,
  BITNET_ROLE_TOKENS = 1,         ///< i64/i32 [batch, seq]
  BITNET_ROLE_ATTENTION_MASK = 2, ///< i64 [batch, past + seq], 1 = attend
  BITNET_ROLE_POSITIONS = 3,      ///< i64 [batch, seq], past .. past + seq - 1
  BITNET_ROLE_KV = 4,             ///< past (input) or present (output) of a cache
  BITNET_ROLE_LOGITS = 5,         ///< f32 [batch, seq, vocab]
  BITNET_ROLE_USE_PAST = 6        ///< one bool: whether the past counts; without it, all is new
};

/// One graph input or output.
typedef struct bitnet_value_desc {
  const char *name;
  int32_t dtype;       ///< enum bitnet_dtype
  int32_t role;        ///< enum bitnet_role
  int32_t kv;          ///< index into the module's caches for BITNET_ROLE_KV, else -1
  int32_t rank;
  const int64_t *dims; ///< >= 0: static; negative: -(1 + index into the module's symbols)
} bitnet_value_desc;

/// Bytes of the f32 scale behind each entry (head_dim elements) of a cache of int8.
#define BITNET_KV_SCALE_BYTES 4

/// One key or value cache: session memory of shape [batch, heads, capacity] of entries.
/// An entry has head_dim elements; of int8 it ends with its scale, by which they count.
typedef struct bitnet_kv_desc {
  int32_t input;  ///< graph input that is its past
  int32_t output; ///< graph output that is its present
  int32_t dtype;  ///< element type of the session's memory
  /// 0: input and output are of the cache's shape; 1: of [batch, length, heads, head_dim].
  int32_t length_first;
  int64_t heads;
  int64_t head_dim;
  /// Of an input or output with more axes, the cache's being the last four: how many of its parts
  /// lie in front of this cache's.
  int64_t input_part;
  int64_t output_part;
  int32_t new_only; ///< 1: the output holds the new entries alone, not the past
} bitnet_kv_desc;

/// A contiguous row-major tensor.
typedef struct bitnet_buffer {
  void *data;
  int64_t dims[BITNET_MAX_RANK];
} bitnet_buffer;

typedef void (*bitnet_range_fn)(void *args, int64_t begin, int64_t end);

/// One execution, as compiled code sees it. The runtime fills it; `run` writes
/// `outputs` and `status`. Compiled code reads it through the offsets of this
/// declaration: change it together with BITNET_MODULE_ABI.
typedef struct bitnet_exec {
  const uint8_t *weights;  ///< start of the weights file's data section, 64-byte aligned
  uint8_t *arena;          ///< 64-byte aligned, at least arena_bytes(exec) bytes
  bitnet_buffer *inputs;   ///< one for each graph input; unused for KV inputs
  bitnet_buffer *outputs;  ///< one for each graph output; unused for KV outputs
  void **kv;               ///< memory of each cache
  int64_t kv_capacity;     ///< entries along the length axis
  int64_t kv_batch;        ///< batch of the session
  int64_t past_length;     ///< entries valid before this execution
  int64_t logit_rows;      ///< last positions that need logits; 0: all, -1: none
  int64_t top;             ///< > 0: only so many largest logits of each row are wanted
  /// Runs fn on parts of [0, count), each a multiple of grain but the last.
  void (*parallel)(struct bitnet_exec *exec, bitnet_range_fn fn, void *args,
                   int64_t count, int64_t grain);
  /// Memory for sizes that depend on data, freed after the outputs were read;
  /// NULL when out of memory. A slot, 0 or above, has one memory: a call gives at least
  /// `bytes` that begin with what the slot held, and may move it. Other slots: memory of its own.
  void *(*allocate)(struct bitnet_exec *exec, int64_t bytes, int64_t slot);
  /// Places that may hold one of the `top` largest numbers, where place n holds
  /// one from lower[n] to upper[n]: their count, negative above `capacity`.
  int64_t (*screen)(struct bitnet_exec *exec, const float *lower, const float *upper,
                    int64_t count, int32_t *ids, int64_t capacity);
  /// Instead of an output: logits of the next row, the `top` largest among them;
  /// of the tokens `ids`, or of 0, 1, 2, ... where that is NULL.
  void (*offer)(struct bitnet_exec *exec, const int32_t *ids, const float *logits, int64_t count);
  /// Asks the device to run the module's kernel `kernel` on parts of [0, count), behind what
  /// it was asked for before; `captures` are copied. NULL without a device.
  void (*dispatch)(struct bitnet_exec *exec, int32_t kernel, const uint64_t *captures, int64_t count);
  /// Waits until all that the device was asked for is done: BITNET_RUN_OK, or
  /// BITNET_RUN_DEVICE_FAILED, then and from then on: the run must end. NULL without a device.
  int32_t (*await)(struct bitnet_exec *exec);
  void *runtime;           ///< the runtime's own
} bitnet_exec;

/// Most captures, in words, that a kernel of CUDA takes as parameters; one that has more reads
/// all of them from memory. Parameters take 4 KiB at most, with those of bitnet_push.
#define BITNET_PARAMETER_WORDS 508

/// What a launch tells each thread of a kernel; 64-bit addresses of the device.
typedef struct bitnet_push {
  uint64_t captures; ///< num_words words of 8 bytes; 0 where they are parameters
  uint64_t scratch;  ///< scratch_bytes for each thread, one after another
  int64_t first;     ///< the part of the first thread
  int64_t count;     ///< units
} bitnet_push;

/// A parallel region as code for a device. Each `lanes` neighbouring threads (invocations)
/// of a launch run one part together, the units [p * grain, (p + 1) * grain) below `count`:
/// thread i runs part p = first + i / lanes, and uses the scratch memory from
/// scratch + i * scratch_bytes on. Whole workgroups are started; threads whose part
/// begins beyond `count` leave by themselves.
///
/// Vulkan: `code` is a SPIR-V module with the entry point "main", which reads a bitnet_push as
/// push constants.
/// CUDA: `code` is the text of one PTX module, its closing NUL counted in code_bytes, with the
/// entry `bitnet_kernel` of four .u64 parameters, the fields of bitnet_push in their
/// order, and one for each word of the captures where those are BITNET_PARAMETER_WORDS or
/// fewer. A grid has the dimension x alone; shared memory is static, in the PTX.
typedef struct bitnet_kernel {
  const char *name;
  const void *code;
  uint64_t code_bytes;
  /// The captures that are addresses: of the host where they are given to `dispatch`, of the
  /// device where a kernel reads them.
  const int32_t *addresses;
  int32_t num_addresses, num_words;
  int64_t grain;
  int64_t workgroup;     ///< threads of a workgroup (block), a multiple of `lanes`
  /// CUDA: threads of a block where there are few parts: another multiple of `lanes`, of which
  /// `workgroup` is one, or the same.
  int64_t small_workgroup;
  int64_t lanes;         ///< threads that run one part together
  int64_t scratch_bytes; ///< of each thread
} bitnet_kernel;

/// How the runtime drives a kind of device.
struct bitnet_driver;

/// Result of `run`.
enum bitnet_run_status {
  BITNET_RUN_OK = 0,
  BITNET_RUN_OUT_OF_MEMORY = 1, ///< `allocate` gave NULL
  BITNET_RUN_BAD_INDEX = 2,     ///< e.g. a Gather index out of range
  BITNET_RUN_BAD_SHAPE = 3,     ///< input shapes that the graph cannot combine
  BITNET_RUN_DEVICE_FAILED = 4  ///< `await` gave it
};

/// A compiled model: the object exports one of these as `bitnet_module`. No
/// typedef: in C the variable of that name would clash with it.
struct bitnet_module {
  uint32_t abi;             ///< BITNET_MODULE_ABI
  uint32_t required_cpu;    ///< bits of enum bitnet_cpu
  const char *name;
  const char *target;       ///< triple, CPU and features, for messages
  uint8_t weights_hash[32]; ///< of the weights file this code belongs to
  uint64_t weights_bytes;   ///< of its data section
  const bitnet_value_desc *inputs;
  const bitnet_value_desc *outputs;
  const bitnet_kv_desc *kv;
  const char *const *symbols; ///< names of symbolic dimensions
  int32_t num_inputs, num_outputs, num_kv, num_symbols;
  int64_t context_length; ///< most positions that the model allows; 0: unknown
  int64_t vocab_size;     ///< last axis of the logits; 0: not a language model
  /// Arena that one execution with exec's inputs (dims), past_length and
  /// logit_rows needs; negative: above 2^63. Not monotone: what is cut off at a
  /// table's end shrinks as past_length grows.
  int64_t (*arena_bytes)(const bitnet_exec *exec);
  /// Runs the graph once; enum bitnet_run_status. Allocates nothing but
  /// through exec->allocate.
  int32_t (*run)(bitnet_exec *exec);
  const struct bitnet_driver *driver; ///< of the device that `kernels` need; NULL: none
  const bitnet_kernel *kernels;
  int64_t num_kernels;
  const char *target_name; ///< what --target called this code's target
  /// More code of the same model, for CPUs with more, the best last: the runtime takes the
  /// last one whose `required_cpu` this CPU has. Weights, inputs, outputs and caches are those
  /// of this one; the arena is each one's own. Of each of them: NULL and 0.
  const struct bitnet_module *const *better;
  int64_t num_better;
  /// Whether logits and cache entries of each token depend on that token, its position and the
  /// caches alone, so that a text may be run in pieces. 0: they may not, or it is not known.
  int64_t token_local;
  /// How many entries a run appends to each cache: the size of this axis of this graph input,
  /// or, where the input is -1, this number.
  int64_t appended_input, appended_axis;
  /// The graph input and its axis that are as large as the caches' batch; -1: it is static.
  int64_t batch_input, batch_axis;
};

/// Devices with Vulkan 1.3.
extern const struct bitnet_driver bitnet_vulkan_driver;
/// NVIDIA's devices, by way of their CUDA driver.
extern const struct bitnet_driver bitnet_cuda_driver;

/// CPU features that code may require, as bits of bitnet_module::required_cpu.
/// Those of x86-64; each architecture counts its own from bit 0 on.
enum bitnet_cpu {
  BITNET_CPU_SSSE3 = 1u << 0, BITNET_CPU_AVX2 = 1u << 1, BITNET_CPU_FMA = 1u << 2,
  BITNET_CPU_F16C = 1u << 3, BITNET_CPU_AVX512F = 1u << 4, BITNET_CPU_AVX512BW = 1u << 5,
  BITNET_CPU_AVX512VL = 1u << 6, BITNET_CPU_AVX512DQ = 1u << 7, BITNET_CPU_AVX512VNNI = 1u << 8,
  BITNET_CPU_AVX512VBMI = 1u << 9, BITNET_CPU_BMI2 = 1u << 10, BITNET_CPU_SSE41 = 1u << 11,
  BITNET_CPU_SSE42 = 1u << 12, BITNET_CPU_AVX = 1u << 13, BITNET_CPU_POPCNT = 1u << 14,
  BITNET_CPU_AVX512CD = 1u << 15
};
/// The same of AArch64.
enum bitnet_cpu_aarch64 {
  BITNET_CPU_DOTPROD = 1u << 0, BITNET_CPU_I8MM = 1u << 1, BITNET_CPU_FULLFP16 = 1u << 2
};
/// The same of RISC-V: vectors, and how many bits they have at least.
enum bitnet_cpu_riscv64 {
  BITNET_CPU_V = 1u << 0, BITNET_CPU_ZVL256B = 1u << 1, BITNET_CPU_ZVL512B = 1u << 2
};

/// Start of a weights file; the data section follows at `data_offset`.
typedef struct bitnet_weights_header {
  char magic[8];          ///< "BITNETW\0"
  uint32_t version;       ///< 1
  uint32_t header_bytes;  ///< sizeof(bitnet_weights_header)
  uint64_t data_offset;   ///< multiple of 4096
  uint64_t data_bytes;
  uint8_t hash[32];       ///< SHA-256 of the data section
  char target[64];        ///< layout family, for messages
  uint8_t header_hash[32];///< SHA-256 of all bytes before this field
} bitnet_weights_header;

/// Last bytes of a self-contained executable: where its parts lie in the file.
/// Its `main` is bitnet-run's, linked with the model's code: there the weak
/// symbol `bitnet_module` is defined and MODEL is not asked for.
typedef struct bitnet_bundle {
  uint64_t weights_offset;   ///< of a bitnet_weights_header; multiple of 4096
  uint64_t weights_bytes;    ///< header and data
  uint64_t tokenizer_offset; ///< of the text of tokenizer.json
  uint64_t tokenizer_bytes;  ///< 0: none
  uint32_t version;          ///< 1
  uint32_t bundle_bytes;     ///< sizeof(bitnet_bundle)
  char magic[8];             ///< "BITNETX\0"
} bitnet_bundle;

#ifdef __cplusplus
}
#endif

#endif // BITNET_MODULE_H
