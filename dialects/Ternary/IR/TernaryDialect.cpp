#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet::ternary;

#include "dialects/Ternary/IR/TernaryDialect.cpp.inc"
#include "dialects/Ternary/IR/TernaryEnums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Ternary/IR/TernaryTypes.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Ternary/IR/TernaryAttrs.cpp.inc"

void TernaryDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Ternary/IR/TernaryTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Ternary/IR/TernaryAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Ternary/IR/TernaryOps.cpp.inc"
      >();
}
