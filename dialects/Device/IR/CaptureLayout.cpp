#include "dialects/Device/IR/CaptureLayout.h"

#include "mlir/IR/TypeRange.h"

using namespace mlir;
using namespace bitnet::device;

CaptureLayout::CaptureLayout(TypeRange types) {
  for (Type type : types) {
    words.push_back(numWords);
    auto memref = dyn_cast<MemRefType>(type);
    if (memref)
      addresses.push_back(numWords);
    numWords += memref ? 2 + 2 * memref.getRank() : 1;
  }
}
