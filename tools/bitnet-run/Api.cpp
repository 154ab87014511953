#include "Api.h"

#include <dlfcn.h>

using namespace bitnet::run;

Api bitnet::run::linkedApi() {
  Api api;
#define BITNET_RUN_LINK(name) api.name = bitnet_##name;
  BITNET_RUN_FUNCTIONS(BITNET_RUN_LINK)
#undef BITNET_RUN_LINK
  return api;
}

bool bitnet::run::loadApi(void *library, Api &out, std::string &error) {
#define BITNET_RUN_LOAD(name)                                                  \
  out.name =                                                                   \
      reinterpret_cast<decltype(out.name)>(dlsym(library, "bitnet_" #name));   \
  if (!out.name) {                                                             \
    error = "not a compiled model: it does not export bitnet_" #name;          \
    return false;                                                              \
  }
  BITNET_RUN_FUNCTIONS(BITNET_RUN_LOAD)
#undef BITNET_RUN_LOAD
  if (uint32_t version = out.abi_version(); version != BITNET_ABI_VERSION) {
    error = "has version " + std::to_string(version) +
            " of the runtime's interface, expected " +
            std::to_string(BITNET_ABI_VERSION);
    return false;
  }
  return true;
}
