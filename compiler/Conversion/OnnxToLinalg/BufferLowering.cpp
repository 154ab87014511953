#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

#include "compiler/Conversion/OnnxToLinalg/Elementwise.h"
#include "dialects/Onnx/Transforms/HostTensor.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace bitnet;

Type bitnet::getStorageType(Type type) {
  if (isByteCode(type))
    return IntegerType::get(type.getContext(), 8);
  if (auto integer = dyn_cast<IntegerType>(type))
    return IntegerType::get(type.getContext(), integer.getWidth());
  return type;
}

bool bitnet::isByteCode(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() == 2 || integer.getWidth() == 4;
  return isa<FloatType>(type) && type.getIntOrFloatBitWidth() <= 8;
}

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

MemRefType bitnet::getMemRefType(RankedTensorType type) {
  return MemRefType::get(type.getShape(),
                         getStorageType(type.getElementType()));
}

BufferLowering::BufferLowering(OpBuilder &builder, SymbolTable &symbols,
                               Value exec)
    : builder(builder), math(builder), symbols(symbols), exec(exec),
      loc(exec.getLoc()) {}

void BufferLowering::startOp(Operation *op) {
  loc = op->getLoc();
  math.setLoc(loc);
}

//===- What stands for a tensor
//--------------------------------------------===//

void BufferLowering::bind(Value tensor, BufferView view) {
  view.sizes = refine(view.sizes, cast<RankedTensorType>(tensor.getType()));
  views[tensor] = std::move(view);
}

void BufferLowering::bindBuffer(Value tensor, Value memref) {
  bind(tensor, whole(memref));
}

void BufferLowering::bindElements(Value tensor, Numbers elements) {
  elementsOf[tensor] = std::move(elements);
}

void BufferLowering::defer(Operation *op, Numbers sizes) {
  deferred[op->getResult(0)] = std::move(sizes);
}

BufferView BufferLowering::materialize(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto known = elementsOf.find(tensor);
  if (known == elementsOf.end()) {
    assert(deferred.contains(tensor) && "tensor was not lowered");
    Numbers sizes = deferred.lookup(tensor);
    deferred.erase(tensor);
    return emitElementwise(tensor.getDefiningOp(), sizes, *this);
  }
  Type element = getStorageType(type.getElementType());
  if (std::optional<SmallVector<int64_t>> values = constants(tensor)) {
    SmallVector<APInt> bits;
    for (int64_t value : *values)
      bits.push_back(APInt(64, value, /*isSigned=*/true)
                         .sextOrTrunc(element.getIntOrFloatBitWidth()));
    return whole(constantBuffer(DenseElementsAttr::get(
        RankedTensorType::get(type.getShape(), element), bits)));
  }
  BufferView buffer = alloc(type, {});
  SmallVector<int64_t> strides = computeStrides(type.getShape());
  for (auto [position, number] : llvm::enumerate(known->second)) {
    SmallVector<Value> indices;
    for (int64_t index : delinearize(position, strides))
      indices.push_back(math.value(math.constant(index)));
    Value scalar = element.isInteger(1)
                       ? math.condition(number)
                       : arith::IndexCastOp::create(builder, loc, element,
                                                    math.value(number))
                             .getResult();
    memref::StoreOp::create(builder, loc, scalar, buffer.base, indices);
  }
  return buffer;
}

BufferView BufferLowering::view(Value tensor) {
  auto found = views.find(tensor);
  // Numbers that became memory inside of a loop are not there behind it.
  if (found != views.end() && math.isAvailable(found->second.base))
    return found->second;
  bind(tensor, materialize(tensor));
  return views.lookup(tensor);
}

Value BufferLowering::buffer(Value tensor) { return memref(view(tensor)); }

BufferView BufferLowering::contiguousView(Value tensor) {
  BufferView from = view(tensor);
  if (isContiguous(from))
    return from;
  BufferView to = alloc(cast<RankedTensorType>(tensor.getType()), from.sizes);
  copy(from, to);
  return to;
}

Value BufferLowering::contiguous(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return memref(contiguousView(tensor), type.getShape());
}

Numbers BufferLowering::sizes(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.hasStaticShape())
    return getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  auto waiting = deferred.find(tensor);
  if (waiting != deferred.end())
    return waiting->second;
  return refine(view(tensor).sizes, type);
}

std::optional<Numbers> BufferLowering::elements(Value tensor) {
  auto found = elementsOf.find(tensor);
  if (found == elementsOf.end())
    return std::nullopt;
  return found->second;
}

std::optional<Numbers> BufferLowering::scalars(Value tensor) {
  if (std::optional<Numbers> known = elements(tensor))
    return known;
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() > kMaxElements ||
      !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  Value source = buffer(tensor);
  SmallVector<int64_t> strides = computeStrides(type.getShape());
  Numbers numbers;
  for (int64_t position = 0; position < type.getNumElements(); ++position) {
    SmallVector<Value> indices;
    for (int64_t index : delinearize(position, strides))
      indices.push_back(math.value(math.constant(index)));
    Value scalar = memref::LoadOp::create(builder, loc, source, indices);
    Type index = builder.getIndexType();
    bool isUnsigned = type.getElementType().isUnsignedInteger() ||
                      type.getElementType().isInteger(1);
    numbers.push_back(
        isUnsigned ? arith::IndexCastUIOp::create(builder, loc, index, scalar)
                         .getResult()
                   : arith::IndexCastOp::create(builder, loc, index, scalar)
                         .getResult());
  }
  return numbers;
}

std::optional<SmallVector<int64_t>> BufferLowering::constants(Value tensor) {
  std::optional<Numbers> numbers = elements(tensor);
  if (!numbers)
    return std::nullopt;
  return getConstantIntValues(*numbers);
}

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
    if (ShapedType::isDynamic(size))
      dynamic.push_back(math.value(all[axis]));
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

void BufferLowering::store(Value scalar, const BufferView &view,
                           ArrayRef<Number> indices) {
  memref::StoreOp::create(builder, loc, scalar, memref(view),
                          toValues(math, indices));
}

//===- Views
//---------------------------------------------------------------===//

Numbers BufferLowering::denseStrides(ArrayRef<Number> sizes) {
  Numbers strides(sizes.size());
  Number stride = math.constant(1);
  for (size_t axis = sizes.size(); axis-- > 0;) {
    strides[axis] = stride;
    if (axis > 0)
      stride = math.mul(stride, sizes[axis]);
  }
  return strides;
}

bool BufferLowering::isDense(const BufferView &view) {
  Numbers dense = denseStrides(view.sizes);
  for (auto [axis, size] : llvm::enumerate(view.sizes))
    if (!IndexMath::is(size, 1) && view.strides[axis] != dense[axis])
      return false;
  return true;
}

bool BufferLowering::isContiguous(const BufferView &view) {
  return IndexMath::is(view.offset, 0) && isDense(view);
}

BufferView BufferLowering::at(const BufferView &view, int64_t axis,
                              Number index) {
  BufferView part = view;
  part.offset = math.add(view.offset, math.mul(index, view.strides[axis]));
  part.sizes.erase(part.sizes.begin() + axis);
  part.strides.erase(part.strides.begin() + axis);
  return part;
}

BufferView BufferLowering::slice(const BufferView &view, int64_t axis,
                                 Number start, Number size, Number step) {
  BufferView part = view;
  part.offset = math.add(view.offset, math.mul(start, view.strides[axis]));
  part.sizes[axis] = size;
  part.strides[axis] = math.mul(step, view.strides[axis]);
  return part;
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

//===- Shapes
//--------------------------------------------------------------===//

Numbers BufferLowering::broadcast(ArrayRef<Numbers> shapes) {
  size_t rank = 0;
  for (const Numbers &shape : shapes)
    rank = std::max(rank, shape.size());
  Numbers result(rank, math.constant(1));
  for (const Numbers &shape : shapes) {
    size_t lead = rank - shape.size();
    for (auto [position, size] : llvm::enumerate(shape)) {
      Number &merged = result[lead + position];
      if (merged == size || IndexMath::is(size, 1))
        continue;
      if (IndexMath::is(merged, 1)) {
        merged = size;
        continue;
      }
      // A static size other than 1 is the result's, if the sizes fit at all.
      Number one = math.constant(1);
      Number bad = math.isFalse(math.equal(merged, size));
      bad = math.min(bad, math.isFalse(math.equal(merged, one)));
      bad = math.min(bad, math.isFalse(math.equal(size, one)));
      failIf(bad, RunStatus::BadShape);
      if (IndexMath::known(size))
        merged = size;
      else if (!IndexMath::known(merged))
        merged = math.select(math.equal(merged, one), size, merged);
    }
  }
  return result;
}

void BufferLowering::checkBroadcasts(ArrayRef<Number> own,
                                     ArrayRef<Number> sizes) {
  assert(own.size() <= sizes.size() && "broadcasts to a lower rank");
  for (auto [size, to] : llvm::zip_equal(own, sizes.take_back(own.size()))) {
    if (size == to || IndexMath::is(size, 1))
      continue;
    Number repeats = math.equal(size, math.constant(1));
    failIf(math.min(math.isFalse(repeats), math.isFalse(math.equal(size, to))),
           RunStatus::BadShape);
  }
}

void BufferLowering::checkSame(Number lhs, Number rhs) {
  failIf(math.isFalse(math.equal(lhs, rhs)), RunStatus::BadShape);
}

BufferView BufferLowering::broadcastTo(const BufferView &view,
                                       ArrayRef<Number> sizes) {
  size_t lead = sizes.size() - view.sizes.size();
  BufferView result{view.base, view.offset, Numbers(sizes), {}};
  Number zero = math.constant(0), one = math.constant(1);
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    if (axis < lead) {
      result.strides.push_back(zero);
      continue;
    }
    Number own = view.sizes[axis - lead], stride = view.strides[axis - lead];
    if (own != size)
      stride = math.select(math.equal(own, one), zero, stride);
    result.strides.push_back(stride);
  }
  return result;
}

void BufferLowering::failIf(Number truth, RunStatus status) {
  if (IndexMath::is(truth, 0))
    return;
  rt::FailIfOp::create(builder, loc, math.condition(truth),
                       builder.getI32IntegerAttr(static_cast<int>(status)));
}

Number BufferLowering::wrapIndex(Number index, Number size) {
  Number zero = math.constant(0);
  Number wrapped =
      math.select(math.less(index, zero), math.add(index, size), index);
  failIf(math.max(math.less(wrapped, zero),
                  math.isFalse(math.less(wrapped, size))),
         RunStatus::BadIndex);
  return wrapped;
}

Value BufferLowering::pastLength() {
  if (!past) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(exec.getParentBlock());
    past = rt::PastLengthOp::create(builder, loc, builder.getIndexType(), exec);
  }
  return past;
}
