#ifndef COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H
#define COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bitnet {

/// A file that appears under its name only when it is whole: written beside it
/// under a temporary one, which is removed when the program ends before
/// `commit`, by a signal too.
class OutputFile {
public:
  /// Errors name the path and the system's reason.
  static llvm::Expected<OutputFile> create(llvm::StringRef path,
                                           bool executable = false);
  OutputFile(OutputFile &&) = default;
  OutputFile &operator=(OutputFile &&) = default;
  ~OutputFile();

  llvm::raw_fd_ostream &stream() { return *out; }
  llvm::StringRef path() const { return finalPath; }
  llvm::StringRef temporaryPath() const { return temporary->TmpName; }

  /// Flushes; a full disk shows here at the latest.
  llvm::Error flush();
  /// Gives the file its name, over an older one.
  llvm::Error commit();

private:
  OutputFile(llvm::StringRef path, llvm::sys::fs::TempFile file);

  std::string finalPath;
  std::optional<llvm::sys::fs::TempFile> temporary;
  std::unique_ptr<llvm::raw_fd_ostream> out;
};

/// Commits all files, or none when the first one cannot be.
llvm::Error commitAll(std::vector<OutputFile> &files);

} // namespace bitnet

#endif // COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H
