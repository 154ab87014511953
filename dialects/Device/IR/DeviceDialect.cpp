#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace bitnet::device;

#include "dialects/Device/IR/DeviceDialect.cpp.inc"

void DeviceDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Device/IR/DeviceOps.cpp.inc"
      >();
}

#define GET_OP_CLASSES
#include "dialects/Device/IR/DeviceOps.cpp.inc"

LogicalResult MultiplyTilesOp::verify() {
  if (getLhs().size() == 4 && getRhs().size() == 2 && getSums().size() == 4)
    return success();
  return emitOpError("has ")
         << getLhs().size() << ", " << getRhs().size() << " and "
         << getSums().size() << " words, expected 4, 2 and 4";
}
