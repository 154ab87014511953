/// How a self-contained executable carries its weights and tokenizer: appended
/// behind the ELF image, with this footer as the last bytes of the file.
///
///     ELF image | padding | weights file | padding | tokenizer.json | footer
///
/// The code is linked in and exports the symbol `bitnet_module`.
#ifndef BITNET_EMBEDDED_H
#define BITNET_EMBEDDED_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BITNET_EMBEDDED_MAGIC "BITNETX"
#define BITNET_EMBEDDED_VERSION 1u

/// The last sizeof(bitnet_embedded_footer) bytes of the executable. Offsets
/// count from the start of the file.
typedef struct bitnet_embedded_footer {
  uint64_t weights_offset; ///< multiple of 4096: a whole weights file
  uint64_t weights_bytes;
  uint64_t tokenizer_offset; ///< UTF-8 JSON
  uint64_t tokenizer_bytes;  ///< 0: no tokenizer
  uint32_t version;          ///< BITNET_EMBEDDED_VERSION
  uint32_t footer_bytes;     ///< sizeof(bitnet_embedded_footer)
  char magic[8];             ///< BITNET_EMBEDDED_MAGIC and a 0
} bitnet_embedded_footer;

#ifdef __cplusplus
}
#endif

#endif // BITNET_EMBEDDED_H
