#include "compiler/Target/Artifacts/OutputFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

using namespace llvm;
using namespace bitnet;

static Error cannotWrite(StringRef path, const std::string &reason) {
  return createStringError(path + ": cannot write: " + reason);
}

OutputFile::OutputFile(StringRef path, std::string temporary, int file)
    : finalPath(path), temporary(std::move(temporary)),
      out(std::make_unique<raw_fd_ostream>(file, /*shouldClose=*/true)) {
  // Written in whole large pages, a file lies in such pages of the page cache,
  // from which weights are read faster.
  out->SetBufferSize(4 << 20);
}

OutputFile::OutputFile(OutputFile &&other)
    : finalPath(std::move(other.finalPath)),
      temporary(std::exchange(other.temporary, {})), out(std::move(other.out)) {
}

OutputFile &OutputFile::operator=(OutputFile &&other) {
  if (this == &other)
    return *this;
  discard();
  finalPath = std::move(other.finalPath);
  temporary = std::exchange(other.temporary, {});
  out = std::move(other.out);
  return *this;
}

int bitnet::createUniqueFile(const Twine &stem, StringRef suffix, unsigned mode,
                             std::string &name) {
  std::random_device random;
  for (int tries = 0; tries < 128; ++tries) {
    name = (stem + utohexstr(random()) + suffix).str();
    // Before the file is there, so that no signal comes in between.
    sys::RemoveFileOnSignal(name);
    int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    int file = ::open(name.c_str(), flags, mode_t(mode));
    if (file >= 0)
      return file;
    int reason = errno;
    sys::DontRemoveFileOnSignal(name);
    errno = reason;
    if (reason != EEXIST && reason != EINTR)
      return -1;
  }
  return -1;
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
  std::string temporary;
  // The linker writes here, too, and takes a '%' as LLVM's functions do.
  SmallString<256> stem = sys::path::parent_path(path);
  std::string base = sys::path::filename(path).str();
  llvm::replace(base, '%', '_');
  sys::path::append(stem, base + ".tmp-");
  // The process's mask applies as to any file a compiler makes.
  int file = createUniqueFile(stem, "", executable ? 0777 : 0666, temporary);
  if (file < 0)
    return cannotWrite(name, std::strerror(errno));
  return OutputFile(path, std::move(temporary), file);
}

bool OutputFile::hasName(StringRef path) const {
  Expected<std::string> followed = followLinks(path);
  if (!followed) {
    consumeError(followed.takeError());
    return false;
  }
  auto folderOf = [](StringRef place) {
    SmallString<256> folder(place);
    (void)sys::fs::make_absolute(folder);
    sys::path::remove_filename(folder);
    return folder;
  };
  bool sameFolder = false;
  return sys::path::filename(*followed) == sys::path::filename(finalPath) &&
         !sys::fs::equivalent(folderOf(*followed), folderOf(finalPath),
                              sameFolder) &&
         sameFolder;
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() {
  if (out) {
    out->clear_error();
    out.reset();
  }
  if (temporary.empty())
    return;
  ::unlink(temporary.c_str());
  sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
}

Error OutputFile::flush() {
  out->flush();
  return takeError();
}

Error OutputFile::close() {
  out->close();
  return takeError();
}

Error OutputFile::takeError() {
  if (!out->has_error())
    return Error::success();
  std::string reason = out->error().message();
  out->clear_error();
  return cannotWrite(finalPath, reason);
}

std::string OutputFile::backupPath() const { return temporary + ".old"; }

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
Error OutputFile::giveBack(const std::string &backup) const {
  if (backup.empty()) {
    ::unlink(finalPath.c_str());
    return Error::success();
  }
  bool given = ::rename(backup.c_str(), finalPath.c_str()) == 0;
  std::string reason = std::strerror(errno);
  // Two names of one file stay two.
  if (given)
    ::unlink(backup.c_str());
  sys::DontRemoveFileOnSignal(backup);
  if (given)
    return Error::success();
  return createStringError(finalPath + ": cannot be given back: " + reason +
                           "; the older file is " + backup);
}

Error OutputFile::takeName() {
  if (::rename(temporary.c_str(), finalPath.c_str()) == 0)
    return Error::success();
  return cannotWrite(finalPath, std::strerror(errno));
}

void OutputFile::finish() {
  out.reset();
  sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
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
    // What is there again is no backup any more, nor is what cannot be moved:
    // it must not be removed.
    for (size_t j = 0; j < i + aside; ++j) {
      error = joinErrors(std::move(error), files[j].giveBack(backups[j]));
      backups[j].clear();
    }
    return error;
  }
  return Error::success();
}

Error bitnet::commitAll(MutableArrayRef<OutputFile> files) {
  // What can fail for want of room fails here, before any name is taken.
  for (OutputFile &file : files)
    if (Error error = file.close())
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
