#ifndef DIALECTS_ONNX_IR_ONNXOPS_TD
#define DIALECTS_ONNX_IR_ONNXOPS_TD

include "dialects/Onnx/IR/OnnxComposite.td"
include "dialects/Onnx/IR/OnnxConvolution.td"
include "dialects/Onnx/IR/OnnxElementwise.td"
include "dialects/Onnx/IR/OnnxIndexing.td"
include "dialects/Onnx/IR/OnnxLosses.td"
include "dialects/Onnx/IR/OnnxMath.td"
include "dialects/Onnx/IR/OnnxMicrosoft.td"
include "dialects/Onnx/IR/OnnxNormalization.td"
include "dialects/Onnx/IR/OnnxShape.td"
include "dialects/Onnx/IR/OnnxSpatial.td"

#endif // DIALECTS_ONNX_IR_ONNXOPS_TD
