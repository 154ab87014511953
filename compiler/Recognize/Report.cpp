#include "compiler/Recognize/Report.h"

#include "compiler/Recognize/Matchers.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

#include <cmath>

using namespace mlir;

namespace bitnet::recognize {

static constexpr StringLiteral kReportAttr = "bitnet.report";

static DictionaryAttr toAttr(Builder &b, const LinearRecord &record) {
  SmallVector<NamedAttribute> fields = {
      b.getNamedAttr("name", b.getStringAttr(record.name)),
      b.getNamedAttr("k", b.getI64IntegerAttr(record.k)),
      b.getNamedAttr("n", b.getI64IntegerAttr(record.n)),
      b.getNamedAttr("ternary", b.getBoolAttr(record.ternary))};
  if (!record.ternary) {
    fields.push_back(b.getNamedAttr("reason", b.getStringAttr(record.reason)));
    if (!record.stored.empty())
      fields.push_back(
          b.getNamedAttr("stored", b.getStringAttr(record.stored)));
    return b.getDictionaryAttr(fields);
  }
  fields.append(
      {b.getNamedAttr("scale_form", b.getStringAttr(record.scaleForm)),
       b.getNamedAttr("range", b.getF32FloatAttr(record.range)),
       b.getNamedAttr("eps", b.getF32FloatAttr(record.eps)),
       b.getNamedAttr("qmin", b.getI64IntegerAttr(record.qmin)),
       b.getNamedAttr("qmax", b.getI64IntegerAttr(record.qmax)),
       b.getNamedAttr("input_group", b.getI64IntegerAttr(record.inputGroup)),
       b.getNamedAttr("rescale", b.getStringAttr(record.rescale)),
       b.getNamedAttr("weight_scale", b.getStringAttr(record.weightScale)),
       b.getNamedAttr("float_reason", b.getStringAttr(record.floatReason)),
       b.getNamedAttr("group", b.getI64IntegerAttr(record.group)),
       b.getNamedAttr("bias", b.getBoolAttr(record.bias)),
       b.getNamedAttr("zeros", b.getF64FloatAttr(record.zeros))});
  return b.getDictionaryAttr(fields);
}

static std::string stringField(DictionaryAttr fields, StringRef name) {
  auto attr = fields.getAs<StringAttr>(name);
  return attr ? attr.getValue().str() : std::string();
}

static int64_t intField(DictionaryAttr fields, StringRef name) {
  auto attr = fields.getAs<IntegerAttr>(name);
  return attr ? attr.getValue().getSExtValue() : 0;
}

static double floatField(DictionaryAttr fields, StringRef name) {
  auto attr = fields.getAs<FloatAttr>(name);
  return attr ? attr.getValueAsDouble() : 0;
}

static bool boolField(DictionaryAttr fields, StringRef name) {
  auto attr = fields.getAs<BoolAttr>(name);
  return attr && attr.getValue();
}

static LinearRecord fromAttr(DictionaryAttr fields) {
  LinearRecord record;
  record.name = stringField(fields, "name");
  record.k = intField(fields, "k");
  record.n = intField(fields, "n");
  record.ternary = boolField(fields, "ternary");
  record.reason = stringField(fields, "reason");
  record.stored = stringField(fields, "stored");
  record.scaleForm = stringField(fields, "scale_form");
  record.range = floatField(fields, "range");
  record.eps = floatField(fields, "eps");
  record.qmin = intField(fields, "qmin");
  record.qmax = intField(fields, "qmax");
  record.inputGroup = intField(fields, "input_group");
  record.rescale = stringField(fields, "rescale");
  record.weightScale = stringField(fields, "weight_scale");
  record.floatReason = stringField(fields, "float_reason");
  record.group = intField(fields, "group");
  record.bias = boolField(fields, "bias");
  record.zeros = floatField(fields, "zeros");
  return record;
}

static void setRecords(ModuleOp module, ArrayRef<LinearRecord> records) {
  Builder builder(module.getContext());
  SmallVector<Attribute> attributes;
  for (const LinearRecord &record : records)
    attributes.push_back(toAttr(builder, record));
  module->setAttr(kReportAttr, builder.getArrayAttr(attributes));
}

void addRecords(ModuleOp module, ArrayRef<LinearRecord> records) {
  std::vector<LinearRecord> all = getRecords(module);
  llvm::append_range(all, records);
  setRecords(module, all);
}

void setStored(ModuleOp module, const llvm::StringMap<std::string> &stored) {
  std::vector<LinearRecord> records = getRecords(module);
  for (LinearRecord &record : records)
    if (auto found = stored.find(record.name);
        found != stored.end() && !record.ternary)
      record.stored = found->second;
  setRecords(module, records);
}

std::vector<LinearRecord> getRecords(ModuleOp module) {
  std::vector<LinearRecord> records;
  if (auto attrs = module->getAttrOfType<ArrayAttr>(kReportAttr))
    for (auto fields : attrs.getAsRange<DictionaryAttr>())
      records.push_back(fromAttr(fields));
  return records;
}

static void writeJson(ArrayRef<LinearRecord> records, int64_t ternary,
                      raw_ostream &os) {
  llvm::json::OStream json(os, 2);
  json.object([&] {
    json.attribute("total", int64_t(records.size()));
    json.attribute("ternary", ternary);
    json.attributeArray("linears", [&] {
      for (const LinearRecord &record : records)
        json.object([&] {
          json.attribute("name", record.name);
          json.attribute("k", record.k);
          json.attribute("n", record.n);
          json.attribute("ternary", record.ternary);
          if (!record.ternary) {
            json.attribute("reason", record.reason);
            if (!record.stored.empty())
              json.attribute("stored", record.stored);
            return;
          }
          if (record.floatReason.empty())
            json.attributeObject("quantizer", [&] {
              json.attribute("bits", 8);
              json.attribute("granularity",
                             record.inputGroup ? "group" : "token");
              if (record.inputGroup)
                json.attribute("group", record.inputGroup);
              json.attribute("scale_form", record.scaleForm);
              json.attribute("range", record.range);
              json.attribute("eps", record.eps);
              json.attribute("qmin", record.qmin);
              json.attribute("qmax", record.qmax);
            });
          else
            json.attribute("float_activations", record.floatReason);
          json.attribute("rescale", record.rescale);
          json.attribute("weight_scale", record.weightScale);
          if (record.group)
            json.attribute("group", record.group);
          json.attribute("bias", record.bias);
          json.attribute("zeros", record.zeros);
        });
    });
  });
  os << '\n';
}

void writeReport(ModuleOp module, raw_ostream &os, bool json) {
  std::vector<LinearRecord> records = getRecords(module);
  int64_t ternary = llvm::count_if(
      records, [](const LinearRecord &record) { return record.ternary; });
  if (json)
    return writeJson(records, ternary, os);
  for (const LinearRecord &record : records) {
    os << llvm::formatv("{0} [{1}, {2}]: ", record.name, record.k, record.n);
    if (!record.ternary) {
      os << "not ternary: " << record.reason;
      if (!record.stored.empty())
        os << "; stored as " << record.stored;
      os << '\n';
      continue;
    }
    if (!record.floatReason.empty()) {
      os << "ternary, float activations (" << record.floatReason << "), "
         << record.weightScale << " scale";
      if (record.group)
        os << " of " << record.group << " terms";
      os << (record.bias ? ", bias, " : ", ")
         << formatNumber(std::round(record.zeros * 1000) / 10) << " % zeros\n";
      continue;
    }
    std::string inputs = "token", weights = record.weightScale + " scale";
    if (record.inputGroup)
      inputs = llvm::formatv("{0} terms", record.inputGroup);
    if (record.group)
      weights += llvm::formatv(" of {0} terms", record.group);
    os << llvm::formatv(
        "ternary, i8 per {0} ({1}, range {2}, eps {3}, [{4}, {5}]), "
        "{6}, {7}{8}, {9} % zeros\n",
        inputs, record.scaleForm, formatNumber(record.range),
        formatNumber(record.eps), record.qmin, record.qmax, weights,
        record.rescale, record.bias ? ", bias" : "",
        formatNumber(std::round(record.zeros * 1000) / 10));
  }
  os << llvm::formatv("{0} of {1} linear layers are ternary\n", ternary,
                      records.size());
}

} // namespace bitnet::recognize
