#include "compiler/Target/Artifacts/OutputFile.h"

#include "llvm/ADT/STLExtras.h"

#include <sys/stat.h>

using namespace llvm;
using namespace bitnet;

static Error cannotWrite(StringRef path, const std::string &reason) {
  return createStringError(path + ": cannot write: " + reason);
}

OutputFile::OutputFile(StringRef path, sys::fs::TempFile file)
    : finalPath(path), temporary(std::move(file)),
      out(std::make_unique<raw_fd_ostream>(temporary->FD,
                                           /*shouldClose=*/false)) {}

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

Error OutputFile::commit() {
  if (Error error = flush())
    return error;
  out.reset();
  Error error = temporary->keep(finalPath);
  temporary.reset();
  if (error)
    return cannotWrite(finalPath, toString(std::move(error)));
  return Error::success();
}

Error bitnet::commitAll(std::vector<OutputFile> &files) {
  // What can fail for want of room fails here, before any name is taken.
  for (OutputFile &file : files)
    if (Error error = file.flush())
      return error;
  for (OutputFile &file : files)
    if (Error error = file.commit())
      return error;
  return Error::success();
}
