#include "compiler/Lab/Mca.h"
#include "compiler/Target/Certificate/Kernels.h"
#include "compiler/Target/Family.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace bitnet;
using namespace bitnet::lab;

static constexpr unsigned iterations = 100, leastInstructions = 8,
                          loopsOfKernel = 2;

static std::string findMca() {
  for (StringRef name : {"llvm-mca-22", "llvm-mca"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  return "";
}

/// The number behind `key`, 0 without it.
static double readFigure(StringRef text, StringRef key) {
  size_t at = text.find(key);
  if (at == StringRef::npos)
    return 0;
  double value = 0;
  StringRef rest = text.substr(at + key.size()).ltrim();
  rest.take_until([](char c) { return isspace(c); }).getAsDouble(value);
  return value;
}

static Expected<std::string> runMca(StringRef program, StringRef assembly,
                                    const TargetSpec &spec) {
  SmallString<128> input, output;
  int handle;
  if (std::error_code error =
          sys::fs::createTemporaryFile("kernel", "s", handle, input))
    return createStringError("no temporary file: " + error.message());
  FileRemover removeInput(input);
  raw_fd_ostream(handle, /*shouldClose=*/true) << assembly;
  if (std::error_code error =
          sys::fs::createTemporaryFile("kernel", "mca", output))
    return createStringError("no temporary file: " + error.message());
  FileRemover removeOutput(output);
  std::string triple = "-mtriple=" + spec.triple.str();
  StringRef scheduled = spec.tuneCpu;
  if (scheduled.empty() && spec.family)
    scheduled = spec.family->getScheduledCpu();
  std::string cpu = ("-mcpu=" + scheduled).str();
  std::string count = "-iterations=" + std::to_string(iterations);
  std::string attributes = "-mattr=" + spec.features;
  SmallVector<StringRef> arguments = {program, triple, count, attributes,
                                      input,   "-o",   output};
  if (!scheduled.empty())
    arguments.push_back(cpu);
  std::string message;
  std::optional<StringRef> quiet[] = {std::nullopt, StringRef(), StringRef()};
  if (sys::ExecuteAndWait(program, arguments, std::nullopt, quiet, 30, 0,
                          &message))
    return createStringError("llvm-mca failed on an inner loop" +
                             (message.empty() ? "" : ": " + message));
  auto text = MemoryBuffer::getFile(output);
  if (!text)
    return createStringError("llvm-mca wrote nothing");
  return (*text)->getBuffer().str();
}

/// The instruction as an assembler reads it: a branch goes to a symbol.
static std::string getAssembly(const Instruction &instruction) {
  if (!instruction.target)
    return instruction.text;
  StringRef text = instruction.text;
  size_t comma = text.rfind(',');
  StringRef before = comma == StringRef::npos
                         ? text.take_until([](char c) { return c == ' '; })
                         : text.take_front(comma + 1);
  return before.str() + " loop";
}

/// [first, last] of each innermost loop, the jump back included.
static std::vector<std::pair<size_t, size_t>>
findLoops(ArrayRef<Instruction> code) {
  std::vector<std::pair<size_t, size_t>> loops;
  for (auto [last, jump] : enumerate(code)) {
    if (!jump.target || *jump.target > jump.address)
      continue;
    for (size_t first = last + 1; first-- > 0 && code[first].inInnermostLoop;)
      if (code[first].address == *jump.target) {
        loops.emplace_back(first, last);
        break;
      }
  }
  return loops;
}

Expected<std::vector<LoopView>> bitnet::lab::viewLoops(StringRef object,
                                                       const TargetSpec &spec) {
  std::vector<LoopView> views;
  std::string program = findMca();
  if (program.empty())
    return views;
  auto file =
      object::ObjectFile::createObjectFile(MemoryBufferRef(object, "kernel"));
  if (!file)
    return file.takeError();
  auto kernels =
      disassembleKernels(*cast<object::ELFObjectFileBase>(file->get()));
  if (!kernels)
    return kernels.takeError();
  for (const bitnet::Kernel &kernel : *kernels) {
    auto loops = findLoops(kernel.instructions);
    stable_sort(loops, [](const auto &a, const auto &b) {
      return a.second - a.first > b.second - b.first;
    });
    for (auto [first, last] : ArrayRef(loops).take_front(loopsOfKernel)) {
      LoopView view;
      view.kernel = kernel.name;
      view.instructions = last - first + 1;
      if (view.instructions < leastInstructions)
        continue;
      // The disassembler prints x86 as Intel writes it.
      std::string assembly =
          spec.triple.isX86() ? ".intel_syntax noprefix\n" : "";
      for (size_t i = first; i <= last; ++i)
        assembly += getAssembly(kernel.instructions[i]) + "\n";
      Expected<std::string> text = runMca(program, assembly, spec);
      if (!text)
        return text.takeError();
      view.cycles = readFigure(*text, "Total Cycles:") / iterations;
      view.bound = readFigure(*text, "Block RThroughput:");
      view.text = std::move(*text);
      views.push_back(std::move(view));
    }
  }
  stable_sort(views, [](const LoopView &a, const LoopView &b) {
    return a.instructions > b.instructions;
  });
  return views;
}
