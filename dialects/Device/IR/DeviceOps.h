#ifndef DIALECTS_DEVICE_IR_DEVICEOPS_H
#define DIALECTS_DEVICE_IR_DEVICEOPS_H

#include "dialects/RT/IR/RTOps.h"

#include "mlir/Interfaces/InferTypeOpInterface.h"

#include "dialects/Device/IR/DeviceDialect.h.inc"
#define GET_OP_CLASSES
#include "dialects/Device/IR/DeviceOps.h.inc"

namespace bitnet::device {

/// On an rt.parallel, and the rt.fork that it becomes: threads that run a part
/// together; 1 without it.
inline constexpr llvm::StringLiteral lanesAttr = "device.lanes";
inline int64_t getLanes(mlir::Operation *op) {
  auto lanes = op->getAttrOfType<mlir::IntegerAttr>(lanesAttr);
  return lanes ? lanes.getInt() : 1;
}

} // namespace bitnet::device

#endif // DIALECTS_DEVICE_IR_DEVICEOPS_H
