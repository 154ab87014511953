#ifndef DIALECTS_ONNX_IR_INFERENCE_H
#define DIALECTS_ONNX_IR_INFERENCE_H

#include "dialects/Onnx/IR/ShapeAnalysis.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"

namespace bitnet::onnx {

/// Element types that an operator takes. Bools are no numbers, and neither are
/// integers of 2 and 4 bits and floats of 8 and fewer: those are only moved and
/// converted; as integers of any width they are codes.
enum class Elements { Any, Number, NumberOrBool, Float, Integer, Code, Bool };

/// What type inference of one op reads (operands, attributes) and writes
/// (result types). The infer functions below find the types of the operators
/// that they are named after, or emit one error and fail.
class Inference {
public:
  Inference(mlir::MLIRContext *context, std::optional<mlir::Location> loc,
            llvm::StringRef name, mlir::ValueRange operands,
            mlir::DictionaryAttr attributes,
            llvm::SmallVectorImpl<mlir::Type> &types)
      : context(context), loc(loc), name(name), operands(operands),
        attributes(attributes), types(types) {}

  /// Emits "'onnx.X' op <message>"; always fails.
  template <typename... Args>
  llvm::LogicalResult error(Args &&...args) const {
    return mlir::emitOptionalError(loc, "'", name, "' op ",
                                   std::forward<Args>(args)...);
  }

  /// As many operands as the operator takes, and the required ones there.
  llvm::LogicalResult checkOperands(int required, int max) const;
  /// Flags are 0 or 1, and floats are finite but for bounds and fillers.
  llvm::LogicalResult checkAttributes() const;
  /// The elements of operand `i`, which is called `what` in errors.
  llvm::LogicalResult checkElements(unsigned i, llvm::StringRef what,
                                    Elements kind) const;
  /// The element type of operand `i` is that of operand 0.
  llvm::LogicalResult checkSameElements(unsigned i) const;

  bool has(unsigned i) const { return getOperand(i) != nullptr; }
  /// Null where absent.
  mlir::Value getOperand(unsigned i) const;
  mlir::RankedTensorType getType(unsigned i) const;
  llvm::ArrayRef<int64_t> getShape(unsigned i) const {
    return getType(i).getShape();
  }
  int64_t getRank(unsigned i) const { return getType(i).getRank(); }
  mlir::Type getElements(unsigned i) const {
    return getType(i).getElementType();
  }
  mlir::ValueRange getOperands() const { return operands; }
  mlir::DictionaryAttr getAttributes() const { return attributes; }

  int64_t getInt(llvm::StringRef attribute, int64_t byDefault) const;
  std::optional<llvm::ArrayRef<int64_t>>
  getInts(llvm::StringRef attribute) const;
  llvm::StringRef getString(llvm::StringRef attribute,
                            llvm::StringRef byDefault) const;
  mlir::Attribute getAttribute(llvm::StringRef attribute) const {
    return attributes.get(attribute);
  }

  /// How many results there are: what `num_outputs` says, from 1 to `most`.
  llvm::FailureOr<int64_t> getNumResults(int64_t most,
                                         int64_t byDefault = 1) const;
  /// The axis attribute, made non-negative. Fails outside [-rank, rank), or
  /// with `endToo` outside [-rank, rank].
  llvm::FailureOr<int64_t> getAxis(int64_t byDefault, int64_t rank,
                                   bool endToo = false) const;
  /// Axes in the attribute `axes` or constant in operand 1, ascending and in
  /// [0, rank); nullopt where neither is given or they are known at run time
  /// only.
  llvm::FailureOr<std::optional<llvm::SmallVector<int64_t>>>
  getAxes(int64_t rank);
  /// How many axes operand `i` holds, at most `rank`, that are not known at
  /// compile time (kDynamic: neither is their number); nullopt where it is
  /// absent or they are known.
  llvm::FailureOr<std::optional<int64_t>> countRunTimeAxes(unsigned i,
                                                           int64_t rank);
  /// The same, but an error where their number is not known.
  llvm::FailureOr<std::optional<int64_t>> countFewAxes(unsigned i,
                                                       int64_t rank);
  /// Sorted, distinct, made non-negative; fails outside [-rank, rank).
  llvm::FailureOr<llvm::SmallVector<int64_t>>
  normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank) const;
  /// The known entries of operand `i`, an integer vector of static length.
  llvm::FailureOr<llvm::SmallVector<Extent>> getVector(unsigned i,
                                                       llvm::StringRef what);

  /// Adds a result type.
  llvm::LogicalResult addResult(llvm::ArrayRef<int64_t> shape,
                                mlir::Type elements) const;
  /// `a` broadcast with `b`; fails where sizes differ.
  llvm::FailureOr<llvm::SmallVector<int64_t>>
  broadcast(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) const;
  /// `from` can be broadcast to `to` without changing `to`.
  llvm::LogicalResult checkBroadcastsTo(llvm::ArrayRef<int64_t> from,
                                        llvm::ArrayRef<int64_t> to,
                                        llvm::StringRef what) const;
  /// The shape of the matrix product of these shapes.
  llvm::FailureOr<llvm::SmallVector<int64_t>>
  matmul(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) const;

  ShapeAnalysis &getShapes() { return shapes; }
  mlir::MLIRContext *getContext() const { return context; }

private:
  mlir::MLIRContext *context;
  std::optional<mlir::Location> loc;
  llvm::StringRef name;
  mlir::ValueRange operands;
  mlir::DictionaryAttr attributes;
  llvm::SmallVectorImpl<mlir::Type> &types;
  ShapeAnalysis shapes;
};

/// False where the sizes are known to differ.
inline bool mayBeEqual(int64_t a, int64_t b) {
  return mlir::ShapedType::isDynamic(a) || mlir::ShapedType::isDynamic(b) ||
         a == b;
}

/// Whether `type` is an integer of 8 bits, signed or not.
inline bool isByte(mlir::Type type) {
  return type.isInteger() && type.getIntOrFloatBitWidth() == 8;
}

/// Whether `type` is a float of 8 or 4 bits with a sign, a code as narrow
/// integers are.
inline bool isFloatCode(mlir::Type type) {
  return mlir::isa<mlir::Float8E4M3FNType, mlir::Float8E4M3FNUZType,
                   mlir::Float8E5M2Type, mlir::Float8E5M2FNUZType,
                   mlir::Float4E2M1FNType>(type);
}

/// As many types, of the same elements and of shapes that may be equal.
bool areCompatible(mlir::TypeRange inferred, mlir::TypeRange actual);

/// "2x?x64", as in a type; "scalar" for rank 0.
std::string printShape(llvm::ArrayRef<int64_t> shape);

/// "float", "number", ... for errors.
llvm::StringRef describe(Elements kind);

llvm::LogicalResult inferUnary(Inference &in, Elements kind);
llvm::LogicalResult inferFloatTest(Inference &in);
llvm::LogicalResult inferBroadcast(Inference &in, Elements kind, bool toBool);
llvm::LogicalResult inferReduce(Inference &in, Elements kind);
llvm::LogicalResult inferPool(Inference &in, Elements kind);
llvm::LogicalResult inferGlobalPool(Inference &in);

#define BITNET_ONNX_INFER(Name) llvm::LogicalResult infer##Name(Inference &in);
BITNET_ONNX_INFER(Arg)
BITNET_ONNX_INFER(Attention)
BITNET_ONNX_INFER(BatchNormalization)
BITNET_ONNX_INFER(BitCast)
BITNET_ONNX_INFER(BitShift)
BITNET_ONNX_INFER(Cast)
BITNET_ONNX_INFER(CastLike)
BITNET_ONNX_INFER(CausalConvWithState)
BITNET_ONNX_INFER(CenterCropPad)
BITNET_ONNX_INFER(CheckSizes)
BITNET_ONNX_INFER(Clip)
BITNET_ONNX_INFER(Compress)
BITNET_ONNX_INFER(Concat)
BITNET_ONNX_INFER(ConstantOfShape)
BITNET_ONNX_INFER(Conv)
BITNET_ONNX_INFER(ConvInteger)
BITNET_ONNX_INFER(Cumulative)
BITNET_ONNX_INFER(DepthToSpace)
BITNET_ONNX_INFER(DequantizeLinear)
BITNET_ONNX_INFER(Dropout)
BITNET_ONNX_INFER(DynamicQuantizeLinear)
BITNET_ONNX_INFER(Einsum)
BITNET_ONNX_INFER(Expand)
BITNET_ONNX_INFER(EyeLike)
BITNET_ONNX_INFER(Flatten)
BITNET_ONNX_INFER(Gather)
BITNET_ONNX_INFER(GatherElements)
BITNET_ONNX_INFER(GatherND)
BITNET_ONNX_INFER(Gelu)
BITNET_ONNX_INFER(Gemm)
BITNET_ONNX_INFER(GroupNormalization)
BITNET_ONNX_INFER(InstanceNormalization)
BITNET_ONNX_INFER(LayerNormalization)
BITNET_ONNX_INFER(LinearAttention)
BITNET_ONNX_INFER(LpNormalization)
BITNET_ONNX_INFER(MatMul)
BITNET_ONNX_INFER(MatMulInteger)
BITNET_ONNX_INFER(MeanVarianceNormalization)
BITNET_ONNX_INFER(MsBiasedGelu)
BITNET_ONNX_INFER(MsDynamicQuantizeMatMul)
BITNET_ONNX_INFER(MsEmbedLayerNormalization)
BITNET_ONNX_INFER(MsFusedMatMul)
BITNET_ONNX_INFER(MsGatherBlockQuantized)
BITNET_ONNX_INFER(MsGroupQueryAttention)
BITNET_ONNX_INFER(MsMatMulIntegerToFloat)
BITNET_ONNX_INFER(MsMatMulNBits)
BITNET_ONNX_INFER(MsMultiHeadAttention)
BITNET_ONNX_INFER(MsRotaryEmbedding)
BITNET_ONNX_INFER(MsSkipLayerNormalization)
BITNET_ONNX_INFER(MsSkipSimplifiedLayerNormalization)
BITNET_ONNX_INFER(NegativeLogLikelihoodLoss)
BITNET_ONNX_INFER(NonZero)
BITNET_ONNX_INFER(OneHot)
BITNET_ONNX_INFER(PRelu)
BITNET_ONNX_INFER(Pad)
BITNET_ONNX_INFER(Pow)
BITNET_ONNX_INFER(QLinearMatMul)
BITNET_ONNX_INFER(QuantizeLinear)
BITNET_ONNX_INFER(RMSNormalization)
BITNET_ONNX_INFER(Range)
BITNET_ONNX_INFER(Reshape)
BITNET_ONNX_INFER(ReverseSequence)
BITNET_ONNX_INFER(RotaryEmbedding)
BITNET_ONNX_INFER(ScatterElements)
BITNET_ONNX_INFER(ScatterND)
BITNET_ONNX_INFER(Shape)
BITNET_ONNX_INFER(SimplifiedLayerNormalization)
BITNET_ONNX_INFER(Size)
BITNET_ONNX_INFER(Slice)
BITNET_ONNX_INFER(Softmax)
BITNET_ONNX_INFER(SoftmaxCrossEntropyLoss)
BITNET_ONNX_INFER(SpaceToDepth)
BITNET_ONNX_INFER(Split)
BITNET_ONNX_INFER(Squeeze)
BITNET_ONNX_INFER(SwiGLU)
BITNET_ONNX_INFER(TensorScatter)
BITNET_ONNX_INFER(Tile)
BITNET_ONNX_INFER(TopK)
BITNET_ONNX_INFER(Transpose)
BITNET_ONNX_INFER(Trilu)
BITNET_ONNX_INFER(Unique)
BITNET_ONNX_INFER(Unsqueeze)
BITNET_ONNX_INFER(Where)
BITNET_ONNX_INFER(Window)
#undef BITNET_ONNX_INFER

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_INFERENCE_H
