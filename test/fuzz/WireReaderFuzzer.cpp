// Any bytes as an ONNX file: the scan of the wire format gives a skeleton or an
// error, within the file's bounds.

#include "compiler/Import/WireReader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::Expected<std::string> skeleton =
      bitnet::readSkeleton(llvm::ArrayRef(data, size));
  if (!skeleton)
    llvm::consumeError(skeleton.takeError());
  return 0;
}
