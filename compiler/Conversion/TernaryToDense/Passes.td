#ifndef COMPILER_CONVERSION_TERNARYTODENSE_PASSES_TD
#define COMPILER_CONVERSION_TERNARYTODENSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def TernaryToDensePass : Pass<"ternary-to-dense", "mlir::ModuleOp"> {
  let summary = "Make ternary linear layers dense ones on unquantised input";
  let description = [{
    What BitNet is compared with: each `ternary.linear` becomes a
    `transformer.linear` on the input of its quantiser, with the weights trit *
    scale in `type`. The weights stay codes and scales (an `rt.global` with
    `scales`) until the weights file is written. Runs after
    `transformer-globalize-constants`. A layer whose scales the graph applies
    elsewhere has its codes as floats for an input.
  }];
  let options = [Option<"type", "type", "std::string", /*default=*/"\"f16\"", "f32, f16 or bf16">];
  let dependentDialects = ["::bitnet::onnx::OnnxDialect", "::bitnet::transformer::TransformerDialect", "::bitnet::rt::RTDialect"];
}

#endif // COMPILER_CONVERSION_TERNARYTODENSE_PASSES_TD
