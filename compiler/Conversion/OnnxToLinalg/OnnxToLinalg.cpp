#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

void bitnet::populateOnnxToLinalg(LoweringRegistry &registry) {
  populateElementwise(registry);
  populateReshape(registry);
  populateLayout(registry);
  populateIndexing(registry);
  populateGenerators(registry);
  populatePad(registry);
  populateCol2Im(registry);
  populateSelection(registry);
  populateReductions(registry);
  populateNormalizations(registry);
  populateMatMul(registry);
}
