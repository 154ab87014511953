/// The parts of `perplexity` that need no model.
#ifndef TOOLS_BITNET_RUN_PERPLEXITY_H
#define TOOLS_BITNET_RUN_PERPLEXITY_H

#include <cstdint>
#include <string>
#include <vector>

namespace bitnet::run {

/// Documents of a text between lines that are `separator`; line feeds at the
/// end of the text and empty documents are left out.
std::vector<std::string> splitDocuments(const std::string &text,
                                        const std::string &separator);

/// -log softmax(logits)[token], in double.
double tokenLoss(const float *logits, int64_t vocab, int32_t token);

/// Feeds tokens [begin, begin + length) and scores the predictions of
/// [begin + skipped + 1, begin + length + 1).
struct Window {
  int64_t begin, length, skipped;
};

/// Whole windows only, unless the text is shorter than one.
std::vector<Window> makeWindows(int64_t tokens, int64_t length, int64_t stride);

} // namespace bitnet::run

#endif // TOOLS_BITNET_RUN_PERPLEXITY_H
