#include "compiler/Plugin/TargetPlugin.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

#include <dlfcn.h>

using namespace llvm;
using namespace bitnet;

static constexpr StringLiteral flagName = "--load-target";

void TargetRegistry::add(StringRef what, StringRef name, Error error) {
  if (error)
    errors += (errors.empty() ? "" : "; ") +
              (what + " '" + name + "' " + toString(std::move(error))).str();
}

void TargetRegistry::addLayout(const ternary::LayoutInfo &layout) {
  add("layout", layout.name, ternary::addLayout(layout));
}

void TargetRegistry::addStrategy(const ternary::KernelStrategy &strategy) {
  add("strategy", strategy.getName(), ternary::addStrategy(strategy));
}

void TargetRegistry::addTarget(const TargetFamily &family) {
  StringRef name =
      family.getNames().empty() ? "" : StringRef(family.getNames()[0].name);
  add("target", name, addFamily(family));
}

Error TargetRegistry::takeError() {
  return errors.empty() ? Error::success()
                        : createStringError(std::exchange(errors, {}));
}

static Error refuse(StringRef path, const Twine &why) {
  return createStringError(flagName + "=" + path + ": " + why);
}

/// Loads a library with all that it needs, for good. Its names are not for
/// others: a plug-in may have a class that another one has.
static Expected<void *> openLibrary(StringRef path) {
  // What the system's loader says of a file that is none is hard to read.
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return refuse(path, error.message());
  file_magic magic;
  if (!sys::fs::is_regular_file(status) || identify_magic(path, magic) ||
      magic != file_magic::elf_shared_object)
    return refuse(path, "is not a shared library");
  // A name without a folder would be searched for elsewhere.
  SmallString<256> place(path);
  if (std::error_code error = sys::fs::make_absolute(place))
    return refuse(path, error.message());
  if (void *library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL))
    return library;
  return refuse(path, "cannot be loaded: " + Twine(::dlerror()));
}

Error bitnet::loadTarget(StringRef path) {
  Expected<void *> library = openLibrary(path);
  if (!library)
    return library.takeError();
  auto *describe = reinterpret_cast<const TargetPluginInfo *(*)()>(
      ::dlsym(*library, "bitnetTargetPlugin"));
  if (!describe)
    return refuse(path, "has no function 'bitnetTargetPlugin': see "
                        "BITNET_TARGET_PLUGIN");
  const TargetPluginInfo *described = describe();
  if (!described)
    return refuse(path, "describes nothing");
  const TargetPluginInfo &info = *described;
  if (info.version != targetPluginVersion)
    return refuse(path, "is a plug-in of version " + Twine(info.version) +
                            ", expected " + Twine(targetPluginVersion));
  if (!info.llvm || StringRef(info.llvm) != LLVM_VERSION_STRING)
    return refuse(path, "was built for LLVM " +
                            Twine(info.llvm ? info.llvm : "?") + ", expected " +
                            LLVM_VERSION_STRING);
  if (!info.name || !info.add)
    return refuse(path, "is a plug-in without a name or without 'add'");
  TargetRegistry registry;
  info.add(registry);
  if (Error error = registry.takeError())
    return refuse(path,
                  StringRef(info.name) + ": " + toString(std::move(error)));
  return Error::success();
}

Expected<std::vector<const char *>>
bitnet::loadTargets(ArrayRef<const char *> arguments) {
  std::vector<const char *> rest;
  for (; !arguments.empty(); arguments = arguments.drop_front()) {
    StringRef argument = arguments.front();
    if (argument == "--") {
      append_range(rest, arguments);
      break;
    }
    StringRef path = argument;
    if (!path.consume_front(flagName) ||
        !(path.empty() || path.consume_front("="))) {
      rest.push_back(arguments.front());
      continue;
    }
    if (!argument.contains('=') && arguments.size() > 1) {
      arguments = arguments.drop_front();
      path = arguments.front();
    }
    if (path.empty())
      return createStringError("flag '" + flagName +
                               "' needs a value: " + flagName + "=FILE.so");
    if (Error error = loadTarget(path))
      return std::move(error);
  }
  return rest;
}
