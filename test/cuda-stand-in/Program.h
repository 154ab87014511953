/// Decoded kernels and the state of a warp: what Decode makes, Machine runs and
/// the handlers of Ops*.cpp work on.
#ifndef TEST_CUDASTANDIN_PROGRAM_H
#define TEST_CUDASTANDIN_PROGRAM_H

#include <cstdint>

namespace standin {

constexpr int kLanes = 32;
/// Where generic addresses of shared and local memory begin. Those of device
/// memory that the host must not touch lie above kDevice.
constexpr uint64_t kShared = 0x5000000000000000, kLocal = 0x6000000000000000,
                   kDevice = 0x7000000000000000, kWindow = 0x0fffffffffffffff;

/// Memory at [base, base + bytes) for kernels, at base + toHost for us.
struct Allocation {
  uint64_t base = 0, bytes = 0, toHost = 0;
  bool writable = true;
};

enum class FaultKind : uint8_t {
  None,
  OutOfBounds,
  Misaligned,
  ReadOnly,
  BadSource, ///< shfl from a lane outside the mask
  BadMask,   ///< a lane that is not in its own mask, or not all that mma needs
  Trap,
  Deadlock
};

struct Fault {
  FaultKind kind = FaultKind::None;
  int lane = 0;
  uint64_t address = 0;
};

struct Warp;
struct Inst;
using Handler = void (*)(Warp &, const Inst &);

enum class Flow : uint8_t {
  Plain,
  Memory, ///< may fault
  Branch, ///< to `target`
  Table,  ///< to a target of `table` by ops[0]
  Exit,
  Trap,
  Sync,   ///< needs the lanes of the mask in ops[member], then `handler`
  Barrier ///< needs the block
};

constexpr uint32_t kNone = ~0u;

/// Operands are offsets into the registers of a warp; immediates are registers
/// that are set before.
struct Inst {
  Handler handler = nullptr;
  Flow flow = Flow::Plain;
  bool guardNegated = false;
  uint8_t member = 0;
  uint32_t guard = kNone;
  int64_t imm = 0; ///< offset of an address
  uint32_t target = 0, line = 0;
  uint32_t ops[16] = {};
};

/// A register of a warp has 32 values of 1 to 8 bytes, one behind another; a
/// predicate is one word, bit n that of lane n.
struct Warp {
  uint8_t *registers = nullptr;
  uint32_t mask = 0;                      ///< lanes that an instruction writes
  alignas(64) int32_t lanes[kLanes] = {}; ///< 0 or -1, the same
  bool whole = false;                     ///< all 32
  uint8_t *shared = nullptr;
  uint64_t sharedBytes = 0;
  uint8_t *local = nullptr; ///< of each lane, localStride apart
  uint64_t localBytes = 0, localStride = 0;
  const uint8_t *parameters = nullptr;
  Fault fault;
  /// The allocations that instructions have met last.
  Allocation cache[16];
  const Allocation *(*find)(const void *memory, uint64_t address) = nullptr;
  const void *memory = nullptr;
};

struct OpEntry {
  const char *name;
  Handler handler;
};

} // namespace standin

#endif // TEST_CUDASTANDIN_PROGRAM_H
