#include "dialects/RT/Transforms/ArenaSizes.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/IR/SizeBounds.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace bitnet::rt;

int64_t bitnet::rt::bytesOfElement(MemRefType type) {
  Type element = type.getElementType();
  return element.isIndex()
             ? 8
             : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

Value ArenaSizes::unique(Operation *op, ValueRange operands) {
  std::vector<const void *> key = {
      op->getName().getAsOpaquePointer(),
      op->getAttrDictionary().getAsOpaquePointer(),
      op->getResult(0).getType().getAsOpaquePointer()};
  if (Attribute properties = op->getPropertiesAsAttribute())
    key.push_back(properties.getAsOpaquePointer());
  for (Value operand : operands)
    key.push_back(operand.getAsOpaquePointer());
  Value &value = known[key];
  if (value)
    return value;
  IRMapping mapping;
  mapping.map(op->getOperands(), operands);
  Operation *clone = builder.clone(*op, mapping);
  SmallVector<Value> folded;
  if (succeeded(builder.tryFold(clone, folded)) && !folded.empty()) {
    clone->erase();
    value = folded[0];
    if (Operation *constant = value.getDefiningOp();
        constant && constant->hasTrait<OpTrait::ConstantLike>())
      value = unique(constant, {});
    return value;
  }
  return value = clone->getResult(0);
}

Value ArenaSizes::constant(int64_t number) {
  OpBuilder detached(builder.getContext());
  auto op = arith::ConstantIndexOp::create(detached, loc, number);
  Value value = unique(op, {});
  op.erase();
  return value;
}

template <typename Op>
Value ArenaSizes::binary(Value a, Value b) {
  if (!a || !b)
    return {};
  OpBuilder detached(builder.getContext());
  auto op = Op::create(detached, loc, a, b);
  Value value = unique(op, {a, b});
  op->erase();
  return value;
}

Value ArenaSizes::max(Value a, Value b) {
  return a == b ? a : binary<arith::MaxSIOp>(a, b);
}
Value ArenaSizes::mul(Value a, Value b) { return binary<arith::MulIOp>(a, b); }

Value ArenaSizes::add(Value a, Value b) {
  Value sum = binary<arith::AddIOp>(a, b);
  std::optional<int64_t> bound = sum ? getUpperBound(sum) : std::nullopt;
  if (!sum || (bound && *bound <= kMostBytes))
    return sum;
  return binary<arith::MinSIOp>(sum, constant(kMostBytes));
}

Value ArenaSizes::isAbove(Value a, Value b) {
  OpBuilder detached(builder.getContext());
  auto op =
      arith::CmpIOp::create(detached, loc, arith::CmpIPredicate::sgt, a, b);
  Value value = unique(op, {a, b});
  op->erase();
  return value;
}

Value ArenaSizes::select(Value condition, Value a, Value b) {
  OpBuilder detached(builder.getContext());
  auto op = arith::SelectOp::create(detached, loc, condition, a, b);
  Value value = unique(op, {condition, a, b});
  op->erase();
  return value;
}

Value ArenaSizes::scale(Value bytes, Value size) {
  if (!bytes || !size)
    return {};
  std::optional<int64_t> most = getUpperBound(size);
  std::optional<int64_t> bound = getUpperBound(bytes);
  int64_t product;
  if (most && bound && !llvm::MulOverflow(*most, *bound, product) &&
      product <= kMostBytes)
    return mul(bytes, size);
  // A run with a negative size ends where that size is checked.
  if (!most)
    size = max(size, constant(0));
  if (matchPattern(bytes, m_One()))
    return size;
  // A quotient of constants folds.
  Value divisor = bytes, other = size;
  if (matchPattern(size, m_Constant()))
    std::swap(divisor, other);
  Value limit = constant(kMostBytes);
  Value quotient = binary<arith::DivSIOp>(limit, max(divisor, constant(1)));
  return select(isAbove(other, quotient), limit, mul(bytes, size));
}

Value ArenaSizes::bytesOf(MemRefType type, ValueRange dynamicSizes) {
  Value fixed = constant(bytesOfElement(type)), bytes = constant(1);
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      fixed = scale(fixed, constant(size));
  // What a run decides first: what scales it then is known.
  for (Value size : dynamicSizes)
    bytes = scale(bytes, size);
  return scale(bytes, fixed);
}

Value ArenaSizes::bytesOf(memref::AllocOp alloc, int64_t alignment) {
  SmallVector<Value> sizes;
  for (Value size : alloc.getDynamicSizes()) {
    sizes.push_back(hoist(size));
    if (!sizes.back())
      return {};
  }
  Value rounded = add(bytesOf(alloc.getType(), sizes), constant(alignment - 1));
  return binary<arith::AndIOp>(rounded, constant(-alignment));
}

Value ArenaSizes::hoist(OpFoldResult size) {
  if (auto attribute = dyn_cast<Attribute>(size))
    return constant(cast<IntegerAttr>(attribute).getInt());
  return hoist(cast<Value>(size));
}

Value ArenaSizes::hoist(Value value) {
  if (auto found = hoisted.find(value); found != hoisted.end())
    return found->second;
  Value result;
  if (Operation *op = value.getDefiningOp())
    result = hoistOp(op);
  else if (isa<ExecType>(value.getType()))
    result = value;
  hoisted[value] = result;
  return result;
}

/// Whether the second operand is a divisor, which must not be zero when the
/// operation runs earlier than its guard.
static bool divides(Operation *op) {
  return isa<arith::DivSIOp, arith::DivUIOp, arith::CeilDivSIOp,
             arith::CeilDivUIOp, arith::FloorDivSIOp, arith::RemSIOp,
             arith::RemUIOp>(op);
}

Value ArenaSizes::hoistOp(Operation *op) {
  if (auto dimOp = dyn_cast<memref::DimOp>(op)) {
    std::optional<int64_t> axis = dimOp.getConstantIndex();
    return axis ? dim(dimOp.getSource(), *axis) : Value();
  }
  bool readsExec = isa<InputOp, KVOp, PastLengthOp, LogitRowsOp>(op);
  bool computes = op->getNumResults() == 1 && op->getNumRegions() == 0 &&
                  isMemoryEffectFree(op) &&
                  isa<IndexType, IntegerType>(op->getResult(0).getType()) &&
                  op->getDialect()->getNamespace() != "llvm";
  if (!readsExec && !computes)
    return {};
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    operands.push_back(hoist(operand));
    if (!operands.back())
      return {};
  }
  if (divides(op) && operands[1].getType().isIndex())
    operands[1] = max(operands[1], constant(1));
  else if (divides(op) && !matchPattern(operands[1], m_Constant()))
    return {};
  return unique(op, operands);
}

Value ArenaSizes::dim(Value memref, int64_t axis) {
  auto type = cast<MemRefType>(memref.getType());
  if (axis < 0 || axis >= type.getRank())
    return {};
  if (!type.isDynamicDim(axis))
    return constant(type.getDimSize(axis));
  if (auto result = dyn_cast<OpResult>(memref))
    return dim(result.getOwner(), result, axis);
  // A loop's buffer keeps its shape from one iteration to the next.
  auto argument = cast<BlockArgument>(memref);
  auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
  if (!loop)
    return {};
  return dim(loop.getTiedLoopInit(argument)->get(), axis);
}

Value ArenaSizes::dim(Operation *op, OpResult result, int64_t axis) {
  auto type = cast<MemRefType>(result.getType());
  if (auto alloc = dyn_cast<memref::AllocOp>(op))
    return hoist(alloc.getDynamicSizes()[type.getDynamicDimIndex(axis)]);
  if (auto alloc = dyn_cast<memref::AllocaOp>(op))
    return hoist(alloc.getDynamicSizes()[type.getDynamicDimIndex(axis)]);
  if (auto view = dyn_cast<memref::ViewOp>(op))
    return hoist(view.getSizes()[type.getDynamicDimIndex(axis)]);
  if (auto cast = dyn_cast<memref::CastOp>(op))
    return isa<MemRefType>(cast.getSource().getType())
               ? dim(cast.getSource(), axis)
               : Value();
  if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
    return hoist(expand.getMixedOutputShape()[axis]);
  if (auto collapse = dyn_cast<memref::CollapseShapeOp>(op)) {
    Value product = constant(1);
    for (int64_t source : collapse.getReassociationIndices()[axis])
      product = mul(product, dim(collapse.getSrc(), source));
    return product;
  }
  if (auto subview = dyn_cast<memref::SubViewOp>(op)) {
    SmallVector<OpFoldResult> sizes = subview.getMixedSizes();
    llvm::SmallBitVector dropped = subview.getDroppedDims();
    for (auto [i, size] : llvm::enumerate(sizes))
      if (!dropped.test(i) && axis-- == 0)
        return hoist(size);
    return {};
  }
  if (auto reinterpret = dyn_cast<memref::ReinterpretCastOp>(op))
    return hoist(reinterpret.getMixedSizes()[axis]);
  if (auto transpose = dyn_cast<memref::TransposeOp>(op))
    return dim(transpose.getIn(),
               transpose.getPermutation().getDimPosition(axis));
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return dim(loop.getTiedLoopInit(result)->get(), axis);
  if (!isa<InputOp, KVOp>(op))
    return {};
  Value source = hoist(result);
  if (!source)
    return {};
  OpBuilder detached(builder.getContext());
  Value index = constant(axis);
  auto dimOp = memref::DimOp::create(detached, loc, source, index);
  Value value = unique(dimOp, {source, index});
  dimOp.erase();
  return value;
}
