#include "Perplexity.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace bitnet::run;

using Strings = std::vector<std::string>;

TEST(Documents, SeparatedByLines) {
  EXPECT_EQ(splitDocuments("a\nb\n<|doc|>\nc\n", "<|doc|>"),
            (Strings{"a\nb", "c"}));
  EXPECT_EQ(splitDocuments("a <|doc|>\nb", "<|doc|>"),
            (Strings{"a <|doc|>\nb"}))
      << "only whole lines";
  EXPECT_EQ(splitDocuments("<|doc|>\na\n<|doc|>\n<|doc|>\nb", "<|doc|>"),
            (Strings{"a", "b"}));
  EXPECT_EQ(splitDocuments("a\n\n\nb\n\n", "<|doc|>"), (Strings{"a\n\n\nb"}));
  EXPECT_EQ(splitDocuments("", "<|doc|>"), Strings());
  EXPECT_EQ(splitDocuments("a\n<|doc|>\nb", ""), (Strings{"a\n<|doc|>\nb"}));
}

static std::vector<std::vector<int64_t>> windows(int64_t tokens, int64_t length,
                                                 int64_t stride) {
  std::vector<std::vector<int64_t>> out;
  for (const Window &w : makeWindows(tokens, length, stride))
    out.push_back({w.begin, w.length, w.skipped});
  return out;
}

TEST(Windows, WholeOnesOnly) {
  using List = std::vector<std::vector<int64_t>>;
  // The last token of a window predicts one more.
  EXPECT_EQ(windows(9, 4, 4), (List{{0, 4, 0}, {4, 4, 0}}));
  EXPECT_EQ(windows(8, 4, 4), (List{{0, 4, 0}}));
  EXPECT_EQ(windows(9, 4, 2), (List{{0, 4, 0}, {2, 4, 2}, {4, 4, 2}}));
  EXPECT_EQ(windows(4, 4, 4), (List{{0, 3, 0}})) << "shorter than a window";
  EXPECT_EQ(windows(1, 4, 4), List());
  EXPECT_EQ(windows(46028, 256, 256).size(), 179u) << "as golden.json counts";
}

TEST(Loss, IsMinusLogSoftmax) {
  const float logits[] = {std::log(1.f), std::log(2.f), std::log(5.f)};
  EXPECT_NEAR(tokenLoss(logits, 3, 1), std::log(4.0), 1e-6);
  const float large[] = {1000, 1000, -1000};
  EXPECT_NEAR(tokenLoss(large, 3, 0), std::log(2.0), 1e-12);
  EXPECT_NEAR(tokenLoss(large, 3, 2), 2000 + std::log(2.0), 1e-9);
}
