#ifndef DIALECTS_ONNX_IR_ONNXCONTROL_H
#define DIALECTS_ONNX_IR_ONNXCONTROL_H

#include "dialects/Onnx/IR/OnnxOps.h"

#define GET_OP_CLASSES
#include "dialects/Onnx/IR/OnnxControl.h.inc"

#endif // DIALECTS_ONNX_IR_ONNXCONTROL_H
