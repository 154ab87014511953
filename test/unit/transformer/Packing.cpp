#include "transformer/Packing.h"

#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/MLIRContext.h"

#include <cstring>

using namespace bitnet;

std::vector<uint8_t> test::narrowTo(const std::string &element,
                                    std::vector<float> &values) {
  std::vector<uint8_t> bytes;
  auto append = [&](const void *data, size_t size) {
    auto *from = static_cast<const uint8_t *>(data);
    bytes.insert(bytes.end(), from, from + size);
  };
  for (float &value : values) {
    uint32_t bits;
    if (element == "f16") {
      _Float16 narrow = _Float16(value);
      value = narrow;
      append(&narrow, 2);
    } else if (element == "bf16") {
      std::memcpy(&bits, &value, 4);
      bits &= 0xffff0000;
      std::memcpy(&value, &bits, 4);
      append(reinterpret_cast<uint8_t *>(&bits) + 2, 2);
    } else {
      append(&value, 4);
    }
  }
  return bytes;
}

static mlir::Type typeOf(const std::string &element,
                         mlir::MLIRContext &context) {
  if (element == "f16")
    return mlir::Float16Type::get(&context);
  if (element == "bf16")
    return mlir::BFloat16Type::get(&context);
  return mlir::Float32Type::get(&context);
}

/// What an encoding makes of a matrix [n, k] with elements of `type`.
static std::vector<uint8_t> encode(transformer::EncodingKind kind,
                                   llvm::ArrayRef<char> matrix, int64_t n,
                                   int64_t k, mlir::Type type,
                                   mlir::RankedTensorType stored) {
  std::vector<uint8_t> bytes;
  transformer::EncodingAttr::get(type.getContext(), kind, /*transposed=*/false)
      .encode(matrix, mlir::RankedTensorType::get({n, k}, type), stored,
              [&](llvm::ArrayRef<char> part) {
                bytes.insert(bytes.end(), part.begin(), part.end());
              });
  return bytes;
}

std::vector<uint8_t> test::packRows(const std::string &element,
                                    const std::vector<uint8_t> &matrix,
                                    int64_t n, int64_t k, int64_t blockRows) {
  mlir::MLIRContext context;
  context.loadDialect<transformer::TransformerDialect>();
  mlir::Type type = typeOf(element, context);
  return encode(transformer::EncodingKind::Values,
                llvm::ArrayRef(reinterpret_cast<const char *>(matrix.data()),
                               matrix.size()),
                n, k, type,
                transformer::PackedRows::getType(n, k, type, blockRows));
}

std::vector<uint8_t> test::encodeAs(const std::string &kind,
                                    const std::vector<float> &matrix, int64_t n,
                                    int64_t k, int64_t blockRows) {
  mlir::MLIRContext context;
  context.loadDialect<transformer::TransformerDialect>();
  auto f32 = mlir::Float32Type::get(&context);
  auto stored = mlir::RankedTensorType::get({n}, f32);
  if (kind == "codes8")
    stored = transformer::PackedRows::getType(
        n, k, mlir::IntegerType::get(&context, 8), blockRows);
  return encode(*transformer::symbolizeEncodingKind(kind),
                llvm::ArrayRef(reinterpret_cast<const char *>(matrix.data()),
                               matrix.size() * sizeof(float)),
                n, k, f32, stored);
}

std::string test::packedMemRef(const std::string &element, int64_t n, int64_t k,
                               int64_t blockRows) {
  int64_t elements = element == "f32" ? 16 : element == "i8" ? 64 : 32;
  auto up = [](int64_t a, int64_t b) {
    return std::to_string((a + b - 1) / b);
  };
  return "memref<" + up(n, blockRows) + "x" + up(k, elements) + "x" +
         std::to_string(blockRows) + "x" + std::to_string(elements) + "x" +
         element + ">";
}
