//===- BufferSizes.cpp - views of buffers and sizes that a run decides ----===//

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/IR/SizeBounds.h"

using namespace mlir;
using namespace bitnet;

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

Number BufferLowering::add(Number size, Number other) {
  Number sum = math.add(size, other);
  // Two sizes that are together above 2^63 wrap to a negative number.
  failIf(math.less(sum, math.constant(0)), RunStatus::BadShape);
  return sum;
}

Number BufferLowering::scale(Number size, Number factor) {
  Number product = math.mul(size, factor);
  std::optional<int64_t> a = IndexMath::known(size);
  std::optional<int64_t> b = IndexMath::known(factor);
  int64_t whole;
  if (a && b && llvm::MulOverflow(*a, *b, whole)) {
    failIf(math.constant(1), RunStatus::BadShape);
    return product;
  }
  if (std::optional<int64_t> bound = rt::getUpperBound(product);
      bound && *bound <= rt::kMostBytes)
    return product;
  Number zero = math.constant(0), one = math.constant(1);
  if (IndexMath::known(size))
    std::swap(size, factor);
  Number most = math.div(math.constant(rt::kMostBytes), math.max(factor, one));
  Number bad = math.max(math.less(size, zero), math.less(factor, zero));
  failIf(math.max(bad, math.less(most, size)), RunStatus::BadShape);
  return product;
}

Number BufferLowering::count(ArrayRef<Number> sizes) {
  Number product = math.constant(1);
  for (Number size : sizes)
    product = scale(product, size);
  return product;
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
