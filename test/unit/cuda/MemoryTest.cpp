// Loads and stores of every space and width, variables, calls, atomics.
#include "Gpu.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace {
std::vector<uint64_t> counting(size_t n) {
  std::vector<uint64_t> result(n);
  for (size_t i = 0; i < n; ++i)
    result[i] = 0x0102030405060708ull * (i + 1) ^ i << 60;
  return result;
}

std::vector<uint64_t> good(const std::string &ptx,
                           const std::vector<uint64_t> &input = {},
                           const Shape &shape = {}) {
  Outcome outcome = runPtx(ptx, input, shape);
  EXPECT_EQ(outcome.code, 0) << outcome.error;
  return outcome.words;
}
} // namespace

// What a load extends, and what a store cuts off.
TEST(Memory, NarrowAccesses) {
  struct {
    const char *type, *reg;
    uint64_t (*value)(uint64_t);
  } all[] = {
      {"u8", "%r10", [](uint64_t v) { return v & 0xff; }},
      {"s8", "%r10", [](uint64_t v) { return (uint64_t)(uint32_t)(int8_t)v; }},
      {"b16", "%r10", [](uint64_t v) { return v & 0xffff; }},
      {"s16", "%r10",
       [](uint64_t v) { return (uint64_t)(uint32_t)(int16_t)v; }},
      {"u32", "%d12", [](uint64_t v) { return v & 0xffffffff; }},
      {"s32", "%d12", [](uint64_t v) { return (uint64_t)(int32_t)v; }}};
  auto in = counting(32);
  for (auto &t : all) {
    std::string move = t.reg[1] == 'r' ? "\tcvt.u64.u32 %d12, %r10;\n" : "";
    auto got =
        good(kernelOf("\tshl.b64 %d10, %i64, 3;\n\tadd.s64 %d10, %d10, %in;\n"
                      "\tld.global." +
                      std::string(t.type) + " " + t.reg + ", [%d10];\n" + move +
                      give("%d12")),
             in);
    for (size_t i = 0; i < 32; ++i)
      EXPECT_EQ(got[i], t.value(in[i])) << t.type;
  }
  auto got = good(kernelOf("\tmov.b32 %r10, 0x12345678;\n"
                           "\tst.global.b8 [%mine], %r10;\n"
                           "\tst.global.b16 [%mine+2], %r10;\n"
                           "\tst.global.b32 [%mine+4], %i;\n"));
  EXPECT_EQ(got[3], 0x0000000356780078ull);
}

TEST(Memory, Vectors) {
  auto in = counting(64);
  auto got =
      good(kernelOf("\tshl.b64 %d10, %i64, 4;\n\tadd.s64 %d10, %d10, %in;\n"
                    "\tld.global.nc.v4.b32 {%r10, %r11, _, %r13}, [%d10];\n"
                    "\tst.global.v2.b32 [%mine], {%r13, %r11};\n"),
           in);
  for (size_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], in[2 * i + 1] >> 32 | in[2 * i] >> 32 << 32);
  got = good(kernelOf("\tshl.b64 %d10, %i64, 4;\n\tadd.s64 %d10, %d10, %in;\n"
                      "\tld.volatile.global.v2.u64 {%d11, %d12}, [%d10];\n"
                      "\tsub.s64 %d11, %d11, %d12;\n" +
                      give("%d11")),
             in);
  EXPECT_EQ(got[31], in[62] - in[63]);
  got = good(kernelOf("\tshl.b64 %d10, %i64, 2;\n\tadd.s64 %d10, %d10, %in;\n"
                      "\tld.global.v4.u8 {%h1, %h2, %h3, %h4}, [%d10];\n"
                      "\tmov.b64 %d11, {%h4, %h3, %h2, %h1};\n" +
                      give("%d11")),
             in);
  EXPECT_EQ(got[0], 0x0008000700060005ull);
}

// Shared memory is a block's, local memory a thread's; generic addresses lead
// to either.
TEST(Memory, Spaces) {
  std::string variables =
      ".shared .align 8 .b64 all[64];\n"
      ".const .align 4 .b32 constants[4] = {7, -1, 0x10, 3};\n"
      ".global .align 1 .b8 bytes[6] = {1, 2, 255};\n"
      ".global .b32 counter = 5;\n";
  auto got =
      good(kernelOf("\tmov.b64 %d10, all;\n\tshl.b64 %d11, %i64, 3;\n"
                    "\tand.b64 %d11, %d11, 511;\n\tadd.s64 %d12, %d10, %d11;\n"
                    "\tst.shared.b64 [%d12], %i64;\n"
                    "\tbar.sync 0;\n"
                    "\tcvta.shared.u64 %d13, %d10;\n"
                    "\txor.b64 %d11, %d11, 264;\n\tadd.s64 %d13, %d13, %d11;\n"
                    "\tld.u64 %d14, [%d13];\n" +
                        give("%d14"),
                    variables),
           {}, {2, 64, 128});
  for (uint64_t i = 0; i < 128; ++i)
    EXPECT_EQ(got[i], (i & 64) | ((i & 63) ^ 33));
  got = good(kernelOf(
      "\t.local .align 8 .b8 depot[64];\n"
      "\tmov.b64 %d10, depot;\n\tcvta.local.u64 %d11, %d10;\n"
      "\tst.u64 [%d11+8], %i64;\n\tst.local.u64 [%d10+16], 9;\n"
      "\tadd.s64 %d13, %d11, 0;\n\tcvta.to.local.u64 %d13, %d13;\n"
      "\tld.local.u64 %d12, [%d13+8];\n\tld.local.b32 %r10, [depot+16];\n"
      "\tcvt.u64.u32 %d14, %r10;\n"
      "\tadd.s64 %d12, %d12, %d14;\n" +
      give("%d12")));
  for (uint64_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], i + 9);
  got = good(kernelOf(
      "\tand.b64 %d10, %i64, 3;\n\tshl.b64 %d10, %d10, 2;\n"
      "\tmov.b64 %d11, constants;\n\tadd.s64 %d11, %d11, %d10;\n"
      "\tld.const.s32 %d12, [%d11];\n"
      "\tld.global.u8 %d13, [bytes+2];\n\tld.global.u8 %d14, [bytes+3];\n"
      "\tld.global.u32 %d15, [counter];\n"
      "\tadd.s64 %d12, %d12, %d13;\n\tadd.s64 %d12, %d12, %d14;\n"
      "\tadd.s64 %d12, %d12, %d15;\n" +
          give("%d12"),
      variables));
  const uint64_t constants[] = {7, ~0ull, 16, 3};
  for (size_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], constants[i % 4] + 260);
}

TEST(Memory, Atomics) {
  auto got = good(
      kernelOf("\tatom.global.add.u64 %d10, [%out], 3;\n"
               "\tred.global.max.s32 [%out+8], %i;\n"
               "\tatom.global.xor.b32 %r10, [%out+16], %i;\n"
               "\tatom.global.inc.u32 %r11, [%out+24], 9;\n"
               "\tatom.global.add.f32 %f1, [%out+32], 0f3F000000;\n"
               "\tatom.global.cas.b32 %r12, [%out+40], 0, %i;\n"
               "\tatom.global.min.u32 %r13, [%out+48], %i;\n"
               "\tatom.relaxed.gpu.global.exch.b64 %d11, [%out+56], 77;\n"),
      {}, {64, 64, 16});
  uint64_t n = 64 * 64;
  EXPECT_EQ(got[0], 3 * n);
  EXPECT_EQ(got[1], n - 1);
  EXPECT_EQ(got[2], 0u);
  EXPECT_EQ(got[3], n % 10);
  EXPECT_EQ(floatOf(got[4]), n / 2.0f);
  EXPECT_NE(got[5], 0u);
  EXPECT_EQ(got[6], 0u);
  EXPECT_EQ(got[7], 77u);
  // In shared memory, with what was there before.
  got = good(kernelOf("\tmov.b64 %d10, sum;\n\tst.shared.u32 [%d10], 0;\n"
                      "\tbar.sync 0;\n"
                      "\tatom.shared.add.u32 %r10, [%d10], 1;\n"
                      "\tcvt.u64.u32 %d11, %r10;\n" +
                          give("%d11"),
                      ".shared .b32 sum;\n"),
             {}, {1, 64, 64});
  std::sort(got.begin(), got.end());
  for (uint64_t i = 0; i < 64; ++i)
    EXPECT_EQ(got[i], i);
}

TEST(Memory, Calls) {
  std::string functions = R"(
.func (.param .b32 func_retval0) twice(.param .b32 twice_param_0);
.func (.param .align 16 .b8 func_retval0[16]) both(.param .b64 both_param_0)
{
	.reg .b64 %rd<4>;
	.reg .b32 %r<4>;
	ld.param.b64 %rd1, [both_param_0];
	cvt.u32.u64 %r1, %rd1;
	{ // callseq
	.param .b32 param0;
	.param .b32 retval0;
	st.param.b32 [param0], %r1;
	call.uni (retval0), twice, (param0);
	ld.param.b32 %r2, [retval0];
	}
	cvt.u64.u32 %rd2, %r2;
	st.param.v2.b64 [func_retval0], {%rd1, %rd2};
	ret;
}
.func (.param .b32 func_retval0) twice(.param .b32 twice_param_0)
{
	.reg .b32 %r<3>;
	.reg .pred %p<2>;
	ld.param.b32 %r1, [twice_param_0];
	setp.lt.u32 %p1, %r1, 10;
	@%p1 bra $L__small;
	st.param.b32 [func_retval0], 1000;
	ret;
$L__small:
	shl.b32 %r2, %r1, 1;
	st.param.b32 [func_retval0], %r2;
	ret;
}
.func none()
{
	ret;
}
)";
  std::string body = R"(
	setp.ne.u32 %p1, %i, 3;
	mov.b64 %d12, 7;
	mov.b64 %d13, 8;
	{
	.param .b64 param0;
	.param .align 16 .b8 retval0[16];
	st.param.b64 [param0], %i64;
	@%p1 call (retval0), both, (param0);
	@%p1 ld.param.v2.b64 {%d12, %d13}, [retval0];
	}
	call.uni none;
	mul.lo.s64 %d12, %d12, 10000;
	add.s64 %d12, %d12, %d13;
)";
  auto got = good(kernelOf(body + give("%d12"), functions));
  for (uint64_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], i == 3 ? 70008 : 10000 * i + (i < 10 ? 2 * i : 1000));
}

TEST(Memory, Branches) {
  std::string body = R"(
	.reg .b32 %n;
	and.b32 %n, %i, 3;
$L_targets: .branchtargets $L_0, $L_1, $L_2, $L_1;
	brx.idx %n, $L_targets;
$L_0:
	mov.b64 %d10, 100;
	bra.uni $L_end;
$L_1:
	mov.b64 %d10, 0;
	cvt.u64.u32 %d11, %i;
$L_loop:
	add.s64 %d10, %d10, %d11;
	add.s64 %d11, %d11, -1;
	setp.gt.s64 %p2, %d11, 0;
	@%p2 bra $L_loop;
	bra.uni $L_end;
$L_2:
	setp.gt.u32 %p3, %i, 20;
	@%p3 exit;
	mov.b64 %d10, 300;
$L_end:
)";
  auto got = good(kernelOf(body + give("%d10")));
  for (uint64_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], i % 4 == 0   ? 100
                      : i % 4 == 2 ? (i > 20 ? 0 : 300)
                                   : i * (i + 1) / 2)
        << i;
}

// Blocks and threads are numbered along x; what a thread leaves behind is not
// there for another.
TEST(Memory, SpecialRegisters) {
  auto got =
      good(kernelOf("\tmov.u32 %r10, %nctaid.x;\n\tmov.u32 %r11, %laneid;\n"
                    "\tmov.u32 %r12, %warpid;\n\tmov.u32 %r13, %lanemask_lt;\n"
                    "\tmov.u32 %r14, %ntid.y;\n\tmov.u32 %r15, %ctaid.z;\n"
                    "\tmad.lo.s32 %r11, %r11, 100, %r10;\n"
                    "\tmad.lo.s32 %r11, %r12, 10000, %r11;\n"
                    "\tmad.lo.s32 %r14, %r14, 1000000, %r15;\n"
                    "\tadd.s32 %r11, %r11, %r14;\n"
                    "\tmov.b64 %d10, {%r11, %r13};\n" +
                    give("%d10")),
           {}, {5, 48, 240});
  for (uint64_t i = 0; i < 240; ++i) {
    uint64_t t = i % 48, lane = t % 32;
    EXPECT_EQ(got[i], (1000000 + t / 32 * 10000 + lane * 100 + 5) |
                          ((1ull << lane) - 1) << 32);
  }
}
