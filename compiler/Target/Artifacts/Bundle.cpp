#include "compiler/Target/Artifacts/Bundle.h"

#include "bitnet/module.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace bitnet;

static uint64_t pad(raw_ostream &out, uint64_t alignment) {
  out.write_zeros(alignTo(out.tell(), alignment) - out.tell());
  return out.tell();
}

Error bitnet::appendBundle(raw_fd_ostream &out, StringRef weightsPath,
                           StringRef tokenizer) {
  // Mapped, so that the weights are never all in memory.
  ErrorOr<std::unique_ptr<MemoryBuffer>> weights = MemoryBuffer::getFile(
      weightsPath, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!weights)
    return createStringError(weights.getError(),
                             "cannot read the weights: " +
                                 weights.getError().message());
  bitnet_bundle footer = {};
  footer.weights_offset = pad(out, 4096);
  footer.weights_bytes = (*weights)->getBufferSize();
  out << (*weights)->getBuffer();
  footer.tokenizer_offset = pad(out, 64);
  footer.tokenizer_bytes = tokenizer.size();
  out << tokenizer;
  pad(out, 64);
  footer.version = 1;
  footer.bundle_bytes = sizeof(footer);
  memcpy(footer.magic, "BITNETX", sizeof(footer.magic));
  out.write(reinterpret_cast<const char *>(&footer), sizeof(footer));
  return Error::success();
}
