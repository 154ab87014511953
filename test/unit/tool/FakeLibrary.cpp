// libfakelm.so: exports what a compiled model exports, and, for the test, its
// weights file.
#include "../runtime/FakeModule.h"

#define EXPORT __attribute__((visibility("default")))

extern "C" {
EXPORT extern bitnet_module exportedModule __asm__("bitnet_module");
EXPORT const void *fakeWeights(size_t *size);
}

static FakeModel &model() {
  static FakeModel fake;
  return fake;
}

bitnet_module exportedModule = model().module;

const void *fakeWeights(size_t *size) {
  *size = model().weights.size();
  return model().weights.data();
}
