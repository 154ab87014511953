#include "dialects/Ternary/Transforms/Schedule.h"
#include "compiler/Support/Json.h"
#include "dialects/Ternary/IR/LayoutInfo.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace bitnet::ternary;
namespace json = llvm::json;

static constexpr int64_t version = 1;

static llvm::Error damaged(const llvm::Twine &message) {
  return llvm::createStringError("not a schedule: " + message);
}

/// "linears[3].k": where a reader is.
static std::string at(size_t index, StringRef key) {
  return ("linears[" + llvm::Twine(index) + "]." + key).str();
}

static llvm::Error checkKeys(const json::Object &object, StringRef place,
                             ArrayRef<StringRef> known) {
  for (const auto &member : object)
    if (!llvm::is_contained(known, StringRef(member.first)))
      return damaged("found key '" + StringRef(member.first) + "' in " + place +
                     ", expected " + llvm::join(known, ", "));
  return llvm::Error::success();
}

/// A whole number in [least, 2^31).
static llvm::Expected<int64_t> readNumber(const json::Value *value,
                                          StringRef place, int64_t least) {
  std::optional<int64_t> number = value ? value->getAsInteger() : std::nullopt;
  if (!number || *number < least || *number > INT32_MAX)
    return damaged("expected a number of at least " + llvm::Twine(least) +
                   " as " + place);
  return *number;
}

/// One of the names of an enum.
template <typename Enum>
static llvm::Expected<Enum>
readName(const json::Object &object, StringRef key, std::string place,
         std::optional<Enum> (*symbolize)(StringRef)) {
  std::optional<StringRef> name = object.getString(key);
  if (!name)
    return damaged("expected a name as " + place);
  if (std::optional<Enum> value = symbolize(*name))
    return *value;
  return damaged("found unknown name '" + *name + "' as " + place);
}

namespace {

/// Reads one member of `linears`.
class EntryReader {
public:
  EntryReader(const json::Object &object, size_t index)
      : object(object), index(index) {}

  llvm::Expected<ScheduleEntry> read() {
    ScheduleEntry entry;
    if (llvm::Error error = checkKeys(
            object, ("linears[" + llvm::Twine(index) + "]").str(),
            {"n", "k", "strategy", "layout", "rows", "tile", "microseconds"}))
      return std::move(error);
    if (llvm::Error error = readShape(entry.shape))
      return std::move(error);
    auto strategy = readName<Strategy>(
        object, "strategy", at(index, "strategy"), symbolizeStrategy);
    if (!strategy)
      return strategy.takeError();
    auto layout = readName<LayoutKind>(object, "layout", at(index, "layout"),
                                       symbolizeLayoutKind);
    if (!layout)
      return layout.takeError();
    auto rows = readNumber(object.get("rows"), at(index, "rows"), 1);
    if (!rows)
      return rows.takeError();
    entry.strategy = *strategy;
    entry.layout = {*layout, *rows};
    // A block of rows that no strategy reads would fail where nobody sees why.
    if (*rows % getLayoutInfo(*layout).rowMultiple != 0 || *rows > 1024)
      return damaged("found " + llvm::Twine(*rows) + " as " +
                     at(index, "rows") + ", expected a multiple of " +
                     llvm::Twine(getLayoutInfo(*layout).rowMultiple) +
                     " up to 1024");
    if (llvm::Error error = readTile(entry))
      return std::move(error);
    return entry;
  }

private:
  llvm::Error readShape(LinearShape &shape) {
    const json::Array *rows = object.getArray("n");
    if (!rows || rows->empty())
      return damaged("expected a list of numbers as " + at(index, "n"));
    for (const json::Value &value : *rows) {
      auto number = readNumber(&value, at(index, "n"), 1);
      if (!number)
        return number.takeError();
      shape.rows.push_back(*number);
    }
    auto k = readNumber(object.get("k"), at(index, "k"), 1);
    if (!k)
      return k.takeError();
    shape.k = *k;
    return llvm::Error::success();
  }

  llvm::Error readTile(ScheduleEntry &entry) {
    const json::Value *value = object.get("tile");
    if (!value)
      return llvm::Error::success();
    const json::Object *tile = value->getAsObject();
    if (!tile)
      return damaged("expected an object as " + at(index, "tile"));
    for (const auto &member : *tile) {
      auto number =
          readNumber(&member.second,
                     at(index, "tile.") + StringRef(member.first).str(), 0);
      if (!number)
        return number.takeError();
      entry.tile.emplace_back(StringRef(member.first).str(), *number);
    }
    llvm::sort(entry.tile);
    return llvm::Error::success();
  }

  const json::Object &object;
  size_t index;
};

} // namespace

llvm::Expected<Schedule> Schedule::parse(StringRef text) {
  llvm::Expected<json::Value> parsed = bitnet::parseJson(text);
  if (!parsed)
    return damaged(llvm::toString(parsed.takeError()));
  const json::Object *root = parsed->getAsObject();
  if (!root || !root->get("bitnet_schedule"))
    return damaged("expected an object with the key 'bitnet_schedule'");
  std::optional<int64_t> found = root->getInteger("bitnet_schedule");
  if (!found || *found != version)
    return llvm::createStringError(
        "found a schedule of version " +
        (found ? std::to_string(*found) : std::string("?")) + ", expected " +
        llvm::Twine(version));
  if (llvm::Error error = checkKeys(*root, "the file",
                                    {"bitnet_schedule", "target", "linears"}))
    return std::move(error);
  Schedule schedule;
  std::optional<StringRef> target = root->getString("target");
  const json::Array *linears = root->getArray("linears");
  if (!target || !linears)
    return damaged("expected a name as target and a list as linears");
  schedule.target = target->str();
  for (auto [i, value] : llvm::enumerate(*linears)) {
    const json::Object *object = value.getAsObject();
    if (!object)
      return damaged("expected an object as linears[" + llvm::Twine(i) + "]");
    llvm::Expected<ScheduleEntry> entry = EntryReader(*object, i).read();
    if (!entry)
      return entry.takeError();
    if (schedule.find(entry->shape))
      return damaged("linears[" + llvm::Twine(i) +
                     "] has the sizes of one before it");
    schedule.entries.push_back(std::move(*entry));
  }
  return schedule;
}

llvm::Expected<Schedule> Schedule::read(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError("cannot read the schedule: " +
                                   buffer.getError().message());
  return parse((*buffer)->getBuffer());
}

void Schedule::print(llvm::raw_ostream &out) const {
  // One line for each linear: short enough to read, and to compare by diff.
  out << "{\n  \"bitnet_schedule\": " << version
      << ",\n  \"target\": " << json::Value(target) << ",\n  \"linears\": [";
  StringRef separator = "\n";
  for (const ScheduleEntry &entry : entries) {
    out << separator << "    {\"n\": [";
    llvm::interleaveComma(entry.shape.rows, out);
    out << "], \"k\": " << entry.shape.k << ", \"strategy\": \""
        << stringifyStrategy(entry.strategy) << "\", \"layout\": \""
        << stringifyLayoutKind(entry.layout.kind)
        << "\", \"rows\": " << entry.layout.rows << ", \"tile\": {";
    llvm::interleaveComma(entry.tile, out, [&](const auto &parameter) {
      out << json::Value(parameter.first) << ": " << parameter.second;
    });
    out << '}';
    if (!entry.microseconds.empty()) {
      out << ", \"microseconds\": {";
      llvm::interleaveComma(entry.microseconds, out, [&](const auto &time) {
        out << '"' << time.first
            << "\": " << llvm::formatv("{0:f1}", time.second);
      });
      out << '}';
    }
    out << '}';
    separator = ",\n";
  }
  out << "\n  ]\n}\n";
}

const ScheduleEntry *Schedule::find(const LinearShape &shape) const {
  for (const ScheduleEntry &entry : entries)
    if (entry.shape == shape)
      return &entry;
  return nullptr;
}

void Schedule::add(LinearOp op) {
  if (op.getLayout() && op.getStrategy() && !op.getGroup() &&
      !find(LinearShape::of(op)))
    entries.push_back(ScheduleEntry::of(op));
}

ScheduleEntry ScheduleEntry::of(LinearOp op) {
  ScheduleEntry entry;
  entry.shape = LinearShape::of(op);
  entry.strategy = *op.getStrategy();
  entry.layout = {op.getLayout()->getKind(), op.getLayout()->getRows()};
  if (DictionaryAttr tile = op.getTileAttr())
    for (NamedAttribute parameter : tile)
      if (auto value = dyn_cast<IntegerAttr>(parameter.getValue()))
        entry.tile.emplace_back(parameter.getName().str(), value.getInt());
  return entry;
}

void ScheduleEntry::apply(LinearOp op) const {
  MLIRContext *context = op.getContext();
  Builder builder(context);
  op.setStrategy(strategy);
  op.setLayoutAttr(LayoutAttr::get(context, layout.kind, layout.rows));
  op.setRowsOf(shape.rows);
  NamedAttrList attributes;
  for (const auto &[name, value] : tile)
    attributes.set(name, builder.getI64IntegerAttr(value));
  op.setTileAttr(attributes.getDictionary(context));
}
