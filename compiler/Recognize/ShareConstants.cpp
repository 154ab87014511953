#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Passes.h"

#include "dialects/Onnx/Transforms/HostTensor.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/xxhash.h"

namespace bitnet::recognize {
#define GEN_PASS_DEF_SHARECONSTANTSPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// The bytes of a constant; nothing if they cannot be read.
static std::optional<onnx::HostTensor> valueOf(Operation *constant) {
  auto value = constant->getAttrOfType<ElementsAttr>("value");
  FailureOr<onnx::HostTensor> tensor =
      value ? onnx::HostTensor::get(value)
            : FailureOr<onnx::HostTensor>(failure());
  return succeeded(tensor) ? std::optional(std::move(*tensor)) : std::nullopt;
}

/// Replaces constants of one type by the first with the same bytes.
static void shareEqual(ArrayRef<Operation *> constants) {
  // Lone types, such as a large embedding, are not even read.
  if (constants.size() < 2)
    return;
  llvm::MapVector<uint64_t, SmallVector<Operation *>> byHash;
  for (Operation *constant : constants) {
    std::optional<onnx::HostTensor> value = valueOf(constant);
    if (!value)
      continue;
    ArrayRef<char> bytes = value->bytes;
    SmallVector<Operation *> &same = byHash[llvm::xxh3_64bits(ArrayRef(
        reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()))];
    Operation *equal = nullptr;
    for (Operation *candidate : same)
      if (valueOf(candidate)->bytes == bytes)
        equal = candidate;
    if (equal)
      constant->replaceAllUsesWith(equal);
    else
      same.push_back(constant);
  }
}

namespace {

struct ShareConstantsPass
    : bitnet::recognize::impl::ShareConstantsPassBase<ShareConstantsPass> {
  void runOnOperation() override {
    for (Block &block : getOperation().getBody()) {
      llvm::MapVector<Type, SmallVector<Operation *>> byType;
      for (Operation &op : block)
        if (isOnnx(&op, "Constant"))
          byType[op.getResult(0).getType()].push_back(&op);
      for (auto &[type, constants] : byType)
        shareEqual(constants);
      eraseDead(block);
    }
  }
};

} // namespace
