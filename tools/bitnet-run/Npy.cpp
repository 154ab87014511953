#include "Npy.h"

#include "bitnet/bitnet.h"

#include <cstring>
#include <optional>

using namespace bitnet::run;

namespace {
struct Type {
  const char *name; ///< behind the byte order
  int32_t dtype;
  size_t bytes;
};

const Type kTypes[] = {
    {"f4", BITNET_FLOAT32, 4},  {"f2", BITNET_FLOAT16, 2},
    {"f8", BITNET_FLOAT64, 8},  {"i1", BITNET_INT8, 1},
    {"i2", BITNET_INT16, 2},    {"i4", BITNET_INT32, 4},
    {"i8", BITNET_INT64, 8},    {"u1", BITNET_UINT8, 1},
    {"u2", BITNET_UINT16, 2},   {"u4", BITNET_UINT32, 4},
    {"u8", BITNET_UINT64, 8},   {"b1", BITNET_BOOL, 1},
    {"V2", BITNET_BFLOAT16, 2},
};

/// The Python dict literal in the header of a .npy file.
class Header {
public:
  explicit Header(std::string_view text) : text(text) {}
  bool parse(std::string &error);
  std::string descr;
  bool fortran = false;
  std::vector<int64_t> shape;

private:
  void skip() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n'))
      ++at;
  }
  bool take(char c) {
    skip();
    if (at == text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  bool string(std::string &out);
  bool number(int64_t &out);
  bool member(std::string &error);
  std::string_view text;
  size_t at = 0;
  bool hasDescr = false, hasOrder = false, hasShape = false;
};
} // namespace

bool Header::string(std::string &out) {
  skip();
  if (at == text.size() || (text[at] != '\'' && text[at] != '"'))
    return false;
  size_t end = text.find(text[at], at + 1);
  if (end == std::string_view::npos)
    return false;
  out = text.substr(at + 1, end - at - 1);
  at = end + 1;
  return true;
}

bool Header::number(int64_t &out) {
  skip();
  size_t begin = at;
  for (out = 0; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
    if (__builtin_mul_overflow(out, int64_t(10), &out) ||
        __builtin_add_overflow(out, int64_t(text[at] - '0'), &out))
      return false;
  return at > begin;
}

bool Header::member(std::string &error) {
  std::string key;
  if (!string(key) || !take(':')) {
    error = "its header is not a dict";
    return false;
  }
  if (key == "descr") {
    hasDescr = string(descr);
    if (!hasDescr)
      error = "arrays of records are not supported";
    return hasDescr;
  }
  if (key == "fortran_order") {
    skip();
    fortran = text.substr(at, 4) == "True";
    hasOrder = fortran || text.substr(at, 5) == "False";
    at += fortran ? 4 : hasOrder ? 5 : 0;
    if (!hasOrder)
      error = "fortran_order is neither True nor False";
    return hasOrder;
  }
  if (key != "shape") {
    error = "its header has an unknown member '" + key + "'";
    return false;
  }
  hasShape = take('(');
  while (hasShape && !take(')')) {
    int64_t dim;
    hasShape = number(dim);
    shape.push_back(dim);
    if (!take(',') && hasShape) {
      hasShape = take(')');
      break;
    }
  }
  if (!hasShape)
    error = "its shape is not a tuple of numbers";
  return hasShape;
}

bool Header::parse(std::string &error) {
  if (!take('{')) {
    error = "its header is not a dict";
    return false;
  }
  while (!take('}')) {
    if (!member(error))
      return false;
    if (!take(',') && (skip(), at == text.size() || text[at] != '}')) {
      error = "its header is not a dict";
      return false;
    }
  }
  if (!hasDescr || !hasOrder || !hasShape)
    error = "its header lacks descr, fortran_order or shape";
  return hasDescr && hasOrder && hasShape;
}

/// Column-major to row-major.
static std::string transposed(std::string_view data,
                              const std::vector<int64_t> &shape, size_t bytes) {
  std::string out(data.size(), 0);
  std::vector<int64_t> index(shape.size(), 0);
  for (size_t to = 0; to < data.size(); to += bytes) {
    size_t from = 0, stride = bytes;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      from += index[axis] * stride;
      stride *= shape[axis];
    }
    memcpy(&out[to], &data[from], bytes);
    for (size_t axis = shape.size(); axis-- && ++index[axis] == shape[axis];)
      index[axis] = 0;
  }
  return out;
}

bool bitnet::run::parseNpy(std::string_view bytes, Array &out,
                           std::string &error) {
  if (bytes.size() < 10 || bytes.substr(0, 6) != "\x93NUMPY") {
    error = "not a .npy file";
    return false;
  }
  auto byte = [&](size_t i) {
    return static_cast<size_t>(static_cast<unsigned char>(bytes[i]));
  };
  unsigned major = static_cast<unsigned>(byte(6));
  if (major < 1 || major > 3) {
    error = "version " + std::to_string(major) + " of .npy, expected 1 to 3";
    return false;
  }
  size_t begin = major == 1 ? 10 : 12, length = byte(8) | byte(9) << 8;
  if (major > 1 && bytes.size() >= begin)
    length |= byte(10) << 16 | byte(11) << 24;
  if (bytes.size() < begin || bytes.size() - begin < length) {
    error = "truncated: its header is cut off";
    return false;
  }
  Header header(bytes.substr(begin, length));
  if (!header.parse(error))
    return false;
  const std::string &descr = header.descr;
  const Type *type = nullptr;
  for (const Type &candidate : kTypes)
    if (descr.size() == 3 && descr.substr(1) == candidate.name)
      type = &candidate;
  bool order = descr.size() == 3 && (descr[0] == '<' || descr[0] == '|' ||
                                     (type && type->bytes == 1));
  if (!type || !order) {
    error =
        "elements are '" + descr + "', expected a little-endian number or bool";
    return false;
  }
  size_t size = type->bytes;
  for (int64_t dim : header.shape)
    if (__builtin_mul_overflow(size, static_cast<size_t>(dim), &size)) {
      error = "its shape exceeds memory";
      return false;
    }
  std::string_view data = bytes.substr(begin + length);
  if (data.size() != size) {
    error = "its shape needs " + std::to_string(size) +
            " bytes of data, found " + std::to_string(data.size());
    return false;
  }
  out.dtype = type->dtype;
  out.shape = header.shape;
  out.data = header.fortran && size
                 ? transposed(data, header.shape, type->bytes)
                 : std::string(data);
  return true;
}

static Array bfloat16ToFloat(const Array &array) {
  Array out = {BITNET_FLOAT32, array.shape,
               std::string(array.data.size() * 2, 0)};
  for (size_t i = 0; i + 1 < array.data.size(); i += 2)
    memcpy(&out.data[2 * i + 2], &array.data[i], 2);
  return out;
}

Array bitnet::run::toBfloat16(const Array &array) {
  Array out = {BITNET_BFLOAT16, array.shape,
               std::string(array.data.size() / 2, 0)};
  for (size_t i = 0; i + 3 < array.data.size(); i += 4) {
    uint32_t bits;
    memcpy(&bits, &array.data[i], 4);
    bool nan = (bits & 0x7fffffff) > 0x7f800000;
    uint16_t rounded = static_cast<uint16_t>(
        nan ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    memcpy(&out.data[i / 2], &rounded, 2);
  }
  return out;
}

int32_t bitnet::run::npyType(int32_t dtype) {
  switch (dtype) {
  case BITNET_INT4:
  case BITNET_INT2:
    return BITNET_INT8;
  case BITNET_UINT4:
  case BITNET_UINT2:
  case BITNET_FLOAT8E4M3FN:
  case BITNET_FLOAT8E4M3FNUZ:
  case BITNET_FLOAT8E5M2:
  case BITNET_FLOAT8E5M2FNUZ:
  case BITNET_FLOAT8E8M0:
  case BITNET_FLOAT4E2M1:
    return BITNET_UINT8;
  default:
    return dtype;
  }
}

bool bitnet::run::checkBytes(const Array &array, int32_t dtype,
                             std::string &error) {
  int low = 0, high = 255;
  if (dtype == BITNET_INT4 || dtype == BITNET_INT2)
    high = dtype == BITNET_INT4 ? 7 : 1, low = -1 - high;
  else if (dtype == BITNET_UINT4 || dtype == BITNET_FLOAT4E2M1)
    high = 15;
  else if (dtype == BITNET_UINT2)
    high = 3;
  for (size_t i = 0; i < array.data.size(); ++i) {
    auto byte = static_cast<unsigned char>(array.data[i]);
    int value = low < 0 ? static_cast<signed char>(byte) : byte;
    if (value >= low && value <= high)
      continue;
    error = "element " + std::to_string(i) + " is " + std::to_string(value) +
            ", expected " + std::to_string(low) + " to " + std::to_string(high);
    return false;
  }
  return true;
}

std::string bitnet::run::formatNpy(const Array &array) {
  if (array.dtype == BITNET_BFLOAT16)
    return formatNpy(bfloat16ToFloat(array));
  std::string descr;
  for (const Type &type : kTypes)
    if (type.dtype == npyType(array.dtype))
      descr = std::string(type.bytes == 1 ? "|" : "<") + type.name;
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : array.shape)
    header += std::to_string(dim) + ", ";
  if (array.shape.size() > 1)
    header.resize(header.size() - 2);
  else if (array.shape.size() == 1)
    header.pop_back();
  header += "), }";
  // Data begins at a multiple of 64; the header ends in a line feed.
  header.append(63 - (10 + header.size()) % 64, ' ') += '\n';
  std::string out = "\x93NUMPY";
  out += '\x01';
  out += '\0';
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  return out + header + array.data;
}
