#include "compiler/Import/TensorReader.h"

#include "compiler/Import/WireReader.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bitnet;
using bitnet::onnx::HostTensor;
using ::onnx::TensorProto;

static StringRef dataTypeName(int32_t type) {
  switch (type) {
  case TensorProto::STRING:
    return "string";
  case TensorProto::COMPLEX64:
    return "complex64";
  case TensorProto::COMPLEX128:
    return "complex128";
  case TensorProto::FLOAT6E2M3:
    return "float6e2m3";
  case TensorProto::FLOAT6E3M2:
    return "float6e3m2";
  default:
    return "";
  }
}

Type bitnet::importElementType(int32_t dataType, StringRef what, Location loc) {
  Builder builder(loc.getContext());
  auto ui = [&](unsigned width) {
    return builder.getIntegerType(width, /*isSigned=*/false);
  };
  switch (dataType) {
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::FLOAT8E4M3FN:
  case TensorProto::FLOAT8E4M3FNUZ:
  case TensorProto::FLOAT8E5M2:
  case TensorProto::FLOAT8E5M2FNUZ:
  case TensorProto::FLOAT4E2M1:
  case TensorProto::FLOAT8E8M0:
    return bitnet::onnx::getElementType(loc.getContext(), dataType);
  case TensorProto::INT2:
    return builder.getIntegerType(2);
  case TensorProto::UINT2:
    return ui(2);
  case TensorProto::INT4:
    return builder.getIntegerType(4);
  case TensorProto::UINT4:
    return ui(4);
  case TensorProto::INT8:
    return builder.getIntegerType(8);
  case TensorProto::INT16:
    return builder.getIntegerType(16);
  case TensorProto::INT32:
    return builder.getI32Type();
  case TensorProto::INT64:
    return builder.getI64Type();
  case TensorProto::UINT8:
    return ui(8);
  case TensorProto::UINT16:
    return ui(16);
  case TensorProto::UINT32:
    return ui(32);
  case TensorProto::UINT64:
    return ui(64);
  default:
    break;
  }
  StringRef name = dataTypeName(dataType);
  if (!name.empty())
    emitError(loc) << what << ": element type " << name << " is not supported";
  else
    emitError(loc) << what << ": element type number " << dataType
                   << " is not one of ONNX";
  return {};
}

static std::string shapeText(ArrayRef<int64_t> shape) {
  return "[" +
         llvm::join(llvm::map_range(
                        shape, [](int64_t dim) { return std::to_string(dim); }),
                    ", ") +
         "]";
}

FailureOr<RankedTensorType> TensorReader::readType(const TensorProto &tensor,
                                                   StringRef what,
                                                   Location loc) {
  Type element = importElementType(tensor.data_type(), what, loc);
  if (!element)
    return failure();
  if (tensor.has_segment())
    return emitError(loc) << what
                          << ": is stored in segments, which is not "
                             "supported";
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  for (int64_t dim : shape)
    if (dim < 0)
      return emitError(loc) << what << ": shape " << shapeText(shape)
                            << " has a negative size";
  int64_t count = bitnet::onnx::checkedElementCount(shape);
  if (count < 0 || failed(bitnet::onnx::storedBytes(element, count)))
    return emitError(loc) << what << ": shape " << shapeText(shape)
                          << " has more elements than a tensor can have";
  return RankedTensorType::get(shape, element);
}

/// Copies the elements of a typed field, each narrowed to the tensor's width.
template <typename Stored, typename Field>
static char *copyField(const Field &field, char *out) {
  for (auto value : field) {
    Stored narrow = static_cast<Stored>(value);
    std::memcpy(out, &narrow, sizeof(Stored));
    out += sizeof(Stored);
  }
  return out;
}

/// Number of elements in the field that ONNX prescribes for `type`.
static int64_t fieldSize(const TensorProto &tensor, Type type) {
  if (type.isF32())
    return tensor.float_data_size();
  if (type.isF64())
    return tensor.double_data_size();
  if (type.isInteger(64) && !type.isUnsignedInteger())
    return tensor.int64_data_size();
  if (type.isUnsignedInteger(64) || type.isUnsignedInteger(32))
    return tensor.uint64_data_size();
  return tensor.int32_data_size();
}

static StringRef fieldName(Type type) {
  if (type.isF32())
    return "float_data";
  if (type.isF64())
    return "double_data";
  if (type.isUnsignedInteger(64) || type.isUnsignedInteger(32))
    return "uint64_data";
  return type.isInteger(64) ? "int64_data" : "int32_data";
}

/// The bytes that files hold of a tensor that readType has checked.
static uint64_t storedBytes(RankedTensorType type) {
  return *bitnet::onnx::storedBytes(type.getElementType(),
                                    type.getNumElements());
}

/// Packed integers of 2 or 4 bits in int32_data: a byte in each.
static FailureOr<HostTensor> readPackedField(const TensorProto &tensor,
                                             RankedTensorType type,
                                             StringRef what, Location loc) {
  if (static_cast<uint64_t>(tensor.int32_data_size()) != storedBytes(type))
    return emitError(loc) << what << ": shape " << shapeText(type.getShape())
                          << " needs " << storedBytes(type)
                          << " bytes, int32_data has "
                          << tensor.int32_data_size();
  SmallVector<char> packed(tensor.int32_data_size());
  copyField<uint8_t>(tensor.int32_data(), packed.data());
  char *data;
  HostTensor host = HostTensor::allocate(type, data);
  bitnet::onnx::unpackSubByte(type.getElementType(), packed,
                              type.getNumElements(), data);
  return host;
}

static FailureOr<HostTensor> readTypedField(const TensorProto &tensor,
                                            RankedTensorType type,
                                            StringRef what, Location loc) {
  Type element = type.getElementType();
  if (bitnet::onnx::isSubByte(element))
    return readPackedField(tensor, type, what, loc);
  int64_t found = fieldSize(tensor, element);
  // Checked before anything is allocated: the shape alone proves nothing.
  if (found != type.getNumElements())
    return emitError(loc) << what << ": shape " << shapeText(type.getShape())
                          << " needs " << type.getNumElements() << " elements, "
                          << fieldName(element) << " has " << found;
  char *data;
  HostTensor host = HostTensor::allocate(type, data);
  if (element.isF32())
    copyField<float>(tensor.float_data(), data);
  else if (element.isF64())
    copyField<double>(tensor.double_data(), data);
  else if (element.isUnsignedInteger(64))
    copyField<uint64_t>(tensor.uint64_data(), data);
  else if (element.isUnsignedInteger(32))
    copyField<uint32_t>(tensor.uint64_data(), data);
  else if (element.isInteger(64))
    copyField<int64_t>(tensor.int64_data(), data);
  else if (element.isInteger(1))
    copyField<bool>(tensor.int32_data(), data);
  else if (bitnet::onnx::hostElementBytes(element) == 1)
    copyField<uint8_t>(tensor.int32_data(), data);
  else if (bitnet::onnx::hostElementBytes(element) == 2)
    copyField<uint16_t>(tensor.int32_data(), data);
  else
    copyField<int32_t>(tensor.int32_data(), data);
  return host;
}

llvm::Expected<std::shared_ptr<MappedFile>>
TensorReader::open(StringRef location) {
  auto known = files.find(location);
  if (known != files.end())
    return known->second;
  llvm::Expected<std::shared_ptr<MappedFile>> file =
      MappedFile::openBeneath(directory, location);
  if (file)
    files[location] = *file;
  return file;
}

FailureOr<HostTensor> TensorReader::readExternal(const TensorProto &tensor,
                                                 RankedTensorType type,
                                                 StringRef what, Location loc) {
  uint64_t needed = storedBytes(type);
  StringRef location;
  uint64_t offset = 0, length = needed;
  for (const ::onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    if (key == "location")
      location = value;
    else if ((key == "offset" && value.getAsInteger(10, offset)) ||
             (key == "length" && value.getAsInteger(10, length)))
      return emitError(loc) << what << ": external data has " << key << " '"
                            << value << "', expected a number of bytes";
  }
  if (location.empty())
    return emitError(loc) << what << ": external data has no location";
  llvm::Expected<std::shared_ptr<MappedFile>> file = open(location);
  if (!file)
    return emitError(loc) << what << ": external data file '" << location
                          << "' is not read: "
                          << llvm::toString(file.takeError());
  if (length != needed)
    return emitError(loc) << what << ": shape " << shapeText(type.getShape())
                          << " needs " << needed << " bytes, external data has "
                          << length;
  ArrayRef<uint8_t> bytes = (*file)->bytes();
  if (offset > bytes.size() || length > bytes.size() - offset)
    return emitError(loc) << what << ": external data needs " << length
                          << " bytes at offset " << offset << " of '"
                          << location << "', which has " << bytes.size();
  return HostTensor{type,
                    {reinterpret_cast<const char *>(bytes.data()) + offset,
                     static_cast<size_t>(length)},
                    *file};
}

/// The attribute of integers of 2 or 4 bits that stand packed in a file: large
/// ones stay there.
static ElementsAttr packedAttr(const HostTensor &packed, StringRef name) {
  Type element = packed.type.getElementType();
  int64_t count = packed.type.getNumElements();
  if (count <= bitnet::onnx::kMaxInlineElements) {
    char *data;
    HostTensor host = HostTensor::allocate(packed.type, data);
    bitnet::onnx::unpackSubByte(element, packed.bytes, count, data);
    return host.toAttr(name);
  }
  auto keepAlive = [owner = packed.owner](void *, size_t, size_t) {};
  return DenseResourceElementsAttr::get(
      packed.type, name.empty() ? "constant" : name,
      UnmanagedAsmResourceBlob::allocateWithAlign(packed.bytes, /*align=*/1,
                                                  std::move(keepAlive)));
}

ElementsAttr TensorReader::read(const TensorProto &tensor, StringRef what,
                                Location loc) {
  FailureOr<RankedTensorType> type = readType(tensor, what, loc);
  if (failed(type))
    return {};
  FailureOr<HostTensor> host;
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    host = readExternal(tensor, *type, what, loc);
  } else if (tensor.has_raw_data()) {
    // The skeleton's raw_data is ours: a range that was checked by its scan.
    std::optional<RawDataRange> range = RawDataRange::decode(tensor.raw_data());
    uint64_t needed = storedBytes(*type);
    if (!range || range->size != needed) {
      emitError(loc) << what << ": shape " << shapeText(type->getShape())
                     << " needs " << needed << " bytes, raw_data has "
                     << (range ? range->size : 0);
      return {};
    }
    const char *file = reinterpret_cast<const char *>(model->bytes().data());
    host = HostTensor{
        *type, {file + range->offset, static_cast<size_t>(needed)}, model};
  } else {
    host = readTypedField(tensor, *type, what, loc);
  }
  if (failed(host))
    return {};
  bool isPacked = bitnet::onnx::isSubByte(type->getElementType()) &&
                  (tensor.data_location() == TensorProto::EXTERNAL ||
                   tensor.has_raw_data());
  return isPacked ? packedAttr(*host, tensor.name())
                  : host->toAttr(tensor.name());
}
