#ifndef COMPILER_LAB_PROBES_H
#define COMPILER_LAB_PROBES_H

#include "compiler/Lab/Jit.h"

#include "llvm/ADT/ArrayRef.h"

namespace bitnet::lab {

/// Seconds of a monotonic clock.
double now();

/// Clock of this core, in Hz: a chain of dependent multiplications of integers,
/// 3 cycles each on every x86-64 since 2011. 0 where that is not known.
double measureCoreClock();

/// The best dot-product instruction of this core.
struct DotPeak {
  /// Multiply-adds of 8-bit numbers a second, and the instruction; 0 and ""
  /// where there is none.
  double macsPerSecond = 0;
  const char *instruction = "";
};
DotPeak measureDotPeak();

/// Bytes a second at which the team reads `memory` once, the best of some
/// prefetch distances.
double measureReadBandwidth(Team &team, llvm::ArrayRef<uint8_t> memory);

} // namespace bitnet::lab

#endif // COMPILER_LAB_PROBES_H
