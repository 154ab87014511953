#!/usr/bin/env bash
# Sets everything up on Debian 12 and runs the project's two jobs.
#
#   tools/bootstrap.sh demo     set up, build, compile the shipped model, generate text
#   tools/bootstrap.sh test     set up, build, run every test
#   tools/bootstrap.sh build    set up and build
#   tools/bootstrap.sh sanitize set up, build with sanitizers, run the bounded suite
#                               and each fuzzer for 10 seconds
#   tools/bootstrap.sh fuzz [SECONDS] [FUZZER...]
#                               set up, build with sanitizers, run each fuzzer of test/fuzz
#
# What is there already is not done again: packages, configuration, objects, the
# compiled model. BUILD_DIR chooses the build folder (default: build), JOBS the
# number of parallel compilations (default: the cores, at most one for 2 GB of
# memory).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD_DIR:-$root/build}
llvm=/usr/lib/llvm-22
models=$root/test/models/tinylm

packages=(
  clang-22 libclang-rt-22-dev lld-22 liblld-22-dev     # compiler and linker
  llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  cmake ninja-build ccache git ca-certificates
  libprotobuf-dev protobuf-compiler                    # ONNX files
  libpcre2-dev nlohmann-json3-dev                      # tokenizer
  libgtest-dev python3 python3-numpy                   # tests
  libvulkan-dev                                        # GPUs: headers
  libvulkan1 mesa-vulkan-drivers spirv-tools           # tests: a GPU in software
  zlib1g-dev libzstd-dev
)
# To link models for other CPUs, and to run them in the tests.
cross_packages=(
  g++-aarch64-linux-gnu libc6-dev-arm64-cross
  g++-riscv64-linux-gnu libc6-dev-riscv64-cross
  qemu-user
)

say() { printf '== %s\n' "$*"; }
fail() { printf 'bootstrap: error: %s\n' "$*" >&2; exit 1; }

default_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemTotal/ {print int($2 / 2097152)}' /proc/meminfo)
  ((memory < 1)) && memory=1
  echo $((cores < memory ? cores : memory))
}

# install_packages PACKAGES...
install_packages() {
  local missing=() package sudo=()
  command -v dpkg-query >/dev/null || fail "found no dpkg, expected Debian 12"
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "needs root or sudo to install: ${missing[*]}"
    sudo=(sudo)
  fi
  say "installing packages: ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Unpacks the source of PCRE2, from which the tokenizer of other CPUs is built,
# to DIR/sources/pcre2. apt checks it as it checks packages, with lists of its
# own: the machine's sources and architectures stay as they are.
fetch_pcre2() {
  local sources=$1/sources apt=$1/sources/apt
  [ -f "$sources/pcre2/src/pcre2_compile.c" ] && return 0
  say "fetching the source of PCRE2"
  rm -rf "$apt" "$sources/pcre2"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$sources/pcre2"
  printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" "$(. /etc/os-release && echo "$VERSION_CODENAME")" \
    >"$apt/sources.list"
  local private=(-qq -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache"
    -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o APT::Sandbox::User="$(id -un)")
  (cd "$apt" && apt-get "${private[@]}" update && apt-get "${private[@]}" source --download-only pcre2) >/dev/null
  tar -xf "$apt"/pcre2_*.orig.tar.* -C "$sources/pcre2" --strip-components=1
  rm -rf "$apt"
}

# configure DIR [cmake arguments...]
configure() {
  local dir=$1
  shift
  [ -f "$dir/build.ninja" ] && return 0
  say "configuring in $dir"
  cmake -G Ninja -S "$root" -B "$dir" \
    -DMLIR_DIR="$llvm/lib/cmake/mlir" \
    -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 \
    -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    "$@" >/dev/null
}

# compile DIR [targets...]
compile() {
  local dir=$1
  shift
  say "building in $dir"
  ninja -C "$dir" -j"${JOBS:-$(default_jobs)}" --quiet "$@"
}

setup() {
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  install_packages "${packages[@]}"
  configure "$build"
}

# setup, and what models for other CPUs need. A folder that was configured
# without it is configured again.
setup_cross() {
  install_packages "${packages[@]}" "${cross_packages[@]}"
  fetch_pcre2 "$build"
  setup
  local cpu
  for cpu in aarch64 riscv64; do
    [ "$(uname -m)" = "$cpu" ] || [ -f "$build/lib/bitnet/$cpu/crt1.o" ] || cmake "$build" >/dev/null
  done
}

demo() {
  setup
  compile "$build" bitnet-opt bitnet-run
  local story=$build/demo/story
  mkdir -p "$build/demo"
  if [ ! -x "$story" ] || [ "$models/onnx-packed/model.onnx" -nt "$story" ] ||
    [ "$build/bin/bitnet-opt" -nt "$story" ]; then
    say "bitnet-opt compile test/models/tinylm/onnx-packed/model.onnx -o $story"
    "$build/bin/bitnet-opt" compile "$models/onnx-packed/model.onnx" \
      --tokenizer="$models/tokenizer.json" -o "$story"
  fi
  say "$story \"In the evening they went up to the city, and\""
  "$story" "In the evening they went up to the city, and" -n 64
}

# Prints the closing line of a lit run from its results file.
summarize() {
  python3 - "$1" <<'PY'
import json, sys
codes = [t["code"] for t in json.load(open(sys.argv[1]))["tests"]]
good = sum(c in ("PASS", "XFAIL", "FLAKYPASS") for c in codes)
skipped = sum(c in ("UNSUPPORTED", "SKIPPED", "EXCLUDED") for c in codes)
print(f"{good} passed, {len(codes) - good - skipped} failed, {skipped} skipped")
PY
}

run_tests() {
  setup_cross
  compile "$build"
  say "testing"
  local status=0
  rm -f "$build/test/results.json"
  ninja -C "$build" --quiet check-bitnet || status=$?
  summarize "$build/test/results.json"
  return $status
}

# compile_sanitized DIR targets...: with AddressSanitizer, UndefinedBehaviorSanitizer
# and coverage. libMLIR.so is not instrumented: what it takes from a pool, or
# appends to a vector, that our code made looks poisoned to ours, hence no user
# poisoning and no container overflows.
compile_sanitized() {
  configure "$1" -DBITNET_SANITIZE=address,undefined -DBITNET_FUZZ=ON
  compile "$@"
  export ASAN_OPTIONS=detect_leaks=0:allow_user_poisoning=0:detect_container_overflow=0
  export UBSAN_OPTIONS=print_stacktrace=1
}

# The parts that read input from outside, again with sanitizers; then the
# fuzzers, shortly.
sanitize() {
  setup
  local dir=$build-sanitize status=0
  compile_sanitized "$dir" bitnet-opt RuntimeTests TokenizerTests ToolTests import-test evaluator-test \
    onnx-ir-tests bitnet-fuzzers
  say "testing with sanitizers"
  python3 "$llvm/bin/lit" -sv --output "$dir/test/results.json" "$dir/test" "$dir/test/unit/bin" \
    --filter='RuntimeTests|TokenizerTests|ToolTests|import-test|evaluator-test|onnx-ir-tests|compiler/Import' || status=$?
  summarize "$dir/test/results.json"
  run_fuzzers "$dir" 10 || status=$?
  return $status
}

# fuzz [SECONDS] [FUZZER...]
fuzz() {
  setup
  local seconds=${1:-60} dir=$build-sanitize
  shift || true
  compile_sanitized "$dir" bitnet-fuzzers
  run_fuzzers "$dir" "$seconds" "$@"
}

# run_fuzzer DIR SECONDS FUZZER: what is found is left in DIR/fuzz/FUZZER.
run_fuzzer() {
  local dir=$1 seconds=$2 fuzzer=$3 status=0
  local found=$dir/fuzz/$fuzzer
  mkdir -p "$found/corpus"
  "$dir/test/fuzz/bin/$fuzzer" "$found/corpus" "$dir/seeds/$fuzzer" -artifact_prefix="$found/" \
    -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=4096 -timeout=20 -print_final_stats=1 \
    >"$found/log" 2>&1 || status=$?
  say "fuzzed $fuzzer for $seconds s"
  grep -E 'stat::number_of_executed_units|SUMMARY|ERROR: libFuzzer' "$found/log" || true
  [ $status = 0 ] || { tail -n 40 "$found/log"; fail "$fuzzer found an input: see $found"; }
}

# run_fuzzers DIR SECONDS [FUZZER...]: as many at a time as there are cores.
run_fuzzers() {
  local dir=$1 seconds=$2
  shift 2
  python3 "$root/test/fuzz/make_seeds.py" "$dir/seeds"
  [ $# -gt 0 ] || set -- $(ls "$dir/test/fuzz/bin")
  export -f run_fuzzer say fail
  printf '%s\n' "$@" |
    xargs -P "${JOBS:-$(default_jobs)}" -I '{}' bash -c 'run_fuzzer "$@"' run_fuzzer "$dir" "$seconds" '{}'
}

case "${1:-}" in
  demo) demo ;;
  test) run_tests ;;
  build) setup_cross && compile "$build" ;;
  sanitize) sanitize ;;
  fuzz) fuzz "${@:2}" ;;
  *)
    sed -n '2,16s/^# \{0,1\}//p' "$0"
    [ -z "${1:-}" ] || fail "found '$1', expected demo, test, build, sanitize or fuzz"
    exit 1
    ;;
esac
