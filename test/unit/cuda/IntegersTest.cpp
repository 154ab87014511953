// Integers, bits, predicates and moves against C++.
#include "Gpu.h"

#include <gtest/gtest.h>

using s128 = __int128;
using u128 = unsigned __int128;

namespace {
int64_t sign(uint64_t v, int width) {
  return width == 64 ? (int64_t)v
                     : (int64_t)(v << (64 - width)) >> (64 - width);
}

/// "%a" to "%c" after the result.
std::string text(const std::string &name, int operands) {
  std::string all = name + " %x";
  for (int k = 0; k < operands; ++k)
    all += std::string(", %") + char('a' + k);
  return all + ";";
}

void expect(const std::string &name, int width, int operands,
            const Reference &reference) {
  expectOperation(
      {text(name, operands), std::vector<int>((size_t)operands + 1, width)},
      reference);
}
} // namespace

TEST(Integers, SumsAndProducts) {
  for (int w : {16, 32, 64}) {
    for (std::string t : {"u", "s"}) {
      std::string type = "." + t + std::to_string(w);
      expect("add" + type, w, 2, [](auto a, auto b, auto) { return a + b; });
      expect("sub" + type, w, 2, [](auto a, auto b, auto) { return a - b; });
      expect("mul.lo" + type, w, 2, [](auto a, auto b, auto) { return a * b; });
      expect("mad.lo" + type, w, 3,
             [](auto a, auto b, auto c) { return a * b + c; });
      bool isSigned = t == "s";
      auto high = [=](uint64_t a, uint64_t b, uint64_t) {
        return isSigned ? (uint64_t)((s128)sign(a, w) * sign(b, w) >> w)
                        : (uint64_t)((u128)a * b >> w);
      };
      expect("mul.hi" + type, w, 2, high);
      auto wide = [=](uint64_t a, uint64_t b) {
        return isSigned ? (uint64_t)(sign(a, w) * sign(b, w)) : a * b;
      };
      if (w == 64)
        continue;
      expectOperation({text("mul.wide" + type, 2), {2 * w, w, w}},
                      [=](auto a, auto b, auto) { return wide(a, b); });
      expectOperation({text("mad.wide" + type, 3), {2 * w, w, w, 2 * w}},
                      [=](auto a, auto b, auto c) { return wide(a, b) + c; });
    }
  }
  expect("add.sat.s32", 32, 2, [](auto a, auto b, auto) {
    return (uint64_t)std::min<int64_t>(
        std::max<int64_t>(sign(a, 32) + sign(b, 32), INT32_MIN), INT32_MAX);
  });
}

TEST(Integers, QuotientsAndExtremes) {
  for (int w : {16, 32, 64}) {
    std::string u = ".u" + std::to_string(w), s = ".s" + std::to_string(w);
    expect("div" + u, w, 2,
           [](auto a, auto b, auto) { return b ? a / b : ~0ull; });
    expect("rem" + u, w, 2, [](auto a, auto b, auto) { return b ? a % b : a; });
    expect("div" + s, w, 2, [=](auto a, auto b, auto) {
      int64_t x = sign(a, w), y = sign(b, w);
      return y == 0 ? ~0ull : y == -1 ? 0ull - x : (uint64_t)(x / y);
    });
    expect("rem" + s, w, 2, [=](auto a, auto b, auto) {
      int64_t x = sign(a, w), y = sign(b, w);
      return y == 0 ? a : y == -1 ? 0 : (uint64_t)(x % y);
    });
    expect("min" + u, w, 2,
           [](auto a, auto b, auto) { return std::min(a, b); });
    expect("max" + u, w, 2,
           [](auto a, auto b, auto) { return std::max(a, b); });
    expect("min" + s, w, 2, [=](auto a, auto b, auto) {
      return (uint64_t)std::min(sign(a, w), sign(b, w));
    });
    expect("max" + s, w, 2, [=](auto a, auto b, auto) {
      return (uint64_t)std::max(sign(a, w), sign(b, w));
    });
    expect("abs" + s, w, 1,
           [=](auto a, auto, auto) { return sign(a, w) < 0 ? 0 - a : a; });
    expect("neg" + s, w, 1, [](auto a, auto, auto) { return 0 - a; });
  }
}

TEST(Integers, Logic) {
  for (int w : {16, 32, 64}) {
    std::string t = ".b" + std::to_string(w);
    expect("and" + t, w, 2, [](auto a, auto b, auto) { return a & b; });
    expect("or" + t, w, 2, [](auto a, auto b, auto) { return a | b; });
    expect("xor" + t, w, 2, [](auto a, auto b, auto) { return a ^ b; });
    expect("not" + t, w, 1, [](auto a, auto, auto) { return ~a; });
    expect("cnot" + t, w, 1, [](auto a, auto, auto) { return !a; });
    expectOperation({"selp" + t + " %x, %a, %b, %c;", {w, w, w, 1}},
                    [](auto a, auto b, auto c) { return c ? a : b; });
  }
  expectOperation({"and.pred %x, %a, %b;", {1, 1, 1}},
                  [](auto a, auto b, auto) { return a & b; });
  expectOperation({"or.pred %x, %a, !%b;", {1, 1, 1}},
                  [](auto a, auto b, auto) { return a | !b; });
  expectOperation({"xor.pred %x, %a, %b;", {1, 1, 1}},
                  [](auto a, auto b, auto) { return a ^ b; });
  expectOperation({"not.pred %x, %a;", {1, 1}},
                  [](auto a, auto, auto) { return !a; });
  // Bit n of the table is the result for n = 4 * a + 2 * b + c.
  expectOperation({"lop3.b32 %x, %a, %b, %c, 0xCA;", {32, 32, 32, 32}},
                  [](auto a, auto b, auto c) { return (a & b) | (~a & c); });
}

TEST(Integers, Shifts) {
  for (int w : {16, 32, 64}) {
    std::string t = std::to_string(w);
    expectOperation(
        {"shl.b" + t + " %x, %a, %b;", {w, w, 32}},
        [=](auto a, auto b, auto) { return b >= (uint64_t)w ? 0 : a << b; });
    expectOperation(
        {"shr.u" + t + " %x, %a, %b;", {w, w, 32}},
        [=](auto a, auto b, auto) { return b >= (uint64_t)w ? 0 : a >> b; });
    expectOperation({"shr.s" + t + " %x, %a, %b;", {w, w, 32}},
                    [=](auto a, auto b, auto) {
                      return (uint64_t)(sign(a, w) >>
                                        std::min<uint64_t>(b, (uint64_t)w - 1));
                    });
  }
  auto funnel = [](bool left, uint64_t a, uint64_t b, uint64_t n) {
    uint64_t both = b << 32 | a;
    return left ? (both << n) >> 32 : both >> n;
  };
  for (bool left : {true, false}) {
    std::string name = left ? "shf.l" : "shf.r";
    expect(name + ".wrap.b32", 32, 3,
           [=](auto a, auto b, auto c) { return funnel(left, a, b, c & 31); });
    expect(name + ".clamp.b32", 32, 3, [=](auto a, auto b, auto c) {
      return funnel(left, a, b, std::min<uint64_t>(c, 32));
    });
  }
}

TEST(Integers, Bits) {
  for (int w : {32, 64}) {
    std::string t = std::to_string(w);
    expectOperation(
        {"popc.b" + t + " %x, %a;", {32, w}},
        [](auto a, auto, auto) { return (uint64_t)__builtin_popcountll(a); });
    expectOperation(
        {"clz.b" + t + " %x, %a;", {32, w}}, [=](auto a, auto, auto) {
          uint64_t n = 0;
          while (n < (uint64_t)w && !(a >> ((uint64_t)w - 1 - n) & 1))
            ++n;
          return n;
        });
    expect("brev.b" + t, w, 1, [=](auto a, auto, auto) {
      uint64_t r = 0;
      for (int k = 0; k < w; ++k)
        r |= (a >> k & 1) << (w - 1 - k);
      return r;
    });
    for (bool isSigned : {false, true}) {
      expectOperation(
          {"bfind." + std::string(isSigned ? "s" : "u") + t + " %x, %a;",
           {32, w}},
          [=](auto a, auto, auto) {
            bool negative = isSigned && sign(a, w) < 0;
            for (int k = w - 1; k >= 0; --k)
              if ((a >> k & 1) != (negative ? 1u : 0u))
                return (uint64_t)k;
            return ~(uint64_t)0;
          });
      // As NVIDIA's manual defines it, bit by bit.
      expectOperation(
          {"bfe." + std::string(isSigned ? "s" : "u") + t + " %x, %a, %b, %c;",
           {w, w, 32, 32}},
          [=](uint64_t a, uint64_t b, uint64_t c) {
            uint64_t p = b & 255, n = c & 255, msb = (uint64_t)w - 1, d = 0;
            uint64_t top =
                !isSigned || !n ? 0 : a >> std::min(p + n - 1, msb) & 1;
            for (uint64_t k = 0; k <= msb; ++k)
              d |= (k < n && p + k <= msb ? a >> (p + k) & 1 : top) << k;
            return d;
          });
    }
  }
  expectOperation({"bfi.b32 %x, %a, %b, 5, %c;", {32, 32, 32, 32}},
                  [](uint64_t a, uint64_t b, uint64_t c) {
                    for (uint64_t k = 0; k < (c & 255) && 5 + k < 32; ++k)
                      b = (b & ~(1ull << (5 + k))) | (a >> k & 1) << (5 + k);
                    return b;
                  });
  expectOperation({"bfi.b64 %x, %a, %b, %c, 9;", {64, 64, 64, 32}},
                  [](uint64_t a, uint64_t b, uint64_t c) {
                    uint64_t p = c & 255;
                    for (uint64_t k = 0; k < 9 && p + k < 64; ++k)
                      b = (b & ~(1ull << (p + k))) | (a >> k & 1) << (p + k);
                    return b;
                  });
}

TEST(Integers, Bytes) {
  expect("prmt.b32", 32, 3, [](auto a, auto b, auto c) {
    uint64_t r = 0;
    for (int k = 0; k < 4; ++k) {
      uint64_t s = c >> (4 * k) & 15,
               byte = (b << 32 | a) >> (8 * (s & 7)) & 255;
      if (s & 8)
        byte = byte >> 7 ? 255 : 0;
      r |= byte << (8 * k);
    }
    return r;
  });
  for (bool x : {false, true})
    for (bool y : {false, true})
      expect(std::string("dp4a.") + (x ? "s32" : "u32") + (y ? ".s32" : ".u32"),
             32, 3, [=](auto a, auto b, auto c) {
               for (int k = 0; k < 4; ++k) {
                 uint64_t p = a >> (8 * k) & 255, q = b >> (8 * k) & 255;
                 c += (uint64_t)((x ? sign(p, 8) : (int64_t)p) *
                                 (y ? sign(q, 8) : (int64_t)q));
               }
               return c;
             });
  auto halves = [](auto f) {
    return [=](uint64_t a, uint64_t b, uint64_t) {
      return ((uint64_t)f(a & 0xffff, b & 0xffff) & 0xffff) |
             ((uint64_t)f(a >> 16, b >> 16) & 0xffff) << 16;
    };
  };
  expect("add.u16x2", 32, 2, halves([](auto a, auto b) { return a + b; }));
  expect("max.u16x2", 32, 2,
         halves([](auto a, auto b) { return std::max(a, b); }));
  expect("min.s16x2", 32, 2, halves([](auto a, auto b) {
           return std::min((int16_t)a, (int16_t)b);
         }));
}

TEST(Integers, Comparisons) {
  struct {
    const char *name;
    bool (*holds)(s128 a, s128 b);
  } all[] = {{"eq", [](s128 a, s128 b) { return a == b; }},
             {"ne", [](s128 a, s128 b) { return a != b; }},
             {"lt", [](s128 a, s128 b) { return a < b; }},
             {"le", [](s128 a, s128 b) { return a <= b; }},
             {"gt", [](s128 a, s128 b) { return a > b; }},
             {"ge", [](s128 a, s128 b) { return a >= b; }}};
  for (int w : {16, 32, 64})
    for (bool isSigned : {false, true})
      for (auto &c : all)
        expectOperation(
            {std::string("setp.") + c.name + (isSigned ? ".s" : ".u") +
                 std::to_string(w) + " %x, %a, %b;",
             {1, w, w}},
            [=, holds = c.holds](auto a, auto b, auto) {
              return isSigned ? holds(sign(a, w), sign(b, w)) : holds(a, b);
            });
  expectOperation(
      {"setp.lt.and.s32 %x, %a, %b, !%c;", {1, 32, 32, 1}},
      [](auto a, auto b, auto c) { return sign(a, 32) < sign(b, 32) && !c; });
  expectOperation({"setp.hs.xor.u32 %p5|%x, %a, %b, %c;", {1, 32, 32, 1}},
                  [](auto a, auto b, auto c) { return !(a >= b) ^ c; });
}

TEST(Integers, Moves) {
  expectOperation({"mov.b64 %x, {%a, %b};", {64, 32, 32}},
                  [](auto a, auto b, auto) { return a | b << 32; });
  expectOperation({"mov.b32 %x, {%a, %b};", {32, 16, 16}},
                  [](auto a, auto b, auto) { return a | b << 16; });
  expectOperation({"mov.b64 {%r20, %x}, %a;", {32, 64}},
                  [](auto a, auto, auto) { return a >> 32; });
  expectOperation({"mov.b64 {_, _, %x, _}, %a;", {16, 64}},
                  [](auto a, auto, auto) { return a >> 32; });
  expectOperation({"mov.b32 {%x, _}, %a;", {16, 32}},
                  [](auto a, auto, auto) { return a; });
  expectOperation({"mov.b32 %x, -5;", {32}},
                  [](auto, auto, auto) { return ~4ull; });
  expectOperation({"mov.b64 %x, 0x123456789aU;", {64}},
                  [](auto, auto, auto) { return 0x123456789aull; });
  expectOperation({"mov.b32 %x, 0f40490FDB;", {32}},
                  [](auto, auto, auto) { return 0x40490fdbull; });
}

TEST(Integers, Conversions) {
  for (int to : {8, 16, 32, 64})
    for (int from : {8, 16, 32, 64})
      for (bool toSigned : {false, true})
        for (bool fromSigned : {false, true}) {
          std::string types = std::string(toSigned ? ".s" : ".u") +
                              std::to_string(to) + (fromSigned ? ".s" : ".u") +
                              std::to_string(from);
          // Registers of 16 bits hold what has 8.
          int tw = std::max(to, 16), fw = std::max(from, 16);
          auto value = [=](uint64_t a) {
            return fromSigned
                       ? (s128)sign(a << (64 - from) >> (64 - from), from)
                       : (s128)(a << (64 - from) >> (64 - from));
          };
          auto extend = [=](uint64_t v) {
            return toSigned ? (uint64_t)sign(v << (64 - to) >> (64 - to), to)
                            : v << (64 - to) >> (64 - to);
          };
          expectOperation(
              {"cvt" + types + " %x, %a;", {tw, fw}},
              [=](auto a, auto, auto) { return extend((uint64_t)value(a)); });
          s128 most = ((s128)1 << (toSigned ? to - 1 : to)) - 1,
               least = toSigned ? -most - 1 : 0;
          expectOperation({"cvt.sat" + types + " %x, %a;", {tw, fw}},
                          [=](auto a, auto, auto) {
                            return extend((uint64_t)std::min(
                                std::max(value(a), least), most));
                          });
        }
  // Registers may be wider than the type: the low bits, and extended.
  expectOperation({"cvt.s32.s8 %x, %a;", {32, 32}},
                  [](auto a, auto, auto) { return (uint64_t)(int8_t)a; });
  expectOperation({"cvt.u16.u32 %x, %a;", {32, 32}},
                  [](auto a, auto, auto) { return (uint64_t)(uint16_t)a; });
}
