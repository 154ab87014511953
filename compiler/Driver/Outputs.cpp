//===- Outputs.cpp - the files that compile leaves ------------------------===//

#include "compiler/Driver/Compilation.h"
#include "compiler/Target/Artifacts/Bundle.h"
#include "compiler/Target/Artifacts/Linker.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace bitnet;

/// dir/libNAME.so of dir/NAME.
static std::string libraryPath(llvm::StringRef base) {
  llvm::SmallString<256> path(llvm::sys::path::parent_path(base));
  llvm::sys::path::append(path,
                          "lib" + llvm::sys::path::filename(base) + ".so");
  return std::string(path);
}

LogicalResult Compilation::writeWeightsFile() {
  progress.phase("weights");
  auto totalAttr =
      (*module)->getAttrOfType<IntegerAttr>("bitnet.weights_bytes");
  uint64_t total = totalAttr ? totalAttr.getInt() : 0;
  auto report = [&](uint64_t done) { progress.bytes(done, total); };
  llvm::raw_null_ostream nowhere;
  llvm::raw_pwrite_stream *out = &nowhere;
  std::string output = outputBase();
  llvm::StringRef base = output;
  if (options.emit == Emit::Object)
    base.consume_back(".o");
  std::string path = (base + ".weights").str();
  bool writes = !options.stopAfter;
  if (writes && options.emit == Emit::Executable) {
    llvm::Expected<OutputFile> file = OutputFile::create(path);
    if (!file)
      return check(file.takeError());
    weightsScratch.emplace(std::move(*file));
    out = &weightsScratch->stream();
  } else if (writes &&
             (options.emit == Emit::Library || options.emit == Emit::Object)) {
    OutputFile *file = open(path);
    if (!file)
      return failure();
    out = &file->stream();
  }
  llvm::Expected<WeightsInfo> written =
      writeWeights(*module, spec.layoutFamily(), *out, report);
  if (!written)
    return check(written.takeError());
  weights = *written;
  if (weightsScratch)
    return check(weightsScratch->flush());
  return files.empty() ? success() : check(files.back().flush());
}

LogicalResult Compilation::link() {
  llvm::StringRef contents(object.data(), object.size());
  if (options.emit == Emit::Object) {
    OutputFile *file =
        open(options.output.empty() ? outputBase() + ".o" : options.output);
    if (!file)
      return failure();
    file->stream() << contents;
    return success();
  }
  progress.phase("link");
  return options.emit == Emit::Library ? linkLibraryFiles()
                                       : linkExecutableFile();
}

static void printValues(llvm::raw_ostream &out, llvm::StringRef title,
                        ArrayRef<ValueDescription> values,
                        ArrayRef<std::string> symbols) {
  out << "/// " << title << ":\n";
  for (auto [i, value] : llvm::enumerate(values)) {
    out << "///   " << i << "  " << value.name << " [";
    llvm::interleaveComma(value.dims, out, [&](int64_t dim) {
      if (dim >= 0)
        out << dim;
      else
        out << (symbols[-(dim + 1)].empty() ? "?" : symbols[-(dim + 1)]);
    });
    out << "], ONNX data type " << value.dtype << '\n';
  }
}

/// What a C program includes to use the library with bitnet.h.
static void printHeader(llvm::raw_ostream &out, const ModuleDescription &what,
                        ArrayRef<TargetSpec> targets) {
  std::string guard = "BITNET_MODEL_";
  for (char c : what.name)
    guard += llvm::isAlnum(c) ? llvm::toUpper(c) : '_';
  guard += "_H";
  out << "/// Compiled model '" << what.name << "' for ";
  llvm::interleave(
      targets, out, [&](const TargetSpec &spec) { out << spec.describe(); },
      ", or\n/// ");
  out << ".\n";
  printValues(out, "Inputs", what.inputs, what.symbols);
  printValues(out, "Outputs", what.outputs, what.symbols);
  out << "#ifndef " << guard << "\n#define " << guard
      << "\n\n#include \"bitnet/bitnet.h\"\n\n#ifdef __cplusplus\n"
         "extern \"C\" {\n#endif\n\n"
         "/// For bitnet_model_open, with the weights file of the same name.\n"
         "extern const struct bitnet_module bitnet_module;\n\n"
         "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

LogicalResult Compilation::linkLibraryFiles() {
  std::string path = libraryPath(outputBase());
  OutputFile *library = open(path, /*executable=*/true);
  OutputFile *header = library ? open(outputBase() + ".h") : nullptr;
  if (!header)
    return failure();
  printHeader(header->stream(), description, specs);
  if (!tokenizerText.empty()) {
    OutputFile *tokenizer = open(outputBase() + ".tokenizer.json");
    if (!tokenizer)
      return failure();
    tokenizer->stream() << tokenizerText;
  } else {
    staleFile = outputBase() + ".tokenizer.json";
  }
  return check(
      linkLibrary(llvm::StringRef(object.data(), object.size()), spec.triple,
                  findResourceDir(options.resourceDir, argv0),
                  llvm::sys::path::filename(path), library->temporaryPath()));
}

LogicalResult Compilation::linkExecutableFile() {
  OutputFile *program = open(outputBase(), /*executable=*/true);
  if (!program)
    return failure();
  llvm::StringRef path = program->temporaryPath();
  if (failed(check(linkExecutable(
          llvm::StringRef(object.data(), object.size()), spec.triple,
          findResourceDir(options.resourceDir, argv0), path))))
    return failure();
  // The linker has put a new file there: append to that one.
  std::error_code failed;
  llvm::raw_fd_ostream out(path, failed, llvm::sys::fs::CD_OpenExisting,
                           llvm::sys::fs::FA_Write, llvm::sys::fs::OF_None);
  if (failed)
    return check(llvm::createStringError("cannot write: " + failed.message()),
                 program->path());
  uint64_t size = 0;
  if (std::error_code unknown = llvm::sys::fs::file_size(path, size))
    return check(llvm::createStringError("cannot read: " + unknown.message()),
                 program->path());
  out.seek(size);
  if (mlir::failed(check(
          appendBundle(out, weightsScratch->temporaryPath(), tokenizerText))))
    return failure();
  out.close();
  if (!out.has_error())
    return success();
  std::string reason = out.error().message();
  out.clear_error();
  return check(llvm::createStringError("cannot write: " + reason),
               program->path());
}

void Compilation::printSummary() {
  // Text that goes to the screen is the whole output.
  bool text = options.emit == Emit::LLVM || options.emit == Emit::Asm;
  if (text || options.emit == Emit::Kernels)
    return;
  if (!certificate.empty())
    llvm::outs() << certificate;
  llvm::outs() << outputBase() << ": ";
  if (linears)
    llvm::outs() << ternaryLinears << " of " << linears
                 << " linear layers ternary, ";
  if (ternaryWeights > 0)
    llvm::outs() << llvm::format("%.2f bits per weight, ",
                                 ternaryBits / ternaryWeights);
  if (!headStorage.empty())
    llvm::outs() << "head " << headStorage << ", ";
  llvm::outs() << "code ";
  if (hasSeveral()) {
    llvm::outs() << "for ";
    llvm::interleaveComma(specs, llvm::outs(), [](const TargetSpec &target) {
      llvm::outs() << target.name;
    });
    llvm::outs() << ' ';
  }
  llvm::outs() << formatBytes(object.size()) << ", weights "
               << formatBytes(weights.dataBytes)
               << llvm::format(", %.2f s\n", progress.seconds());
}
