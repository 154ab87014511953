#include "dialects/Onnx/IR/EinsumEquation.h"
#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include <map>

using namespace mlir;
using namespace bitnet::onnx;

static constexpr int64_t dynamic = ShapedType::kDynamic;

static Type i64Of(Inference &in) {
  return IntegerType::get(in.getContext(), 64);
}

/// Operand `i` has one element, as far as is known.
static LogicalResult checkOneElement(Inference &in, unsigned i,
                                     StringRef what) {
  RankedTensorType type = in.getType(i);
  if (!type.hasStaticShape() || type.getNumElements() == 1)
    return success();
  return in.error(what, " has type ", type, ", expected one element");
}

/// The optional axis attribute, made non-negative.
static FailureOr<std::optional<int64_t>> getOptionalAxis(Inference &in) {
  if (!in.getAttribute("axis"))
    return std::optional<int64_t>();
  FailureOr<int64_t> axis = in.getAxis(0, in.getRank(0));
  if (failed(axis))
    return failure();
  return std::optional(*axis);
}

static bool isKnown(int64_t size) { return !ShapedType::isDynamic(size); }

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// The pads, by attribute or by operand, as far as they are known.
static FailureOr<SmallVector<Extent>> getPads(Inference &in) {
  std::optional<ArrayRef<int64_t>> attribute = in.getInts("pads");
  if (attribute && in.has(1))
    return in.error("pads are given by attribute and by operand");
  if (!attribute && !in.has(1))
    return in.error("has no pads, expected them by attribute or by operand");
  if (!attribute)
    return in.getVector(1, "pads");
  return llvm::map_to_vector(*attribute, Extent::known);
}

LogicalResult bitnet::onnx::inferPad(Inference &in) {
  StringRef mode = in.getString("mode", "constant");
  if (!llvm::is_contained({"constant", "edge", "reflect", "wrap"}, mode))
    return in.error(
        "`mode` is \"", mode,
        "\", expected \"constant\", \"edge\", \"reflect\" or \"wrap\"");
  int64_t rank = in.getRank(0);
  if (in.has(2) && (failed(in.checkSameElements(2)) ||
                    failed(checkOneElement(in, 2, "constant value"))))
    return failure();
  FailureOr<SmallVector<Extent>> pads = getPads(in);
  FailureOr<std::optional<int64_t>> late = in.countFewAxes(3, rank);
  if (failed(pads) || failed(late))
    return failure();
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (in.has(3) && !*late) {
    axes = *in.getShapes().getNumbers(in.getOperand(3));
    if (failed(in.normalizeAxes(axes, rank)))
      return failure();
  }
  int64_t count = *late ? **late : axes.size();
  if ((int64_t)pads->size() != 2 * count)
    return in.error("has ", pads->size(), " pads for ", count,
                    " axes, expected two for each");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  if (*late)
    return in.addResult(SmallVector<int64_t>(rank, dynamic), in.getElements(0));
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t &size = shape[axis < 0 ? axis + rank : axis];
    Extent first = (*pads)[i], last = (*pads)[count + i];
    if (first.is(0) && last.is(0))
      continue;
    if (!isKnown(size) || !first.isKnown() || !last.isKnown()) {
      size = dynamic;
      continue;
    }
    int64_t padded;
    if (llvm::AddOverflow(size, *first.number, padded) ||
        llvm::AddOverflow(padded, *last.number, padded) || padded < 0)
      return in.error("pads axis ", axis, " of size ", size, " by ",
                      *first.number, " and ", *last.number);
    size = padded;
  }
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferCenterCropPad(Inference &in) {
  int64_t rank = in.getRank(0);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (std::optional<ArrayRef<int64_t>> given = in.getInts("axes"))
    axes = llvm::to_vector(*given);
  FailureOr<SmallVector<Extent>> sizes = in.getVector(1, "shape");
  if (failed(sizes) || failed(in.normalizeAxes(axes, rank)))
    return failure();
  if (sizes->size() != axes.size())
    return in.error("has ", sizes->size(), " sizes for ", axes.size(),
                    " axes, expected one for each");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  for (auto [axis, size] : llvm::zip_equal(axes, *sizes)) {
    if (size.isKnown() && *size.number < 0)
      return in.error("shape has entry ", *size.number,
                      ", expected none below 0");
    shape[axis < 0 ? axis + rank : axis] = size.asSize();
  }
  return in.addResult(shape, in.getElements(0));
}

//===----------------------------------------------------------------------===//
// Blocks and sequences
//===----------------------------------------------------------------------===//

/// Checks what DepthToSpace and SpaceToDepth share; gives the block size.
static FailureOr<int64_t> getBlockSize(Inference &in) {
  StringRef mode = in.getString("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    return in.error("`mode` is \"", mode, "\", expected \"DCR\" or \"CRD\"");
  if (in.getRank(0) != 4)
    return in.error("operand has type ", in.getType(0), ", expected four axes");
  int64_t block = in.getInt("blocksize", 0);
  // The bound keeps its square from overflowing.
  if (block < 1 || block > (1 << 20))
    return in.error("`blocksize` is ", block, ", expected at least 1");
  return block;
}

static int64_t scaled(int64_t size, int64_t factor) {
  int64_t product;
  return isKnown(size) && !llvm::MulOverflow(size, factor, product) ? product
                                                                    : dynamic;
}

LogicalResult bitnet::onnx::inferDepthToSpace(Inference &in) {
  FailureOr<int64_t> block = getBlockSize(in);
  if (failed(block))
    return failure();
  ArrayRef<int64_t> from = in.getShape(0);
  int64_t depth = from[1], area = *block * *block;
  if (isKnown(depth) && depth % area != 0)
    return in.error("has ", depth, " channels, expected a multiple of ", area);
  return in.addResult({from[0], isKnown(depth) ? depth / area : dynamic,
                       scaled(from[2], *block), scaled(from[3], *block)},
                      in.getElements(0));
}

LogicalResult bitnet::onnx::inferSpaceToDepth(Inference &in) {
  FailureOr<int64_t> block = getBlockSize(in);
  if (failed(block))
    return failure();
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  for (int64_t axis : {2, 3}) {
    if (isKnown(shape[axis]) && shape[axis] % *block != 0)
      return in.error("axis ", axis, " has size ", shape[axis],
                      ", expected a multiple of ", *block);
    shape[axis] = isKnown(shape[axis]) ? shape[axis] / *block : dynamic;
  }
  shape[1] = scaled(shape[1], *block * *block);
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferReverseSequence(Inference &in) {
  int64_t time = in.getInt("time_axis", 0), batch = in.getInt("batch_axis", 1);
  if (in.getRank(0) < 2 || time + batch != 1 || time * batch != 0)
    return in.error("has time axis ", time, " and batch axis ", batch,
                    " of an operand of rank ", in.getRank(0),
                    ", expected 0 and 1 or 1 and 0 of at least 2");
  if (in.getRank(1) != 1 || !in.getElements(1).isSignlessInteger(64) ||
      failed(verifyCompatibleShape(in.getShape(0)[batch], in.getShape(1)[0])))
    return in.error("lengths have type ", in.getType(1),
                    ", expected an 'i64' for each entry of axis ", batch);
  return in.addResult(in.getShape(0), in.getElements(0));
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferScatterElements(Inference &in) {
  StringRef reduction = in.getString("reduction", "none");
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return in.error(
        "`reduction` is \"", reduction,
        "\", expected \"none\", \"add\", \"mul\", \"max\" or \"min\"");
  Type index = in.getElements(1);
  if (!index.isSignlessInteger(32) && !index.isSignlessInteger(64))
    return in.error("indices have element type ", index,
                    ", expected 'i32' or 'i64'");
  if (failed(in.getAxis(0, in.getRank(0))) || failed(in.checkSameElements(2)))
    return failure();
  if (reduction != "none" &&
      failed(in.checkElements(0, "data", Elements::Number)))
    return failure();
  if (in.getRank(0) != in.getRank(1))
    return in.error("indices have rank ", in.getRank(1), ", expected ",
                    in.getRank(0), " as data");
  if (failed(verifyCompatibleShape(in.getShape(1), in.getShape(2))))
    return in.error("updates have shape ", printShape(in.getShape(2)),
                    ", expected ", printShape(in.getShape(1)),
                    " as the indices");
  return in.addResult(in.getShape(0), in.getElements(0));
}

LogicalResult bitnet::onnx::inferTensorScatter(Inference &in) {
  StringRef mode = in.getString("mode", "linear");
  if (mode != "linear" && mode != "circular")
    return in.error("`mode` is \"", mode,
                    "\", expected \"linear\" or \"circular\"");
  FailureOr<int64_t> axis = in.getAxis(-2, in.getRank(0));
  if (failed(axis) || failed(in.checkSameElements(1)))
    return failure();
  if (*axis == 0)
    return in.error("axis is 0, the batch, expected another");
  SmallVector<int64_t> update = llvm::to_vector(in.getShape(0));
  update[*axis] = dynamic;
  if (failed(verifyCompatibleShape(update, in.getShape(1))))
    return in.error("update has shape ", printShape(in.getShape(1)),
                    ", expected ", printShape(update));
  if (in.has(2) &&
      (in.getRank(2) != 1 || !in.getElements(2).isSignlessInteger(64) ||
       failed(verifyCompatibleShape(in.getShape(0)[0], in.getShape(2)[0]))))
    return in.error("write indices have type ", in.getType(2),
                    ", expected an 'i64' for each entry of the batch");
  return in.addResult(in.getShape(0), in.getElements(0));
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferCompress(Inference &in) {
  FailureOr<std::optional<int64_t>> axis = getOptionalAxis(in);
  if (failed(axis))
    return failure();
  if (in.getRank(1) != 1 || !in.getElements(1).isInteger(1))
    return in.error("condition has type ", in.getType(1),
                    ", expected a vector of 'i1'");
  SmallVector<int64_t> shape{dynamic};
  if (*axis) {
    shape = llvm::to_vector(in.getShape(0));
    int64_t &size = shape[**axis], given = in.getShape(1)[0];
    if (isKnown(size) && isKnown(given) && given > size)
      return in.error("condition has ", given, " elements, expected at most ",
                      size);
    size = dynamic;
  }
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferNonZero(Inference &in) {
  if (failed(in.checkElements(0, "operand", Elements::NumberOrBool)))
    return failure();
  return in.addResult({in.getRank(0), dynamic}, i64Of(in));
}

LogicalResult bitnet::onnx::inferUnique(Inference &in) {
  FailureOr<std::optional<int64_t>> axis = getOptionalAxis(in);
  if (failed(axis) ||
      failed(in.checkElements(0, "operand", Elements::NumberOrBool)))
    return failure();
  SmallVector<int64_t> shape{dynamic};
  int64_t slices =
      in.getType(0).hasStaticShape() ? in.getType(0).getNumElements() : dynamic;
  if (*axis) {
    shape = llvm::to_vector(in.getShape(0));
    slices = std::exchange(shape[**axis], dynamic);
  }
  Type index = i64Of(in);
  return failure(failed(in.addResult(shape, in.getElements(0))) ||
                 failed(in.addResult({dynamic}, index)) ||
                 failed(in.addResult({slices}, index)) ||
                 failed(in.addResult({dynamic}, index)));
}

LogicalResult bitnet::onnx::inferTopK(Inference &in) {
  FailureOr<int64_t> axis = in.getAxis(-1, in.getRank(0));
  if (failed(axis) || failed(in.checkElements(0, "operand", Elements::Number)))
    return failure();
  bool byAttribute = in.getAttribute("k") != nullptr;
  if (byAttribute == in.has(1))
    return in.error("has ", byAttribute ? "two numbers" : "no number",
                    " of elements to take, expected one, by attribute or by "
                    "operand");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  int64_t count = in.getInt("k", dynamic);
  if (!byAttribute) {
    if (failed(checkOneElement(in, 1, "k")))
      return failure();
    if (!in.getElements(1).isSignlessInteger(64))
      return in.error("k has element type ", in.getElements(1),
                      ", expected 'i64'");
    if (std::optional<SmallVector<int64_t>> given =
            in.getShapes().getNumbers(in.getOperand(1)))
      count = given->front();
  }
  bool tooMany = isKnown(shape[*axis]) && count > shape[*axis];
  if ((byAttribute || isKnown(count)) && (count < 0 || tooMany))
    return in.error("takes ", count, " elements of ", shape[*axis],
                    ", expected at least 0 and at most all");
  shape[*axis] = count;
  return failure(failed(in.addResult(shape, in.getElements(0))) ||
                 failed(in.addResult(shape, i64Of(in))));
}

//===----------------------------------------------------------------------===//
// Tensors from indices
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferOneHot(Inference &in) {
  if (failed(in.checkElements(0, "indices", Elements::Number)) ||
      failed(in.checkElements(1, "depth", Elements::Number)) ||
      failed(checkOneElement(in, 1, "depth")))
    return failure();
  if (in.getRank(2) != 1 || failed(verifyCompatibleShape({2}, in.getShape(2))))
    return in.error("values have type ", in.getType(2),
                    ", expected off and on");
  FailureOr<int64_t> axis = in.getAxis(-1, in.getRank(0) + 1);
  if (failed(axis))
    return failure();
  int64_t depth = dynamic;
  if (std::optional<SmallVector<int64_t>> known =
          in.getShapes().getNumbers(in.getOperand(1));
      known && known->size() == 1) {
    depth = known->front();
    if (depth < 0)
      return in.error("depth is ", depth, ", expected at least 0");
  }
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  shape.insert(shape.begin() + *axis, depth);
  return in.addResult(shape, in.getElements(2));
}

LogicalResult bitnet::onnx::inferEyeLike(Inference &in) {
  if (in.getRank(0) != 2)
    return in.error("operand has type ", in.getType(0), ", expected a matrix");
  Type elements = in.getElements(0);
  if (in.getAttribute("dtype"))
    elements = getElementType(in.getContext(), in.getInt("dtype", 0));
  if (!elements || !isa<IntegerType, FloatType>(elements) ||
      (!elements.isInteger(1) && elements.getIntOrFloatBitWidth() <
                                     (isa<FloatType>(elements) ? 16u : 8u)))
    return in.error("`dtype` is ", in.getInt("dtype", 0),
                    ", expected the number of a type of numbers or bool");
  return in.addResult(in.getShape(0), elements);
}

LogicalResult bitnet::onnx::inferWindow(Inference &in) {
  RankedTensorType size = in.getType(0);
  if (!size.hasStaticShape() || size.getRank() > 1 ||
      size.getNumElements() != 1 ||
      !(size.getElementType().isSignlessInteger(32) ||
        size.getElementType().isSignlessInteger(64)))
    return in.error("size has type ", size, ", expected one i32 or i64");
  std::optional<SmallVector<int64_t>> known =
      in.getShapes().getNumbers(in.getOperand(0));
  if (known && known->front() < 0)
    return in.error("size is ", known->front(), ", expected 0 or more");
  int64_t number = in.getInt("output_datatype", 1);
  Type elements = getElementType(in.getContext(), number);
  bool isNumber =
      elements && isa<IntegerType, FloatType>(elements) &&
      elements.getIntOrFloatBitWidth() >= (isa<FloatType>(elements) ? 16u : 8u);
  if (!isNumber)
    return in.error("`output_datatype` is ", number,
                    ", expected the number of a type of numbers");
  return in.addResult(known ? known->front() : dynamic, elements);
}

//===----------------------------------------------------------------------===//
// Einsum
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferEinsum(Inference &in) {
  SmallVector<int64_t> ranks;
  for (unsigned i = 0; i < in.getOperands().size(); ++i) {
    ranks.push_back(in.getRank(i));
    if (failed(in.checkSameElements(i)))
      return failure();
  }
  if (failed(in.checkElements(0, "operand 0", Elements::Number)))
    return failure();
  std::string message;
  std::optional<EinsumEquation> equation =
      EinsumEquation::parse(in.getString("equation", ""), ranks, message);
  if (!equation)
    return in.error("`equation` ", message);
  std::map<int, int64_t> sizes;
  for (auto [i, labels] : llvm::enumerate(equation->operands))
    for (auto [axis, label] : llvm::enumerate(labels)) {
      int64_t size = in.getShape(i)[axis];
      auto [known, isNew] = sizes.try_emplace(label, size);
      if (isNew || known->second == size)
        continue;
      bool broadcasts = label >= EinsumEquation::kEllipsis;
      if (!isKnown(known->second) || (broadcasts && known->second == 1))
        known->second = size == 1 && broadcasts ? known->second : size;
      else if (isKnown(size) && !(broadcasts && size == 1))
        return in.error("axes of one letter have sizes ", known->second,
                        " and ", size);
    }
  return in.addResult(
      llvm::map_to_vector(equation->result,
                          [&](int label) { return sizes[label]; }),
      in.getElements(0));
}
