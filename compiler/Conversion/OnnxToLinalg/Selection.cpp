//===- Selection.cpp - results whose places depend on data ----------------===//

#include "compiler/Conversion/OnnxToLinalg/Loops.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {
/// A vector of i64 in memory.
struct Places {
  BufferLowering &lowering;
  BufferView view;

  Places(BufferLowering &lowering, Number size)
      : lowering(lowering),
        view(lowering.alloc(lowering.builder.getI64Type(), size)) {}
  Places(BufferLowering &lowering, BufferView view)
      : lowering(lowering), view(std::move(view)) {}

  Number load(Number at) {
    return arith::IndexCastOp::create(lowering.builder, lowering.getLoc(),
                                      lowering.builder.getIndexType(),
                                      lowering.load(view, at))
        .getResult();
  }
  void store(Number value, Number at) {
    lowering.store(arith::IndexCastOp::create(lowering.builder,
                                              lowering.getLoc(),
                                              lowering.builder.getI64Type(),
                                              lowering.math.value(value)),
                   view, at);
  }
};
} // namespace

/// All elements in row-major order, as a vector.
static BufferView flatten(Value tensor, BufferLowering &lowering) {
  BufferView view = lowering.contiguousView(tensor);
  Number count = lowering.math.product(view.sizes);
  return {view.base, view.offset, {count}, {lowering.math.constant(1)}};
}

/// Lists the places below `size` where `holds` in `places`, which has `size`
/// elements; gives their number.
static Number listPlaces(Places &places, Number size,
                         function_ref<Value(Number)> holds) {
  BufferLowering &lowering = places.lowering;
  IndexMath &math = lowering.math;
  auto step = [&](ArrayRef<Number> index, ValueRange state) {
    // What does not count is overwritten by the next one, or not read.
    Number count = state[0];
    places.store(index[0], count);
    Number counts = math.truth(holds(index[0]));
    return SmallVector<Value>{math.value(math.add(count, counts))};
  };
  return foldLoops(lowering, size, math.value(math.constant(0)), step)[0];
}

//===- Compress, NonZero
//----------------------------------------------------===//

static LogicalResult lowerCompress(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  bool isFlat = !op->hasAttr("axis");
  BufferView data = isFlat ? flatten(op->getOperand(0), lowering)
                           : lowering.view(op->getOperand(0));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, data.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << data.getRank();
  BufferView condition = lowering.view(op->getOperand(1));
  Number given = condition.sizes[0];
  lowering.failIf(math.less(data.sizes[axis], given), RunStatus::BadShape);
  Places places(lowering, given);
  Number count = listPlaces(places, given, [&](Number place) {
    return lowering.load(condition, place);
  });
  Numbers sizes = data.sizes;
  sizes[axis] = count;
  BufferView result = lowering.alloc(getTensorType(op->getResult(0)), sizes);
  lowering.forEachIndex(count, [&](ArrayRef<Number> place) {
    lowering.copy(lowering.at(data, axis, places.load(place[0])),
                  lowering.at(result, axis, place[0]));
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

static LogicalResult lowerNonZero(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  Numbers sizes = lowering.sizes(op->getOperand(0));
  BufferView data = flatten(op->getOperand(0), lowering);
  Places places(lowering, data.sizes[0]);
  Number count = listPlaces(places, data.sizes[0], [&](Number place) -> Value {
    ScalarMath scalar(lowering.builder, lowering.getLoc());
    Value x = lowering.load(data, place);
    if (isa<FloatType>(x.getType())) {
      x = scalar.widen(x);
      return scalar.compare(CmpFPredicate::UNE, x,
                            scalar.constant(x.getType(), 0));
    }
    return scalar.compare(CmpIPredicate::ne, x, scalar.integer(x.getType(), 0));
  });
  int64_t rank = sizes.size();
  BufferView result = lowering.alloc(getTensorType(op->getResult(0)),
                                     {math.constant(rank), count});
  lowering.forEachIndex(count, [&](ArrayRef<Number> place) {
    Number left = places.load(place[0]);
    for (int64_t axis = rank; axis-- > 0;) {
      Places row(lowering, lowering.at(result, 0, math.constant(axis)));
      row.store(math.rem(left, sizes[axis]), place[0]);
      left = math.div(left, sizes[axis]);
    }
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- TopK
//-----------------------------------------------------------------===//

/// Whether `a` is above `b`, NaN being above all numbers and equal to itself.
static Value isAbove(ScalarMath &math, Type element, Value a, Value b) {
  if (!isa<FloatType>(element))
    return math.compare(
        isUnsigned(element) ? CmpIPredicate::ugt : CmpIPredicate::sgt, a, b);
  a = math.widen(a);
  b = math.widen(b);
  // Unordered or above, and b is a number.
  Value above = math.compare(CmpFPredicate::UGT, a, b);
  Value isNumber = math.compare(CmpFPredicate::ORD, b, b);
  return math.select(isNumber, above, isNumber);
}

/// Inserts `x`, which is at `place`, into the sorted lists `values` and
/// `places` of `count` (at least 1) elements, of which place or all are there.
static void insertSorted(const BufferView &values, const BufferView &places,
                         Number count, Value x, Number place, Type element,
                         bool largest, BufferLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.getLoc();
  IndexMath &math = lowering.math;
  Number one = math.constant(1), last = math.sub(count, one);
  auto place64 = [&](Number index) {
    return arith::IndexCastOp::create(builder, loc, builder.getI64Type(),
                                      math.value(index));
  };
  auto loop = scf::WhileOp::create(
      builder, loc, TypeRange{builder.getIndexType()},
      ValueRange{math.value(math.min(place, count))},
      [&](OpBuilder &, Location, ValueRange state) {
        ScalarMath scalar(builder, loc);
        Number before = math.max(math.sub(state[0], one), math.constant(0));
        Value other = lowering.load(values, before);
        Value better = largest ? isAbove(scalar, element, x, other)
                               : isAbove(scalar, element, other, x);
        Value some = math.condition(math.less(math.constant(0), state[0]));
        scf::ConditionOp::create(
            builder, loc, arith::AndIOp::create(builder, loc, some, better),
            state);
      },
      [&](OpBuilder &, Location, ValueRange state) {
        // The last one falls out: it moves to its own place.
        Number to = math.min(state[0], last), from = math.sub(state[0], one);
        lowering.store(lowering.load(values, from), values, to);
        lowering.store(lowering.load(places, from), places, to);
        scf::YieldOp::create(builder, loc, math.value(from));
      });
  Number at = loop.getResult(0), to = math.min(at, last);
  Value isIn = math.condition(math.less(at, count));
  ScalarMath scalar(builder, loc);
  lowering.store(scalar.select(isIn, x, lowering.load(values, to)), values, to);
  lowering.store(scalar.select(isIn, place64(place), lowering.load(places, to)),
                 places, to);
}

static LogicalResult lowerTopK(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView from = lowering.view(op->getOperand(0));
  int64_t axis = getIntAttr(op, "axis", -1);
  if (!normalizeAxis(axis, from.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << from.getRank();
  Number count = math.constant(getIntAttr(op, "k", 0));
  if (Value given = getOperandIfAny(op, 1)) {
    std::optional<Numbers> scalar = lowering.scalars(given);
    if (!scalar || scalar->size() != 1)
      return op->emitError("has k of type ")
             << given.getType() << ", expected one integer";
    count = scalar->front();
  }
  Number zero = math.constant(0), size = from.sizes[axis];
  lowering.failIf(math.max(math.less(count, zero), math.less(size, count)),
                  RunStatus::BadShape);
  Type element = getTensorType(op->getOperand(0)).getElementType();
  Numbers sizes = from.sizes, lines = from.sizes;
  sizes[axis] = count;
  lines.erase(lines.begin() + axis);
  BufferView values = lowering.alloc(getTensorType(op->getResult(0)), sizes);
  BufferView places = lowering.alloc(getTensorType(op->getResult(1)), sizes);
  Number taken = math.select(math.equal(count, zero), zero, size);
  bool largest = getIntAttr(op, "largest", 1);
  lowering.forEachIndex(lines, [&](ArrayRef<Number> line) {
    // The line's own vectors.
    auto lineOf = [&](BufferView view) {
      for (auto [at, index] : llvm::enumerate(line))
        view = lowering.at(view, int64_t(at) < axis ? 0 : 1, index);
      return view;
    };
    BufferView source = lineOf(from), top = lineOf(values), at = lineOf(places);
    lowering.forEachIndex(taken, [&](ArrayRef<Number> place) {
      insertSorted(top, at, count, lowering.load(source, place), place[0],
                   element, largest, lowering);
    });
  });
  lowering.bind(op->getResult(0), values);
  lowering.bind(op->getResult(1), places);
  return success();
}

//===- Unique
//---------------------------------------------------------------===//

namespace {
/// The distinct slices along an axis, found by comparing each with all before:
/// meant for few of them.
class UniqueSlices {
public:
  UniqueSlices(BufferView data, int64_t axis, Type element, bool sorted,
               BufferLowering &lowering)
      : data(std::move(data)), axis(axis), element(element), sorted(sorted),
        lowering(lowering), math(lowering.math), total(this->data.sizes[axis]),
        first(lowering, lowering.math.add(total, lowering.math.constant(1))) {
    collect();
  }

  /// Number of distinct slices, and place of the first of each.
  Number getCount() const { return count; }
  Number getFirst(Number at) { return first.load(at); }
  /// Place among the distinct ones of the slice at `place`.
  Number find(Number place) {
    auto step = [&](ArrayRef<Number> at, ValueRange state) {
      Number isEqual = math.equal(compare(place, first.load(at[0])), zero());
      return SmallVector<Value>{
          math.value(math.select(isEqual, at[0], Number(state[0])))};
    };
    return foldLoops(lowering, count, math.value(zero()), step)[0];
  }

private:
  Number zero() { return math.constant(0); }

  /// -1, 0 or 1: the first difference of two slices, row-major.
  Number compare(Number a, Number b) {
    BufferView left = lowering.at(data, axis, a);
    BufferView right = lowering.at(data, axis, b);
    auto step = [&](ArrayRef<Number> at, ValueRange state) {
      ScalarMath scalar(lowering.builder, lowering.getLoc());
      Value x = lowering.load(left, at), y = lowering.load(right, at);
      Number above = math.truth(isAbove(scalar, element, x, y));
      Number below = math.truth(isAbove(scalar, element, y, x));
      Number isOpen = math.equal(state[0], zero());
      return SmallVector<Value>{math.value(
          math.select(isOpen, math.sub(above, below), Number(state[0])))};
    };
    return foldLoops(lowering, left.sizes, math.value(zero()), step)[0];
  }

  void collect() {
    auto step = [&](ArrayRef<Number> place, ValueRange state) {
      return SmallVector<Value>{math.value(insert(place[0], state[0]))};
    };
    count = foldLoops(lowering, total, math.value(zero()), step)[0];
  }

  /// Adds the slice at `place` to the `known` ones if it is new; gives their
  /// number.
  Number insert(Number place, Number known) {
    auto step = [&](ArrayRef<Number> at, ValueRange state) {
      Number order = compare(place, first.load(at[0]));
      Number isEqual = math.equal(order, zero());
      Number isBehind = math.less(zero(), order);
      return SmallVector<Value>{
          math.value(math.max(Number(state[0]), isEqual)),
          math.value(math.add(Number(state[1]), isBehind))};
    };
    Value start = math.value(zero());
    SmallVector<Value> found = foldLoops(lowering, known, {start, start}, step);
    Number isKnown = found[0];
    // What is known goes to a place behind all.
    Number to = math.select(isKnown, total, sorted ? Number(found[1]) : known);
    lowering.forEachIndex(known, [&](ArrayRef<Number> back) {
      Number at = math.sub(known, back[0]);
      Number before = math.sub(at, math.constant(1));
      Number moves = math.less(to, at);
      first.store(math.select(moves, first.load(before), first.load(at)), at);
    });
    first.store(place, to);
    return math.add(known, math.isFalse(isKnown));
  }

  BufferView data;
  int64_t axis;
  Type element;
  bool sorted;
  BufferLowering &lowering;
  IndexMath &math;
  Number total;
  Places first;
  Number count;
};
} // namespace

static LogicalResult lowerUnique(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  bool isFlat = !op->hasAttr("axis");
  BufferView data = isFlat ? flatten(op->getOperand(0), lowering)
                           : lowering.view(op->getOperand(0));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, data.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << data.getRank();
  UniqueSlices slices(data, axis,
                      getTensorType(op->getOperand(0)).getElementType(),
                      getIntAttr(op, "sorted", 1), lowering);
  Number count = slices.getCount(), total = data.sizes[axis];
  Numbers sizes = data.sizes;
  sizes[axis] = count;
  auto alloc = [&](unsigned result, Numbers shape) {
    return lowering.alloc(getTensorType(op->getResult(result)), shape);
  };
  BufferView values = alloc(0, sizes);
  Places first(lowering, alloc(1, {count})),
      inverse(lowering, alloc(2, {total})), counts(lowering, alloc(3, {count}));
  lowering.forEachIndex(count, [&](ArrayRef<Number> at) {
    Number place = slices.getFirst(at[0]);
    lowering.copy(lowering.at(data, axis, place),
                  lowering.at(values, axis, at[0]));
    first.store(place, at[0]);
    counts.store(math.constant(0), at[0]);
  });
  lowering.forEachIndex(total, [&](ArrayRef<Number> place) {
    Number at = slices.find(place[0]);
    inverse.store(at, place[0]);
    counts.store(math.add(counts.load(at), math.constant(1)), at);
  });
  lowering.bind(op->getResult(0), values);
  lowering.bind(op->getResult(1), first.view);
  lowering.bind(op->getResult(2), inverse.view);
  lowering.bind(op->getResult(3), counts.view);
  return success();
}

void bitnet::populateSelection(LoweringRegistry &registry) {
  registry["onnx.Compress"] = lowerCompress;
  registry["onnx.NonZero"] = lowerNonZero;
  registry["onnx.TopK"] = lowerTopK;
  registry["onnx.Unique"] = lowerUnique;
}
