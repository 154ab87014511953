#include "compiler/Target/Codegen/ModuleConstant.h"
#include "compiler/Conversion/RTToLLVM/Passes.h"

#include "bitnet/module.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace bitnet;

namespace {

/// Builds constants of C structures, field by field in their order. Types are
/// those of the C declaration, so that LLVM lays them out as C does.
class StructBuilder {
public:
  explicit StructBuilder(Module &module)
      : module(module), context(module.getContext()) {}

  Constant *i32(int64_t value) {
    return ConstantInt::get(Type::getInt32Ty(context), value, /*signed=*/true);
  }
  Constant *i64(int64_t value) {
    return ConstantInt::get(Type::getInt64Ty(context), value, /*signed=*/true);
  }
  Constant *null() {
    return ConstantPointerNull::get(PointerType::getUnqual(context));
  }
  Constant *string(StringRef text) {
    return global(ConstantDataArray::getString(context, text));
  }
  Constant *structure(ArrayRef<Constant *> fields) {
    return ConstantStruct::getAnon(context, fields);
  }
  /// Address of a constant array; null when it is empty.
  Constant *array(ArrayRef<Constant *> values) {
    if (values.empty())
      return null();
    return global(ConstantArray::get(
        ArrayType::get(values[0]->getType(), values.size()), values));
  }
  Constant *global(Constant *value) {
    auto *variable =
        new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                           GlobalValue::PrivateLinkage, value);
    variable->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return variable;
  }
  Constant *bytes(ArrayRef<uint8_t> values) {
    return ConstantDataArray::get(context, values);
  }

  Constant *values(ArrayRef<ValueDescription> descriptions) {
    SmallVector<Constant *> result;
    for (const ValueDescription &value : descriptions) {
      SmallVector<Constant *> dims;
      for (int64_t dim : value.dims)
        dims.push_back(i64(dim));
      result.push_back(
          structure({string(value.name), i32(value.dtype), i32(value.role),
                     i32(value.kv), i32(value.dims.size()), array(dims)}));
    }
    return array(result);
  }
  Constant *caches(ArrayRef<CacheDescription> descriptions) {
    SmallVector<Constant *> result;
    for (const CacheDescription &cache : descriptions)
      result.push_back(structure(
          {i32(cache.input), i32(cache.output), i32(cache.dtype),
           i32(cache.lengthFirst), i64(cache.heads), i64(cache.headDim),
           i64(cache.inputPart), i64(cache.outputPart), i32(cache.newOnly)}));
    return array(result);
  }
  Constant *strings(ArrayRef<std::string> texts) {
    SmallVector<Constant *> result;
    for (const std::string &text : texts)
      result.push_back(string(text));
    return array(result);
  }

  Constant *kernels(ArrayRef<KernelDescription> descriptions) {
    SmallVector<Constant *> result;
    for (const KernelDescription &kernel : descriptions) {
      Constant *code = global(ConstantDataArray::getString(context, kernel.code,
                                                           /*AddNull=*/false));
      // SPIR-V is read as words.
      cast<GlobalVariable>(code)->setAlignment(Align(sizeof(uint64_t)));
      Constant *addresses =
          kernel.addresses.empty()
              ? null()
              : global(ConstantDataArray::get(
                    context,
                    ArrayRef<uint32_t>(reinterpret_cast<const uint32_t *>(
                                           kernel.addresses.data()),
                                       kernel.addresses.size())));
      result.push_back(structure(
          {string(kernel.name), code, i64(kernel.code.size()), addresses,
           i32(kernel.addresses.size()), i32(kernel.numWords),
           i64(kernel.grain), i64(kernel.workgroup), i64(kernel.smallWorkgroup),
           i64(kernel.lanes), i64(kernel.scratchBytes)}));
    }
    return array(result);
  }
  /// Addresses of variables of those names.
  Constant *externals(ArrayRef<std::string> names) {
    SmallVector<Constant *> result;
    for (const std::string &name : names)
      result.push_back(external(name));
    return array(result);
  }
  /// A variable of the runtime; null for an empty name.
  Constant *external(StringRef name) {
    if (name.empty())
      return null();
    return new GlobalVariable(module, Type::getInt8Ty(context),
                              /*isConstant=*/true, GlobalValue::ExternalLinkage,
                              nullptr, name);
  }

private:
  Module &module;
  LLVMContext &context;
};

} // namespace

void bitnet::addModuleConstant(Module &module, const ModuleDescription &what) {
  StructBuilder build(module);
  auto function = [&](StringRef name) -> Constant * {
    Function *found = module.getFunction(name);
    assert(found && "the lowered module lacks an entry point");
    return found;
  };
  Constant *value = build.structure(
      {build.i32(BITNET_MODULE_ABI),    build.i32(int32_t(what.requiredCpu)),
       build.string(what.name),         build.string(what.target),
       build.bytes(what.weightsHash),   build.i64(what.weightsBytes),
       build.values(what.inputs),       build.values(what.outputs),
       build.caches(what.caches),       build.strings(what.symbols),
       build.i32(what.inputs.size()),   build.i32(what.outputs.size()),
       build.i32(what.caches.size()),   build.i32(what.symbols.size()),
       build.i64(what.contextLength),   build.i64(what.vocabSize),
       function(rt::arenaFunctionName), function(rt::runFunctionName),
       build.external(what.driver),     build.kernels(what.kernels),
       build.i64(what.kernels.size()),  build.string(what.targetName),
       build.externals(what.better),    build.i64(what.better.size()),
       build.i64(what.tokenLocal),      build.i64(what.appended[0]),
       build.i64(what.appended[1]),     build.i64(what.cacheBatch[0]),
       build.i64(what.cacheBatch[1])});
  assert(module.getDataLayout().getTypeAllocSize(value->getType()) ==
             sizeof(bitnet_module) &&
         "bitnet_module has another layout than its C declaration");
  new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                     GlobalValue::ExternalLinkage, value, what.symbol);
}
