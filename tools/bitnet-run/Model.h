/// A compiled model that is ready to run, and its sessions.
#ifndef TOOLS_BITNET_RUN_MODEL_H
#define TOOLS_BITNET_RUN_MODEL_H

#include "Api.h"
#include "Tokenizer/Tokenizer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bitnet::run {

/// Code, weights and tokenizer, from files beside each other or from the
/// program itself.
class Model {
public:
  ~Model();
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  /// Opens what `bitnet-opt compile --emit=lib -o NAME` wrote; `name` is NAME
  /// or the path of its libNAME.so. nullptr: `error` says why.
  static std::unique_ptr<Model> open(const std::string &name, bool verify,
                                     std::string &error);

  /// Opens what is appended to this program; `module` is linked in.
  static std::unique_ptr<Model> openLinked(const bitnet_module *module,
                                           bool verify, std::string &error);

  /// The tokenizer of `path`, else the model's own. nullptr: there is none, it
  /// cannot be read, or it does not fit the vocabulary.
  std::unique_ptr<tokenizer::Tokenizer> loadTokenizer(const std::string &path,
                                                      std::string &error) const;

  const Api &api() const { return functions; }
  bitnet_model *handle() const { return model; }
  const bitnet_model_info &info() const { return modelInfo; }

private:
  Model() = default;
  bool openHandle(const bitnet_module *module,
                  const bitnet_weights_source &weights, bool verify,
                  std::string &error);

  Api functions;
  void *library = nullptr;
  bitnet_model *model = nullptr;
  bitnet_model_info modelInfo = {};
  std::string tokenizerPath; ///< file that holds the tokenizer; empty: none
  uint64_t tokenizerOffset = 0, tokenizerBytes = 0; ///< 0 bytes: the whole file
};

struct SessionOptions {
  int64_t threads = 0, context = 0, chunk = 0, rows = 1;
};

class Session {
public:
  ~Session();
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;
  /// `model` must live longer.
  static std::unique_ptr<Session>
  create(const Model &model, const SessionOptions &options, std::string &error);
  /// Logits of the last `rows` positions, [rows, vocab]; nullptr on failure.
  const float *step(const int32_t *tokens, int64_t count, int64_t rows,
                    std::string &error);
  /// The `k` likeliest tokens behind the last position, the likeliest first, in
  /// `ids` and `logits` [k]; false on failure.
  bool stepTop(const int32_t *tokens, int64_t count, int64_t k, int32_t *ids,
               float *logits, std::string &error);
  void reset();
  /// Forgets every position from `length` on; at most what is held.
  bool rewind(int64_t length, std::string &error);
  bitnet_session_info info() const;

private:
  explicit Session(const Model &model) : model(model) {}
  const Model &model;
  bitnet_session *handle = nullptr;
};

/// Reads [offset, offset + bytes) of a file, to its end where bytes is 0.
/// False: `error` names the file.
bool readFile(const std::string &path, uint64_t offset, uint64_t bytes,
              std::string &out, std::string &error);

/// Where the parts of a self-contained executable lie.
bool readBundle(const std::string &path, bitnet_bundle &out,
                std::string &error);

} // namespace bitnet::run

#endif // TOOLS_BITNET_RUN_MODEL_H
