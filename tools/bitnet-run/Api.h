/// The runtime's functions, from a model's shared library or linked in.
#ifndef TOOLS_BITNET_RUN_API_H
#define TOOLS_BITNET_RUN_API_H

#include "bitnet/bitnet.h"

#include <string>

namespace bitnet::run {

// Every function of bitnet.h that the tool calls.
#define BITNET_RUN_FUNCTIONS(X)                                                \
  X(abi_version)                                                               \
  X(dtype_name)                                                                \
  X(dtype_size)                                                                \
  X(model_open)                                                                \
  X(model_close)                                                               \
  X(model_get_info)                                                            \
  X(model_get_input)                                                           \
  X(model_get_output)                                                          \
  X(session_create)                                                            \
  X(session_destroy)                                                           \
  X(session_step)                                                              \
  X(session_step_top)                                                          \
  X(session_rewind)                                                            \
  X(session_reset)                                                             \
  X(session_get_info)                                                          \
  X(invoke)                                                                    \
  X(results_get)                                                               \
  X(results_destroy)

struct Api {
#define BITNET_RUN_MEMBER(name) decltype(&bitnet_##name) name = nullptr;
  BITNET_RUN_FUNCTIONS(BITNET_RUN_MEMBER)
#undef BITNET_RUN_MEMBER
};

/// The runtime that this program was linked with.
Api linkedApi();

/// The runtime inside a shared library opened by dlopen. False: a function is
/// missing or the version differs.
bool loadApi(void *library, Api &out, std::string &error);

} // namespace bitnet::run

#endif // TOOLS_BITNET_RUN_API_H
