#include "Model.h"

#include "CommandLine.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/stat.h>

using namespace bitnet::run;

bool bitnet::run::readFile(const std::string &path, uint64_t offset,
                           uint64_t bytes, std::string &out,
                           std::string &error) {
  FILE *file = fopen(path.c_str(), "rb");
  struct stat info;
  if (!file || fstat(fileno(file), &info) != 0 || S_ISDIR(info.st_mode)) {
    error = path +
            ": cannot open: " + strerror(file && errno == 0 ? EISDIR : errno);
    if (file)
      fclose(file);
    return false;
  }
  bool good =
      fseeko(file, static_cast<off_t>(offset), SEEK_SET) == 0 || offset == 0;
  out.clear();
  char buffer[65536];
  uint64_t left = bytes ? bytes : UINT64_MAX;
  while (good && left) {
    size_t got =
        fread(buffer, 1, std::min<uint64_t>(sizeof(buffer), left), file);
    if (got == 0)
      break;
    out.append(buffer, got);
    left -= got;
  }
  good = good && !ferror(file) && (!bytes || out.size() == bytes);
  fclose(file);
  if (!good)
    error =
        path + ": cannot read " +
        (bytes ? std::to_string(bytes) + " bytes at " + std::to_string(offset)
               : "it");
  return good;
}

/// Status of a file that is opened for it: QEMU takes the program that it runs
/// for /proc/self/exe in `open`, but itself in `stat`.
static bool openedStatus(const std::string &path, struct stat &info) {
  FILE *file = fopen(path.c_str(), "rb");
  bool good = file && fstat(fileno(file), &info) == 0;
  int why = errno;
  if (file)
    fclose(file);
  errno = why;
  return good;
}

bool bitnet::run::readBundle(const std::string &path, bitnet_bundle &out,
                             std::string &error) {
  struct stat info;
  if (!openedStatus(path, info)) {
    error = path + ": cannot open: " + strerror(errno);
    return false;
  }
  uint64_t size = static_cast<uint64_t>(info.st_size);
  std::string bytes;
  if (size >= sizeof(out) &&
      readFile(path, size - sizeof(out), sizeof(out), bytes, error))
    memcpy(&out, bytes.data(), sizeof(out));
  else
    memset(&out, 0, sizeof(out));
  auto inside = [&](uint64_t offset, uint64_t length) {
    return offset <= size && length <= size - offset;
  };
  if (memcmp(out.magic, "BITNETX", 8) != 0) {
    error = path + ": carries no weights: they were stripped or cut off";
    return false;
  }
  if (out.version != 1 || out.bundle_bytes != sizeof(out) ||
      !inside(out.weights_offset, out.weights_bytes) ||
      !inside(out.tokenizer_offset, out.tokenizer_bytes)) {
    error = path + ": the description of its weights is damaged";
    return false;
  }
  return true;
}

static bool exists(const std::string &path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
}

namespace {
/// Files of a model compiled with --emit=lib.
struct Files {
  std::string library, weights, tokenizer;
};
} // namespace

/// dir/name, dir/libname.so or dir/name.weights all name the same model.
static bool findFiles(const std::string &name, Files &out, std::string &error) {
  size_t slash = name.rfind('/');
  std::string folder =
      slash == std::string::npos ? "" : name.substr(0, slash + 1);
  std::string base = slash == std::string::npos ? name : name.substr(slash + 1);
  auto endsWith = [&](const char *end) {
    size_t length = strlen(end);
    return base.size() > length &&
           base.compare(base.size() - length, length, end) == 0;
  };
  if (base.compare(0, 3, "lib") == 0 && endsWith(".so") && base.size() > 6)
    base = base.substr(3, base.size() - 6);
  else if (endsWith(".weights"))
    base.resize(base.size() - 8);
  out.library = folder + "lib" + base + ".so";
  out.weights = folder + base + ".weights";
  out.tokenizer = folder + base + ".tokenizer.json";
  if (!exists(out.library)) {
    error = "no model '" + name + "': " + out.library + " does not exist";
    return false;
  }
  // dlopen searches the system for names without a slash.
  if (out.library.find('/') == std::string::npos)
    out.library.insert(0, "./");
  if (!exists(out.tokenizer))
    out.tokenizer =
        exists(folder + "tokenizer.json") ? folder + "tokenizer.json" : "";
  return true;
}

Model::~Model() {
  if (model)
    functions.model_close(model);
  // The library stays: its threads' code must outlive whatever still returns.
}

bool Model::openHandle(const bitnet_module *module,
                       const bitnet_weights_source &weights, bool verify,
                       std::string &error) {
  bitnet_model_options options = {};
  options.struct_bytes = sizeof(options);
  options.verify = verify;
  // Of code for several CPUs: not the best, but the one of this name.
  if (const char *target = getenv("BITNET_TARGET"); target && *target)
    options.target = target;
  bitnet_error why;
  if (functions.model_open(module, &weights, &options, &model, &why)) {
    error = why.message;
    return false;
  }
  functions.model_get_info(model, &modelInfo);
  return true;
}

std::unique_ptr<Model> Model::open(const std::string &name, bool verify,
                                   std::string &error) {
  Files files;
  if (!findFiles(name, files, error))
    return nullptr;
  std::unique_ptr<Model> result(new Model);
  result->library = dlopen(files.library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!result->library) {
    error = files.library + ": cannot load: " + dlerror();
    return nullptr;
  }
  if (!loadApi(result->library, result->functions, error)) {
    error = files.library + ": " + error;
    return nullptr;
  }
  auto *module = static_cast<const bitnet_module *>(
      dlsym(result->library, "bitnet_module"));
  if (!module) {
    error = files.library +
            ": not a compiled model: it does not export bitnet_module";
    return nullptr;
  }
  bitnet_weights_source weights = {};
  weights.path = files.weights.c_str();
  if (!result->openHandle(module, weights, verify, error))
    return nullptr;
  result->tokenizerPath = files.tokenizer;
  return result;
}

std::unique_ptr<Model> Model::openLinked(const bitnet_module *module,
                                         bool verify, std::string &error) {
  static const char *const kSelf = "/proc/self/exe";
  bitnet_bundle bundle;
  if (!readBundle(kSelf, bundle, error))
    return nullptr;
  std::unique_ptr<Model> result(new Model);
  result->functions = linkedApi();
  bitnet_weights_source weights = {};
  weights.path = kSelf;
  weights.offset = bundle.weights_offset;
  weights.bytes = bundle.weights_bytes;
  if (!result->openHandle(module, weights, verify, error))
    return nullptr;
  if (bundle.tokenizer_bytes) {
    result->tokenizerPath = kSelf;
    result->tokenizerOffset = bundle.tokenizer_offset;
    result->tokenizerBytes = bundle.tokenizer_bytes;
  }
  return result;
}

std::unique_ptr<bitnet::tokenizer::Tokenizer>
Model::loadTokenizer(const std::string &path, std::string &error) const {
  if (path.empty() && tokenizerPath.empty()) {
    error = "the model has no tokenizer: give one with --tokenizer=FILE";
    return nullptr;
  }
  std::string text, why;
  bool own = path.empty();
  const std::string &from = own ? tokenizerPath : path;
  if (!readFile(from, own ? tokenizerOffset : 0, own ? tokenizerBytes : 0, text,
                error))
    return nullptr;
  auto result = tokenizer::Tokenizer::parse(text, why);
  if (!result) {
    error = from + ": " + why;
  } else if (modelInfo.vocab_size && result->idLimit() > modelInfo.vocab_size) {
    error = from + ": does not fit the model: its largest id is " +
            std::to_string(result->idLimit() - 1) +
            ", the model's vocabulary has " +
            std::to_string(modelInfo.vocab_size);
    return nullptr;
  }
  return result;
}

Session::~Session() {
  if (handle)
    model.api().session_destroy(handle);
}

std::unique_ptr<Session> Session::create(const Model &model,
                                         const SessionOptions &options,
                                         std::string &error) {
  bitnet_session_options raw = {};
  raw.struct_bytes = sizeof(raw);
  raw.threads = static_cast<int32_t>(options.threads);
  raw.context_length = options.context;
  raw.max_chunk = options.chunk;
  raw.max_logit_rows = options.rows;
  std::unique_ptr<Session> result(new Session(model));
  bitnet_error why;
  if (model.api().session_create(model.handle(), &raw, &result->handle, &why)) {
    error = why.message;
    return nullptr;
  }
  return result;
}

const float *Session::step(const int32_t *tokens, int64_t count, int64_t rows,
                           std::string &error) {
  const float *logits = nullptr;
  bitnet_error why;
  if (model.api().session_step(handle, tokens, count, rows, &logits, &why)) {
    error = why.message;
    return nullptr;
  }
  return logits;
}

bool Session::stepTop(const int32_t *tokens, int64_t count, int64_t k,
                      int32_t *ids, float *logits, std::string &error) {
  bitnet_error why;
  if (model.api().session_step_top(handle, tokens, count, k, ids, logits,
                                   &why)) {
    error = why.message;
    return false;
  }
  return true;
}

void Session::reset() { model.api().session_reset(handle); }

bool Session::rewind(int64_t length, std::string &error) {
  bitnet_error why;
  if (model.api().session_rewind(handle, length, &why)) {
    error = why.message;
    return false;
  }
  return true;
}

bitnet_session_info Session::info() const {
  bitnet_session_info result;
  model.api().session_get_info(handle, &result);
  return result;
}
