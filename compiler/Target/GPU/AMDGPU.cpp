#include "compiler/Target/GPU/GpuFamily.h"
#include "compiler/Target/GPU/Intrinsics.h"

#include "llvm/IR/CallingConv.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"

using namespace mlir;
using namespace bitnet;
using intrinsics::i32;

namespace {
class AMDGPUFamily : public GpuFamily {
public:
  StringRef getTriple() const override { return "amdgcn-amd-amdhsa"; }
  ArrayRef<NamedGpu> getNames() const override {
    static constexpr NamedGpu names[] = {
        {"amdgcn-gfx906", "gfx906", ""},   {"amdgcn-gfx908", "gfx908", ""},
        {"amdgcn-gfx90a", "gfx90a", ""},   {"amdgcn-gfx942", "gfx942", ""},
        {"amdgcn-gfx1030", "gfx1030", ""}, {"amdgcn-gfx1100", "gfx1100", ""},
        {"amdgcn-gfx1201", "gfx1201", ""}};
    return names;
  }
  StringRef getKernelKind() const override { return "code objects"; }
  StringRef getFileEnding() const override { return "hsaco"; }
  bool emitsText() const override { return false; }
  void makeKernel(llvm::Function &function, int64_t workgroup,
                  bool isFixed) const override {
    function.setCallingConv(llvm::CallingConv::AMDGPU_KERNEL);
    function.setVisibility(llvm::GlobalValue::ProtectedVisibility);
    std::string size = std::to_string(workgroup);
    function.addFnAttr("amdgpu-flat-work-group-size", size + "," + size);
    placeStack(function);
  }

  Value workgroupNumber(Builder &b, Location loc) const override {
    return intrinsics::callI32(b, loc, "llvm.amdgcn.workgroup.id.x", {});
  }
  Value threadInWorkgroup(Builder &b, Location loc) const override {
    return intrinsics::callI32(b, loc, "llvm.amdgcn.workitem.id.x", {});
  }
  void sync(Builder &b, Location loc, int64_t lanes) const override {
    // The lanes of a wave run in step: only memory must be in order.
    bool isWave = lanes <= 32;
    StringRef scope = isWave ? "wavefront" : "workgroup";
    auto fence = [&](LLVM::AtomicOrdering ordering) {
      LLVM::FenceOp::create(b, loc, ordering, scope);
    };
    fence(LLVM::AtomicOrdering::release);
    intrinsics::call(
        b, loc, isWave ? "llvm.amdgcn.wave.barrier" : "llvm.amdgcn.s.barrier",
        {}, {});
    fence(LLVM::AtomicOrdering::acquire);
  }
  Value exchange(Builder &b, Location loc, Value value, int64_t mask,
                 int64_t lanes) const override {
    Value other = LLVM::XOrOp::create(b, loc, threadInWorkgroup(b, loc),
                                      i32(b, loc, mask));
    return valueOf(b, loc, value, other);
  }
  Value pick(Builder &b, Location loc, Value value, Value lane, int64_t width,
             int64_t lanes) const override {
    Value first = LLVM::AndOp::create(b, loc, threadInWorkgroup(b, loc),
                                      i32(b, loc, -width));
    return valueOf(b, loc, value, LLVM::OrOp::create(b, loc, first, lane));
  }
  /// v_perm_b32 takes a byte for each choice, the selector has four bits.
  Value permuteBytes(Builder &b, Location loc, Value low, Value high,
                     Value selector) const override {
    auto spread = [&](Value bits, int64_t by, int64_t kept) -> Value {
      Value moved = LLVM::ShlOp::create(b, loc, bits, i32(b, loc, by));
      return LLVM::AndOp::create(
          b, loc, LLVM::OrOp::create(b, loc, bits, moved), i32(b, loc, kept));
    };
    Value bytes = LLVM::AndOp::create(b, loc, selector, i32(b, loc, 0xffff));
    bytes = spread(spread(bytes, 8, 0x00ff00ff), 4, 0x0f0f0f0f);
    return intrinsics::callI32(b, loc, "llvm.amdgcn.perm", {high, low, bytes});
  }
  Value dot4(Builder &b, Location loc, Value sum, Value codes, Value elements,
             StringRef cpu) const override {
    Value no = intrinsics::boolean(b, loc, false);
    // Codes are below 128: signed or not, they are the same.
    bool isMixed = cpu.starts_with("gfx11") || cpu.starts_with("gfx12");
    if (!isMixed)
      return intrinsics::callI32(b, loc, "llvm.amdgcn.sdot4",
                                 {codes, elements, sum, no});
    Value yes = intrinsics::boolean(b, loc, true);
    return intrinsics::callI32(b, loc, "llvm.amdgcn.sudot4",
                               {yes, codes, yes, elements, sum, no});
  }

private:
  /// A stack lies in an address space of its own, which the IR before knows
  /// nothing of.
  static void placeStack(llvm::Function &function) {
    unsigned space = function.getDataLayout().getAllocaAddrSpace();
    llvm::SmallVector<llvm::AllocaInst *> allocations;
    for (llvm::Instruction &inst : llvm::instructions(function))
      if (auto *alloca = llvm::dyn_cast<llvm::AllocaInst>(&inst);
          alloca && alloca->getAddressSpace() != space)
        allocations.push_back(alloca);
    for (llvm::AllocaInst *old : allocations) {
      llvm::IRBuilder<> builder(old);
      llvm::AllocaInst *placed = builder.CreateAlloca(
          old->getAllocatedType(), space, old->getArraySize());
      placed->setAlignment(old->getAlign());
      old->replaceAllUsesWith(
          builder.CreateAddrSpaceCast(placed, old->getType()));
      old->eraseFromParent();
    }
  }

  /// `value` of another thread of the wave, which waves of workgroups of whole
  /// waves count in order.
  static Value valueOf(Builder &b, Location loc, Value value, Value thread) {
    Type type = value.getType();
    bool isFloat = isa<FloatType>(type);
    if (isFloat)
      value = LLVM::BitcastOp::create(b, loc, b.getI32Type(), value);
    // By the byte address of the other one's word.
    Value at = LLVM::ShlOp::create(b, loc, thread, i32(b, loc, 2));
    value = intrinsics::callI32(b, loc, "llvm.amdgcn.ds.bpermute", {at, value});
    return isFloat ? Value(LLVM::BitcastOp::create(b, loc, type, value))
                   : value;
  }
};
} // namespace

const GpuFamily &bitnet::getAMDGPUFamily() {
  static const AMDGPUFamily family;
  return family;
}
