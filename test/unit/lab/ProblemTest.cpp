// The lab's judge: right sums pass, one wrong sum is found.

#include "compiler/Lab/Problem.h"

#include <algorithm>
#include <gtest/gtest.h>

using namespace bitnet::lab;

namespace {

int trit(const Problem &problem, int64_t row, int64_t term) {
  int64_t index = row * problem.getK() + term;
  return int((problem.getCodes()[index / 4] >> (2 * (index % 4))) & 3) - 1;
}

std::vector<float> sums(const Problem &problem,
                        const std::vector<int8_t> &activations, int64_t m) {
  std::vector<float> result;
  for (int64_t t = 0; t < m; ++t)
    for (int64_t row = 0; row < problem.getN(); ++row) {
      int sum = 0;
      for (int64_t k = 0; k < problem.getK(); ++k)
        sum += activations[t * problem.getK() + k] * trit(problem, row, k);
      result.push_back(float(sum));
    }
  return result;
}

TEST(Problem, HoldsTritsWithExtremeRows) {
  for (int64_t k : {1, 3, 4, 5, 63}) {
    Problem problem(7, k);
    int counts[4] = {};
    for (int64_t row = 0; row < 7; ++row)
      for (int64_t term = 0; term < k; ++term)
        ++counts[trit(problem, row, term) + 1];
    EXPECT_EQ(counts[3], 0) << "a code of 3";
    for (int64_t term = 0; term < k; ++term) {
      EXPECT_EQ(trit(problem, 0, term), 1);
      EXPECT_EQ(trit(problem, 1, term), -1);
    }
  }
}

TEST(Problem, FindsTheOneWrongSum) {
  Problem problem(5, 37);
  std::vector<int8_t> activations = problem.makeActivations(6);
  std::vector<float> outputs = sums(problem, activations, 6);
  std::pair<int64_t, int64_t> none = {-1, -1};
  EXPECT_EQ(problem.findWrong(activations, outputs, 6), none);
  for (int64_t t : {0, 5})
    for (int64_t row : {0, 4}) {
      std::vector<float> wrong = outputs;
      wrong[t * 5 + row] += 1;
      std::pair<int64_t, int64_t> place = {t, row};
      EXPECT_EQ(problem.findWrong(activations, wrong, 6), place);
    }
}

TEST(Problem, TokensOfExtremes) {
  Problem problem(1, 9);
  std::vector<int8_t> activations = problem.makeActivations(4);
  for (int64_t k = 0; k < 9; ++k) {
    EXPECT_EQ(activations[9 + k], -128);
    EXPECT_EQ(activations[27 + k], 127);
  }
}

TEST(Problem, OneTokenIsExtremeAtSomeSizes) {
  int extremes = 0;
  for (int64_t k = 9; k < 41; ++k) {
    std::vector<int8_t> activations = Problem(1, k).makeActivations(1);
    extremes += std::count(activations.begin(), activations.end(), -128) == k;
  }
  EXPECT_GT(extremes, 8);
  EXPECT_LT(extremes, 24);
}

} // namespace
