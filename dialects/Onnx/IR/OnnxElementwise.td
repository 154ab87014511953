#ifndef DIALECTS_ONNX_IR_ONNXELEMENTWISE_TD
#define DIALECTS_ONNX_IR_ONNXELEMENTWISE_TD

include "dialects/Onnx/IR/OnnxDialect.td"

//===-- One operand --------------------------------------------------------===//

class Onnx_UnaryOp<string mnemonic, string sum, string semantics, int since, int form,
                   string elements, string kind, string example>
    : Onnx_Op<mnemonic, ["X"], 1, since, form, [Onnx_SameShape]> {
  let infer = "inferUnary(in, Elements::" # kind # ")";
  let summary = sum;
  let description = semantics # [{

    - (C1) The result has the shape and the element type of X.
    - (C2) The element type is }] # elements # [{.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %x : (tensor<?x64x}] # example # [{>) -> tensor<?x64x}] # example # [{>
    ```
  }];
}

class Onnx_FloatUnaryOp<string mnemonic, string sum, string semantics, int since, int form = since>
    : Onnx_UnaryOp<mnemonic, sum, semantics, since, form, "a float", "Float", "f32">;
class Onnx_NumberUnaryOp<string mnemonic, string sum, string semantics, int since, int form = since>
    : Onnx_UnaryOp<mnemonic, sum, semantics, since, form, "a number", "Number", "f32">;

def Onnx_AbsOp : Onnx_NumberUnaryOp<"Abs", "magnitude of each element", [{
    `result = |X|`. The least signed integer maps to itself.}], 1, 6>;
def Onnx_NegOp : Onnx_NumberUnaryOp<"Neg", "negation of each element", [{
    `result = -X`; integers wrap.}], 1, 6>;
def Onnx_SignOp : Onnx_NumberUnaryOp<"Sign", "sign of each element", [{
    -1, 0 or 1 where X is below, equal to or above zero. NaN stays NaN.}], 9>;
def Onnx_ReluOp : Onnx_NumberUnaryOp<"Relu", "rectified linear unit", [{
    `result = max(X, 0)`.}], 1, 6>;
def Onnx_CeilOp : Onnx_FloatUnaryOp<"Ceil", "least integer not below each element", [{
    Rounds towards plus infinity.}], 1, 6>;
def Onnx_FloorOp : Onnx_FloatUnaryOp<"Floor", "largest integer not above each element", [{
    Rounds towards minus infinity.}], 1, 6>;
def Onnx_RoundOp : Onnx_FloatUnaryOp<"Round", "nearest integer, ties to even", [{
    Rounds to the nearest integer; halves go to the even neighbour.}], 11>;
def Onnx_ReciprocalOp : Onnx_FloatUnaryOp<"Reciprocal", "reciprocal of each element", [{
    `result = 1 / X`.}], 1, 6>;
def Onnx_SqrtOp : Onnx_FloatUnaryOp<"Sqrt", "square root of each element", [{
    NaN where X is negative.}], 1, 6>;
def Onnx_ExpOp : Onnx_FloatUnaryOp<"Exp", "exponential of each element", [{
    `result = e^X`.}], 1, 6>;
def Onnx_LogOp : Onnx_FloatUnaryOp<"Log", "natural logarithm of each element", [{
    NaN where X is negative, minus infinity where it is zero.}], 1, 6>;
def Onnx_ErfOp : Onnx_FloatUnaryOp<"Erf", "error function of each element", [{
    `result = 2 / sqrt(pi) * integral from 0 to X of e^(-t^2) dt`.}], 9>;
def Onnx_SinOp : Onnx_FloatUnaryOp<"Sin", "sine of each element", [{
    X is in radians.}], 7>;
def Onnx_CosOp : Onnx_FloatUnaryOp<"Cos", "cosine of each element", [{
    X is in radians.}], 7>;
def Onnx_TanOp : Onnx_FloatUnaryOp<"Tan", "tangent of each element", [{
    X is in radians.}], 7>;
def Onnx_AsinOp : Onnx_FloatUnaryOp<"Asin", "arcsine of each element", [{
    In radians; NaN where X is outside [-1, 1].}], 7>;
def Onnx_AcosOp : Onnx_FloatUnaryOp<"Acos", "arccosine of each element", [{
    In radians; NaN where X is outside [-1, 1].}], 7>;
def Onnx_AtanOp : Onnx_FloatUnaryOp<"Atan", "arctangent of each element", [{
    In radians.}], 7>;
def Onnx_SinhOp : Onnx_FloatUnaryOp<"Sinh", "hyperbolic sine of each element", [{
    `result = (e^X - e^-X) / 2`.}], 9>;
def Onnx_CoshOp : Onnx_FloatUnaryOp<"Cosh", "hyperbolic cosine of each element", [{
    `result = (e^X + e^-X) / 2`.}], 9>;
def Onnx_AsinhOp : Onnx_FloatUnaryOp<"Asinh", "inverse hyperbolic sine of each element", [{
    `sinh(result) = X`.}], 9>;
def Onnx_AcoshOp : Onnx_FloatUnaryOp<"Acosh", "inverse hyperbolic cosine of each element", [{
    `cosh(result) = X`; NaN where X is below 1.}], 9>;
def Onnx_AtanhOp : Onnx_FloatUnaryOp<"Atanh", "inverse hyperbolic tangent of each element", [{
    `tanh(result) = X`; NaN where X is outside [-1, 1].}], 9>;
def Onnx_TanhOp : Onnx_FloatUnaryOp<"Tanh", "hyperbolic tangent of each element", [{
    `result = (e^X - e^-X) / (e^X + e^-X)`.}], 1, 6>;
def Onnx_SigmoidOp : Onnx_FloatUnaryOp<"Sigmoid", "logistic function of each element", [{
    `result = 1 / (1 + e^-X)`.}], 1, 6>;
def Onnx_SoftplusOp : Onnx_FloatUnaryOp<"Softplus", "smooth rectified linear unit", [{
    `result = ln(1 + e^X)`.}], 1>;
def Onnx_SoftsignOp : Onnx_FloatUnaryOp<"Softsign", "x / (1 + |x|)", [{
    `result = X / (1 + |X|)`.}], 1>;
def Onnx_MishOp : Onnx_FloatUnaryOp<"Mish", "x * tanh(softplus(x))", [{
    `result = X * tanh(ln(1 + e^X))`.}], 18>;
def Onnx_HardSwishOp : Onnx_FloatUnaryOp<"HardSwish", "x * hard sigmoid of x", [{
    `result = X * max(0, min(1, X / 6 + 1 / 2))`.}], 14>;
def Onnx_EluOp : Onnx_FloatUnaryOp<"Elu", "exponential linear unit", [{
    `result = X < 0 ? alpha * (e^X - 1) : X`.}], 1, 6> {
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha);
}
def Onnx_SeluOp : Onnx_FloatUnaryOp<"Selu", "scaled exponential linear unit", [{
    `result = gamma * (X > 0 ? X : alpha * (e^X - 1))`.}], 1, 6> {
  let attributes = (ins Onnx_DefaultFloat<"1.67326319217681884765625f">:$alpha,
                    Onnx_DefaultFloat<"1.05070102214813232421875f">:$gamma);
}
def Onnx_CeluOp : Onnx_FloatUnaryOp<"Celu", "continuously differentiable exponential linear unit", [{
    `result = max(0, X) + min(0, alpha * (e^(X / alpha) - 1))`.}], 12> {
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha);
}
def Onnx_HardSigmoidOp : Onnx_FloatUnaryOp<"HardSigmoid", "piecewise linear sigmoid", [{
    `result = max(0, min(1, alpha * X + beta))`.}], 1, 6> {
  let attributes = (ins Onnx_DefaultFloat<"0.2f">:$alpha, Onnx_DefaultFloat<"0.5f">:$beta);
}
def Onnx_LeakyReluOp : Onnx_FloatUnaryOp<"LeakyRelu", "rectified linear unit with a slope below zero", [{
    `result = X < 0 ? alpha * X : X`.}], 1, 6> {
  let attributes = (ins Onnx_DefaultFloat<"0.01f">:$alpha);
}
def Onnx_ThresholdedReluOp : Onnx_FloatUnaryOp<"ThresholdedRelu", "elements above a threshold", [{
    `result = X > alpha ? X : 0`.}], 10> {
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha);
}
def Onnx_ShrinkOp : Onnx_NumberUnaryOp<"Shrink", "elements moved towards zero", [{
    `X + bias` below `-lambd`, `X - bias` above `lambd`, 0 between.}], 9> {
  let attributes = (ins Onnx_DefaultFloat<"0.0f">:$bias, Onnx_DefaultFloat<"0.5f">:$lambd);
}
def Onnx_NotOp : Onnx_UnaryOp<"Not", "logical negation of each element", [{
    `result = !X`.}], 1, 1, "`i1`", "Bool", "i1">;
def Onnx_BitwiseNotOp : Onnx_UnaryOp<"BitwiseNot", "complement of each element's bits", [{
    `result = ~X`.}], 18, 18, "an integer", "Integer", "ui8">;
def Onnx_IdentityOp : Onnx_UnaryOp<"Identity", "the operand itself", [{
    `result = X`.}], 1, 1, "any", "Any", "f32"> {
  let hasFolder = 1;
}

def Onnx_GeluOp : Onnx_Op<"Gelu", ["X"], 1, 20, 20, [Onnx_SameShape]> {
  let summary = "Gaussian error linear unit";
  let description = [{
    `result = X / 2 * (1 + erf(X / sqrt 2))`, or with `approximate = "tanh"`
    `X / 2 * (1 + tanh(sqrt(2 / pi) * (X + 0.044715 X^3)))`.

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) `approximate` is "none" or "tanh".

    ```mlir
    %r = onnx.Gelu %x {approximate = "tanh"} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"none">:$approximate);
}

class Onnx_FloatTestOp<string mnemonic, string sum, string semantics, int since>
    : Onnx_Op<mnemonic, ["X"], 1, since, since, [Onnx_SameShape]> {
  let infer = "inferFloatTest(in)";
  let summary = sum;
  let description = semantics # [{

    - (C1) X has a float element type; the result is `i1` in its shape.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %x : (tensor<?x64xf32>) -> tensor<?x64xi1>
    ```
  }];
}
def Onnx_IsNaNOp : Onnx_FloatTestOp<"IsNaN", "where elements are not a number", [{
    True where X is NaN.}], 9>;
def Onnx_IsInfOp : Onnx_FloatTestOp<"IsInf", "where elements are infinite", [{
    True where X is minus infinity (if `detect_negative`) or plus infinity (if
    `detect_positive`).}], 10> {
  let attributes = (ins Onnx_DefaultInt<"1">:$detect_negative, Onnx_DefaultInt<"1">:$detect_positive);
}

//===-- Two operands -------------------------------------------------------===//

class Onnx_BinaryOp<string mnemonic, list<string> names, string sum, string semantics, int since,
                    int form, string elements, string kind, string from, string to>
    : Onnx_Op<mnemonic, names, 2, since, form, [Onnx_Broadcasting]> {
  let infer = "inferBroadcast(in, Elements::" # kind # ", " #
              !if(!eq(from, to), "false", "true") # ")";
  let summary = sum;
  let description = semantics # [{

    - (C1) The operands' shapes broadcast in the manner of numpy to the result's.
    - (C2) The element type is }] # elements # [{.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %a, %b : (tensor<?x64x}] # from # [{>, tensor<1x}] # from # [{>) -> tensor<?x64x}] # to # [{>
    ```
  }];
}

class Onnx_ArithmeticOp<string mnemonic, string sum, string semantics, int since, int form>
    : Onnx_BinaryOp<mnemonic, ["A", "B"], sum, semantics, since, form,
                    "a number, the same for both operands and the result", "Number", "f32", "f32">;
class Onnx_CompareOp<string mnemonic, string sum, string semantics, int since, int form>
    : Onnx_BinaryOp<mnemonic, ["A", "B"], sum, semantics, since, form,
                    "a number or `i1`, the same for both operands; the result is `i1`",
                    "NumberOrBool", "f32", "i1">;
class Onnx_LogicOp<string mnemonic, string sum, string semantics>
    : Onnx_BinaryOp<mnemonic, ["A", "B"], sum, semantics, 1, 7, "`i1`", "Bool", "i1", "i1">;
class Onnx_BitwiseOp<string mnemonic, string sum, string semantics>
    : Onnx_BinaryOp<mnemonic, ["A", "B"], sum, semantics, 18, 18,
                    "an integer, the same for both operands and the result", "Integer", "ui8", "ui8">;

def Onnx_AddOp : Onnx_ArithmeticOp<"Add", "sum of two tensors", [{
    `result = A + B`; integers wrap.}], 1, 7>;
def Onnx_SubOp : Onnx_ArithmeticOp<"Sub", "difference of two tensors", [{
    `result = A - B`; integers wrap.}], 1, 7>;
def Onnx_MulOp : Onnx_ArithmeticOp<"Mul", "element-wise product of two tensors", [{
    `result = A * B`; integers wrap.}], 1, 7>;
def Onnx_DivOp : Onnx_ArithmeticOp<"Div", "quotient of two tensors", [{
    `result = A / B`; integers truncate towards zero, and dividing them by zero
    is undefined.}], 1, 7>;
def Onnx_ModOp : Onnx_ArithmeticOp<"Mod", "remainder of two tensors", [{
    With `fmod = 0`, `A - floor(A / B) * B`: the sign is the divisor's. With
    `fmod = 1`, `A - trunc(A / B) * B`: the sign is the dividend's.}], 10, 10> {
  let attributes = (ins Onnx_DefaultInt<"0">:$fmod);
}
def Onnx_AndOp : Onnx_LogicOp<"And", "logical and", [{
    `result = A && B`.}]>;
def Onnx_OrOp : Onnx_LogicOp<"Or", "logical or", [{
    `result = A || B`.}]>;
def Onnx_XorOp : Onnx_LogicOp<"Xor", "logical exclusive or", [{
    `result = A != B`.}]>;
def Onnx_BitwiseAndOp : Onnx_BitwiseOp<"BitwiseAnd", "and of each element's bits", [{
    `result = A & B`.}]>;
def Onnx_BitwiseOrOp : Onnx_BitwiseOp<"BitwiseOr", "or of each element's bits", [{
    `result = A | B`.}]>;
def Onnx_BitwiseXorOp : Onnx_BitwiseOp<"BitwiseXor", "exclusive or of each element's bits", [{
    `result = A ^ B`.}]>;
def Onnx_EqualOp : Onnx_CompareOp<"Equal", "where two tensors are equal", [{
    `result = A == B`.}], 1, 7>;
def Onnx_GreaterOp : Onnx_CompareOp<"Greater", "where one tensor exceeds the other", [{
    `result = A > B`.}], 1, 7>;
def Onnx_GreaterOrEqualOp : Onnx_CompareOp<"GreaterOrEqual",
    "where one tensor is not below the other", [{
    `result = A >= B`.}], 12, 12>;
def Onnx_LessOp : Onnx_CompareOp<"Less", "where one tensor is below the other", [{
    `result = A < B`.}], 1, 7>;
def Onnx_LessOrEqualOp : Onnx_CompareOp<"LessOrEqual", "where one tensor does not exceed the other", [{
    `result = A <= B`.}], 12, 12>;

def Onnx_PowOp : Onnx_BinaryOp<"Pow", ["X", "Y"], "power of two tensors", [{
    `result = X ^ Y`, in the element type of X.}], 1, 7,
    "a number; the result has that of X", "Number", "f32", "f32"> {
  let infer = "inferPow(in)";
}

def Onnx_PReluOp : Onnx_Op<"PRelu", ["X", "Slope"], 2, 1, 7, [Onnx_SameShape]> {
  let summary = "rectified linear unit with a slope for each element below zero";
  let description = [{
    `result = X < 0 ? Slope * X : X`.

    - (C1) The result has the shape and the element type of X, a number.
    - (C2) Slope has the element type of X and broadcasts, unidirectionally, to
      its shape.

    ```mlir
    %r = onnx.PRelu %x, %slope : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    ```
  }];
}

def Onnx_BitShiftOp : Onnx_Op<"BitShift", ["X", "Y"], 2, 11, 11, [Onnx_Broadcasting]> {
  let summary = "shift of each element's bits";
  let description = [{
    Shifts X by Y bits, to the left (`direction = "LEFT"`) or to the right
    (`"RIGHT"`, which copies the sign of signed elements). By the element's
    width or more the result is what shifting bit by bit leaves.

    - (C1) The operands' shapes broadcast in the manner of numpy to the result's.
    - (C2) The element type is an integer, the same for all.
    - (C3) `direction` is "LEFT" or "RIGHT".

    ```mlir
    %r = onnx.BitShift %a, %b {direction = "RIGHT"} : (tensor<?x64xui8>, tensor<1xui8>) -> tensor<?x64xui8>
    ```
  }];
  let attributes = (ins StrAttr:$direction);
}

//===-- Any number of operands ---------------------------------------------===//

class Onnx_VariadicOp<string mnemonic, string sum, string semantics, string kind = "Number">
    : Onnx_Op<mnemonic, [], 1, 1, 8, [Onnx_Broadcasting]> {
  let infer = "inferBroadcast(in, Elements::" # kind # ", false)";
  let summary = sum;
  let description = semantics # [{

    - (C1) The operands' shapes broadcast in the manner of numpy to the result's.
    - (C2) The element type is a number, the same for all operands and the result.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
    ```
  }];
}
def Onnx_MaxOp : Onnx_VariadicOp<"Max", "largest of all operands", [{
    Element by element; NaN where one operand is NaN.}]>;
def Onnx_MinOp : Onnx_VariadicOp<"Min", "least of all operands", [{
    Element by element; NaN where one operand is NaN.}]>;
def Onnx_SumOp : Onnx_VariadicOp<"Sum", "sum of all operands", [{
    Element by element, from the first operand to the last.}]>;
def Onnx_MeanOp : Onnx_VariadicOp<"Mean", "mean of all operands", [{
    Element by element: the sum divided by the number of operands. The element
    type is a float.}], "Float">;

//===-- Selection and conversion -------------------------------------------===//

def Onnx_WhereOp : Onnx_Op<"Where", ["Condition", "X", "Y"], 3, 9, 9, [Onnx_Broadcasting]> {
  let summary = "choice between two tensors";
  let description = [{
    `result = Condition ? X : Y`, element by element.

    - (C1) The operands' shapes broadcast in the manner of numpy to the result's.
    - (C2) Condition is `i1`; X, Y and the result have one element type.

    ```mlir
    %r = onnx.Where %c, %x, %y : (tensor<?x64xi1>, tensor<?x64xf32>, tensor<f32>) -> tensor<?x64xf32>
    ```
  }];
}

def Onnx_ClipOp : Onnx_Op<"Clip", ["Input", "MinOperand", "MaxOperand"], 1, 1, 6, [Onnx_SameShape]> {
  let summary = "elements limited to a range";
  let description = [{
    `result = min(max(Input, Min), Max)`; an absent bound does not limit. Bounds
    stand in operands or, before operator set 11, in attributes.

    - (C1) The result has the shape and the element type of Input, a number.
    - (C2) Min and Max are scalars (one element) of Input's element type.
    - (C3) No bound is given twice, by attribute and by operand.

    ```mlir
    %none = onnx.None
    %r = onnx.Clip %x, %min, %none : (tensor<?x64xf32>, tensor<f32>, none) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<F32Attr>:$min, OptionalAttr<F32Attr>:$max);
}

def Onnx_CastOp : Onnx_Op<"Cast", ["Input"], 1, 1, 6, [Onnx_SameShape]> {
  let summary = "conversion of the element type";
  let description = [{
    Converts each element to the type that ONNX numbers `to` (1 is f32, 7 is
    i64, ...). Floats become integers by truncation, anything becomes `i1` by
    comparison with zero, i1 becomes 0 or 1; narrower integers keep the low
    bits. What a float of 8 or 4 bits cannot hold becomes its largest number, or
    without `saturate` infinity or NaN. `round_mode` ("up", "down" or "nearest")
    says how numbers round to powers of two (f8E8M0FNU); to other floats they
    round to nearest even.

    - (C1) The result has the shape of Input and the element type `to`.
    - (C2) `round_mode` is one of the three.

    ```mlir
    %r = onnx.Cast %x {to = 3 : i64} : (tensor<?x64xf32>) -> tensor<?x64xi8>
    ```
  }];
  let attributes = (ins Onnx_IntAttr:$to, Onnx_DefaultInt<"1">:$saturate,
                    Onnx_DefaultStr<"up">:$round_mode);
  let hasFolder = 1;
}

def Onnx_CastLikeOp : Onnx_Op<"CastLike", ["Input", "TargetType"], 2, 15, 15, [Onnx_SameShape]> {
  let summary = "conversion to another tensor's element type";
  let description = [{
    `onnx.Cast` of Input to the element type of TargetType, whose elements are
    not read.

    - (C1) The result has the shape of Input and the element type of TargetType.
    - (C2) `round_mode` is "up", "down" or "nearest".

    ```mlir
    %r = onnx.CastLike %x, %y : (tensor<?x64xf32>, tensor<1xi8>) -> tensor<?x64xi8>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$saturate, Onnx_DefaultStr<"up">:$round_mode);
  let hasCanonicalizer = 1;
}

def Onnx_BitCastOp : Onnx_Op<"BitCast", ["Input"], 1, 26, 26, [Onnx_SameShape]> {
  let summary = "the same bits as another element type";
  let description = [{
    Reads the bits of each element as the type that ONNX numbers `to`.

    - (C1) The result has the shape of Input and the element type `to`, of as
      many bits; an `i1` has 8.

    ```mlir
    %r = onnx.BitCast %x {to = 6 : i64} : (tensor<?x64xf32>) -> tensor<?x64xi32>
    ```
  }];
  let attributes = (ins Onnx_IntAttr:$to);
}

def Onnx_DropoutOp : Onnx_Op<"Dropout", ["Data", "RatioOperand", "TrainingMode"], 1, 1, 10, [Onnx_SameShape]> {
  let summary = "its operand, outside of training";
  let description = [{
    `output = Data`, and a mask of ones: what training drops, inference keeps.
    `onnx-decompose` takes it apart.

    - (C1) Output has the type of Data, a float, the mask its shape and `i1`.
    - (C2) TrainingMode, where given, is a constant false.

    ```mlir
    %y, %mask = onnx.Dropout %x : (tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x64xi1>)
    ```
  }];
  let attributes = (ins OptionalAttr<F32Attr>:$ratio, OptionalAttr<Onnx_IntAttr>:$seed);
  let results = (outs AnyRankedTensor:$output, AnyRankedTensor:$mask);
}

#endif // DIALECTS_ONNX_IR_ONNXELEMENTWISE_TD
