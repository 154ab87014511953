// Any bytes as a weights file. The hashes of header and data are made to fit
// (a fuzzer does not find them), so that what lies behind them is reached.

#include "bitnet/bitnet.h"
#include "internal.h"

#include <cstdlib>
#include <cstring>

static int32_t run(bitnet_exec *) { return BITNET_RUN_OK; }
static int64_t arenaBytes(const bitnet_exec *) { return 64; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  uint8_t flags = data[0];
  ++data, --size;
  void *memory = nullptr;
  if (posix_memalign(&memory, 4096, size + 1))
    return 0;
  std::memcpy(memory, data, size);
  auto *header = static_cast<bitnet_weights_header *>(memory);
  bitnet_module module = {};
  module.abi = BITNET_MODULE_ABI;
  module.name = module.target = "fuzz";
  module.run = run;
  module.arena_bytes = arenaBytes;
  if (size >= sizeof(*header)) {
    bool fits = header->data_offset <= size &&
                header->data_bytes <= size - header->data_offset;
    if ((flags & 1) && fits)
      bn_sha256(static_cast<uint8_t *>(memory) + header->data_offset,
                header->data_bytes, header->hash);
    if (flags & 2)
      bn_sha256(static_cast<uint8_t *>(memory),
                offsetof(bitnet_weights_header, header_hash),
                header->header_hash);
    if (flags & 4)
      std::memcpy(module.weights_hash, header->hash, sizeof(header->hash));
    if (flags & 8)
      module.weights_bytes = header->data_bytes;
  }
  bitnet_weights_source source = {nullptr, 0, size, memory};
  bitnet_model_options options = {sizeof(options), flags & 16, nullptr,
                                  nullptr};
  bitnet_model *model = nullptr;
  bitnet_error error = {};
  int32_t code = bitnet_model_open(&module, &source, &options, &model, &error);
  if ((code == BITNET_OK) != (model != nullptr) ||
      (code != BITNET_OK && !error.message[0]))
    std::abort();
  bitnet_model_close(model);
  std::free(memory);
  return 0;
}
