#include "compiler/Conversion/LanesToThreads/LaneEmitter.h"

#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet;

Value LaneEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}
Value LaneEmitter::i32(int64_t value) {
  return arith::ConstantIntOp::create(b, int32_t(value), 32);
}

//===- values -------------------------------------------------------------===//

int64_t LaneEmitter::sizeOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getNumElements() : 1;
}

int64_t LaneEmitter::countOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector)
    return 1;
  if (vector.getRank() != 1 || vector.isScalable())
    return 0;
  int64_t size = vector.getNumElements();
  if (size % lanes == 0)
    return size / lanes;
  return lanes % size == 0 ? 1 : 0;
}

LaneEmitter::Scalars LaneEmitter::get(Value value) {
  auto found = values.find(value);
  assert(found != values.end() && "used before it was emitted");
  return found->second;
}

LaneEmitter::Scalars LaneEmitter::get(ValueRange range) {
  Scalars all;
  for (Value value : range)
    llvm::append_range(all, get(value));
  return all;
}

SmallVector<Type> LaneEmitter::scalarTypes(TypeRange types) {
  SmallVector<Type> scalars;
  for (Type type : types)
    scalars.append(countOf(type),
                   isa<VectorType>(type) ? getElementTypeOrSelf(type) : type);
  return scalars;
}

void LaneEmitter::setAll(ValueRange to, ValueRange scalars) {
  for (Value value : to) {
    int64_t count = countOf(value.getType());
    set(value, Scalars(scalars.take_front(count)));
    scalars = scalars.drop_front(count);
  }
}

//===- the function -------------------------------------------------------===//

LogicalResult LaneEmitter::run() {
  if (!function.getBody().hasOneBlock())
    return failure();
  Block &old = function.getBody().front();
  Block *block = b.createBlock(
      &function.getBody(), function.getBody().end(), old.getArgumentTypes(),
      SmallVector<Location>(old.getNumArguments(), function.getLoc()));
  lane = device::LaneOp::create(b);
  laneWord = arith::IndexCastUIOp::create(b, b.getI32Type(), lane);
  setAll(old.getArguments(), block->getArguments());
  if (failed(emitBlock(old))) {
    block->dropAllReferences();
    block->erase();
    return failure();
  }
  func::ReturnOp::create(b);
  old.dropAllReferences();
  old.erase();
  return success();
}

LogicalResult LaneEmitter::emitBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(emitOp(&op))) {
      // The innermost one.
      obstacle = obstacle ? obstacle : &op;
      return failure();
    }
  return success();
}

void LaneEmitter::cloneScalar(Operation *op) {
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, getOne(operand));
  Operation *clone = b.clone(*op, mapping);
  setAll(op->getResults(), clone->getResults());
}

LogicalResult LaneEmitter::emitOp(Operation *op) {
  b.setLoc(op->getLoc());
  for (Type type : op->getResultTypes())
    if (!countOf(type))
      return failure();
  for (Type type : op->getOperandTypes())
    if (!countOf(type))
      return failure();
  for (auto emit : {&LaneEmitter::emitControl, &LaneEmitter::emitMemory,
                    &LaneEmitter::emitVector, &LaneEmitter::emitElementwise})
    if (Emitted result = (this->*emit)(op))
      return *result;
  auto isVector = llvm::IsaPred<VectorType>;
  if (op->getNumRegions() || llvm::any_of(op->getOperandTypes(), isVector) ||
      llvm::any_of(op->getResultTypes(), isVector))
    return failure();
  cloneScalar(op);
  return success();
}

//===- control ------------------------------------------------------------===//

LaneEmitter::Emitted LaneEmitter::emitControl(Operation *op) {
  return llvm::TypeSwitch<Operation *, Emitted>(op)
      .Case([&](scf::ForOp loop) { return emitFor(loop); })
      .Case([&](scf::IfOp branch) { return emitIf(branch); })
      .Case([&](scf::WhileOp loop) { return emitWhile(loop); })
      .Default([](Operation *) { return std::nullopt; });
}

LogicalResult LaneEmitter::emitFor(scf::ForOp op) {
  enterLoop(op);
  auto loop = scf::ForOp::create(b, getOne(op.getLowerBound()),
                                 getOne(op.getUpperBound()),
                                 getOne(op.getStep()), get(op.getInitArgs()));
  loop->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  loop.setUnsignedCmp(op.getUnsignedCmp());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  set(op.getInductionVar(), {loop.getInductionVar()});
  setAll(op.getRegionIterArgs(), loop.getRegionIterArgs());
  LogicalResult result = emitBlock(*op.getBody());
  if (succeeded(result) && op.getNumResults())
    scf::YieldOp::create(b, get(op.getYieldedValues()));
  if (failed(result))
    return failure();
  setAll(op.getResults(), loop.getResults());
  return success();
}

LogicalResult LaneEmitter::emitIf(scf::IfOp op) {
  auto branch =
      scf::IfOp::create(b, scalarTypes(op.getResultTypes()),
                        getOne(op.getCondition()), op.elseBlock() != nullptr);
  bool read = hasRead, wrote = hasWritten, anyRead = read, anyWritten = wrote;
  auto emitSide = [&](Block *from, Block *to) {
    hasRead = read;
    hasWritten = wrote;
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(to);
    if (failed(emitBlock(*from)))
      return failure();
    if (op.getNumResults())
      scf::YieldOp::create(b, get(from->getTerminator()->getOperands()));
    anyRead |= hasRead;
    anyWritten |= hasWritten;
    return success();
  };
  if (failed(emitSide(op.thenBlock(), branch.thenBlock())) ||
      (op.elseBlock() && failed(emitSide(op.elseBlock(), branch.elseBlock()))))
    return failure();
  hasRead = anyRead;
  hasWritten = anyWritten;
  setAll(op.getResults(), branch.getResults());
  return success();
}

LogicalResult LaneEmitter::emitWhile(scf::WhileOp op) {
  enterLoop(op);
  auto loop = scf::WhileOp::create(b, scalarTypes(op.getResultTypes()),
                                   get(op.getInits()));
  auto emitRegion = [&](Region &from, Region &to) {
    SmallVector<Type> types = scalarTypes(from.getArgumentTypes());
    Block *block = b.createBlock(
        &to, to.end(), types, SmallVector<Location>(types.size(), op.getLoc()));
    setAll(from.getArguments(), block->getArguments());
    return emitBlock(from.front());
  };
  OpBuilder::InsertionGuard guard(b);
  if (failed(emitRegion(op.getBefore(), loop.getBefore())))
    return failure();
  scf::ConditionOp condition = op.getConditionOp();
  scf::ConditionOp::create(b, getOne(condition.getCondition()),
                           get(condition.getArgs()));
  // Here the loop ends, not behind what follows.
  bool read = hasRead, wrote = hasWritten;
  if (failed(emitRegion(op.getAfter(), loop.getAfter())))
    return failure();
  hasRead = read;
  hasWritten = wrote;
  scf::YieldOp::create(b, get(op.getYieldOp().getResults()));
  setAll(op.getResults(), loop.getResults());
  return success();
}

//===- element by element -------------------------------------------------===//

/// The number of a thread whose vector's elements [first, first + size) are
/// constants.
Value LaneEmitter::constantOf(DenseElementsAttr value, int64_t first,
                              int64_t size) {
  SmallVector<Attribute> elements(value.getValues<Attribute>());
  auto at = [&](int64_t i) -> Value {
    return arith::ConstantOp::create(b, cast<TypedAttr>(elements[first + i]));
  };
  Value result = at(0);
  for (int64_t i = 1; i < size; ++i) {
    if (elements[first + i] == elements[first])
      continue;
    uint64_t bits = 0;
    for (int64_t t = i; t < lanes; t += size)
      bits |= uint64_t(1) << t;
    result = arith::SelectOp::create(b, laneBit(bits), at(i), result);
  }
  return result;
}

LaneEmitter::Emitted LaneEmitter::emitElementwise(Operation *op) {
  if (op->getNumResults() != 1 || !isa<VectorType>(op->getResult(0).getType()))
    return std::nullopt;
  Type type = op->getResult(0).getType();
  Type element = getElementTypeOrSelf(type);
  int64_t count = countOf(type), size = std::min(sizeOf(type), lanes);
  Scalars results;
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto value = dyn_cast<DenseElementsAttr>(constant.getValue());
    if (!value)
      return failure();
    for (int64_t i = 0; i < count; ++i)
      results.push_back(constantOf(value, i * lanes, size));
    set(op->getResult(0), std::move(results));
    return success();
  }
  bool isPoison = isa<ub::PoisonOp>(op);
  if (!isPoison && !op->hasTrait<OpTrait::Elementwise>())
    return std::nullopt;
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<Value> operands;
    // The condition of a select may be one for all elements.
    for (Value operand : op->getOperands()) {
      Scalars all = get(operand);
      operands.push_back(all.size() == 1 ? all[0] : all[i]);
    }
    results.push_back(isPoison ? Value(ub::PoisonOp::create(b, element))
                               : b.create(op->getLoc(),
                                          op->getName().getIdentifier(),
                                          operands, element, op->getAttrs())
                                     ->getResult(0));
  }
  set(op->getResult(0), std::move(results));
  return success();
}
