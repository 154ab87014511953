// What the stand-in refuses: when a module is loaded, and when a kernel runs.
#include "Gpu.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace {
void expectError(const std::string &ptx, int code, const std::string &message,
                 const Shape &shape = {}) {
  Outcome outcome = runPtx(ptx, std::vector<uint64_t>(32), shape);
  EXPECT_EQ(outcome.code, code) << ptx;
  EXPECT_NE(outcome.error.find(message), std::string::npos)
      << "found '" << outcome.error << "', expected '" << message << "'";
}
/// A body that is no PTX, or none that is taken.
void refused(const std::string &body, const std::string &message,
             const std::string &globals = "") {
  expectError(kernelOf("\t" + body + "\n", globals), 218, message);
}
/// A body that fails when it runs.
void fails(const std::string &body, int code, const std::string &message,
           const std::string &globals = "") {
  expectError(kernelOf("\t" + body + "\n", globals), code, message);
}
std::string replaced(std::string text, const std::string &from,
                     const std::string &to) {
  return text.replace(text.find(from), from.size(), to);
}
} // namespace

TEST(Errors, UnknownInstructionsAreNamedWithTheirLine) {
  refused("\n\tfrob.b32 %r10, %r11;",
          "line 29: unknown instruction 'frob.b32'");
  refused("add.rn.f37 %r10, %r11, %r12;", "'add.rn.f37'");
  refused("ld.global.v8.b32 %r10, [%in];", "unknown instruction 'ld.global.v8");
  refused("atom.global.add.s16 %h1, [%in], %h2;", "unknown instruction 'atom.");
  refused("add.s32 %r10, %r11;", "unknown instruction 'add.s32'");
  refused("setp.lt.nand.s32 %p1, %r1, %r2, %p2;", "unknown instruction 'setp");
  refused(".surf x;", "unknown statement '.surf'");
  refused("mov.u64 %d10, %clock64;", "'%clock64' is not declared");
  refused("mov.u32 %r10, %clock;", "'%clock' is not declared and no special");
}

// What devices need not compute alike.
TEST(Errors, WhatIsNotExact) {
  refused("add.f32 %f1, %f2, %f3;",
          "'add.f32' has no .rn: a compiler may fuse");
  refused("mul.f64 %d10, %d11, %d12;", "'mul.f64' has no .rn");
  refused("sub.f16 %h1, %h2, %h3;", "'sub.f16' has no .rn");
  refused("ex2.approx.f32 %f1, %f2;", "'ex2.approx.f32' is an approximation");
  refused("div.full.f32 %f1, %f2, %f3;", "'div.full.f32' is an approximation");
  refused("add.rn.ftz.f32 %f1, %f2, %f3;", "flushes subnormal numbers");
}

TEST(Errors, Modules) {
  std::string good = kernelOf("\tret;\n");
  auto with = [&](const std::string &from, const std::string &to,
                  const std::string &message, int code = 218) {
    expectError(replaced(good, from, to), code, message);
  };
  with(".version 8.0", ".version 5.0", "version 5.0 is older than 6.0");
  with(".version 8.0", "", "found no .version");
  with("sm_90", "sm_99", "unknown target 'sm_99'");
  with("sm_90", "sm_100", "is for sm_100, the device is sm_90", 209);
  with("sm_90", "sm_80a", "is for sm_80, the device is sm_90", 209);
  with(".address_size 64", ".address_size 32", "expected .address_size 64");
  with(".visible .entry bitnet_kernel", ".visible .entry other", "named symbol",
       500);
  with("ret;", "ret", "'ret' has operands");
  with("\tret;\n\n\tret;\n}", "", "the text ends too early");
  with(".reg .pred", ".reg .pard", "unknown type '.pard'");
  with(".visible", ".texture", "unknown directive '.texture'");
  expectError("", 218, "found no .version");
  expectError("/* ", 218, "a comment does not end");
  expectError(
      replaced(good, ".visible .entry", ".shared .b8 x[60000];\n.entry"),
      // A variable that no kernel uses takes no room.
      0, "");
  refused("mov.b64 %d10, x;", "60000 bytes of shared memory, expected at most",
          ".shared .b8 x[60000];\n");
  refused("ret;", "has more initialisers than elements",
          ".global .b32 x[2] = {1, 2, 3};\n");
  refused("ret;", "'x' has no size", ".extern .shared .b8 x[];\n");
}

TEST(Errors, VersionsOfInstructions) {
  std::string mma = kernelOf("\tredux.sync.add.s32 %r10, %r11, -1;\n");
  expectError(replaced(mma, "sm_90", "sm_75"), 218,
              "'redux.sync.add.s32' needs PTX 7.0 and sm_80, the module is for "
              "PTX 8.0 and sm_75");
  expectError(replaced(mma, "8.0", "6.5"), 218, "the module is for PTX 6.5");
  expectError(
      replaced(kernelOf("\tcvt.f64.bf16 %d10, %h1;\n"), "sm_90", "sm_80"), 218,
      "'cvt.f64.bf16' needs PTX 7.8 and sm_90");
}

TEST(Errors, Names) {
  refused("add.s32 %r10, %r64, 1;", "'%r64' is not declared");
  refused("add.s32 %q, %r1, 1;", "'%q' is not declared");
  refused("bra $L_nowhere;", "a label is used and not defined");
  refused("$L_a:\n$L_a:\n\tret;", "label '$L_a' is defined twice");
  refused("call.uni missing;", "call of 'missing', which the module does not");
  refused("call.uni again;", "'again' calls itself",
          ".func again()\n{\n\tcall.uni again;\n\tret;\n}\n");
  refused("call.uni one, (%r1);", "is no .param of 4 bytes",
          ".func one(.param .b32 p)\n{\n\tret;\n}\n");
  refused("call.uni one;", "is called with another number of parameters",
          ".func one(.param .b32 p)\n{\n\tret;\n}\n");
  refused("@%r1 ret;", "'%r1' is no predicate");
}

TEST(Errors, Widths) {
  refused("add.s64 %d10, %r1, %d11;", "'%r1' has 32 bits, expected 64");
  refused("add.s64 %r10, %d10, %d11;", "'%r10' cannot hold 64 bits");
  refused("ld.global.v2.b32 {%r10}, [%in];",
          "'ld.global.v2.b32' with 1 values");
  refused("ld.shared.b32 %r10, [g];", "'g' does not lie in .shared",
          ".global .b32 g;\n");
  refused("ld.param.b64 %d10, [bitnet_kernel_param_3+8];",
          "outside of a param");
  refused("mov.b64 %d10, bitnet_kernel_param_0;", "the address of parameter");
  refused("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%r1, %r2, %r3}, "
          "{%r1, %r2, %r3, %r4}, {%r1, %r2}, {%r1, %r2, %r3, %r4};",
          "has 3 registers, expected 4");
}

TEST(Errors, NothingThatIsWritten) {
  for (const char *text :
       {"add.s32 _, %r1, %r2;", "setp.eq.s32 _, %r1, %r2;",
        "mov.b64 _, {%r1, %r2};", "redux.sync.add.s32 _, %r1, -1;",
        "shfl.sync.up.b32 _|%p1, %r1, 1, 0, -1;",
        "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%r1, _}, {%r2}, "
        "{%r3}, {%r4, %r5};"})
    refused(text, "has no result");
}

TEST(Errors, Accesses) {
  fails(
      "ld.global.b32 %r10, [%in+264];", 700,
      "an illegal memory access was encountered: 'ld.global.b32' at line 28 of "
      "'bitnet_kernel', block 0, thread 0 lies outside of all memory: 0x");
  fails("ld.global.b32 %r10, [%in+-1024];", 700, "lies outside of all memory");
  fails("st.global.b64 [0], 1;", 700, "lies outside of all memory: 0x0");
  fails("ld.global.b64 %d10, [%in+4];", 716, "is misaligned: 0x");
  fails("ld.global.v4.b32 {%r10, %r11, %r12, %r13}, [%in+8];", 716,
        "is misaligned");
  // The last of them alone is outside.
  fails("mul.wide.u32 %d10, %i, 8;\n\tadd.s64 %d10, %d10, %in;\n"
        "\tld.global.b64 %d11, [%d10+16];",
        700, "thread 31 lies outside");
  fails("st.shared.b32 [s+8], 1;", 700, "lies outside of all memory: 0x8",
        ".shared .b32 s[2];\n");
  fails(".local .b32 l[2];\n\tst.local.b32 [l+8], 1;", 700, "lies outside");
  fails("mov.b64 %d10, c;\n\tst.global.b32 [%d10], 1;", 700,
        "writes to constant memory", ".const .b32 c = 4;\n");
  fails("trap;", 715, "'trap' at line 28 of 'bitnet_kernel'");
}

TEST(Errors, Warps) {
  fails(
      "setp.lt.u32 %p1, %i, 16;\n\t@%p1 shfl.sync.bfly.b32 %r10, %r11, 16, 31, "
      "0xffff;",
      719, "reads a lane that is not in the mask: 0x10");
  fails("vote.sync.any.pred %p1, %p2, 0xffff;", 719, "does not suit the mask");
  fails("setp.lt.u32 %p1, %i, 16;\n\t@%p1 bar.warp.sync -1;\n\t@%p1 bra $L;\n"
        "\tbar.sync 0;\n$L:",
        702,
        "'bar.warp.sync' at line 29 of 'bitnet_kernel', block 0, thread 0 "
        "waits for threads that never come");
  fails("setp.lt.u32 %p1, %i, 16;\n\t@%p1 bra $L;\n\tbar.sync 0;\n\tret;\n$L:\n"
        "\tbar.sync 1;",
        702, "waits for threads that never come");
  Shape two = {1, 64, 64};
  expectError(
      kernelOf("\tsetp.lt.u32 %p1, %i, 32;\n\t@%p1 bra $L;\n\tbar.sync 0;\n"
               "\tret;\n$L:\n\tbar.sync 1;\n"),
      702, "waits for threads that never come", two);
  // Half a warp has left: the mask of mma is not whole.
  fails(
      "setp.lt.u32 %p1, %i, 16;\n\t@%p1 exit;\n"
      "\tmma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%r10, %r11}, {%r12}, "
      "{%r13}, {%r14, %r15};",
      719, "does not suit the mask");
}

TEST(Errors, Launches) {
  Outcome outcome = runPtx(
      replaced(kernelOf(""), "param_3\n)", "param_3\n)\n.reqntid 64, 1, 1"),
      {});
  EXPECT_EQ(outcome.code, 1);
  Shape large = {1, 2048, 32};
  expectError(kernelOf(""), 1, "invalid argument", large);
  // Out of memory, and another device.
  setenv("BITNET_CUDA_STAND_IN_CAPABILITY", "7.5", 1);
  expectError(kernelOf(""), 209, "is for sm_90, the device is sm_75");
  unsetenv("BITNET_CUDA_STAND_IN_CAPABILITY");
}
