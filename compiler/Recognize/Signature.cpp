#include "compiler/Recognize/Passes.h"

namespace bitnet::recognize {
#define GEN_PASS_DEF_RECORDSIGNATUREPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;

using AttributesOf = llvm::function_ref<DictionaryAttr(unsigned)>;

/// {name, type, dims} of each graph input or output, in ONNX order.
static ArrayAttr describe(Builder &builder, ArrayRef<Type> types,
                          AttributesOf attributesOf) {
  SmallVector<Attribute> values;
  for (auto [index, type] : llvm::enumerate(types)) {
    DictionaryAttr attributes = attributesOf(index);
    NamedAttrList value;
    for (auto [key, source] :
         {std::pair("name", "onnx.name"), std::pair("dims", "onnx.dims")})
      if (Attribute attr = attributes ? attributes.get(source) : Attribute())
        value.set(key, attr);
    value.set("type", TypeAttr::get(type));
    values.push_back(value.getDictionary(builder.getContext()));
  }
  return builder.getArrayAttr(values);
}

namespace {

struct RecordSignaturePass
    : bitnet::recognize::impl::RecordSignaturePassBase<RecordSignaturePass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || module->hasAttr("bitnet.graph_inputs"))
      return;
    Builder builder(&getContext());
    module->setAttr("bitnet.graph_inputs",
                    describe(builder, main.getArgumentTypes(), [&](unsigned i) {
                      return main.getArgAttrDict(i);
                    }));
    module->setAttr("bitnet.graph_outputs",
                    describe(builder, main.getResultTypes(), [&](unsigned i) {
                      return main.getResultAttrDict(i);
                    }));
    for (unsigned i = 0; i < main.getNumArguments(); ++i)
      main.setArgAttr(i, "bitnet.index", builder.getI64IntegerAttr(i));
    for (unsigned i = 0; i < main.getNumResults(); ++i)
      main.setResultAttr(i, "bitnet.index", builder.getI64IntegerAttr(i));
  }
};

} // namespace
