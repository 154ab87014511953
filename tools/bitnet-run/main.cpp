#include "Tool.h"

/// Defined where a model's code is linked in. The type has the same name, which
/// C++ would not let a variable have.
extern "C" const bitnet_module linkedModule __asm__("bitnet_module")
    __attribute__((weak));

int main(int argc, char **argv) {
  return bitnet::run::runTool(argc, argv, &linkedModule);
}
