#include "compiler/Target/Codegen/MoveBFloats.h"

#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace {

/// The bf16 values of one function and their bits, as i16.
class BFloatMover {
public:
  explicit BFloatMover(Function &function)
      : function(function), word(Type::getInt16Ty(function.getContext())) {}

  void run();

private:
  /// What has a twin of its own, that is made without a bf16.
  static bool moves(Instruction &op) {
    return op.getType()->isBFloatTy() && isa<LoadInst, PHINode, SelectInst>(op);
  }
  Value *makeTwin(Instruction &op);
  Value *getBits(Value *value);
  void replaceUses(Instruction &op);

  Function &function;
  Type *word;
  DenseMap<Value *, Value *> twins;
};

} // namespace

/// The bits of a bf16 that is a constant, or that was made otherwise.
Value *BFloatMover::getBits(Value *value) {
  if (Value *twin = twins.lookup(value))
    return twin;
  if (auto *number = dyn_cast<ConstantFP>(value))
    return ConstantInt::get(word, number->getValueAPF().bitcastToAPInt());
  if (auto *constant = dyn_cast<Constant>(value))
    return ConstantExpr::getBitCast(constant, word);
  if (auto *cast = dyn_cast<BitCastInst>(value);
      cast && cast->getSrcTy() == word)
    return cast->getOperand(0);
  auto *op = dyn_cast<Instruction>(value);
  BasicBlock::iterator after =
      op ? std::next(op->getIterator()) : function.getEntryBlock().begin();
  while (isa<PHINode>(*after))
    ++after;
  return twins[value] =
             IRBuilder<>(after->getParent(), after).CreateBitCast(value, word);
}

Value *BFloatMover::makeTwin(Instruction &op) {
  IRBuilder<> builder(&op);
  if (auto *load = dyn_cast<LoadInst>(&op)) {
    LoadInst *twin = builder.CreateAlignedLoad(
        word, load->getPointerOperand(), load->getAlign(), load->isVolatile());
    twin->copyMetadata(*load);
    return twin;
  }
  if (auto *phi = dyn_cast<PHINode>(&op))
    return builder.CreatePHI(word, phi->getNumIncomingValues());
  auto *select = cast<SelectInst>(&op);
  return builder.CreateSelect(select->getCondition(),
                              getBits(select->getTrueValue()),
                              getBits(select->getFalseValue()));
}

/// Stores and bit casts of `op` take its bits; what computes with it gets them
/// as a bf16 where it stands.
void BFloatMover::replaceUses(Instruction &op) {
  Value *bits = twins.lookup(&op);
  for (Use &use : make_early_inc_range(op.uses())) {
    auto *user = cast<Instruction>(use.getUser());
    if (moves(*user))
      continue;
    IRBuilder<> builder(user);
    if (isa<BitCastInst>(user) && user->getType() == word) {
      user->replaceAllUsesWith(bits);
      // It would be left with an operand that is no more.
      user->eraseFromParent();
    } else if (auto *store = dyn_cast<StoreInst>(user)) {
      StoreInst *twin =
          builder.CreateAlignedStore(bits, store->getPointerOperand(),
                                     store->getAlign(), store->isVolatile());
      twin->copyMetadata(*store);
      store->eraseFromParent();
    } else {
      use.set(builder.CreateBitCast(bits, op.getType()));
    }
  }
}

void BFloatMover::run() {
  SmallVector<Instruction *> moved;
  for (BasicBlock *block : ReversePostOrderTraversal<Function *>(&function))
    for (Instruction &op : *block)
      if (moves(op))
        moved.push_back(&op);
  for (Instruction *op : moved)
    twins[op] = makeTwin(*op);
  for (Instruction *op : moved)
    if (auto *phi = dyn_cast<PHINode>(op))
      for (auto [value, block] :
           zip_equal(phi->incoming_values(), phi->blocks()))
        cast<PHINode>(twins[op])->addIncoming(getBits(value), block);
  for (Instruction *op : moved)
    replaceUses(*op);
  for (Instruction *op : moved)
    op->dropAllReferences();
  for (Instruction *op : moved)
    op->eraseFromParent();
}

void bitnet::moveBFloatsAsIntegers(Module &module) {
  for (Function &function : module)
    if (!function.isDeclaration())
      BFloatMover(function).run();
}
