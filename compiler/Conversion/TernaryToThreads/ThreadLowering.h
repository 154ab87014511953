#ifndef COMPILER_CONVERSION_TERNARYTOTHREADS_THREADLOWERING_H
#define COMPILER_CONVERSION_TERNARYTOTHREADS_THREADLOWERING_H

#include "dialects/Ternary/IR/LayoutInfo.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bitnet::ternary {

/// One matrix of a packed linear on memrefs, on its way to a parallel region of
/// a device.
class ThreadLowering {
protected:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Values = llvm::SmallVector<Value>;

  ThreadLowering(LinearOp op, unsigned matrix);

  Value index(int64_t value);
  Value i32(int64_t value);
  Value add(Value x, Value y);
  Value sub(Value x, Value y);
  Value mul(Value x, int64_t y);
  Value div(Value x, int64_t y);
  Value rem(Value x, int64_t y);
  Value bitAnd(Value x, int64_t y);
  Value shiftRight(Value x, int64_t bits);
  Value isLess(Value x, Value y);
  /// Runs `body` where `condition` holds.
  void ifThen(Value condition, llvm::function_ref<void()> body);
  /// Runs body(begin) for each unit of a parallel region, `lanes` threads each.
  void parallel(Value units, int64_t lanes, llvm::StringRef kernel,
                llvm::function_ref<void(Value)> body);
  /// Scales the sum of one output and stores it.
  void finish(Value token, Value row, Value sum);
  llvm::StringRef layoutName();

  LinearOp op;
  mlir::ImplicitLocOpBuilder b;
  PackedShape shape;
  Value codes, scale, result, weights, weightScale, bias;
};

/// A thread computes eight outputs of a token, of any layout.
class UnitLowering : public ThreadLowering {
public:
  using ThreadLowering::ThreadLowering;
  UnitLowering(LinearOp op, unsigned matrix) : ThreadLowering(op, matrix) {}
  void run();

private:
  void unit(Value token, Value row);
  Values planeSums(Value row, Value x, ValueRange sums, Value k);
  Values tritSums(Value row, Value x, ValueRange sums, Value k);
};

/// Warps compute the sixteen outputs of a block of layout rows4 for a token, or
/// for 64 of them by products of tiles.
class WarpLowering : public ThreadLowering {
public:
  WarpLowering(LinearOp op, unsigned matrix);

  /// Whether this is for `op`.
  static bool matches(LinearOp op);
  /// `tiles`: whether the device multiplies tiles.
  void run(bool tiles);

private:
  // One token: the lanes of a part share the terms.
  void rows();
  Values partialSums(Value token, Value block, Value lane);
  Value loadWord(Value memref, ValueRange indices);
  Values loadBlock(Value at);
  Values addProducts(ValueRange sums, ValueRange words, Value x);
  Values addLookups(ValueRange sums, ValueRange words, Value x);
  Values addChosen(ValueRange sums, ValueRange words, ValueRange pools,
                   Value less);
  Values unpack(ValueRange sums);
  Value reduce(Values sums, Value lane);

  // Many tokens: a warp multiplies tiles.
  void tiles();
  void tile(Value first, Value block);
  Value trits(Value word, Value shift);

  int64_t groups, blocks, lanes;
  bool multiplies;
};

} // namespace bitnet::ternary

#endif // COMPILER_CONVERSION_TERNARYTOTHREADS_THREADLOWERING_H
