#ifndef DIALECTS_DEVICE_IR_DEVICEOPS_H
#define DIALECTS_DEVICE_IR_DEVICEOPS_H

#include "dialects/RT/IR/RTOps.h"

#include "dialects/Device/IR/DeviceDialect.h.inc"
#define GET_OP_CLASSES
#include "dialects/Device/IR/DeviceOps.h.inc"

#endif // DIALECTS_DEVICE_IR_DEVICEOPS_H
