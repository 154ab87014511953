// What threads do together: shuffles, votes, barriers, matrices.
#include "Gpu.h"

#include <gtest/gtest.h>
#include <random>

namespace {
std::vector<uint64_t> good(const std::string &ptx,
                           const std::vector<uint64_t> &input = {},
                           const Shape &shape = {}) {
  Outcome outcome = runPtx(ptx, input, shape);
  EXPECT_EQ(outcome.code, 0) << outcome.error;
  return outcome.words;
}
} // namespace

// Source lanes as NVIDIA's manual has them, by mode, distance and clamp.
TEST(Warps, Shuffles) {
  for (std::string mode : {"up", "down", "bfly", "idx"})
    for (int b : {0, 1, 5, 16, 31})
      for (int c : {0x1f, 0, 0x101f, 0x181f, 0x1c00, 0x1c1f, 0x100f}) {
        // Lane i has 3 * i + 1.
        auto got = good(kernelOf("\tmad.lo.s32 %r10, %i, 3, 1;\n\tshfl.sync." +
                                 mode + ".b32 %r11|%p1, %r10, " +
                                 std::to_string(b) + ", " + std::to_string(c) +
                                 ", -1;\n\tselp.b32 %r12, 1, 0, %p1;\n"
                                 "\tmov.b64 %d10, {%r11, %r12};\n" +
                                 give("%d10")));
        int segment = c >> 8 & 31, clamp = c & 31;
        for (int lane = 0; lane < 32; ++lane) {
          int most = (lane & segment) | (clamp & ~segment);
          int from = mode == "up"     ? lane - b
                     : mode == "down" ? lane + b
                     : mode == "bfly" ? lane ^ b
                                      : ((lane & segment) | (b & ~segment));
          bool ok = mode == "up" ? from >= most : from <= most;
          if (!ok)
            from = lane;
          ASSERT_EQ(got[(size_t)lane],
                    (uint64_t)(3 * from + 1) | (uint64_t)ok << 32)
              << mode << " " << b << " " << c << " lane " << lane;
        }
      }
}

// Half a warp each: sums over 16 lanes, in branches that the halves take at
// different times.
TEST(Warps, HalvesOnTheirOwn) {
  std::string sum;
  for (int distance : {8, 4, 2, 1})
    sum += "\tshfl.sync.bfly.b32 %r12, %r10, " + std::to_string(distance) +
           ", 31, %r11;\n\tadd.s32 %r10, %r10, %r12;\n";
  auto got = good(kernelOf("\tmov.b32 %r10, %i;\n\tsetp.lt.u32 %p1, %i, 16;\n"
                           "\tselp.b32 %r11, 0xffff, 0xffff0000, %p1;\n"
                           "\t@%p1 bra $L_join;\n\tadd.s32 %r10, %r10, 100;\n"
                           "$L_join:\n" +
                           sum + "\tcvt.u64.u32 %d10, %r10;\n" + give("%d10")));
  for (size_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], i < 16 ? 120u : 16 * 100 + 376u);
}

// Lanes that come late are waited for.
TEST(Warps, LanesWait) {
  auto got = good(kernelOf(
      "\tmov.b32 %r10, 0;\n\tsetp.lt.u32 %p1, %i, 7;\n\t@!%p1 bra $L_sync;\n"
      "$L_loop:\n\tadd.s32 %r10, %r10, 1;\n\tsetp.lt.u32 %p2, %r10, %i;\n"
      "\t@%p2 bra $L_loop;\n$L_sync:\n\tbar.warp.sync -1;\n"
      "\tvote.sync.ballot.b32 %r11, %p1, -1;\n\tcvt.u64.u32 %d10, %r11;\n" +
      give("%d10")));
  for (uint64_t word : got)
    EXPECT_EQ(word, 0x7fu);
  // Those that have left are not.
  got = good(kernelOf("\tsetp.lt.u32 %p1, %i, 7;\n\t@%p1 exit;\n"
                      "\tredux.sync.add.u32 %r11, %i, -1;\n"
                      "\tcvt.u64.u32 %d10, %r11;\n" +
                      give("%d10")));
  EXPECT_EQ(got[6], 0u);
  EXPECT_EQ(got[7], 31u * 32 / 2 - 21);
}

// Lanes read what the first one has written. Whoever does not wait for it is
// right in the order in which lanes stand, and in another one wrong.
TEST(Warps, AnyOrder) {
  auto countWrong = [](const std::string &wait) {
    int wrong = 0;
    for (int seed = 1; seed <= 20; ++seed) {
      setenv("BITNET_CUDA_STAND_IN_ORDER", std::to_string(seed).c_str(), 1);
      auto got = good(kernelOf("\tsetp.ne.u32 %p1, %i, 0;\n\t@%p1 bra $L_1;\n"
                               "\tmov.b32 %r10, 7;\n"
                               "\tst.shared.b32 [word], %r10;\n$L_1:\n" +
                                   wait +
                                   "\tld.shared.b32 %r11, [word];\n"
                                   "\tcvt.u64.u32 %d10, %r11;\n" +
                                   give("%d10"),
                               ".shared .align 4 .b8 word[4];\n"));
      for (uint64_t word : got)
        wrong += word != 7;
    }
    unsetenv("BITNET_CUDA_STAND_IN_ORDER");
    return wrong;
  };
  EXPECT_EQ(countWrong("\tbar.warp.sync -1;\n"), 0);
  EXPECT_GT(countWrong(""), 20);
}

TEST(Warps, Votes) {
  auto got =
      good(kernelOf("\tsetp.eq.u32 %p1, %i, 9;\n"
                    "\tvote.sync.any.pred %p2, %p1, -1;\n"
                    "\tvote.sync.all.pred %p3, %p1, -1;\n"
                    "\tvote.sync.uni.pred %p4, %p1, -1;\n"
                    "\tvote.sync.all.pred %p5, !%p3, -1;\n"
                    "\tvote.sync.ballot.b32 %r10, %p1, -1;\n"
                    "\tselp.b32 %r11, 1, 0, %p2;\n\tselp.b32 %r12, 2, 0, %p3;\n"
                    "\tselp.b32 %r13, 4, 0, %p4;\n\tselp.b32 %r14, 8, 0, %p5;\n"
                    "\tor.b32 %r11, %r11, %r12;\n\tor.b32 %r11, %r11, %r13;\n"
                    "\tor.b32 %r11, %r11, %r14;\n"
                    "\tmov.b64 %d10, {%r10, %r11};\n" +
                    give("%d10")));
  EXPECT_EQ(got[0], 1ull << 9 | 9ull << 32);
  got = good(
      kernelOf("\tand.b32 %r10, %i, 3;\n\tmatch.any.sync.b32 %r11, %r10, -1;\n"
               "\tactivemask.b32 %r12;\n\tmov.b64 %d10, {%r11, %r12};\n" +
               give("%d10")));
  EXPECT_EQ(got[2], 0x44444444ull | 0xffffffffull << 32);
}

TEST(Warps, Reductions) {
  struct {
    const char *name;
    uint32_t want;
  } all[] = {{"add.s32", 0u - 31 * 16},
             {"min.s32", 0u - 31},
             {"max.s32", 0},
             {"min.u32", 0},
             {"max.u32", ~0u},
             {"and.b32", 0},
             {"or.b32", ~0u},
             {"xor.b32", 0}};
  for (auto &op : all) {
    auto got = good(kernelOf(
        "\tneg.s32 %r10, %i;\n\tredux.sync." + std::string(op.name) +
        " %r11, %r10, -1;\n\tcvt.u64.u32 %d10, %r11;\n" + give("%d10")));
    uint32_t want = op.want;
    if (op.name == std::string("xor.b32"))
      for (uint32_t i = 0; i < 32; ++i)
        want ^= 0u - i;
    EXPECT_EQ(got[5], want) << op.name;
  }
}

// A sum over four warps by way of shared memory, in halving steps.
TEST(Warps, BarriersOfABlock) {
  std::string body =
      "\tmov.b64 %d10, sums;\n\tmov.u32 %r10, %tid.x;\n"
      "\tmul.wide.u32 %d11, %r10, 4;\n\tadd.s64 %d11, %d11, %d10;\n"
      "\tst.shared.b32 [%d11], %i;\n\tbar.sync 0;\n";
  for (int step : {64, 32, 16, 8, 4, 2, 1}) {
    std::string s = std::to_string(step), bytes = std::to_string(4 * step);
    body += "\tsetp.ge.u32 %p1, %r10, " + s + ";\n\t@%p1 bra $L_" + s +
            ";\n\tld.shared.b32 %r11, [%d11];\n\tld.shared.b32 %r12, [%d11+" +
            bytes +
            "];\n\tadd.s32 %r11, %r11, %r12;\n\tst.shared.b32 [%d11], "
            "%r11;\n$L_" +
            s + ":\n\tbarrier.sync 0;\n";
  }
  auto got =
      good(kernelOf(body + "\tld.shared.u32 %d12, [sums];\n" + give("%d12"),
                    ".shared .align 16 .b8 sums[512];\n"),
           {}, {3, 128, 384});
  for (uint64_t i = 0; i < 384; ++i)
    EXPECT_EQ(got[i], 128 * 127 / 2 + 128 * 128 * (i / 128));
  // Two of four warps, at a barrier of their own; threads that left count no
  // more at one of the whole block.
  got =
      good(kernelOf("\tmov.u32 %r10, %tid.x;\n\tsetp.lt.u32 %p1, %r10, 64;\n"
                    "\t@%p1 bra $L_pair;\n\tsetp.lt.u32 %p2, %r10, 96;\n"
                    "\t@%p2 exit;\n\tbar.sync 0;\n\tbra.uni $L_end;\n$L_pair:\n"
                    "\tbar.sync 1, 64;\n\tbar.sync 0;\n$L_end:\n" +
                    give("1")),
           {}, {1, 128, 128});
  EXPECT_EQ(got[0], 1u);
  EXPECT_EQ(got[70], 0u);
  EXPECT_EQ(got[127], 1u);
}

// Against the plain product of the matrices whose fragments lanes hold.
TEST(Warps, Matrices) {
  std::mt19937 random(3);
  for (int m : {8, 16})
    for (int k : {16, 32}) {
      if (m == 8 && k == 32)
        continue;
      for (bool aSigned : {true, false})
        for (bool bSigned : {true, false}) {
          std::vector<std::vector<int>> a((size_t)m,
                                          std::vector<int>((size_t)k)),
              b((size_t)k, std::vector<int>(8)),
              c((size_t)m, std::vector<int>(8));
          auto fill = [&](auto &matrix, bool isSigned, int extra) {
            for (auto &row : matrix)
              for (int &v : row) {
                v = (int)(random() & 255);
                v = isSigned ? (int8_t)v : v;
                v *= extra;
              }
          };
          fill(a, aSigned, 1);
          fill(b, bSigned, 1);
          fill(c, true, 1 << 20);
          // 16 words a lane: A, B, C from 0, 4 and 8 on.
          std::vector<uint64_t> in(32 * 8);
          auto *words = reinterpret_cast<uint32_t *>(in.data());
          int kA = m * k / 128, kB = k / 16, kC = m / 4;
          for (int lane = 0; lane < 32; ++lane) {
            int group = lane / 4, t = lane % 4;
            for (int r = 0; r < kA; ++r)
              for (int j = 0; j < 4; ++j) {
                int row = group + (m == 16 && r % 2 ? 8 : 0);
                int column = 4 * t + j + (r >= m / 8 ? 16 : 0);
                words[lane * 16 + r] |=
                    (uint32_t)(a[(size_t)row][(size_t)column] & 255) << (8 * j);
              }
            for (int r = 0; r < kB; ++r)
              for (int j = 0; j < 4; ++j)
                words[lane * 16 + 4 + r] |=
                    (uint32_t)(b[(size_t)(4 * t + j + 16 * r)][(size_t)group] &
                               255)
                    << (8 * j);
            for (int r = 0; r < kC; ++r)
              words[lane * 16 + 8 + r] =
                  (uint32_t)c[(size_t)(group + (r >= 2 ? 8 : 0))]
                             [(size_t)(2 * t + r % 2)];
          }
          auto registers = [](const char *name, int first, int count) {
            std::string text = "{";
            for (int r = 0; r < count; ++r)
              text += (r ? ", %" : "%") + std::string(name) +
                      std::to_string(first + r);
            return text + "}";
          };
          std::string loads =
              "\tshl.b64 %d10, %i64, 6;\n\tadd.s64 %d10, %d10, %in;\n";
          for (int r = 0; r < 12; ++r)
            loads += "\tld.global.b32 %r" + std::to_string(20 + r) +
                     ", [%d10+" + std::to_string(4 * r) + "];\n";
          std::string stores =
              "\tshl.b64 %d11, %i64, 4;\n\tadd.s64 %d11, %d11, %out;\n";
          for (int r = 0; r < kC; ++r)
            stores += "\tst.global.b32 [%d11+" + std::to_string(4 * r) +
                      "], %r" + std::to_string(40 + r) + ";\n";
          std::string name = "mma.sync.aligned.m" + std::to_string(m) + "n8k" +
                             std::to_string(k) + ".row.col.s32." +
                             (aSigned ? "s8." : "u8.") +
                             (bSigned ? "s8" : "u8") + ".s32";
          auto got = good(kernelOf(loads + "\t" + name + "\n\t\t" +
                                   registers("r", 40, kC) + ",\n\t\t" +
                                   registers("r", 20, kA) + ",\n\t\t" +
                                   registers("r", 24, kB) + ",\n\t\t" +
                                   registers("r", 28, kC) + ";\n" + stores),
                          in, {1, 32, 64});
          auto *results = reinterpret_cast<uint32_t *>(got.data());
          for (int lane = 0; lane < 32; ++lane)
            for (int r = 0; r < kC; ++r) {
              int row = lane / 4 + (r >= 2 ? 8 : 0),
                  column = 2 * (lane % 4) + r % 2;
              int want = c[(size_t)row][(size_t)column];
              for (int t = 0; t < k; ++t)
                want +=
                    a[(size_t)row][(size_t)t] * b[(size_t)t][(size_t)column];
              ASSERT_EQ(results[lane * 4 + r], (uint32_t)want)
                  << name << " lane " << lane << " register " << r;
            }
        }
    }
}
