#include "dialects/Onnx/Transforms/OpEmitter.h"

#include "dialects/Onnx/IR/ShapeAnalysis.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace bitnet::onnx;

SmallVector<Value> OpEmitter::makeAll(StringRef name, ValueRange operands,
                                      unsigned count,
                                      ArrayRef<NamedAttribute> attributes) {
  OperationState state(loc, ("onnx." + name).str(), operands, TypeRange(),
                       attributes);
  if (llvm::is_contained(state.name.getAttributeNames(), "num_outputs") &&
      !state.attributes.get("num_outputs"))
    state.addAttribute("num_outputs", builder.getI64IntegerAttr(count));
  if (succeeded(inferResultTypes(state)) && state.types.size() == count)
    return llvm::to_vector_of<Value>(builder.create(state)->getResults());
  // A verifier let pass what it should not have: the error that is out stops
  // the compilation behind this pass, placeholders carry it there.
  Type type = operands.empty() ? RankedTensorType::get({}, builder.getF32Type())
                               : operands.front().getType();
  SmallVector<Type> types(count, type);
  return llvm::to_vector_of<Value>(
      UnrealizedConversionCastOp::create(builder, loc, types, operands)
          .getResults());
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

Value OpEmitter::integer(int64_t value) {
  auto type = RankedTensorType::get({}, builder.getI64Type());
  return constant(DenseElementsAttr::get(type, value));
}

Value OpEmitter::count(Value limit) {
  Type i64 = builder.getI64Type();
  return make("Range", {scalar(i64, 0), limit, scalar(i64, 1)});
}

Value OpEmitter::orNone(Value value) {
  if (value)
    return value;
  return NoneOp::create(builder, loc, builder.getNoneType());
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

Value OpEmitter::reduce(StringRef name, Value x, ArrayRef<int64_t> axes,
                        bool keepdims) {
  return make(name, x,
              {builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(axes)),
               attr("keepdims", keepdims)});
}

Value OpEmitter::transpose(Value x, ArrayRef<int64_t> perm) {
  return make("Transpose", x,
              builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr(perm)));
}

Value OpEmitter::unsqueeze(Value x, ArrayRef<int64_t> axes) {
  return make("Unsqueeze", x,
              builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(axes)));
}

Value OpEmitter::squeeze(Value x, ArrayRef<int64_t> axes) {
  return make("Squeeze", x,
              builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(axes)));
}

Value OpEmitter::concat(ValueRange parts, int64_t axis) {
  return make("Concat", parts, attr("axis", axis));
}

Value OpEmitter::slice(Value x, int64_t axis, int64_t begin, int64_t end,
                       int64_t step) {
  return make("Slice", {x, ints(begin), ints(end), ints(axis), ints(step)});
}

Value OpEmitter::checkSizes(Value x, ArrayRef<int64_t> axes, ValueRange sizes) {
  ShapeAnalysis analysis;
  SmallVector<int64_t> unsure;
  SmallVector<Value> wanted;
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    std::optional<SmallVector<Extent>> extent = analysis.getElements(size);
    if (extent && extent->front() == analysis.getDim(x, axis))
      continue;
    unsure.push_back(axis);
    wanted.push_back(size);
  }
  if (unsure.empty())
    return x;
  return make(
      "CheckSizes", {x, concat(wanted, 0)},
      builder.getNamedAttr("axes", builder.getDenseI64ArrayAttr(unsure)));
}

Value OpEmitter::checkShape(Value x, Value like) {
  SmallVector<int64_t> axes;
  SmallVector<Value> sizes;
  for (int64_t axis : llvm::seq(mlir::cast<ShapedType>(x.getType()).getRank()))
    if (!haveSameDim(x, axis, like, axis)) {
      axes.push_back(axis);
      sizes.push_back(sizeOf(like, axis));
    }
  return checkSizes(x, axes, sizes);
}

Value OpEmitter::sizeOf(Value x, int64_t axis) {
  return make("Shape", x, {attr("start", axis), attr("end", axis + 1)});
}

Value OpEmitter::scalarSizeOf(Value x, int64_t axis) {
  return squeeze(sizeOf(x, axis), 0);
}

Value OpEmitter::splitHeads(Value x, int64_t heads) {
  auto type = mlir::cast<ShapedType>(x.getType());
  if (type.getRank() != 3)
    return x;
  int64_t width = type.getDimSize(2);
  Value split = reshape(x, {0, 0, heads, width / heads});
  return transpose(split, {0, 2, 1, 3});
}

Value OpEmitter::joinHeads(Value x) {
  auto type = mlir::cast<ShapedType>(x.getType());
  if (type.getRank() != 4)
    return x;
  int64_t heads = type.getDimSize(1), size = type.getDimSize(3);
  return reshape(transpose(x, {0, 2, 1, 3}), {0, 0, heads * size});
}

Value OpEmitter::repeatHeads(Value x, int64_t heads) {
  int64_t own = typeOf(x).getDimSize(1), size = typeOf(x).getDimSize(3);
  if (own == heads)
    return x;
  Value wide =
      make("Expand", {unsqueeze(x, {2}), ints({1, 1, heads / own, 1, 1})});
  return reshape(wide, {0, heads, -1, size});
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
