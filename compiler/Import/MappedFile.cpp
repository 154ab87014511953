#include "compiler/Import/MappedFile.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llvm;
using namespace bitnet;

namespace {

/// A file descriptor that is closed when it goes out of scope.
class Descriptor {
public:
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (fd >= 0)
      ::close(fd);
  }
  void reset(int other) {
    if (fd >= 0)
      ::close(fd);
    fd = other;
  }
  int get() const { return fd; }
  explicit operator bool() const { return fd >= 0; }

private:
  int fd;
};

} // namespace

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// Names what `open` refused, for a path that may not pass a symbolic link.
static Error describeOpenError(int number) {
  switch (number) {
  case ENOENT:
    return makeError("no such file");
  case ELOOP:
    return makeError("symbolic links are not followed");
  case EXDEV:
    return makeError("it leads out of the model's directory");
  default:
    return makeError(StringRef(std::strerror(number)));
  }
}

MappedFile::~MappedFile() {
  if (size)
    ::munmap(const_cast<uint8_t *>(data), size);
}

Expected<std::shared_ptr<MappedFile>> MappedFile::map(int descriptor) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0)
    return makeError(StringRef(std::strerror(errno)));
  if (!S_ISREG(status.st_mode))
    return makeError("not a regular file");
  size_t size = static_cast<size_t>(status.st_size);
  const uint8_t *data = nullptr;
  if (size) {
    void *address =
        ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED)
      return makeError(StringRef(std::strerror(errno)));
    data = static_cast<const uint8_t *>(address);
  }
  return std::shared_ptr<MappedFile>(new MappedFile(data, size));
}

// O_NONBLOCK: opening a pipe must not wait for its writer.
static constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

Expected<std::shared_ptr<MappedFile>> MappedFile::open(StringRef path) {
  Descriptor file(::open(path.str().c_str(), kReadFlags));
  if (!file)
    return describeOpenError(errno);
  return map(file.get());
}

/// Opens component by component, following no link: for kernels without
/// openat2 (before 5.6) and sandboxes that refuse it.
static int openComponents(int directory, ArrayRef<StringRef> components) {
  Descriptor current(::dup(directory));
  for (StringRef component : components.drop_back()) {
    int next = ::openat(current.get(), component.str().c_str(),
                        O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0) {
      // O_DIRECTORY turns the answer for a link into "not a directory".
      struct stat status;
      if (errno == ENOTDIR)
        errno = ::fstatat(current.get(), component.str().c_str(), &status,
                          AT_SYMLINK_NOFOLLOW) == 0 &&
                        S_ISLNK(status.st_mode)
                    ? ELOOP
                    : ENOTDIR;
      return -1;
    }
    current.reset(next);
  }
  return ::openat(current.get(), components.back().str().c_str(),
                  kReadFlags | O_NOFOLLOW);
}

static int openBelow(int directory, StringRef location,
                     ArrayRef<StringRef> components, bool useOpenat2) {
  if (!useOpenat2)
    return openComponents(directory, components);
  struct open_how how = {};
  how.flags = static_cast<uint64_t>(kReadFlags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long fd = ::syscall(SYS_openat2, directory, location.str().c_str(), &how,
                      sizeof(how));
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != EINVAL))
    return static_cast<int>(fd);
  return openComponents(directory, components);
}

Expected<std::shared_ptr<MappedFile>>
MappedFile::openBeneath(StringRef directory, StringRef location,
                        bool useOpenat2) {
  if (location.contains('\0'))
    return makeError("its name holds a NUL byte");
  if (location.starts_with("/"))
    return makeError("absolute paths are refused, expected a path below the "
                     "model's directory");
  SmallVector<StringRef> components;
  location.split(components, '/', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  if (components.empty())
    return makeError("its name is empty");
  if (is_contained(components, ".."))
    return makeError("it leads out of the model's directory");

  std::string base = directory.empty() ? "." : directory.str();
  Descriptor root(::open(base.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root)
    return describeOpenError(errno);
  Descriptor file(openBelow(root.get(), location, components, useOpenat2));
  if (!file)
    return describeOpenError(errno);
  return map(file.get());
}
