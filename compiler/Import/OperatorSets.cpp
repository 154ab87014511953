#include "compiler/Import/OperatorSets.h"

#include "compiler/Import/Import.h"
#include "dialects/Onnx/IR/OnnxOps.h"

using namespace mlir;
using namespace bitnet;

StringRef bitnet::canonicalDomain(StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

StringRef bitnet::domainText(StringRef domain) {
  return domain.empty() ? "ai.onnx" : domain;
}

FailureOr<OperatorSets> bitnet::readOperatorSets(
    const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &list,
    bool needsDefault, Location loc) {
  OperatorSets sets;
  for (const ::onnx::OperatorSetIdProto &entry : list) {
    StringRef domain = canonicalDomain(entry.domain());
    auto [at, isNew] = sets.try_emplace(domain, entry.version());
    if (!isNew && at->second != entry.version())
      return emitError(loc)
             << "opset_import has versions " << at->second << " and "
             << entry.version() << " of " << domainText(domain);
  }
  auto opset = sets.find("");
  if (opset == sets.end()) {
    if (needsDefault)
      return emitError(loc) << "the model has no opset_import for ai.onnx";
    return sets;
  }
  if (opset->second > bitnet::onnx::kNewestOpset)
    return emitError(loc) << "opset " << opset->second
                          << " is newer than supported, expected " << kMinOpset
                          << " to " << bitnet::onnx::kNewestOpset;
  if (opset->second < kMinOpset)
    return emitError(loc) << "opset " << opset->second
                          << " is older than supported, expected " << kMinOpset
                          << " to " << bitnet::onnx::kNewestOpset;
  return sets;
}
