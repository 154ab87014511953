#include "compiler/Target/Codegen/ModuleDescription.h"
#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/RT/IR/RTOps.h"

#include "bitnet/module.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace bitnet;

/// ONNX's number of an element type, which is its enum bitnet_dtype; 0 for one
/// that it lacks.
static int32_t dtypeOf(Type type) {
  return static_cast<int32_t>(onnx::getOnnxType(type).value_or(0));
}

static int32_t roleOf(StringRef role) {
  return llvm::StringSwitch<int32_t>(role)
      .Case("tokens", BITNET_ROLE_TOKENS)
      .Case("attention_mask", BITNET_ROLE_ATTENTION_MASK)
      .Case("positions", BITNET_ROLE_POSITIONS)
      .Case("logits", BITNET_ROLE_LOGITS)
      .Case("use_past", BITNET_ROLE_USE_PAST)
      .Default(BITNET_ROLE_NONE);
}

namespace {
class Describer {
public:
  explicit Describer(ModuleOp module) : module(module) {}

  std::optional<ModuleDescription> run() {
    if (failed(values("bitnet.graph_inputs", "input", result.inputs)) ||
        failed(values("bitnet.graph_outputs", "output", result.outputs)) ||
        failed(caches()))
      return std::nullopt;
    result.weightsBytes = integer("bitnet.weights_bytes");
    result.contextLength = integer("bitnet.context_length");
    result.vocabSize = integer("bitnet.vocab_size");
    result.tokenLocal = module->hasAttr("bitnet.token_local");
    if (failed(axis("bitnet.appended", result.appended)) ||
        failed(axis("bitnet.cache_batch", result.cacheBatch)))
      return std::nullopt;
    return std::move(result);
  }

private:
  int64_t integer(StringRef name) {
    auto attribute = module->getAttrOfType<IntegerAttr>(name);
    return attribute ? attribute.getInt() : 0;
  }

  LogicalResult axis(StringRef name, std::array<int64_t, 2> &out);

  /// Negative number of a symbolic dimension; equal names are equal sizes.
  int64_t symbol(StringRef name) {
    auto found = llvm::find(result.symbols, name);
    if (found == result.symbols.end() || name.empty())
      found = result.symbols.insert(result.symbols.end(), name.str());
    return -(1 + (found - result.symbols.begin()));
  }

  LogicalResult values(StringRef key, StringRef what,
                       std::vector<ValueDescription> &out);
  LogicalResult value(DictionaryAttr attributes, StringRef what,
                      ValueDescription &out);
  LogicalResult caches();

  ModuleOp module;
  ModuleDescription result;
};
} // namespace

LogicalResult Describer::values(StringRef key, StringRef what,
                                std::vector<ValueDescription> &out) {
  auto array = module->getAttrOfType<ArrayAttr>(key);
  if (!array)
    return success();
  for (auto attributes : array.getAsRange<DictionaryAttr>())
    if (failed(value(attributes, what, out.emplace_back())))
      return failure();
  return success();
}

LogicalResult Describer::value(DictionaryAttr attributes, StringRef what,
                               ValueDescription &out) {
  auto name = attributes.getAs<StringAttr>("name");
  auto typeAttr = attributes.getAs<TypeAttr>("type");
  auto type =
      typeAttr ? dyn_cast<ShapedType>(typeAttr.getValue()) : ShapedType();
  out.name = name ? name.str() : "";
  if (!type || !type.hasRank() || type.getRank() > BITNET_MAX_RANK)
    return module.emitError("graph ")
           << what << " '" << out.name << "' has type "
           << attributes.get("type") << ", expected a tensor of rank at most "
           << BITNET_MAX_RANK;
  out.dtype = dtypeOf(type.getElementType());
  if (!out.dtype)
    return module.emitError("graph ")
           << what << " '" << out.name << "' has elements of type "
           << type.getElementType() << ", expected a number or bool of ONNX";
  if (auto role = attributes.getAs<StringAttr>("role"))
    out.role = roleOf(role);
  auto dims = attributes.getAs<ArrayAttr>("dims");
  for (auto [axis, size] : llvm::enumerate(type.getShape())) {
    auto name = dims && axis < dims.size() ? dyn_cast<StringAttr>(dims[axis])
                                           : StringAttr();
    out.dims.push_back(ShapedType::isDynamic(size)
                           ? symbol(name ? name.getValue() : "")
                           : size);
  }
  return success();
}

/// Reads an axis of a graph input, if the module has one of that name.
LogicalResult Describer::axis(StringRef name, std::array<int64_t, 2> &out) {
  auto found = module->getAttrOfType<DenseI64ArrayAttr>(name);
  if (!found)
    return success();
  ArrayRef<int64_t> pair = found.asArrayRef();
  bool isInput = pair.size() == 2 && pair[0] >= 0 &&
                 uint64_t(pair[0]) < result.inputs.size() && pair[1] >= 0 &&
                 uint64_t(pair[1]) < result.inputs[pair[0]].dims.size();
  bool isNumber = pair.size() == 2 && pair[0] == -1 && pair[1] >= 0;
  if (!isInput && !isNumber)
    return module.emitError("attribute '")
           << name << "' is " << found
           << ", expected a graph input and its axis, or -1 and a number";
  out = {pair[0], pair[1]};
  return success();
}

LogicalResult Describer::caches() {
  for (auto cache : module.getOps<rt::KVCacheOp>()) {
    auto type = cast<RankedTensorType>(cache.getType());
    auto partOf = [](std::optional<ArrayRef<int64_t>> parts, size_t state) {
      return parts ? (*parts)[state] : 0;
    };
    for (auto [state, input, output] :
         llvm::enumerate(cache.getInputs(), cache.getOutputs())) {
      if (input < 0 || output < 0 || uint64_t(input) >= result.inputs.size() ||
          uint64_t(output) >= result.outputs.size())
        return cache.emitOpError("stands for graph input ")
               << input << " and output " << output << ", but there are "
               << result.inputs.size() << " and " << result.outputs.size();
      int32_t index = result.caches.size();
      result.caches.push_back(
          {int32_t(input), int32_t(output), dtypeOf(type.getElementType()),
           cache.getLengthFirst(), type.getDimSize(1), type.getDimSize(3),
           partOf(cache.getInputParts(), state),
           partOf(cache.getOutputParts(), state), cache.getNewOnly()});
      for (ValueDescription *value :
           {&result.inputs[input], &result.outputs[output]}) {
        value->role = BITNET_ROLE_KV;
        value->kv = index;
      }
    }
  }
  return success();
}

std::optional<ModuleDescription> bitnet::describeModule(ModuleOp module) {
  return Describer(module).run();
}
