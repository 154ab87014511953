#include "compiler/Import/WireReader.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace bitnet;

std::string RawDataRange::encode() const {
  char bytes[16];
  support::endian::write64le(bytes, offset);
  support::endian::write64le(bytes + 8, size);
  return std::string(bytes, sizeof(bytes));
}

std::optional<RawDataRange> RawDataRange::decode(StringRef bytes) {
  if (bytes.size() != 16)
    return std::nullopt;
  return RawDataRange{support::endian::read64le(bytes.data()),
                      support::endian::read64le(bytes.data() + 8)};
}

namespace {

/// The messages on the way from a model to a tensor's bytes, and what is done
/// with the other fields.
enum class Kind {
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  Sparse,
  Function,
  Copy,   // kept as it is
  Drop,   // read by nobody
  RawData // replaced by its range
};

enum WireType : unsigned { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// Messages deeper than this are refused, as protobuf itself does.
constexpr unsigned kMaxDepth = 100;

class SkeletonScanner {
public:
  explicit SkeletonScanner(ArrayRef<uint8_t> file) : file(file) {}

  /// Appends the skeleton of the message in [begin, end) to `out`.
  Error scan(Kind kind, uint64_t begin, uint64_t end, unsigned depth,
             std::string &out);

private:
  static Kind fieldKind(Kind message, uint64_t field);
  Error scanBytesField(Kind kind, uint64_t tag, uint64_t begin, uint64_t end,
                       unsigned depth, std::string &out);
  Expected<uint64_t> readVarint(uint64_t &at, uint64_t end);
  Error errorAt(uint64_t offset, const Twine &message);

  ArrayRef<uint8_t> file;
};

} // namespace

/// Field numbers are those of onnx-ml.proto.
Kind SkeletonScanner::fieldKind(Kind message, uint64_t field) {
  switch (message) {
  case Kind::Model:
    switch (field) {
    case 7:
      return Kind::Graph;
    case 25:
      return Kind::Function;
    case 6:
    case 14:
    case 20:
      return Kind::Drop;
    }
    return Kind::Copy;
  case Kind::Graph:
    switch (field) {
    case 1:
      return Kind::Node;
    case 5:
      return Kind::Tensor;
    case 15:
      return Kind::Sparse;
    case 10:
    case 13:
    case 14:
    case 16:
      return Kind::Drop;
    }
    return Kind::Copy;
  case Kind::Node:
    switch (field) {
    case 5:
      return Kind::Attribute;
    case 6:
    case 9:
    case 10:
      return Kind::Drop;
    }
    return Kind::Copy;
  case Kind::Attribute:
    switch (field) {
    case 5:
    case 10:
      return Kind::Tensor;
    case 6:
    case 11:
      return Kind::Graph;
    case 22:
    case 23:
      return Kind::Sparse;
    case 13:
      return Kind::Drop;
    }
    return Kind::Copy;
  case Kind::Tensor:
    switch (field) {
    case 9:
      return Kind::RawData;
    case 12:
    case 16:
      return Kind::Drop;
    }
    return Kind::Copy;
  case Kind::Sparse:
    return field == 1 || field == 2 ? Kind::Tensor : Kind::Copy;
  case Kind::Function:
    switch (field) {
    case 7:
      return Kind::Node;
    case 11:
      return Kind::Attribute;
    case 8:
    case 12:
    case 14:
      return Kind::Drop;
    }
    return Kind::Copy;
  case Kind::Copy:
  case Kind::Drop:
  case Kind::RawData:
    break;
  }
  return Kind::Copy;
}

Error SkeletonScanner::errorAt(uint64_t offset, const Twine &message) {
  return createStringError(inconvertibleErrorCode(),
                           message + " at byte " + Twine(offset));
}

Expected<uint64_t> SkeletonScanner::readVarint(uint64_t &at, uint64_t end) {
  uint64_t value = 0;
  uint64_t start = at;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (at == end)
      return errorAt(start, "number is cut off");
    uint8_t byte = file[at++];
    if (shift < 64)
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return value;
  }
  return errorAt(start, "number of more than 10 bytes");
}

static void appendVarint(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

Error SkeletonScanner::scanBytesField(Kind kind, uint64_t tag, uint64_t begin,
                                      uint64_t end, unsigned depth,
                                      std::string &out) {
  if (kind == Kind::Drop)
    return Error::success();
  std::string nested;
  StringRef content(reinterpret_cast<const char *>(file.data()) + begin,
                    end - begin);
  if (kind == Kind::RawData) {
    nested = RawDataRange{begin, end - begin}.encode();
    content = nested;
  } else if (kind != Kind::Copy) {
    if (depth == kMaxDepth)
      return errorAt(begin, "messages nested deeper than " + Twine(kMaxDepth));
    if (Error error = scan(kind, begin, end, depth + 1, nested))
      return error;
    content = nested;
  }
  appendVarint(out, tag);
  appendVarint(out, content.size());
  out.append(content.data(), content.size());
  return Error::success();
}

Error SkeletonScanner::scan(Kind kind, uint64_t begin, uint64_t end,
                            unsigned depth, std::string &out) {
  uint64_t at = begin;
  while (at != end) {
    uint64_t start = at;
    Expected<uint64_t> tag = readVarint(at, end);
    if (!tag)
      return tag.takeError();
    uint64_t field = *tag >> 3;
    if (field == 0 || field > 0x1fffffff)
      return errorAt(start, "field number " + Twine(field) +
                                " is not one of protobuf");
    uint64_t size = 0;
    switch (static_cast<unsigned>(*tag & 7)) {
    case WireType::Varint: {
      Expected<uint64_t> value = readVarint(at, end);
      if (!value)
        return value.takeError();
      break;
    }
    case WireType::Fixed64:
      size = 8;
      break;
    case WireType::Fixed32:
      size = 4;
      break;
    case WireType::Bytes: {
      Expected<uint64_t> length = readVarint(at, end);
      if (!length)
        return length.takeError();
      size = *length;
      break;
    }
    default:
      return errorAt(start,
                     "wire type " + Twine(*tag & 7) + " is not one of ONNX");
    }
    if (size > end - at)
      return errorAt(start, "field " + Twine(field) + " needs " + Twine(size) +
                                " bytes, but " + Twine(end - at) + " are left");
    uint64_t content = at;
    at += size;
    if ((*tag & 7) == WireType::Bytes) {
      if (Error error = scanBytesField(fieldKind(kind, field), *tag, content,
                                       at, depth, out))
        return error;
    } else {
      out.append(reinterpret_cast<const char *>(file.data()) + start,
                 at - start);
    }
  }
  return Error::success();
}

Expected<std::string> bitnet::readSkeleton(ArrayRef<uint8_t> file) {
  std::string skeleton;
  SkeletonScanner scanner(file);
  if (Error error =
          scanner.scan(Kind::Model, 0, file.size(), /*depth=*/1, skeleton))
    return std::move(error);
  return skeleton;
}
