#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet::transformer;

#include "dialects/Transformer/IR/TransformerDialect.cpp.inc"
#include "dialects/Transformer/IR/TransformerEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Transformer/IR/TransformerAttrs.cpp.inc"

void TransformerDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Transformer/IR/TransformerAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Transformer/IR/TransformerOps.cpp.inc"
      >();
}
