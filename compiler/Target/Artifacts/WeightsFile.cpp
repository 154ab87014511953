#include "compiler/Target/Artifacts/WeightsFile.h"

#include "compiler/Target/Artifacts/ScaledTrits.h"
#include "dialects/RT/IR/RTOps.h"

#include "bitnet/module.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace bitnet;

static constexpr uint64_t dataOffset = 4096;

namespace {

/// Writes and hashes the data section.
class DataWriter {
public:
  DataWriter(llvm::raw_ostream &out,
             llvm::function_ref<void(uint64_t)> progress)
      : out(out), progress(progress) {}

  void write(ArrayRef<char> bytes) {
    // In parts, so that progress is seen within a large value.
    constexpr size_t part = 16 << 20;
    while (!bytes.empty()) {
      ArrayRef<char> now = bytes.take_front(part);
      hash.update(ArrayRef<uint8_t>(
          reinterpret_cast<const uint8_t *>(now.data()), now.size()));
      out.write(now.data(), now.size());
      written += now.size();
      bytes = bytes.drop_front(now.size());
      progress(written);
    }
  }
  void padTo(uint64_t offset) {
    assert(offset >= written && "values overlap");
    static const char zeros[64] = {};
    while (written < offset)
      write(ArrayRef<char>(zeros).take_front(
          std::min<uint64_t>(64, offset - written)));
  }
  uint64_t size() const { return written; }
  std::array<uint8_t, 32> finish() { return hash.final(); }

private:
  llvm::raw_ostream &out;
  llvm::function_ref<void(uint64_t)> progress;
  llvm::SHA256 hash;
  uint64_t written = 0;
};

} // namespace

static llvm::Error failed(rt::GlobalOp global, const llvm::Twine &what) {
  return llvm::createStringError("global @" + global.getSymName() + " " + what);
}

/// One byte for each i1, which MLIR packs eight a byte.
static void writeBools(DenseElementsAttr value, DataWriter &writer) {
  SmallVector<char> bytes;
  for (bool bit : value.getValues<bool>())
    bytes.push_back(bit);
  writer.write(bytes);
}

/// A value that the global's encoding makes into what is stored.
static llvm::Error writeEncoded(rt::GlobalOp global, Attribute value,
                                DataWriter &writer) {
  auto elements = cast<ElementsAttr>(value);
  ArrayRef<char> data;
  SmallVector<char> repeated;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      data = blob->getData();
  } else if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    data = dense.getRawData();
    if (dense.isSplat()) {
      for (int64_t i = 0, n = dense.getNumElements(); i < n; ++i)
        llvm::append_range(repeated, dense.getRawData());
      data = repeated;
    }
  }
  ShapedType type = elements.getShapedType();
  uint64_t expected =
      type.getNumElements() * (type.getElementTypeBitWidth() / 8);
  if (data.size() != expected)
    return failed(global, "has " + llvm::Twine(data.size()) +
                              " bytes, expected " + llvm::Twine(expected));
  uint64_t before = writer.size();
  cast<rt::EncodingAttrInterface>(*global.getEncoding())
      .encode(data, type, cast<RankedTensorType>(global.getType()),
              [&](ArrayRef<char> bytes) { writer.write(bytes); });
  if (writer.size() - before != rt::getGlobalBytes(global))
    return failed(global, "was encoded in " +
                              llvm::Twine(writer.size() - before) +
                              " bytes, expected " +
                              llvm::Twine(rt::getGlobalBytes(global)));
  return llvm::Error::success();
}

static llvm::Error writeValue(rt::GlobalOp global, Attribute value,
                              DataWriter &writer) {
  if (global.getEncoding())
    return writeEncoded(global, value, writer);
  uint64_t bytes = rt::getGlobalBytes(global);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return failed(global, "has a resource without data");
    if (blob->getData().size() != bytes)
      return failed(global, "has " + llvm::Twine(blob->getData().size()) +
                                " bytes, expected " + llvm::Twine(bytes));
    writer.write(blob->getData());
    return llvm::Error::success();
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return failed(global, "holds neither dense nor resource elements");
  uint64_t before = writer.size();
  if (dense.getElementType().isInteger(1)) {
    writeBools(dense, writer);
  } else if (dense.isSplat()) {
    ArrayRef<char> element = dense.getRawData();
    SmallVector<char> all;
    all.reserve(bytes);
    for (int64_t i = 0, n = dense.getNumElements(); i < n; ++i)
      llvm::append_range(all, element);
    writer.write(all);
  } else {
    writer.write(dense.getRawData());
  }
  if (writer.size() - before != bytes)
    return failed(global, "has " + llvm::Twine(writer.size() - before) +
                              " bytes, expected " + llvm::Twine(bytes));
  return llvm::Error::success();
}

/// Writes trits * scales of a matrix, whose codes `value` holds; part by part.
static llvm::Error writeScaled(rt::GlobalOp global, Attribute value,
                               Attribute scales, DataWriter &writer) {
  auto type = cast<RankedTensorType>(global.getType());
  int64_t n = type.getDimSize(0), k = type.getDimSize(1);
  auto codes = dyn_cast<DenseResourceElementsAttr>(value);
  AsmResourceBlob *blob = codes ? codes.getRawHandle().getBlob() : nullptr;
  ArrayRef<char> bytes;
  SmallVector<char> repeated;
  if (blob) {
    bytes = blob->getData();
  } else if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    repeated.assign(dense.getNumElements(), dense.getRawData()[0]);
    bytes = dense.isSplat() ? ArrayRef<char>(repeated) : dense.getRawData();
  }
  if (bytes.size() < llvm::divideCeil(n * k, 4))
    return failed(global, "has codes without data");
  auto factors = cast<DenseElementsAttr>(scales).getValues<float>();
  std::vector<char> row;
  for (int64_t i = 0; i < n; ++i) {
    scaleTrits(bytes, i * k, k, factors.size() == 1 ? factors[0] : factors[i],
               type.getElementType(), row);
    writer.write(row);
  }
  return llvm::Error::success();
}

static llvm::Error writeData(ModuleOp module, DataWriter &writer) {
  for (auto global : module.getOps<rt::GlobalOp>()) {
    auto offset = global->getAttrOfType<IntegerAttr>("offset");
    auto stride = global->getAttrOfType<IntegerAttr>("stride");
    if (!offset || !stride)
      return failed(global, "has no place in the weights file");
    for (auto [i, value] : llvm::enumerate(global.getValues())) {
      uint64_t start = offset.getInt() + i * stride.getInt();
      writer.padTo(start);
      std::optional<ArrayAttr> scales = global.getScales();
      if (llvm::Error error =
              scales ? writeScaled(global, value, (*scales)[i], writer)
                     : writeValue(global, value, writer))
        return error;
      writer.padTo(start + stride.getInt());
    }
  }
  return llvm::Error::success();
}

static bitnet_weights_header makeHeader(const WeightsInfo &info,
                                        llvm::StringRef layoutFamily) {
  bitnet_weights_header header = {};
  memcpy(header.magic, "BITNETW", sizeof(header.magic));
  header.version = 1;
  header.header_bytes = sizeof(header);
  header.data_offset = dataOffset;
  header.data_bytes = info.dataBytes;
  memcpy(header.hash, info.hash.data(), sizeof(header.hash));
  llvm::StringRef family = layoutFamily.take_front(sizeof(header.target) - 1);
  memcpy(header.target, family.data(), family.size());
  std::array<uint8_t, 32> hash = llvm::SHA256::hash(
      ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(&header),
                        offsetof(bitnet_weights_header, header_hash)));
  memcpy(header.header_hash, hash.data(), hash.size());
  return header;
}

llvm::Expected<WeightsInfo>
bitnet::writeWeights(ModuleOp module, llvm::StringRef layoutFamily,
                     llvm::raw_pwrite_stream &out,
                     llvm::function_ref<void(uint64_t)> progress) {
  uint64_t start = out.tell();
  out.write_zeros(dataOffset);
  DataWriter writer(out, progress);
  if (llvm::Error error = writeData(module, writer))
    return std::move(error);
  WeightsInfo info;
  info.dataBytes = writer.size();
  info.fileBytes = dataOffset + info.dataBytes;
  info.hash = writer.finish();
  bitnet_weights_header header = makeHeader(info, layoutFamily);
  out.pwrite(reinterpret_cast<const char *>(&header), sizeof(header), start);
  return info;
}
