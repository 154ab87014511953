#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet;

KernelEmitter::Emitted KernelEmitter::emitControl(Operation *op) {
  return llvm::TypeSwitch<Operation *, Emitted>(op)
      .Case([&](scf::ForOp loop) { return emitFor(loop); })
      .Case([&](scf::WhileOp loop) { return emitWhile(loop); })
      .Case([&](scf::IfOp branch) { return emitIf(branch); })
      .Default([](Operation *) { return std::nullopt; });
}

//===- values that blocks hand on
//----------------------------------------------===//

FailureOr<Scalars> KernelEmitter::makeVariables(Operation *op,
                                                TypeRange types) {
  Scalars variables;
  for (Type type : types) {
    FailureOr<SmallVector<Type>> scalars = scalarTypes(op, type);
    if (failed(scalars))
      return failure();
    for (Type scalar : *scalars)
      variables.push_back(builder->variable(scalar));
  }
  return variables;
}

void KernelEmitter::write(const Scalars &variables, const Scalars &scalars) {
  for (auto [variable, scalar] : llvm::zip_equal(variables, scalars))
    builder->write(variable, scalar);
}

void KernelEmitter::readInto(const Scalars &variables, ValueRange results) {
  const Value *next = variables.begin();
  for (Value result : results) {
    size_t count = scalarTypes(kernel, result.getType())->size();
    Scalars scalars;
    for (size_t i = 0; i < count; ++i)
      scalars.push_back(builder->read(*next++));
    set(result, std::move(scalars));
  }
}

//===- loops
//------------------------------------------------------------------===//

/// Blocks of a structured loop: the condition is made in `test`.
struct KernelEmitter::Loop {
  spirv::LoopOp op;
  Block *header, *test, *body, *next, *merge;
};

KernelEmitter::Loop KernelEmitter::beginLoop() {
  ScalarBuilder &b = *builder;
  Loop loop;
  loop.op = spirv::LoopOp::create(b, spirv::LoopControl::None);
  loop.op.addEntryAndMergeBlock(b);
  loop.merge = loop.op.getMergeBlock();
  loop.header = b.createBlock(loop.merge);
  loop.test = b.createBlock(loop.merge);
  loop.body = b.createBlock(loop.merge);
  loop.next = b.createBlock(loop.merge);
  b.setInsertionPointToEnd(loop.op.getEntryBlock());
  spirv::BranchOp::create(b, loop.header);
  b.setInsertionPointToEnd(loop.header);
  spirv::BranchOp::create(b, loop.test);
  b.setInsertionPointToEnd(loop.test);
  return loop;
}

/// With the insertion point in `next`, where the loop goes on.
void KernelEmitter::endLoop(Loop &loop) {
  spirv::BranchOp::create(*builder, loop.header);
  builder->setInsertionPointAfter(loop.op);
}

LogicalResult KernelEmitter::emitFor(scf::ForOp op) {
  ScalarBuilder &b = *builder;
  Value end = getOne(op.getUpperBound()), step = getOne(op.getStep());
  Value counter = b.variable(end.getType());
  FailureOr<Scalars> carried = makeVariables(op, TypeRange(op.getInitArgs()));
  if (failed(carried))
    return failure();
  b.write(counter, getOne(op.getLowerBound()));
  write(*carried, get(op.getInitArgs()));
  Loop loop = beginLoop();
  Value i = b.read(counter);
  Value goesOn = op.getUnsignedCmp()
                     ? Value(spirv::ULessThanOp::create(b, i, end))
                     : Value(spirv::SLessThanOp::create(b, i, end));
  spirv::BranchConditionalOp::create(b, goesOn, loop.body, ValueRange(),
                                     loop.merge, ValueRange());
  b.setInsertionPointToEnd(loop.body);
  set(op.getInductionVar(), {i});
  readInto(*carried, op.getRegionIterArgs());
  if (failed(emitBlock(*op.getBody())))
    return failure();
  write(*carried, get(op.getYieldedValues()));
  spirv::BranchOp::create(b, loop.next);
  b.setInsertionPointToEnd(loop.next);
  b.write(counter, b.add(i, step));
  endLoop(loop);
  readInto(*carried, op.getResults());
  return success();
}

LogicalResult KernelEmitter::emitWhile(scf::WhileOp op) {
  ScalarBuilder &b = *builder;
  FailureOr<Scalars> before = makeVariables(op, TypeRange(op.getInits()));
  FailureOr<Scalars> after = makeVariables(op, op.getResultTypes());
  if (failed(before) || failed(after))
    return failure();
  write(*before, get(op.getInits()));
  Loop loop = beginLoop();
  readInto(*before, op.getBeforeArguments());
  if (failed(emitBlock(*op.getBeforeBody())))
    return failure();
  scf::ConditionOp condition = op.getConditionOp();
  write(*after, get(condition.getArgs()));
  spirv::BranchConditionalOp::create(b, getOne(condition.getCondition()),
                                     loop.body, ValueRange(), loop.merge,
                                     ValueRange());
  b.setInsertionPointToEnd(loop.body);
  readInto(*after, op.getAfterArguments());
  if (failed(emitBlock(*op.getAfterBody())))
    return failure();
  write(*before, get(op.getYieldOp().getResults()));
  spirv::BranchOp::create(b, loop.next);
  b.setInsertionPointToEnd(loop.next);
  endLoop(loop);
  readInto(*after, op.getResults());
  return success();
}

void KernelEmitter::emitCount(Value count, function_ref<void(Value)> body) {
  ScalarBuilder &b = *builder;
  Value counter = b.variable(count.getType());
  b.write(counter, b.i64(0));
  Loop loop = beginLoop();
  Value i = b.read(counter);
  Value goesOn = spirv::SLessThanOp::create(b, i, count);
  spirv::BranchConditionalOp::create(b, goesOn, loop.body, ValueRange(),
                                     loop.merge, ValueRange());
  b.setInsertionPointToEnd(loop.body);
  body(i);
  spirv::BranchOp::create(b, loop.next);
  b.setInsertionPointToEnd(loop.next);
  b.write(counter, b.add(i, b.i64(1)));
  endLoop(loop);
}

//===- branches
//---------------------------------------------------------------===//

LogicalResult KernelEmitter::emitIf(scf::IfOp op) {
  ScalarBuilder &b = *builder;
  Value condition = getOne(op.getCondition());
  FailureOr<Scalars> variables = makeVariables(op, op.getResultTypes());
  if (failed(variables))
    return failure();
  auto selection = spirv::SelectionOp::create(b, spirv::SelectionControl::None);
  selection.addMergeBlock(b);
  Block *merge = selection.getMergeBlock();
  Block *header = b.createBlock(merge), *then = b.createBlock(merge);
  Block *otherwise = op.elseBlock() ? b.createBlock(merge) : merge;
  b.setInsertionPointToEnd(header);
  spirv::BranchConditionalOp::create(b, condition, then, ValueRange(),
                                     otherwise, ValueRange());
  auto emitSide = [&](Block *from, Block *to) {
    b.setInsertionPointToEnd(to);
    if (failed(emitBlock(*from)))
      return failure();
    write(*variables, get(from->getTerminator()->getOperands()));
    spirv::BranchOp::create(b, merge);
    return success();
  };
  if (failed(emitSide(op.thenBlock(), then)) ||
      (op.elseBlock() && failed(emitSide(op.elseBlock(), otherwise))))
    return failure();
  b.setInsertionPointAfter(selection);
  readInto(*variables, op.getResults());
  return success();
}
