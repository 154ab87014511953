#include "dialects/Onnx/Transforms/ConstantEvaluator.h"

#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/Transforms/EvaluationKernels.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/Parallel.h"

using namespace mlir;
using namespace bitnet::onnx;

//===-- What is constant
//---------------------------------------------------===//

/// What a Shape op gives for an operand of `shape`, or Size its axes.
static ArrayRef<int64_t> selectSizes(Operation *op, ArrayRef<int64_t> shape) {
  if (isa<SizeOp>(op))
    return shape;
  auto rank = static_cast<int64_t>(shape.size());
  auto bound = [&](StringRef name, int64_t otherwise) {
    auto attr = op->getAttrOfType<IntegerAttr>(name);
    int64_t value = attr ? attr.getInt() : otherwise;
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound("start", 0), end = bound("end", rank);
  return shape.slice(start, std::max<int64_t>(end - start, 0));
}

/// Whether the operand's type alone tells what a Shape or Size op gives.
static bool typeTellsSizes(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  return type && !ShapedType::isDynamicShape(selectSizes(op, type.getShape()));
}

/// Operands whose values are needed to compute `op`.
static OperandRange neededOperands(Operation *op) {
  OperandRange operands = op->getOperands();
  if (isa<ShapeOp, SizeOp>(op) && typeTellsSizes(op))
    return operands.take_front(0);
  // Only the type of the second is read, and it is the result's.
  if (isa<CastLikeOp>(op))
    return operands.take_front(1);
  return operands;
}

static bool isAbsent(Value value) { return isa<NoneType>(value.getType()); }

bool ConstantEvaluator::isConstantExpression(Value value) {
  // Post-order without recursion: a chain may be as long as the file allows.
  SmallVector<Value> stack{value};
  while (!stack.empty()) {
    Value current = stack.back();
    if (known.contains(current)) {
      stack.pop_back();
      continue;
    }
    Operation *op = current.getDefiningOp();
    if (!op || !lookUpKernel(op)) {
      known[current] = false;
      continue;
    }
    bool isConstant = true, isPending = false;
    for (Value operand : neededOperands(op)) {
      if (isAbsent(operand))
        continue;
      auto at = known.find(operand);
      if (at == known.end()) {
        stack.push_back(operand);
        isPending = true;
      } else if (!at->second) {
        isConstant = false;
        break;
      }
    }
    if (!isConstant || !isPending)
      for (Value result : op->getResults())
        known[result] = isConstant;
  }
  return known[value];
}

void ConstantEvaluator::forget(Operation *op) {
  for (Value result : op->getResults())
    known.erase(result);
}

//===-- Evaluation
//---------------------------------------------------------===//

namespace {

/// The ops that one value needs, in order, and when their results die.
struct Schedule {
  SmallVector<Operation *> order;
  llvm::DenseMap<Value, int> uses;

  explicit Schedule(Value value);
};

} // namespace

Schedule::Schedule(Value value) {
  llvm::DenseSet<Operation *> done;
  SmallVector<Operation *> stack{value.getDefiningOp()};
  while (!stack.empty()) {
    Operation *op = stack.back();
    if (done.contains(op)) {
      stack.pop_back();
      continue;
    }
    size_t depth = stack.size();
    for (Value operand : neededOperands(op))
      if (!isAbsent(operand) && !done.contains(operand.getDefiningOp()))
        stack.push_back(operand.getDefiningOp());
    if (stack.size() != depth)
      continue;
    stack.pop_back();
    done.insert(op);
    order.push_back(op);
    for (Value operand : neededOperands(op))
      ++uses[operand];
  }
  // The result itself is used by the caller.
  ++uses[value];
}

/// Checks that an op gave what its type promised.
static LogicalResult checkOutputs(Evaluation &evaluation) {
  for (auto [result, output] :
       llvm::zip_equal(evaluation.op->getResults(), evaluation.outputs)) {
    auto type = cast<RankedTensorType>(result.getType());
    if (type.getElementType() != output.type.getElementType() ||
        failed(verifyCompatibleShape(type, output.type)))
      return evaluation.op->emitOpError("evaluates to ")
             << output.type << ", but its result is " << type;
  }
  return success();
}

FailureOr<HostTensor> ConstantEvaluator::evaluate(Value value) {
  assert(isConstantExpression(value) && "the value is not constant");
  Schedule schedule(value);
  llvm::DenseMap<Value, HostTensor> tensors;
  for (Operation *op : schedule.order) {
    Evaluation evaluation{op, {}, {}};
    OperandRange operands = neededOperands(op);
    evaluation.inputs.resize(operands.size());
    for (auto [operand, input] : llvm::zip_equal(operands, evaluation.inputs)) {
      if (isAbsent(operand))
        continue;
      auto at = tensors.find(operand);
      input = at->second;
      if (--schedule.uses[operand] == 0)
        tensors.erase(at);
    }
    if (failed(lookUpKernel(op)(evaluation)) ||
        failed(checkOutputs(evaluation)))
      return failure();
    for (auto [result, output] :
         llvm::zip_equal(op->getResults(), evaluation.outputs))
      if (schedule.uses.lookup(result) != 0)
        tensors[result] = std::move(output);
  }
  return tensors.lookup(value);
}

//===-- Kernels' helpers
//---------------------------------------------------===//

int64_t Evaluation::intAttr(StringRef name, int64_t otherwise) const {
  auto attr = op->getAttrOfType<IntegerAttr>(name);
  return attr ? attr.getInt() : otherwise;
}

char *Evaluation::allocateOutput(RankedTensorType type,
                                 ArrayRef<unsigned> reusable) {
  for (unsigned index : reusable) {
    if (index >= inputs.size() || !inputs[index])
      continue;
    HostTensor &tensor = *inputs[index];
    if (tensor.size() != type.getNumElements() ||
        hostElementBytes(tensor.type.getElementType()) !=
            hostElementBytes(type.getElementType()) ||
        !tensor.owner || tensor.owner.use_count() != 1)
      continue;
    // The operand keeps its view of the bytes while the kernel runs.
    outputs.push_back({type, tensor.bytes, tensor.owner});
    return const_cast<char *>(tensor.bytes.data());
  }
  char *data;
  outputs.push_back(HostTensor::allocate(type, data));
  return data;
}

void Evaluation::shareOutput(const HostTensor &tensor,
                             ArrayRef<int64_t> shape) {
  outputs.push_back({RankedTensorType::get(shape, tensor.type.getElementType()),
                     tensor.bytes, tensor.owner});
}

FailureOr<SmallVector<int64_t>> bitnet::onnx::readInts(Evaluation &evaluation,
                                                       unsigned index) {
  const HostTensor *tensor = evaluation.input(index);
  if (!tensor)
    return evaluation.op->emitOpError("lacks operand #") << index;
  Type element = tensor->type.getElementType();
  if (element.isSignlessInteger(64))
    return SmallVector<int64_t>(tensor->values<int64_t>());
  if (element.isSignlessInteger(32))
    return SmallVector<int64_t>(tensor->values<int32_t>());
  return evaluation.op->emitOpError("operand #")
         << index << " is " << tensor->type << ", expected i32 or i64";
}

FailureOr<int64_t> bitnet::onnx::normalizeAxis(Evaluation &evaluation,
                                               int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return evaluation.op->emitOpError("axis ")
           << axis << " is not in [" << -rank << ", " << rank << ")";
  return axis < 0 ? axis + rank : axis;
}

FailureOr<std::optional<SmallVector<int64_t>>>
bitnet::onnx::readAxes(Evaluation &evaluation, int64_t rank) {
  SmallVector<int64_t> axes;
  if (auto attr = evaluation.op->getAttrOfType<DenseI64ArrayAttr>("axes")) {
    axes.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
  } else if (evaluation.input(1)) {
    FailureOr<SmallVector<int64_t>> read = readInts(evaluation, 1);
    if (failed(read))
      return failure();
    axes = std::move(*read);
  } else {
    return std::optional<SmallVector<int64_t>>();
  }
  for (int64_t &axis : axes) {
    FailureOr<int64_t> normalized = normalizeAxis(evaluation, axis, rank);
    if (failed(normalized))
      return failure();
    axis = *normalized;
  }
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    return evaluation.op->emitOpError("names an axis twice");
  return std::optional<SmallVector<int64_t>>(std::move(axes));
}

/// A tensor that a constant op makes may be this large: more than any weight,
/// less than what a few numbers in a file may make us allocate.
static constexpr int64_t kMaxResultBytes = int64_t(1) << 34;

FailureOr<RankedTensorType> bitnet::onnx::resultType(Evaluation &evaluation,
                                                     ArrayRef<int64_t> shape,
                                                     Type element) {
  bool isNegative = llvm::any_of(shape, [](int64_t dim) { return dim < 0; });
  int64_t count = isNegative ? -1 : checkedElementCount(shape);
  if (count < 0 || count > kMaxResultBytes / hostElementBytes(element))
    return evaluation.op->emitOpError("makes a tensor of shape [")
           << shape << "], which cannot be held";
  return RankedTensorType::get(shape, element);
}

SmallVector<int64_t> bitnet::onnx::rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t axis = static_cast<int64_t>(shape.size()) - 1; axis >= 0;
       --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

void bitnet::onnx::forEachPiece(int64_t count,
                                function_ref<void(int64_t, int64_t)> body) {
  // Small enough to stay in a core's cache between two operands, large enough
  // to make handing it out cheap.
  constexpr int64_t piece = 1 << 16;
  if (count <= piece) {
    if (count != 0)
      body(0, count);
    return;
  }
  llvm::parallelFor(0, llvm::divideCeil(count, piece), [&](size_t i) {
    int64_t begin = static_cast<int64_t>(i) * piece;
    body(begin, std::min(begin + piece, count));
  });
}

//===-- Table
//--------------------------------------------------------------===//

static LogicalResult evaluateConstant(Evaluation &evaluation) {
  auto constant = cast<ConstantOp>(evaluation.op);
  FailureOr<HostTensor> tensor = HostTensor::get(constant.getValue());
  if (failed(tensor))
    return evaluation.op->emitOpError("holds ")
           << constant.getValue().getShapedType()
           << " in a form that cannot be evaluated";
  evaluation.outputs.push_back(std::move(*tensor));
  return success();
}

static LogicalResult evaluateShape(Evaluation &evaluation) {
  Operation *op = evaluation.op;
  // The type may leave open what the operand's value tells.
  ArrayRef<int64_t> shape =
      typeTellsSizes(op)
          ? cast<RankedTensorType>(op->getOperand(0).getType()).getShape()
          : evaluation.input(0)->shape();
  SmallVector<int64_t> values(selectSizes(op, shape)), resultShape;
  if (isa<SizeOp>(op))
    values = {checkedElementCount(shape)};
  else
    resultShape.push_back(static_cast<int64_t>(values.size()));
  char *out = evaluation.allocateOutput(RankedTensorType::get(
      resultShape, IntegerType::get(op->getContext(), 64)));
  if (!values.empty())
    std::memcpy(out, values.data(), values.size() * sizeof(int64_t));
  return success();
}

/// Whether values of `type` can be held on the host.
static bool isHostType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && hostElementBytes(tensor.getElementType()) != 0;
}

Kernel bitnet::onnx::lookUpKernel(Operation *op) {
  if (!isa_and_nonnull<OnnxDialect>(op->getDialect()) ||
      !llvm::all_of(op->getResultTypes(), isHostType))
    return nullptr;
  if (isa<ConstantOp>(op))
    return evaluateConstant;
  if (isa<ShapeOp, SizeOp>(op))
    return evaluateShape;
  // Combining slices is no weight's spelling; overwriting them is.
  if (auto scatter = dyn_cast<ScatterNDOp>(op))
    if (scatter.getReduction() != "none")
      return nullptr;
  StringRef name = op->getName().stripDialect();
  // Elements of 2 and 4 bits and floats of up to 8 are moved and converted, but
  // not computed with; nothing is converted to those floats.
  auto isNarrowFloat = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && isa<FloatType>(tensor.getElementType()) &&
           tensor.getElementTypeBitWidth() <= 8;
  };
  if (llvm::any_of(op->getResultTypes(),
                   [](Type type) {
                     return isSubByte(
                         cast<RankedTensorType>(type).getElementType());
                   }) ||
      llvm::any_of(op->getResultTypes(), isNarrowFloat))
    return lookUpMovementKernel(name);
  if (llvm::any_of(op->getOperandTypes(), isNarrowFloat) &&
      !isa<CastOp, CastLikeOp>(op))
    return nullptr;
  for (auto lookUp :
       {lookUpUnaryKernel, lookUpBinaryKernel, lookUpSelectionKernel,
        lookUpMovementKernel, lookUpIndexingKernel, lookUpReductionKernel})
    if (Kernel kernel = lookUp(name))
      return kernel;
  return nullptr;
}
