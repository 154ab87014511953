//===- AttentionCache.cpp - the session's keys and values -----------------===//
//
// An f16 cache holds the numbers rounded to nearest even, those beyond its
// range its largest. An i8 cache holds, for each entry (the numbers of one
// token and head), with a = max |x|: the scale a / 127 and round(x * (127 / a))
// to nearest even; all zeros where a < 2^-120. These are the same bits on every
// target.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/AttentionEmitter.h"

#include "bitnet/module.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace bitnet::transformer;

/// The memref of a cache's symbol.
Value AttentionEmitter::openCache(FlatSymbolRefAttr name) {
  auto cache =
      SymbolTable::lookupNearestSymbolFrom<bitnet::rt::KVCacheOp>(op, name);
  if (!cache) {
    op.emitOpError("names ") << name << ", which is no rt.kv_cache";
    return {};
  }
  auto tensor = cast<RankedTensorType>(cache.getType());
  Type element = tensor.getElementType();
  bool isInteger = element.isInteger(8);
  if (!isa<Float32Type, Float16Type, BFloat16Type>(element) && !isInteger) {
    op.emitOpError("names ") << name << " of " << tensor
                             << ", expected f32, f16, bf16 or i8 elements";
    return {};
  }
  SmallVector<int64_t> shape(tensor.getShape());
  // Batch and length are the session's.
  shape[0] = shape[2] = ShapedType::kDynamic;
  if (isInteger)
    shape[3] += BITNET_KV_SCALE_BYTES;
  isScaled = isInteger;
  return bitnet::rt::KVOp::create(b, MemRefType::get(shape, element),
                                  op.getExec(), name, op.getLayer());
}

/// Where the scale of an entry lies, as LLVM pointer.
Value AttentionEmitter::scaleAddress(Value cache, Value batch, Value head,
                                     Value position) {
  Value offset = b.index(0);
  int64_t size = cast<MemRefType>(cache.getType()).getDimSize(3);
  Value indices[] = {batch, head, position,
                     b.index(size - BITNET_KV_SCALE_BYTES)};
  for (auto [axis, index] : llvm::enumerate(indices))
    offset = b.add(b.mul(offset, b.dim(cache, axis)), index);
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, cache);
  Value integer =
      arith::IndexCastOp::create(b, b.getI64Type(), b.add(address, offset));
  return LLVM::IntToPtrOp::create(b, LLVM::LLVMPointerType::get(b.getContext()),
                                  integer);
}

/// Appends one entry of i8.
void AttentionEmitter::appendScaled(Value entries, Value cache, ValueRange from,
                                    Value batch, Value head, Value position) {
  int64_t size = cast<MemRefType>(entries.getType()).getDimSize(3);
  auto bitsType = VectorType::get({kLanes}, b.getI32Type());
  auto constant = [&](int32_t value) -> Value {
    return arith::ConstantOp::create(b,
                                     DenseElementsAttr::get(bitsType, value));
  };
  auto load = [&](Value d, Value mask) {
    Values at(from);
    at.push_back(d);
    return b.load(entries, at, mask);
  };
  auto bits = [&](Value lanes) -> Value {
    return arith::BitcastOp::create(b, bitsType, lanes);
  };
  // As integers magnitudes have the order of floats, NaN being the largest.
  Value most = constant(0);
  int64_t full = size / kLanes * kLanes;
  auto grow = [&](Value running, Value lanes) -> Value {
    Value magnitude =
        arith::AndIOp::create(b, bits(lanes), constant(0x7fffffff));
    return arith::MaxUIOp::create(b, running, magnitude);
  };
  if (full)
    most = b.loop(b.index(0), b.index(full), kLanes, most,
                  [&](Value d, ValueRange running) {
                    return Values{grow(running[0], load(d, {}))};
                  })[0];
  if (full != size)
    most = grow(most, load(b.index(full), b.firstLanes(size - full)));
  Value largest = arith::BitcastOp::create(
      b, b.getF32Type(),
      vector::ReductionOp::create(b, vector::CombiningKind::MAXUI, most));
  Value tiny = b.cmp(arith::CmpFPredicate::OLT, largest, b.f32(0x1p-120f));
  auto unlessTiny = [&](Value x) { return b.select(tiny, b.f32(0), x); };
  Value scale = unlessTiny(b.fdiv(largest, b.f32(127)));
  Value inverse = b.broadcast(unlessTiny(b.fdiv(b.f32(127), largest)));
  auto bytes = VectorType::get({kLanes}, b.getI8Type());
  b.forLanes(size, [&](Value d, Value mask) {
    // Adding 1.5 * 2^23 rounds to an integer, which the low bits then are.
    Value rounded = b.fadd(b.fmul(load(d, mask), inverse), b.splat(0x1.8p23f));
    Value codes = arith::TruncIOp::create(b, bytes, bits(rounded));
    Values at = {batch, head, position, d};
    if (mask)
      vector::MaskedStoreOp::create(b, cache, at, mask, codes);
    else
      vector::StoreOp::create(b, codes, cache, at);
  });
  LLVM::StoreOp::create(b, scale, scaleAddress(cache, batch, head, position),
                        /*alignment=*/1);
}

/// Copies the step's entries behind the past ones.
void AttentionEmitter::appendEntries(Value entries, Value cache, Value past) {
  int64_t size = cast<MemRefType>(entries.getType()).getDimSize(3);
  Value heads = b.dim(entries, op.headAxis());
  Value length = b.dim(entries, op.lengthAxis());
  Value count = b.mul(b.mul(b.dim(entries, 0), heads), length);
  bool isHalf = cast<MemRefType>(cache.getType()).getElementType().isF16();
  // Rows in the order of the entries.
  Value inner = op.getTokenMajor() ? heads : length;
  Value outer = op.getTokenMajor() ? length : heads;
  b.parallelRows(
      op.getExec(), count, b.index(size), "kv_append", nullptr, [&](Value i) {
        Value low = b.rem(i, inner), rest = b.div(i, inner);
        Value high = b.rem(rest, outer), batch = b.div(rest, outer);
        Value head = op.getTokenMajor() ? low : high;
        Value position = b.add(past, op.getTokenMajor() ? high : low);
        if (isScaled)
          return appendScaled(entries, cache, {batch, high, low}, batch, head,
                              position);
        b.forLanes(size, [&](Value d, Value mask) {
          Value lanes = b.load(entries, {batch, high, low, d}, mask);
          if (isHalf)
            for (float limit : {65504.0f, -65504.0f}) {
              auto beyond = limit > 0 ? arith::CmpFPredicate::OGT
                                      : arith::CmpFPredicate::OLT;
              lanes = b.select(b.cmp(beyond, lanes, b.splat(limit)),
                               b.splat(limit), lanes);
            }
          b.store(lanes, cache, {batch, head, position, d}, mask);
        });
      });
}

LogicalResult AttentionEmitter::openCaches() {
  keys = openCache(op.getKeyCacheAttr());
  bool keysAreScaled = isScaled;
  values = openCache(op.getValueCacheAttr());
  if (!keys || !values)
    return failure();
  if (keysAreScaled != isScaled)
    return op.emitOpError("has caches ")
           << keys.getType() << " and " << values.getType()
           << ", expected i8 for both or none";
  isCached = true;
  Value past =
      bitnet::rt::PastLengthOp::create(b, b.getIndexType(), op.getExec());
  appendEntries(op.getKey(), keys, past);
  appendEntries(op.getValue(), values, past);
  total = b.add(past, total);
  return success();
}

void AttentionEmitter::loadScales(Value base, Value begin, Value end) {
  Value last = b.sub(total, b.index(1));
  // Of keys behind the end the last one's: their weights are 0.
  Value stop =
      b.mul(b.ceilDiv(b.sub(end, base), b.index(kLanes)), b.index(kLanes));
  b.loop(b.sub(begin, base), stop, 1, [&](Value i) {
    Value position = b.min(b.add(base, i), last);
    for (auto [cache, scales] :
         {std::pair(keys, keyScales), std::pair(values, valueScales)}) {
      Value scale = LLVM::LoadOp::create(
          b, b.getF32Type(), scaleAddress(cache, batch, kvHead, position),
          /*alignment=*/1);
      memref::StoreOp::create(b, scale, scales, i);
    }
  });
}
