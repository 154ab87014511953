#include "dialects/Onnx/Transforms/HostTensor.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemAlloc.h"
#include "llvm/Support/Path.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace bitnet::onnx;

unsigned bitnet::onnx::hostElementBytes(Type type) {
  if (type.isF16() || type.isBF16() || type.isF32() || type.isF64())
    return type.getIntOrFloatBitWidth() / 8;
  if (isa<Float8E4M3FNType, Float8E4M3FNUZType, Float8E5M2Type,
          Float8E5M2FNUZType, Float8E8M0FNUType, Float4E2M1FNType>(type))
    return 1;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSigned())
    return 0;
  switch (integer.getWidth()) {
  case 1:
    return integer.isSignless() ? 1 : 0;
  case 2:
  case 4:
    return 1;
  case 8:
  case 16:
  case 32:
  case 64:
    return integer.getWidth() / 8;
  default:
    return 0;
  }
}

bool bitnet::onnx::isSubByte(Type type) {
  if (isa<Float4E2M1FNType>(type))
    return true;
  auto integer = dyn_cast<IntegerType>(type);
  return integer && (integer.getWidth() == 2 || integer.getWidth() == 4);
}

FailureOr<int64_t> bitnet::onnx::storedBytes(Type type, int64_t count) {
  if (isSubByte(type)) {
    int64_t perByte = 8 / type.getIntOrFloatBitWidth();
    return count / perByte + (count % perByte != 0);
  }
  int64_t bytes;
  if (llvm::MulOverflow<int64_t>(count, hostElementBytes(type), bytes))
    return failure();
  return bytes;
}

void bitnet::onnx::unpackSubByte(Type type, ArrayRef<char> packed,
                                 int64_t count, char *out) {
  unsigned width = type.getIntOrFloatBitWidth();
  unsigned perByte = 8 / width, unused = 8 - width;
  bool isUnsigned = !type.isSignlessInteger();
  for (int64_t i = 0; i < count; ++i) {
    uint8_t byte = static_cast<uint8_t>(packed[i / perByte]);
    // The element to the top of the byte, and back with its sign.
    uint8_t top = static_cast<uint8_t>(byte << (unused - i % perByte * width));
    out[i] = isUnsigned ? static_cast<char>(top >> unused)
                        : static_cast<char>(static_cast<int8_t>(top) >> unused);
  }
}

int64_t bitnet::onnx::checkedElementCount(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  bool overflow = false;
  for (int64_t dim : shape) {
    if (dim == 0)
      return 0;
    overflow = overflow || llvm::MulOverflow(count, dim, count);
  }
  return overflow ? -1 : count;
}

/// Large tensors ask for large pages: touching a fresh weight matrix page by
/// page costs as much as computing it.
static size_t allocationAlignment(size_t size) {
  constexpr size_t hugePage = size_t(1) << 21;
  return size >= 2 * hugePage ? hugePage : 64;
}

/// Tensors from this size on (an embedding, not a layer's weights) lie in a
/// temporary file that has no name, so that the system may write them out
/// where memory is short.
static constexpr size_t kSpilledBytes = size_t(128) << 20;

/// Memory of a temporary file that ends with its mapping; null if there can be
/// none.
static char *mapTemporaryFile(size_t size) {
#ifdef O_TMPFILE
  llvm::SmallString<64> directory;
  llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, directory);
  int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0)
    return nullptr;
  // Space is taken now: a full disk would otherwise show as a signal.
  void *data = MAP_FAILED;
  if (::posix_fallocate(file, 0, static_cast<off_t>(size)) == 0)
    data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return data == MAP_FAILED ? nullptr : static_cast<char *>(data);
#else
  return nullptr;
#endif
}

HostTensor HostTensor::allocate(RankedTensorType type, char *&data) {
  size_t size = type.getNumElements() * hostElementBytes(type.getElementType());
  if (size >= kSpilledBytes)
    if (char *mapped = mapTemporaryFile(size)) {
      data = mapped;
      std::shared_ptr<const void> owner(
          mapped, [=](const void *) { ::munmap(mapped, size); });
      return {type, ArrayRef<char>(data, size), std::move(owner)};
    }
  size_t alignment = allocationAlignment(size);
  size_t allocated = llvm::alignTo(std::max<size_t>(size, 1), alignment);
  data = static_cast<char *>(llvm::allocate_buffer(allocated, alignment));
#ifdef MADV_HUGEPAGE
  if (alignment > 64)
    (void)::madvise(data, allocated, MADV_HUGEPAGE);
#endif
  char *start = data;
  std::shared_ptr<const void> owner(start, [=](const void *) {
    llvm::deallocate_buffer(start, allocated, alignment);
  });
  return {type, ArrayRef<char>(data, size), std::move(owner)};
}

/// Expands a dense attribute, in which i1 may be packed and splats are held
/// once.
static HostTensor fromDense(DenseElementsAttr attr, RankedTensorType type) {
  char *data;
  HostTensor tensor = HostTensor::allocate(type, data);
  if (type.getElementType().isInteger(1)) {
    for (bool bit : attr.getValues<bool>())
      *data++ = bit;
    return tensor;
  }
  // An empty attribute has no data at all.
  if (tensor.bytes.empty())
    return tensor;
  if (isSubByte(type.getElementType()) &&
      isa<IntegerType>(type.getElementType())) {
    bool isUnsigned = type.getElementType().isUnsignedInteger();
    for (const APInt &value : attr.getValues<APInt>())
      *data++ = static_cast<char>(isUnsigned ? value.getZExtValue()
                                             : value.getSExtValue());
    return tensor;
  }
  ArrayRef<char> raw = attr.getRawData();
  if (!attr.isSplat()) {
    std::memcpy(data, raw.data(), tensor.bytes.size());
    return tensor;
  }
  size_t width = hostElementBytes(type.getElementType());
  for (size_t at = 0; at < tensor.bytes.size(); at += width)
    std::memcpy(data + at, raw.data(), width);
  return tensor;
}

FailureOr<HostTensor> HostTensor::get(ElementsAttr attr) {
  auto type = dyn_cast<RankedTensorType>(attr.getShapedType());
  if (!type || !type.hasStaticShape())
    return failure();
  size_t width = hostElementBytes(type.getElementType());
  int64_t count = checkedElementCount(type.getShape());
  if (width == 0 || count < 0)
    return failure();
  type = RankedTensorType::get(type.getShape(), type.getElementType());
  if (auto dense = dyn_cast<DenseElementsAttr>(attr))
    return fromDense(dense, type);

  auto resource = dyn_cast<DenseResourceElementsAttr>(attr);
  if (!resource || !resource.getRawHandle().getBlob())
    return failure();
  ArrayRef<char> bytes = resource.getData();
  if (isSubByte(type.getElementType())) {
    FailureOr<int64_t> stored = storedBytes(type.getElementType(), count);
    if (failed(stored) || bytes.size() != static_cast<uint64_t>(*stored))
      return failure();
    char *data;
    HostTensor tensor = allocate(type, data);
    unpackSubByte(type.getElementType(), bytes, count, data);
    return tensor;
  }
  if (bytes.size() / width != static_cast<uint64_t>(count) ||
      bytes.size() % width != 0)
    return failure();
  if (llvm::isAddrAligned(llvm::Align(width), bytes.data()))
    return HostTensor{type, bytes, nullptr};
  char *data;
  HostTensor copy = allocate(type, data);
  std::memcpy(data, bytes.data(), bytes.size());
  return copy;
}

/// The attribute of a tensor of 2- or 4-bit elements.
static ElementsAttr packedAttr(const HostTensor &tensor, StringRef name) {
  Type element = tensor.type.getElementType();
  unsigned width = element.getIntOrFloatBitWidth();
  ArrayRef<char> values = tensor.bytes;
  if (tensor.size() <= kMaxInlineElements) {
    if (isa<FloatType>(element))
      return DenseElementsAttr::getFromRawBuffer(tensor.type, values);
    SmallVector<APInt> numbers;
    for (char value : values)
      numbers.push_back(APInt(width, static_cast<uint8_t>(value),
                              /*isSigned=*/false, /*implicitTrunc=*/true));
    return DenseElementsAttr::get(tensor.type, numbers);
  }
  unsigned perByte = 8 / width, mask = (1u << width) - 1;
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(
      *storedBytes(element, tensor.size()), /*align=*/64);
  MutableArrayRef<char> packed = blob.getMutableData();
  std::fill(packed.begin(), packed.end(), 0);
  for (auto [i, value] : llvm::enumerate(values))
    packed[i / perByte] |=
        static_cast<char>((value & mask) << (i % perByte * width));
  return DenseResourceElementsAttr::get(
      tensor.type, name.empty() ? "constant" : name, std::move(blob));
}

ElementsAttr HostTensor::toAttr(StringRef name) const {
  int64_t count = size();
  if (count == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>{});
  if (isSubByte(type.getElementType()))
    return packedAttr(*this, name);
  if (count > kMaxInlineElements) {
    // The resource lives as long as the context, and with it the bytes.
    auto keepAlive = [owner = owner](void *, size_t, size_t) {};
    size_t width = hostElementBytes(type.getElementType());
    size_t alignment =
        llvm::isAddrAligned(llvm::Align(width), bytes.data()) ? width : 1;
    return DenseResourceElementsAttr::get(
        type, name.empty() ? "constant" : name,
        UnmanagedAsmResourceBlob::allocateWithAlign(bytes, alignment,
                                                    std::move(keepAlive)));
  }
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> bits(llvm::map_range(bytes, [](char c) { return c; }));
    return DenseElementsAttr::get(type, ArrayRef<bool>(bits));
  }
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}
