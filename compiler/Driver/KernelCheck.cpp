#include "compiler/Driver/KernelCheck.h"
#include "compiler/Driver/Compilation.h"
#include "compiler/Lab/Jit.h"
#include "compiler/Target/Family.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"

using namespace llvm;
using namespace bitnet;

Expected<KernelRunner> bitnet::findRunner(const TargetSpec &spec) {
  KernelRunner runner;
  if (spec.device != Device::CPU) {
    runner.name = "the device";
    return runner;
  }
  std::string whyNot = lab::whyNotHere(spec);
  StringRef hint = "; --emit=mlir|llvm|asm|obj prints it";
  if (spec.family)
    for (const std::string &word : spec.family->getEmulator(spec.facts()))
      runner.command.push_back(word);
  if (runner.command.empty())
    return createStringError("the kernel cannot run here: " + whyNot + hint);
  runner.name = runner.command.front();
  ErrorOr<std::string> program = sys::findProgramByName(runner.name);
  if (!program)
    return createStringError("the kernel cannot run here: " + whyNot +
                             ", and " + runner.name + " is not installed" +
                             hint);
  runner.command.front() = *program;
  std::string libraries =
      ("/usr/" + spec.triple.getArchName() + "-linux-gnu").str();
  if (sys::fs::is_directory(libraries)) {
    runner.command.push_back("-L");
    runner.command.push_back(libraries);
  }
  return runner;
}

namespace {

/// Seconds after which a kernel that an emulator runs is taken to hang.
constexpr unsigned longestRun = 600;

/// A folder that is gone with this object, and files in it. A signal removes
/// the files.
class ScratchFolder {
public:
  Error create() {
    if (std::error_code error =
            sys::fs::createUniqueDirectory("bitnet-kernel", folder))
      return createStringError("no temporary folder: " + error.message());
    for (StringRef name : names)
      sys::RemoveFileOnSignal(at(name));
    return Error::success();
  }
  ~ScratchFolder() {
    if (folder.empty())
      return;
    for (StringRef name : names)
      sys::DontRemoveFileOnSignal(at(name));
    sys::fs::remove_directories(folder);
  }
  std::string at(StringRef name) const {
    SmallString<128> path(folder);
    sys::path::append(path, name);
    return std::string(path);
  }
  Error write(StringRef name, function_ref<void(raw_ostream &)> print) const {
    std::error_code error;
    raw_fd_ostream out(at(name), error);
    if (!error) {
      print(out);
      out.flush();
      error = out.error();
      out.clear_error();
    }
    return error ? createStringError("cannot write " + at(name) + ": " +
                                     error.message())
                 : Error::success();
  }

private:
  static constexpr StringLiteral names[] = {
      "kernel.mlir", "kernel", "codes", "scales", "scale", "sums", "log"};
  SmallString<128> folder;
};

/// One kernel as an executable.
class KernelProgram {
public:
  KernelProgram(const lab::Problem &problem, const KernelRunner &runner)
      : problem(problem), runner(runner) {}

  Error build(const KernelOptions &options, const lab::PlanRequest &plan,
              mlir::MLIRContext &context);
  Error check(int64_t tokens);

private:
  Error writeArray(StringRef name, StringRef type, ArrayRef<int64_t> shape,
                   StringRef bytes);
  Expected<std::string> run();

  const lab::Problem &problem;
  const KernelRunner &runner;
  ScratchFolder folder;
};

} // namespace

Error KernelProgram::build(const KernelOptions &options,
                           const lab::PlanRequest &plan,
                           mlir::MLIRContext &context) {
  if (Error error = folder.create())
    return error;
  auto module = problem.buildModule(context, plan);
  if (Error error = folder.write("kernel.mlir",
                                 [&](raw_ostream &out) { module->print(out); }))
    return error;
  CompileOptions compile;
  compile.input = folder.at("kernel.mlir");
  compile.output = folder.at("kernel");
  compile.target = options.target;
  compile.cpu = options.cpu;
  compile.attributes = options.attributes;
  compile.optLevel = options.optLevel;
  compile.quiet = true;
  return mlir::failed(Compilation("bitnet-opt", compile, context).run())
             ? createStringError("")
             : Error::success();
}

/// A file of NumPy: version 1.0, the data at a multiple of 64 bytes.
Error KernelProgram::writeArray(StringRef name, StringRef type,
                                ArrayRef<int64_t> shape, StringRef bytes) {
  std::string header =
      ("{'descr': '" + type + "', 'fortran_order': False, 'shape': (").str();
  for (int64_t size : shape)
    header += std::to_string(size) + ", ";
  header += "), }";
  constexpr size_t prefix = 10;
  header.resize(alignTo(prefix + header.size() + 1, 64) - prefix, ' ');
  header.back() = '\n';
  return folder.write(name, [&](raw_ostream &out) {
    out << StringRef("\x93NUMPY\x01\x00", 8) << char(header.size() & 255)
        << char(header.size() >> 8) << header << bytes;
  });
}

/// Runs it on the arrays; the bytes of its sums.
Expected<std::string> KernelProgram::run() {
  std::string program = folder.at("kernel"), log = folder.at("log");
  std::vector<std::string> words = runner.command;
  words.insert(words.end(), {program, "invoke", "-t", "1"});
  for (StringRef name : {"codes", "scales", "scale"})
    words.insert(words.end(),
                 {"--input", (name + "=" + folder.at(name)).str()});
  words.insert(words.end(), {"--output", "sums=" + folder.at("sums")});
  SmallVector<StringRef> arguments(words.begin(), words.end());
  std::optional<StringRef> streams[] = {StringRef(), StringRef(log),
                                        StringRef(log)};
  std::string message;
  int status = sys::ExecuteAndWait(words.front(), arguments, std::nullopt,
                                   streams, longestRun, 0, &message);
  if (status != 0) {
    auto text = MemoryBuffer::getFile(log);
    StringRef said = text ? (*text)->getBuffer().trim() : "";
    return createStringError("the kernel did not run on " + runner.name + ": " +
                             (said.empty() ? StringRef(message) : said));
  }
  auto sums = MemoryBuffer::getFile(folder.at("sums"));
  if (!sums)
    return createStringError("the kernel wrote no sums");
  return (*sums)->getBuffer().str();
}

Error KernelProgram::check(int64_t tokens) {
  std::vector<int8_t> codes = problem.makeActivations(tokens);
  std::vector<float> ones(tokens, 1.0f);
  auto bytes = [](const auto &values, size_t count) {
    return StringRef(reinterpret_cast<const char *>(values.data()),
                     count * sizeof(values[0]));
  };
  if (Error error = writeArray("codes", "|i1", {tokens, problem.getK()},
                               bytes(codes, codes.size())))
    return error;
  if (Error error =
          writeArray("scales", "<f4", {tokens, 1}, bytes(ones, tokens)))
    return error;
  if (Error error = writeArray("scale", "<f4", {1}, bytes(ones, 1)))
    return error;
  Expected<std::string> file = run();
  if (!file)
    return file.takeError();
  std::vector<float> sums(tokens * problem.getN());
  size_t size = sums.size() * sizeof(float);
  if (file->size() < size)
    return createStringError("the kernel wrote " + Twine(file->size()) +
                             " bytes, expected " + Twine(size) + " of sums");
  std::memcpy(sums.data(), file->data() + file->size() - size, size);
  auto [token, row] = problem.findWrong(codes, sums, tokens);
  if (token < 0)
    return Error::success();
  return createStringError(
      "the kernel is wrong: row " + Twine(row) + " of token " + Twine(token) +
      " of " + Twine(tokens) + " has another sum than the reference");
}

Error bitnet::checkByExecutable(const KernelOptions &options,
                                const lab::PlanRequest &plan,
                                const lab::Problem &problem,
                                const KernelRunner &runner,
                                mlir::MLIRContext &context) {
  KernelProgram program(problem, runner);
  if (Error error = program.build(options, plan, context))
    return error;
  for (int64_t tokens : options.tokens)
    if (Error error = program.check(tokens))
      return error;
  return Error::success();
}
