#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"

#include "dialects/Device/Transforms/Kernels.h"

#include "bitnet/module.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bitnet;

/// Invocations of a workgroup: few, so that little work is shared by all cores.
static constexpr int32_t workgroupSize = 8;

Scalars KernelEmitter::get(ValueRange range) {
  Scalars all;
  for (Value value : range)
    llvm::append_range(all, get(value));
  return all;
}

MemRefValue KernelEmitter::memref(Value value) {
  return MemRefValue(cast<MemRefType>(value.getType()), get(value));
}

FailureOr<SmallVector<Type>> KernelEmitter::scalarTypes(Operation *op,
                                                        Type type) {
  if (auto memref = dyn_cast<MemRefType>(type))
    return SmallVector<Type>(MemRefValue::count(memref), builder->getI64Type());
  int64_t count = 1;
  Type element = type;
  if (auto vector = dyn_cast<VectorType>(type)) {
    count = vector.getNumElements();
    element = vector.getElementType();
  }
  Type scalar = builder->convert(element);
  if (!scalar)
    return op->emitOpError("has a value of type ")
           << type << ", which shaders do not compute with";
  return SmallVector<Type>(count, scalar);
}

//===- The shader around the body
//---------------------------------------------===//

/// What a dispatch pushes: the fields of bitnet_push.
static spirv::StructType pushType(MLIRContext *context) {
  Type i64 = IntegerType::get(context, 64);
  SmallVector<Type> members(sizeof(bitnet_push) / sizeof(int64_t), i64);
  SmallVector<spirv::StructType::OffsetInfo> offsets;
  for (size_t i = 0; i < members.size(); ++i)
    offsets.push_back(i * sizeof(int64_t));
  spirv::StructType::StructDecorationInfo block(spirv::Decoration::Block,
                                                UnitAttr::get(context));
  return spirv::StructType::get(members, offsets, {}, block);
}

void KernelEmitter::createModule() {
  OpBuilder b(kernel);
  using spirv::Capability;
  using spirv::Extension;
  // Version 1.5 has 8- and 16-bit storage and device addresses in its core.
  auto triple = spirv::VerCapExtAttr::get(
      spirv::Version::V_1_5,
      {Capability::Shader, Capability::Int8, Capability::Int16,
       Capability::Int64, Capability::Float16, Capability::Float64,
       Capability::StorageBuffer8BitAccess,
       Capability::StorageBuffer16BitAccess,
       Capability::PhysicalStorageBufferAddresses},
      {Extension::SPV_KHR_physical_storage_buffer}, b.getContext());
  module = spirv::ModuleOp::create(
      b, kernel.getLoc(), spirv::AddressingModel::PhysicalStorageBuffer64,
      spirv::MemoryModel::GLSL450, triple, kernel.getSymName());
  b.setInsertionPointToStart(module.getBody());
  function = spirv::FuncOp::create(b, kernel.getLoc(), "main",
                                   b.getFunctionType({}, {}));
  function.addEntryBlock();
}

void KernelEmitter::createEntryPoint() {
  auto b = OpBuilder::atBlockEnd(module.getBody());
  Location loc = kernel.getLoc();
  SmallVector<Attribute> interface;
  for (auto variable : module.getOps<spirv::GlobalVariableOp>())
    interface.push_back(FlatSymbolRefAttr::get(variable));
  spirv::EntryPointOp::create(b, loc, spirv::ExecutionModel::GLCompute,
                              function, interface);
  spirv::ExecutionModeOp::create(b, loc, function,
                                 spirv::ExecutionMode::LocalSize,
                                 ArrayRef<int32_t>{workgroupSize, 1, 1});
  module->setAttr(device::kernelGrain, b.getI64IntegerAttr(grain));
  module->setAttr(device::kernelWorkgroup, b.getI64IntegerAttr(workgroupSize));
  module->setAttr(device::kernelScratch, b.getI64IntegerAttr(scratchUsed));
}

/// The number of this invocation in its dispatch.
Value KernelEmitter::createInvocationNumber() {
  auto outer = OpBuilder::atBlockBegin(module.getBody());
  auto vector = VectorType::get({3}, builder->getI32Type());
  auto variable = spirv::GlobalVariableOp::create(
      outer, kernel.getLoc(),
      spirv::PointerType::get(vector, spirv::StorageClass::Input), "invocation",
      spirv::BuiltIn::GlobalInvocationId);
  Value address = spirv::AddressOfOp::create(*builder, variable);
  Value all = spirv::LoadOp::create(*builder, address);
  Value x =
      spirv::CompositeExtractOp::create(*builder, all, ArrayRef<int32_t>{0});
  return builder->resize(builder->getI64Type(), x, /*isSigned=*/false);
}

Value KernelEmitter::readPush(unsigned field) {
  StringRef name = "push";
  auto variable = module.lookupSymbol<spirv::GlobalVariableOp>(name);
  if (!variable) {
    auto outer = OpBuilder::atBlockBegin(module.getBody());
    variable = spirv::GlobalVariableOp::create(
        outer, kernel.getLoc(),
        spirv::PointerType::get(pushType(outer.getContext()),
                                spirv::StorageClass::PushConstant),
        name, FlatSymbolRefAttr());
  }
  Value address = spirv::AddressOfOp::create(*builder, variable);
  Value at = spirv::AccessChainOp::create(
      *builder, address, ValueRange{builder->i32(int32_t(field))});
  return spirv::LoadOp::create(*builder, at);
}

template <typename Field>
static unsigned fieldOf(Field bitnet_push::*member) {
  bitnet_push push;
  return (reinterpret_cast<char *>(&(push.*member)) -
          reinterpret_cast<char *>(&push)) /
         sizeof(int64_t);
}

/// Aligned for every element, as the memory is.
int64_t KernelEmitter::scratchBytesOf(memref::AllocaOp op) {
  MemRefType type = op.getType();
  return llvm::alignTo(type.getNumElements() *
                           ScalarBuilder::bytesOf(type.getElementType()),
                       scratchDump);
}

/// Bytes of an invocation; an error where they cannot be known.
FailureOr<int64_t> KernelEmitter::countScratch() {
  int64_t bytes = scratchDump;
  WalkResult result = kernel.walk([&](memref::AllocaOp op) -> WalkResult {
    MemRefType type = op.getType();
    if (!type.hasStaticShape() || !type.getElementType().isIntOrIndexOrFloat())
      return op->emitOpError("allocates ")
             << type
             << " in a kernel, expected a static size and elements that are "
                "numbers";
    bytes += scratchBytesOf(op);
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  return bytes;
}

LogicalResult KernelEmitter::emitMain() {
  ScalarBuilder &b = *builder;
  Value number = createInvocationNumber();
  captures = readPush(fieldOf(&bitnet_push::captures));
  FailureOr<int64_t> scratchBytes = countScratch();
  if (failed(scratchBytes))
    return failure();
  scratch = b.add(readPush(fieldOf(&bitnet_push::scratch)),
                  b.mul(number, b.i64(*scratchBytes)));
  Value part = b.add(readPush(fieldOf(&bitnet_push::first)), number);
  Value begin = b.mul(part, b.i64(grain));
  Value count = readPush(fieldOf(&bitnet_push::count));
  Value end = b.add(begin, b.i64(grain));
  Value isLast = spirv::SLessThanOp::create(b, count, end);
  end = b.select(isLast, count, end);
  Value runs = spirv::SLessThanOp::create(b, begin, count);
  Block &body = kernel.getBody().front();
  set(body.getArgument(1), {begin});
  set(body.getArgument(2), {end});
  auto selection = spirv::SelectionOp::create(b, spirv::SelectionControl::None);
  selection.addMergeBlock(b);
  Block *merge = selection.getMergeBlock();
  Block *header = b.createBlock(merge), *then = b.createBlock(merge);
  b.setInsertionPointToEnd(header);
  spirv::BranchConditionalOp::create(b, runs, then, ValueRange(), merge,
                                     ValueRange());
  b.setInsertionPointToEnd(then);
  if (failed(emitBlock(body)))
    return failure();
  spirv::BranchOp::create(b, merge);
  b.setInsertionPointAfter(selection);
  spirv::ReturnOp::create(b);
  return success();
}

spirv::ModuleOp KernelEmitter::run() {
  createModule();
  builder = std::make_unique<ScalarBuilder>(kernel.getLoc(), function);
  if (failed(emitMain())) {
    module.erase();
    return {};
  }
  createEntryPoint();
  return module;
}

LogicalResult KernelEmitter::emitBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(emitOp(&op)))
      return failure();
  return success();
}

LogicalResult KernelEmitter::emitOp(Operation *op) {
  builder->setLoc(op->getLoc());
  for (auto emit :
       {&KernelEmitter::emitControl, &KernelEmitter::emitMemory,
        &KernelEmitter::emitVectorMemory, &KernelEmitter::emitVector,
        &KernelEmitter::emitElementwise})
    if (Emitted result = (this->*emit)(op))
      return *result;
  return op->emitOpError("has no form in SPIR-V");
}
