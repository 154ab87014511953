#include "compiler/Target/Artifacts/OutputFile.h"

#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

#include <cerrno>
#include <climits>
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

/// What a link names is written, not the link, also where nothing is there yet.
static Expected<std::string> followLinks(StringRef path) {
  SmallString<256> place(path);
  // As many as Linux follows.
  for (int links = 0; links <= 40; ++links) {
    SmallString<256> target;
    char buffer[PATH_MAX];
    ssize_t length = ::readlink(place.c_str(), buffer, sizeof buffer);
    if (length < 0)
      return std::string(place);
    target.append(buffer, buffer + length);
    if (sys::path::is_relative(target)) {
      sys::path::remove_filename(place);
      sys::path::append(place, target);
    } else {
      place = target;
    }
  }
  return cannotWrite(path, "too many levels of symbolic links");
}

Expected<OutputFile> OutputFile::create(StringRef name, bool executable) {
  Expected<std::string> followed = followLinks(name);
  if (!followed)
    return followed.takeError();
  StringRef path = *followed;
  if (sys::fs::is_directory(path))
    return cannotWrite(name, "it is a directory");
  sys::fs::file_status status;
  if (!sys::fs::status(path, status) && sys::fs::exists(status) &&
      !sys::fs::is_regular_file(status))
    return cannotWrite(name, "it is not a regular file");
  unsigned mode = sys::fs::all_read | sys::fs::all_write;
  if (executable)
    mode |= sys::fs::all_exe;
  // The process's mask applies as to any file a compiler makes.
  mode_t mask = ::umask(0);
  ::umask(mask);
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".tmp-%%%%%%%%", mode & ~mask);
  if (!file)
    return cannotWrite(name, toString(file.takeError()));
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

/// A second name for the older file; where the file system has no hard links,
/// its only one, until the new file takes the place.
Error OutputFile::backUp(std::string &backup) const {
  std::string place = backupPath();
  sys::RemoveFileOnSignal(place);
  bool renamed = false;
  if (::link(finalPath.c_str(), place.c_str()) != 0) {
    if (errno != ENOENT)
      renamed = ::rename(finalPath.c_str(), place.c_str()) == 0;
    if (!renamed) {
      sys::DontRemoveFileOnSignal(place);
      if (errno != ENOENT)
        return cannotWrite(finalPath, std::strerror(errno));
      return Error::success();
    }
  }
  // The only name of the older file must outlive a signal.
  if (renamed)
    sys::DontRemoveFileOnSignal(place);
  backup = place;
  return Error::success();
}

/// The older file again, or none where there was none.
void OutputFile::giveBack(const std::string &backup) const {
  if (backup.empty())
    ::unlink(finalPath.c_str());
  else
    ::rename(backup.c_str(), finalPath.c_str());
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

/// Where one file cannot be put aside or one name cannot be taken, those before
/// it are given back.
Error OutputFile::takeNames(MutableArrayRef<OutputFile> files,
                            MutableArrayRef<std::string> backups) {
  for (size_t i = 0; i < files.size(); ++i) {
    // A single file is renamed over the older one or is not.
    Error error =
        files.size() > 1 ? files[i].backUp(backups[i]) : Error::success();
    bool aside = !backups[i].empty();
    if (!error)
      error = files[i].takeName();
    if (!error)
      continue;
    if (aside)
      files[i].giveBack(backups[i]);
    for (size_t j = 0; j < i; ++j)
      files[j].giveBack(backups[j]);
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
  Error error = OutputFile::takeNames(files, backups);
  for (const std::string &backup : backups) {
    if (backup.empty())
      continue;
    ::unlink(backup.c_str());
    sys::DontRemoveFileOnSignal(backup);
  }
  if (error)
    return error;
  for (OutputFile &file : files)
    file.finish();
  return Error::success();
}
