#ifndef DIALECTS_ONNX_IR_ONNXCONTROL_TD
#define DIALECTS_ONNX_IR_ONNXCONTROL_TD

include "dialects/Onnx/IR/OnnxDialect.td"

/// Graphs in an operator are regions, which see the values around them. The
/// numbers are those of Onnx_Op.
class Onnx_ControlOp<string mnemonic, int required, int since, int form, list<Trait> traits = []>
    : Op<Onnx_Dialect, mnemonic,
         !listconcat([RecursiveMemoryEffects, SingleBlock], traits)> {
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let hasRegionVerifier = 1;
  code extraDeclaration = "";
  let extraClassDeclaration = [{
  static constexpr ::llvm::StringLiteral kDescription = R"doc(}] # description # [{)doc";
  static constexpr int kRequiredInputs = }] # required # [{, kMaxInputs = -1;
  static constexpr int kSinceVersion = }] # since # [{, kMinVersion = }] # form # [{,
                       kMaxVersion = ::bitnet::onnx::kNewestOpset;
}] # extraDeclaration;
}

def Onnx_IfOp : Onnx_ControlOp<"If", 1, 1, 1, [NoRegionArguments]> {
  let summary = "one of two graphs, by a condition";
  let description = [{
    The results are what the first region yields where the condition holds, and
    what the second one yields where it does not. The other one does not run.

    - (C1) Condition is one `i1`.
    - (C2) Both regions yield a value for each result, of its element type and
      of a shape compatible with its own.

    ```mlir
    %r = onnx.If %c {
      onnx.Yield %a : tensor<2xf32>
    } else {
      onnx.Yield %b : tensor<3xf32>
    } : (tensor<i1>) -> tensor<?xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$condition);
  let regions = (region SizedRegion<1>:$thenRegion, SizedRegion<1>:$elseRegion);
  let assemblyFormat = [{
    $condition $thenRegion `else` $elseRegion attr-dict `:` functional-type($condition, $outputs)
  }];
}

def Onnx_LoopOp : Onnx_ControlOp<"Loop", 2, 1, 1> {
  let summary = "a graph that runs again and again";
  let description = [{
    The region gets the number of the iteration, a true condition and the
    carried values; it yields the condition to go on, the next carried values
    and elements of scans. It runs as long as the condition holds and at most
    Trip times; an absent Trip is no limit, an absent Condition holds. Results
    are the last carried values and, behind them, the scans: the elements of all
    iterations along a new first axis. Elements of one scan have one shape.

    - (C1) Trip is one `i64`, Condition one `i1`, or absent.
    - (C2) The region has an argument for the iteration, one `i64`, one for the
      condition, one `i1`, and one for each further operand, of compatible type.
    - (C3) The region yields one `i1`, a value for each carried argument and at
      least none for scans, of compatible types.
    - (C4) There is a result for each yielded value but the first, of compatible
      type; those of scans have one axis more.

    ```mlir
    %last, %all = onnx.Loop %trip, %none, %init {
    ^bb0(%i: tensor<i64>, %go: tensor<i1>, %x: tensor<2xf32>):
      onnx.Yield %go, %x, %x : tensor<i1>, tensor<2xf32>, tensor<2xf32>
    } : (tensor<i64>, none, tensor<2xf32>) -> (tensor<2xf32>, tensor<?x2xf32>)
    ```
  }];
  let arguments = (ins Variadic<Onnx_Value>:$inputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$inputs $body attr-dict `:` functional-type($inputs, $outputs)";
  let extraDeclaration = [{
  /// Null where absent.
  ::mlir::Value getTrip() { return ::bitnet::onnx::getOperandOrNull(*this, 0); }
  ::mlir::Value getCondition() { return ::bitnet::onnx::getOperandOrNull(*this, 1); }
  /// The values that the first iteration gets, and arguments for them.
  ::mlir::OperandRange getInits() { return getInputs().drop_front(2); }
  ::mlir::Block::BlockArgListType getCarried() {
    return getBody().getArguments().drop_front(2);
  }
}];
}

def Onnx_YieldOp : Op<Onnx_Dialect, "Yield", [Pure, Terminator, ParentOneOf<["IfOp", "LoopOp"]>]> {
  let summary = "what a graph in an operator gives";
  let description = [{
    ```mlir
    onnx.Yield %a : tensor<2xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let extraClassDeclaration = [{
  static constexpr ::llvm::StringLiteral kDescription = "";
  static constexpr int kRequiredInputs = 0, kMaxInputs = -1;
  static constexpr int kSinceVersion = 1, kMinVersion = 1, kMaxVersion = 1;
}];
}

def Onnx_KeepIfOp : Onnx_Op<"KeepIf", ["Data", "Condition"], 2, 1> {
  let summary = "tensor, or none of it";
  let description = [{
    Data where the condition holds, else no element: the size along `axis` is 0.
    No operator of ONNX: it is what is left of an If whose one branch reads a
    past and whose other one does the same without.

    - (C1) The result has the type of Data, dynamic along `axis`, in [0, rank).
    - (C2) Condition is one `i1`.

    ```mlir
    %r = onnx.KeepIf %x, %c {axis = 1 : i64} : (tensor<2x?xf32>, tensor<1xi1>) -> tensor<2x?xf32>
    ```
  }];
  let attributes = (ins Onnx_IntAttr:$axis);
}

#endif // DIALECTS_ONNX_IR_ONNXCONTROL_TD
