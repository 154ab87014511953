#include "dialects/Onnx/IR/Inference.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bitnet::onnx;

namespace {
enum LinearOperand { Query, Key, Val, Past, Decay, Beta };
} // namespace

/// The features of one of the `heads` equal heads of operand `i`.
static FailureOr<int64_t> getHeadSize(Inference &in, unsigned i,
                                      int64_t heads) {
  int64_t width = in.getRank(i) == 3 ? in.getShape(i)[2] : 0;
  // A dynamic size is below 1.
  if (width < 1 || width % heads != 0)
    return in.error("operand ", i, " has type ", in.getType(i),
                    ", expected 3 axes, the last one of ", heads,
                    " equal heads");
  return width / heads;
}

/// Decay or Beta is there where the rule reads it, with one of two numbers of
/// features.
static LogicalResult checkGate(Inference &in, unsigned i, StringRef what,
                               StringRef rule, bool isRead, int64_t width,
                               int64_t otherWidth) {
  if (in.has(i) != isRead)
    return in.error("has ", isRead ? "no " : "a ", what,
                    ", which update rule \"", rule, "\" ",
                    isRead ? "reads" : "does not read");
  if (!isRead)
    return success();
  int64_t own = in.getRank(i) == 3 ? in.getShape(i)[2] : 0;
  if (own == width || own == otherWidth)
    return success();
  return in.error(what, " has type ", in.getType(i),
                  ", expected 3 axes, the last one of ", width, " or ",
                  otherWidth);
}

/// Batch and seq of all operands, as far as one of them tells.
static FailureOr<SmallVector<int64_t>> getSteps(Inference &in) {
  SmallVector<int64_t> steps(in.getShape(Query).take_front(2));
  for (unsigned i : {Key, Val, Past, Decay, Beta}) {
    if (!in.has(i))
      continue;
    size_t shared = i == Past ? 1 : 2;
    for (auto [step, size] :
         llvm::zip(MutableArrayRef(steps).take_front(shared), in.getShape(i))) {
      if (!mayBeEqual(step, size))
        return in.error("operand ", i, " has type ", in.getType(i),
                        ", expected batch and seq of ", in.getType(Query));
      step = ShapedType::isDynamic(step) ? size : step;
    }
  }
  return steps;
}

LogicalResult bitnet::onnx::inferLinearAttention(Inference &in) {
  if (failed(in.checkElements(Query, "query", Elements::Float)))
    return failure();
  for (unsigned i : {Key, Val, Decay, Beta})
    if (failed(in.checkSameElements(i)))
      return failure();
  if (in.has(Past) &&
      failed(in.checkElements(Past, "past state", Elements::Float)))
    return failure();
  StringRef rule = in.getString("update_rule", "gated_delta");
  if (!llvm::is_contained({"linear", "gated", "delta", "gated_delta"}, rule))
    return in.error("`update_rule` is \"", rule,
                    "\", expected \"linear\", \"gated\", \"delta\" or "
                    "\"gated_delta\"");
  int64_t heads = in.getInt("q_num_heads", 0);
  int64_t groups = in.getInt("kv_num_heads", 0);
  if (heads < 1 || groups < 1 || heads % groups != 0)
    return in.error("has ", heads, " heads and ", groups,
                    " key/value heads, expected a multiple");
  FailureOr<int64_t> querySize = getHeadSize(in, Query, heads);
  if (failed(querySize))
    return failure();
  FailureOr<int64_t> keySize = getHeadSize(in, Key, groups);
  if (failed(keySize))
    return failure();
  FailureOr<int64_t> size = getHeadSize(in, Val, groups);
  if (failed(size))
    return failure();
  if (*querySize != *keySize)
    return in.error("query and key have heads of ", *querySize, " and ",
                    *keySize, " features, expected as many");
  int64_t width = 0;
  if (llvm::MulOverflow(heads, *size, width))
    return in.error("has ", heads, " heads of ", *size,
                    " features, which are more than an i64 can count");
  if (failed(checkGate(in, Decay, "decay", rule, rule.starts_with("gated"),
                       groups, groups * *keySize)) ||
      failed(checkGate(in, Beta, "beta", rule, rule.ends_with("delta"), groups,
                       1)))
    return failure();
  SmallVector<int64_t> state = {ShapedType::kDynamic, groups, *keySize, *size};
  if (in.has(Past) && failed(verifyCompatibleShape(state, in.getShape(Past))))
    return in.error("past state has type ", in.getType(Past), ", expected ",
                    printShape(state));
  FailureOr<SmallVector<int64_t>> steps = getSteps(in);
  if (failed(steps))
    return failure();
  state[0] = (*steps)[0];
  if (failed(in.addResult({(*steps)[0], (*steps)[1], width},
                          in.getElements(Query))))
    return failure();
  return in.addResult(state, in.getElements(in.has(Past) ? Past : Query));
}
