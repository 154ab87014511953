#include "dialects/Onnx/IR/OnnxOps.h"

#include <gtest/gtest.h>

#include <limits>

using bitnet::onnx::resolveSlice;

namespace {
/// What the specification says, element by element, for small numbers.
void expectLikeSpecification(int64_t size, int64_t start, int64_t end,
                             int64_t step) {
  int64_t from = start < 0 ? start + size : start;
  int64_t to = end < 0 ? end + size : end;
  from = step > 0
             ? std::clamp<int64_t>(from, 0, size)
             : std::clamp<int64_t>(from, 0, std::max<int64_t>(size - 1, 0));
  to = step > 0 ? std::clamp<int64_t>(to, 0, size)
                : std::clamp<int64_t>(to, -1, std::max<int64_t>(size - 1, 0));
  int64_t count = 0;
  for (int64_t i = from; size > 0 && (step > 0 ? i < to : i > to); i += step)
    ++count;
  auto bounds = resolveSlice(size, start, end, step);
  ASSERT_TRUE(bounds);
  EXPECT_EQ(bounds->count, count)
      << size << " [" << start << ":" << end << ":" << step << "]";
  for (int64_t i = 0; i < bounds->count; ++i) {
    int64_t at = bounds->start + i * bounds->step;
    EXPECT_TRUE(at >= 0 && at < size);
  }
}

TEST(Slice, AgreesWithTheSpecification) {
  for (int64_t size : {0, 1, 2, 5})
    for (int64_t start = -7; start <= 7; ++start)
      for (int64_t end = -7; end <= 7; ++end)
        for (int64_t step : {-6, -5, -2, -1, 1, 2, 5, 6})
          expectLikeSpecification(size, start, end, step);
}

TEST(Slice, ExtremeBounds) {
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(resolveSlice(10, least, most, 1)->count, 10);
  EXPECT_EQ(resolveSlice(10, most, least, -1)->count, 10);
  EXPECT_EQ(resolveSlice(10, most, least, least)->count, 1);
  EXPECT_EQ(resolveSlice(10, 0, most, most)->count, 1);
  EXPECT_FALSE(resolveSlice(10, 0, 10, 0));
}
} // namespace
