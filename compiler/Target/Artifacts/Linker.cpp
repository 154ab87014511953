#include "compiler/Target/Artifacts/Linker.h"
#include "compiler/Target/Artifacts/OutputFile.h"
#include "compiler/Target/Family.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace bitnet;

std::string bitnet::findResourceDir(StringRef override, const char *argv0) {
  if (!override.empty())
    return override.str();
  static int anchor;
  std::string program = sys::fs::getMainExecutable(argv0, &anchor);
  SmallString<256> directory(
      sys::path::parent_path(sys::path::parent_path(program)));
  sys::path::append(directory, "lib", "bitnet");
  return std::string(directory);
}

namespace {

/// A file for the linker to read, gone when this object is.
class ScratchFile {
public:
  static Expected<ScratchFile> create(StringRef contents) {
    SmallString<128> stem;
    sys::path::system_temp_directory(/*ErasedOnReboot=*/true, stem);
    sys::path::append(stem, "bitnet-");
    ScratchFile file;
    int descriptor = createUniqueFile(stem, ".o", 0600, file.name);
    if (descriptor < 0) {
      file.name.clear();
      return createStringError("cannot make a temporary file in " +
                               sys::path::parent_path(stem) + ": " +
                               std::strerror(errno));
    }
    raw_fd_ostream out(descriptor, /*shouldClose=*/true);
    out << contents;
    out.close();
    if (!out.has_error())
      return file;
    std::string reason = out.error().message();
    out.clear_error();
    return createStringError("cannot write a temporary file: " + reason);
  }
  ScratchFile(ScratchFile &&other) : name(std::exchange(other.name, {})) {}
  ~ScratchFile() {
    if (name.empty())
      return;
    ::unlink(name.c_str());
    sys::DontRemoveFileOnSignal(name);
  }
  const std::string &path() const { return name; }

private:
  ScratchFile() = default;

  std::string name;
};

} // namespace

/// A shared library of the system that the output is linked against; only its
/// symbols are read. Found where Linux distributions keep them: those for other
/// architectures than this one apart.
static Expected<std::string>
findSystemLibrary(StringRef name, const Triple &triple, StringRef resourceDir) {
  std::string multiarch =
      (Triple::getArchTypeName(triple.getArch()) + "-linux-gnu").str();
  SmallVector<std::string> folders = {resourceDir.str(), "/lib/" + multiarch,
                                      "/usr/lib/" + multiarch,
                                      "/usr/" + multiarch + "/lib"};
  if (triple.getArch() == Triple(sys::getDefaultTargetTriple()).getArch())
    folders.append({"/lib64", "/usr/lib64", "/lib", "/usr/lib"});
  for (const std::string &folder : folders) {
    SmallString<128> path(folder);
    sys::path::append(path, name);
    if (sys::fs::exists(path))
      return std::string(path);
  }
  return createStringError("cannot link: " + name + " for " + triple.str() +
                           " was not found, neither in " +
                           join(drop_begin(folders), " nor in ") +
                           "; Debian has it in libc6-dev-*-cross");
}

/// What programs may need of the system. The loader has the functions of
/// thread-local variables.
static Expected<std::vector<std::string>>
findSystemLibraries(const Triple &triple, StringRef resourceDir) {
  StringRef loader = findFamily(triple.getArch())->getLoader();
  std::vector<std::string> paths;
  for (StringRef name : {StringRef("libc.so.6"), StringRef("libm.so.6"),
                         sys::path::filename(loader)}) {
    Expected<std::string> path = findSystemLibrary(name, triple, resourceDir);
    if (!path)
      return path.takeError();
    paths.push_back(std::move(*path));
  }
  return paths;
}

static Expected<std::string> findResource(StringRef name, const Triple &triple,
                                          StringRef resourceDir) {
  SmallString<128> path(resourceDir);
  sys::path::append(path, Triple::getArchTypeName(triple.getArch()), name);
  if (!sys::fs::exists(path))
    return createStringError("cannot link: the runtime for " +
                             triple.getArchName() + " is not installed: no " +
                             path.str());
  return std::string(path);
}

/// LLD takes each '%' of a path that it writes to for a random digit.
static Error checkLinkable(const Triple &triple, StringRef path) {
  if (StringRef folder = sys::path::parent_path(path); folder.contains('%'))
    return createStringError(folder + ": cannot link into a folder with '%' in "
                                      "its name");
  if (triple.isOSBinFormatELF() && triple.isOSLinux() &&
      findFamily(triple.getArch()))
    return Error::success();
  return createStringError("cannot link for " + triple.str() +
                           ", expected Linux on x86-64, AArch64 or RISC-V; use "
                           "--emit=obj");
}

static Error runLinker(ArrayRef<std::string> args) {
  std::vector<const char *> raw = {"ld.lld"};
  for (const std::string &arg : args)
    raw.push_back(arg.c_str());
  std::string messages;
  raw_string_ostream stream(messages);
  lld::Result result =
      lld::lldMain(raw, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return Error::success();
  return createStringError("linking failed: " + StringRef(messages).trim());
}

static void addCommonArguments(std::vector<std::string> &args, StringRef path) {
  args.insert(args.end(),
              {"-o", path.str(), "--gc-sections", "--hash-style=gnu", "-z",
               "now", "-z", "relro", "-z", "noexecstack", "--build-id=none",
               "--color-diagnostics=never"});
}

Error bitnet::linkLibrary(StringRef object, const Triple &triple,
                          StringRef resourceDir, StringRef soname,
                          StringRef path) {
  if (Error error = checkLinkable(triple, path))
    return error;
  Expected<std::string> runtime =
      findResource("libbitnet-runtime.a", triple, resourceDir);
  if (!runtime)
    return runtime.takeError();
  Expected<std::vector<std::string>> libraries =
      findSystemLibraries(triple, resourceDir);
  if (!libraries)
    return libraries.takeError();
  Expected<ScratchFile> model = ScratchFile::create(object);
  if (!model)
    return model.takeError();
  std::vector<std::string> args = {"-shared", "-soname", soname.str(),
                                   "--no-undefined"};
  addCommonArguments(args, path);
  args.insert(args.end(), {model->path(), "--whole-archive", *runtime,
                           "--no-whole-archive", "--as-needed"});
  append_range(args, *libraries);
  return runLinker(args);
}

Error bitnet::linkExecutable(StringRef object, const Triple &triple,
                             StringRef resourceDir, StringRef path) {
  if (Error error = checkLinkable(triple, path))
    return error;
  Expected<std::string> main =
      findResource("bitnet-main.o", triple, resourceDir);
  if (!main)
    return main.takeError();
  Expected<std::string> start = findResource("crt1.o", triple, resourceDir);
  if (!start)
    return start.takeError();
  std::vector<std::string> args = {"-pie", "--eh-frame-hdr"};
  addCommonArguments(args, path);
  Expected<ScratchFile> model = ScratchFile::create(object);
  if (!model)
    return model.takeError();
  args.insert(args.end(), {*start, model->path(), *main, "--as-needed"});
  Expected<std::vector<std::string>> libraries =
      findSystemLibraries(triple, resourceDir);
  if (!libraries)
    return libraries.takeError();
  append_range(args, *libraries);
  args.insert(args.end(), {"-dynamic-linker",
                           findFamily(triple.getArch())->getLoader().str()});
  return runLinker(args);
}

Expected<std::string> bitnet::linkCodeObject(StringRef object) {
  Expected<ScratchFile> input = ScratchFile::create(object);
  if (!input)
    return input.takeError();
  Expected<ScratchFile> output = ScratchFile::create("");
  if (!output)
    return output.takeError();
  // The linker puts a new file there.
  if (Error error =
          runLinker({"-shared", "-o", output->path(), "--build-id=none",
                     "--color-diagnostics=never", input->path()}))
    return std::move(error);
  auto linked = MemoryBuffer::getFile(output->path());
  if (!linked)
    return createStringError("cannot read what was linked: " +
                             linked.getError().message());
  return (*linked)->getBuffer().str();
}
