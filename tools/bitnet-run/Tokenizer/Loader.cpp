// Reads tokenizer.json. Nothing in the file is trusted: every member is looked
// at before it is used.
#include "Tokenizer.h"

#include <algorithm>
#include <initializer_list>

#include <nlohmann/json.hpp>

namespace bitnet::tokenizer {

using nlohmann::json;

/// Largest id that is believed, so that a wrong one does not ask for all
/// memory.
static constexpr int64_t kLargestId = (1 << 22) - 1;
static constexpr int kDeepest = 64;

class Loader {
public:
  Loader(Tokenizer &tokenizer, std::string &error)
      : t(tokenizer), error(error) {}
  bool load(const json &root);

private:
  bool fail(const std::string &place, const std::string &what) {
    error = place + ": " + what;
    return false;
  }
  bool unsupported(const std::string &place, const std::string &type,
                   std::initializer_list<const char *> known);
  /// Members of an object; an absent one or null gives `fallback` where there
  /// is one.
  bool string(const json &object, const char *key, const std::string &place,
              std::string &out, const char *fallback = nullptr);
  bool boolean(const json &object, const char *key, const std::string &place,
               bool &out, bool fallback);
  bool size(const json &object, const char *key, const std::string &place,
            size_t &out);
  bool id(const json &value, const std::string &place, int32_t &out);
  bool typeOf(const json &object, const std::string &place, std::string &out) {
    if (!object.is_object())
      return fail(place, std::string("is ") + object.type_name() +
                             ", expected an object with a type");
    return string(object, "type", place, out);
  }
  /// {"String": "x"} or {"Regex": "x"}.
  bool pattern(const json &object, const std::string &place, Regex &out);
  bool plainPattern(const json &object, const std::string &place,
                    std::string &out);

  bool model(const json &value);
  bool vocabulary(const json &value);
  bool merges(const json &value);
  bool addedTokens(const json &value);
  bool normalizer(const json &value, const std::string &place);
  bool preTokenizer(const json &value, const std::string &place);
  bool split(const json &value, const std::string &place);
  bool metaspace(const json &value, const std::string &place,
                 std::string &replacement, PrependScheme &scheme, bool &split);
  bool postProcessor(const json &value, const std::string &place);
  bool specialIds(const json &special, const std::string &name,
                  const std::string &place, std::vector<int32_t> &out);
  bool decoder(const json &value, const std::string &place);
  bool note(int32_t id, const std::string &token);
  bool findNeedles();
  void findEnds();

  Tokenizer &t;
  std::string &error;
};

bool Loader::unsupported(const std::string &place, const std::string &type,
                         std::initializer_list<const char *> known) {
  std::string names;
  for (const char *name : known)
    (names += names.empty() ? "" : ", ") += name;
  return fail(place,
              "type '" + type + "' is not supported, expected one of " + names);
}

bool Loader::string(const json &object, const char *key,
                    const std::string &place, std::string &out,
                    const char *fallback) {
  auto found = object.find(key);
  if ((found == object.end() || found->is_null()) && fallback) {
    out = fallback;
    return true;
  }
  if (found == object.end())
    return fail(place, std::string("has no '") + key + "'");
  if (!found->is_string())
    return fail(place + "." + key, std::string("is ") + found->type_name() +
                                       ", expected a string");
  out = found->get<std::string>();
  return true;
}

bool Loader::boolean(const json &object, const char *key,
                     const std::string &place, bool &out, bool fallback) {
  auto found = object.find(key);
  out = fallback;
  if (found == object.end() || found->is_null())
    return true;
  if (!found->is_boolean())
    return fail(place + "." + key, std::string("is ") + found->type_name() +
                                       ", expected true or false");
  out = found->get<bool>();
  return true;
}

bool Loader::size(const json &object, const char *key, const std::string &place,
                  size_t &out) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned() ||
      found->get<uint64_t>() > 1000)
    return fail(place + "." + key, "expected a number from 0 to 1000");
  out = found->get<size_t>();
  return true;
}

bool Loader::id(const json &value, const std::string &place, int32_t &out) {
  if (!value.is_number_unsigned() ||
      value.get<uint64_t>() > static_cast<uint64_t>(kLargestId))
    return fail(place, "id is " + value.dump().substr(0, 40) +
                           ", expected 0 to " + std::to_string(kLargestId));
  out = value.get<int32_t>();
  return true;
}

bool Loader::plainPattern(const json &object, const std::string &place,
                          std::string &out) {
  auto found = object.find("pattern");
  if (found == object.end() || !found->is_object())
    return fail(place, "has no 'pattern' object");
  if (!found->contains("String"))
    return fail(place + ".pattern", "expected a String");
  return string(*found, "String", place + ".pattern", out);
}

bool Loader::pattern(const json &object, const std::string &place, Regex &out) {
  auto found = object.find("pattern");
  if (found == object.end() || !found->is_object())
    return fail(place, "has no 'pattern' object");
  std::string text, why;
  if (found->contains("Regex")) {
    if (!string(*found, "Regex", place + ".pattern", text))
      return false;
  } else {
    if (!string(*found, "String", place + ".pattern", text))
      return false;
    text = Regex::escape(text);
  }
  return out.compile(text, why) || fail(place + ".pattern", why);
}

// ---------------------------------------------------------------------------
// Model
// ---------------------------------------------------------------------------

bool Loader::note(int32_t id, const std::string &token) {
  if (id >= t.idLimit()) {
    t.tokens.resize(id + 1);
    t.known.resize(id + 1);
    t.special.resize(id + 1);
  }
  t.tokens[id] = token;
  t.known[id] = true;
  return true;
}

bool Loader::vocabulary(const json &value) {
  if (!value.is_object())
    return fail("model.vocab", std::string("is ") + value.type_name() +
                                   ", expected an object");
  t.bpe.vocabulary.reserve(value.size());
  for (const auto &[token, number] : value.items()) {
    int32_t number32;
    if (!id(number, "model.vocab['" + token + "']", number32))
      return false;
    t.bpe.vocabulary.emplace(token, number32);
    note(number32, token);
  }
  return !t.bpe.vocabulary.empty() || fail("model.vocab", "is empty");
}

bool Loader::merges(const json &value) {
  if (!value.is_array())
    return fail("model.merges",
                std::string("is ") + value.type_name() + ", expected an array");
  t.bpe.merges.reserve(value.size());
  int32_t rank = 0;
  for (const json &entry : value) {
    std::string place = "model.merges[" + std::to_string(rank) + "]", left,
                right;
    if (entry.is_string()) {
      const std::string &both = entry.get_ref<const std::string &>();
      size_t space = both.find(' ');
      if (space == std::string::npos ||
          both.find(' ', space + 1) != std::string::npos)
        return fail(place, "is '" + both +
                               "', expected two tokens with a space between");
      left = both.substr(0, space);
      right = both.substr(space + 1);
    } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() &&
               entry[1].is_string()) {
      left = entry[0].get<std::string>();
      right = entry[1].get<std::string>();
    } else {
      return fail(place, "expected a pair of tokens");
    }
    const std::string &prefix = t.bpe.continuingPrefix;
    bool prefixed =
        !prefix.empty() && right.compare(0, prefix.size(), prefix) == 0;
    std::string merged =
        left + (prefixed ? right.substr(prefix.size()) : right);
    auto &vocabulary = t.bpe.vocabulary;
    for (const std::string &token : {left, right, merged})
      if (!vocabulary.count(token))
        return fail(place, "token '" + token + "' is not in the vocabulary");
    t.bpe.merges.insert_or_assign(
        Bpe::pair(vocabulary[left], vocabulary[right]),
        Bpe::Merge{rank, vocabulary[merged]});
    ++rank;
  }
  return true;
}

bool Loader::model(const json &value) {
  std::string type;
  // Older files leave the type of the model out.
  if (!value.is_object())
    return fail("model", std::string("is ") + value.type_name() +
                             ", expected an object");
  if (!string(value, "type", "model", type, "BPE"))
    return false;
  if (type != "BPE")
    return unsupported("model", type, {"BPE"});
  if (auto dropout = value.find("dropout");
      dropout != value.end() && !dropout->is_null() && *dropout != 0.0)
    return fail("model.dropout",
                "is " + dropout->dump().substr(0, 40) +
                    ", expected null: encoding must not be random");
  std::string unknown;
  if (!string(value, "unk_token", "model", unknown, "") ||
      !string(value, "continuing_subword_prefix", "model",
              t.bpe.continuingPrefix, "") ||
      !string(value, "end_of_word_suffix", "model", t.bpe.endSuffix, "") ||
      !boolean(value, "fuse_unk", "model", t.bpe.fuseUnknown, false) ||
      !boolean(value, "byte_fallback", "model", t.bpe.byteFallback, false) ||
      !boolean(value, "ignore_merges", "model", t.bpe.ignoreMerges, false))
    return false;
  if (!value.contains("vocab") || !value.contains("merges"))
    return fail("model", "has no vocab and merges");
  if (!vocabulary(value["vocab"]) || !merges(value["merges"]))
    return false;
  if (unknown.empty())
    return true;
  auto found = t.bpe.vocabulary.find(unknown);
  if (found == t.bpe.vocabulary.end())
    return fail("model.unk_token",
                "'" + unknown + "' is not in the vocabulary");
  t.bpe.unknown = found->second;
  return true;
}

bool Loader::addedTokens(const json &value) {
  if (!value.is_array())
    return fail("added_tokens",
                std::string("is ") + value.type_name() + ", expected an array");
  for (const json &entry : value) {
    std::string place = "added_tokens[" + std::to_string(t.added.size()) + "]";
    AddedToken token;
    if (!entry.is_object() || !entry.contains("id"))
      return fail(place, "expected an object with an id");
    if (!id(entry["id"], place + ".id", token.id) ||
        !string(entry, "content", place, token.content) ||
        !boolean(entry, "single_word", place, token.singleWord, false) ||
        !boolean(entry, "lstrip", place, token.leftStrip, false) ||
        !boolean(entry, "rstrip", place, token.rightStrip, false) ||
        !boolean(entry, "special", place, token.special, false) ||
        !boolean(entry, "normalized", place, token.normalized, !token.special))
      return false;
    if (token.content.empty())
      return fail(place, "has no content");
    // The model's own id is the one that the model was trained with.
    if (auto found = t.bpe.vocabulary.find(token.content);
        found != t.bpe.vocabulary.end())
      token.id = found->second;
    note(token.id, token.content);
    t.special[token.id] = token.special;
    t.added.push_back(std::move(token));
  }
  return true;
}

bool Loader::findNeedles() {
  for (size_t i = 0; i < t.added.size(); ++i) {
    const AddedToken &token = t.added[i];
    std::string text = token.content;
    if (token.normalized)
      for (const auto &normalizer : t.normalizers)
        if (!normalizer->apply(text, error))
          return fail("added_tokens[" + std::to_string(i) + "]",
                      std::string(error));
    if (!text.empty())
      t.needles[token.normalized][static_cast<unsigned char>(text[0])]
          .emplace_back(text, i);
  }
  for (auto &table : t.needles)
    for (auto &list : table)
      std::sort(list.begin(), list.end(), [](const auto &a, const auto &b) {
        return a.first.size() != b.first.size()
                   ? a.first.size() > b.first.size()
                   : a.second < b.second;
      });
  return true;
}

void Loader::findEnds() {
  for (const char *name :
       {"<|end_of_text|>", "<|endoftext|>", "</s>", "<|eot_id|>", "<|im_end|>",
        "<eos>", "<|eos|>", "<|end|>", "<|eom_id|>", "<end_of_turn>", "[EOS]"})
    for (const AddedToken &token : t.added)
      if (token.content == name)
        t.ends.push_back(token.id);
}

// ---------------------------------------------------------------------------
// Text to words
// ---------------------------------------------------------------------------

bool Loader::normalizer(const json &value, const std::string &place) {
  if (value.is_null())
    return true;
  std::string type;
  if (!typeOf(value, place, type))
    return false;
  if (type == "Sequence") {
    auto list = value.find("normalizers");
    if (list == value.end() || !list->is_array())
      return fail(place, "has no array 'normalizers'");
    for (size_t i = 0; i < list->size(); ++i)
      if (!normalizer((*list)[i],
                      place + ".normalizers[" + std::to_string(i) + "]"))
        return false;
  } else if (type == "Prepend") {
    std::string prefix;
    if (!string(value, "prepend", place, prefix))
      return false;
    t.normalizers.push_back(makePrepend(prefix));
  } else if (type == "Replace") {
    Regex regex;
    std::string content;
    if (!pattern(value, place, regex) ||
        !string(value, "content", place, content))
      return false;
    t.normalizers.push_back(makeReplace(std::move(regex), content));
  } else if (type == "Strip") {
    bool left, right;
    if (!boolean(value, "strip_left", place, left, true) ||
        !boolean(value, "strip_right", place, right, true))
      return false;
    t.normalizers.push_back(makeStrip(left, right));
  } else if (type == "NFC") {
    t.normalizers.push_back(makeNfcCheck());
  } else {
    return unsupported(place, type,
                       {"Sequence", "Prepend", "Replace", "Strip", "NFC"});
  }
  return true;
}

bool Loader::split(const json &value, const std::string &place) {
  Regex regex;
  std::string name;
  bool invert;
  if (!pattern(value, place, regex) ||
      !string(value, "behavior", place, name) ||
      !boolean(value, "invert", place, invert, false))
    return false;
  static const std::pair<const char *, SplitBehavior> behaviors[] = {
      {"Removed", SplitBehavior::Removed},
      {"Isolated", SplitBehavior::Isolated},
      {"MergedWithPrevious", SplitBehavior::MergedWithPrevious},
      {"MergedWithNext", SplitBehavior::MergedWithNext},
      {"Contiguous", SplitBehavior::Contiguous}};
  for (auto [known, behavior] : behaviors)
    if (name == known) {
      t.preTokenizers.push_back(makeSplit(std::move(regex), behavior, invert));
      return true;
    }
  return fail(place + ".behavior", "'" + name + "' is not known");
}

bool Loader::metaspace(const json &value, const std::string &place,
                       std::string &replacement, PrependScheme &scheme,
                       bool &split) {
  bool addPrefixSpace;
  std::string name;
  if (!string(value, "replacement", place, replacement, "\xe2\x96\x81") ||
      !boolean(value, "add_prefix_space", place, addPrefixSpace, true) ||
      !string(value, "prepend_scheme", place, name,
              addPrefixSpace ? "always" : "never") ||
      !boolean(value, "split", place, split, true))
    return false;
  if (replacement.empty())
    return fail(place + ".replacement", "is empty");
  if (name != "always" && name != "first" && name != "never")
    return fail(place + ".prepend_scheme",
                "is '" + name + "', expected always, first or never");
  scheme = name == "always"  ? PrependScheme::Always
           : name == "first" ? PrependScheme::First
                             : PrependScheme::Never;
  return true;
}

bool Loader::preTokenizer(const json &value, const std::string &place) {
  if (value.is_null())
    return true;
  std::string type, why;
  if (!typeOf(value, place, type))
    return false;
  if (type == "Sequence") {
    auto list = value.find("pretokenizers");
    if (list == value.end() || !list->is_array())
      return fail(place, "has no array 'pretokenizers'");
    for (size_t i = 0; i < list->size(); ++i)
      if (!preTokenizer((*list)[i],
                        place + ".pretokenizers[" + std::to_string(i) + "]"))
        return false;
    return true;
  }
  if (type == "Split")
    return split(value, place);
  if (type == "ByteLevel") {
    bool addPrefixSpace, useRegex;
    if (!boolean(value, "add_prefix_space", place, addPrefixSpace, true) ||
        !boolean(value, "use_regex", place, useRegex, true))
      return false;
    t.preTokenizers.push_back(makeByteLevel(addPrefixSpace, useRegex));
    return true;
  }
  if (type == "Metaspace") {
    std::string replacement;
    PrependScheme scheme;
    bool splits;
    if (!metaspace(value, place, replacement, scheme, splits))
      return false;
    t.preTokenizers.push_back(makeMetaspace(replacement, scheme, splits));
    return true;
  }
  if (type == "Digits" || type == "WhitespaceSplit") {
    bool digits = type == "Digits", individual;
    Regex regex;
    if (!boolean(value, "individual_digits", place, individual, false) ||
        !regex.compile(digits ? "\\p{N}" : "\\s", why))
      return false;
    t.preTokenizers.push_back(makeSplit(std::move(regex),
                                        !digits ? SplitBehavior::Removed
                                        : individual
                                            ? SplitBehavior::Isolated
                                            : SplitBehavior::Contiguous,
                                        false));
    return true;
  }
  return unsupported(place, type,
                     {"Sequence", "Split", "ByteLevel", "Metaspace", "Digits",
                      "WhitespaceSplit"});
}

// ---------------------------------------------------------------------------
// Special tokens around the text
// ---------------------------------------------------------------------------

bool Loader::specialIds(const json &special, const std::string &name,
                        const std::string &place, std::vector<int32_t> &out) {
  auto found = special.find(name);
  if (found == special.end() || !found->is_object() ||
      !found->contains("ids") || !(*found)["ids"].is_array())
    return fail(place, "special token '" + name + "' has no ids");
  for (const json &value : (*found)["ids"]) {
    int32_t number;
    if (!id(value, place + ".special_tokens['" + name + "']", number))
      return false;
    if (!t.token(number))
      return fail(place, "special token '" + name + "' has id " +
                             std::to_string(number) + ", which is no token's");
    out.push_back(number);
  }
  return true;
}

bool Loader::postProcessor(const json &value, const std::string &place) {
  if (value.is_null())
    return true;
  std::string type;
  if (!typeOf(value, place, type))
    return false;
  std::vector<int32_t> before, after;
  if (type == "Sequence") {
    auto list = value.find("processors");
    if (list == value.end() || !list->is_array())
      return fail(place, "has no array 'processors'");
    for (size_t i = 0; i < list->size(); ++i)
      if (!postProcessor((*list)[i],
                         place + ".processors[" + std::to_string(i) + "]"))
        return false;
  } else if (type == "TemplateProcessing") {
    auto single = value.find("single"), special = value.find("special_tokens");
    if (single == value.end() || !single->is_array() ||
        special == value.end() || !special->is_object())
      return fail(place, "has no array 'single' and object 'special_tokens'");
    bool behind = false;
    for (const json &item : *single) {
      std::string name;
      if (item.is_object() && item.contains("SpecialToken") &&
          item["SpecialToken"].is_object()) {
        if (!string(item["SpecialToken"], "id", place + ".single", name) ||
            !specialIds(*special, name, place, behind ? after : before))
          return false;
      } else if (item.is_object() && item.contains("Sequence") && !behind) {
        behind = true;
      } else {
        return fail(place + ".single",
                    "expected special tokens and one sequence");
      }
    }
    if (!behind)
      return fail(place + ".single", "has no sequence");
  } else if (type == "BertProcessing" || type == "RobertaProcessing") {
    for (auto [key, list] :
         {std::pair("cls", &before), std::pair("sep", &after)}) {
      auto pair = value.find(key);
      if (pair == value.end() || !pair->is_array() || pair->size() != 2)
        return fail(place, std::string("has no pair '") + key + "'");
      list->emplace_back();
      if (!id((*pair)[1], place + "." + key, list->back()))
        return false;
      if (!t.token(list->back()))
        return fail(place + "." + key,
                    "id " + std::to_string(list->back()) + " is no token's");
    }
  } else if (type != "ByteLevel") {
    return unsupported(place, type,
                       {"Sequence", "TemplateProcessing", "ByteLevel",
                        "BertProcessing", "RobertaProcessing"});
  }
  t.before.insert(t.before.begin(), before.begin(), before.end());
  t.after.insert(t.after.end(), after.begin(), after.end());
  return true;
}

bool Loader::decoder(const json &value, const std::string &place) {
  if (value.is_null())
    return true;
  std::string type;
  if (!typeOf(value, place, type))
    return false;
  t.textDecoder.spaced = false;
  Decoder::Step step{};
  if (type == "Sequence") {
    auto list = value.find("decoders");
    if (list == value.end() || !list->is_array())
      return fail(place, "has no array 'decoders'");
    for (size_t i = 0; i < list->size(); ++i)
      if (!decoder((*list)[i], place + ".decoders[" + std::to_string(i) + "]"))
        return false;
    return true;
  }
  if (type == "ByteLevel") {
    step.kind = Decoder::Step::ByteLevel;
  } else if (type == "ByteFallback") {
    step.kind = Decoder::Step::ByteFallback;
  } else if (type == "Fuse") {
    step.kind = Decoder::Step::Fuse;
  } else if (type == "Replace") {
    step.kind = Decoder::Step::Replace;
    if (!plainPattern(value, place, step.from) ||
        !string(value, "content", place, step.to))
      return false;
  } else if (type == "Strip") {
    step.kind = Decoder::Step::Strip;
    if (!string(value, "content", place, step.from) ||
        !size(value, "start", place, step.start) ||
        !size(value, "stop", place, step.stop))
      return false;
    if (step.from.empty())
      return fail(place + ".content", "is empty");
  } else if (type == "Metaspace") {
    step.kind = Decoder::Step::Metaspace;
    PrependScheme scheme;
    bool splits;
    if (!metaspace(value, place, step.from, scheme, splits))
      return false;
    step.start = scheme != PrependScheme::Never;
  } else {
    return unsupported(place, type,
                       {"Sequence", "ByteLevel", "ByteFallback", "Fuse",
                        "Replace", "Strip", "Metaspace"});
  }
  t.textDecoder.steps.push_back(std::move(step));
  return true;
}

bool Loader::load(const json &root) {
  static const json null;
  if (!root.is_object())
    return fail("the file",
                std::string("is ") + root.type_name() + ", expected an object");
  auto member = [&](const char *key) -> const json & {
    auto found = root.find(key);
    return found == root.end() ? null : *found;
  };
  if (!root.contains("model"))
    return fail("the file", "has no 'model': not a tokenizer.json");
  if (!model(member("model")))
    return false;
  if (!member("added_tokens").is_null() && !addedTokens(member("added_tokens")))
    return false;
  if (!normalizer(member("normalizer"), "normalizer") ||
      !preTokenizer(member("pre_tokenizer"), "pre_tokenizer") ||
      !postProcessor(member("post_processor"), "post_processor") ||
      !decoder(member("decoder"), "decoder") || !findNeedles())
    return false;
  findEnds();
  return true;
}

/// How deep objects and arrays are nested: the reader above recurses.
static int depthOf(std::string_view text) {
  int depth = 0, deepest = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

std::unique_ptr<Tokenizer> Tokenizer::parse(std::string_view text,
                                            std::string &error) {
  if (int depth = depthOf(text); depth > kDeepest) {
    error = "the file is nested " + std::to_string(depth) +
            " deep, expected at most " + std::to_string(kDeepest);
    return nullptr;
  }
  json root = json::parse(text.begin(), text.end(), nullptr,
                          /*allow_exceptions=*/false);
  if (root.is_discarded()) {
    error = "the file is not JSON";
    return nullptr;
  }
  auto tokenizer = std::unique_ptr<Tokenizer>(new Tokenizer);
  if (!Loader(*tokenizer, error).load(root))
    return nullptr;
  return tokenizer;
}

} // namespace bitnet::tokenizer
