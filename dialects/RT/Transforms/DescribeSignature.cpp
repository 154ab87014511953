#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_DESCRIBESIGNATUREPASS
#include "dialects/RT/Transforms/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;

using AttributesOf = llvm::function_ref<DictionaryAttr(unsigned)>;

/// One dictionary for each type; a value without a name is called `fallback`
/// and its position.
static ArrayAttr describe(Builder &builder, ArrayRef<Type> types,
                          AttributesOf attributesOf, StringRef fallback) {
  SmallVector<Attribute> values;
  for (auto [i, type] : llvm::enumerate(types)) {
    DictionaryAttr attributes = attributesOf(i);
    NamedAttrList value;
    Attribute name = attributes ? attributes.get("onnx.name") : Attribute();
    Attribute dims = attributes ? attributes.get("onnx.dims") : Attribute();
    value.set("name",
              name ? name
                   : builder.getStringAttr(fallback + std::to_string(i)));
    value.set("type", TypeAttr::get(type));
    if (dims)
      value.set("dims", dims);
    values.push_back(value.getDictionary(builder.getContext()));
  }
  return builder.getArrayAttr(values);
}

/// Copies `bitnet.role` to the dictionary of the value's ONNX position.
static ArrayAttr addRoles(Builder &builder, ArrayAttr values, unsigned count,
                          AttributesOf attributesOf) {
  SmallVector<Attribute> result(values.begin(), values.end());
  for (unsigned i = 0; i < count; ++i) {
    DictionaryAttr attributes = attributesOf(i);
    auto role =
        attributes ? attributes.getAs<StringAttr>("bitnet.role") : nullptr;
    auto index =
        attributes ? attributes.getAs<IntegerAttr>("bitnet.index") : nullptr;
    uint64_t position = index ? index.getInt() : i;
    if (!role || position >= result.size())
      continue;
    NamedAttrList value(cast<DictionaryAttr>(result[position]));
    value.set("role", role);
    result[position] = value.getDictionary(builder.getContext());
  }
  return builder.getArrayAttr(result);
}

namespace {
struct DescribeSignature
    : bitnet::rt::impl::DescribeSignaturePassBase<DescribeSignature> {
  using DescribeSignaturePassBase::DescribeSignaturePassBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    // A bufferized function has the execution as its only argument.
    if (!main || llvm::any_of(main.getArgumentTypes(),
                              llvm::IsaPred<bitnet::rt::ExecType>))
      return;
    describe("bitnet.graph_inputs", main.getArgumentTypes(), "input",
             [&](unsigned i) { return main.getArgAttrDict(i); });
    describe("bitnet.graph_outputs", main.getResultTypes(), "output",
             [&](unsigned i) { return main.getResultAttrDict(i); });
  }

  void describe(StringRef key, ArrayRef<Type> types, StringRef fallback,
                AttributesOf attributesOf) {
    Builder builder(&getContext());
    auto values = getOperation()->getAttrOfType<ArrayAttr>(key);
    if (!values)
      values = ::describe(builder, types, attributesOf, fallback);
    getOperation()->setAttr(
        key, addRoles(builder, values, types.size(), attributesOf));
  }
};
} // namespace
