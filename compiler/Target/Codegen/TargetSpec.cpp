#include "compiler/Target/Codegen/TargetSpec.h"
#include "compiler/Target/Family.h"
#include "compiler/Target/GPU/GpuFamily.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

using namespace llvm;
using namespace bitnet;

void bitnet::initializeTargets() {
  static bool done = [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
    InitializeAllDisassemblers();
    return true;
  }();
  (void)done;
}

static Error failed(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

bool TargetSpec::has(StringRef feature) const {
  SmallVector<StringRef> parts;
  StringRef(features).split(parts, ',');
  return is_contained(parts, ("+" + feature).str());
}

TargetFacts TargetSpec::facts() const {
  TargetFacts facts;
  if (device != Device::CPU) {
    if (gpu)
      facts = *TargetFacts::named(gpu->name);
    // Kernels are for any device; f16 is converted in the host's code, too.
    TargetSpec host = *this;
    host.device = Device::CPU;
    facts.convertsHalf = host.facts().convertsHalf;
    return facts;
  }
  if (family)
    family->setFacts([&](StringRef feature) { return has(feature); }, facts);
  facts.plugin = plugin;
  for (auto [known, fact] :
       {std::pair(l1Bytes, &facts.l1Bytes), std::pair(l2Bytes, &facts.l2Bytes),
        std::pair(l3Bytes, &facts.l3Bytes)})
    if (known)
      *fact = known;
  return facts;
}

std::string TargetSpec::describe() const {
  std::string text = triple.str();
  if (device != Device::CPU)
    text = (deviceName() + " beside " + text).str();
  if (!tuneCpu.empty())
    text += " " + tuneCpu;
  if (!features.empty())
    text += " " + features;
  return text;
}

StringRef TargetSpec::deviceName() const {
  switch (device) {
  case Device::CPU:
    return "";
  case Device::Vulkan:
    return vulkanTargetName;
  case Device::GPU:
    return gpu->name;
  }
  return "";
}

std::string TargetSpec::layoutFamily() const {
  if (device != Device::CPU)
    return deviceName().str();
  // The name's last part: what kernels and layouts are chosen by.
  std::string family = Triple::getArchTypeName(triple.getArch()).str();
  StringRef name = facts().name();
  return name.contains('-') ? family + "-" + name.rsplit('-').second.str()
                            : family;
}

/// The features that `info` has on, of those that code may use.
static std::string usableFeatures(const TargetFamily *family,
                                  const MCSubtargetInfo &info,
                                  uint32_t &requiredCpu) {
  SmallVector<std::string> names;
  if (family) {
    if (StringRef base = family->getBaseFeatures(); !base.empty())
      names.push_back(base.str());
    for (const CheckedFeature &feature : family->getCheckedFeatures())
      if (info.checkFeatures(("+" + feature.name).str())) {
        names.push_back(("+" + feature.name).str());
        requiredCpu |= feature.bit;
      }
    return join(names, ",");
  }
  for (const SubtargetFeatureKV &feature : info.getAllProcessorFeatures())
    if (info.getFeatureBits().test(feature.Value))
      names.push_back("+" + std::string(feature.Key));
  return join(names, ",");
}

/// Splits TRIPLE+a,-b into the triple and "+a,-b".
static std::pair<StringRef, std::string> splitTarget(StringRef target) {
  size_t plus = target.find('+');
  size_t comma = target.find(',');
  size_t end = std::min(plus, comma);
  if (end == StringRef::npos)
    return {target, ""};
  std::string features;
  SmallVector<StringRef> parts;
  target.substr(end).split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    if (!features.empty())
      features += ",";
    // "+a+b" is short for "+a,+b".
    for (char c : part) {
      if (c == '+' && !features.empty() && features.back() != ',')
        features += ",";
      features += c;
    }
  }
  return {target.substr(0, end), features};
}

/// A name of TargetFacts as triple, CPU and features; the name itself when it
/// is none.
static StringRef expandName(StringRef name, TargetSpec &spec, StringRef &cpu,
                            std::string &features) {
  FamilyName known = findName(name);
  if (!known.family)
    return name;
  if (cpu.empty())
    cpu = known.target->cpu;
  features =
      (known.target->features + (features.empty() ? "" : "," + features)).str();
  spec.family = known.family;
  if (known.isPlugin)
    spec.plugin = known.target;
  return known.family->getTriple();
}

/// Data caches of this machine, as Linux describes them.
static void readHostCaches(TargetSpec &spec) {
  for (unsigned i = 0; i < 8; ++i) {
    std::string folder =
        "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    auto read = [&](StringRef name) -> std::string {
      auto text = MemoryBuffer::getFileAsStream(folder + name);
      return text ? (*text)->getBuffer().trim().str() : "";
    };
    std::string type = read("type"), level = read("level"), size = read("size");
    StringRef digits = size;
    int64_t unit = digits.consume_back("K")   ? 1024
                   : digits.consume_back("M") ? 1024 * 1024
                                              : 1;
    int64_t bytes = 0;
    if (type == "Instruction" || digits.getAsInteger(10, bytes) || bytes <= 0)
      continue;
    (level == "1"   ? spec.l1Bytes
     : level == "2" ? spec.l2Bytes
                    : spec.l3Bytes) = bytes * unit;
  }
}

static Error checkFeatureNames(StringRef features, const MCSubtargetInfo &info,
                               const TargetSpec &spec) {
  SmallVector<StringRef> parts;
  features.split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    StringRef name =
        part.drop_front(part.starts_with("+") || part.starts_with("-"));
    bool known =
        any_of(info.getAllProcessorFeatures(),
               [&](const SubtargetFeatureKV &f) { return f.Key == name; });
    if (!known || name == part)
      return failed("unknown feature '" + part + "' of " +
                    Triple::getArchTypeName(spec.triple.getArch()) +
                    ", expected +NAME or -NAME");
    if (!spec.family || !part.starts_with("+"))
      continue;
    bool checked =
        any_of(spec.family->getCheckedFeatures(),
               [&](const CheckedFeature &f) { return f.name == name; });
    if (!checked)
      return failed("feature '" + name +
                    "' is not used by this compiler: the "
                    "runtime cannot check it");
  }
  return Error::success();
}

Expected<TargetSpec> bitnet::parseTarget(StringRef target, StringRef cpu,
                                         StringRef attributes) {
  initializeTargets();
  if (target == vulkanTargetName) {
    Expected<TargetSpec> host = parseTarget("native", cpu, attributes);
    if (host) {
      host->device = Device::Vulkan;
      host->name = target.str();
    }
    return host;
  }
  if (auto [family, gpu] = findGpu(target); gpu) {
    Expected<TargetSpec> host = parseTarget("native", cpu, attributes);
    if (host) {
      host->device = Device::GPU;
      host->gpuFamily = family;
      host->gpu = gpu;
      host->name = target.str();
    }
    return host;
  }
  TargetSpec spec;
  spec.name = target.str();
  auto [name, features] = splitTarget(target);
  if (name == "generic")
    return failed(Twine("target 'generic' is of no architecture: kernels alone "
                        "have it; expected a triple, whose code all of its "
                        "CPUs run, such as x86_64-linux-gnu, "
                        "aarch64-linux-gnu"));
  name = expandName(name, spec, cpu, features);
  bool native = name == "native";
  spec.triple = Triple(
      Triple::normalize(native ? sys::getDefaultTargetTriple() : name.str()));
  std::string message;
  const Target *llvmTarget = TargetRegistry::lookupTarget(spec.triple, message);
  if (!llvmTarget)
    return failed("unknown target '" + name +
                  "', expected 'native', a name of --list-targets, or a triple "
                  "such as x86_64-linux-gnu, aarch64-linux-gnu");
  if (!spec.triple.isArch64Bit() || !spec.triple.isLittleEndian())
    return failed("target '" + name +
                  "' is not supported, expected 64 bits and little endian");
  if (!spec.family)
    spec.family = findFamily(spec.triple.getArch());
  if (!attributes.empty())
    features += (features.empty() ? "" : ",") + attributes.str();
  std::unique_ptr<MCSubtargetInfo> plain(
      llvmTarget->createMCSubtargetInfo(spec.triple, "", ""));
  if (!plain)
    return failed("target '" + name + "' has no code generator");
  bool useHost = (native && cpu.empty()) || cpu == "native";
  spec.tuneCpu = useHost ? sys::getHostCPUName().str() : cpu.str();
  if (!spec.tuneCpu.empty() && !plain->isCPUStringValid(spec.tuneCpu))
    return failed("unknown CPU '" + spec.tuneCpu + "' of " +
                  spec.triple.getArchName());
  if (Error error = checkFeatureNames(features, *plain, spec))
    return std::move(error);
  SubtargetFeatures all;
  if (useHost)
    readHostCaches(spec);
  if (useHost)
    for (const auto &feature : sys::getHostCPUFeatures())
      all.AddFeature(feature.first(), feature.second);
  std::string combined = all.getString();
  if (!features.empty())
    combined += (combined.empty() ? "" : ",") + features;
  std::unique_ptr<MCSubtargetInfo> info(
      llvmTarget->createMCSubtargetInfo(spec.triple, spec.tuneCpu, combined));
  spec.features = usableFeatures(spec.family, *info, spec.requiredCpu);
  return spec;
}

CodeGenOptLevel bitnet::getCodeGenLevel(unsigned level) {
  constexpr CodeGenOptLevel levels[] = {
      CodeGenOptLevel::None, CodeGenOptLevel::Less, CodeGenOptLevel::Default,
      CodeGenOptLevel::Aggressive};
  return levels[level];
}

std::unique_ptr<TargetMachine> bitnet::createMachine(const TargetSpec &spec,
                                                     unsigned level) {
  initializeTargets();
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(spec.triple, message);
  assert(target && "parseTarget accepted an unknown target");
  TargetOptions options;
  // A float multiply and add are one rounding only where the IR says so.
  options.AllowFPOpFusion = FPOpFusion::Strict;
  options.FunctionSections = true;
  StringRef base = spec.family ? spec.family->getBaseCpu() : "";
  if (spec.family)
    options.MCOptions.ABIName = spec.family->getAbi();
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      spec.triple, base, spec.features, options, Reloc::PIC_, std::nullopt,
      getCodeGenLevel(level)));
}
