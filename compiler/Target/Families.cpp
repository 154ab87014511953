#include "compiler/Target/Family.h"
#include "compiler/Target/GPU/GpuFamily.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

#include <vector>

using namespace bitnet;

/// The compiler's own come first.
static constexpr size_t numOwn = 3;

static std::vector<const TargetFamily *> &getRegistry() {
  static std::vector<const TargetFamily *> families = {
      &getX86Family(), &getAArch64Family(), &getRISCVFamily()};
  return families;
}

llvm::ArrayRef<const TargetFamily *> bitnet::getFamilies() {
  return getRegistry();
}

static bool isTargetName(llvm::StringRef name) {
  return !name.empty() && llvm::isAlpha(name.front()) &&
         llvm::all_of(name, [](char c) {
           return llvm::isAlnum(c) || c == '-' || c == '.' || c == '_';
         });
}

/// A fact that `family` adds under a name that is the compiler's; or nothing.
static std::string findTakenFact(const TargetFamily &family) {
  llvm::StringSet<> own = {"gpu", "plugin"};
  for (auto [name, value] : TargetFacts().list())
    own.insert(name);
  for (bool has : {false, true}) {
    TargetFacts facts;
    family.setFacts([&](llvm::StringRef) { return has; }, facts);
    for (const auto &[name, value] : facts.more)
      if (own.contains(name))
        return name;
  }
  return "";
}

llvm::Error bitnet::addFamily(const TargetFamily &family) {
  if (family.getNames().empty())
    return llvm::createStringError("has no name");
  llvm::Triple triple(family.getTriple());
  if (triple.getArch() != family.getArch() || !triple.isArch64Bit() ||
      !triple.isLittleEndian())
    return llvm::createStringError(
        "has triple '" + family.getTriple() +
        "', expected its architecture, 64 bits and little endian");
  llvm::StringSet<> names;
  for (const NamedTarget &target : family.getNames()) {
    if (!names.insert(target.name).second)
      return llvm::createStringError("has name '" + target.name + "' twice");
    if (!isTargetName(target.name))
      return llvm::createStringError(
          "has name '" + target.name +
          "', expected letters, digits, '-', '.' and '_'");
    if (findName(target.name).family || findGpu(target.name).second ||
        target.name == "native" || target.name == "generic" ||
        target.name == vulkanTargetName)
      return llvm::createStringError("has name '" + target.name +
                                     "', which another one has");
  }
  if (std::string taken = findTakenFact(family); !taken.empty())
    return llvm::createStringError("has fact '" + taken +
                                   "', which the compiler has");
  getRegistry().push_back(&family);
  return llvm::Error::success();
}

FamilyName bitnet::findName(llvm::StringRef name) {
  for (auto [i, family] : llvm::enumerate(getFamilies()))
    for (const NamedTarget &target : family->getNames())
      if (target.name == name)
        return {family, &target, i >= numOwn};
  return {};
}

const TargetFamily *bitnet::findFamily(llvm::Triple::ArchType arch) {
  auto families = getFamilies();
  auto *found = llvm::find_if(families, [&](const TargetFamily *family) {
    return family->getArch() == arch;
  });
  return found == families.end() ? nullptr : *found;
}

const TargetFamily *bitnet::findFamily(const TargetFacts &facts) {
  if (facts.plugin)
    return findName(facts.plugin->name).family;
  // By any of its facts: those written by hand need not name all.
  bool x86 = facts.x86 || facts.ssse3 || facts.avx2 || facts.avx512bw ||
             facts.avx512vbmi || facts.avx512vnni;
  bool aarch64 = facts.neon || facts.dotprod || facts.i8mm;
  return x86         ? &getX86Family()
         : aarch64   ? &getAArch64Family()
         : facts.rvv ? &getRISCVFamily()
                     : nullptr;
}
