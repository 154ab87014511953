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

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 LayoutKind kind, int64_t rows) {
  if (rows < 8 || rows % 8 != 0 || rows > 1024)
    return emitError() << "layout has blocks of " << rows
                       << " rows, expected a multiple of 8 up to 1024";
  return success();
}

int64_t LayoutAttr::getGroup() const {
  return getKind() == LayoutKind::Pairs ? 4 : 1;
}

int64_t LayoutAttr::getPackedBytes(int64_t n, int64_t k) const {
  int64_t blocks = llvm::divideCeil(n, getRows());
  int64_t groups = llvm::divideCeil(k, getGroup());
  // A group of `getGroup()` trits takes 2 bits a trit in either kind.
  return blocks * groups * getRows() * getGroup() / 4;
}
