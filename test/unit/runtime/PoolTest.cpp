#include "internal.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace {
class Pool {
public:
  explicit Pool(int32_t threads) {
    allocator = bn_allocator_or_default(nullptr);
    EXPECT_EQ(bn_pool_create(&allocator, threads, &pool, nullptr), BITNET_OK);
  }
  ~Pool() { bn_pool_destroy(pool); }
  operator bn_pool *() const { return pool; }

private:
  bitnet_allocator allocator;
  bn_pool *pool = nullptr;
};

struct Parts {
  std::mutex lock;
  std::vector<std::pair<int64_t, int64_t>> ranges;
  std::set<std::thread::id> threads;
  static void add(void *self, int64_t begin, int64_t end) {
    auto *parts = static_cast<Parts *>(self);
    std::lock_guard<std::mutex> guard(parts->lock);
    parts->ranges.emplace_back(begin, end);
    parts->threads.insert(std::this_thread::get_id());
  }
};
} // namespace

TEST(Pool, PartsCoverTheRangeInMultiplesOfTheGrain) {
  for (int32_t threads : {1, 2, 3, 8}) {
    Pool pool(threads);
    EXPECT_EQ(bn_pool_threads(pool), threads);
    for (int64_t count : {0, 1, 2, 7, 8, 9, 64, 1000})
      for (int64_t grain : {1, 2, 8, 64, 5000}) {
        Parts parts;
        bn_pool_run(pool, Parts::add, &parts, count, grain);
        std::sort(parts.ranges.begin(), parts.ranges.end());
        int64_t at = 0, units = (count + grain - 1) / grain;
        for (auto [begin, end] : parts.ranges) {
          EXPECT_EQ(begin, at);
          EXPECT_LT(begin, end);
          EXPECT_TRUE(end == count || (end - begin) % grain == 0);
          at = end;
        }
        EXPECT_EQ(at, count);
        EXPECT_EQ(int64_t(parts.ranges.size()),
                  std::min<int64_t>(threads, units))
            << count << " by " << grain;
      }
  }
}

TEST(Pool, LargestCountDoesNotOverflow) {
  Pool pool(3);
  Parts parts;
  bn_pool_run(pool, Parts::add, &parts, INT64_MAX, INT64_MAX / 2 - 7);
  std::sort(parts.ranges.begin(), parts.ranges.end());
  ASSERT_EQ(parts.ranges.size(), 3u);
  EXPECT_EQ(parts.ranges.back().second, INT64_MAX);
}

TEST(Pool, SmallRegionsStayOnTheCaller) {
  Pool pool(4);
  Parts parts;
  bn_pool_run(pool, Parts::add, &parts, 8, 8);
  EXPECT_EQ(parts.ranges.size(), 1u);
  EXPECT_EQ(*parts.threads.begin(), std::this_thread::get_id());
}

TEST(Pool, NestedRegionsRunSerially) {
  struct Nested {
    bn_pool *pool;
    std::atomic<int64_t> sum{0};
  };
  Pool pool(3);
  Nested nested;
  nested.pool = pool;
  bn_pool_run(
      pool,
      [](void *args, int64_t begin, int64_t end) {
        auto *outer = static_cast<Nested *>(args);
        for (int64_t i = begin; i < end; ++i)
          bn_pool_run(
              outer->pool,
              [](void *inner, int64_t b, int64_t e) {
                static_cast<Nested *>(inner)->sum += e - b;
              },
              outer, 10, 1);
      },
      &nested, 7, 1);
  EXPECT_EQ(nested.sum, 70);
}

TEST(Pool, WhatARegionWroteIsSeenByTheNext) {
  // Plain memory, no atomics: a thread sanitizer would see a missing edge.
  for (int32_t threads : {2, 4}) {
    Pool pool(threads);
    struct Sum {
      std::vector<int64_t> values;
      int64_t shift;
    } sum = {std::vector<int64_t>(64), 0};
    const int kRegions = 3000;
    for (int i = 0; i < kRegions; ++i) {
      sum.shift = i % 64;
      bn_pool_run(
          pool,
          [](void *args, int64_t begin, int64_t end) {
            auto *sum = static_cast<Sum *>(args);
            for (int64_t j = begin; j < end; ++j)
              ++sum->values[(j + sum->shift) %
                            64]; // another thread's element each time
          },
          &sum, 64, 1);
    }
    for (int64_t value : sum.values)
      EXPECT_EQ(value, kRegions);
  }
}

TEST(Pool, WakesSleepers) {
  Pool pool(2);
  for (int i = 0; i < 5; ++i) {
    // Longer than any spin: the worker sleeps by now.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    // The caller's part ends when the worker's has begun.
    std::atomic<bool> begun{false};
    bn_pool_run(
        pool,
        [](void *args, int64_t begin, int64_t) {
          auto &begun = *static_cast<std::atomic<bool> *>(args);
          if (begin == 1)
            begun = true;
          auto limit =
              std::chrono::steady_clock::now() + std::chrono::seconds(30);
          while (!begun && std::chrono::steady_clock::now() < limit)
            std::this_thread::yield();
          EXPECT_TRUE(begun);
        },
        &begun, 2, 1);
  }
}

TEST(Pool, EachPartRunsOnce) {
  Pool pool(4);
  for (int i = 0; i < 200; ++i) {
    Parts parts;
    bn_pool_run(pool, Parts::add, &parts, 4, 1);
    std::sort(parts.ranges.begin(), parts.ranges.end());
    std::vector<std::pair<int64_t, int64_t>> once = {
        {0, 1}, {1, 2}, {2, 3}, {3, 4}};
    ASSERT_EQ(parts.ranges, once) << "a part ran twice or never";
  }
}
