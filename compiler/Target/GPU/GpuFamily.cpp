#include "compiler/Target/GPU/GpuFamily.h"

using namespace bitnet;

llvm::ArrayRef<const GpuFamily *> bitnet::getGpuFamilies() {
  static const GpuFamily *const families[] = {&getNVPTXFamily(),
                                              &getAMDGPUFamily()};
  return families;
}

std::pair<const GpuFamily *, const NamedGpu *>
bitnet::findGpu(llvm::StringRef name) {
  for (const GpuFamily *family : getGpuFamilies())
    for (const NamedGpu &gpu : family->getNames())
      if (gpu.name == name)
        return {family, &gpu};
  return {nullptr, nullptr};
}
