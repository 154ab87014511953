//===- ListOperators.cpp - what the importer takes ------------------------===//
//
// From the ops' own tables: operator sets as the importer compares them,
// constraints as their descriptions label them, and element types as type
// inference takes them in place of the first one in the description's example.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Compile.h"
#include "compiler/Import/Import.h"
#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/IR/OperatorInfo.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace bitnet;

//===-- Types
//--------------------------------------------------------------===//

namespace {
/// The op in a description's example.
struct Example {
  /// Arguments and constants that the op reads.
  Block block;
  SmallVector<Value> operands;
  DictionaryAttr attributes;
};
} // namespace

/// What stands between ```mlir and ``` in a description.
static StringRef getExampleText(StringRef description) {
  StringRef text = description.split("```mlir").second;
  return text.split("```").first;
}

/// Reads `%name = onnx.Constant <value>` lines.
static llvm::StringMap<Value> makeConstants(StringRef text,
                                            OpBuilder &builder) {
  llvm::StringMap<Value> constants;
  SmallVector<StringRef> lines;
  text.split(lines, '\n');
  for (StringRef line : lines) {
    auto [name, value] = line.trim().split(" = onnx.Constant ");
    auto elements = dyn_cast_or_null<ElementsAttr>(
        value.empty() ? Attribute()
                      : parseAttribute(value, builder.getContext()));
    if (!elements)
      continue;
    OperationState state(builder.getUnknownLoc(), "onnx.Constant");
    state.addAttribute("value", elements);
    state.addTypes(elements.getType());
    constants[name] = builder.create(state)->getResult(0);
  }
  return constants;
}

/// False where the text is no example of the op.
static bool readExample(const onnx::OperatorInfo &info, MLIRContext *context,
                        Example &example) {
  std::optional<RegisteredOperationName> op =
      RegisteredOperationName::lookup(info.opName, context);
  if (!op || !op->hasInterface<InferTypeOpInterface>())
    return false;
  StringRef text = getExampleText(info.description);
  OpBuilder builder(context);
  builder.setInsertionPointToEnd(&example.block);
  llvm::StringMap<Value> constants = makeConstants(text, builder);
  size_t at = text.rfind((info.opName + " ").str());
  if (at == StringRef::npos)
    return false;
  StringRef rest = text.substr(at + info.opName.size()).trim();
  SmallVector<StringRef> names;
  StringRef list = rest.take_until([](char c) { return c == '{' || c == ':'; });
  list.split(names, ',');
  rest = rest.drop_front(list.size());
  example.attributes = builder.getDictionaryAttr({});
  if (rest.starts_with("{")) {
    size_t read = 0;
    Attribute attribute = parseAttribute(rest, context, {}, &read);
    example.attributes = dyn_cast_or_null<DictionaryAttr>(attribute);
    rest = rest.drop_front(read).ltrim();
  }
  size_t read = 0;
  auto type = rest.consume_front(":")
                  ? dyn_cast_or_null<FunctionType>(
                        parseType(rest.ltrim(), context, &read))
                  : FunctionType();
  if (!type || !example.attributes)
    return false;
  if (type.getNumInputs() != 0 && type.getNumInputs() != names.size())
    return false;
  for (auto [name, input] : llvm::zip(names, type.getInputs())) {
    Value constant = constants.lookup(name.trim());
    example.operands.push_back(
        constant ? constant
                 : example.block.addArgument(input, builder.getUnknownLoc()));
  }
  return true;
}

/// The element type that is tried with others: the first one that is no bool.
static Type getLeadingElements(ArrayRef<Value> operands) {
  Type first;
  for (Value operand : operands) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type)
      continue;
    if (!type.getElementType().isInteger(1))
      return type.getElementType();
    first = type.getElementType();
  }
  return first;
}

static bool isTaken(const onnx::OperatorInfo &info, const Example &example,
                    Type from, Type to) {
  MLIRContext *context = to.getContext();
  Block block;
  SmallVector<Value> operands;
  for (Value operand : example.operands) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    bool isOther = type && type.getElementType() == from && from != to;
    operands.push_back(
        isOther ? block.addArgument(type.clone(to), UnknownLoc::get(context))
                : operand);
  }
  OperationState state(UnknownLoc::get(context), info.opName);
  state.addOperands(operands);
  state.attributes = example.attributes;
  return succeeded(onnx::inferResultTypes(state));
}

static std::string printType(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// "float, i8, ..."; the classes stand for all of their types.
static std::string listTypes(const onnx::OperatorInfo &info,
                             MLIRContext *context) {
  Example example;
  if (!readExample(info, context, example))
    return "";
  Type from = getLeadingElements(example.operands);
  if (!from)
    return "";
  ScopedDiagnosticHandler quiet(context,
                                [](Diagnostic &) { return success(); });
  SmallVector<std::string> taken;
  for (int64_t number = 1; number <= onnx::kLastOnnxType; ++number)
    if (Type to = onnx::getElementType(context, number);
        to && isTaken(info, example, from, to))
      taken.push_back(to.isInteger(1) ? "bool" : printType(to));
  struct TypeClass {
    StringRef name;
    SmallVector<StringRef> types;
  };
  const TypeClass classes[] = {
      {"float", {"f16", "bf16", "f32", "f64"}},
      {"integer", {"i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64"}},
      {"i2/i4", {"i2", "i4", "ui2", "ui4"}},
      {"f8", {"f8E4M3FN", "f8E4M3FNUZ", "f8E5M2", "f8E5M2FNUZ"}}};
  SmallVector<std::string> names;
  for (const TypeClass &each : classes) {
    auto isIn = [&](StringRef type) { return llvm::is_contained(taken, type); };
    if (!llvm::all_of(each.types, isIn))
      continue;
    names.push_back(each.name.str());
    llvm::erase_if(taken, [&](const std::string &type) {
      return llvm::is_contained(each.types, StringRef(type));
    });
  }
  llvm::append_range(names, taken);
  return llvm::join(names, ", ");
}

//===-- Constraints
//--------------------------------------------------------===//

/// The labelled constraints of a description, without labels, in one line.
static std::string listConstraints(StringRef description) {
  std::string text;
  SmallVector<StringRef> lines;
  description.split(lines, '\n');
  bool inside = false;
  for (StringRef line : lines) {
    line = line.trim();
    if (line.starts_with("- (C")) {
      inside = true;
      line = line.split(") ").second;
    } else if (line.empty() || line.starts_with("```")) {
      inside = false;
    }
    if (inside)
      text += (text.empty() ? "" : " ") + line.str();
  }
  // A bar would end the cell.
  std::string escaped;
  for (char c : text)
    escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

static void printTable(llvm::raw_ostream &os, StringRef domain,
                       MLIRContext *context) {
  os << "\n## " << (domain.empty() ? "ai.onnx" : domain) << "\n\n"
     << "| operator | opsets | types | what must hold |\n|---|---|---|---|\n";
  onnx::forEachOperator(
      domain, [&](StringRef name, const onnx::OperatorInfo &info) {
        int oldest = std::max<int>(info.minVersion, kMinOpset);
        os << "| " << name << " | ";
        if (domain.empty())
          os << oldest << " to " << info.maxVersion;
        else
          os << "any";
        os << " | " << listTypes(info, context) << " | "
           << listConstraints(info.description) << " |\n";
      });
}

int bitnet::listOperatorsMain(const DialectRegistry &registry) {
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadDialect<onnx::OnnxDialect>();
  llvm::raw_ostream &os = llvm::outs();
  os << "# ONNX operators\n\n"
        "Printed by `bitnet-opt --list-operators` from the tables that the "
        "importer reads. Models are of opset "
     << kMinOpset << " to " << onnx::kNewestOpset << ", IR version up to "
     << kMaxIRVersion
     << ". Shapes may be dynamic where nothing else is said. *Types* are those "
        "of the first operand's elements (of the others, where they are the "
        "same); float is f16, bf16, f32 and f64, integer is signed and "
        "unsigned of 8 to 64 bits. Of an `If` whose condition is known at "
        "compile time one branch is compiled; a `Scan` (opset 9 to 28) becomes "
        "a `Loop`; local functions are inlined. Sequences (SequenceConstruct, "
        "SequenceEmpty, SplitToSequence, SequenceInsert, SequenceErase, "
        "SequenceAt, SequenceLength, ConcatFromSequence) become their elements "
        "where numbers of elements and positions are known at compile time, "
        "optionals (Optional, OptionalHasElement, OptionalGetElement) theirs. "
        "`FlexAttention` of ai.onnx.preview (opset 1; heads and sizes known) "
        "becomes an `Attention`, or what one stands for around its graphs. "
        "Everything else is refused by name; "
        "[the node tests of ONNX](onnx-node-tests.md) count both.\n";
  printTable(os, "", &context);
  printTable(os, "com.microsoft", &context);
  return 0;
}
