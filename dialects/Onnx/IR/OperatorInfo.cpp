#include "dialects/Onnx/IR/OperatorInfo.h"

#include "dialects/Onnx/IR/OnnxControl.h"

#include "llvm/ADT/StringMap.h"

using namespace bitnet::onnx;

namespace {
/// Operators of the default domain that no op stands for, with the operator set
/// that introduced each: so that "does not exist in this operator set" and "is
/// not supported" can be told apart.
struct ForeignOperator {
  llvm::StringLiteral name;
  int sinceVersion;
};
const ForeignOperator foreignOperators[] = {{"AffineGrid", 20},
                                            {"Bernoulli", 15},
                                            {"Col2Im", 18},
                                            {"ConcatFromSequence", 11},
                                            {"ConvTranspose", 1},
                                            {"DFT", 17},
                                            {"DeformConv", 19},
                                            {"Det", 11},
                                            {"GRU", 1},
                                            {"GridSample", 16},
                                            {"ImageDecoder", 20},
                                            {"LRN", 1},
                                            {"LSTM", 1},
                                            {"MaxRoiPool", 1},
                                            {"MaxUnpool", 9},
                                            {"MelWeightMatrix", 17},
                                            {"Multinomial", 7},
                                            {"NonMaxSuppression", 10},
                                            {"Optional", 15},
                                            {"OptionalGetElement", 15},
                                            {"OptionalHasElement", 15},
                                            {"QLinearConv", 10},
                                            {"RNN", 1},
                                            {"RandomNormal", 1},
                                            {"RandomNormalLike", 1},
                                            {"RandomUniform", 1},
                                            {"RandomUniformLike", 1},
                                            {"RegexFullMatch", 20},
                                            {"Resize", 10},
                                            {"RoiAlign", 10},
                                            {"STFT", 17},
                                            {"Scan", 8},
                                            {"SequenceAt", 11},
                                            {"SequenceConstruct", 11},
                                            {"SequenceEmpty", 11},
                                            {"SequenceErase", 11},
                                            {"SequenceInsert", 11},
                                            {"SequenceLength", 11},
                                            {"SequenceMap", 17},
                                            {"SplitToSequence", 11},
                                            {"StringConcat", 20},
                                            {"StringNormalizer", 10},
                                            {"StringSplit", 20},
                                            {"TfIdfVectorizer", 9},
                                            {"Upsample", 1}};

using Table = llvm::StringMap<OperatorInfo>;

/// The table's keys are op names without the dialect: "MatMul",
/// "ms.FusedMatMul".
template <typename... Ops>
Table makeTable() {
  Table table;
  for (const ForeignOperator &op : foreignOperators)
    table[op.name] = {"", op.sinceVersion, op.sinceVersion, kNewestOpset, 0, -1,
                      ""};
  auto add = [&](llvm::StringRef name, OperatorInfo info) {
    table[name.drop_front(OnnxDialect::getDialectNamespace().size() + 1)] =
        info;
  };
  (add(Ops::getOperationName(),
       {Ops::getOperationName(), Ops::kSinceVersion, Ops::kMinVersion,
        Ops::kMaxVersion, Ops::kRequiredInputs, Ops::kMaxInputs,
        Ops::kDescription}),
   ...);
  // Ours, no operators of ONNX.
  table.erase("None");
  table.erase("CheckSizes");
  table.erase("KeepIf");
  table.erase("Yield");
  return table;
}
} // namespace

static const Table &getTable() {
  static const Table table = makeTable<
#define GET_OP_LIST
#include "dialects/Onnx/IR/OnnxOps.cpp.inc"
      ,
#define GET_OP_LIST
#include "dialects/Onnx/IR/OnnxControl.cpp.inc"
      >();
  return table;
}

std::optional<OperatorInfo>
bitnet::onnx::getOperatorInfo(llvm::StringRef domain, llvm::StringRef opType) {
  std::string key;
  if (domain == "com.microsoft")
    key = "ms.";
  else if (!domain.empty() && domain != "ai.onnx")
    return std::nullopt;
  key += opType.str();
  // A name with a dot in the default domain is nobody's, and not ours.
  if (key.size() == opType.size() && opType.contains('.'))
    return std::nullopt;
  auto found = getTable().find(key);
  if (found == getTable().end())
    return std::nullopt;
  return found->second;
}

void bitnet::onnx::forEachOperator(
    llvm::StringRef domain,
    llvm::function_ref<void(llvm::StringRef, const OperatorInfo &)> use) {
  bool isDefault = domain.empty();
  llvm::SmallVector<std::pair<llvm::StringRef, const OperatorInfo *>> found;
  for (const auto &entry : getTable()) {
    llvm::StringRef name = entry.getKey();
    if (!entry.getValue().opName.empty() &&
        name.consume_front("ms.") != isDefault)
      found.emplace_back(name, &entry.getValue());
  }
  llvm::sort(found, llvm::less_first());
  for (auto [name, info] : found)
    use(name, *info);
}
