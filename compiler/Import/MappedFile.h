#ifndef COMPILER_IMPORT_MAPPEDFILE_H
#define COMPILER_IMPORT_MAPPEDFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>

namespace bitnet {

/// A regular file mapped read-only. Errors name no path: the caller knows it.
class MappedFile {
public:
  ~MappedFile();
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;

  /// Maps `path`, following symbolic links.
  static llvm::Expected<std::shared_ptr<MappedFile>> open(llvm::StringRef path);

  /// Maps `location`, a relative path below `directory`. Refuses absolute
  /// paths, `..` and symbolic links in any component, so that a model cannot
  /// name a file outside its own directory.
  /// `useOpenat2` is for tests: without it, or where the kernel lacks it, the
  /// path is walked component by component.
  static llvm::Expected<std::shared_ptr<MappedFile>>
  openBeneath(llvm::StringRef directory, llvm::StringRef location,
              bool useOpenat2 = true);

  /// The file's bytes; no alignment is promised.
  llvm::ArrayRef<uint8_t> bytes() const { return {data, size}; }

private:
  MappedFile(const uint8_t *data, size_t size) : data(data), size(size) {}
  static llvm::Expected<std::shared_ptr<MappedFile>> map(int descriptor);

  const uint8_t *data;
  size_t size;
};

} // namespace bitnet

#endif // COMPILER_IMPORT_MAPPEDFILE_H
