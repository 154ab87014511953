#ifndef COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H
#define COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
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
/// `commitAll`, by a signal too.
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

private:
  friend llvm::Error commitAll(llvm::MutableArrayRef<OutputFile> files);

  OutputFile(llvm::StringRef path, llvm::sys::fs::TempFile file);

  /// Keeps the older file, if there is one, under another name, `backup`.
  std::string backupPath() const;
  llvm::Error backUp(std::string &backup) const;
  void giveBack(const std::string &backup) const;
  /// Gives the file its name, over an older one.
  llvm::Error takeName();
  static llvm::Error takeNames(llvm::MutableArrayRef<OutputFile> files,
                               llvm::MutableArrayRef<std::string> backups);
  /// Forgets the temporary name.
  void finish();

  std::string finalPath;
  std::optional<llvm::sys::fs::TempFile> temporary;
  std::unique_ptr<llvm::raw_fd_ostream> out;
};

/// Gives all files their names, or none: what failed leaves the older files.
/// (Killed between two names it leaves new and old ones, which the hash of the
/// weights tells apart.)
llvm::Error commitAll(llvm::MutableArrayRef<OutputFile> files);

} // namespace bitnet

#endif // COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H
