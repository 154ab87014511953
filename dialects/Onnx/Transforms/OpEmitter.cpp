#include "dialects/Onnx/Transforms/OpEmitter.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace bitnet::onnx;

Value OpEmitter::make(StringRef name, ValueRange operands,
                      ArrayRef<NamedAttribute> attributes) {
  OperationState state(loc, ("onnx." + name).str(), operands, TypeRange(),
                       attributes);
  if (failed(inferResultTypes(state))) {
    // A verifier let pass what it should not have: the error that is out stops
    // the compilation behind this pass, a placeholder carries it there.
    Type type = operands.empty()
                    ? RankedTensorType::get({}, builder.getF32Type())
                    : operands.front().getType();
    return UnrealizedConversionCastOp::create(builder, loc, type, operands)
        .getResult(0);
  }
  return builder.create(state)->getResult(0);
}

Value OpEmitter::constant(DenseElementsAttr value) {
  return make("Constant", {}, builder.getNamedAttr("value", value));
}

Value OpEmitter::ints(ArrayRef<int64_t> values) {
  return constant(builder.getI64TensorAttr(values));
}

Value OpEmitter::scalar(Type element, double value) {
  auto type = RankedTensorType::get({}, element);
  if (auto number = dyn_cast<FloatType>(element))
    return constant(
        DenseElementsAttr::get(type, builder.getFloatAttr(number, value)));
  APInt bits(element.getIntOrFloatBitWidth(), static_cast<int64_t>(value),
             /*isSigned=*/true, /*implicitTrunc=*/true);
  return constant(DenseElementsAttr::get(type, bits));
}

Value OpEmitter::cast(Value x, Type element) {
  if (mlir::cast<ShapedType>(x.getType()).getElementType() == element)
    return x;
  return make("Cast", x, attr("to", *getOnnxType(element)));
}

Value OpEmitter::reshape(Value x, ArrayRef<int64_t> shape) {
  return make("Reshape", {x, ints(shape)});
}

Value OpEmitter::reshapeTo(Value x, ValueRange sizes) {
  Value shape = sizes.empty() ? ints({}) : concat(sizes, 0);
  return make("Reshape", {x, shape}, attr("allowzero", 1));
}

Value OpEmitter::reduceSum(Value x, ArrayRef<int64_t> axes) {
  return make("ReduceSum", x,
              {builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(axes)),
               attr("keepdims", 0)});
}

Value OpEmitter::transpose(Value x, ArrayRef<int64_t> perm) {
  return make("Transpose", x,
              builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr(perm)));
}

Value OpEmitter::unsqueeze(Value x, ArrayRef<int64_t> axes) {
  return make("Unsqueeze", x,
              builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(axes)));
}

Value OpEmitter::concat(ValueRange parts, int64_t axis) {
  return make("Concat", parts, attr("axis", axis));
}

Value OpEmitter::slice(Value x, int64_t axis, int64_t begin, int64_t end,
                       int64_t step) {
  return make("Slice", {x, ints(begin), ints(end), ints(axis), ints(step)});
}

Value OpEmitter::sizeOf(Value x, int64_t axis) {
  return make("Shape", x, {attr("start", axis), attr("end", axis + 1)});
}

Value OpEmitter::scalarSizeOf(Value x, int64_t axis) {
  return make("Squeeze", sizeOf(x, axis),
              builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(0)));
}

Value OpEmitter::splitHeads(Value x, int64_t heads) {
  int64_t width = mlir::cast<ShapedType>(x.getType()).getShape().back();
  Value split = reshape(x, {0, 0, heads, width / heads});
  return transpose(split, {0, 2, 1, 3});
}

Value OpEmitter::joinHeads(Value x) {
  auto type = mlir::cast<ShapedType>(x.getType());
  int64_t heads = type.getDimSize(1), size = type.getDimSize(3);
  return reshape(transpose(x, {0, 2, 1, 3}), {0, 0, heads * size});
}

void bitnet::onnx::replaceOp(PatternRewriter &rewriter, Operation *op,
                             ValueRange values) {
  SmallVector<Value> bridged;
  for (auto [result, value] : llvm::zip_equal(op->getResults(), values))
    bridged.push_back(!value || value.getType() == result.getType()
                          ? value
                          : tensor::CastOp::create(rewriter, op->getLoc(),
                                                   result.getType(), value)
                                .getResult());
  rewriter.replaceOp(op, bridged);
}
