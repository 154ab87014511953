//===- TargetList.cpp - several targets in one --target -------------------===//

#include "compiler/Target/Codegen/TargetSpec.h"
#include "compiler/Target/Family.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/bit.h"

using namespace llvm;
using namespace bitnet;

/// The targets of a list. A comma before a feature ("a+b,-c") ends none.
static SmallVector<StringRef> splitList(StringRef list) {
  SmallVector<StringRef> parts;
  size_t start = 0;
  for (size_t i = 0; i <= list.size(); ++i) {
    StringRef rest = list.substr(i);
    if (!rest.empty() && (!rest.consume_front(",") || rest.starts_with("+") ||
                          rest.starts_with("-")))
      continue;
    parts.push_back(list.slice(start, i));
    start = i + 1;
  }
  return parts;
}

/// Whether code of both can be in one file. Vendors are names alone: that of
/// this machine is another one than that of the listed targets.
static bool linkTogether(const Triple &a, const Triple &b) {
  return a.getArch() == b.getArch() && a.getSubArch() == b.getSubArch() &&
         a.getOS() == b.getOS() && a.getEnvironment() == b.getEnvironment() &&
         a.getObjectFormat() == b.getObjectFormat();
}

/// What several targets must be like.
static Error checkList(ArrayRef<TargetSpec> specs) {
  const TargetSpec &first = specs.front();
  for (const TargetSpec &spec : specs) {
    if (spec.device != Device::CPU)
      return createStringError("target '" + spec.name +
                               "' is one of several, expected it alone: a list "
                               "is of CPUs");
    if (!findFamily(spec.triple.getArch()))
      return createStringError("target '" + spec.name +
                               "' is one of several, but the runtime cannot "
                               "tell its CPUs apart, expected x86-64, AArch64 "
                               "or RISC-V");
    if (!linkTogether(spec.triple, first.triple))
      return createStringError("targets '" + first.name + "' and '" +
                               spec.name + "' are of " + first.triple.str() +
                               " and " + spec.triple.str() +
                               ", expected one architecture and system");
  }
  return Error::success();
}

/// Place of what a CPU must have in the order of `--list-targets`.
static size_t getRank(const TargetSpec &spec) {
  auto names = TargetFacts::names();
  return find(names, spec.facts().name()) - names.begin();
}

Expected<std::vector<TargetSpec>>
bitnet::parseTargets(StringRef targets, StringRef cpu, StringRef attributes) {
  SmallVector<StringRef> names = splitList(targets);
  std::vector<TargetSpec> specs;
  for (StringRef name : names) {
    Expected<TargetSpec> spec = parseTarget(name, cpu, attributes);
    if (!spec)
      return spec.takeError();
    specs.push_back(std::move(*spec));
  }
  if (specs.size() == 1)
    return specs;
  if (!cpu.empty() || !attributes.empty())
    return createStringError("-mcpu and -mattr are of one target, but --target "
                             "has " +
                             Twine(specs.size()) +
                             "; write features behind a triple, as in "
                             "x86_64-linux-gnu+avx2");
  if (Error error = checkList(specs))
    return std::move(error);
  // What is linked has one triple, vendor and all.
  for (TargetSpec &spec : specs)
    spec.triple = specs.front().triple;
  auto key = [](const TargetSpec &spec) {
    return std::pair(getRank(spec), popcount(spec.requiredCpu));
  };
  stable_sort(specs, [&](const TargetSpec &a, const TargetSpec &b) {
    return key(a) < key(b);
  });
  for (const auto &[i, spec] : enumerate(specs))
    for (const TargetSpec &other : drop_begin(specs, i + 1))
      if (other.requiredCpu == spec.requiredCpu)
        return createStringError("targets '" + spec.name + "' and '" +
                                 other.name +
                                 "' need the same of a CPU, expected one of "
                                 "them");
  return specs;
}
