#include "compiler/Target/GPU/GpuFamily.h"
#include "compiler/Target/GPU/Intrinsics.h"

#include "llvm/IR/CallingConv.h"
#include "llvm/IR/Function.h"

using namespace mlir;
using namespace bitnet;

namespace {
class NVPTXFamily : public GpuFamily {
public:
  StringRef getTriple() const override { return "nvptx64-nvidia-cuda"; }
  ArrayRef<NamedGpu> getNames() const override {
    // The oldest version of PTX that has the processor: old drivers know it.
    static constexpr NamedGpu names[] = {
        {"nvptx-sm_70", "sm_70", "+ptx60"},
        {"nvptx-sm_75", "sm_75", "+ptx63"},
        {"nvptx-sm_80", "sm_80", "+ptx70", /*multipliesTiles=*/true},
        {"nvptx-sm_86", "sm_86", "+ptx71", /*multipliesTiles=*/true},
        {"nvptx-sm_89", "sm_89", "+ptx78", /*multipliesTiles=*/true},
        {"nvptx-sm_90", "sm_90", "+ptx78", /*multipliesTiles=*/true},
        {"nvptx-sm_100", "sm_100", "+ptx86", /*multipliesTiles=*/true},
        {"nvptx-sm_120", "sm_120", "+ptx87", /*multipliesTiles=*/true}};
    return names;
  }
  StringRef getKernelKind() const override { return "PTX"; }
  StringRef getFileEnding() const override { return "ptx"; }
  StringRef getDriver() const override { return "bitnet_cuda_driver"; }
  bool emitsText() const override { return true; }
  void makeKernel(llvm::Function &function, int64_t workgroup,
                  bool isFixed) const override {
    function.setCallingConv(llvm::CallingConv::PTX_Kernel);
    function.addFnAttr(isFixed ? "nvvm.reqntid" : "nvvm.maxntid",
                       std::to_string(workgroup) + ",1,1");
  }

  Value workgroupNumber(Builder &b, Location loc) const override {
    return intrinsics::callI32(b, loc, "llvm.nvvm.read.ptx.sreg.ctaid.x", {});
  }
  Value threadInWorkgroup(Builder &b, Location loc) const override {
    return intrinsics::callI32(b, loc, "llvm.nvvm.read.ptx.sreg.tid.x", {});
  }
  Value workgroupThreads(Builder &b, Location loc) const override {
    return intrinsics::callI32(b, loc, "llvm.nvvm.read.ptx.sreg.ntid.x", {});
  }
  void sync(Builder &b, Location loc, int64_t lanes) const override {
    if (lanes <= 32)
      intrinsics::call(b, loc, "llvm.nvvm.bar.warp.sync", {},
                       {members(b, loc, lanes)});
    else
      intrinsics::call(b, loc, "llvm.nvvm.barrier.cta.sync.aligned.all", {},
                       {intrinsics::i32(b, loc, 0)});
  }
  Value exchange(Builder &b, Location loc, Value value, int64_t mask,
                 int64_t lanes) const override {
    StringRef name = isa<FloatType>(value.getType())
                         ? "llvm.nvvm.shfl.sync.bfly.f32"
                         : "llvm.nvvm.shfl.sync.bfly.i32";
    return intrinsics::call(b, loc, name, value.getType(),
                            {members(b, loc, lanes), value,
                             intrinsics::i32(b, loc, mask),
                             intrinsics::i32(b, loc, 31)})
        .getResult(0);
  }
  Value pick(Builder &b, Location loc, Value value, Value lane, int64_t width,
             int64_t lanes) const override {
    StringRef name = isa<FloatType>(value.getType())
                         ? "llvm.nvvm.shfl.sync.idx.f32"
                         : "llvm.nvvm.shfl.sync.idx.i32";
    // Bits 8 and up: those of the lane that say which neighbours.
    return intrinsics::call(b, loc, name, value.getType(),
                            {members(b, loc, lanes), value, lane,
                             intrinsics::i32(b, loc, (32 - width) << 8 | 31)})
        .getResult(0);
  }
  Value permuteBytes(Builder &b, Location loc, Value low, Value high,
                     Value selector) const override {
    return intrinsics::callI32(b, loc, "llvm.nvvm.prmt", {low, high, selector});
  }
  Value dot4(Builder &b, Location loc, Value sum, Value codes, Value elements,
             StringRef cpu) const override {
    return intrinsics::callI32(b, loc, "llvm.nvvm.idp4a.u.s",
                               {codes, elements, sum});
  }
  SmallVector<Value> multiplyTiles(Builder &b, Location loc,
                                   ValueRange words) const override {
    Type i32 = b.getI32Type();
    auto four =
        LLVM::LLVMStructType::getLiteral(b.getContext(), {i32, i32, i32, i32});
    Value all = intrinsics::call(b, loc, "llvm.nvvm.mma.m16n8k32.row.col.s8",
                                 four, words)
                    .getResult(0);
    SmallVector<Value> results;
    for (int64_t i = 0; i < 4; ++i)
      results.push_back(LLVM::ExtractValueOp::create(b, loc, all, i));
    return results;
  }

private:
  /// The threads of the warp that arrive together: those of the `lanes`
  /// neighbours that this one is of.
  static Value members(Builder &b, Location loc, int64_t lanes) {
    if (lanes >= 32)
      return intrinsics::i32(b, loc, -1);
    Value lane =
        intrinsics::callI32(b, loc, "llvm.nvvm.read.ptx.sreg.laneid", {});
    Value first =
        LLVM::AndOp::create(b, loc, lane, intrinsics::i32(b, loc, -lanes));
    return LLVM::ShlOp::create(
        b, loc, intrinsics::i32(b, loc, (int64_t(1) << lanes) - 1), first);
  }
};
} // namespace

const GpuFamily &bitnet::getNVPTXFamily() {
  static const NVPTXFamily family;
  return family;
}
