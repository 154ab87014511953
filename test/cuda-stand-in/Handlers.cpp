// Finds handlers by name, those for this CPU.
#include "Kernel.h"

#include <unordered_map>

#define STANDIN_TABLES                                                         \
  extern const OpEntry integerOps[], floatOps[], convertOps[], memoryOps[],    \
      warpOps[];
namespace standin {
namespace base {
STANDIN_TABLES
} // namespace base
#ifdef STANDIN_AVX2
namespace avx2 {
STANDIN_TABLES
} // namespace avx2
#endif
} // namespace standin

using namespace standin;

#define ADD_TABLES(space)                                                      \
  for (const OpEntry *table :                                                  \
       {space::integerOps, space::floatOps, space::convertOps,                 \
        space::memoryOps, space::warpOps})                                     \
    for (; table->name; ++table)                                               \
      all.emplace(table->name, table->handler);

static std::unordered_map<std::string, Handler> makeTable() {
  std::unordered_map<std::string, Handler> all;
#ifdef STANDIN_AVX2
  if (__builtin_cpu_supports("x86-64-v3")) {
    ADD_TABLES(avx2)
    return all;
  }
#endif
  ADD_TABLES(base)
  return all;
}

Handler standin::findHandler(const std::string &name) {
  static const std::unordered_map<std::string, Handler> all = makeTable();
  auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}
