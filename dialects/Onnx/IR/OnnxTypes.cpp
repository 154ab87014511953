#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

/// Element types by their number in TensorProto.DataType; null where ONNX has
/// strings, complex numbers or nothing. Its floats of 6 bits are not supported.
static SmallVector<Type> makeTypes(MLIRContext *context) {
  auto integer = [&](unsigned width, IntegerType::SignednessSemantics sign) {
    return IntegerType::get(context, width, sign);
  };
  auto s = IntegerType::Signless, u = IntegerType::Unsigned;
  SmallVector<Type> types(bitnet::onnx::kLastOnnxType + 1);
  types[1] = Float32Type::get(context);
  types[2] = integer(8, u);
  types[3] = integer(8, s);
  types[4] = integer(16, u);
  types[5] = integer(16, s);
  types[6] = integer(32, s);
  types[7] = integer(64, s);
  types[9] = integer(1, s);
  types[10] = Float16Type::get(context);
  types[11] = Float64Type::get(context);
  types[12] = integer(32, u);
  types[13] = integer(64, u);
  types[16] = BFloat16Type::get(context);
  types[17] = Float8E4M3FNType::get(context);
  types[18] = Float8E4M3FNUZType::get(context);
  types[19] = Float8E5M2Type::get(context);
  types[20] = Float8E5M2FNUZType::get(context);
  types[21] = integer(4, u);
  types[22] = integer(4, s);
  types[23] = Float4E2M1FNType::get(context);
  types[24] = Float8E8M0FNUType::get(context);
  types[25] = integer(2, u);
  types[26] = integer(2, s);
  return types;
}

std::optional<int64_t> bitnet::onnx::getOnnxType(Type elementType) {
  if (!elementType)
    return std::nullopt;
  SmallVector<Type> types = makeTypes(elementType.getContext());
  auto found = llvm::find(types, elementType);
  if (found == types.end())
    return std::nullopt;
  return found - types.begin();
}

Type bitnet::onnx::getElementType(MLIRContext *context, int64_t onnxType) {
  SmallVector<Type> types = makeTypes(context);
  if (onnxType < 0 || onnxType >= (int64_t)types.size())
    return Type();
  return types[onnxType];
}
