/// A module that is ready to run, made from its text.
#ifndef TEST_CUDASTANDIN_KERNEL_H
#define TEST_CUDASTANDIN_KERNEL_H

#include "Program.h"
#include "Ptx.h"

#include <functional>

namespace standin {

/// A register that has a value before the first instruction: the same in all
/// lanes, or what a special register holds.
struct Preset {
  uint32_t offset = 0;
  int bits = 0;
  uint64_t value = 0;
  std::string special; ///< "%tid.x"; empty: `value`
};

struct Kernel {
  std::string name;
  std::vector<Inst> code;
  std::vector<std::vector<uint32_t>> tables; ///< of brx.idx
  std::vector<std::string> sources;          ///< by instruction, for messages
  std::vector<Preset> presets;
  uint64_t registerBytes = 0, sharedBytes = 0, localBytes = 0;
  std::vector<uint64_t> parameterOffsets;
  std::vector<uint64_t> parameterSizes;
  uint64_t parameterBytes = 0;
  int64_t reqntid = 0, maxntid = 0;
};

/// The handler of a name of the tables in Ops*.cpp, for this CPU; null: none.
Handler findHandler(const std::string &name);

/// Addresses of the module's .global and .const variables.
using GlobalAddress = std::function<uint64_t(const std::string &)>;

/// Functions that it calls become part of it. Throws PtxError.
Kernel decodeKernel(const Ptx &ptx, const Function &entry,
                    const GlobalAddress &globals);

} // namespace standin

#endif // TEST_CUDASTANDIN_KERNEL_H
