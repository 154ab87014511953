#ifndef COMPILER_CONVERSION_ONNXTOLINALG_ONNXTOLINALG_H
#define COMPILER_CONVERSION_ONNXTOLINALG_ONNXTOLINALG_H

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

namespace bitnet {

/// How each onnx op becomes linalg or scf on memrefs.
void populateOnnxToLinalg(LoweringRegistry &registry);

// The parts of it.
void populateElementwise(LoweringRegistry &registry);
void populateReshape(LoweringRegistry &registry);
void populateLayout(LoweringRegistry &registry);
void populateIndexing(LoweringRegistry &registry);
void populateGenerators(LoweringRegistry &registry);
void populatePad(LoweringRegistry &registry);
void populateCol2Im(LoweringRegistry &registry);
void populateSelection(LoweringRegistry &registry);
void populateReductions(LoweringRegistry &registry);
void populateNormalizations(LoweringRegistry &registry);
void populateMatMul(LoweringRegistry &registry);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_ONNXTOLINALG_H
