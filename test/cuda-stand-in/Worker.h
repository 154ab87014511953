/// One thread of the host with the registers of a block.
#ifndef TEST_CUDASTANDIN_WORKER_H
#define TEST_CUDASTANDIN_WORKER_H

#include "Machine.h"

namespace standin {

/// Lanes of one warp at one instruction.
struct Group {
  uint32_t pc = 0, mask = 0;
};

struct WarpState {
  Warp warp;
  uint32_t live = 0;          ///< lanes that have not left
  Group current;              ///< mask 0: none
  std::vector<Group> ready;   ///< others that can go on
  std::vector<Group> waiting; ///< at a Sync for other lanes
  std::vector<Group> barrier; ///< at a Barrier
  uint32_t nextPc = ~0u;      ///< the least of `ready`
};

/// Memory at a multiple of 64 bytes.
class AlignedMemory {
public:
  ~AlignedMemory() { free(data); }
  /// At least so many bytes; new ones are rubbish. True: it moved.
  bool reserve(uint64_t bytes);
  uint8_t *data = nullptr;

private:
  uint64_t size = 0;
};

class Worker {
public:
  /// `order`: 0, or the seed of lanes and warps that go on in any order.
  void begin(const Launch &launch, const Memory &memory, uint64_t order);
  Failure block(uint32_t number);
  uint64_t executed = 0;

private:
  enum class Stop { Done, Barrier, Fault };
  void preset(WarpState &s);
  void presetSpecials(WarpState &s, uint32_t warp, uint32_t block);
  Stop run(WarpState &s);
  Stop stopped(WarpState &s);
  void flow(WarpState &s, const Inst &inst, uint32_t mask);
  bool pick(WarpState &s);
  bool wake(WarpState &s);
  void regroup(WarpState &s);
  uint32_t draw(uint32_t count);
  void stir(WarpState &s);
  void split(WarpState &s, uint32_t taken, uint32_t target);
  void jumpByTable(WarpState &s, const Inst &inst, uint32_t mask);
  bool synchronize(WarpState &s, const Inst &inst, uint32_t arrived);
  bool release();
  Failure describe(const WarpState &s, uint32_t warp, uint32_t block) const;

  const Launch *launch = nullptr;
  const Memory *memory = nullptr;
  std::shared_ptr<const Kernel> kernel;
  uint32_t warpCount = 0;
  uint64_t order = 0, drawn = 0;
  std::vector<WarpState> warps;
  AlignedMemory registers, shared, local;
};

} // namespace standin

#endif // TEST_CUDASTANDIN_WORKER_H
