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
