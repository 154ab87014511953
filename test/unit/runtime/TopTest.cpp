//===- TopTest.cpp - the largest logits -----------------------------------===//

#include "internal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace {
constexpr float kInf = INFINITY, kNaN = NAN;

/// Tokens in the order that bitnet_session_step_top promises.
std::vector<int32_t> ranked(const std::vector<float> &logits) {
  std::vector<int32_t> ids(logits.size());
  for (size_t i = 0; i < ids.size(); ++i)
    ids[i] = int32_t(i);
  auto value = [&](int32_t id) {
    return std::isnan(logits[id]) ? -kInf : logits[id];
  };
  std::stable_sort(ids.begin(), ids.end(),
                   [&](int32_t a, int32_t b) { return value(a) > value(b); });
  return ids;
}

/// The k best of `logits`, offered with or without ids.
std::vector<int32_t> best(const std::vector<float> &logits, int64_t k,
                          bool withIds) {
  std::vector<int32_t> ids(k), all(logits.size());
  std::vector<float> values(k);
  for (size_t i = 0; i < all.size(); ++i)
    all[i] = int32_t(i);
  bn_top top;
  bn_top_start(&top, k, ids.data(), values.data());
  if (withIds) {
    // In another order than that of the ids.
    std::vector<float> reversed(logits.rbegin(), logits.rend());
    std::reverse(all.begin(), all.end());
    bn_top_add(&top, all.data(), reversed.data(), logits.size());
  } else {
    bn_top_add(&top, nullptr, logits.data(), logits.size());
  }
  bn_top_finish(&top);
  for (int64_t i = 0; i < k; ++i)
    EXPECT_EQ(values[i], std::isnan(logits[ids[i]]) ? -kInf : logits[ids[i]]);
  return ids;
}

void checkBest(const std::vector<float> &logits) {
  std::vector<int32_t> want = ranked(logits);
  for (int64_t k = 1; k <= int64_t(logits.size()); k = k * 2 + 1)
    for (bool withIds : {false, true})
      EXPECT_EQ(best(logits, k, withIds),
                std::vector<int32_t>(want.begin(), want.begin() + k));
}

TEST(Top, RandomLogits) {
  std::mt19937 engine(1);
  std::vector<float> logits(1000);
  for (float &logit : logits)
    logit = float(int(engine() % 2001) - 1000);
  checkBest(logits);
}
TEST(Top, EqualLogitsGoByTheirIds) {
  checkBest(std::vector<float>(37, 1.5f));
  checkBest({0.0f, -0.0f, 0.0f, -0.0f});
}
TEST(Top, InfinitiesAndNaN) {
  checkBest({kNaN, -kInf, 1, kInf, kNaN, -kInf, kInf, -2});
  checkBest({kNaN, kNaN, kNaN});
  checkBest({-kInf, -kInf, kNaN});
}
TEST(Top, OneLogit) { checkBest({3}); }

struct Screened {
  std::vector<int32_t> ids;
  int64_t count;
};
Screened screen(const std::vector<float> &lower,
                const std::vector<float> &upper, int64_t k, int64_t capacity) {
  std::vector<int32_t> ids(k), found(capacity);
  std::vector<float> values(k);
  bn_top top;
  bn_top_start(&top, k, ids.data(), values.data());
  int64_t count = bn_top_screen(&top, lower.data(), upper.data(), lower.size(),
                                found.data(), capacity);
  found.resize(std::max<int64_t>(count, 0));
  return {found, count};
}

TEST(Screen, KeepsWhatCanBeAmongTheLargest) {
  std::mt19937 engine(2);
  for (int round = 0; round < 200; ++round) {
    size_t n = 1 + engine() % 200;
    int64_t k = 1 + engine() % n;
    std::vector<float> lower(n), upper(n);
    for (size_t i = 0; i < n; ++i) {
      lower[i] = float(int(engine() % 50));
      upper[i] = lower[i] + float(engine() % 10);
    }
    std::vector<float> sorted = lower;
    std::sort(sorted.rbegin(), sorted.rend());
    std::vector<int32_t> want;
    for (size_t i = 0; i < n; ++i)
      if (upper[i] >= sorted[k - 1])
        want.push_back(int32_t(i));
    EXPECT_EQ(screen(lower, upper, k, n).ids, want);
    // A list that is just long enough may still overflow on the way.
    Screened tight = screen(lower, upper, k, want.size());
    if (tight.count >= 0)
      EXPECT_EQ(tight.ids, want);
    EXPECT_EQ(screen(lower, upper, k, want.size() - 1).count, -1);
  }
}
TEST(Screen, WhatIsNaNIsKept) {
  EXPECT_EQ(screen({1, kNaN, 5, 0}, {2, kNaN, 6, kNaN}, 1, 4).ids,
            (std::vector<int32_t>{1, 2, 3}));
  EXPECT_EQ(screen({kNaN, kNaN}, {kNaN, kNaN}, 1, 2).count, 2);
}
TEST(Screen, ListIsCompacted) {
  // Ascending: every place is a candidate when it is met, one is left.
  std::vector<float> values(1000);
  for (int i = 0; i < 1000; ++i)
    values[i] = float(i);
  EXPECT_EQ(screen(values, values, 1, 2).ids, (std::vector<int32_t>{999}));
}
} // namespace
