//===- BufferMemory.cpp - buffers, constants and loops over elements ------===//

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

#include "dialects/Onnx/Transforms/HostTensor.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace bitnet;

//===- Making memory
//-------------------------------------------------------===//

Numbers BufferLowering::refine(ArrayRef<Number> sizes, RankedTensorType type) {
  Numbers refined;
  for (auto [axis, size] : llvm::enumerate(type.getShape()))
    refined.push_back(ShapedType::isDynamic(size) ? sizes[axis]
                                                  : math.constant(size));
  return refined;
}

BufferView BufferLowering::alloc(RankedTensorType type,
                                 ArrayRef<Number> sizes) {
  Numbers all = refine(sizes, type);
  SmallVector<Value> dynamic;
  for (auto [axis, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size)) {
      failIf(math.less(all[axis], math.constant(0)), RunStatus::BadShape);
      dynamic.push_back(math.value(all[axis]));
    }
  Value memref =
      memref::AllocOp::create(builder, loc, getMemRefType(type), dynamic);
  sizesOf[memref] = all;
  return whole(memref);
}

BufferView BufferLowering::alloc(Type elementType, ArrayRef<Number> sizes) {
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  return alloc(RankedTensorType::get(shape, elementType), sizes);
}

Numbers BufferLowering::trace(ArrayRef<Number> sizes) {
  Numbers traced(sizes);
  for (Number &size : traced) {
    auto value = dyn_cast<Value>(size);
    auto dim = value ? value.getDefiningOp<memref::DimOp>() : memref::DimOp();
    std::optional<int64_t> axis = dim ? dim.getConstantIndex() : std::nullopt;
    if (!axis)
      continue;
    Value source = dim.getSource();
    if (auto cast = source.getDefiningOp<memref::CastOp>())
      source = cast.getSource();
    if (auto view = source.getDefiningOp<memref::ReinterpretCastOp>())
      size = view.getMixedSizes()[*axis];
    else if (auto known = sizesOf.find(source); known != sizesOf.end())
      size = known->second[*axis];
  }
  return traced;
}

BufferView BufferLowering::whole(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  Numbers &sizes = sizesOf[memref];
  if (sizes.empty())
    for (auto [axis, size] : llvm::enumerate(type.getShape()))
      sizes.push_back(
          ShapedType::isDynamic(size)
              ? memref::DimOp::create(builder, loc, memref, axis).getResult()
              : Number(math.constant(size)));
  return {memref, math.constant(0), sizes, denseStrides(sizes)};
}

Value BufferLowering::memref(const BufferView &view) {
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(view.sizes, dynamic, shape);
  return memref(view, shape);
}

Value BufferLowering::memref(const BufferView &view, ArrayRef<int64_t> shape) {
  auto base = cast<MemRefType>(view.base.getType());
  bool contiguous = isContiguous(view);
  if (contiguous && sizesOf.lookup(view.base) == view.sizes) {
    if (base.getShape() == shape)
      return view.base;
    auto type = MemRefType::get(shape, base.getElementType());
    if (memref::CastOp::areCastCompatible(base, type))
      return memref::CastOp::create(builder, loc, type, view.base);
  }
  Numbers sizes, strides = contiguous ? denseStrides(view.sizes) : view.strides;
  for (auto [axis, size] : llvm::enumerate(shape))
    sizes.push_back(ShapedType::isDynamic(size) ? view.sizes[axis]
                                                : math.constant(size));
  // A dynamic type takes values only.
  for (auto [axis, size] : llvm::enumerate(shape))
    if (ShapedType::isDynamic(size))
      sizes[axis] = math.value(sizes[axis]);
  MemRefLayoutAttrInterface layout;
  if (contiguous) {
    // The strides that the identity layout of `shape` has in its type.
    SmallVector<int64_t> inType;
    int64_t offset;
    auto identity = MemRefType::get(shape, base.getElementType());
    (void)identity.getStridesAndOffset(inType, offset);
    for (auto [axis, stride] : llvm::enumerate(inType))
      strides[axis] = ShapedType::isDynamic(stride)
                          ? Number(math.value(strides[axis]))
                          : Number(math.constant(stride));
    return memref::ReinterpretCastOp::create(builder, loc, identity, view.base,
                                             view.offset, sizes, strides);
  }
  SmallVector<int64_t> staticStrides, staticOffset;
  SmallVector<Value> ignored;
  dispatchIndexOpFoldResults(strides, ignored, staticStrides);
  dispatchIndexOpFoldResults(view.offset, ignored, staticOffset);
  layout = StridedLayoutAttr::get(builder.getContext(), staticOffset[0],
                                  staticStrides);
  auto type = MemRefType::get(shape, base.getElementType(), layout);
  return memref::ReinterpretCastOp::create(builder, loc, type, view.base,
                                           view.offset, sizes, strides);
}

void BufferLowering::copy(const BufferView &from, const BufferView &to) {
  if (isContiguous(from) && isContiguous(to)) {
    Value source = memref(from);
    ArrayRef<int64_t> shape = cast<MemRefType>(source.getType()).getShape();
    memref::CopyOp::create(builder, loc, source, memref(to, shape));
    return;
  }
  forEachElement(from, to, [](OpBuilder &, Location, ValueRange elements) {
    return elements[0];
  });
}

void BufferLowering::fill(const BufferView &view, Value scalar) {
  forEachElement({}, view,
                 [&](OpBuilder &, Location, ValueRange) { return scalar; });
}

void BufferLowering::forEachElement(ArrayRef<BufferView> from,
                                    const BufferView &to, ElementBody body) {
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  unsigned rank = to.getRank();
  for (const BufferView &view : from) {
    // Axes along which an operand repeats leave its memref and its map.
    BufferView kept{view.base, view.offset, {}, {}};
    SmallVector<AffineExpr> results;
    for (auto [axis, stride] : llvm::enumerate(view.strides)) {
      if (IndexMath::is(stride, 0))
        continue;
      kept.sizes.push_back(to.sizes[axis]);
      kept.strides.push_back(stride);
      results.push_back(builder.getAffineDimExpr(axis));
    }
    inputs.push_back(memref(kept));
    maps.push_back(AffineMap::get(rank, 0, results, builder.getContext()));
  }
  maps.push_back(builder.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  linalg::GenericOp::create(
      builder, loc, inputs, memref(to), maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange elements) {
        linalg::YieldOp::create(nested, nestedLoc,
                                body(nested, nestedLoc, elements));
      });
}

void BufferLowering::forEachIndex(ArrayRef<Number> sizes,
                                  function_ref<void(ArrayRef<Number>)> body) {
  OpBuilder::InsertionGuard guard(builder);
  Numbers indices;
  for (Number size : sizes) {
    if (IndexMath::is(size, 1)) {
      indices.push_back(math.constant(0));
      continue;
    }
    Value zero = math.value(math.constant(0)),
          one = math.value(math.constant(1));
    auto loop = scf::ForOp::create(builder, loc, zero, math.value(size), one);
    builder.setInsertionPoint(loop.getBody()->getTerminator());
    indices.push_back(loop.getInductionVar());
  }
  body(indices);
}

static SmallVector<Value> toValues(IndexMath &math, ArrayRef<Number> numbers) {
  return llvm::map_to_vector(numbers,
                             [&](Number number) { return math.value(number); });
}

Value BufferLowering::load(const BufferView &view, ArrayRef<Number> indices) {
  return memref::LoadOp::create(builder, loc, memref(view),
                                toValues(math, indices));
}

Number BufferLowering::loadIndex(const BufferView &view,
                                 ArrayRef<Number> indices) {
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    load(view, indices))
      .getResult();
}

void BufferLowering::store(Value scalar, const BufferView &view,
                           ArrayRef<Number> indices) {
  memref::StoreOp::create(builder, loc, scalar, memref(view),
                          toValues(math, indices));
}

//===- Constants
//-----------------------------------------------------------===//

/// `value` with its elements as they stand in memory.
static ElementsAttr toStorage(ElementsAttr value) {
  auto type = cast<RankedTensorType>(value.getShapedType());
  if (!isByteCode(type.getElementType()))
    return value;
  FailureOr<onnx::HostTensor> codes = onnx::HostTensor::get(value);
  assert(succeeded(codes) && "constant has another storage");
  codes->type = RankedTensorType::get(type.getShape(),
                                      getStorageType(type.getElementType()));
  return codes->toAttr("constant");
}

Value BufferLowering::constantBuffer(DenseElementsAttr value) {
  auto tensor = cast<RankedTensorType>(value.getType());
  Type element = getStorageType(tensor.getElementType());
  if (isByteCode(tensor.getElementType()))
    value = cast<DenseElementsAttr>(toStorage(value));
  else if (element != tensor.getElementType())
    value = value.bitcast(element);
  MemRefType type = getMemRefType(tensor);
  Operation *module = symbols.getOp();
  // Equal constants share one global.
  memref::GlobalOp global;
  for (auto candidate : module->getRegion(0).getOps<memref::GlobalOp>())
    if (candidate.getType() == type && candidate.getInitialValue() == value)
      global = candidate;
  if (!global) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&module->getRegion(0).front());
    global = memref::GlobalOp::create(
        builder, loc, builder.getStringAttr("small"),
        builder.getStringAttr("private"), TypeAttr::get(type), value,
        builder.getUnitAttr(), IntegerAttr());
    symbols.insert(global);
  }
  return memref::GetGlobalOp::create(builder, loc, type, global.getSymName());
}

Value BufferLowering::globalBuffer(ElementsAttr value) {
  value = toStorage(value);
  auto tensor = cast<RankedTensorType>(value.getShapedType());
  Operation *module = symbols.getOp();
  rt::GlobalOp global;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&module->getRegion(0).front());
    global = rt::GlobalOp::create(builder, loc, "constant", tensor,
                                  builder.getArrayAttr(value));
    symbols.insert(global);
  }
  return rt::GetGlobalOp::create(builder, loc, getMemRefType(tensor),
                                 global.getSymName(), Value(), exec);
}
