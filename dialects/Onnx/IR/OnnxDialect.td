#ifndef DIALECTS_ONNX_IR_ONNXDIALECT_TD
#define DIALECTS_ONNX_IR_ONNXDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::bitnet::onnx";
  let summary = "Operators of ONNX on tensors, one op for each operator supported";
  let description = [{
    What the importer speaks. `onnx.<OpType>` is the operator of the default
    domain, `onnx.ms.<OpType>` the one of `com.microsoft`. Operands are
    positional as in the ONNX specification; an absent optional operand is the
    result of `onnx.None`, trailing ones are left out. Attributes have ONNX
    names and defaults. Where operator sets differ in spelling only (axes as
    attribute or as operand) both spellings are accepted and mean the same;
    `onnx-normalize` leaves one. Results have the types that inference finds,
    or more precise ones.
  }];
  // Inherent attributes stay in the dictionary: import, inference and passes
  // read them by their ONNX names, without knowing the class of the op.
  let usePropertiesForAttributes = 0;
  let hasConstantMaterializer = 1;
}

//===-- Operands and attributes --------------------------------------------===//

def Onnx_Value : AnyTypeOf<[AnyRankedTensor, NoneType],
                           "ranked tensor or none (absent)">;

/// An ONNX attribute of type int. I64Attr would read as unsigned.
def Onnx_IntAttr
    : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit integer attribute">;
class Onnx_DefaultInt<string value> : DefaultValuedOptionalAttr<Onnx_IntAttr, value>;
class Onnx_DefaultFloat<string value>
    : DefaultValuedOptionalAttr<F32Attr, "::llvm::APFloat(" # value # ")">;
class Onnx_DefaultStr<string value> : DefaultValuedOptionalAttr<StrAttr, "\"" # value # "\"">;

/// How many results an operator with optional or variadic results has. The
/// importer sets it to the number of the node's outputs.
defvar Onnx_NumOutputs = (ins OptionalAttr<Onnx_IntAttr>:$num_outputs);

//===-- Traits -------------------------------------------------------------===//

/// The (first) result has the shape of the first operand.
def Onnx_SameShape : NativeOpTrait<"SameShape"> { let cppNamespace = "::bitnet::onnx"; }
/// The result has the operands' shapes, broadcast in the manner of numpy.
def Onnx_Broadcasting : NativeOpTrait<"Broadcasting"> { let cppNamespace = "::bitnet::onnx"; }

def Onnx_InferTypes
    : DeclareOpInterfaceMethods<InferTypeOpInterface>;

//===-- Base of all ops ----------------------------------------------------===//

/// `inputNames` are the operands' names in the specification: each gets an
/// accessor that returns null where the operand is absent. The first
/// `required` must be there; one variadic operand list has no names.
/// The operator exists since operator set `since`; `form` is the oldest
/// operator set whose spelling of it is understood.
class Onnx_Op<string mnemonic, list<string> inputNames, int required, int since,
              int form = since, list<Trait> traits = []>
    : Op<Onnx_Dialect, mnemonic, !listconcat([Pure, Onnx_InferTypes], traits)> {
  int maxInputs = !if(!empty(inputNames), -1, !size(inputNames));
  string accessors = !interleave(
      !foreach(i, !range(!size(inputNames)),
          "  /// Operand " # i # ", null where absent.\n  ::mlir::Value get" #
          inputNames[i] # "() { return ::bitnet::onnx::getOperandOrNull(*this, " # i # "); }"),
      "\n");
  // Operands and results are the same for all: subclasses add attributes.
  dag attributes = (ins);
  let arguments = !con((ins Variadic<Onnx_Value>:$inputs), attributes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "($inputs^)? attr-dict `:` functional-type($inputs, results)";
  code extraDeclaration = "";
  /// The newest operator set that has the operator.
  string until = "::bitnet::onnx::kNewestOpset";
  // Expression over `in`, an Inference (Inference.h), that finds the types.
  string infer = "infer" # !subst("ms.", "Ms", mnemonic) # "(in)";
  let extraClassDeclaration = accessors # [{

  /// The op's description in its reference.
  static constexpr ::llvm::StringLiteral kDescription = R"doc(}] # description # [{)doc";

  /// Operands that must be there, and operands that may be (-1: any number).
  static constexpr int kRequiredInputs = }] # required # [{, kMaxInputs = }] # maxInputs # [{;
  /// Operator set that introduced the operator, and the oldest and newest whose
  /// form of it the op has.
  static constexpr int kSinceVersion = }] # since # [{, kMinVersion = }] # form # [{,
                       kMaxVersion = }] # until # [{;
  /// A result may be more or less static than inference finds.
  static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual);
}] # extraDeclaration;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> loc,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties, ::mlir::RegionRange,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      ::bitnet::onnx::Inference in(context, loc, getOperationName(), operands, attributes, types);
      return ::llvm::failure(::llvm::failed(in.checkOperands(kRequiredInputs, kMaxInputs)) ||
                             ::llvm::failed(in.checkAttributes()) ||
                             ::llvm::failed(}] # infer # [{));
    }
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual) {
      return ::bitnet::onnx::areCompatible(inferred, actual);
    }
  }];
}

#endif // DIALECTS_ONNX_IR_ONNXDIALECT_TD
