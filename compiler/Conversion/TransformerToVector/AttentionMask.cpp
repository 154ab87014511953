//===- AttentionMask.cpp - masks and the keys that they leave -------------===//

#include "compiler/Conversion/TransformerToVector/AttentionEmitter.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;
using namespace bitnet::transformer;

/// Where the mask's row for `slot` begins, without the last axis.
AttentionEmitter::Values AttentionEmitter::maskIndices(Slot slot) {
  int64_t rank = cast<MemRefType>(op.getMask().getType()).getRank();
  Value position[] = {batch, slot.head, slot.row};
  Values indices;
  for (int64_t axis = 0; axis + 1 < rank; ++axis)
    indices.push_back(
        broadcastIndex(b, op.getMask(), axis, position[axis + 4 - rank]));
  return indices;
}

/// 16 lanes of the mask: f32, or i1 for a mask of i1. Lanes that `lanes` leaves
/// out are not read and give 0.
Value AttentionEmitter::loadMask(Values indices, Value lanes) {
  Value mask = op.getMask();
  if (cast<MemRefType>(mask.getType()).getElementType().isF32())
    return b.load(mask, indices, lanes);
  // A memref of i1 has a byte for each, a vector of i1 in memory has a bit:
  // read bytes.
  Value offset = b.index(0);
  for (auto [axis, index] : llvm::enumerate(indices))
    offset = b.add(b.mul(offset, b.dim(mask, axis)), index);
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, mask);
  Value integer =
      arith::IndexCastOp::create(b, b.getI64Type(), b.add(address, offset));
  Value pointer = LLVM::IntToPtrOp::create(
      b, LLVM::LLVMPointerType::get(b.getContext()), integer);
  auto bytes = VectorType::get({kLanes}, b.getI8Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(bytes));
  Value loaded = LLVM::MaskedLoadOp::create(b, bytes, pointer, lanes, zero,
                                            /*alignment=*/1);
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, loaded, zero);
}

/// Whether one value stands for all keys; null where that is known not to be.
Value AttentionEmitter::maskHasOneColumn() {
  auto type = cast<MemRefType>(op.getMask().getType());
  int64_t last = type.getRank() - 1;
  if (!type.isDynamicDim(last) && type.getDimSize(last) != 1)
    return {};
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                               b.dim(op.getMask(), last), b.index(1));
}

Value AttentionEmitter::addMask(Value scores, Slot slot, Value at,
                                Value lanes) {
  Value mask = op.getMask();
  if (!mask)
    return scores;
  auto type = cast<MemRefType>(mask.getType());
  int64_t rank = type.getRank();
  Values indices = maskIndices(slot);
  auto apply = [&](Value loaded) {
    if (type.getElementType().isF32())
      return b.fadd(scores, loaded);
    float fill = op.getFill() ? op.getFill()->convertToFloat()
                              : -std::numeric_limits<float>::infinity();
    return b.select(loaded, scores, b.splat(fill));
  };
  auto applyRow = [&] {
    Values position(indices);
    position.push_back(at);
    return apply(loadMask(position, lanes));
  };
  auto applySingle = [&] {
    Values position(indices);
    position.push_back(b.index(0));
    Value single = memref::LoadOp::create(b, mask, position);
    return apply(vector::BroadcastOp::create(
        b, VectorType::get({kLanes}, type.getElementType()), single));
  };
  if (!type.isDynamicDim(rank - 1))
    return type.getDimSize(rank - 1) == 1 ? applySingle() : applyRow();
  // One value for all keys, or one for each: known at run time only.
  auto choice =
      scf::IfOp::create(b, scores.getType(), maskHasOneColumn(), true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, applySingle());
  b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(b, applyRow());
  return choice.getResult(0);
}

std::pair<Value, Value> AttentionEmitter::visibleKeys(Value begin, Value end) {
  auto type = cast<MemRefType>(op.getMask().getType());
  bool isF32 = type.getElementType().isF32();
  // Heads often share the mask: then rows are looked at once.
  int64_t headAxis = type.getRank() - 3;
  bool shared = headAxis < 0 || type.getDimSize(headAxis) == 1;
  Value single = maskHasOneColumn();
  Value stop = single ? b.select(single, begin, end) : end;
  Value one = b.splat(1);
  Values range = b.loop(
      begin, stop, kLanes, {end, begin}, [&](Value at, ValueRange range) {
        Values any = b.loop(b.index(0), slots, shared ? group : 1, b.splat(0),
                            [&](Value index, ValueRange running) {
                              Slot slot = slotAt(index);
                              Value lanes =
                                  b.firstLanes(b.sub(seenBy(slot.row), at));
                              Values position = maskIndices(slot);
                              position.push_back(at);
                              Value visible = loadMask(position, lanes);
                              // NaN counts as visible: it has to reach the
                              // result.
                              if (isF32)
                                visible = arith::AndIOp::create(
                                    b, lanes,
                                    b.cmp(arith::CmpFPredicate::UGT, visible,
                                          b.splat(kAbsorbingMask)));
                              return Values{b.select(visible, one, running[0])};
                            });
        Value visible =
            b.cmp(arith::CmpFPredicate::OGT, b.foldMax(any[0]), b.f32(0));
        return Values{b.select(visible, b.min(range[0], at), range[0]),
                      b.select(visible, b.add(at, b.index(kLanes)), range[1])};
      });
  Value last = b.min(range[1], end);
  if (!single)
    return {range[0], last};
  return {b.select(single, begin, range[0]), b.select(single, end, last)};
}
