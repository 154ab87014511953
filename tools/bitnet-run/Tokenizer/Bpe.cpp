#include "Bpe.h"

#include "Utf8.h"

#include <array>
#include <cstdio>
#include <queue>

using namespace bitnet::tokenizer;

namespace {
/// Words longer than this are not kept, nor more than so many.
constexpr size_t kCachedWordBytes = 64, kCachedWords = 20000;

struct ByteTable {
  std::array<std::string, 256> characters;
  std::array<int, 0x180> bytes;
  ByteTable() {
    bytes.fill(-1);
    uint32_t next = 0x100;
    for (uint32_t b = 0; b < 256; ++b) {
      bool printable =
          (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      uint32_t codePoint = printable ? b : next++;
      utf8Append(characters[b], codePoint);
      bytes[codePoint] = static_cast<int>(b);
    }
  }
};

const ByteTable &byteTable() {
  static const ByteTable table;
  return table;
}

/// Two neighbours that may be merged. Lower ranks first, then from the left.
struct Candidate {
  int32_t rank, position, id;
  bool operator<(const Candidate &other) const {
    return rank != other.rank ? rank > other.rank : position > other.position;
  }
};
} // namespace

const std::string *bitnet::tokenizer::byteCharacters() {
  return byteTable().characters.data();
}

int bitnet::tokenizer::byteOfCharacter(uint32_t codePoint) {
  return codePoint < byteTable().bytes.size() ? byteTable().bytes[codePoint]
                                              : -1;
}

void Bpe::initialTokens(std::string_view word,
                        std::vector<int32_t> &ids) const {
  bool lastUnknown = false;
  for (size_t at = 0; at < word.size();) {
    size_t bytes = utf8Head(word.substr(at)).bytes;
    std::string character(word.substr(at, bytes));
    if (at)
      character.insert(0, continuingPrefix);
    at += bytes;
    if (at == word.size())
      character += endSuffix;
    if (auto found = vocabulary.find(character); found != vocabulary.end()) {
      ids.push_back(found->second);
      lastUnknown = false;
      continue;
    }
    if (byteFallback) {
      std::vector<int32_t> fallback;
      for (unsigned char byte : character) {
        char name[8];
        snprintf(name, sizeof(name), "<0x%02X>", byte);
        auto found = vocabulary.find(name);
        if (found == vocabulary.end())
          break;
        fallback.push_back(found->second);
      }
      if (fallback.size() == character.size()) {
        ids.insert(ids.end(), fallback.begin(), fallback.end());
        lastUnknown = false;
        continue;
      }
    }
    // Without a token for the unknown the character has none.
    if (unknown && !(fuseUnknown && lastUnknown))
      ids.push_back(*unknown);
    lastUnknown = true;
  }
}

void Bpe::merge(std::vector<int32_t> &ids) const {
  int32_t count = static_cast<int32_t>(ids.size());
  // Symbols are a linked list over positions; a merged one keeps the left
  // place.
  std::vector<int32_t> next(ids.size()), previous(ids.size());
  std::priority_queue<Candidate> queue;
  auto consider = [&](int32_t left) {
    if (left < 0 || next[left] >= count)
      return;
    auto found = merges.find(pair(ids[left], ids[next[left]]));
    if (found != merges.end())
      queue.push({found->second.rank, left, found->second.id});
  };
  for (int32_t i = 0; i < count; ++i) {
    next[i] = i + 1;
    previous[i] = i - 1;
  }
  for (int32_t i = 0; i < count; ++i)
    consider(i);
  while (!queue.empty()) {
    Candidate top = queue.top();
    queue.pop();
    int32_t left = top.position;
    if (ids[left] < 0 || next[left] >= count)
      continue;
    int32_t right = next[left];
    auto found = merges.find(pair(ids[left], ids[right]));
    // Its neighbours may have been merged away since.
    if (found == merges.end() || found->second.id != top.id)
      continue;
    ids[left] = top.id;
    ids[right] = -1;
    next[left] = next[right];
    if (next[left] < count)
      previous[next[left]] = left;
    consider(previous[left]);
    consider(left);
  }
  size_t kept = 0;
  for (int32_t id : ids)
    if (id >= 0)
      ids[kept++] = id;
  ids.resize(kept);
}

void Bpe::encode(std::string_view word, std::vector<int32_t> &ids) const {
  if (word.empty())
    return;
  std::string key(word);
  if (ignoreMerges)
    if (auto found = vocabulary.find(key); found != vocabulary.end()) {
      ids.push_back(found->second);
      return;
    }
  if (auto found = cache.find(key); found != cache.end()) {
    ids.insert(ids.end(), found->second.begin(), found->second.end());
    return;
  }
  std::vector<int32_t> symbols;
  initialTokens(word, symbols);
  merge(symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
  if (word.size() > kCachedWordBytes)
    return;
  if (cache.size() >= kCachedWords)
    cache.clear();
  cache.emplace(std::move(key), std::move(symbols));
}
