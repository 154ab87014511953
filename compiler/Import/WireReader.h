#ifndef COMPILER_IMPORT_WIREREADER_H
#define COMPILER_IMPORT_WIREREADER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>

namespace bitnet {

/// Where the raw_data of a tensor lies in the model file, in bytes.
struct RawDataRange {
  uint64_t offset = 0;
  uint64_t size = 0;

  /// The `raw_data` that the skeleton holds in place of the tensor's bytes.
  std::string encode() const;
  /// Inverse of encode(); nothing if `bytes` is not of its length.
  static std::optional<RawDataRange> decode(llvm::StringRef bytes);
};

/// Scans the wire format of an ONNX model and returns a serialized ModelProto
/// without the bytes of its tensors: each raw_data is replaced by its encoded
/// RawDataRange in `file`. Doc strings, metadata and training information,
/// which nobody reads, are left out.
///
/// Every length is checked against what is left of its message before it is
/// used, and messages may nest 100 deep. Errors name the byte offset.
llvm::Expected<std::string> readSkeleton(llvm::ArrayRef<uint8_t> file);

} // namespace bitnet

#endif // COMPILER_IMPORT_WIREREADER_H
