"""lit configuration of the suite that mirrors the source tree."""

import os
import platform
import shutil

import lit.formats

config.name = "bitnet"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".s"]
config.excludes = ["unit", "models", "Inputs", "fuzz", "lit.cfg.py"]
config.test_source_root = os.path.join(config.bitnet_source_root, "test")
config.test_exec_root = os.path.join(config.bitnet_build_root, "test")

tools = os.path.join(config.bitnet_build_root, "bin")
config.environment["PATH"] = os.pathsep.join(
    [tools, config.llvm_tools_dir, os.environ.get("PATH", "")]
)
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# GPUs are tested on Mesa's, in software, whatever the machine has.
software = f"/usr/share/vulkan/icd.d/lvp_icd.{platform.machine()}.json"
config.environment["VK_ICD_FILENAMES"] = software
config.environment["VK_DRIVER_FILES"] = software

config.substitutions.append(("%models", os.path.join(config.test_source_root, "models")))
config.substitutions.append(("%e2e", os.path.join(config.test_source_root, "e2e")))
config.substitutions.append(("%faults", os.path.join(config.test_source_root, "faults")))
config.substitutions.append(("%conformance", os.path.join(config.test_source_root, "conformance")))
config.substitutions.append(("%docs", os.path.join(config.bitnet_source_root, "docs")))
config.substitutions.append(("%include", os.path.join(config.bitnet_source_root, "runtime", "include")))
# NVIDIA's by a driver that runs PTX on the CPU.
stand_in = os.path.join(config.bitnet_build_root, "test", "cuda-stand-in")
config.substitutions.append(("%cuda", f"env LD_LIBRARY_PATH={stand_in}"))
wrong = os.path.join(config.bitnet_build_root, "lib", "plugins", "bitnet-test-wrong.so")
config.substitutions.append(("%wrong", f"--load-target={wrong}"))
config.substitutions.append(("%cxx", config.cxx))
config.substitutions.append(("%build", config.bitnet_build_root))
config.substitutions.append(("%python", config.python))

config.available_features.add(platform.machine().replace("AMD64", "x86_64"))
try:
    with open("/proc/cpuinfo") as cpuinfo:
        flags = set(
            next((line for line in cpuinfo if line.startswith("flags")), "").split()
        )
except OSError:
    flags = set()
for feature in ("avx2", "avx512bw", "avx512_vnni", "avx512vbmi"):
    if feature in flags:
        config.available_features.add(feature)
if shutil.which("ptxas"):
    config.available_features.add("ptxas")
if config.sanitizers:
    config.available_features.add("sanitizers")
