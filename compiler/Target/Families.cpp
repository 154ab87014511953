#include "compiler/Target/Family.h"

#include "llvm/ADT/STLExtras.h"

using namespace bitnet;

llvm::ArrayRef<const TargetFamily *> bitnet::getFamilies() {
  static const TargetFamily *const families[] = {
      &getX86Family(), &getAArch64Family(), &getRISCVFamily()};
  return families;
}

const TargetFamily *bitnet::findFamily(llvm::Triple::ArchType arch) {
  auto families = getFamilies();
  auto *found = llvm::find_if(families, [&](const TargetFamily *family) {
    return family->getArch() == arch;
  });
  return found == families.end() ? nullptr : *found;
}

const TargetFamily *bitnet::findFamily(const TargetFacts &facts) {
  // By any of its facts: those written by hand need not name all.
  bool x86 = facts.x86 || facts.ssse3 || facts.avx2 || facts.avx512bw ||
             facts.avx512vbmi || facts.avx512vnni;
  bool aarch64 = facts.neon || facts.dotprod || facts.i8mm;
  return x86         ? &getX86Family()
         : aarch64   ? &getAArch64Family()
         : facts.rvv ? &getRISCVFamily()
                     : nullptr;
}
