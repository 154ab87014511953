#include "compiler/Target/Artifacts/OutputFile.h"

#include "llvm/ADT/STLExtras.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace bitnet;

static Error cannotWrite(StringRef path, const std::string &reason) {
  return createStringError(path + ": cannot write: " + reason);
}

OutputFile::OutputFile(StringRef path, sys::fs::TempFile file)
    : finalPath(path), temporary(std::move(file)),
      out(std::make_unique<raw_fd_ostream>(temporary->FD,
                                           /*shouldClose=*/false)) {
  // Written in whole large pages, a file lies in such pages of the page cache,
  // from which weights are read faster.
  out->SetBufferSize(4 << 20);
}

Expected<OutputFile> OutputFile::create(StringRef path, bool executable) {
  if (sys::fs::is_directory(path))
    return cannotWrite(path, "it is a directory");
  sys::fs::file_status status;
  bool isThere = !sys::fs::status(path, status) && sys::fs::exists(status);
  if (isThere && !sys::fs::is_regular_file(status))
    return cannotWrite(path, "it is not a regular file");
  // What a link names is replaced, not the link.
  SmallString<256> real(path);
  if (isThere && !sys::fs::real_path(path, real))
    path = real;
  unsigned mode = sys::fs::all_read | sys::fs::all_write;
  if (executable)
    mode |= sys::fs::all_exe;
  // The process's mask applies as to any file a compiler makes.
  mode_t mask = ::umask(0);
  ::umask(mask);
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".tmp-%%%%%%%%", mode & ~mask);
  if (!file)
    return cannotWrite(path, toString(file.takeError()));
  return OutputFile(path, std::move(*file));
}

OutputFile::~OutputFile() {
  if (out) {
    out->clear_error();
    out.reset();
  }
  if (temporary)
    consumeError(temporary->discard());
}

Error OutputFile::flush() {
  out->flush();
  if (!out->has_error())
    return Error::success();
  std::string reason = out->error().message();
  out->clear_error();
  return cannotWrite(finalPath, reason);
}

std::string OutputFile::backupPath() const {
  return temporary->TmpName + ".old";
}

bool OutputFile::backUp() const {
  return ::link(finalPath.c_str(), backupPath().c_str()) == 0;
}

Error OutputFile::takeName() {
  // Not TempFile::keep, which copies where it cannot rename: half a file may
  // stand under the name then.
  if (::rename(temporary->TmpName.c_str(), finalPath.c_str()) == 0)
    return Error::success();
  return cannotWrite(finalPath, std::strerror(errno));
}

void OutputFile::finish() {
  out.reset();
  consumeError(temporary->keep());
  temporary.reset();
}

/// Where one name cannot be taken, those before it are given back.
Error OutputFile::takeNames(MutableArrayRef<OutputFile> files,
                            ArrayRef<std::string> backups) {
  for (size_t i = 0; i < files.size(); ++i) {
    Error error = files[i].takeName();
    if (!error)
      continue;
    for (size_t j = 0; j < i; ++j) {
      if (backups[j].empty())
        ::unlink(files[j].finalPath.c_str());
      else
        ::rename(backups[j].c_str(), files[j].finalPath.c_str());
    }
    return error;
  }
  return Error::success();
}

Error bitnet::commitAll(MutableArrayRef<OutputFile> files) {
  // What can fail for want of room fails here, before any name is taken.
  for (OutputFile &file : files)
    if (Error error = file.flush())
      return error;
  std::vector<std::string> backups(files.size());
  for (auto [file, backup] : zip_equal(files, backups))
    if (file.backUp())
      backup = file.backupPath();
  Error error = OutputFile::takeNames(files, backups);
  for (const std::string &backup : backups)
    if (!backup.empty())
      ::unlink(backup.c_str());
  if (error)
    return error;
  for (OutputFile &file : files)
    file.finish();
  return Error::success();
}
