//===- Encoding.cpp - how dense matrices are stored ----------------------===//
//
// Bytes are made in batches of rows, each on as many threads as the context
// has, and handed on in order: memory stays small whatever the matrix.
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/IR/GroupQuantizer.h"
#include "dialects/Transformer/IR/NarrowFloats.h"
#include "dialects/Transformer/IR/RowQuantizer.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/Threading.h"

#include <cstring>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {

/// Rows of a matrix of floats in raw bytes, as f32.
struct RowReader {
  ArrayRef<char> data;
  Type element;
  int64_t n, k;
  bool transposed;

  float at(int64_t index) const {
    if (element.isF32()) {
      float value;
      std::memcpy(&value, data.data() + index * 4, 4);
      return value;
    }
    uint16_t bits;
    std::memcpy(&bits, data.data() + index * 2, 2);
    return element.isBF16() ? fromBF16(bits) : fromF16(bits);
  }
  /// Rows [first, first + count) to out[count][stride].
  void read(int64_t first, int64_t count, int64_t stride, float *out) const {
    if (!transposed && element.isF32()) {
      for (int64_t row = 0; row < count; ++row)
        std::memcpy(out + row * stride, data.data() + (first + row) * k * 4,
                    k * 4);
      return;
    }
    // Along the axis that lies together in memory.
    if (!transposed) {
      for (int64_t row = 0; row < count; ++row)
        for (int64_t i = 0; i < k; ++i)
          out[row * stride + i] = at((first + row) * k + i);
      return;
    }
    for (int64_t i = 0; i < k; ++i)
      for (int64_t row = 0; row < count; ++row)
        out[row * stride + i] = at(i * n + first + row);
  }
};

} // namespace

/// Stores `count` f32 in order as `element`, rounded where it is narrower.
static void narrow(const float *from, int64_t count, Type element, char *to) {
  if (element.isF32()) {
    std::memcpy(to, from, count * 4);
    return;
  }
  bool brain = element.isBF16();
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits = llvm::bit_cast<uint32_t>(from[i]);
    uint16_t half = brain ? toBF16(bits) : toF16(bits);
    std::memcpy(to + i * 2, &half, 2);
  }
}

/// Stores a chunk of packed rows.
static void packChunk(const float *from, int64_t elements, Type element,
                      char *to) {
  if (!PackedRows::isInterleaved(element))
    return narrow(from, elements, element, to);
  for (int64_t i = 0; i < elements / 2; ++i) {
    uint32_t low = toBF16(llvm::bit_cast<uint32_t>(from[i]));
    uint32_t high = toBF16(llvm::bit_cast<uint32_t>(from[i + elements / 2]));
    uint32_t word = low | high << 16;
    std::memcpy(to + i * 4, &word, 4);
  }
}

namespace {

/// A value and how it is stored.
struct Encoder {
  MLIRContext *context;
  RowReader reader;
  RankedTensorType stored;
  EncodingKind kind;
  std::optional<PackedRows> packed;

  bool isGroups() const { return kind == EncodingKind::Groups4; }
  /// Rows that are stored together.
  int64_t blockRows() const {
    return packed ? packed->rows : PackedGroups::rows;
  }
  /// Whether rows are padded to whole blocks.
  bool isPadded() const { return packed || isGroups(); }
  /// Elements of a row with its padding.
  int64_t rowElements() const {
    if (isGroups())
      return llvm::alignTo(reader.k, PackedGroups::elements);
    return packed ? packed->chunks() * packed->elements : reader.k;
  }
  /// Bytes that one row adds to what is stored.
  int64_t rowBytes() const {
    if (isGroups())
      return rowElements() / PackedGroups::elements * PackedGroups::chunkBytes /
             PackedGroups::rows;
    int64_t width = stored.getElementTypeBitWidth() / 8;
    return stored.getRank() == 1 ? width : rowElements() * width;
  }
  void encodeRows(int64_t first, int64_t count, int64_t rows, char *to) const;
  void packCodes(const float *rows, int64_t count, char *to) const;
  void packGroups(const float *rows, char *to) const;
};

} // namespace

/// Codes of the rows of a block, [rows][rowElements()].
void Encoder::packCodes(const float *rows, int64_t count, char *to) const {
  int64_t stride = rowElements();
  std::vector<int8_t> codes(packed->rows * stride);
  for (int64_t r = 0; r < count; ++r) {
    ArrayRef<float> row(rows + r * stride, reader.k);
    quantizeRow8(row, getScale8(row), codes.data() + r * stride);
  }
  for (int64_t chunk = 0; chunk < packed->chunks(); ++chunk)
    for (int64_t r = 0; r < packed->rows; ++r, to += PackedRows::chunkBytes)
      std::memcpy(to, codes.data() + r * stride + chunk * packed->elements,
                  PackedRows::chunkBytes);
}

/// Packed groups of the rows of a block, [16][rowElements()].
void Encoder::packGroups(const float *rows, char *to) const {
  int64_t stride = rowElements();
  std::array<GroupCodes, PackedGroups::groups> chunk[PackedGroups::rows];
  for (int64_t k = 0; k < stride; k += PackedGroups::elements) {
    for (int64_t r = 0; r < PackedGroups::rows; ++r)
      for (int64_t g = 0; g < PackedGroups::groups; ++g) {
        GroupWeights weights;
        std::memcpy(weights.data(),
                    rows + r * stride + k + g * PackedGroups::group,
                    sizeof(weights));
        chunk[r][g] = quantizeGroup4(weights);
      }
    packChunk4(chunk, to);
    to += PackedGroups::chunkBytes;
  }
}

/// What `rows` rows from `first` on add, `count` of which there are.
void Encoder::encodeRows(int64_t first, int64_t count, int64_t rows,
                         char *to) const {
  int64_t stride = rowElements();
  std::vector<float> floats(rows * stride);
  reader.read(first, count, stride, floats.data());
  Type element = stored.getElementType();
  if (kind == EncodingKind::Codes8)
    return packCodes(floats.data(), count, to);
  if (isGroups())
    return packGroups(floats.data(), to);
  if (kind == EncodingKind::Values && !packed)
    return narrow(floats.data(), count * stride, element, to);
  if (kind == EncodingKind::Values) {
    for (int64_t chunk = 0; chunk < packed->chunks(); ++chunk)
      for (int64_t r = 0; r < rows; ++r, to += PackedRows::chunkBytes)
        packChunk(floats.data() + r * stride + chunk * packed->elements,
                  packed->elements, element, to);
    return;
  }
  for (int64_t r = 0; r < count; ++r) {
    ArrayRef<float> row(floats.data() + r * stride, reader.k);
    float value = kind == EncodingKind::Scales8   ? getScale8(row)
                  : kind == EncodingKind::Errors8 ? getError8(row)
                                                  : getNorm(row);
    std::memcpy(to + r * 4, &value, 4);
  }
}

LogicalResult
EncodingAttr::verifyEncoding(function_ref<InFlightDiagnostic()> emitError,
                             ShapedType value, RankedTensorType stored) const {
  auto isFloat = [](Type type) {
    return isa<Float32Type, Float16Type, BFloat16Type>(type);
  };
  if (value.getRank() != 2 || !value.hasStaticShape() ||
      !isFloat(value.getElementType()))
    return emitError() << "encodes " << value
                       << ", expected a matrix of f32, f16 or bf16";
  int64_t n = value.getDimSize(getTransposed() ? 1 : 0);
  int64_t k = value.getDimSize(getTransposed() ? 0 : 1);
  bool packed = PackedRows::get(stored, n, k).has_value();
  Type element = stored.getElementType();
  switch (getKind()) {
  case EncodingKind::Values:
    if (isFloat(element) &&
        (packed || stored.getShape() == ArrayRef<int64_t>({n, k})))
      return success();
    return emitError() << "stores " << value << " as " << stored
                       << ", expected floats and [" << n << ", " << k
                       << "] or packed rows of it";
  case EncodingKind::Codes8:
    if (element.isInteger(8) && packed)
      return success();
    return emitError() << "stores " << value << " as " << stored
                       << ", expected packed rows of i8 of [" << n << ", " << k
                       << "]";
  case EncodingKind::Groups4:
    if (PackedGroups::has(stored, n, k))
      return success();
    return emitError() << "stores " << value << " as " << stored
                       << ", expected packed groups of [" << n << ", " << k
                       << "]";
  default:
    if (element.isF32() && stored.getShape() == ArrayRef<int64_t>({n}))
      return success();
    return emitError() << "stores " << value << " as " << stored
                       << ", expected f32 [" << n << "]";
  }
}

void EncodingAttr::encode(ArrayRef<char> data, ShapedType value,
                          RankedTensorType stored,
                          function_ref<void(ArrayRef<char>)> write) const {
  int64_t n = value.getDimSize(getTransposed() ? 1 : 0);
  int64_t k = value.getDimSize(getTransposed() ? 0 : 1);
  Encoder encoder = {getContext(),
                     {data, value.getElementType(), n, k, getTransposed()},
                     stored,
                     getKind(),
                     PackedRows::get(stored, n, k)};
  int64_t rows = encoder.blockRows();
  int64_t blocks = (n + rows - 1) / rows, rowBytes = encoder.rowBytes();
  // About 8 MiB of the matrix at a time.
  int64_t batch = std::max<int64_t>(1, (int64_t(8) << 20) /
                                           (rows * encoder.rowElements() * 4));
  std::vector<char> bytes(std::min(batch, blocks) * rows * rowBytes);
  for (int64_t first = 0; first < blocks; first += batch) {
    int64_t count = std::min(batch, blocks - first);
    parallelFor(getContext(), 0, count, [&](size_t i) {
      int64_t row = (first + int64_t(i)) * rows;
      encoder.encodeRows(row, std::min(rows, n - row), rows,
                         bytes.data() + i * rows * rowBytes);
    });
    int64_t stores = encoder.isPadded()
                         ? count * rows
                         : std::min(count * rows, n - first * rows);
    write(ArrayRef(bytes.data(), stores * rowBytes));
  }
}
