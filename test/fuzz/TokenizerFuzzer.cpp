// Any bytes as a tokenizer.json; behind the first zero byte follows a text that
// the tokenizer encodes and decodes.

#include "tools/bitnet-run/Tokenizer/Tokenizer.h"

using bitnet::tokenizer::Tokenizer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  size_t zero = bytes.find('\0');
  std::string_view text = "In the evening, 3 of them \xc3\xa9t\xc3\xa9 <s>\n";
  if (zero != bytes.npos)
    text = bytes.substr(zero + 1);
  std::string error;
  std::unique_ptr<Tokenizer> tokenizer =
      Tokenizer::parse(bytes.substr(0, zero), error);
  if (!tokenizer)
    return error.empty() ? (__builtin_trap(), 0) : 0;
  std::vector<int32_t> ids;
  for (bool special : {false, true})
    if (tokenizer->encode(text, special, ids, error))
      tokenizer->decode(ids, special);
  return 0;
}
