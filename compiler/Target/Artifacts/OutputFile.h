#ifndef COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H
#define COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>
#include <vector>

namespace bitnet {

/// Makes a file whose name is `stem`, something random and `suffix`, which a
/// signal removes, and gives its name and an open descriptor; -1 and errno
/// where there can be none. LLVM's functions take each '%' of a path for a
/// place of a random digit.
int createUniqueFile(const llvm::Twine &stem, llvm::StringRef suffix,
                     unsigned mode, std::string &name);

/// A file that appears under its name only when it is whole: written beside it
/// under a temporary one, which is removed when the program ends before
/// `commitAll`, by a signal too.
class OutputFile {
public:
  /// Errors name the path and the system's reason.
  static llvm::Expected<OutputFile> create(llvm::StringRef path,
                                           bool executable = false);
  OutputFile(OutputFile &&other);
  OutputFile &operator=(OutputFile &&other);
  ~OutputFile();

  llvm::raw_fd_ostream &stream() { return *out; }
  llvm::StringRef path() const { return finalPath; }
  /// Whether a file that `path` names would take this one's place.
  bool hasName(llvm::StringRef path) const;
  llvm::StringRef temporaryPath() const { return temporary; }

  /// Flushes; a full disk shows here at the latest.
  llvm::Error flush();

private:
  friend llvm::Error commitAll(llvm::MutableArrayRef<OutputFile> files);

  OutputFile(llvm::StringRef path, std::string temporary, int file);

  llvm::Error close();
  llvm::Error takeError();
  /// Keeps the older file, if there is one, under another name, `backup`.
  std::string backupPath() const;
  llvm::Error backUp(std::string &backup) const;
  /// An error where the older file stays under the name `backup`.
  llvm::Error giveBack(const std::string &backup) const;
  /// Gives the file its name, over an older one.
  llvm::Error takeName();
  static llvm::Error takeNames(llvm::MutableArrayRef<OutputFile> files,
                               llvm::MutableArrayRef<std::string> backups);
  /// Forgets the temporary name.
  void finish();
  /// Removes the file, if it has no other name yet.
  void discard();

  std::string finalPath;
  std::string temporary; ///< name; empty when there is no such file
  std::unique_ptr<llvm::raw_fd_ostream> out;
};

/// Gives all files their names, or none: what failed leaves the older files.
/// (Killed between two names it leaves new and old ones, which the hash of the
/// weights tells apart.)
llvm::Error commitAll(llvm::MutableArrayRef<OutputFile> files);

} // namespace bitnet

#endif // COMPILER_TARGET_ARTIFACTS_OUTPUTFILE_H
